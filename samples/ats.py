"""How companies' own job boards write a posting. One function a source: postings → (path, query, body)."""

import html

from texts import as_html, as_text, bullets, dashed, hourly, pay_text
from words.companies import BOARDS, PLACES


def ashby(postings, spoil):
    """Write one answer a board."""
    for board, *_ in BOARDS["ashby"]:
        records = [ashby_job(one) for one in postings if one["slug"] == board]
        if board == "mapleledger":
            spoil("ashby", records)
        yield (
            f"/posting-api/job-board/{board}",
            [("includeCompensation", "true")],
            {"jobs": records, "apiVersion": "1"},
        )


def ashby_job(one):
    """Write one job of an Ashby board."""
    shown, city, region, _, _, _ = PLACES[one["place"]]
    link = f"https://jobs.ashbyhq.com/{one['slug']}/{one['id']}"
    paid = one["pay"] is not None
    summary = pay_text(one) if paid else None
    return {
        "id": one["id"],
        "title": one["title"],
        "department": one["department"],
        "team": one["department"],
        "employmentType": {
            "full_time": "FullTime",
            "part_time": "PartTime",
            "contract": "Contract",
            "intern": "Intern",
            "temp": "Temporary",
        }[one["contract"]],
        "location": shown,
        "shouldDisplayCompensationOnJobPostings": paid,
        "secondaryLocations": [],
        "publishedAt": one["published"].isoformat(timespec="milliseconds"),
        "isListed": True,
        "isRemote": one["model"] == "remote",
        "workplaceType": {"remote": "Remote", "hybrid": "Hybrid", "onsite": "OnSite", "unknown": None}[
            one["model"]
        ],
        "address": {
            "postalAddress": {"addressRegion": region, "addressCountry": "Canada", "addressLocality": city}
        },
        "jobUrl": link,
        "applyUrl": f"{link}/application",
        "descriptionHtml": as_html(one, '<p style="min-height:1.5em">'),
        "descriptionPlain": as_text(one),
        "compensation": {
            "compensationTierSummary": summary,
            "scrapeableCompensationSalarySummary": summary,
            "compensationTiers": [],
            "summaryComponents": [
                {
                    "id": f"pay-{one['number']}",
                    "summary": summary,
                    "compensationType": "Salary",
                    "interval": "1 HOUR" if hourly(one) else "1 YEAR",
                    "currencyCode": "CAD",
                    "minValue": one["pay"][0],
                    "maxValue": one["pay"][1],
                }
            ]
            if paid
            else [],
        },
    }


def greenhouse(postings, spoil):
    """Write one answer a board; content is escaped twice."""
    for board, *_ in BOARDS["greenhouse"]:
        records = [greenhouse_job(one) for one in postings if one["slug"] == board]
        if board == "kesteltransit":
            spoil("greenhouse", records)
        yield (
            f"/v1/boards/{board}/jobs",
            [("content", "true")],
            {"jobs": records, "meta": {"total": len(records)}},
        )


def greenhouse_job(one):
    """Write one job of a Greenhouse board."""
    model = {"remote": "Remote, Canada", "hybrid": f"{PLACES[one['place']][0]} (Hybrid)"}
    place = model.get(one["model"], PLACES[one["place"]][0])
    stamp = one["published"].strftime("%Y-%m-%dT%H:%M:%S-05:00")
    return {
        "absolute_url": f"https://job-boards.greenhouse.io/{one['slug']}/jobs/{one['number']}",
        "data_compliance": [],
        "internal_job_id": one["number"] + 1000,
        "location": {"name": place},
        "metadata": [
            {
                "id": 11,
                "name": "Employment Type",
                "value": one["contract"].replace("_", "-").capitalize(),
                "value_type": "single_select",
            }
        ],
        "id": one["number"],
        "updated_at": stamp,
        "requisition_id": f"R-{one['number'] % 9973}",
        "title": one["title"],
        "company_name": one["company"],
        "first_published": stamp,
        "language": one["language"],
        "application_deadline": None,
        "content": html.escape(f'<div class="content-intro">{as_html(one)}</div>'),
        "departments": [{"id": 7, "name": one["department"], "child_ids": [], "parent_id": None}],
        "offices": [
            {
                "id": 9,
                "name": PLACES[one["place"]][1] or "Remote",
                "location": PLACES[one["place"]][0],
                "child_ids": [],
                "parent_id": None,
            }
        ],
    }


def lever(postings, spoil):
    """Write one page a site; no company name in it."""
    for site, *_ in BOARDS["lever"]:
        records = [lever_posting(one) for one in postings if one["slug"] == site]
        if site == "juniperstone":
            spoil("lever", records)
        yield f"/v0/postings/{site}", [("mode", "json"), ("skip", "0"), ("limit", "100")], records


