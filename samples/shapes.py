"""How each job API writes a posting. One function a source: postings → [(path, query, body of the answer)].

The order of keys and their quirks follow the real APIs; values come from make_samples.py.
"""

import base64
import html
import re

from words.companies import BOARDS, PLACES

JSEARCH_QUERY = "data engineer in Toronto"
TABLE_COLUMNS = ["id", "site", "job_url", "title", "company", "location", "date_posted", "job_type", "min_amount",
                 "max_amount", "currency", "interval", "is_remote", "skills", "description"]


def slug(path, query):
    """Name of the file that holds the recorded answer to one request."""
    text = readable(path.lstrip("/"))
    if query:
        text += "__" + "_".join(f"{readable(key)}-{readable(value)}" for key, value in query)
    return text


def readable(text):
    """Every run of other characters becomes one underscore."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", text)


def dashed(text):
    """Lower case with dashes, for links."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def ashby(postings, spoil):
    """One answer a board."""
    for board, *_ in BOARDS["ashby"]:
        records = [ashby_job(one) for one in postings if one["slug"] == board]
        if board == "mapleledger":
            spoil("ashby", records)
        yield (f"/posting-api/job-board/{board}", [("includeCompensation", "true")],
               {"jobs": records, "apiVersion": "1"})


def ashby_job(one):
    shown, city, region, _, _, _ = PLACES[one["place"]]
    link = f"https://jobs.ashbyhq.com/{one['slug']}/{one['id']}"
    paid = one["pay"] is not None
    summary = pay_text(one) if paid else None
    return {
        "id": one["id"], "title": one["title"], "department": one["department"], "team": one["department"],
        "employmentType": {"full_time": "FullTime", "part_time": "PartTime", "contract": "Contract",
                           "intern": "Intern", "temp": "Temporary"}[one["contract"]],
        "location": shown.removesuffix(", Canada") if city else shown, "shouldDisplayCompensationOnJobPostings": paid,
        "secondaryLocations": [], "publishedAt": one["published"].isoformat(timespec="milliseconds"),
        "isListed": True, "isRemote": one["model"] == "remote",
        "workplaceType": {"remote": "Remote", "hybrid": "Hybrid", "onsite": "OnSite", "unknown": None}[one["model"]],
        "address": {"postalAddress": {"addressRegion": region, "addressCountry": "Canada", "addressLocality": city}},
        "jobUrl": link, "applyUrl": f"{link}/application",
        "descriptionHtml": as_html(one, '<p style="min-height:1.5em">'), "descriptionPlain": as_text(one),
        "compensation": {
            "compensationTierSummary": summary, "scrapeableCompensationSalarySummary": summary, "compensationTiers": [],
            "summaryComponents": [{
                "id": one["id"][:8] + one["id"][8:][::-1].replace("-", "")[:4], "summary": summary,
                "compensationType": "Salary", "interval": "1 HOUR" if hourly(one) else "1 YEAR", "currencyCode": "CAD",
                "minValue": one["pay"][0], "maxValue": one["pay"][1]}] if paid else [],
        },
    }


def greenhouse(postings, spoil):
    """One answer a board; content is escaped twice."""
    for board, *_ in BOARDS["greenhouse"]:
        records = [greenhouse_job(one) for one in postings if one["slug"] == board]
        if board == "kesteltransit":
            spoil("greenhouse", records)
        yield (f"/v1/boards/{board}/jobs", [("content", "true")],
               {"jobs": records, "meta": {"total": len(records)}})


def greenhouse_job(one):
    model = {"remote": "Remote, Canada", "hybrid": f"{PLACES[one['place']][0]} (Hybrid)"}
    place = model.get(one["model"], PLACES[one["place"]][0])
    stamp = one["published"].strftime("%Y-%m-%dT%H:%M:%S-05:00")
    return {
        "absolute_url": f"https://job-boards.greenhouse.io/{one['slug']}/jobs/{one['number']}",
        "data_compliance": [], "internal_job_id": one["number"] + 1000, "location": {"name": place},
        "metadata": [{"id": 11, "name": "Employment Type", "value": one["contract"].replace("_", "-").capitalize(),
                      "value_type": "single_select"}],
        "id": one["number"], "updated_at": stamp, "requisition_id": f"R-{one['number'] % 9973}",
        "title": one["title"], "company_name": one["company"], "first_published": stamp, "language": one["language"],
        "application_deadline": None,
        "content": html.escape(f'<div class="content-intro">{as_html(one)}</div>'),
        "departments": [{"id": 7, "name": one["department"], "child_ids": [], "parent_id": None}],
        "offices": [{"id": 9, "name": PLACES[one["place"]][1] or "Remote", "location": PLACES[one["place"]][0],
                     "child_ids": [], "parent_id": None}],
    }


