"""Progress: a live bar per client at work, and the time left, in a terminal; one plain line per event elsewhere."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

__all__ = ["Watch", "watching"]

Watch = Callable[[str, str, bool], None]  # (client, what is going on, whether a step was finished)


@contextmanager
def watching(console: Console, clients: list[str], steps: int) -> Iterator[tuple[Watch, Callable[[str], None]]]:
    """Shows how far each client is, of ``steps`` each; gives a watch for what goes on, and what to call when a client is done.

    Both may be called from any thread. An event that is told again and again is shown once.
    """
    if console.is_terminal:
        with _bars(console, len(clients), steps) as shown:
            yield shown
        return
    last: dict[str, str] = {}
    lock = threading.Lock()

    def line(client: str, event: str, finished: bool) -> None:
        with lock:
            if last.get(client) != event:
                last[client] = event
                console.print(f"{client}: {event}", highlight=False, markup=False, soft_wrap=True)

    yield line, lambda client: None


@contextmanager
def _bars(console: Console, clients: int, steps: int) -> Iterator[tuple[Watch, Callable[[str], None]]]:
    columns = (
        TextColumn("{task.fields[client]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    bars, done = {}, {}
    lock = threading.Lock()
    with Progress(*columns, console=console, transient=True) as progress:
        total = progress.add_task("steps left in all", total=clients * steps, client="all") if clients > 1 else None

        def watch(client: str, event: str, finished: bool) -> None:
            with lock:
                if client not in bars:
                    bars[client], done[client] = progress.add_task(event, total=steps, client=client), 0
                done[client] += finished
                progress.update(bars[client], description=event, advance=int(finished))
                if total is not None:
                    progress.advance(total, int(finished))

        def over(client: str) -> None:
            with lock:
                if client in bars:
                    progress.remove_task(bars[client])  # two hundred bars fit no screen
                if total is not None:
                    progress.advance(total, steps - done.get(client, 0))

        yield watch, over
