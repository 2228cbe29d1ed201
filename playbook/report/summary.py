"""The executive summary: one page over all phases."""

import re

from markupsafe import Markup
from nbformat import NotebookNode

from playbook.report.page import Page
from playbook.report.render import export, numbered, told_notebook
from playbook.report.sections import Section, sections
from playbook.report.story import bottom_line, drawn, lead, open_questions
from playbook.result.formats import Formats

__all__ = ["render_summary"]

GOALS, PLAN = "scorecard", "plan"  # sections whose main table the summary repeats


def render_summary(phases: list[tuple[Page, NotebookNode]]) -> str:
    """``index.html``: goals, top findings by money, the plan, what is still open, links to the phases' pages.

    ``phases`` are the pages of this report with their executed notebooks, in order, at least one.
    """
    first = phases[0][0]
    told = [(page, told_notebook(notebook, page.fmt)) for page, notebook in phases]
    found = [(page, dict(page.siblings)[page.title], sections(notebook, page.fmt)) for page, notebook in told]
    leads = [lead(page, parts) for page, _, parts in found]
    heading = next(filter(None, leads), None)
    repeated = [
        (page, href, _main_table(section))
        for page, href, parts in found
        for section in parts
        if section.answer and section.answer["id"] in {GOALS, PLAN} and section.answer["status"] == "answered"
    ]
    tables = [
        {"section": section, "href": f"{href}#{section.id}", "title": page.title}
        for (page, href, _), section in zip(repeated, numbered([s for _, _, s in repeated], first.fmt), strict=True)
        if section.body
    ]
    tiles = [t for _, _, parts in found for s in parts for a in s.answers if a["id"] == GOALS for t in a["tiles"]]
    values = {
        "page": first,
        "headline": heading.headline if heading else first.fmt.say("{client}: executive summary", client=first.client),
        "bottom_line": bottom_line((page.title, f"{href}#{s.id}", s) for page, href, parts in found for s in parts),
        "tiles": drawn(tiles),
        "parts": tables,
        "links": [
            {
                "page": page,
                "href": href,
                "headline": top.headline if top else page.fmt.say("Not answered yet"),
                "progress": _progress(parts, page.fmt),
            }
            for (page, href, parts), top in zip(found, leads, strict=True)
        ],
        "locked": open_questions((a for _, _, parts in found for s in parts for a in s.answers), first.fmt),
    }
    return export("summary.html.j2", phases[0][1], values)


def _progress(parts: tuple[Section, ...], fmt: Formats) -> str:
    answers = [a for s in parts for a in s.answers]
    answered = sum(a["status"] == "answered" for a in answers)
    return fmt.say("{answered} of {n} questions answered", answered=answered, n=len(answers))


def _main_table(section: Section) -> Section:
    """The section's first table, without charts, readings and method."""
    text = re.sub(r"<figure.*?</figure>", "", section.body, flags=re.DOTALL)
    first = re.search(r'<div class="table.*?</table></div>', text, re.DOTALL)
    return Section(section.id, section.question, Markup(""), Markup(first.group(0)) if first else Markup(""), section.answers)
