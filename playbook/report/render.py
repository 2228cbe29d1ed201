"""Rendering: one executed notebook becomes one page that needs nothing but itself."""

import re
from dataclasses import replace
from itertools import count
from pathlib import Path

from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode

from playbook.report.page import Page
from playbook.report.prose import prose
from playbook.report.sections import Section, opening, sections
from playbook.report.story import EVIDENCE, bottom_line, drawn, lead, learned, open_questions, rests_on
from playbook.result.html import emphasised

__all__ = ["PageExporter", "export", "numbered", "render"]

TEMPLATES = Path(__file__).parent / "template"


class PageExporter(TemplateExporter):
    """nbconvert with the playbook's own template; the notebook's code does not enter the page."""

    file_extension = ".html"
    output_mimetype = "text/html"
    template_name = "playbook"
    extra_template_basedirs = [str(TEMPLATES)]


def render(notebook: NotebookNode, page: Page) -> str:
    """The page of a phase as one HTML text; the same notebook and page give the same bytes."""
    found = sections(notebook)
    heading = lead(page, found)
    answers = [a for s in found for a in s.answers]
    values = {
        "page": page,
        "headline": heading.headline if heading else page.title,
        "opening": opening(notebook),
        "bottom_line": bottom_line((s.question, f"#{s.id}", s) for s in found),
        "learned": learned((s.question, f"#{s.id}", s) for s in found),
        "tiles": drawn(tile for a in answers for tile in a["tiles"]),
        "sections": numbered(found),
        "note": prose(page.note) if page.note else None,
        "rests_on": rests_on(found),
        "locked": open_questions(answers),
    }
    return export("page.html.j2", notebook, values)


def export(template: str, notebook: NotebookNode, values: dict) -> str:
    """A template of the playbook filled with ``values``; ``emphasised`` is a filter there."""
    style = (TEMPLATES / "playbook" / "style.css").read_text(encoding="utf-8")
    exporter = PageExporter(template_file=template, filters={"emphasised": emphasised})
    text, _ = exporter.from_notebook_node(notebook, resources={"report": {**values, "style": style, "evidence": EVIDENCE}})
    return text


def numbered(found: list[Section] | tuple[Section, ...]) -> list[Section]:
    """Sections with figures and tables numbered through the page; data behind a figure is not a table of its own."""
    figures, tables = count(1), count(1)

    def number(match: re.Match) -> str:
        if match.group(1) == "figcaption":
            return f"<figcaption><b>Figure {next(figures)}. "
        return f"<caption><b>Table {next(tables)}. "

    parts = []
    for section in found:
        pieces = re.split(r"(<details>.*?</details>)", section.body, flags=re.DOTALL)
        body = "".join(p if p.startswith("<details>") else re.sub(r"<(figcaption|caption)><b>", number, p) for p in pieces)
        parts.append(replace(section, body=Markup(body)))
    return parts
