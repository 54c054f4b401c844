"""Writes the bundled postings: answers of job APIs in their real shapes, with made-up companies and texts.

The files in answers/ and tables/ are its output and are committed; a run reproduces them (fixed seed,
no clock, standard library only), and `--check` says where they differ. Postings are first made alike for all
sources, then ats.py and boards.py write them the way each source does. A few are bad on purpose: see `spoil`.
"""

import csv
import datetime
import html
import io
import json
import pathlib
import random
import sys
import uuid

import ats
import boards
import texts
from words import companies, english, french

SEED = 20261122
NOW = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.UTC)
HERE = pathlib.Path(__file__).parent
SIZES = [None, "11-50", "51-200", "201-500", "1001-5000"]
TITLE_MODELS = {"remote": 0.22, "hybrid": 0.36, "onsite": 0.28, "unknown": 0.14}

# The same opening met again elsewhere: source, company, title of the first, place as written there.
REPEATED = [
    ("jsearch", "Maple Ledger", "Senior Data Engineer", "toronto"),
    ("jsearch", "Harbourlight Robotics", "Senior Data Engineer, Telemetry", "toronto"),
    ("remotive", "Northtide Health", "Data Engineer, Clinical Records", "canada"),
    ("files", "Kestel Transit Systems", "Data Engineer", "toronto"),
]
COUNTS = {
    "ashby": 15,
    "greenhouse": 14,
    "lever": 11,
    "smartrecruiters": 14,
    "remotive": 15,
    "arbeitnow": 14,
    "jobicy": 15,
    "jsearch": 20,
    "files": 18,
}


SOURCES = {
    "ashby": ats.ashby,
    "greenhouse": ats.greenhouse,
    "lever": ats.lever,
    "smartrecruiters": ats.smartrecruiters,
    "remotive": boards.remotive,
    "arbeitnow": boards.arbeitnow,
    "jobicy": boards.jobicy,
    "jsearch": boards.jsearch,
}


def main():
    """Write every file, or with `--check` say which differ from what is there."""
    files = {HERE / name: text for name, text in made_files().items()}
    there = {
        file for folder in ("answers", "tables") for file in (HERE / folder).rglob("*") if file.is_file()
    }
    if sys.argv[1:] == ["--check"]:
        wrong = sorted(there ^ files.keys())
        wrong += sorted(
            file for file, text in files.items() if file in there and file.read_text("utf-8") != text
        )
        if wrong:
            sys.exit("not as make_samples.py writes them:\n" + "\n".join(f"  {file}" for file in wrong))
        return
    for file in there - files.keys():
        file.unlink()
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    print(f"{len(files)} files, {sum(len(text.encode()) for text in files.values()) / 1e6:.2f} MB")


def made_files():
    """Make every posting, shape it per source, and name the answers: path → text."""
    chance = random.Random(SEED)  # noqa: S311 (chance for texts, not for secrets)
    postings = place_by_hand(chance)
    fill_up(chance, postings)
    repeat(chance, postings)
    files = {}
    for source, shape in SOURCES.items():
        mine = [posting for posting in postings if posting["source"] == source]
        for path, query, body in shape(mine, spoil):
            # Indented by one so that a change reads well.
            text = json.dumps(body, ensure_ascii=False, indent=1) + "\n"
            files[f"answers/{source}/{texts.slug(path, query)}.json"] = text
    files["tables/job-board-export.csv"] = table([p for p in postings if p["source"] == "files"])
    return files


