"""Scoring findings: how well the score ranks, down to where work pays, the open cases, what drives it, what gave the end away."""

import numpy as np

from playbook.locale import mark
from playbook.methods.strategy.predicting.judge import gain_table
from playbook.methods.strategy.predicting.scored import Scored
from playbook.methods.strategy.predicting.wording import column_name, listed_reasons
from playbook.result.contract import Finding

__all__ = ["Scored", "findings", "headline"]

OWNER = mark("head of sales")
SMALL = 200  # cases of the rarer outcome, below which figures are said to be rough
NO_BETTER = 0.5
NEARLY_ALL = 0.995  # share worked on that reads as all
MOVES = 0.01  # of the mean chance: a column that moves it less is not told


def headline(scored: Scored) -> str:
    """What the first fifth of the list holds."""
    fmt, nouns = scored.fmt, scored.nouns
    if scored.choice["auc_low"] <= NO_BETTER:
        return fmt.say("No score tells which {many} {do}: what is known of them does not set them apart", **nouns)
    found = fmt.share(_first_fifth(scored))
    return fmt.say("The fifth of the {many} that score highest holds {share} of those that {do}", share=found, **nouns)


def findings(scored: Scored) -> tuple[Finding, ...]:
    """Up to five."""
    return tuple(f for f in (_quality(scored), _profit(scored), _open(scored), _drivers(scored), _leaks(scored)) if f)


def _first_fifth(scored: Scored) -> float:
    judged = scored.learned.held_out
    table = gain_table(judged["outcome"].to_numpy(dtype=bool), judged["probability"].to_numpy())
    return float(table["found"].iloc[1])


def _quality(scored: Scored) -> Finding:
    fmt, choice, nouns, learned = scored.fmt, scored.choice, scored.nouns, scored.learned
    rare = min(scored.asked.counts)
    works = choice["auc_low"] > NO_BETTER
    sure = choice["auc"] - (choice["auc"] - choice["auc_low"]) / 1.2816 * 1.96 > NO_BETTER
    return Finding(
        "scoring-quality",
        fmt.sentences(
            fmt.say(
                "Of one of the {many} that {do} and one of the others, the score puts the right one first in {share} of the"
                " pairs.", share=fmt.share(choice["auc"]), **nouns,
            ),
            fmt.say(
                "That was tested on {n} {many}, later ones judged by earlier ones ({model})." if learned.by_time
                else "That was tested on {n} {many}, each judged by a score learnt from the others ({model}).",
                n=fmt.count(len(learned.held_out)), model=fmt.told(learned.best), **nouns,
            ),
            fmt.say("Stated and seen chances differ by {share} on average.", share=fmt.share(choice["ece"])),
            fmt.say("With {n} of the rarer outcome the figures are rough.", n=fmt.count(rare)) if rare < SMALL else "",
        ),
        float(choice["auc"]),
        "share",
        float(choice["auc_low"]),
        float(choice["auc_high"]),
        len(learned.held_out),
        evidence="shown" if sure else "likely" if works else "not shown",
        action=None if works else "Record more of what is known before the end: source, need, size, first contact.",
        owner=OWNER,
    )  # fmt: skip


def _profit(scored: Scored) -> Finding | None:
    told, fmt, nouns = scored.profit, scored.fmt, scored.nouns
    if told is None:
        return Finding(
            "scoring-price",
            fmt.say(
                "What a yes brings and what it costs to work on one of the {many} are not both known, so nobody can say down to"
                " which chance the work pays.", **nouns,
            ),
            evidence="not shown",
            action="State contact_cost in client.yml and what a yes brings (value, or amount and gross_margin).",
            owner=OWNER,
        )  # fmt: skip
    if not scored.learned.works:  # what it would have brought is chance
        return None
    measured = scored.asked.measured
    if told.best <= 0 or told.share == 0:
        cost = fmt.exact_money(float(np.nanmean(scored.asked.cost)))
        nothing = fmt.say("At {cost} for each of the {many}, working on none of them would have paid.", cost=cost, **nouns)
        return Finding(
            "scoring-profit", fmt.sentences(nothing, _planned(scored)), told.best, "unit_money", told.low, told.high,
            len(scored.learned.held_out), evidence="likely" if measured else "indicative",
            action="Find a cheaper way to reach them, or work only on those who ask.", owner=OWNER,
        )  # fmt: skip
    some = told.share <= NEARLY_ALL
    return Finding(
        "scoring-profit",
        fmt.sentences(*(_some_pay(scored) if some else _all_pay(scored)), _planned(scored)),
        told.gain,
        "unit_money",
        told.gain_low,
        told.gain_high,
        len(scored.learned.held_out),
        evidence="likely" if measured and scored.pays else "indicative",
        action=_leave(scored) if told.gain > 0 and some else None,
        owner=OWNER,
    )


def _all_pay(scored: Scored) -> tuple[str, ...]:
    fmt, best = scored.fmt, scored.fmt.exact_money(scored.profit.best)
    all_pay = fmt.say(
        "It pays to work on all {many}: that would have left {best} of {meant} for each of the whole list.",
        best=best, meant=scored.meant, **scored.nouns,
    )  # fmt: skip
    return all_pay, fmt.say("The score says where to begin.")


