"""Spells: weeks that stand out together, whichever rules and charts say so: one change, one spell."""

import numpy as np
import pandas as pd

from playbook.methods.monitoring.charting.limits import Limits
from playbook.methods.monitoring.charting.memory import PULLED_IN, Memory, cusum, ewma
from playbook.methods.monitoring.charting.rules import RULES, beyond_of, seen

__all__ = ["alarms", "events", "spells"]

ZONES = tuple(rule for rule in RULES.values() if rule.alarm and rule.of)
BRIDGED = 2  # weeks from one that stands out to the next, at most, within a spell


def alarms(score: np.ndarray, margin: np.ndarray, carry: float) -> np.ndarray:
    """Whether any rule or chart alarms, by path, week and side (0 low, 1 high), for scores (paths, weeks)."""
    memories = (ewma(score, margin, carry), cusum(score, margin, carry))
    sides = []
    for side in (-1, 1):
        zones = [seen(rule, score, margin, side) for rule in ZONES]
        sides.append(np.any([*zones, *(m.alarm == side for m in memories)], axis=0))
    return np.stack(sides, axis=-1)


def spells(score: np.ndarray, margin: np.ndarray, carry: float) -> list[tuple[tuple[str, ...], int, int, int]]:
    """Spells among the weeks of one chart: rule ids (strictest first), side, first and last week as places in ``score``.

    Signals on the same side that touch are one spell, and one quiet week does not end it. A chart with a memory says that
    something changed some weeks ago: its spell begins where the change is most likely to lie, and goes on while weeks stay on
    that side by more than the expected's own error.
    """
    memories = {"ewma": ewma(score[None], margin, carry), "cusum": cusum(score[None], margin, carry)}
    found = []
    for side in (-1, 1):
        marked: dict[int, list[str]] = {}
        for rule in ZONES:
            beyond = beyond_of(rule, score, margin, side)
            for end in np.flatnonzero(seen(rule, score, margin, side)):
                window = np.arange(max(end - rule.of + 1, 0), end + 1)
                for week in window[beyond[window]]:
                    marked.setdefault(int(week), []).append(rule.id)
        for name, memory in memories.items():
            for week in _remembered(memory, score * side, margin, side):
                marked.setdefault(int(week), []).append(name)
        found += _merge(marked, side)
    return found


def events(limits: Limits) -> pd.DataFrame:
    """Spells among the watched weeks of a chart: rule_ids, side (-1 below, 1 above), first, last (weeks), in order of time."""
    watched = limits.frame[limits.frame["watched"]]
    found = spells(watched["score"].to_numpy(), watched["margin"].to_numpy(), limits.carry)
    rows = [(rules, side, watched.index[first], watched.index[last]) for rules, side, first, last in found]
    return pd.DataFrame(rows, columns=["rule_ids", "side", "first", "last"]).sort_values(["first", "side"], ignore_index=True)


def _remembered(memory: Memory, out: np.ndarray, margin: np.ndarray, side: int) -> set[int]:
    """Weeks of the changes that a chart with a memory alarms for; ``out``: scores, positive on the side in question."""
    weeks: set[int] = set()
    calm = out.clip(-PULLED_IN, PULLED_IN)
    for end in np.flatnonzero(memory.alarm[0] == side):
        starts = np.arange(end - int(memory.since[0, end]) + 1, end + 1)
        length = end + 1 - starts
        mean = calm[: end + 1][::-1].cumsum()[length - 1] / length
        likely = np.where(mean > 0, length * mean**2, 0.0)  # Samuel, Pignatiello & Calvin (Quality Engineering 1998)
        weeks.update(range(int(starts[likely.argmax()]), end + 1))
        last = end
        for week in range(end + 1, len(out)):
            if week - last > BRIDGED:
                break
            last = week if out[week] > margin[week] else last
        weeks.update(range(end, last + 1))
    return weeks


def _merge(marked: dict[int, list[str]], side: int) -> list[tuple[tuple[str, ...], int, int, int]]:
    at = np.array(sorted(marked), dtype=int)
    groups = np.split(at, np.flatnonzero(np.diff(at) > BRIDGED) + 1) if len(at) else []
    fired = [{rule for week in group for rule in marked[week]} for group in groups]
    return [(tuple(r for r in RULES if r in rules), side, int(g[0]), int(g[-1])) for g, rules in zip(groups, fired, strict=True)]
