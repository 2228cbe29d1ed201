"""Stalls: open deals that have waited longer than nine in ten of those that moved on, and what they are worth."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.needs_analysis.path.deals import average_amount, deal_states
from playbook.methods.needs_analysis.path.steps import outcome
from playbook.methods.needs_analysis.path.waiting import waiting

__all__ = ["NOBODY", "SHORTEST", "Stalls", "stalled_deals", "stalled_journeys"]

SHORTEST = 1.0  # days: who moves on within hours is not waiting but gone
FEWEST = 30  # moves, to know what is long
NEARLY_ALL = (
    0.9  # share that moves on from a step in the end, if only to be lost: otherwise who stays is gone, and nobody noted it
)
NOBODY = mark("no owner")


@dataclass(frozen=True)
class Stalls:
    """Open cases that wait unusually long.

    ``open`` of them are open with a known wait, ``stalled`` of these have waited longer than nine in ten took to move on, and
    ``beyond`` longer than any that was seen to move on. ``amount`` is what the stalled ones bring if won (None: unknown),
    ``estimated`` how many of them have no amount of their own. ``after``: days from which a wait is long (None where it
    differs by step); ``by_age``: a wait is the age of a deal, not the time at its step. ``groups``: [step, owner, open,
    stalled, beyond, amount, after, median_days], most stalled first.
    """

    open: int
    stalled: int
    beyond: int
    amount: float | None
    estimated: int
    after: float | None
    by_age: bool
    groups: pd.DataFrame = field(repr=False)


def stalled_journeys(
    journey_states: pd.DataFrame, times: pd.DataFrame, final: str, as_of, opportunities: pd.DataFrame | None = None
) -> Stalls | None:
    """Journeys that stand at a step for longer than nine in ten that moved on from it; ``times`` is from ``step_times``.

    None where journeys move on within hours, or at no step often enough to know, or where many go without a word: then who
    stays is lost rather than waiting. Amounts are those of the deals with
    the same id in ``opportunities``.
    """
    known = times[(times["moved"] >= FEWEST) & (times["long"] >= SHORTEST) & (times["happens"] >= NEARLY_ALL)].set_index("step")
    at = journey_states[journey_states["last_step"].isin(known.index) & (journey_states["last_step"] != final)]
    at = at[outcome(at["last_step"]) == "open"]
    if at.empty:
        return None
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    frame = pd.DataFrame(
        {
            "step": at["last_step"],
            "owner": at["owner"].fillna(NOBODY) if "owner" in at else NOBODY,
            "days": (end - at["last_at"]) / pd.Timedelta(days=1),
            "after": at["last_step"].map(known["long"]),
            "longest": at["last_step"].map(known["longest"]),
        }
    )
    frame["amount"], frame["estimated"] = np.nan, False
    if opportunities is not None:
        deals = opportunities.assign(
            expected=average_amount(opportunities, deal_states(opportunities, as_of)),
            own=opportunities["amount"].notna() if "amount" in opportunities else False,
        ).drop_duplicates("opportunity_id").set_index("opportunity_id")  # fmt: skip
        frame["amount"] = at["journey_id"].map(deals["expected"])
        frame["estimated"] = frame["amount"].notna() & ~at["journey_id"].map(deals["own"]).fillna(True).astype(bool)
    return _stalls(frame, by_age=False)


def stalled_deals(opportunities: pd.DataFrame, as_of) -> Stalls | None:
    """Open deals that are older than nine in ten of those that were closed in the year were when they were closed.

    By the first day of each deal alone: when it came to its stage is not in a pipeline. None when fewer than
    thirty were closed, or nothing open has a first day.
    """
    states = deal_states(opportunities, as_of)
    dated = states[states["recent"] & states["days"].notna()]
    closed, still = dated["end"] != "open", dated[dated["end"] == "open"]
    if closed.sum() < FEWEST or still.empty:
        return None
    found = waiting(dated["days"].to_numpy(), closed.to_numpy(), ranges=False)
    if found.long < SHORTEST:
        return None
    amount = average_amount(opportunities, states).loc[still.index]
    frame = pd.DataFrame(
        {
            "step": opportunities.loc[still.index, "stage"],
            "owner": opportunities.loc[still.index, "owner"].fillna(NOBODY) if "owner" in opportunities else NOBODY,
            "days": still["days"],
            "after": found.long,
            "longest": float(dated.loc[closed, "days"].max()),
            "amount": amount,
            "estimated": amount.notna() & still["amount"].isna(),
        }
    )
    return _stalls(frame, by_age=True)


def _stalls(frame: pd.DataFrame, by_age: bool) -> Stalls:
    late = frame["days"] > frame["after"]
    marked = frame.assign(stalled=late, beyond=late & (frame["days"] > frame["longest"]), late_amount=frame["amount"].where(late))
    groups = marked.groupby(["step", "owner"], as_index=False).agg(
        open=("stalled", "size"), stalled=("stalled", "sum"), beyond=("beyond", "sum"),
        amount=("late_amount", lambda a: a.sum(min_count=1)), after=("after", "first"),
    )  # fmt: skip
    waits = marked[late].groupby(["step", "owner"])["days"].median().rename("median_days").reset_index()
    groups = groups[groups["stalled"] > 0].merge(waits, on=["step", "owner"])
    groups = groups.sort_values(["stalled", "amount", "step", "owner"], ascending=[False, False, True, True], ignore_index=True)
    total = marked["late_amount"].sum(min_count=1)
    after = frame["after"].unique()
    return Stalls(
        open=len(frame), stalled=int(late.sum()), beyond=int(marked["beyond"].sum()),
        amount=None if pd.isna(total) else float(total), estimated=int((marked["estimated"] & late).sum()),
        after=float(after[0]) if len(after) == 1 else None, by_age=by_age, groups=groups,
    )  # fmt: skip
