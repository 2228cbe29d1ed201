"""A batch: several clients one after the other; one client's failure never stops another's report."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from playbook.engagement import open_engagement
from playbook.errors import PlaybookError, RunError
from playbook.run.client import Ready, prepare, run_client
from playbook.run.phases import PHASES, phase
from playbook.run.progress import watching
from playbook.run.publish import FAILED

__all__ = ["Outcome", "run_clients"]


@dataclass(frozen=True)
class Outcome:
    """How one client's run ended: the published folder, or the reason why there is none."""

    client: str
    folder: Path | None = None
    error: PlaybookError | None = None

    @property
    def exit_code(self) -> int:
        return self.error.exit_code if self.error else 0

    @property
    def line(self) -> str:
        if self.error is None:
            return f"{self.client}: ready, open {self.folder / 'index.html'}"
        failed = f" Open reports/{self.client}/{FAILED}/index.html." if isinstance(self.error, RunError) else ""
        return f"{self.client}: failed.{failed} {self.error}"


def run_clients(
    clients: list[tuple[str, str | None]],
    root: Path,
    *,
    phases: list[str],
    given: dict[str, str],
    timeout: int | None,
    keep_going: bool,
    console: Console,
) -> tuple[Outcome, ...]:
    """Run clients (name, as-of day or None) in turn.

    Everything that is wrong use (an unknown phase, client, parameter) is raised as PlaybookError before
    the first notebook starts when there is one client; in a batch it becomes that client's outcome.
    """
    chosen = tuple(p for p in PHASES if p in {phase(name) for name in phases}) or PHASES
    outcomes: list[Outcome] = []
    with watching(console, {name: len(chosen) + 1 for name, _ in clients}) as watch:
        for name, as_of in clients:
            try:
                watch(name, "Checks", False)
                ready: Ready = prepare(open_engagement(name, as_of, root), chosen, given)
                folder = run_client(ready, watch, timeout)
                outcomes.append(Outcome(name, folder.relative_to(root)))
            except PlaybookError as error:
                outcomes.append(Outcome(name, error=error))
                if not keep_going:
                    break
    return tuple(outcomes)
