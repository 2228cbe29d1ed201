"""The commands that let a report out of the house: mail, check-report, export, verify. ``playbook.cli`` registers them."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from playbook.commands import All, Clients, chosen, err, out
from playbook.engagement import Engagement, find_root, open_engagement
from playbook.errors import DeliveryError, PlaybookError, UsageError

__all__ = ["PASSWORD", "check_report", "export", "mail", "register", "verify"]

PASSWORD = "PLAYBOOK_EXPORT_PASSWORD"
WAYS = ("zip", "html", "pdf")
ATTACH_HELP = "The report as one zip (so by itself), page by page, or as PDF (run --pdf makes it)."
PHASES_HELP = "Enclose only this phase (again for more); default: all that the report holds."
ALLOW_HELP = "A domain of recipients that you have looked at; remembered for this client."


def _way(text: str) -> str:
    """How a report is enclosed, as it is named on the command line."""
    if text not in WAYS:
        raise typer.BadParameter(f"{text!r} is not one of {', '.join(WAYS)}.")
    return text


Attach = Annotated[str | None, typer.Option(parser=_way, metavar="|".join(WAYS), help=ATTACH_HELP, show_default=False)]
Encrypt = Annotated[bool, typer.Option("--encrypt", help=f"Lock it with a password: from {PASSWORD}, else asked for.")]
File = Annotated[Path, typer.Argument(help="A zip that export wrote.")]
To = Annotated[Path | None, typer.Option("--to", help="Folder to write to; default: reports/CLIENT/export.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(mail)
    app.command("check-report")(check_report)
    app.command()(export)
    app.command()(verify)


def mail(
    clients: Clients = None,
    all_clients: All = False,
    phase: Annotated[list[str] | None, typer.Option(help=PHASES_HELP)] = None,
    attach: Attach = None,
    send: Annotated[
        bool, typer.Option("--send", help="Send the draft that was written and reviewed, by PLAYBOOK_SMTP_*.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before sending.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also to those who have this very report.")] = False,
    allow_domain: Annotated[list[str] | None, typer.Option(help=ALLOW_HELP)] = None,
) -> None:
    """Write the draft of the mail to the client, as a file to open and review; with --send: send that draft."""
    from playbook.run.client import phases_named

    phases, allowed = phases_named(phase or []), tuple(allow_domain or ())
    if send:
        from playbook.delivery.settings import read_settings

        if phase or attach:
            raise UsageError("--send sends the draft as it was reviewed: choose --phase and --attach when you write it.")
        settings = read_settings()
        _each(clients, all_clients, lambda e: _send(e, settings, yes, again, allowed))
    elif yes or again:
        raise UsageError("--yes and --again belong to --send.")
    else:
        _each(clients, all_clients, lambda e: _draft(e, phases, attach or "zip", allowed))


def check_report(clients: Clients = None, all_clients: All = False) -> None:
    """Look for what must not leave: other clients, secrets, personal data, code, dead links, hidden sheets, wrong numbers."""
    from playbook.delivery.checking.leaving import check_report as look
    from playbook.delivery.checking.leaving import require_clean
    from playbook.delivery.edition import open_edition

    def one(engagement: Engagement) -> None:
        edition = open_edition(engagement)
        require_clean(edition, look(edition))
        out.print(f"{edition.client}: nothing found in the report for {edition.as_of}, {len(edition.files)} files.", markup=False)

    _each(clients, all_clients, one)


def export(clients: Clients = None, all_clients: All = False, encrypt: Encrypt = False, to: To = None) -> None:
    """Zip the published report for the client: pages, workbook and PDFs, no notebooks; with a checksum file beside it."""
    from playbook.delivery.edition import open_edition
    from playbook.delivery.export import export as write

    password = _password(confirm=True) if encrypt else None

    def one(engagement: Engagement) -> None:
        file = write(open_edition(engagement), to, password)
        out.print(f"{engagement.client}: {_shown(file)}, {file.stat().st_size / 1e6:.1f} MB", markup=False)

    _each(clients, all_clients, one)


def verify(file: File) -> None:
    """Whether an export is whole: its checksum, the zip, and every file inside."""
    from playbook.delivery.export import locked
    from playbook.delivery.export import verify as look

    names = look(file, _password(confirm=False) if locked(file) else None)
    out.print(f"{file.name} is as it was written: {len(names)} files.", markup=False)


def _draft(engagement: Engagement, phases: tuple, attach: str, allowed: tuple[str, ...]) -> None:
    from playbook.delivery.drafting import write_draft
    from playbook.delivery.edition import open_edition

    draft = write_draft(open_edition(engagement), phases, attach, allowed)
    size = f"{len(draft.content) / 1e6:.1f} MB"
    state = "draft" if draft.fresh else "draft as before"
    to = ", ".join(engagement.recipients) or "nobody yet: client.yml names no recipients"
    out.print(f"{engagement.client}: {state}, {_shown(draft.file)}, {size}, to {to}", markup=False)
    if draft.heavy:
        err.print(f"{engagement.client}: {size} is more than some mail servers take; choose phases with --phase.", markup=False)


def _send(engagement: Engagement, settings, yes: bool, again: bool, allowed: tuple[str, ...]) -> None:
    from playbook.delivery.edition import open_edition
    from playbook.delivery.sending import send

    def confirm(draft, wanted: tuple[str, ...]) -> bool:
        out.print(
            f"{engagement.client}: {_shown(draft.file)}, {len(draft.content) / 1e6:.1f} MB, SHA-256 {draft.digest[:12]}",
            markup=False,
        )
        out.print(f"  to {', '.join(wanted)}, from {settings.sender} by {settings.host}", markup=False)
        return yes or typer.confirm("  Send it?")

    def pause(seconds: float) -> None:
        out.print(f"  The server asks to come again; next try in {seconds:.0f} seconds.")
        time.sleep(seconds)

    done = send(open_edition(engagement), settings, confirm, again=again, allowed=allowed, pause=pause)
    for address, when in done.had.items():
        out.print(f"{done.client}: {address} has had this report since {when} (--again sends it once more)", markup=False)
    for address, (state, answer) in done.answers.items():
        out.print(f"{done.client}: {address}: {state}. {answer}", markup=False)
    if not done.complete:
        raise DeliveryError(f"{done.client}: not everybody has the report. See reports/{done.client}/mail/delivery.json")


def _each(clients: list[str] | None, all_clients: bool, one: Callable[[Engagement], None]) -> None:
    """Do something for one client after the other; one client's refusal stops no other's, the worst exit code counts."""
    root = find_root()
    worst = 0
    for name in chosen(clients, all_clients, root):
        try:
            one(open_engagement(name, root=root))
        except PlaybookError as error:
            err.print(str(error), markup=False)
            worst = max(worst, error.exit_code)
        except OSError as error:  # a full disk, a folder that is none, a file that another program holds
            err.print(f"{name}: {error.filename or 'a file'} cannot be read or written: {error.strerror or error}", markup=False)
            worst = max(worst, DeliveryError.exit_code)
    sys.exit(worst)


def _password(confirm: bool) -> str:
    return os.environ.get(PASSWORD) or typer.prompt("Password", hide_input=True, confirmation_prompt=confirm)


def _shown(file: Path) -> Path:
    root = find_root()
    return file.relative_to(root) if file.is_relative_to(root) else file
