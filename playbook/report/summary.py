"""The executive summary: one page over all phases."""

import re

from markupsafe import Markup
from nbformat import NotebookNode

from playbook.report.page import Page
from playbook.report.render import export, numbered
from playbook.report.sections import Section, sections
from playbook.report.story import bottom_line, drawn, headline

__all__ = ["render_summary"]

SHOWN_WHOLE = ("scorecard", "plan")  # sections whose tables the summary repeats


def render_summary(phases: list[tuple[Page, NotebookNode]]) -> str:
    """``index.html``: goals, top findings by money, the plan, what is still open, links to the phases' pages.

    ``phases`` are the pages of this report with their executed notebooks, in order.
    """
    found = [(page, sections(notebook)) for page, notebook in phases]
    answers = [s.answer for _, parts in found for s in parts if s.answer]
    parts = {s.answer["id"]: s for _, parts in found for s in parts if s.answer and s.answer["status"] == "answered"}
    lines = bottom_line(answers)
    values = {
        "page": phases[0][0], "headline": lines[0]["sentence"].rstrip(".") if lines else f"{phases[0][0].client}: executive summary",
        "bottom_line": lines, "tiles": drawn(t for a in answers for t in a["tiles"]),
        "parts": numbered([_tables_only(parts[name]) for name in SHOWN_WHOLE if name in parts]),
        "links": [{"title": p.title, "href": dict(p.siblings)[p.title], "headline": headline(p, s)} for p, s in found],
        "locked": [a for a in answers if a["status"] == "locked"],
    }
    return export("summary.html.j2", phases[0][1], values)


def _tables_only(section: Section) -> Section:
    """The section's first table, without charts, readings and method."""
    first = re.search(r'<div class="table.*?</table></div>', re.sub(r"<figure.*?</figure>", "", section.body, flags=re.DOTALL), re.DOTALL)
    return Section(section.question, Markup(""), Markup(first.group(0)) if first else Markup(""), section.answer)
