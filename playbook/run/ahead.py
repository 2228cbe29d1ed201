"""Ahead: what a spare core does for a run: gather frames from behind, and work out methods before their notebook asks.

It changes nothing but the time. The process beside the notebooks asks as a notebook would, takes turns with them (``turns``), and
lays its answers into a folder of its own, from where a notebook takes what it asks for. What it cannot answer, or dies over, its
notebook meets; and what those that gather beside it cannot gather, ``ready.prepare`` meets.
"""

import inspect
import os
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from playbook.engagement import HOME_VARIABLE, Engagement
from playbook.run.crew import Crew
from playbook.run.kept import BESIDE_VARIABLE, WORK_VARIABLE
from playbook.run.notebooks import parameters_of
from playbook.run.peers import PeerReport
from playbook.run.phases import PHASES, Phase, method_of
from playbook.run.turns import TURNS
from playbook.run.words import way_for

if TYPE_CHECKING:
    from playbook.run.ready import Ready

__all__ = ["Ahead", "in_order", "prepared"]

AHEAD = ".ahead"  # in the work folder


def prepared(
    crew: Crew,
    engagement: Engagement,
    phases: tuple[Phase, ...],
    given: dict[str, str],
    kept: Path,
    peers: tuple[PeerReport, ...] | None,
) -> "Ready":
    """``ready.prepare`` in a process of ``crew``; where there is a core for it, a second one gathers from behind meanwhile.

    Before the server has loaded, the process at hand begins with all of it.
    """
    from playbook.run.gathered import FROM_BEHIND, GATHERED, gather_beside
    from playbook.run.ready import prepare

    parameters_of(engagement, phases, given)  # what is wrong with -p is told before anybody waits for tables
    crew.words = way_for(engagement)
    early = crew.early(gather_beside, engagement, kept, GATHERED)
    second = crew.start(gather_beside, engagement, kept, FROM_BEHIND) if crew.spare else None
    begin = perf_counter()
    try:
        if early:
            early.wait()
        waited = perf_counter() - begin
        ready = crew.fresh(prepare, engagement, phases, given, kept, peers)
        return replace(ready, seconds={**ready.seconds, "gather": round(ready.seconds["gather"] + waited, 3)})
    finally:  # all is gathered, or nobody needs it
        if second:
            second.kill()
            second.wait()


class Ahead:
    """The process beside a run's notebooks, of the run's ``crew``; it ends with the ``with`` block, and leaves no file.

    ``folder`` is where its answers lie; None until it has begun.
    """

    def __init__(self, crew: Crew, kept: Path):
        self.folder, self._crew, self._kept, self._worker = None, crew, kept, None

    def __enter__(self) -> "Ahead":
        return self

    def __exit__(self, *_: object) -> None:
        if self._worker:
            self._worker.kill()
            self._worker.wait()
            for folder in (self.folder, self.folder.with_name(TURNS)):
                shutil.rmtree(folder, ignore_errors=True)

    def begin(self, engagement: Engagement, asked: list[tuple[str, ...] | None]) -> None:
        """Begin with what the coming notebooks ask for (``uses.asks``), a tuple for each; not where nobody can tell for one."""
        if self._crew.spare and asked and None not in asked:
            self.folder = self._kept.with_name(AHEAD)
            self.folder.mkdir()
            self._worker = self._crew.start(_work, engagement, asked, self.folder, self._kept)


def in_order(asked: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The methods that notebooks ask for, in the order in which they are best worked out ahead.

    First those that rest on no other method, the last notebook's first: there is time until it asks. Then the others, as asked.
    """
    alone = [name for names in reversed(asked) for name in names if not _rests_on(name)]
    return tuple(dict.fromkeys([*alone, *(name for names in asked for name in names)]))


def _rests_on(name: str) -> set[str]:
    """Other methods whose answers a method is given."""
    known = {section.replace("-", "_") for phase in PHASES for section in phase.sections}
    return known & set(inspect.signature(method_of(name)).parameters)


def _work(engagement: Engagement, asked: list[tuple[str, ...]], own: Path, kept: Path) -> None:
    """In the process: answer what notebooks ask for into ``own``; ``kept`` is where they lay what they find themselves."""
    from playbook.run.study import study

    os.environ.update({WORK_VARIABLE: str(own), BESIDE_VARIABLE: str(kept), HOME_VARIABLE: str(engagement.root)})
    for name in in_order(asked):
        with suppress(Exception):  # the notebook that asks meets the same, and tells it
            study(engagement, method_of(name))
