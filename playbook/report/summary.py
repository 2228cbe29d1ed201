"""The executive summary: one page over all phases."""

from nbformat import NotebookNode

from playbook.report.page import Page
from playbook.report.render import PageExporter, bottom_line, load_style
from playbook.report.sections import sections

__all__ = ["render_summary"]


def render_summary(phases: list[tuple[Page, NotebookNode]]) -> str:
    """``index.html``: scorecard, top findings by money, the plan, what is open, links to the phases' pages."""
    found = {page.id: (page, sections(notebook)) for page, notebook in phases}
    answers = [s.answer for _, parts in found.values() for s in parts if s.answer]
    by_id = {s.answer["id"]: s for _, parts in found.values() for s in parts if s.answer}
    first = phases[0][0]
    values = {
        "page": first, "answers": answers, "bottom_line": bottom_line(answers),
        "tiles": by_id["scorecard"].answer["tiles"] if "scorecard" in by_id else [], "plan": by_id.get("plan"),
        "links": [(page, _headline(page, parts)) for page, parts in found.values()],
        "locked": [a for a in answers if a["status"] == "locked"], "style": load_style(),
    }
    text, _ = PageExporter(template_file="summary.html.j2").from_notebook_node(phases[0][1], resources={"report": values})
    return text


def _headline(page: Page, parts) -> str:
    answered = [s.answer for s in parts if s.answer and s.answer["status"] == "answered"]
    lead = next((a for a in answered if a["id"] == page.lead), None) or next(iter(answered), None)
    return lead["headline"] if lead else page.title