def place_by_hand(chance):
    """Make those of words/placed.csv, so that a search for data work in Toronto has something to rank."""
    made = []
    with (HERE / "words" / "placed.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            board = next((b for b in companies.BOARDS.get(row["source"], []) if b[1] == row["company"]), None)
            pay = (int(row["pay_low"]), int(row["pay_high"])) if row["pay_low"] else None
            chosen = {key: row[key] for key in ("kind", "title", "level", "place", "model", "contract")}
            days = int(row["days_ago"])
            made.append(posting(chance, row["source"], row["company"], board, pay=pay, days=days, **chosen))
    return made


def fill_up(chance, postings):
    """Add varied postings until every source and board has its number."""
    for source, count in COUNTS.items():
        for board in companies.BOARDS.get(source, [None]):
            have = sum(
                p["source"] == source and (board is None or p["company"] == board[1]) for p in postings
            )
            for _ in range(count - have):
                postings.append(varied(chance, source, board))


def varied(chance, source, board):
    """One posting drawn at random for a source, or for one of its boards."""
    in_french = board[2] == "fr" if board else chance.random() < 0.15
    words = french if in_french else english
    if board:
        company, places, kinds = board[1], board[4], [kind for kind in board[5] if kind in words.KINDS]
        if words is english:
            # Those are placed by hand.
            kinds = [kind for kind in kinds if kind != "data_engineer"]
    else:
        company, _ = chance.choice(companies.SINGLES_FR if in_french else companies.SINGLES)
        places = ["montreal", "quebec"] if in_french else list(companies.PLACES)
        kinds = [kind for kind in words.KINDS if kind != "data_engineer"]
    kind, place = chance.choice(kinds), chance.choice(places)
    level = chance.choices(["junior", "mid", "senior", "lead"], [15, 50, 27, 8])[0]
    if source in ("remotive", "jobicy"):
        place = "canada"
        kind = chance.choice([k for k in kinds if not words.KINDS[k].get("hourly")])
    model = "remote" if place == "canada" else chance.choices(*zip(*TITLE_MODELS.items(), strict=True))[0]
    if words.KINDS[kind].get("hourly") and place != "canada":
        model = "onsite"
    contract = chance.choices(["full_time", "part_time", "contract", "intern", "temp"], [76, 9, 9, 3, 3])[0]
    base = chance.choice(words.KINDS[kind]["titles"])
    title = words.LEVELS["mid" if words.KINDS[kind].get("hourly") else level][0].format(base)
    low, high = words.KINDS[kind]["pay"]
    factor = words.LEVELS[level][1] * chance.uniform(0.93, 1.07)
    pay = (round(low * factor, -3), round(high * factor, -3)) if chance.random() < 0.62 else None
    if pay and words.KINDS[kind].get("hourly"):
        pay = tuple(round(amount / 1950, 2) for amount in pay)
    days = chance.choices([chance.randint(0, 7), chance.randint(8, 34)], [80, 20])[0]
    return posting(chance, source, company, board, kind, title, level, place, model, contract, pay, days)


def posting(chance, source, company, board, kind, title, level, place, model, contract, pay, days):
    """One posting, the same for all sources, with its text."""
    words = (
        french if (kind in french.KINDS and ((board and board[2] == "fr") or is_french(company))) else english
    )
    published = NOW - datetime.timedelta(
        days=days, hours=chance.randint(0, 15), minutes=chance.randint(0, 59)
    )
    skills = chance.sample(words.KINDS[kind]["skills"], k=min(5, len(words.KINDS[kind]["skills"])))
    about = board[6] if board else one_line_about(company, words)
    return {
        "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "number": chance.randint(10**6, 10**7),
        "source": source,
        "company": company,
        "slug": board[0] if board else texts.dashed(company),
        "size": board[3] if board else chance.choice(SIZES),
        "kind": kind,
        "title": title,
        "level": level,
        "place": place,
        "model": model,
        "contract": contract,
        "pay": pay,
        "published": published,
        "skills": skills,
        "language": "fr" if words is french else "en",
        "department": words.KINDS[kind]["department"],
        "sections": sections(chance, words, kind, title, place, model, pay, skills, about),
    }


def is_french(company):
    """Whether this single company writes in French."""
    return any(name == company for name, _ in companies.SINGLES_FR)


def one_line_about(company, words):
    """Say what a single company does, in one sentence."""
    for name, does in companies.SINGLES + companies.SINGLES_FR:
        if name == company:
            return f"{name} {does}."
    return company


def sections(chance, words, kind, title, place, model, pay, skills, about):
    """Write the text in parts: about, opening, three lists with headings, closing."""
    family, shown = words.KINDS[kind], companies.PLACES[place][1] or "Canada"
    known = family["skills"]
    opening = chance.choice(words.OPENINGS).format(
        title=title, team=family["department"].lower(), place=shown, n=chance.randint(4, 19)
    )
    if words is english and title[0] in "AEIO":
        opening = opening.replace(f" a {title}", f" an {title}")
    duties = [
        d.format(*known)
        for d in chance.sample(family["duties"], k=min(len(family["duties"]), chance.randint(4, 6)))
    ]
    needs = [
        n.format(*known)
        for n in chance.sample(family["needs"], k=min(len(family["needs"]), chance.randint(3, 5)))
    ]
    label = "Technologies et méthodes : " if words is french else "You will meet: "
    needs.append(label + ", ".join(skills) + ".")
    benefits = chance.sample(words.BENEFITS, k=chance.randint(2, 4))
    if pay and chance.random() < 0.5:
        benefits.append(pay_sentence(words, pay))
    return {
        "about": about,
        "opening": opening,
        "model": chance.choice(words.MODELS[model]).format(place=shown),
        "lists": list(zip(chance.choice(words.HEADINGS), [duties, needs, benefits], strict=True)),
        "closing": " ".join(chance.sample(words.CLOSINGS, k=2)),
    }


def pay_sentence(words, pay):
    """Write the pay as a sentence of the text."""
    low, high = (f"{amount:,.2f}" if amount < 500 else f"{amount:,.0f}" for amount in pay)
    if words is french:
        low, high = (text.replace(",", " ").replace(".", ",") for text in (low, high))
        span = "l'heure" if pay[0] < 500 else "par an"
        return f"Salaire de {low} $ à {high} $ {span}."
    return f"Pay between ${low} and ${high} {'an hour' if pay[0] < 500 else 'a year'}."


def repeat(chance, postings):
    """Add openings met a second time at another source, some days later."""
    for source, company, title, place in REPEATED:
        first = next(p for p in postings if p["company"] == company and p["title"] == title)
        again = {
            **first,
            "source": source,
            "place": place,
            "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            "number": chance.randint(10**6, 10**7),
            "published": first["published"] + datetime.timedelta(hours=18),
        }
        postings.append(again)


def spoil(source, records):
    """Damage a few finished records of a source, the way real ones are damaged."""
    if source == "ashby":
        records[3]["title"] = None
        records[5]["descriptionHtml"] += (
            '<script>alert("never runs")</script><p onclick="x()">See you soon.</p>'
        )
    elif source == "greenhouse":
        records[4]["absolute_url"] += "?gh_src=abc123&utm_source=board&utm_medium=feed"
        records[5]["title"] = "  "
        records[6]["content"] += html.escape('<img src="https://pixel.example/1.gif" width="1" height="1">')
    elif source == "arbeitnow":
        records[2]["created_at"] += 3 * 365 * 86400
    elif source == "jobicy":
        records[1]["jobDescription"] += "<p>NUL here: \u0000, and a bell: \u0007.</p>"
    elif source == "lever":
        records[2]["text"] = '=HYPERLINK("https://example.com","Controls Electrician")'
    elif source == "smartrecruiters":
        records[1]["jobAd"]["sections"]["jobDescription"]["text"] += (
            '<iframe src="https://example.com"></iframe>'
        )
    elif source == "jsearch":
        records[0]["job_apply_link"] += "?utm_campaign=google_jobs_apply&utm_source=google_jobs_apply"


def table(postings):
    """Write a table such as job-board tools export, with columns of its own."""
    out = io.StringIO(newline="")
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(boards.TABLE_COLUMNS)
    rows.writerows(boards.table_row(one) for one in postings)
    return out.getvalue()


if __name__ == "__main__":
    main()
