"""Step times: how long journeys stay at each step before they move on, those still there counted in."""

import pandas as pd

from playbook.methods.needs_analysis.path.steps import outcome
from playbook.methods.needs_analysis.path.waiting import waiting

__all__ = ["recent_moves", "step_times"]

FEWEST = 10  # stays that ended, below which nothing is said of a step's time
FEWEST_RECENT = 30  # stays of the last year, below which all years count
_EMPTY = {
    "step": "str", "on_path": "bool", "stays": "int64", "moved": "int64", "happens": "float64", "quartile": "float64",
    "median": "float64", "low": "float64", "high": "float64", "upper": "float64", "upper_low": "float64",
    "upper_high": "float64", "long": "float64", "longest": "float64",
}  # fmt: skip


def recent_moves(journey_moves: pd.DataFrame) -> pd.DataFrame:
    """Moves of the journeys that began in the last year, or all where these are too few to tell."""
    recent = journey_moves[journey_moves["recent"]]
    return recent if recent["cases"].sum() >= FEWEST_RECENT else journey_moves


def step_times(journey_moves: pd.DataFrame, order: tuple[str, ...]) -> pd.DataFrame:
    """Days at each step until the next one, one row a step: first those of ``order`` in that order, then others by stays.

    A stay that has not ended counts as one that lasts at least until the as-of day (Kaplan and Meier 1958). As many never
    move on, quantiles are of those who do: [step, on_path, stays, moved, happens (share that moves on), quartile, median, low,
    high, upper, upper_low, upper_high, long (nine in ten have moved on), longest]. The last step of ``order``, steps that say
    lost, and steps that fewer than ten left are not among them.
    """
    stays = journey_moves[journey_moves["step"] != journey_moves["next_step"]]
    stays = stays[(outcome(stays["step"]) != "lost") & (stays["step"] != order[-1])] if order else stays.iloc[:0]
    rows = []
    for step, part in stays.groupby("step"):
        moved = part["next_step"].notna().to_numpy()
        cases = part["cases"].to_numpy()
        if cases[moved].sum() < FEWEST:
            continue
        days = part["days"].to_numpy()
        found = waiting(days, moved, cases=cases)
        row = {name: getattr(found, name) for name in _EMPTY if hasattr(found, name)}
        rows.append(row | {"step": step, "on_path": step in order, "stays": found.cases, "moved": found.events,
                           "longest": float(days[moved].max())})  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(_EMPTY)).astype(_EMPTY)
    place = frame["step"].map({step: k for k, step in enumerate(order)}).fillna(len(order))
    frame = frame.assign(place=place).sort_values(["place", "stays", "step"], ascending=[True, False, True], ignore_index=True)
    return frame.drop(columns="place")
