"""The ``playbook`` command: parse, call one function, turn known errors into a message and an exit code.

Exit codes: 0 all good, 1 a client failed, 2 wrong use or wrong input.
"""

import os
import signal
import sys
from datetime import date
from typing import Annotated

import typer

from playbook import commands_delivery, commands_notebooks
from playbook.commands import PHASES, All, Client, Clients, Language, chosen, err, known, out, show
from playbook.engagement import find_root, open_engagement
from playbook.errors import PlaybookError, UsageError

__all__ = ["app", "main"]

app = typer.Typer(
    help="One client's folder in, five consulting reports out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _written(day: str) -> str:
    """A day of the command line as it is written everywhere: YYYY-MM-DD. What is wrong with it is wrong with no client."""
    try:
        read = date.fromisoformat(day)
    except ValueError:
        raise typer.BadParameter(f"{day!r} is no day: write it as YYYY-MM-DD.") from None
    if read > date.today():
        raise typer.BadParameter(f"{day!r} lies in the future: reports count data up to a day that has passed.")
    return read.isoformat()


AsOf = Annotated[
    str | None, typer.Option(parser=_written, metavar="YYYY-MM-DD", help="Last day that counts; default: as client.yml says.")
]
PHASES_HELP = f"Only this phase (again for more): {PHASES}."
LEVELS = {"stop": "red", "caution": "yellow", "note": "dim"}


@app.command()
def run(
    clients: Clients = None,
    all_clients: All = False,
    phase: Annotated[list[str] | None, typer.Option(help=PHASES_HELP)] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("-p", help="NAME=VALUE of a parameter that you added to a notebook (again for more).")
    ] = None,
    as_of: AsOf = None,
    language: Language = None,
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", min=1, help="Clients side by side; default: one a core.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="Run whole clients on a Dask cluster: tcp://HOST:PORT.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Run what has not changed, too.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="The pages as PDF, too, and one book of all.")] = False,
    timeout: Annotated[int | None, typer.Option(min=1, help="Limit in seconds for each cell of a notebook.")] = None,
    notebook_timeout: Annotated[int | None, typer.Option(min=1, help="Limit in seconds for a whole notebook.")] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going/--stop-on-error", help="Go on with the next client after a failure.")
    ] = True,
) -> None:
    """Run the phases for clients, as far as anything has changed, and publish their reports."""
    from playbook.run.crew import warm_up

    root = find_root()
    names = chosen(clients, all_clients, root)
    if not scheduler:
        warm_up()  # loads libraries in its process while this one loads its own
    from playbook.run.batch import run_clients  # papermill and nbconvert load only when something runs
    from playbook.run.client import Order, phases_named
    from playbook.run.paper import find_chromium
    from playbook.run.peers import read_peers

    phases, given = phases_named(phase or []), _pairs(parameter or [])
    order = Order(phases, given, timeout, notebook_timeout, force, read_peers(root), language, pdf)
    if pdf and not scheduler:  # a cluster's workers may have another one, and say so themselves
        find_chromium()
    asked = [(name, as_of) for name in names]
    if scheduler:
        from playbook.run.cluster import run_on_cluster

        outcomes = run_on_cluster(asked, root, order, scheduler=scheduler, keep_going=keep_going, console=out)
    else:
        outcomes = run_clients(asked, root, order, jobs=jobs or os.cpu_count() or 1, keep_going=keep_going, console=out)
    for outcome in outcomes:
        # How each client of a batch ended is its result; one client that failed is a command that failed.
        (err if outcome.error and len(asked) == 1 else out).print(outcome.line, markup=False)
    if len(outcomes) > 1:
        out.print(_counted(outcomes), markup=False)
    sys.exit(max((outcome.exit_code for outcome in outcomes), default=0))


@app.command()
def clean(
    clients: Clients = None,
    all_clients: All = False,
    keep: Annotated[int, typer.Option(min=1, help="How many published reports of a client to keep, the newest first.")] = 12,
) -> None:
    """Remove old reports, never a client's newest, and what runs that were cut off left behind."""
    from playbook.run.clean import clean_client, clean_sockets

    root, worst = find_root(), 0
    for name in known(chosen(clients, all_clients, root), root):
        try:
            out.print(f"{name}: {clean_client(root / 'reports' / name, keep)}", markup=False)
        except PlaybookError as error:
            err.print(str(error), markup=False)
            worst = max(worst, error.exit_code)
    clean_sockets()
    sys.exit(worst)


@app.command()
def check(clients: Clients = None, all_clients: All = False, as_of: AsOf = None) -> None:
    """Check client.yml and every table; change and publish nothing."""
    from playbook.intake.checks import audit
    from playbook.run.peers import read_peers
    from playbook.run.prospects import prospects, require_usable

    root = find_root()
    peers, sound = read_peers(root), True
    for name in chosen(clients, all_clients, root):
        try:
            engagement = open_engagement(name, as_of, root=root)
            require_usable(engagement)
            found = audit(engagement)
            _print_audit(name, found)
            if not found.stops:
                _print_prospects(f"{name} --as-of {as_of}" if as_of else name, prospects(engagement, peers))
            sound = sound and not found.stops
        except PlaybookError as error:
            err.print(str(error), markup=False)
            sound = False
    sys.exit(0 if sound else PlaybookError.exit_code)


@app.command("list")
def list_clients() -> None:
    """Clients, their last report, its state and the next step."""
    from playbook.run.overview import overview

    rows = [(row.client, row.last_report or "–", row.state, row.next_step) for row in overview(find_root())]
    show(("client", "last report", "state", "next step"), rows)


