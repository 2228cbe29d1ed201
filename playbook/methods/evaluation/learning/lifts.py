"""Lifts: what the client's own tests make of the effects that the advice list assumes.

A test speaks of an advised action when a word of its id stands in the action's ``evidence_from``. The lift is a share of
revenue while the action runs: an assumed one is taken to hold evenly over the year.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from playbook.methods.evaluation.learning.updating import Belief, belief, updated
from playbook.methods.evaluation.measuring.effect import Effect
from playbook.methods.strategy.advising.advice import Advice, speaks_of
from playbook.result.formats import Formats
from playbook.result.remembered import Remembered, one_of_kind

__all__ = ["lift_frame", "lifts", "tests_of"]

COUNTED = ("shown", "likely", "not shown", "harmful")  # a doubtful comparison changes no belief
COMPARED = ("control group", "other customers", "other regions")
COLUMNS = ("id", "name", "tests", "assumed", "assumed_low", "assumed_high", "lift", "low", "high", "weight", "days")


def tests_of(measured: Sequence[Effect], past: Sequence[Remembered]) -> tuple[Remembered, ...]:
    """Tests with a fair comparison, oldest first: those measured now (``Impact.measured``) and those remembered.

    Each test counts once, as it was measured last, however many reports have measured it; one whose comparison is found to be in
    doubt now counts no longer. One that is merely gone from client.yml, or that today's data cannot measure, still does.
    """
    found = one_of_kind(tuple(past), "test")
    for one in measured:
        fair = one.verdict in COUNTED and one.design in COMPARED
        if one.measured and not fair:
            found.pop(one.id, None)
        if fair and np.isfinite([one.effect, one.low, one.high]).all():
            found[one.id] = Remembered(
                kind="test", id=one.id, label=one.label, value=float(one.effect), low=float(one.low), high=float(one.high),
                unit="share", evidence=one.verdict, n=one.n_treated + one.n_control, since=one.start, until=one.end,
            )  # fmt: skip
    return tuple(sorted(found.values(), key=lambda test: (test.until, test.id)))


def lifts(
    known: Mapping[str, tuple[Advice, ...]], tests: Sequence[Remembered], fmt: Formats
) -> Iterator[tuple[Remembered, Belief, float]]:
    """For each advised action that a test speaks of: the updated lift, the assumed one, and the weight of the last test.

    The days are those of the last test: a client who tested four weeks knows four weeks.
    """
    for advice in (a for actions in known.values() for a in actions if a.basis == "year"):
        own = [test for test in tests if speaks_of(test.id, advice) and test.ranged]
        if not own:
            continue
        assumed = belief(advice.lift.expected, advice.lift.low, advice.lift.high)
        now, weight = assumed, 0.0
        for test in own:
            now, weight = updated(now, belief(test.value, test.low, test.high))
        last = own[-1]
        yield (
            Remembered(
                kind="lift", id=advice.id, label=fmt.told(advice.name), value=now.mean, low=now.low, high=now.high,
                unit="share", evidence=last.evidence, n=len(own), since=last.since, until=last.until,
            ),
            assumed,
            weight,
        )  # fmt: skip


def lift_frame(found: Sequence[tuple[Remembered, Belief, float]]) -> pd.DataFrame:
    """One row an action with ``COLUMNS``; ``tests``: how many tests speak of it, ``weight``, ``days``: of the last one."""
    rows = [
        (lift.id, lift.label, lift.n, assumed.mean, assumed.low, assumed.high, lift.value, lift.low, lift.high, weight, lift.days)
        for lift, assumed, weight in found
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
