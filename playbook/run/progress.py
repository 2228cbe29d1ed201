"""Progress: a live bar per client in a terminal, one plain line per event elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

__all__ = ["Watch", "watching"]

Watch = Callable[[str, str, bool], None]  # (client, what is going on, whether a step was finished)


@contextmanager
def watching(console: Console, steps: dict[str, int]) -> Iterator[Watch]:
    """Shows how far each client is; ``steps`` says how many steps each one takes."""
    if not console.is_terminal:
        yield lambda client, event, finished: console.print(f"{client}: {event}", highlight=False, soft_wrap=True)
        return
    columns = (
        TextColumn("{task.fields[client]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console) as progress:
        bars = {client: progress.add_task("waiting", total=total, client=client, start=False) for client, total in steps.items()}

        def watch(client: str, event: str, finished: bool) -> None:
            progress.start_task(bars[client])
            progress.update(bars[client], description=event, advance=int(finished))

        yield watch
