"""What the commands share: how clients and phases are named on the command line, and where answers and errors are printed."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from playbook.engagement import client_names
from playbook.errors import UsageError, did_you_mean

__all__ = ["PHASES", "All", "Client", "Clients", "chosen", "err", "known", "out"]

PHASES = "needs-analysis, market-research, strategy, monitoring or evaluation"

Client = Annotated[str, typer.Argument(help="Name of a folder below data/.", show_default=False)]
Clients = Annotated[list[str] | None, typer.Argument(help="Names of folders below data/.", show_default=False)]
All = Annotated[bool, typer.Option("--all", help="Every client below data/.")]

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def chosen(clients: list[str] | None, all_clients: bool, root: Path) -> tuple[str, ...]:
    """The names that were given, each once, or those of all clients. Raises UsageError for neither and for both."""
    if bool(clients) == all_clients:
        raise UsageError(f"Name clients, or say --all. Known clients: {', '.join(client_names(root)) or 'none'}.")
    return tuple(dict.fromkeys(clients)) if clients else client_names(root)


def known(names: tuple[str, ...], root: Path) -> tuple[str, ...]:
    """The names, if all are folders below data/. Raises UsageError for the first that is not."""
    there = client_names(root)
    for name in names:
        if name not in there:
            raise UsageError(f"There is no client {name!r}.{did_you_mean(name, there)} Clients: {', '.join(there) or 'none'}.")
    return names
