"""Sections: an executed notebook taken apart at its second-level headings, ready for the template.

Code is left out, not hidden. What a cell showed is kept: the fragments of results as they are (they
were escaped when they were made), any other HTML through an allow-list, pictures as data.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from markupsafe import Markup
from nbformat import NotebookNode

from playbook.report.prose import clean, picture, prose
from playbook.result.formats import Formats
from playbook.result.html import BODY, MIME

__all__ = ["Section", "opening", "sections"]

RESERVED_IDS = (
    "main", "contents", "bottom-line", "learned", "note", "rests-on", "evidence", "reports", "open", "about", "risks", "changes",
    "glossary",
)  # fmt: skip
_DRAWN = re.compile(r'\bid="([\w-]+?)-1-figure_1"')  # what the ids of a result begin with that no study asked for


@dataclass(frozen=True)
class Section:
    """One second-level heading: the question, its prose, what was shown below it, and the answers among that."""

    id: str  # its anchor on the page
    question: str
    prose: Markup
    body: Markup
    answers: tuple[dict, ...] = ()  # payloads of results, none for a section of prose alone

    @property
    def answer(self) -> dict | None:
        """The payload that heads the section."""
        return next(iter(self.answers), None)

    @property
    def headline(self) -> str:
        """What the section found, or what it asks where nothing was worked out."""
        return self.answer["headline"] if self.answer else self.question


@dataclass
class _Draft:
    """A section while its cells are read."""

    question: str
    prose: Markup
    body: list[Markup] = field(default_factory=list)
    answers: list[dict] = field(default_factory=list)


def opening(notebook: NotebookNode, fmt: Formats) -> Markup:
    """The introduction: the prose in the markdown cell that holds the notebook's first-level heading, up to a section."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.lstrip().startswith("# "):
            _, _, rest = cell.source.lstrip().partition("\n")
            return prose(re.split(r"(?m)^## ", rest)[0], fmt)
    return Markup("")


def sections(notebook: NotebookNode, fmt: Formats) -> tuple[Section, ...]:
    """All second-level headings in order, each with what stands and what was shown below it.

    Outputs above the first of them (imports, set-up) are left out.
    """
    drafts: list[_Draft] = []
    shown: Counter[str] = Counter()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            _read(cell.source, drafts, fmt)
        elif cell.cell_type == "code" and drafts:
            for output in cell.outputs:
                _take(output, drafts[-1], shown, fmt)
    taken: Counter[str] = Counter(RESERVED_IDS)
    return tuple(Section(_anchor(d, taken), d.question, d.prose, Markup("").join(d.body), tuple(d.answers)) for d in drafts)


def _read(source: str, drafts: list[_Draft], fmt: Formats) -> None:
    """Add a markdown cell: each second-level heading opens a section, the rest belongs to the one before."""
    for part in re.split(r"(?m)^(?=## )", source):
        if part.startswith("## "):
            heading, _, rest = part.partition("\n")
            words = prose(f"#{heading}", fmt).striptags()  # as a page shows them: emphasis and links leave no marks
            drafts.append(_Draft(words, prose(rest, fmt)))
        elif drafts and part.strip():
            drafts[-1].body.append(prose(part, fmt))


def _take(output: NotebookNode, draft: _Draft, shown: Counter[str], fmt: Formats) -> None:
    """Add one output of a code cell to its section; errors and warnings on stderr are not the reader's."""
    data = output.get("data", {})
    if MIME in data:
        draft.body.append(_result(data, heads=not draft.answers, shown=shown))
        draft.answers.append(dict(data[MIME]))
    elif image := picture(output, fmt.say("Chart to the question: {question}", question=draft.question)):
        draft.body.append(image)
    elif "text/html" in data:
        label = fmt.say("Output to the question: {question}", question=draft.question)
        block = Markup('<div class="scroll" tabindex="0" role="group" aria-label="{}">{}</div>')
        draft.body.append(block.format(label, Markup(clean(data["text/html"]))))
    elif "text/plain" in data or output.get("name") == "stdout":
        draft.body.append(Markup('<pre tabindex="0">{}</pre>').format(data.get("text/plain") or output.text))


def _result(data: NotebookNode, heads: bool, shown: Counter[str]) -> Markup:
    """A result's fragment without its headline (the section's heading says it), or with it when it is not the section's first."""
    payload, fragment = data[MIME], data["text/html"].partition(BODY)[2].removesuffix("</div>")
    name = payload["id"] or next(iter(_DRAWN.findall(fragment)), "")
    shown[name] += 1
    if name and shown[name] > 1:  # shown twice on the page: its drawings need ids of their own
        fragment = re.sub(rf'(\bid="|href="#|url\(#){re.escape(name)}-', rf"\g<1>{name}-{shown[name]}-", fragment)
    return Markup(fragment) if heads else Markup("<h3>{}</h3>").format(payload["headline"]) + Markup(fragment)


def _anchor(draft: _Draft, taken: Counter[str]) -> str:
    """The id of the section's first result, else the words of its heading; numbered when it is taken."""
    named = next((a["id"] for a in draft.answers if a["id"]), "")
    name = named or "-".join(re.findall(r"[a-z0-9]+", draft.question.lower())) or "section"
    taken[name] += 1
    return name if taken[name] == 1 else f"{name}-part-{taken[name]}"