def lever(postings, spoil):
    """One page a site; no company name in it."""
    for site, *_ in BOARDS["lever"]:
        records = [lever_posting(one) for one in postings if one["slug"] == site]
        if site == "juniperstone":
            spoil("lever", records)
        yield f"/v0/postings/{site}", [("mode", "json"), ("skip", "0"), ("limit", "100")], records


def lever_posting(one):
    place, link = PLACES[one["place"]][0], f"https://jobs.lever.co/{one['slug']}/{one['id']}"
    text = one["sections"]
    intro = f"{text['about']}\n\n{text['opening']}\n{text['model']}"
    record = {
        "additional": f"<div>{html.escape(text['closing'], quote=False)}</div>", "additionalPlain": text["closing"],
        "categories": {"commitment": {"full_time": "Full-time", "part_time": "Part-time", "contract": "Contract",
                                      "intern": "Internship", "temp": "Temporary"}[one["contract"]],
                       "department": one["department"], "location": place, "team": one["department"],
                       "allLocations": [place]},
        "createdAt": int(one["published"].timestamp() * 1000),
        "descriptionPlain": intro, "description": f"<div>{html.escape(intro, quote=False)}</div>".replace("\n", "<br>"),
        "id": one["id"],
        "lists": [{"text": heading, "content": "".join(f"<li>{html.escape(line, quote=False)}</li>" for line in lines)}
                  for heading, lines in text["lists"]],
        "text": one["title"], "country": "CA",
        "workplaceType": {"remote": "remote", "hybrid": "hybrid", "onsite": "on-site", "unknown": "unspecified"}[one["model"]],
        "hostedUrl": link, "applyUrl": f"{link}/apply",
    }
    if one["pay"]:
        record["salaryRange"] = {"min": one["pay"][0], "max": one["pay"][1], "currency": "CAD",
                                 "interval": "per-hour-wage" if hourly(one) else "per-year-salary"}
    return record


def smartrecruiters(postings, spoil):
    """A list, and one detail answer a posting."""
    company = BOARDS["smartrecruiters"][0][0]
    details = [smartrecruiters_detail(one) for one in postings]
    spoil("smartrecruiters", details)
    rows = [{key: value for key, value in detail.items() if key not in ("postingUrl", "applyUrl", "jobAd")}
            for detail in details]
    yield (f"/v1/companies/{company}/postings", [("limit", "100"), ("offset", "0")],
           {"offset": 0, "limit": 100, "totalFound": len(rows), "content": rows})
    for detail in details:
        yield f"/v1/companies/{company}/postings/{detail['id']}", [], detail


def smartrecruiters_detail(one):
    _, city, _, code, lat, lon = PLACES[one["place"]]
    identity, text = f"7440000{one['number']}", one["sections"]
    (_, duties), (_, needs), (_, benefits) = text["lists"]
    return {
        "id": identity, "name": one["title"], "uuid": one["id"], "refNumber": f"REF{one['number'] % 7919}W",
        "company": {"identifier": one["slug"], "name": one["company"]},
        "releasedDate": one["published"].strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "location": {"city": city, "region": code, "country": "ca", "remote": one["model"] == "remote",
                     "hybrid": one["model"] == "hybrid", "latitude": str(lat), "longitude": str(lon),
                     "fullLocation": PLACES[one["place"]][0]},
        "department": {"id": "12", "label": one["department"]},
        "typeOfEmployment": {"id": {"full_time": "permanent", "part_time": "part_time", "contract": "contract",
                                    "intern": "intern", "temp": "temporary"}[one["contract"]],
                             "label": one["contract"].replace("_", "-").capitalize()},
        "experienceLevel": {"id": {"junior": "entry_level", "mid": "associate", "senior": "mid_senior_level",
                                   "lead": "director"}[one["level"]], "label": one["level"].capitalize()},
        "ref": f"https://api.smartrecruiters.com/v1/companies/{one['slug']}/postings/{identity}",
        "postingUrl": f"https://jobs.smartrecruiters.com/{one['slug']}/{identity}-{dashed(one['title'])}",
        "applyUrl": f"https://jobs.smartrecruiters.com/{one['slug']}/{identity}?oga=true",
        "jobAd": {"sections": {
            "companyDescription": {"title": "Company Description", "text": f"<p>{text['about']}</p>"},
            "jobDescription": {"title": "Job Description",
                               "text": f"<p>{text['opening']} {text['model']}</p>{bullets(duties)}"},
            "qualifications": {"title": "Qualifications", "text": bullets(needs)},
            "additionalInformation": {"title": "Additional Information",
                                      "text": f"{bullets(benefits)}<p>{text['closing']}</p>"}}},
    }


