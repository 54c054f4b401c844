"""How job boards write a posting. One function a source: postings → (path, query, body)."""

import base64
import html

from texts import as_html, as_text, dashed, hourly, pay_text
from words.companies import PLACES

JSEARCH_QUERY = "data engineer in Toronto"
TABLE_COLUMNS = [
    "id",
    "site",
    "job_url",
    "title",
    "company",
    "location",
    "date_posted",
    "job_type",
    "min_amount",
    "max_amount",
    "currency",
    "interval",
    "is_remote",
    "skills",
    "description",
    "company_num_employees",
]


def remotive(postings, spoil):
    """One answer; pay is free text."""
    records = [
        {
            "id": one["number"],
            "url": f"https://remotive.com/remote-jobs/{one['kind']}/{dashed(one['title'])}-{one['number']}",
            "title": one["title"],
            "company_name": one["company"],
            "company_logo": f"https://remotive.com/job/{one['number']}/logo",
            "category": one["department"],
            "tags": [skill.lower() for skill in one["skills"]],
            "job_type": {"intern": "internship", "temp": "contract"}.get(one["contract"], one["contract"]),
            "publication_date": one["published"].strftime("%Y-%m-%dT%H:%M:%S"),
            "candidate_required_location": "Canada" if one["number"] % 3 else "USA, Canada",
            "salary": pay_text(one) if one["pay"] else "",
            "description": as_html(one),
        }
        for one in postings
    ]
    spoil("remotive", records)
    yield (
        "/api/remote-jobs",
        [],
        {
            "0-legal-notice": "Made-up postings in the shape of the Remotive API.",
            "job-count": len(records),
            "total-job-count": len(records),
            "jobs": records,
        },
    )


def arbeitnow(postings, spoil):
    """One page, then an empty one; times are seconds."""
    records = [
        {
            "slug": f"{dashed(one['title'])}-{(PLACES[one['place']][1] or 'remote').lower()}-{one['number']}",
            "company_name": one["company"],
            "title": one["title"],
            "description": as_html(one),
            "remote": one["model"] == "remote",
            "url": f"https://www.arbeitnow.com/jobs/companies/{one['slug']}/{dashed(one['title'])}-{one['number']}",
            "tags": [one["department"], *one["skills"][:2]],
            "job_types": {
                "full_time": ["Full Time"],
                "part_time": ["Part Time"],
                "contract": ["Contract"],
                "intern": ["internship"],
                "temp": [],
            }[one["contract"]],
            "location": PLACES[one["place"]][0],
            "created_at": int(one["published"].timestamp()),
        }
        for one in postings
    ]
    spoil("arbeitnow", records)
    base = "https://www.arbeitnow.com/api/job-board-api"
    yield (
        "/api/job-board-api",
        [("page", "1")],
        {
            "data": records,
            "links": {"first": f"{base}?page=1", "last": None, "prev": None, "next": None},
            "meta": {"current_page": 1, "from": 1, "path": base, "per_page": 100, "to": len(records)},
        },
    )


def jobicy(postings, spoil):
    """One answer for Canada; names hold HTML entities."""
    records = []
    for one in postings:
        record = {
            "id": one["number"],
            "url": f"https://jobicy.com/jobs/{one['number']}-{dashed(one['title'])}",
            "jobSlug": f"{one['number']}-{dashed(one['title'])}",
            "jobTitle": html.escape(one["title"]),
            "companyName": html.escape(one["company"]),
            "companyLogo": f"https://jobicy.com/data/{one['number']}.png",
            "jobIndustry": [html.escape(f"{one['department']} & Operations")],
            "jobType": [one["contract"].replace("_", "-").title()],
            "jobGeo": "Canada",
            "jobLevel": {"junior": "Junior", "mid": "Midweight", "senior": "Senior", "lead": "Director"}[
                one["level"]
            ],
            "jobExcerpt": one["sections"]["opening"],
            "jobDescription": as_html(one).replace("</ul>", "</ul>\n"),
            "pubDate": one["published"].isoformat(),
        }
        if one["pay"]:
            record |= {
                "salaryMin": one["pay"][0],
                "salaryMax": one["pay"][1],
                "salaryCurrency": "CAD",
                "salaryPeriod": "hourly" if hourly(one) else "yearly",
            }
        records.append(record)
    spoil("jobicy", records)
    yield (
        "/api/v2/remote-jobs",
        [("count", "100"), ("geo", "canada")],
        {
            "apiVersion": "2",
            "friendlyNotice": "Made-up postings in the shape of the Jobicy API.",
            "jobCount": len(records),
            "jobs": records,
            "success": True,
        },
    )


