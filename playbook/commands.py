"""What the commands share: how clients and phases are named on the command line, and where answers and errors are printed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from playbook.engagement import all_names
from playbook.errors import UsageError, did_you_mean
from playbook.locale import LANGUAGES

__all__ = ["PHASES", "All", "Client", "Clients", "Language", "chosen", "err", "known", "out", "show"]

PHASES = "needs-analysis, market-research, strategy, monitoring or evaluation"

Client = Annotated[str, typer.Argument(help="Name of a folder below data/.", show_default=False)]
Clients = Annotated[list[str] | None, typer.Argument(help="Names of folders below data/.", show_default=False)]


def _spoken(language: str) -> str:
    """A language of the command line that reports can be in."""
    if language not in LANGUAGES:
        raise typer.BadParameter(f"there are no reports in {language!r} yet; languages: {', '.join(LANGUAGES)}.")
    return language


Language = Annotated[
    str | None, typer.Option(parser=_spoken, metavar="|".join(LANGUAGES), help="Of the reports; default: as client.yml says.")
]
All = Annotated[bool, typer.Option("--all", help="Every client below data/.")]

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def chosen(clients: list[str] | None, all_clients: bool, root: Path) -> tuple[str, ...]:
    """The names that were given, each once, or those of all clients. Raises UsageError for neither and for both."""
    if clients and all_clients:
        raise UsageError("Name clients or say --all, not both.")
    if not clients and not all_clients:
        raise UsageError(f"Name clients, or say --all. Known clients: {', '.join(all_names(root)) or 'none'}.")
    return tuple(dict.fromkeys(clients)) if clients else all_names(root)


def known(names: tuple[str, ...], root: Path) -> tuple[str, ...]:
    """The names, if all are folders below data/. Raises UsageError for the first that is not."""
    there = all_names(root)
    for name in names:
        if name not in there:
            raise UsageError(f"There is no client {name!r}.{did_you_mean(name, there)} Clients: {', '.join(there) or 'none'}.")
    return names


def show(headings: Sequence[str], rows: Sequence[Sequence[str]], console: Console = out) -> None:
    """Print rows below headings without breaking a name or path.

    Into a pipe or file each row is a line. A terminal gets a table that breaks between words, or, where that does not fit,
    each row as a few lines.
    """
    columns = list(zip(headings, *rows, strict=True))
    words = [[w for text in column for w in text.split() if w.isascii()] for column in columns]  # Chinese may break anywhere
    least = [max(map(cell_len, [*found, ""])) for found in words]
    if not console.is_terminal:
        widths = [max(map(cell_len, column)) for column in columns]
        for row in (headings, *rows):
            told = "  ".join(map(set_cell_size, row, widths)).rstrip()
            console.print(told, markup=False, highlight=False, soft_wrap=True)
    elif sum(least) + 2 * (len(least) - 1) <= console.width:
        table = Table(box=None, pad_edge=False)
        for heading, width in zip(headings, least, strict=True):
            table.add_column(heading, overflow="fold", min_width=width)
        for row in rows:
            table.add_row(*map(Text, row))
        console.print(table)
    else:
        for first, *others in rows:
            console.print(first, style="bold", markup=False, highlight=False, soft_wrap=True)
            for heading, text in zip(headings[1:], others, strict=True):
                console.print(Text(f"  {heading}: {text}"), soft_wrap=False)