@app.command()
def watch(clients: Clients = None, all_clients: All = False) -> None:
    """What needs a decision, at every client, from the reports that are published; a page over all in reports/watch.html."""
    from playbook.run.watching import watch_clients, write_watch

    root = find_root()
    rows = watch_clients(root, known(chosen(clients, all_clients, root), root))
    lines = [(row.client, row.last_report or "–", _decide(row), row.plan, row.changed, row.state) for row in rows]
    show(("client", "last report", "to decide", "plan", "changed", "state"), lines)
    for row in rows:
        if row.urgent:
            out.print(f"{row.client}: {row.alerts[0]}", markup=False)
    file = write_watch(root, rows)
    out.print(f"Page: {file.relative_to(root).as_posix()}", markup=False)
    sys.exit(1 if any(row.broken for row in rows) else 0)


def _decide(row) -> str:
    return str(row.urgent) if row.urgent else "–" if row.last_report is None or row.broken else "nothing"


@app.command()
def ask(
    client: Client,
    question: Annotated[str | None, typer.Argument(help="What a customer asks; without it, ask as many as you like.")] = None,
    about: Annotated[
        str | None, typer.Option(help="What the question was really about: kept, and learnt by the next run.")
    ] = None,
) -> None:
    """Answer from the client's service knowledge, or hand over to a person."""
    from playbook.run.asking import open_desk  # scikit-learn loads only when somebody asks

    if about is not None and question is None:
        raise UsageError("--about says what a question was about: name the question too.")
    desk = open_desk(open_engagement(client, root=find_root()))
    if question is None:
        _converse(desk)
        return
    reply = desk.ask(question)
    _print_reply(reply)
    if about is not None:
        desk.teach(reply, about)
        out.print(f"Kept: it was about {about}.", markup=False)


def _converse(desk) -> None:
    """Questions from the keyboard or a pipe, one a line, until an empty one; '= subject' says what the last was about."""
    out.print("One question a line; '= subject' says what the last one was really about; an empty line ends.", markup=False)
    reply = None
    while line := sys.stdin.readline().strip():
        try:
            if not line.startswith("="):
                reply = desk.ask(line)
                _print_reply(reply)
            elif reply is None:
                err.print("Ask something first.")
            else:
                desk.teach(reply, line[1:])
                out.print("Kept.")
        except UsageError as error:
            err.print(str(error), markup=False)


def _print_reply(reply) -> None:
    sure = f"{reply.subject}, {reply.confidence:.0%} sure"
    if reply.answer:
        out.print(f"{reply.answer}\n  ({sure})", markup=False)
        return
    out.print(f"To a person: {sure}.", markup=False)
    if reply.suggestion:
        out.print(f"  Draft for the person: {reply.suggestion}", markup=False)
    if reply.next_best:
        out.print(f"  Or about: {', '.join(reply.next_best)}", markup=False)


def _pairs(parameters: list[str]) -> dict[str, str]:
    if wrong := [p for p in parameters if "=" not in p]:
        raise UsageError("Write parameters as -p NAME=VALUE:", wrong)
    return dict(p.split("=", 1) for p in parameters)


def _counted(outcomes) -> str:
    states = [outcome.state for outcome in outcomes]
    return ", ".join(f"{states.count(state)} {state}" for state in ("ready", "needs attention", "failed") if state in states)


def _print_audit(name: str, found) -> None:
    out.print(f"[bold]{name}[/bold]")
    for table in found.inventory:
        span = f"{table.first} to {table.last}" if table.first else "undated"
        out.print(f"  {table.table}: {table.rows:,} rows, {span} ({table.origin})", markup=False)
    for one in found.checks:
        where = f"{one.table} > {one.column}" if one.column else one.table
        out.print(f"  [{LEVELS[one.level]}]{one.level}[/] ", end="")
        out.print(f"{where}: {one.extent + '. ' if one.extent else ''}{one.reason} {one.remedy}", markup=False)
        for example in one.examples:
            out.print(f"      {example}", markup=False)
    if found.stops:
        which = "this stop" if len(found.stops) == 1 else f"these {len(found.stops)} stops"
        out.print(f"  Mend {which} first.", markup=False)


def _print_prospects(what: str, sections) -> None:
    answered = sum(not s.lacks for s in sections)
    out.print(f"  Nothing stops the work. Next: playbook run {what}", markup=False)
    out.print(
        f"  {answered} of {len(sections)} questions have the tables, keys of client.yml and earlier reports that they need;"
        f" whether these hold enough, the run tells.{' The others:' if answered < len(sections) else ''}",
        markup=False,
    )
    for needed in dict.fromkeys(s.lacks for s in sections if s.lacks):
        waiting = ", ".join(s.section for s in sections if s.lacks == needed)
        out.print(f"      {waiting}: needs {' and '.join(needed)}", markup=False)


commands_delivery.register(app)
commands_notebooks.register(app)


def main() -> None:
    """Entry point of the console script."""
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM)
    )  # so that a run that is ended cleans up behind itself
    try:
        app()
    except PlaybookError as error:
        err.print(str(error), markup=False)
        sys.exit(error.exit_code)
    except OSError as error:  # a full disk, a folder that nobody may write
        where = f"{error.filename}: " if error.filename else ""
        err.print(f"{where}{error.strerror or type(error).__name__}. Make room or mend the folder, then try again.", markup=False)
        sys.exit(1)
    except SystemExit as end:
        if end.code == 128 + signal.SIGINT:
            err.print("Stopped. What is published stays as it was; `playbook list` says how clients stand.", markup=False)
        raise
