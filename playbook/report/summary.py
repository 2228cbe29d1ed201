"""The executive summary: one page over all phases, at most two on paper."""

import re
from collections.abc import Iterable

from markupsafe import Markup
from nbformat import NotebookNode

from playbook.report.page import Page
from playbook.report.render import export, told_notebook
from playbook.report.sections import Section, sections
from playbook.report.story import bottom_line, drawn, lead, open_questions, rests_on, told_finding
from playbook.result.formats import Formats

__all__ = ["render_summary"]

GOALS, PLAN, ALERTS, CHANGES = "scorecard", "plan", "alerts", "since-last"  # sections that the summary draws on
MOST_RISKS, MOST_CHANGES = 4, 3


def render_summary(phases: list[tuple[Page, NotebookNode]]) -> str:
    """``index.html``: goals, top findings by money, first actions, risks, what changed, what is still open, links to the pages.

    ``phases`` are the pages of this report with their executed notebooks, in order, at least one.
    """
    first = phases[0][0]
    told = [(page, told_notebook(notebook, page.fmt)) for page, notebook in phases]
    found = [(page, dict(page.siblings)[page.title], sections(notebook, page.fmt)) for page, notebook in told]
    leads = [lead(page, parts) for page, _, parts in found]
    heading = next(filter(None, leads), None)
    parts = [(page.title, href, section) for page, href, sections in found for section in sections]
    line = bottom_line((title, f"{href}#{section.id}", section) for title, href, section in parts)
    values = {
        "page": first,
        "headline": heading.headline if heading else first.fmt.say("{client}: executive summary", client=first.client),
        "bottom_line": line,
        "tiles": drawn(t for _, _, s in parts for a in s.answers if a["id"] == GOALS for t in a["tiles"]),
        "briefs": _briefs(parts, first.fmt),
        "risks": _risks(parts, line),
        "changes": _changes(parts),
        "links": [
            {
                "page": page,
                "href": href,
                "headline": top.headline if top else page.fmt.say("Not answered yet"),
                "progress": _progress(parts, page.fmt),
            }
            for (page, href, parts), top in zip(found, leads, strict=True)
        ],
        "locked": open_questions((a for _, _, s in parts for a in s.answers), first.fmt),
    }
    return export("summary.html.j2", phases[0][1], values)


Part = tuple[str, str, Section]  # title of the page, its address, one of its sections


def _answered(parts: Iterable[Part], name: str) -> Iterable[tuple[Part, dict]]:
    """The answers to the section ``name``, each with the part that holds it."""
    for part in parts:
        for answer in part[2].answers:
            if answer["id"] == name and answer["status"] == "answered":
                yield part, answer


def _briefs(parts: list[Part], fmt: Formats) -> list[dict]:
    """The goals and the first actions: each with its section's headline and a table of few rows, numbered through the page."""
    told = [(part, answer) for name in (GOALS, PLAN) for part, answer in _answered(parts, name) if answer["brief"]]
    return [
        {
            "id": answer["id"],
            "title": title,
            "href": f"{href}#{section.id}",
            "question": section.question,
            "headline": answer["headline"],
            "table": Markup(_numbered(answer["brief"], number, fmt)),
        }
        for number, ((title, href, section), answer) in enumerate(told, start=1)
    ]


def _numbered(table: str, number: int, fmt: Formats) -> str:
    return re.sub(r"<caption><b>", f"<caption><b>{Markup.escape(fmt.say('Table {n}.', n=number))} ", table, count=1)


def _risks(parts: list[Part], line: list[dict]) -> list[dict]:
    """What may come otherwise: alerts that wait for a decision and findings of harm, then assumptions little supports."""
    above, led = {f["id"] for f in line}, {f["href"].partition("#")[2] for f in line}
    alerts = [(part, f) for part, answer in _answered(parts, ALERTS) for f in answer["findings"] if f["urgent"]]
    harm = [(part, f) for part in parts for answer in part[2].answers for f in answer["findings"] if f["evidence"] == "harmful"]
    told = {f["id"]: told_finding(f, part[0], f"{part[1]}#{part[2].id}") for part, f in (*alerts, *harm) if f["id"] not in above}
    weak = [a for a in rests_on(s for _, _, s in parts) if (a["support"], a["impact"]) == ("low", "high")]
    weak.sort(key=lambda a: not any(s.id in led for s in a["sections"]))  # those behind the bottom line come first
    places = {s.id: (title, href) for title, href, s in parts}
    doubts = [
        {"text": a["text"], "group": places[s.id][0], "href": f"{places[s.id][1]}#{s.id}"}
        for a in weak
        for s in a["sections"][:1]
    ]
    return [*list(told.values())[: MOST_RISKS // 2], *doubts][:MOST_RISKS]


def _changes(parts: list[Part]) -> dict | None:
    """What is told of the time since the last report: headline and first findings; None without an earlier one."""
    for (title, href, section), answer in _answered(parts, CHANGES):
        told = [told_finding(f, title, f"{href}#{section.id}") for f in answer["findings"][:MOST_CHANGES]]
        return {"headline": answer["headline"], "findings": told, "title": title, "href": f"{href}#{section.id}"}
    return None


def _progress(parts: tuple[Section, ...], fmt: Formats) -> str:
    answers = [a for s in parts for a in s.answers]
    answered = sum(a["status"] == "answered" for a in answers)
    return fmt.say("{answered} of {n} questions answered", answered=answered, n=len(answers))
