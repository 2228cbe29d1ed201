"""Spells: weeks that stand out together, whichever rules and charts say so: one change, one spell."""

import numpy as np
import pandas as pd

from playbook.methods.monitoring.charting.limits import Limits
from playbook.methods.monitoring.charting.memory import PULLED_IN, cusum, ewma
from playbook.methods.monitoring.charting.rules import RULES, beyond_of, seen

__all__ = ["alarms", "events", "spells"]

ZONES = tuple(rule for rule in RULES.values() if rule.alarm and rule.of)
Spell = tuple[tuple[str, ...], int, int, int]  # rule ids (strictest first), side, first and last week as places among the weeks
BRIDGED = 2  # weeks from one that stands out to the next, at most, within a spell


def alarms(score: np.ndarray, margin: np.ndarray, carry: float) -> np.ndarray:
    """Whether any rule or chart alarms, by path, week and side (0 low, 1 high), for scores (paths, weeks)."""
    memories = (ewma(score, margin, carry), cusum(score, margin, carry))
    sides = []
    for side in (-1, 1):
        zones = [seen(rule, score, margin, side) for rule in ZONES]
        sides.append(np.any([*zones, *(m.alarm == side for m in memories)], axis=0))
    return np.stack(sides, axis=-1)


def spells(score: np.ndarray, margin: np.ndarray, carry: float) -> list[list[Spell]]:
    """Spells among the weeks of each path of ``score`` (paths, weeks).

    Signals on the same side that touch are one spell, and one quiet week does not end it. A chart with a memory says that
    something changed some weeks ago: its spell begins where the change is most likely to lie, and goes on while weeks stay on
    that side by more than the expected's own error.
    """
    memories = {"ewma": ewma(score, margin, carry), "cusum": cusum(score, margin, carry)}
    found: list[list[Spell]] = [[] for _ in score]
    for side in (-1, 1):
        marked: list[dict[int, list[str]]] = [{} for _ in score]
        for rule in ZONES:
            beyond = beyond_of(rule, score, margin, side)
            for path, end in np.argwhere(seen(rule, score, margin, side)).tolist():
                for week in range(max(end - rule.of + 1, 0), end + 1):
                    if beyond[path, week]:
                        marked[path].setdefault(week, []).append(rule.id)
        for name, memory in memories.items():
            for path, end in np.argwhere(memory.alarm == side).tolist():
                for week in _remembered(end, int(memory.since[path, end]), score[path] * side, margin):
                    marked[path].setdefault(week, []).append(name)
        for own, weeks in zip(found, marked, strict=True):
            own += _merge(weeks, side)
    return found


def events(limits: Limits) -> pd.DataFrame:
    """Spells among the watched weeks of a chart: rule_ids, side (-1 below, 1 above), first, last (weeks), in order of time."""
    watched = limits.frame[limits.frame["watched"]]
    (found,) = spells(watched["score"].to_numpy()[None], watched["margin"].to_numpy(), limits.carry)
    rows = [(rules, side, watched.index[first], watched.index[last]) for rules, side, first, last in found]
    return pd.DataFrame(rows, columns=["rule_ids", "side", "first", "last"]).sort_values(["first", "side"], ignore_index=True)


def _remembered(end: int, since: int, out: np.ndarray, margin: np.ndarray) -> range:
    """Weeks of the change that a chart with a memory, begun ``since`` so many weeks, alarms for in week ``end``; ``out``: scores,
    positive on the side in question."""
    length = np.arange(since, 0, -1)
    mean = out[: end + 1].clip(-PULLED_IN, PULLED_IN)[::-1].cumsum()[length - 1] / length
    likely = np.where(mean > 0, length * mean**2, 0.0)  # Samuel, Pignatiello & Calvin (Quality Engineering 1998)
    last = end
    for week in range(end + 1, len(out)):
        if week - last > BRIDGED:
            break
        last = week if out[week] > margin[week] else last
    return range(end + 1 - int(length[likely.argmax()]), last + 1)


def _merge(marked: dict[int, list[str]], side: int) -> list[Spell]:
    at = np.array(sorted(marked), dtype=int)
    groups = np.split(at, np.flatnonzero(np.diff(at) > BRIDGED) + 1) if len(at) else []
    fired = [{rule for week in group for rule in marked[week]} for group in groups]
    return [(tuple(r for r in RULES if r in rules), side, int(g[0]), int(g[-1])) for g, rules in zip(groups, fired, strict=True)]
