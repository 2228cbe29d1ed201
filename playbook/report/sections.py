"""Sections: an executed notebook taken apart at its second-level headings, ready for the template.

Code is left out, not hidden. What a cell showed is kept: the fragments of results as they are (they
were escaped when they were made), any other HTML through an allow-list.
"""

import html
import re
from dataclasses import dataclass

import nh3
from markupsafe import Markup
from nbconvert.filters import markdown2html
from nbformat import NotebookNode

from playbook.result.html import BODY, MIME

__all__ = ["Opening", "Section", "clean", "opening", "prose", "sections"]

_TABLE_TAGS = nh3.ALLOWED_TAGS | {"h3", "h4", "h5", "table", "thead", "tbody", "tr", "th", "td", "caption", "figure", "figcaption"}


@dataclass(frozen=True)
class Opening:
    """The notebook's first heading and the prose under it."""

    title: str
    prose: Markup


@dataclass(frozen=True)
class Section:
    """One second-level heading: the question, its prose, and the answers found below it."""

    question: str
    prose: Markup
    body: Markup
    answer: dict | None  # payload of the result, None for a section of prose alone


def prose(text: str) -> Markup:
    """Markdown as clean HTML: headings, lists, tables, emphasis; no script, no picture from elsewhere."""
    return Markup(clean(markdown2html(text)))


def clean(fragment: str) -> str:
    """HTML that did not come from the playbook itself, through an allow-list."""
    return nh3.clean(fragment, tags=_TABLE_TAGS - {"img"}, clean_content_tags={"script", "style"}, link_rel=None)


def opening(notebook: NotebookNode) -> Opening:
    """Title and introduction: the markdown cell that holds the notebook's first-level heading."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.lstrip().startswith("# "):
            first, _, rest = cell.source.lstrip().partition("\n")
            return Opening(first.removeprefix("# ").strip(), prose(rest))
    return Opening("", Markup(""))


def sections(notebook: NotebookNode) -> tuple[Section, ...]:
    """All second-level headings in order, each with what stands and what was shown below it."""
    found: list[dict] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for part in re.split(r"(?m)^(?=## )", cell.source):
                if part.startswith("## "):
                    heading, _, rest = part.partition("\n")
                    found.append({"question": heading.removeprefix("## ").strip(), "prose": prose(rest), "body": [], "answer": None})
                elif found and part.strip():
                    found[-1]["body"].append(prose(part))
        elif cell.cell_type == "code" and found:
            for output in cell.outputs:
                _take(output, found[-1])
    return tuple(Section(s["question"], s["prose"], Markup("").join(s["body"]), s["answer"]) for s in found)


def _take(output: NotebookNode, section: dict) -> None:
    """Add one output of a code cell to its section."""
    data = output.get("data", {})
    if MIME in data:
        fragment = Markup(data["text/html"].partition(BODY)[2].removesuffix("</div>"))
        if section["answer"] is None:
            section["answer"] = dict(data[MIME])
        else:
            fragment = Markup("<h3>{}</h3>").format(data[MIME]["headline"]) + fragment
        section["body"].append(fragment)
    elif "image/png" in data:
        alt = f"Chart to the question: {section['question']}"
        image = Markup('<figure class="figure"><img alt="{}" src="data:image/png;base64,{}"></figure>')
        section["body"].append(image.format(output.get("metadata", {}).get("alt", alt), data["image/png"].replace("\n", "")))
    elif "text/html" in data:
        section["body"].append(Markup('<div class="scroll" tabindex="0">{}</div>').format(Markup(clean(data["text/html"]))))
    elif "text/plain" in data or output.get("name") == "stdout":
        section["body"].append(Markup("<pre>{}</pre>").format(html.unescape(data.get("text/plain") or output.text)))