def remotive(postings, spoil):
    """One answer; pay is free text."""
    records = [{
        "id": one["number"], "url": f"https://remotive.com/remote-jobs/{one['kind']}/{dashed(one['title'])}-{one['number']}",
        "title": one["title"], "company_name": one["company"],
        "company_logo": f"https://remotive.com/job/{one['number']}/logo", "category": one["department"],
        "tags": [skill.lower() for skill in one["skills"]],
        "job_type": {"intern": "internship", "temp": "contract"}.get(one["contract"], one["contract"]),
        "publication_date": one["published"].strftime("%Y-%m-%dT%H:%M:%S"),
        "candidate_required_location": "Canada" if one["number"] % 3 else "USA, Canada",
        "salary": pay_text(one) if one["pay"] else "", "description": as_html(one),
    } for one in postings]
    spoil("remotive", records)
    yield "/api/remote-jobs", [], {"0-legal-notice": "Made-up postings in the shape of the Remotive API.",
                                   "job-count": len(records), "total-job-count": len(records), "jobs": records}


def arbeitnow(postings, spoil):
    """One page, then an empty one; times are seconds."""
    records = [{
        "slug": f"{dashed(one['title'])}-{(PLACES[one['place']][1] or 'remote').lower()}-{one['number']}",
        "company_name": one["company"], "title": one["title"], "description": as_html(one),
        "remote": one["model"] == "remote",
        "url": f"https://www.arbeitnow.com/jobs/companies/{one['slug']}/{dashed(one['title'])}-{one['number']}",
        "tags": [one["department"], *one["skills"][:2]],
        "job_types": {"full_time": ["Full Time"], "part_time": ["Part Time"], "contract": ["Contract"],
                      "intern": ["internship"], "temp": []}[one["contract"]],
        "location": PLACES[one["place"]][0], "created_at": int(one["published"].timestamp()),
    } for one in postings]
    spoil("arbeitnow", records)
    base = "https://www.arbeitnow.com/api/job-board-api"
    yield "/api/job-board-api", [("page", "1")], {
        "data": records, "links": {"first": f"{base}?page=1", "last": None, "prev": None, "next": None},
        "meta": {"current_page": 1, "from": 1, "path": base, "per_page": 100, "to": len(records)}}


def jobicy(postings, spoil):
    """One answer for Canada; names hold HTML entities."""
    records = []
    for one in postings:
        record = {
            "id": one["number"], "url": f"https://jobicy.com/jobs/{one['number']}-{dashed(one['title'])}",
            "jobSlug": f"{one['number']}-{dashed(one['title'])}", "jobTitle": html.escape(one["title"]),
            "companyName": html.escape(one["company"]), "companyLogo": f"https://jobicy.com/data/{one['number']}.png",
            "jobIndustry": [html.escape(f"{one['department']} & Operations")],
            "jobType": [one["contract"].replace("_", "-").title()], "jobGeo": "Canada",
            "jobLevel": {"junior": "Junior", "mid": "Midweight", "senior": "Senior", "lead": "Director"}[one["level"]],
            "jobExcerpt": one["sections"]["opening"], "jobDescription": as_html(one).replace("</ul>", "</ul>\n"),
            "pubDate": one["published"].isoformat()}
        if one["pay"]:
            record |= {"salaryMin": one["pay"][0], "salaryMax": one["pay"][1], "salaryCurrency": "CAD",
                       "salaryPeriod": "hourly" if hourly(one) else "yearly"}
        records.append(record)
    spoil("jobicy", records)
    yield "/api/v2/remote-jobs", [("count", "100"), ("geo", "canada")], {
        "apiVersion": "2", "friendlyNotice": "Made-up postings in the shape of the Jobicy API.",
        "jobCount": len(records), "jobs": records, "success": True}


def jsearch(postings, spoil):
    """Two pages of a search, joined by a cursor."""
    records = [jsearch_job(one) for one in postings]
    spoil("jsearch", records)
    half = (len(records) + 1) // 2
    first = [("query", JSEARCH_QUERY), ("num_pages", "1"), ("country", "ca"), ("date_posted", "week")]
    yield "/jsearch/search-v2", first, jsearch_body(records[:half], "cGFnZS0y")
    yield "/jsearch/search-v2", [*first, ("cursor", "cGFnZS0y")], jsearch_body(records[half:], None)


