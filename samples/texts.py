"""The words of a posting as HTML, as plain text and as pay, and the names of links and files."""

import html
import re


def slug(path, query):
    """Name the file of the recorded answer to one request, as src/http/recording.rs does."""
    address = path + "".join(
        f"{'?' if index == 0 else '&'}{key}={value}" for index, (key, value) in enumerate(query)
    )
    return re.sub(r"[^A-Za-z0-9._=]+", "-", address.lstrip("/"))[:100].strip("-.")


def dashed(text):
    """Lower case with dashes, for links."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def hourly(one):
    """Whether the pay is per hour."""
    return one["pay"] is not None and one["pay"][0] < 500


def pay_text(one):
    """Pay as boards display it."""
    low, high = one["pay"]
    if hourly(one):
        return f"CA${low:.2f} - CA${high:.2f} per hour"
    return f"CA${low / 1000:.0f}K - CA${high / 1000:.0f}K"


def as_html(one, paragraph="<p>"):
    """Write the description as HTML."""
    text = one["sections"]
    parts = [
        f"{paragraph}{html.escape(line, quote=False)}</p>"
        for line in (text["about"], f"{text['opening']} {text['model']}")
    ]
    for heading, lines in text["lists"]:
        parts.append(f"<h3>{html.escape(heading, quote=False)}</h3>{bullets(lines)}")
    parts.append(f"{paragraph}{html.escape(text['closing'], quote=False)}</p>")
    return "".join(parts)


def as_text(one):
    """Write the description as plain text."""
    text = one["sections"]
    parts = [text["about"], f"{text['opening']} {text['model']}"]
    for heading, lines in text["lists"]:
        parts.append("\n".join([heading.upper(), *(f"- {line}" for line in lines)]))
    return "\n\n".join([*parts, text["closing"]])


def bullets(lines):
    """Write a list in HTML."""
    return "<ul>" + "".join(f"<li>{html.escape(line, quote=False)}</li>" for line in lines) + "</ul>"
