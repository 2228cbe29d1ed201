"""Splits: one step of the way by channel, owner and product, with what levelling up would bring."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.methods.needs_analysis.chance import evidence_of, holm, share_p_value
from playbook.methods.needs_analysis.path.leaks import Path, Reference
from playbook.methods.needs_analysis.path.shrinkage import shrunk_shares, upper_level
from playbook.result.contract import Evidence
from playbook.result.formats import EDGES, LEVEL

__all__ = ["Split", "reference_of", "splits_at"]

FEWEST_CASES = 30  # at a step, for a group to serve as the reference
FEWEST_GROUPS = 2


@dataclass(frozen=True)
class Split:
    """One step by one dimension (``by``: channel, owner or product).

    ``groups``, best first: group, came, reached, conversion (as counted), expected (after shrinkage), low, high (range of
    expected), days (median from the beginning to the end), difference (shown, likely or indicative: to the others, after
    Holm 1979 over all groups; ``better`` which way), point (one point more, a year), gain (up to ``level``, a year).
    ``evidence``: whether the groups differ by more than chance, after Holm over the dimensions. ``level`` is the share that the
    best quarter of the cases has, ``gain`` with ``low`` and ``high`` what all others would bring with it.
    """

    by: str
    step: str
    groups: pd.DataFrame
    evidence: Evidence
    level: float
    gain: float | None
    low: float | None
    high: float | None


def splits_at(path: Path, step: str) -> tuple[Split, ...]:
    """The step by every dimension that has at least two groups, the one that differs most in money first."""
    stages = path.stages.set_index("step")
    through = stages["reached"].iloc[-1] / stages.loc[step, "reached"] if stages.loc[step, "reached"] else 0.0
    yearly = np.nan if path.worth is None else path.yearly * through
    at = path.groups[(path.groups["step"] == step) & (path.groups["came"] > 0)]
    parts = {by: part.reset_index(drop=True) for by, part in at.groupby("by") if len(part) >= FEWEST_GROUPS}
    if not parts:
        return ()
    found = {by: shrunk_shares(part["reached"], part["came"]) for by, part in parts.items()}
    p_values = holm([shares.p_value for shares in found.values()])
    splits = []
    for (by, part), p_value in zip(parts.items(), p_values, strict=True):
        shares, came = found[by], part["came"].to_numpy()
        low, high = shares.range(LEVEL)
        alone = [
            share_p_value(h, n, part["reached"].sum() - h, came.sum() - n) for h, n in zip(part["reached"], came, strict=True)
        ]
        levels = upper_level(shares.draws, came)
        short = (levels[:, None] - shares.draws).clip(min=0) * came
        worth = part["worth"].to_numpy() * yearly  # of one case more that goes on, by group
        gains = (short * worth).sum(axis=1)
        rest = (part["reached"].sum() - part["reached"]) / (came.sum() - came).clip(min=1)
        groups = part.assign(
            expected=shares.expected, low=low, high=high, gain=short.mean(axis=0) * worth, point=0.01 * came * worth,
            difference=[evidence_of(p, otherwise="indicative") for p in holm(alone)], better=part["conversion"] > rest,
        ).sort_values(["expected", "group"], ascending=[False, True], ignore_index=True)  # fmt: skip
        bounds = np.quantile(gains, EDGES)
        money = [None, None, None] if np.isnan(yearly) else [float(gains.mean()), *map(float, bounds)]
        splits.append(Split(by, step, groups, evidence_of(p_value, otherwise="indicative"), float(levels.mean()), *money))
    rank = {"shown": 0, "likely": 1}
    return tuple(sorted(splits, key=lambda s: (rank.get(s.evidence, 2), -(s.gain or 0), s.by)))


def reference_of(split: Split) -> Reference | None:
    """The group with the highest expected share that is better than the others beyond chance; None when there is none."""
    groups = split.groups
    best = groups[groups["better"] & (groups["difference"] == "shown") & (groups["came"] >= FEWEST_CASES)]
    if split.evidence != "shown" or best.empty:
        return None
    top = best.iloc[0]
    others = groups[groups["group"] != top["group"]]
    rest = float(others["reached"].sum() / others["came"].sum())
    return Reference(
        str(top["group"]), float(top["expected"]), rest, split.gain, split.low, split.high, int(top["came"]), split.level
    )
