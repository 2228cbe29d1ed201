"""Step moves: where journeys go from each step, where they turn back, and what turning back costs."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from playbook.methods.needs_analysis.path.steps import outcome
from playbook.result.formats import LEVEL

__all__ = ["Loops", "loops", "step_moves", "turns"]

FEWEST = 30  # journeys on either side of a comparison


@dataclass(frozen=True)
class Loops:
    """Journeys that turned back to a step they had been at, against those that did not, from the step where most turned.

    ``share`` of all ``journeys`` turned back at least once; ``step`` is where most of them did so first. Of those that reached it
    ``ended`` got to the end after turning back there, ``straight`` without; ``low`` and ``high`` bound the difference
    (None where one side has too few). ``days`` is the median time spent in steps taken again, of those that turned back.
    """

    journeys: int
    turned: int
    share: float
    step: str | None
    ended: float | None
    straight: float | None
    low: float | None
    high: float | None
    days: float


def step_moves(journey_moves: pd.DataFrame, by: tuple[str, ...] = ()) -> pd.DataFrame:
    """Where journeys go from each step: [*by, step, next_step, back, cases, came, share, low, high], in order of step and cases.

    ``came`` is how often the step was left or repeated or was the last that was seen (then ``next_step`` is missing); ranges are
    Wilson's. Rows with ``back`` lead to a step the journey had been at before.
    """
    keys = [*by, "step"]
    counts = journey_moves.groupby([*keys, "next_step", "back"], dropna=False, as_index=False)["cases"].sum()
    counts["came"] = counts.groupby(keys)["cases"].transform("sum")
    low, high = proportion_confint(counts["cases"], counts["came"], alpha=1 - LEVEL, method="wilson")
    counts = counts.assign(share=counts["cases"] / counts["came"], low=np.asarray(low), high=np.asarray(high))
    return counts.sort_values([*keys, "cases", "next_step"], ascending=[*[True] * len(keys), False, True], ignore_index=True)


def turns(moves: pd.DataFrame, order: tuple[str, ...] = ()) -> pd.DataFrame:
    """Of ``step_moves``, the moves back and the repeats, most frequent first, with ``kind`` (back or again).

    A move forward in ``order`` to a step that was taken before is none: it only makes up for an earlier turn.
    """
    again = moves["next_step"] == moves["step"]
    place = {step: k for k, step in enumerate(order)}
    ahead = moves["next_step"].map(place) > moves["step"].map(place)
    found = moves[(moves["back"].astype(bool) & ~ahead) | again]
    return found.assign(kind=np.where(again[found.index], "again", "back")).sort_values(
        ["cases", "step", "next_step"], ascending=[False, True, True], ignore_index=True
    )


def loops(journey_states: pd.DataFrame, journey_steps: pd.DataFrame, final: str) -> Loops | None:
    """What became of the journeys that turned back; None when none of those given did.

    Takes the journeys of ``journey_states`` and their steps. The comparison is among journeys that reached the same step, and
    says nothing of why some turn back. The range is Newcombe's of the difference of two shares.
    """
    turned = journey_states["returns"] > 0
    if not turned.any():
        return None
    states, back_from = journey_states[turned], journey_states.loc[turned, "back_from"].dropna()
    # Deals that are lost go back to no step: the word is an end, however often it is noted.
    back_from = back_from[outcome(back_from) != "lost"]
    days = float(states["days_back"].median())
    share, count = float(turned.mean()), int(turned.sum())
    step = back_from.value_counts().sort_index().sort_values(ascending=False, kind="stable").index[0] if len(back_from) else None
    # Ids as numbers: pandas' own isin turns a million strings into a list first.
    ids, _ = pd.factorize(pd.concat([journey_states["journey_id"], journey_steps["journey_id"]], ignore_index=True))
    own, taken = ids[: len(journey_states)], ids[len(journey_states) :]
    there = np.isin(own, taken[(journey_steps["step"] == step).to_numpy()])
    ended = np.isin(own, taken[(journey_steps["step"] == final).to_numpy()])[there]
    back = (journey_states["back_from"] == step).to_numpy(dtype=bool, na_value=False)[there]
    sides = [(int(ended[side].sum()), int(side.sum())) for side in (back, ~back)]
    if step is None or step == final or min(n for _, n in sides) < FEWEST:
        return Loops(len(journey_states), count, share, step, None, None, None, None, days)
    (hits, n), (others, m) = sides
    low, high = confint_proportions_2indep(hits, n, others, m, method="newcomb", alpha=1 - LEVEL)
    return Loops(len(journey_states), count, share, step, hits / n, others / m, float(low), float(high), days)