def lever_posting(one):
    """Write one posting of a Lever site."""
    place, link = PLACES[one["place"]][0], f"https://jobs.lever.co/{one['slug']}/{one['id']}"
    text = one["sections"]
    intro = f"{text['about']}\n\n{text['opening']}\n{text['model']}"
    record = {
        "additional": f"<div>{html.escape(text['closing'], quote=False)}</div>",
        "additionalPlain": text["closing"],
        "categories": {
            "commitment": {
                "full_time": "Full-time",
                "part_time": "Part-time",
                "contract": "Contract",
                "intern": "Internship",
                "temp": "Temporary",
            }[one["contract"]],
            "department": one["department"],
            "location": place,
            "team": one["department"],
            "allLocations": [place],
        },
        "createdAt": int(one["published"].timestamp() * 1000),
        "descriptionPlain": intro,
        "description": f"<div>{html.escape(intro, quote=False)}</div>".replace("\n", "<br>"),
        "id": one["id"],
        "lists": [
            {
                "text": heading,
                "content": "".join(f"<li>{html.escape(line, quote=False)}</li>" for line in lines),
            }
            for heading, lines in text["lists"]
        ],
        "text": one["title"],
        "country": "CA",
        "workplaceType": {
            "remote": "remote",
            "hybrid": "hybrid",
            "onsite": "on-site",
            "unknown": "unspecified",
        }[one["model"]],
        "hostedUrl": link,
        "applyUrl": f"{link}/apply",
    }
    if one["pay"]:
        record["salaryRange"] = {
            "min": one["pay"][0],
            "max": one["pay"][1],
            "currency": "CAD",
            "interval": "per-hour-wage" if hourly(one) else "per-year-salary",
        }
    return record


def smartrecruiters(postings, spoil):
    """Write a list, and one detail answer a posting."""
    company = BOARDS["smartrecruiters"][0][0]
    details = [smartrecruiters_detail(one) for one in postings]
    spoil("smartrecruiters", details)
    rows = [
        {key: value for key, value in detail.items() if key not in ("postingUrl", "applyUrl", "jobAd")}
        for detail in details
    ]
    yield (
        f"/v1/companies/{company}/postings",
        [("limit", "100"), ("offset", "0")],
        {"offset": 0, "limit": 100, "totalFound": len(rows), "content": rows},
    )
    for detail in details:
        yield f"/v1/companies/{company}/postings/{detail['id']}", [], detail


def smartrecruiters_detail(one):
    """Write the detail answer of one posting; a row of the list is a part of it."""
    _, city, _, code, lat, lon = PLACES[one["place"]]
    identity, text = f"7440000{one['number']}", one["sections"]
    (_, duties), (_, needs), (_, benefits) = text["lists"]
    return {
        "id": identity,
        "name": one["title"],
        "uuid": one["id"],
        "refNumber": f"REF{one['number'] % 7919}W",
        "company": {"identifier": one["slug"], "name": one["company"]},
        "releasedDate": one["published"].strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "location": {
            "city": city,
            "region": code,
            "country": "ca",
            "remote": one["model"] == "remote",
            "hybrid": one["model"] == "hybrid",
            "latitude": str(lat),
            "longitude": str(lon),
            "fullLocation": PLACES[one["place"]][0],
        },
        "department": {"id": "12", "label": one["department"]},
        "typeOfEmployment": {
            "id": {
                "full_time": "permanent",
                "part_time": "part_time",
                "contract": "contract",
                "intern": "intern",
                "temp": "temporary",
            }[one["contract"]],
            "label": one["contract"].replace("_", "-").capitalize(),
        },
        "experienceLevel": {
            "id": {
                "junior": "entry_level",
                "mid": "associate",
                "senior": "mid_senior_level",
                "lead": "director",
            }[one["level"]],
            "label": one["level"].capitalize(),
        },
        "ref": f"https://api.smartrecruiters.com/v1/companies/{one['slug']}/postings/{identity}",
        "postingUrl": f"https://jobs.smartrecruiters.com/{one['slug']}/{identity}-{dashed(one['title'])}",
        "applyUrl": f"https://jobs.smartrecruiters.com/{one['slug']}/{identity}?oga=true",
        "jobAd": {
            "sections": {
                "companyDescription": {"title": "Company Description", "text": f"<p>{text['about']}</p>"},
                "jobDescription": {
                    "title": "Job Description",
                    "text": f"<p>{text['opening']} {text['model']}</p>{bullets(duties)}",
                },
                "qualifications": {"title": "Qualifications", "text": bullets(needs)},
                "additionalInformation": {
                    "title": "Additional Information",
                    "text": f"{bullets(benefits)}<p>{text['closing']}</p>",
                },
            }
        },
    }
