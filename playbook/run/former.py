"""Former: the published report of the same day, and what of it still stands and need not be worked out again.

Beside a report lies what its notebooks kept for one another, a folder for each phase, named in the manifest:

reports/acme/.kept-2026-10-31-x7f2a9/market-research/...

A phase that runs again finds there what the phases before it found, as it would in a full run. These are pickles of this very
program's results: they are read only from a folder that its owner alone may write, and only when the program's own files and
libraries are the same as when they were written.
"""

import re
import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from playbook.engagement import Engagement
from playbook.errors import PlaybookError
from playbook.run.kept import of_file
from playbook.run.manifest import MANIFEST, broken, read_manifest, versions
from playbook.run.notebooks import parameters_of
from playbook.run.paper import BOOK
from playbook.run.peers import PeerReport
from playbook.run.phases import Phase
from playbook.run.publish import KEPT, published
from playbook.run.rests import Standing

__all__ = ["Former", "former_report", "unchanged"]


class _Form(BaseModel):
    """What a manifest must say for its report to be a base; an earlier version, or a change by hand, may have it otherwise."""

    model_config = ConfigDict(strict=True)

    as_of: str
    day_given: bool
    phases: dict[str, object]
    attention: list[str]
    inputs: list[dict]
    settings: str
    parameters: dict[str, dict[str, object]]
    rests: dict[str, dict[str, str | None] | None]
    versions: dict[str, str]
    peak_memory_mib: float
    kept: str = Field(pattern=rf"^{re.escape(KEPT)}[\w-]+$")


@dataclass(frozen=True)
class Former:
    """A published report: its folder, its manifest, and the folder of what its phases kept (None without)."""

    folder: Path | None = None
    manifest: dict = field(default_factory=dict)
    kept: Path | None = None

    @property
    def printed(self) -> bool:
        """Whether the report has its PDFs."""
        return BOOK in self.manifest.get("files", {})

    def answered(self, phase: Phase) -> bool:
        """Whether the report has that phase."""
        return phase.id in self.manifest.get("phases", {})

    def same(self, phase: Phase, rests: dict[str, str | None] | None) -> bool:
        """Whether the phase's answers rest on the same as ``rests`` says; what nobody can tell is not the same."""
        known = rests is not None and None not in rests.values()
        return known and self.answered(phase) and self.manifest.get("rests", {}).get(phase.id) == rests

    def same_inputs(self, inputs: list[dict], settings: str) -> bool:
        """Whether the report was made of these very tables, by this version."""
        told = self.manifest
        return bool(told) and (told["inputs"], told.get("settings"), told["versions"]) == (inputs, settings, versions())

    def take_over(self, phase: Phase, engagement: Engagement, work: Path, kept: Path, cache: Path) -> None:
        """Put the phase's executed notebook, and what it kept, where this run of ``engagement`` would have put them.

        A notebook may have opened other days as well: what it kept of each stays apart.
        """
        shutil.copy2(self.folder / "notebooks" / phase.notebook, work / "notebooks" / phase.notebook)
        for found in (self.kept / phase.id).iterdir() if self.kept is not None and (self.kept / phase.id).is_dir() else ():
            for folder in (kept, cache / phase.id):
                shutil.copytree(found, folder / of_file(found.name, engagement), dirs_exist_ok=True)


def former_report(engagement: Engagement, as_of: date) -> Former:
    """The whole report published for that day; an empty one when there is none, when somebody has changed it, or when its
    manifest is of another form."""
    folder = engagement.reports / as_of.isoformat()
    if not (folder / MANIFEST).is_file() or broken(folder):
        return Former()
    manifest = read_manifest(folder)
    try:
        form = _Form.model_validate(manifest)
    except ValidationError:
        return Former()
    if form.as_of != folder.name or "report" not in form.rests:
        return Former()
    kept = engagement.reports / manifest["kept"]
    return Former(folder, manifest, kept if kept.is_dir() else None)


def unchanged(
    engagement: Engagement, phases: tuple[Phase, ...], given: dict[str, str], peers: tuple[PeerReport, ...] | None = None
) -> Former | None:
    """The published report when a run of ``phases`` would only repeat it; read from files' hashes, without reading a table."""
    folders = [f for f in published(engagement.reports) if engagement.as_of in (None, date.fromisoformat(f.name))]
    former = former_report(engagement, date.fromisoformat(folders[-1].name)) if folders else Former()
    told = former.manifest
    if not told or (told["day_given"] and engagement.as_of is None):
        return None  # whether that is the last day that the tables show, only they can tell
    try:
        parameters = parameters_of(engagement, phases, given)
        for values in parameters.values():
            values.setdefault("as_of", told["as_of"])
        standing = Standing(engagement, date.fromisoformat(told["as_of"]), {**told["parameters"], **parameters}, peers)
        stands = all(former.answered(p) and not standing.changed(told["rests"].get(p.id)) for p in phases)
        return former if stands and not standing.changed(told["rests"]["report"]) else None
    except PlaybookError:
        return None  # the run says all that is wrong, not only what was met first
    except KeyError:
        return None  # it rests on something that this version knows nothing of
