"""Rendering: one executed notebook becomes one page that needs nothing but itself."""

from pathlib import Path

from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode

from playbook.report.page import Page
from playbook.report.sections import opening, prose, sections

__all__ = ["PageExporter", "bottom_line", "load_style", "render"]

TEMPLATES = Path(__file__).parent / "template"
BOTTOM_LINE = 5  # findings at the top of a page, at most
EVIDENCE = ("shown", "harmful", "likely", "indicative", "not shown")


class PageExporter(TemplateExporter):
    """nbconvert with the playbook's own template; the notebook's code does not enter the page."""

    file_extension = ".html"
    output_mimetype = "text/html"
    template_name = "playbook"
    template_file = "page.html.j2"
    extra_template_basedirs = [str(TEMPLATES)]


def render(notebook: NotebookNode, page: Page) -> str:
    """The page of a phase as one HTML text; the same notebook and page give the same bytes."""
    found = sections(notebook)
    answers = [s.answer for s in found if s.answer]
    lead = next((a for a in answers if a["id"] == page.lead and a["status"] == "answered"), None)
    lead = lead or next((a for a in answers if a["status"] == "answered"), None)
    values = {
        "page": page, "opening": opening(notebook), "sections": found, "headline": lead["headline"] if lead else page.title,
        "bottom_line": bottom_line(answers), "tiles": [tile for a in answers for tile in a["tiles"]],
        "note": prose(page.note) if page.note else None, "style": load_style(),
    }
    text, _ = PageExporter().from_notebook_node(notebook, resources={"report": values})
    return text


def load_style() -> str:
    return (TEMPLATES / "playbook" / "style.css").read_text(encoding="utf-8")


def bottom_line(answers: list[dict]) -> list[dict]:
    """The findings that open a page: those with most money at stake, then the strongest evidence, at most five."""
    findings = [f for a in answers for f in a["findings"]]
    return sorted(findings, key=lambda f: (-abs(f["money"] or 0), EVIDENCE.index(f["evidence"])))[:BOTTOM_LINE]