def jsearch(postings, spoil):
    """Two pages of a search, joined by a cursor."""
    records = [jsearch_job(one) for one in postings]
    spoil("jsearch", records)
    half = (len(records) + 1) // 2
    for page, part, cursor in (("page", "1"), records[:half], "p2"), (("cursor", "p2"), records[half:], None):
        query = [
            ("query", JSEARCH_QUERY),
            page,
            ("num_pages", "1"),
            ("country", "ca"),
            ("date_posted", "week"),
        ]
        yield "/jsearch/search-v2", query, jsearch_body(part, cursor)


def jsearch_body(records, cursor):
    """Wrap the jobs of one page."""
    return {
        "status": "OK",
        "request_id": "5a3f2c1e-0000-4000-8000-000000000001",
        "parameters": {"query": JSEARCH_QUERY, "country": "ca", "date_posted": "week", "num_pages": 1},
        "data": {"jobs": records, "cursor": cursor},
    }


def jsearch_job(one):
    """Write one job of a JSearch answer."""
    _, city, region, _, lat, lon = PLACES[one["place"]]
    link = f"https://{dashed(one['company'])}.example/careers/{one['number']}"
    word = {
        "full_time": "Full-time",
        "part_time": "Part-time",
        "contract": "Contractor",
        "intern": "Internship",
        "temp": "Contractor",
    }[one["contract"]]
    low, high = one["pay"] or (None, None)
    return {
        "job_id": base64.b64encode(one["id"].encode()[:16]).decode(),
        "job_title": one["title"],
        "employer_name": one["company"],
        "employer_logo": None,
        "employer_website": f"https://{dashed(one['company'])}.example",
        "job_publisher": "Company Careers",
        "job_employment_type": word,
        "job_employment_types": [word.upper().replace("-", "").replace("INTERNSHIP", "INTERN")],
        "job_apply_link": link,
        "job_apply_is_direct": True,
        "apply_options": [{"publisher": "Company Careers", "apply_link": link, "is_direct": True}],
        "job_description": as_text(one),
        "job_is_remote": one["model"] == "remote",
        "job_posted_at": None,
        "job_posted_at_timestamp": int(one["published"].replace(hour=0, minute=0, second=0).timestamp()),
        "job_posted_at_datetime_utc": one["published"].strftime("%Y-%m-%dT00:00:00.000Z"),
        "job_location": PLACES[one["place"]][0] if city else "Canada",
        "job_city": city,
        "job_state": region,
        "job_country": "CA",
        "job_latitude": lat,
        "job_longitude": lon,
        "job_benefits": None,
        "job_google_link": "https://www.google.com/search?q=jobs",
        "job_salary": None,
        "job_min_salary": low,
        "job_max_salary": high,
        "job_salary_period": ("HOUR" if hourly(one) else "YEAR") if one["pay"] else None,
        "job_highlights": {},
        "job_onet_soc": "15124300" if one["kind"] == "data_engineer" else None,
        "job_onet_job_zone": "4",
    } | ({"work_arrangement": one["model"]} if one["model"] != "unknown" else {})


def table_row(one):
    """Write a row of the exported table."""
    low, high = one["pay"] or ("", "")
    return [
        f"csv-{one['number']}",
        "company",
        f"https://{dashed(one['company'])}.example/jobs/{one['number']}",
        one["title"],
        one["company"],
        PLACES[one["place"]][0],
        one["published"].date().isoformat(),
        one["contract"].replace("_", ""),
        low,
        high,
        "CAD" if one["pay"] else "",
        ("hourly" if hourly(one) else "yearly") if one["pay"] else "",
        {"remote": "True", "onsite": "False"}.get(one["model"], ""),
        ", ".join(one["skills"]),
        as_text(one),
        one["size"] or "",
    ]
