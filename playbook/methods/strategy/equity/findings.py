"""Fairness findings: which attribute has the widest gap, whether promises hold alike, what closing costs, what stands in."""

from dataclasses import dataclass

import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.equity.closing import SAME_FOUND, SAME_SHARE
from playbook.methods.strategy.equity.gaps import FOUR_FIFTHS, OTHERS, Gap
from playbook.methods.strategy.predicting.asked import Nouns
from playbook.methods.strategy.predicting.wording import column_name
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["Judged", "findings", "headline"]

OWNER = mark("head of compliance")
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
    ratio = fmt.share(gap.ratio)
    if gap.ratio >= FOUR_FIFTHS:
        return fmt.say("No group is chosen less than four fifths as often as another; the widest gap is {share}", share=ratio)
    words = {"attribute": _name(gap.attribute, fmt), "least": gap.least, "share": ratio, "most": gap.most}
    if gap.ratio_high >= 1:
        return fmt.say(
            "By {attribute}, “{least}” is chosen {share} as often as “{most}”: below four fifths, though chance alone"
            " could explain it",
            **words,
        )
    return fmt.say("By {attribute}, “{least}” is chosen {share} as often as “{most}”: below four fifths", **words)


def findings(told: Judged) -> tuple[Finding, ...]:
    """Up to five."""
    found = [*(_gap(gap, told) for gap in sorted(told.gaps, key=lambda gap: gap.ratio)[:2]), _promises(told), _cost(told)]
    return tuple(f for f in (*found, _stand_in(told)) if f)


def _name(column: str, fmt: Formats) -> str:
    return fmt.told(column_name(column))


def _gap(gap: Gap, told: Judged) -> Finding:
    fmt, rows = told.fmt, gap.groups.set_index("group")
    below = gap.ratio < FOUR_FIFTHS
    by_chance = below and gap.ratio_high >= 1
    least, most = rows.loc[gap.least], rows.loc[gap.most]
    words = {
        "attribute": _name(gap.attribute, fmt), "least": gap.least, "most": gap.most, "share": fmt.share(least["chosen"]),
        "other": fmt.share(most["chosen"]), "ratio": fmt.share(gap.ratio),
    }  # fmt: skip
    if below:
        compared = fmt.say(
            "By {attribute}, the score chooses {share} of “{least}” and {other} of “{most}”: {ratio} as often, which"
            " falls short of four fifths.",
            **words,
        )
    else:
        compared = fmt.say(
            "By {attribute}, the score chooses {share} of “{least}” and {other} of “{most}”: {ratio} as often, which"
            " meets the four-fifths rule.",
            **words,
        )
    seen = fmt.say(
        "In fact {share} of “{least}” and {other} of “{most}” ended in success.",
        share=fmt.share(least["seen"]), least=gap.least, other=fmt.share(most["seen"]), most=gap.most,
    )  # fmt: skip
    chance = fmt.say(
        "Among {n} groups of this size chance alone can bring such a gap.", n=fmt.count((rows.index != OTHERS).sum())
    )
    return Finding(
        f"fairness-{gap.attribute.casefold().replace(' ', '-').replace('_', '-')}",
        fmt.sentences(compared, seen, chance if by_chance else ""),
        gap.ratio,
        "share",
        gap.ratio_low,
        gap.ratio_high,
        int(rows["cases"].sum()),
        evidence="shown" if gap.surely >= SURELY else "likely" if gap.surely >= LIKELY else "indicative",
        action=None if not below
        else "Look again with more cases before anything is decided." if by_chance
        else "Let legal counsel and the business decide together whether the reason for the gap can be defended.",
        owner=OWNER if below else None,
    )  # fmt: skip


def _promises(told: Judged) -> Finding | None:
    """The group whose stated chances miss by most, beyond chance."""
    rows = pd.concat([gap.groups.assign(attribute=gap.attribute) for gap in told.gaps], ignore_index=True)
    rows = rows[(rows["group"] != OTHERS) & ((rows["off_low"] > 0) | (rows["off_high"] < 0))]
    if rows.empty:
        return None
    worst, fmt = rows.loc[rows["off"].abs().idxmax()], told.fmt
    words = {
        "group": worst["group"], "attribute": _name(worst["attribute"], fmt), "stated": fmt.share(worst["stated"]),
        "seen": fmt.share(worst["seen"]),
    }  # fmt: skip
    if worst["off"] > 0:
        sentence = fmt.say(
            "For “{group}” ({attribute}) the predicted chances are too high: {stated} predicted, {seen} in fact.", **words
        )
    else:
        sentence = fmt.say(
            "For “{group}” ({attribute}) the predicted chances are too low: {stated} predicted, {seen} in fact.", **words
        )
    return Finding(
        "fairness-promises",
        sentence,
        float(worst["off"]),
        "points",
        float(worst["off_low"]),
        float(worst["off_high"]),
        int(worst["cases"]),
        evidence="likely",
        action="Record what sets this group apart and may fairly be used, then have the score learnt again.",
        owner=OWNER,
    )


def _cost(told: Judged) -> Finding | None:
    fmt = told.fmt
    rows = told.costs[told.costs["attribute"] == told.widest.attribute].set_index("way")
    lost, today, other = rows.loc[SAME_SHARE, "lost"], rows.loc[SAME_SHARE, "today"], rows.loc[SAME_FOUND, "lost"]
    if today <= 0:
        return None
    what = {"attribute": _name(told.widest.attribute, fmt), "n": fmt.count(told.cases), "many": fmt.told(told.nouns.many)}
    if lost > 0:
        share = fmt.say(
            "On the {n} {many} judged, choosing the same share of each group ({attribute}) would cost {loss} of {today}.",
            loss=_amount(lost, told), today=fmt.money(today) if told.priced else fmt.count(today), **what,
        )  # fmt: skip
    else:
        share = fmt.say(
            "On the {n} {many} judged, choosing the same share of each group ({attribute}) would cost nothing.", **what
        )
    amount = _amount(other, told)
    if other > 0:
        found = fmt.say("Finding the same share of successes in each group would cost {amount}.", amount=amount)
    else:
        found = fmt.say("Finding the same share of successes in each group would gain {amount}.", amount=amount)
    return Finding(
        "fairness-cost",
        fmt.sentences(share, found),
        float(lost),
        "money" if told.priced else "count",
        n=told.cases,
        evidence="indicative",
        action="Setting a threshold by group uses the attribute itself, which the law may forbid: a decision for counsel, not"
        " for a score.",
        owner=OWNER,
    )


def _amount(lost: float, told: Judged) -> str:
    """What is lost or won, in money where it is known, else in yes."""
    return told.fmt.money(abs(lost)) if told.priced else told.fmt.say("{n} successes", n=told.fmt.count(abs(lost)))


def _stand_in(told: Judged) -> Finding | None:
    rows = told.stand_ins[told.stand_ins["attribute"] == told.widest.attribute]
    if rows.empty:
        return None
    best, fmt = rows.iloc[0], told.fmt
    column = _name(best["column"], fmt)
    return Finding(
        "fairness-stand-in",
        fmt.say(
            "The score never sees {attribute}, but “{column}” gives away {share} of it and can act as a proxy.",
            attribute=_name(told.widest.attribute, fmt), column=column, share=fmt.share(best["told"]),
        ),
        float(best["told"]),
        "share",
        n=told.cases,
        evidence="shown",
        action=fmt.say("Before using the score, test it without “{column}” as well.", column=column),
        owner=OWNER,
    )  # fmt: skip