def jsearch_body(records, cursor):
    return {"status": "OK", "request_id": "5a3f2c1e-0000-4000-8000-000000000001",
            "parameters": {"query": JSEARCH_QUERY, "country": "ca", "date_posted": "week", "num_pages": 1},
            "data": {"jobs": records, "cursor": cursor}}


def jsearch_job(one):
    _, city, region, _, lat, lon = PLACES[one["place"]]
    link = f"https://{dashed(one['company'])}.example/careers/{one['number']}"
    word = {"full_time": "Full-time", "part_time": "Part-time", "contract": "Contractor", "intern": "Internship",
            "temp": "Contractor"}[one["contract"]]
    low, high = one["pay"] or (None, None)
    return {
        "job_id": base64.b64encode(one["id"].encode()[:16]).decode(), "job_title": one["title"],
        "employer_name": one["company"], "employer_logo": None,
        "employer_website": f"https://{dashed(one['company'])}.example", "job_publisher": "Company Careers",
        "job_employment_type": word, "job_employment_types": [word.upper().replace("-", "").replace("INTERNSHIP", "INTERN")],
        "job_apply_link": link, "job_apply_is_direct": True,
        "apply_options": [{"publisher": "Company Careers", "apply_link": link, "is_direct": True}],
        "job_description": as_text(one), "job_is_remote": one["model"] == "remote", "job_posted_at": None,
        "job_posted_at_timestamp": int(one["published"].replace(hour=0, minute=0, second=0).timestamp()),
        "job_posted_at_datetime_utc": one["published"].strftime("%Y-%m-%dT00:00:00.000Z"),
        "job_location": PLACES[one["place"]][0] if city else "Canada", "job_city": city, "job_state": region,
        "job_country": "CA", "job_latitude": lat, "job_longitude": lon, "job_benefits": None,
        "job_google_link": "https://www.google.com/search?q=jobs", "job_salary": None, "job_min_salary": low,
        "job_max_salary": high, "job_salary_period": ("HOUR" if hourly(one) else "YEAR") if one["pay"] else None,
        "job_highlights": {}, "job_onet_soc": "15124300" if one["kind"] == "data_engineer" else None,
        "job_onet_job_zone": "4",
    } | ({"work_arrangement": one["model"]} if one["model"] != "unknown" else {})


def table_row(one):
    """A row of the exported table."""
    low, high = one["pay"] or ("", "")
    return [f"csv-{one['number']}", "company", f"https://{dashed(one['company'])}.example/jobs/{one['number']}", one["title"],
            one["company"], PLACES[one["place"]][0], one["published"].date().isoformat(),
            one["contract"].replace("_", ""), low, high, "CAD" if one["pay"] else "",
            ("hourly" if hourly(one) else "yearly") if one["pay"] else "",
            {"remote": "True", "onsite": "False"}.get(one["model"], ""), ", ".join(one["skills"]), as_text(one)]


def hourly(one):
    """Whether the pay is per hour."""
    return one["pay"] is not None and one["pay"][0] < 500


def pay_text(one):
    """Pay as boards display it."""
    low, high = one["pay"]
    if hourly(one):
        return f"CA${low:.2f} – CA${high:.2f} per hour"
    return f"CA${low / 1000:.0f}K – CA${high / 1000:.0f}K"


def as_html(one, paragraph="<p>"):
    """The description as HTML."""
    text = one["sections"]
    parts = [f"{paragraph}{html.escape(line, quote=False)}</p>" for line in (text["about"], f"{text['opening']} {text['model']}")]
    for heading, lines in text["lists"]:
        parts.append(f"<h3>{html.escape(heading, quote=False)}</h3>{bullets(lines)}")
    parts.append(f"{paragraph}{html.escape(text['closing'], quote=False)}</p>")
    return "".join(parts)


def as_text(one):
    """The description as plain text."""
    text = one["sections"]
    parts = [text["about"], f"{text['opening']} {text['model']}"]
    for heading, lines in text["lists"]:
        parts.append("\n".join([heading.upper(), *(f"- {line}" for line in lines)]))
    return "\n\n".join([*parts, text["closing"]])


def bullets(lines):
    """A list in HTML."""
    return "<ul>" + "".join(f"<li>{html.escape(line, quote=False)}</li>" for line in lines) + "</ul>"


SOURCES = {"ashby": ashby, "greenhouse": greenhouse, "lever": lever, "smartrecruiters": smartrecruiters,
           "remotive": remotive, "arbeitnow": arbeitnow, "jobicy": jobicy, "jsearch": jsearch}
