"""Fairness findings: which attribute has the widest gap, whether promises hold alike, what closing costs, what stands in."""

from dataclasses import dataclass

import pandas as pd

from playbook.methods.strategy.equity.gaps import FOUR_FIFTHS, OTHERS, Gap
from playbook.methods.strategy.predicting.asked import Nouns
from playbook.methods.strategy.predicting.wording import column_name
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["Judged", "findings", "headline"]

OWNER = "head of compliance"
SURELY, LIKELY = 0.975, 0.9  # chance that the true ratio lies on the same side of four fifths


@dataclass(frozen=True)
class Judged:
    """As in ``Fairness``; ``priced``: costs are money; ``share`` chosen today; ``cases`` judged."""

    fmt: Formats
    nouns: Nouns
    gaps: tuple[Gap, ...]
    costs: pd.DataFrame
    stand_ins: pd.DataFrame
    priced: bool
    share: float
    cases: int

    @property
    def widest(self) -> Gap:
        return min(self.gaps, key=lambda gap: gap.ratio)


def headline(told: Judged) -> str:
    """The attribute with the widest gap, against four fifths."""
    gap, fmt = told.widest, told.fmt
    if gap.ratio >= FOUR_FIFTHS:
        return f"No group is chosen less than four fifths as often as another; the widest gap is {fmt.share(gap.ratio)}"
    chance = ", though chance alone can do that" if gap.ratio_high >= 1 else ""
    return (
        f"By {column_name(gap.attribute)}, {gap.least} is chosen {fmt.share(gap.ratio)} as often as {gap.most}: below four"
        f" fifths{chance}"
    )


def findings(told: Judged) -> tuple[Finding, ...]:
    """Up to five."""
    found = [*(_gap(gap, told) for gap in sorted(told.gaps, key=lambda gap: gap.ratio)[:2]), _promises(told), _cost(told)]
    return tuple(f for f in (*found, _stand_in(told)) if f)


def _gap(gap: Gap, told: Judged) -> Finding:
    fmt, rows = told.fmt, gap.groups.set_index("group")
    named = [name for name in rows.index if name != OTHERS]
    below = gap.ratio < FOUR_FIFTHS
    by_chance = below and gap.ratio_high >= 1
    base = rows.loc[gap.least, "seen"], rows.loc[gap.most, "seen"]
    return Finding(
        f"fairness-{gap.attribute.casefold().replace(' ', '-').replace('_', '-')}",
        f"By {column_name(gap.attribute)}, {fmt.share(rows.loc[gap.least, 'chosen'])} of {gap.least} are chosen and"
        f" {fmt.share(rows.loc[gap.most, 'chosen'])} of {gap.most}: {fmt.share(gap.ratio)} as often,"
        f" {'below' if below else 'within'} the four-fifths rule. Yes came from {fmt.share(base[0])} and {fmt.share(base[1])} of"
        f" them.{f' Among {len(named)} groups of this size chance alone can bring such a gap.' if by_chance else ''}",
        gap.ratio,
        "share",
        gap.ratio_low,
        gap.ratio_high,
        int(rows["cases"].sum()),
        evidence="shown" if gap.surely >= SURELY else "likely" if gap.surely >= LIKELY else "indicative",
        action=None if not below
        else "Look again with more cases before anything is decided." if by_chance
        else "Have counsel and the business decide together whether the reason for the gap can be defended.",
        owner=OWNER if below else None,
    )  # fmt: skip


def _promises(told: Judged) -> Finding | None:
    """The group whose stated chances miss by most, beyond chance."""
    rows = pd.concat([gap.groups.assign(attribute=gap.attribute) for gap in told.gaps], ignore_index=True)
    rows = rows[(rows["group"] != OTHERS) & ((rows["off_low"] > 0) | (rows["off_high"] < 0))]
    if rows.empty:
        return None
    worst, fmt = rows.loc[rows["off"].abs().idxmax()], told.fmt
    side = "too high" if worst["off"] > 0 else "too low"
    return Finding(
        "fairness-promises",
        f"For {worst['group']} ({column_name(worst['attribute'])}) the stated chances are {side}: {fmt.share(worst['stated'])}"
        f" stated, {fmt.share(worst['seen'])} seen.",
        float(worst["off"]),
        "points",
        float(worst["off_low"]),
        float(worst["off_high"]),
        int(worst["cases"]),
        evidence="likely",
        action="Record what sets this group apart and is fair to use, and learn the score again.",
        owner=OWNER,
    )


def _cost(told: Judged) -> Finding | None:
    fmt = told.fmt
    rows = told.costs[told.costs["attribute"] == told.widest.attribute].set_index("way")
    lost = rows.loc["the same share chosen", "lost"]
    today = rows.loc["the same share chosen", "today"]
    if today <= 0:
        return None
    unit = fmt.money(abs(lost)) if told.priced else f"{fmt.count(abs(lost))} yes"
    of = fmt.money(today) if told.priced else fmt.count(today)
    words = f"would cost {unit} of {of}" if lost > 0 else "would cost nothing"
    other = rows.loc["the same share of the yes found", "lost"]
    also = fmt.money(abs(other)) if told.priced else f"{fmt.count(abs(other))} yes"
    return Finding(
        "fairness-cost",
        f"Choosing the same share in each group of {column_name(told.widest.attribute)} {words} over the {fmt.count(told.cases)}"
        f" {told.nouns.many} judged; finding the same share of each group's yes {'costs' if other > 0 else 'brings'} {also}.",
        float(lost),
        "money" if told.priced else "count",
        n=told.cases,
        evidence="indicative",
        action="Setting a threshold by group uses the attribute itself, which the law may forbid: a decision for counsel, not"
        " for a score.",
        owner=OWNER,
    )


def _stand_in(told: Judged) -> Finding | None:
    rows = told.stand_ins[told.stand_ins["attribute"] == told.widest.attribute]
    if rows.empty:
        return None
    best, fmt = rows.iloc[0], told.fmt
    return Finding(
        "fairness-stand-in",
        f"The score never sees {column_name(told.widest.attribute)}, but {column_name(best['column'])} tells"
        f" {fmt.share(best['told'])} of it and can stand in for it.",
        float(best["told"]),
        "share",
        n=told.cases,
        evidence="shown",
        action=f"Judge the score without {column_name(best['column'])} as well before it is used.",
        owner=OWNER,
    )
