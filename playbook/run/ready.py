"""Ready: a client's file, tables and parameters found sound, and all that the tables give gathered, before a notebook starts."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter

from playbook.engagement import Engagement
from playbook.errors import EngagementError
from playbook.run.archive import PEERS, damaged
from playbook.run.gathered import audited, gather
from playbook.run.kept import store
from playbook.run.manifest import inputs
from playbook.run.notebooks import notebook_file, parameters_of, read_notebook
from playbook.run.peers import PeerReport, peer_rows, read_peers
from playbook.run.phases import PHASES, Phase
from playbook.run.uses import asks, uses

__all__ = ["Ready", "prepare"]


@dataclass(frozen=True)
class Ready:
    """A client whose file, tables and parameters were found sound, with all that a run needs."""

    engagement: Engagement
    as_of: date
    phases: tuple[Phase, ...]
    files: dict[str, Path]  # phase id -> notebook
    parameters: dict[str, dict[str, object]]  # phase id -> what its notebook is given
    rests: dict[str, tuple[str, ...] | None]  # phase id -> names of what its answers rest on
    asks: dict[str, tuple[str, ...] | None]  # phase id -> methods its notebook asks for, all with their defaults; None if not so
    notes: dict[str, str]  # phase id -> what the consultant remarks on it, as Markdown
    inputs: list[dict]
    span: tuple[date, date]
    cautions: int
    damaged: tuple[str, ...]  # files of earlier reports that are passed over
    seconds: dict[str, float]

    @property
    def opened(self) -> Engagement:
        """The engagement as its notebooks open it."""
        return self.engagement.model_copy(update={"as_of": self.as_of})


def prepare(
    engagement: Engagement,
    phases: tuple[Phase, ...],
    given: dict[str, str],
    kept: Path,
    peers: tuple[PeerReport, ...] | None = None,
) -> Ready:
    """Everything that can be found wrong before a notebook starts, found now; what the tables give is gathered into ``kept``.

    Raises IntakeError, EngagementError or UsageError, before any notebook has run.
    """
    from playbook.run.prospects import require_usable  # with methods, which the process that orchestrates does not need

    begin = perf_counter()
    require_usable(engagement)
    as_of, found = audited(engagement, kept)
    parameters, notes = parameters_of(engagement, phases, given), _notes(engagement)
    for values in parameters.values():
        values.setdefault("as_of", as_of.isoformat())
    seconds = {"check": round(perf_counter() - begin, 3)}
    dated = [i for i in found.inventory if i.table in {"orders", "pipeline"} and i.first]
    span = (min(i.first for i in dated), as_of) if dated else (as_of, as_of)
    begin = perf_counter()
    reads = gather(engagement, as_of, kept)
    rows = peer_rows(read_peers(engagement.root) if peers is None else peers, engagement.client, as_of)
    store(engagement.model_copy(update={"as_of": as_of}), PEERS, rows, kept)
    seconds["gather"] = round(perf_counter() - begin, 3)
    files = {phase.id: notebook_file(engagement, phase) for phase in phases}
    return Ready(
        engagement=engagement,
        as_of=as_of,
        phases=phases,
        files=files,
        parameters=parameters,
        rests=_rests(phases, files, reads),
        asks={phase.id: asks(read_notebook(files[phase.id])) for phase in phases},
        notes=notes,
        inputs=inputs(engagement, found),
        span=span,
        cautions=len([c for c in found.checks if c.level == "caution"]),
        damaged=tuple(file.relative_to(engagement.root).as_posix() for file in damaged(engagement, as_of)),
        seconds=seconds,
    )


def _notes(engagement: Engagement) -> dict[str, str]:
    found, wrong = {}, []
    for phase in PHASES:
        file = engagement.folder / "notes" / f"{phase.id}.md"
        try:
            if file.is_file():
                found[phase.id] = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            wrong.append(f"notes/{file.name} is not UTF-8: save it as UTF-8, so that the page shows its words.")
    if wrong:
        raise EngagementError(f"A note of {engagement.client} cannot be read:", wrong)
    return found


def _rests(
    phases: tuple[Phase, ...], files: dict[str, Path], reads: dict[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...] | None]:
    """What each phase rests on; None where nobody can tell, and for the phases that such a one gives its answers to."""
    found = {}
    for phase in phases:
        names = uses(phase, read_notebook(files[phase.id]), reads)
        unknown = {f"notebook:{name}" for name, rests in found.items() if rests is None}
        found[phase.id] = None if names is None or unknown & set(names) else names
    return found
