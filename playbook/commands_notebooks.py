"""The commands for those who work on a notebook: edit and preview. ``playbook.cli`` registers them."""

import os
import subprocess
import sys
import webbrowser
from contextlib import suppress
from typing import Annotated

import typer

from playbook.commands import PHASES, Client, Language, out
from playbook.engagement import find_root, open_engagement
from playbook.errors import UsageError

__all__ = ["edit", "preview", "register"]

PhaseName = Annotated[str, typer.Argument(help=f"{PHASES}.")]
Open = Annotated[bool, typer.Option("--open/--no-open", help="Open it, or only say where it is.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(edit)
    app.command()(preview)


def edit(client: Client, phase: PhaseName, open_it: Open = True) -> None:
    """Open the client's own edition of a notebook in JupyterLab; made from the house's when there is none yet."""
    from playbook.run.editing import own_edition
    from playbook.run.phases import phase as named

    if open_it and _is_root():
        raise UsageError(
            "JupyterLab does not open for root, and a notebook that root makes nobody else can save: "
            f"say playbook edit {client} {phase} as another user, or only make it with --no-open."
        )
    engagement = open_engagement(client, root=find_root())
    file = own_edition(engagement, named(phase))
    out.print(f"{file.relative_to(engagement.root)}: used by every run for {client} from now on", markup=False)
    if open_it:
        sys.exit(_ended(subprocess.Popen([sys.executable, "-m", "jupyterlab", str(file)])))  # noqa: S603


def preview(
    client: Client,
    phase: PhaseName,
    language: Language = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on this machine; 0: any that is free.")] = 0,
    open_it: Open = True,
) -> None:
    """Show a phase's page in the browser, made anew on every save. Nothing is published. Ctrl-C ends it."""
    from playbook.run.phases import phase as named
    from playbook.run.previewing import follow
    from playbook.run.previewing import preview as shown_while

    engagement = open_engagement(client, language=language, root=find_root())
    with shown_while(engagement, named(phase), out, port, language) as (shown, address):
        out.print(f"Preview: {address} (Ctrl-C ends it)", markup=False)
        if open_it:
            webbrowser.open(address)
        try:
            follow(shown)
        except KeyboardInterrupt:
            out.print("Preview ended; nothing was published.", markup=False)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _ended(lab: subprocess.Popen) -> int:
    """The exit code of a program that ends in its own time: Ctrl-C reaches it, too, and JupyterLab asks, saves and tidies up."""
    try:
        while True:
            with suppress(KeyboardInterrupt):
                return lab.wait()
    finally:
        lab.terminate()  # where SIGTERM ends this process before it
