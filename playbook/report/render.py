"""Rendering: one executed notebook becomes one page that needs nothing but itself."""

import re
from dataclasses import replace
from itertools import count
from pathlib import Path

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from markupsafe import Markup, escape
from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode

from playbook.locale.blocks import blocks
from playbook.report.glossary import glossed
from playbook.report.page import Page
from playbook.report.prose import prose
from playbook.report.sections import Section, opening, sections
from playbook.report.story import EVIDENCE, bottom_line, drawn, lead, learned, open_questions, rests_on
from playbook.result.formats import LEVEL, Formats
from playbook.result.html import emphasised

__all__ = ["PageExporter", "compile_templates", "export", "in_css", "numbered", "render", "told_notebook"]

TEMPLATES = Path(__file__).parent / "template"


class PageExporter(TemplateExporter):
    """nbconvert with the playbook's own template; the notebook's code does not enter the page."""

    file_extension = ".html"
    output_mimetype = "text/html"
    template_name = "playbook"
    extra_template_basedirs = [str(TEMPLATES)]
    optimistic_validation = True  # once, and not after each of a dozen preprocessors that are switched off


class _Compiled(BytecodeCache):
    """Templates compiled once a process, and not once a page: every page has an environment of its own."""

    def __init__(self):
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


def render(notebook: NotebookNode, page: Page) -> str:
    """The page of a phase as one HTML text; the same notebook and page give the same bytes."""
    notebook = told_notebook(notebook, page.fmt)
    found = sections(notebook, page.fmt)
    heading = lead(page, found)
    answers = [a for s in found for a in s.answers]
    parts, terms = glossed([part for s in found for part in (s.body, s.prose)], page.fmt)
    found = [replace(s, body=parts[2 * i], prose=parts[2 * i + 1]) for i, s in enumerate(found)]
    values = {
        "page": page,
        "headline": heading.headline if heading else page.title,
        "opening": opening(notebook, page.fmt),
        "bottom_line": bottom_line((s.question, f"#{s.id}", s) for s in found),
        "learned": learned((s.question, f"#{s.id}", s) for s in found),
        "tiles": drawn(tile for a in answers for tile in a["tiles"]),
        "sections": numbered(found, page.fmt),
        "note": prose(page.note, page.fmt) if page.note else None,
        "rests_on": rests_on(found),
        "terms": terms,
        "locked": open_questions(answers, page.fmt),
    }
    return export("page.html.j2", notebook, values)


def export(template: str, notebook: NotebookNode, values: dict) -> str:
    """A template of the playbook filled with ``values``; ``emphasised`` is a filter there."""
    style = (TEMPLATES / "playbook" / "style.css").read_text(encoding="utf-8")
    fmt: Formats = values["page"].fmt
    exporter = _exporter(template)
    exporter.environment.globals |= {"say": fmt.say, "say_n": fmt.say_n, "say_html": fmt.say_html, "told": fmt.told}
    words = {word: (fmt.told(word), fmt.say(meaning, level=fmt.share(LEVEL))) for word, meaning in EVIDENCE.items()}
    text, _ = exporter.from_notebook_node(notebook, resources={"report": {**values, "style": style, "evidence": words}})
    return text


def compile_templates() -> None:
    """Compile all templates, for the processes that are forked from this one."""
    for file in (TEMPLATES / "playbook").glob("*.j2"):
        _exporter(file.name).environment.get_template(file.name)


def _exporter(template: str) -> PageExporter:
    exporter = PageExporter(template_file=template, filters={"emphasised": emphasised, "in_css": in_css})
    exporter.environment.bytecode_cache = _compiled
    return exporter


def in_css(text: str) -> str:
    """A text as it may stand between quotes in a style sheet, whatever a client is called."""
    return "".join(letter if letter.isalnum() or letter == " " else f"\\{ord(letter):x} " for letter in text)


def told_notebook(notebook: NotebookNode, fmt: Formats) -> NotebookNode:
    """The notebook with its prose in the reader's language, a paragraph at a time; one that nobody has translated stays."""
    if fmt.language == "en":
        return notebook
    cells = [{**cell, "source": _told(cell.source, fmt)} if cell.cell_type == "markdown" else cell for cell in notebook.cells]
    return NotebookNode({**notebook, "cells": [NotebookNode(cell) for cell in cells]})


def _told(markdown: str, fmt: Formats) -> str:
    told = ((hashes, fmt.told(text)) for hashes, text in blocks(markdown))
    return "\n\n".join(f"{hashes} {text}" if hashes else text for hashes, text in told)


def numbered(found: list[Section] | tuple[Section, ...], fmt: Formats) -> list[Section]:
    """Sections with figures and tables numbered through the page; data behind a figure is not a table of its own."""
    figures, tables = count(1), count(1)

    def number(match: re.Match) -> str:
        if match.group(1) == "figcaption":
            return f"<figcaption><b>{escape(fmt.say('Figure {n}.', n=next(figures)))} "
        return f"<caption><b>{escape(fmt.say('Table {n}.', n=next(tables)))} "

    parts = []
    for section in found:
        pieces = re.split(r"(<details>.*?</details>)", section.body, flags=re.DOTALL)
        body = "".join(p if p.startswith("<details>") else re.sub(r"<(figcaption|caption)><b>", number, p) for p in pieces)
        parts.append(replace(section, body=Markup(body)))
    return parts
