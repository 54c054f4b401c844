"""Data Docs that open offline: the pages of Great Expectations without what they load from other hosts.

Its own pages load style sheets and scripts from a dozen addresses, and a picture that tells its makers when
a page was opened. What is left here are the words and tables, under a style sheet of ours. Each layer has a
folder and replaces it; the index lists what stands there, so that layers may be checked one by one.
"""

import html
import json
import re
import shutil
import tempfile
from pathlib import Path

STYLE = Path(__file__).with_name("data_docs.css").read_text(encoding="utf-8")
LAYERS = ("raw", "staging", "marts")

# What a page must lose. Each begins and ends in the templates of the pinned release; `checked` tells when
# one does not.
REMOVED = [
    re.compile(r"<script\b.*?</script>", re.DOTALL),
    re.compile(r"<style\b.*?</style>", re.DOTALL),
    re.compile(r"<link\b[^>]*>"),
    re.compile(r"<img\b[^>]*>", re.DOTALL),
    re.compile(r"<nav\b.*?</nav>\s*(?:</div>\s*</nav>)?", re.DOTALL),
    re.compile(r"<footer\b.*?</footer>", re.DOTALL),
    re.compile(r"<strong>Table of Contents</strong>|<h4>Expectation Validation Result</h4>"),
    re.compile(r'<p class="lead">.*?</p>', re.DOTALL),
    re.compile(r'<div class="card mb-3">.*?Failed Only.*?</label>(?:\s*</div>){5}', re.DOTALL),
]
# The card that a script unfolds, with the link that asks it to; the first of the closing tags is its own.
FOLDED = re.compile(
    r'<p class="m-0">\s*<a data-toggle="collapse".*?</p>(.*?)</div>((?:\s*</div>){4}\s*<div id="section-2")',
    re.DOTALL,
)
# A tag that makes a browser ask another host for something. Texts of postings may say whatever they like.
REQUEST = re.compile(
    r"<[^>]*(?:\b(?:src|href|action|data|poster)\s*=\s*[\"']?\s*(?:https?:)?//|url\()", re.IGNORECASE
)
# And what the browser itself refuses, should a value of the data be taken for a tag.
POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)


class BeaconError(Exception):
    """A page would ask another host for something: the templates of Great Expectations have changed."""


def write(outcomes: list, folder: Path) -> None:
    """Write the pages of these layers, and the index of all layers that stand there."""
    folder.mkdir(parents=True, exist_ok=True)
    for outcome in outcomes:
        fresh = Path(tempfile.mkdtemp(prefix=f".{outcome.layer}-", dir=folder))
        fresh.chmod(0o755)
        for name, page in outcome.pages.items():
            (fresh / f"{slug(name)}.html").write_text(offline(page, outcome, name), encoding="utf-8")
        (fresh / "summary.json").write_text(
            json.dumps(digest(outcome), ensure_ascii=False, indent=1), encoding="utf-8"
        )
        shutil.rmtree(folder / outcome.layer, ignore_errors=True)
        fresh.rename(folder / outcome.layer)
    pending = folder / ".index.html"
    pending.write_text(index(folder), encoding="utf-8")
    pending.replace(folder / "index.html")


def offline(page: str, outcome, batch: str) -> str:
    """Return a page of Great Expectations that asks no other host for anything, with our words above it."""
    for pattern in REMOVED:
        page = pattern.sub("", page)
    page = re.sub(r"<title>.*?</title>", "", page, flags=re.DOTALL)
    # Ours is one page for each batch; the list of expectations is on it.
    page = re.sub(r"<a\b[^>]*expectations/[^>]*>(.*?)</a>", r"\1", page, flags=re.DOTALL)
    page = FOLDED.sub(r"<details><summary>Query and times</summary>\1</div></details>\2", page)
    title = html.escape(f"{outcome.layer}, {batch}: {outcome.day}")
    failing = "".join(
        f'<li class="bad">{html.escape(result.says)}'
        f'<p class="more">Observed: {html.escape(result.observed)}</p>'
        f'<p class="more">Next: {html.escape(result.next_step)}</p></li>'
        for result in outcome.results
        if result.batch == batch and not result.holds
    )
    top = (
        f'<p class="home"><a href="../index.html">All expectations</a></p><h1>{title}</h1><ul>{failing}</ul>'
    )
    page = page.replace("<head>", f"<head>{POLICY}", 1)
    page = page.replace("</head>", f"<title>{title}</title><style>{STYLE}</style></head>", 1)
    page = page.replace("<body>", f'<body class="page">{top}', 1)
    return checked(page)


def checked(page: str) -> str:
    """Return the page when it would ask no other host for anything."""
    found = REQUEST.search(page)
    if found:
        raise BeaconError(
            f"a page of the Data Docs would load {page[found.start() : found.start() + 80]!r}; mend REMOVED"
        )
    return page


def digest(outcome) -> dict:
    """Gather what the index tells of a layer."""
    rows = [
        {
            "page": f"{slug(result.batch)}.html",
            "batch": result.batch,
            "says": result.says,
            "holds": result.holds,
        }
        | ({} if result.holds else {"observed": result.observed, "next": result.next_step})
        for result in outcome.results
    ]
    return {
        "layer": outcome.layer,
        "day": outcome.day.isoformat(),
        "results": rows,
        "remarks": outcome.remarks,
    }


def index(folder: Path) -> str:
    """All layers on one page, what fails first."""
    parts = []
    for layer in LAYERS:
        file = folder / layer / "summary.json"
        if file.is_file():
            parts.append(section(json.loads(file.read_text(encoding="utf-8"))))
    body = "".join(parts) or "<p>Nothing was checked yet.</p>"
    return checked(
        f'<!doctype html><html lang="en"><head>{POLICY}<meta charset="utf-8"><title>Expectations</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><h1>What is expected of the data</h1>{body}</body></html>\n"
    )


def section(layer: dict) -> str:
    """One layer of the index."""
    rows = sorted(layer["results"], key=lambda row: row["holds"])
    failed = sum(not row["holds"] for row in rows)
    state = f"{failed} of {len(rows)} fail" if failed else f"all {len(rows)} hold"
    lines = "".join(line(layer["layer"], row) for row in rows)
    color = "bad" if failed else "good"
    said = "".join(f"<li>{html.escape(remark)}</li>" for remark in layer["remarks"])
    return (
        f'<h2>{layer["layer"]} <small class="{color}">{state}, {layer["day"]}</small></h2>'
        f"<table><thead><tr><th></th><th>Expectation</th><th>Of</th></tr></thead><tbody>{lines}</tbody></table>"
        + (f"<ul>{said}</ul>" if said else "")
    )


def line(layer: str, row: dict) -> str:
    """One expectation of the index."""
    sign = '<td class="good">✓</td>' if row["holds"] else '<td class="bad">✗</td>'
    more = ""
    if not row["holds"]:
        observed, next_step = html.escape(row["observed"]), html.escape(row["next"])
        more = f'<p class="more">Observed: {observed}</p><p class="more">Next: {next_step}</p>'
    return (
        f"<tr>{sign}<td>{html.escape(row['says'])}{more}</td>"
        f'<td><a href="{layer}/{row["page"]}">{html.escape(row["batch"])}</a></td></tr>'
    )


def slug(name: str) -> str:
    """Make a file name of plain letters."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
