"""Scoring findings: how well the score ranks, down to where work pays, the open cases, what drives it, what gave the end away."""

import numpy as np

from playbook.methods.strategy.predicting.judge import gain_table
from playbook.methods.strategy.predicting.scored import Scored
from playbook.methods.strategy.predicting.wording import column_name
from playbook.result.contract import Finding

__all__ = ["Scored", "findings", "headline"]

OWNER = "head of sales"
SMALL = 200  # cases of the rarer outcome, below which figures are said to be rough
NO_BETTER = 0.5
NEARLY_ALL = 0.995  # share worked on that reads as all


def headline(scored: Scored) -> str:
    """What the first fifth of the list holds."""
    fmt, nouns = scored.fmt, scored.asked.nouns
    if scored.choice["auc_low"] <= NO_BETTER:
        return f"No score tells which {nouns.many} {nouns.do}: what is known of them does not set them apart"
    found = _first_fifth(scored)
    return f"The fifth of the {nouns.many} that score highest holds {fmt.share(found)} of those that {nouns.do}"


def findings(scored: Scored) -> tuple[Finding, ...]:
    """Up to five."""
    return tuple(f for f in (_quality(scored), _profit(scored), _open(scored), _drivers(scored), _leaks(scored)) if f)


def _first_fifth(scored: Scored) -> float:
    judged = scored.learned.held_out
    table = gain_table(judged["outcome"].to_numpy(dtype=bool), judged["probability"].to_numpy())
    return float(table["found"].iloc[1])


def _quality(scored: Scored) -> Finding:
    fmt, choice, nouns, learned = scored.fmt, scored.choice, scored.asked.nouns, scored.learned
    how = "later ones judged by earlier ones" if learned.by_time else "each judged by a score learnt from the others"
    rare = min(scored.asked.counts)
    small = f" With {fmt.count(rare)} of the rarer outcome the figures are rough." if rare < SMALL else ""
    works = choice["auc_low"] > NO_BETTER
    return Finding(
        "scoring-quality",
        f"Of one of the {nouns.many} that {nouns.do} and one of the others, the score puts the right one first in"
        f" {fmt.share(choice['auc'])} of the pairs ({fmt.count(len(learned.held_out))} {nouns.many}, {how}; {learned.best})."
        f" Stated and seen chances differ by {fmt.share(choice['ece'])} on average.{small}",
        float(choice["auc"]),
        "share",
        float(choice["auc_low"]),
        float(choice["auc_high"]),
        len(learned.held_out),
        evidence="shown" if choice["auc"] - (choice["auc"] - choice["auc_low"]) / 1.2816 * 1.96 > NO_BETTER
        else "likely" if works else "not shown",
        action=None if works else "Record more of what is known before the end: source, need, size, first contact.",
        owner=OWNER,
    )  # fmt: skip


def _profit(scored: Scored) -> Finding | None:
    told, fmt, nouns = scored.profit, scored.fmt, scored.asked.nouns
    if told is None:
        return Finding(
            "scoring-price",
            f"What a yes brings and what it costs to work on one of the {nouns.many} are not both known, so nobody can say down"
            " to which chance the work pays.",
            evidence="not shown",
            action="State contact_cost in client.yml and what a yes brings (value, or amount and gross_margin).",
            owner=OWNER,
        )
    if not scored.learned.works:  # what it would have brought is chance
        return None
    if told.best <= 0 or told.share == 0:
        return Finding(
            "scoring-profit",
            f"At {fmt.value(_usual_cost(scored), 'unit_money')} for each of the {nouns.many}, working on none of them would have"
            f" paid.{_planned(scored)}",
            told.best, "unit_money", told.low, told.high, len(scored.learned.held_out),
            evidence="likely" if scored.asked.measured else "indicative",
            action="Find a cheaper way to reach them, or only those who ask.", owner=OWNER,
        )  # fmt: skip
    everybody = told.everybody > 0
    if told.threshold is not None:
        pays, rest = f"It pays from a chance of {fmt.share(told.threshold)}.", f"{nouns.many} below that chance"
    else:
        pays, rest = "It pays where the chance times what a yes brings is above what the work costs.", f"the other {nouns.many}"
    other = "working on everybody" if everybody else "working on nobody"
    more = f"{fmt.value(told.gain, 'unit_money')} more than {other}" if told.gain > 0 else f"no more than {other}"
    best = f"{fmt.value(told.best, 'unit_money')} of {scored.meant} for each of the whole list"
    sentence = (
        f"Working on the {fmt.share(told.share)} of the {nouns.many} with which it pays would have left {best}, {more}. {pays}"
    )
    if told.share > NEARLY_ALL:
        sentence = f"It pays to work on all {nouns.many}: that would have left {best}. The score says where to begin."
    return Finding(
        "scoring-profit",
        f"{sentence}{_planned(scored)}",
        told.gain,
        "unit_money",
        told.gain_low,
        told.gain_high,
        len(scored.learned.held_out),
        evidence="likely" if scored.asked.measured and scored.pays else "indicative",
        action=f"Leave {rest} to mails and the website." if told.gain > 0 and told.share <= NEARLY_ALL else None,
        owner=OWNER,
    )


