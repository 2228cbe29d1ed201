"""Compare: the findings of two reports, one by one: new, gone, better, worse, moved, or the same within their ranges."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE

__all__ = ["COLUMNS", "VERDICTS", "compare"]

VERDICTS = ("worse", "new", "gone", "better", "moved", "same")
NOISE = 0.05  # relative change that counts as none where no range is known
QUIET = ("-quiet", "-none")  # ends of ids of findings that say that there is nothing to say
LEFT_OUT = frozenset({"since-last", "data-audit", "alerts", "needs"})  # the last two say again what other sections found
WORTH = frozenset({"lifetime-value", "market", "demand", "prices", "baskets"})  # their money is what can be won, not what is lost
EARNED = frozenset({"impact", "returns"})  # their money was earned or lost: the signed value tells, and more of it is better
COLUMNS = ["section", "id", "verdict", "sentence", "before", "after", "unit", "at_stake", "evidence", "action"]


def compare(past: Iterable[Mapping], now: Iterable[Mapping]) -> pd.DataFrame:
    """One row per finding of either report, what got worse first and the most money first within a verdict: ``COLUMNS``.

    Findings are mappings as findings.json has them (section, id, sentence, value, unit, low, high, money, evidence, action); they
    are matched by section and id, in sections that both reports answered. ``before`` and ``after``: what was compared, money at
    stake where there is any (more is worse, unless it can be won), else the value (better or worse where the id names a KPI or it
    was earned, else moved). The same: the two ranges' distance is within chance (their halves added in squares), or without
    ranges less than 5 percent.
    ``at_stake``: how much more money is at stake now, negative for less.
    """
    earlier, later = ({(f["section"], f["id"]): f for f in found if _told(f)} for found in (past, now))
    both = {section for section, _ in earlier} & {section for section, _ in later}
    both |= {f["section"] for f in past} & {f["section"] for f in now}
    keys = [key for key in dict.fromkeys([*later, *earlier]) if key[0] in both]
    frame = pd.DataFrame([_row(earlier.get(key), later.get(key)) for key in keys], columns=COLUMNS)
    rank = frame["verdict"].map({name: place for place, name in enumerate(VERDICTS)})
    order = pd.DataFrame({"rank": rank, "money": -frame["at_stake"].abs().fillna(0)}).sort_values(
        ["rank", "money"], kind="stable"
    )
    return frame.loc[order.index].reset_index(drop=True)


def _told(finding: Mapping) -> bool:
    return finding["section"] not in LEFT_OUT and not finding["id"].endswith(QUIET)


def _row(was: Mapping | None, now: Mapping | None) -> dict:
    one = now or was
    told = {name: one.get(name) for name in ("section", "id", "sentence", "evidence", "action")}
    stake_before, stake_now = (_at_stake(f) for f in (was, now))
    told |= {"at_stake": stake_now - stake_before, "unit": "money"}
    if was is None or now is None:
        return told | {"verdict": "gone" if now is None else "new", "before": stake_before or None, "after": stake_now or None}
    if stake_before or stake_now:
        told |= {"before": stake_before, "after": stake_now}
        alike = _same_value(was, now) or _close(stake_before, stake_now)
        if not alike and one["section"] in WORTH:
            return told | {"verdict": "moved"}
        return told | {"verdict": "same" if alike else "worse" if stake_now > stake_before else "better"}
    before, after = was.get("value"), now.get("value")
    told |= {"before": before, "after": after, "unit": now.get("unit", "number")}
    if before is None or after is None or was.get("unit") != now.get("unit"):
        return told | {"verdict": "same" if was["sentence"] == now["sentence"] else "moved"}
    if _same_value(was, now) or (not _ranged(was) and not _ranged(now) and _close(before, after)):
        return told | {"verdict": "same"}
    good = _good(now)
    if one["section"] in EARNED and good:
        told["at_stake"] = before - after
    return told | {"verdict": "moved" if good is None else "better" if (after > before) == (good == "up") else "worse"}


def _at_stake(finding: Mapping | None) -> float:
    return 0.0 if finding is None or finding["section"] in EARNED else finding.get("money") or 0.0


def _ranged(finding: Mapping) -> bool:
    return finding.get("low") is not None and finding.get("high") is not None


def _same_value(was: Mapping, now: Mapping) -> bool:
    """Whether the two values lie within what their ranges leave to chance; False without values or ranges."""
    if was.get("value") is None or now.get("value") is None or was.get("unit") != now.get("unit"):
        return False
    halves = [(f["high"] - f["low"]) / 2 for f in (was, now) if _ranged(f)]
    return bool(halves) and abs(now["value"] - was["value"]) <= float(np.hypot(*halves) if len(halves) == 2 else halves[0])


def _close(before: float, after: float) -> bool:
    return abs(after - before) <= NOISE * max(abs(before), abs(after))


def _good(finding: Mapping) -> str | None:
    """Which way is good for a finding on a KPI or on money earned; None for others."""
    if finding["section"] in EARNED:
        return "up" if finding.get("unit") == "money" else None
    kpi = finding["id"].removeprefix(f"{finding['section']}-").replace("-", "_")
    return CATALOGUE[kpi].good if finding["section"] in {"scorecard", "plan-tracking"} and kpi in CATALOGUE else None
