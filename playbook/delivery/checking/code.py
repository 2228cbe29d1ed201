"""Code: what belongs to the workshop: stack traces, lines of a notebook's code, notebooks and data files themselves."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import nbformat

from playbook.delivery.checking.seen import Problem, Seen, folded
from playbook.delivery.edition import Edition

__all__ = ["code", "code_lines"]

SHORTEST_LINE = 20  # characters: shorter ones are ordinary words
_TRACE = re.compile(
    r"Traceback \(most recent call last\)|File \"[^\"\n]+\", line \d+|\b[A-Z]\w+(?:Error|Exception): |"
    r"(?:In|Out)\s?\[\d+\]:|---------------------------------------------------------------------------"
)
_WORKSHOP = re.compile(r'"cell_type"\s*:|"nbformat"\s*:|application/vnd\.playbook\.result')


def code(edition: Edition, texts: Iterable[Seen]) -> list[Problem]:
    """Traces of the workshop in these texts; the lines are those of this report's own notebooks."""
    lines = code_lines(edition.folder / "notebooks")
    found = []
    for seen in texts:
        if hit := _TRACE.search(seen.text):
            found.append(Problem(seen.where, f"shows an error of a program: “{seen.around(*hit.span())}”"))
        if _WORKSHOP.search(seen.text):
            found.append(Problem(seen.where, "holds a notebook's source"))
        flat = " ".join(seen.text.split())
        found += [Problem(seen.where, f"shows a line of code: “{line[:60]}”") for line in lines if line in flat][:1]
    return found


@lru_cache(maxsize=16)
def code_lines(notebooks: Path) -> tuple[str, ...]:
    """Lines of code of the notebooks in a folder, blanks as one, without those too short to be told from words."""
    lines = set()
    for file in sorted(notebooks.glob("*.ipynb")):
        for cell in nbformat.read(file, as_version=4).cells:
            if cell.cell_type == "code":
                lines |= {folded(" ".join(line.split())) for line in cell.source.splitlines()}
    return tuple(sorted(line for line in lines if len(line) >= SHORTEST_LINE and not line.startswith("#")))