def _planned(scored: Scored) -> str:
    """That the share of a yes that the work brings about is taken, and not measured."""
    asked, fmt = scored.asked, scored.fmt
    if asked.measured:
        return ""
    return f" That takes {fmt.share(asked.caused[1])} of the yes to be brought about by the work; nobody has measured it here."


def _usual_cost(scored: Scored) -> float:
    return float(np.nanmean(scored.asked.cost))


def _open(scored: Scored) -> Finding | None:
    listed, fmt, nouns = scored.listed, scored.fmt, scored.asked.nouns
    if listed.empty:
        return Finding(
            "scoring-open", f"None of the {nouns.many} is open today: the score waits for the next ones.", 0.0, "count",
            evidence="shown",
        )  # fmt: skip
    pays = listed[(listed["gain"] > 0) & listed["cost"].notna()]
    if pays.empty:
        expected, do = float(listed["chance"].sum()), nouns.do.replace("are ", "be ", 1)
        return Finding(
            "scoring-open",
            f"{fmt.count(len(listed))} {nouns.many} are open; about {fmt.count(expected)} of them should {do}.",
            expected, "count", n=len(listed), evidence="indicative",
            action="Begin at the top of the list." if scored.learned.works else None, owner=OWNER,
        )  # fmt: skip
    value, cost = float(pays["value"].sum()), float(pays["cost"].sum())
    order = "each name has its reasons beside it" if scored.learned.works else "it goes by worth, as no score tells them apart"
    return Finding(
        "scoring-open",
        f"Of {fmt.count(len(listed))} open {nouns.many}, {fmt.count(len(pays))} are worth working on: they should bring"
        f" {fmt.money(value)} of {scored.meant} that would not come anyway, for {fmt.money(cost)}.",
        value,
        "money",
        float(pays["value_low"].sum()),
        float(pays["value_high"].sum()),
        len(pays),
        money=value - cost if scored.asked.margin is not None else None,
        evidence="indicative",
        action=f"Begin at the top of the list; {order}.",
        owner=OWNER,
    )


def _drivers(scored: Scored) -> Finding | None:
    table = scored.dependence
    if table.empty:
        return None
    fmt, told = scored.fmt, []
    for column in dict.fromkeys(table["column"]):
        rows = table[table["column"] == column]
        low, high = rows.loc[rows["chance"].idxmin()], rows.loc[rows["chance"].idxmax()]
        if high["chance"] - low["chance"] > 0.01:
            told.append(f"{high['said']}: {fmt.share(high['chance'])}, {low['said']}: {fmt.share(low['chance'])}")
    if not told:
        return None
    return Finding(
        "scoring-drivers",
        f"What moves the chance most, all else as it is: {'; '.join(told[:2])}.",
        evidence="indicative",
        n=scored.learned.rows,
        action="Read these as what goes with a yes, not as what brings it about.",
    )


def _leaks(scored: Scored) -> Finding | None:
    dropped = scored.learned.dropped
    if dropped.empty:
        return None
    names = ", ".join(column_name(c) for c in dropped["column"])
    one = len(dropped) == 1
    return Finding(
        "scoring-leaks",
        f"{names} {'gives' if one else 'give'} the end away and {'was' if one else 'were'} left out:"
        f" {dropped['reason'].iloc[0]}.",
        float(len(dropped)),
        "count",
        evidence="shown",
        action=f"Tell us if {'it is' if one else 'they are'} known before the end after all: the score would then be better.",
    )