def _some_pay(scored: Scored) -> tuple[str, ...]:
    """What working on those with whom it pays would have left, beside working on everybody or nobody, and from where it pays."""
    told, fmt = scored.profit, scored.fmt
    left = fmt.say(
        "Working on the {share} of the {many} with which it pays would have left {best} of {meant} for each of the whole list.",
        share=fmt.share(told.share), best=fmt.exact_money(told.best), meant=scored.meant, **scored.nouns,
    )  # fmt: skip
    if told.gain > 0:
        template = _MORE_THAN_EVERYBODY if told.everybody > 0 else _MORE_THAN_NOBODY
    else:
        template = _NO_MORE_THAN_EVERYBODY if told.everybody > 0 else _NO_MORE_THAN_NOBODY
    if told.threshold is None:
        pays = fmt.say("It pays where the chance times what a yes brings is above what the work costs.")
    else:
        pays = fmt.say("It pays from a chance of {chance}.", chance=fmt.share(told.threshold))
    return left, fmt.say(template, more=fmt.exact_money(told.gain)), pays


_MORE_THAN_EVERYBODY = mark("That is {more} more than working on everybody.")
_MORE_THAN_NOBODY = mark("That is {more} more than working on nobody.")
_NO_MORE_THAN_EVERYBODY = mark("That is no more than working on everybody.")
_NO_MORE_THAN_NOBODY = mark("That is no more than working on nobody.")


def _leave(scored: Scored) -> str:
    """What to do with those with whom the work does not pay."""
    if scored.profit.threshold is None:
        return scored.fmt.say("Leave the other {many} to mails and the website.", **scored.nouns)
    return scored.fmt.say("Leave {many} below that chance to mails and the website.", **scored.nouns)


def _planned(scored: Scored) -> str:
    """That the share of a yes that the work brings about is taken, and not measured."""
    if scored.asked.measured:
        return ""
    return scored.fmt.say(
        "That takes {share} of the yes to be brought about by the work; nobody has measured it here.",
        share=scored.fmt.share(scored.asked.caused[1]),
    )


def _open(scored: Scored) -> Finding | None:
    listed, fmt, nouns = scored.listed, scored.fmt, scored.nouns
    if listed.empty:
        sentence = fmt.say("None of the {many} is open today: the score waits for the next ones.", **nouns)
        return Finding("scoring-open", sentence, 0.0, "count", evidence="shown")
    pays = listed[(listed["gain"] > 0) & listed["cost"].notna()]
    if pays.empty:
        expected = float(listed["chance"].sum())
        sentence = fmt.say_n(
            "One of the {many} waits for an answer; the chance that it will be among those that {do} is {chance}.",
            "Of {n} {open}, about {expected} should come to be among those that {do}.",
            len(listed), expected=fmt.count(expected), chance=fmt.share(expected), **nouns,
        )  # fmt: skip
        return Finding(
            "scoring-open", sentence, expected, "count", n=len(listed), evidence="indicative",
            action="Begin at the top of the list." if scored.learned.works else None, owner=OWNER,
        )  # fmt: skip
    value, cost = float(pays["value"].sum()), float(pays["cost"].sum())
    words = {"value": fmt.money(value), "cost": fmt.money(cost), "meant": scored.meant, **nouns}
    every = fmt.say(
        "All {open} are worth working on: {n} should bring {value} of {meant} that would not come anyway, for {cost}.",
        n=fmt.count(len(pays)),
        **words,
    )
    return Finding(
        "scoring-open",
        every if len(pays) == len(listed) > 1 else
        fmt.say_n(
            "Of {all} {open}, one is worth working on: it should bring {value} of {meant} that would not come anyway, for"
            " {cost}.",
            "Of {all} {open}, {n} are worth working on: they should bring {value} of {meant} that would not come anyway, for"
            " {cost}.",
            len(pays), all=fmt.count(len(listed)), **words,
        ),
        value,
        "money",
        float(pays["value_low"].sum()),
        float(pays["value_high"].sum()),
        len(pays),
        money=value - cost if scored.asked.margin is not None else None,
        evidence="indicative",
        action="Begin at the top of the list; each name has its reasons beside it." if scored.learned.works
        else "Begin at the top of the list; it goes by worth, as no score tells them apart.",
        owner=OWNER,
    )  # fmt: skip


def _drivers(scored: Scored) -> Finding | None:
    table = scored.dependence
    if table.empty:
        return None
    fmt, told = scored.fmt, []
    for column in dict.fromkeys(table["column"]):
        rows = table[table["column"] == column]
        low, high = rows.loc[rows["chance"].idxmin()], rows.loc[rows["chance"].idxmax()]
        if high["chance"] - low["chance"] > MOVES:
            words = {
                "high": high["said"],
                "most": fmt.share(high["chance"]),
                "low": low["said"],
                "least": fmt.share(low["chance"]),
            }
            told.append(fmt.say("{high}: {most}, {low}: {least}", **words))
    if not told:
        return None
    return Finding(
        "scoring-drivers",
        fmt.say("What moves the chance most, all else as it is: {columns}.", columns=listed_reasons(told[:2], fmt)),
        evidence="indicative",
        n=scored.learned.rows,
        action="Read these as what goes with a yes, not as what brings it about.",
    )


def _leaks(scored: Scored) -> Finding | None:
    dropped, fmt = scored.learned.dropped, scored.fmt
    if dropped.empty:
        return None
    names, reason = [fmt.told(column_name(c)) for c in dropped["column"]], fmt.told(dropped["reason"].iloc[0])
    one = len(names) == 1
    return Finding(
        "scoring-leaks",
        fmt.say("{column} gives the end away and was left out: {reason}.", column=names[0], reason=reason) if one
        else fmt.say(
            "{columns} give the end away and were left out. Of {column}: {reason}.",
            columns=fmt.listed(names), column=names[0], reason=reason,
        ),
        float(len(names)),
        "count",
        evidence="shown",
        action="Tell us if it is known before the end after all: the score would then be better." if one
        else "Tell us if one of them is known before the end after all: the score would then be better.",
    )  # fmt: skip
