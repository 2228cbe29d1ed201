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
        return fmt.say("No score can tell which {many} {do}: what is known of them does not set them apart", **nouns)
    found = fmt.share(_first_fifth(scored))
    return fmt.say("The best-scored fifth of the {many} holds {share} of those that {do}", share=found, **nouns)


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
                "In {share} of random pairs, the score puts the {many} that {do} above the others.",
                share=fmt.share(choice["auc"]), **nouns,
            ),
            fmt.say(
                "Tested on {n} {many}, later ones scored by what earlier ones taught ({model})." if learned.by_time
                else "Tested on {n} {many}, each scored by what the others taught ({model}).",
                n=fmt.count(len(learned.held_out)), model=fmt.told(learned.best), **nouns,
            ),
            fmt.say("Predicted chances and actual shares differ by {n} points on average.", n=fmt.number(choice["ece"] * 100, 1)),
            fmt.say("With only {n} cases of the rarer outcome, these figures are rough.", n=fmt.count(rare))
            if rare < SMALL
            else "",
        ),
        float(choice["auc"]),
        "share",
        float(choice["auc_low"]),
        float(choice["auc_high"]),
        len(learned.held_out),
        evidence="shown" if sure else "likely" if works else "not shown",
        action=None if works else "Record more of what is known before the outcome: source, need, size, first contact.",
        owner=OWNER,
    )  # fmt: skip


def _profit(scored: Scored) -> Finding | None:
    told, fmt, nouns = scored.profit, scored.fmt, scored.nouns
    if told is None:
        return Finding(
            "scoring-price",
            fmt.say(
                "How far down the list follow-up pays cannot be said: both what a success brings and what it costs to"
                " follow up one of the {many} have to be known.", **nouns,
            ),
            evidence="not shown",
            action="State contact_cost in client.yml and what a success brings (value, or amount and gross_margin).",
            owner=OWNER,
        )  # fmt: skip
    if not scored.learned.works:  # what it would have brought is chance
        return None
    measured = scored.asked.measured
    if told.best <= 0 or told.share == 0:
        cost = fmt.money(float(np.nanmean(scored.asked.cost)))
        nothing = fmt.say("At {cost} each, following up any of the {many} would not have paid.", cost=cost, **nouns)
        return Finding(
            "scoring-profit", fmt.sentences(nothing, _planned(scored)), told.best, "money", told.low, told.high,
            len(scored.learned.held_out), evidence="likely" if measured else "indicative",
            action="Find a cheaper way to reach them, or follow up only those who ask.", owner=OWNER,
        )  # fmt: skip
    some = told.share <= NEARLY_ALL
    value, low, high = (told.gain, told.gain_low, told.gain_high) if some else (told.best, told.low, told.high)
    return Finding(
        "scoring-profit",
        fmt.sentences(*(_some_pay(scored) if some else _all_pay(scored)), _planned(scored)),
        value,
        "money",
        low,
        high,
        len(scored.learned.held_out),
        evidence="likely" if measured and scored.pays else "indicative",
        action=_leave(scored) if told.gain > 0 and some else None,
        owner=OWNER,
    )


def _all_pay(scored: Scored) -> tuple[str, ...]:
    fmt, best = scored.fmt, scored.fmt.money(scored.profit.best)
    all_pay = fmt.say(
        "Following up all {many} pays: it would have left {best} of {meant} for each one on the list.",
        best=best, meant=scored.meant, **scored.nouns,
    )  # fmt: skip
    return all_pay, fmt.say("The score says where to begin.")


def _some_pay(scored: Scored) -> tuple[str, ...]:
    """What working on those with whom it pays would have left, beside working on everybody or nobody, and from where it pays."""
    told, fmt = scored.profit, scored.fmt
    left = fmt.say(
        "Following up only the {share} of the {many} where it pays would have left {best} of {meant} for each one on the"
        " list.",
        share=fmt.share(told.share), best=fmt.money(told.best), meant=scored.meant, **scored.nouns,
    )  # fmt: skip
    if told.gain > 0:
        template = _MORE_THAN_EVERYBODY if told.everybody > 0 else _EVERYBODY_LOSES
    else:
        template = _NO_MORE_THAN_EVERYBODY if told.everybody > 0 else _NO_MORE_THAN_NOBODY
    if told.threshold is None:
        pays = fmt.say("It pays where the chance, times what a success brings, exceeds what the follow-up costs.")
    else:
        pays = fmt.say("It pays from a chance of {chance}.", chance=fmt.share(told.threshold))
    return left, fmt.say(template, more=fmt.money(told.gain), loss=fmt.money(-told.everybody)), pays


_MORE_THAN_EVERYBODY = mark("That is {more} more than following up all of them.")
_EVERYBODY_LOSES = mark("Following up all of them would have lost {loss} for each.")
_NO_MORE_THAN_EVERYBODY = mark("That is no more than following up all of them.")
_NO_MORE_THAN_NOBODY = mark("That is no more than following up none.")


def _leave(scored: Scored) -> str:
    """What to do with those with whom the work does not pay."""
    if scored.profit.threshold is None:
        return scored.fmt.say("Leave the other {many} to channels that cost next to nothing.", **scored.nouns)
    return scored.fmt.say("Leave {many} below that chance to channels that cost next to nothing.", **scored.nouns)


def _planned(scored: Scored) -> str:
    """That the share of a yes that the work brings about is taken, and not measured."""
    if scored.asked.measured:
        return ""
    return scored.fmt.say(
        "This assumes that follow-up brings about {share} of the successes, which has not been measured here.",
        share=scored.fmt.share(scored.asked.caused[1]),
    )


def _open(scored: Scored) -> Finding | None:
    listed, fmt, nouns = scored.listed, scored.fmt, scored.nouns
    if listed.empty:
        sentence = fmt.say("None of the {many} is open today; the score is ready for the next ones.", **nouns)
        return Finding("scoring-open", sentence, 0.0, "count", evidence="shown")
    pays = listed[(listed["gain"] > 0) & listed["cost"].notna()]
    if pays.empty:
        expected = float(listed["chance"].sum())
        sentence = fmt.say_n(
            "One of the {many} is open; the chance that it will be among those that {do} is {chance}.",
            "Of {n} {open}, about {expected} should be among those that {do}.",
            len(listed), expected=fmt.count(expected), chance=fmt.share(expected), **nouns,
        )  # fmt: skip
        return Finding(
            "scoring-open", sentence, expected, "count", n=len(listed), evidence="indicative",
            action="Begin at the top of the list." if scored.learned.works else None, owner=OWNER,
        )  # fmt: skip
    value, cost = float(pays["value"].sum()), float(pays["cost"].sum())
    words = {"value": fmt.money(value), "cost": fmt.money(cost), "meant": scored.meant, **nouns}
    every = fmt.say(
        "All {n} {open} are worth following up: for {cost} they should bring {value} of {meant} that would not come anyway.",
        n=fmt.count(len(pays)),
        **words,
    )
    return Finding(
        "scoring-open",
        every if len(pays) == len(listed) > 1 else
        fmt.say_n(
            "Of {all} {open}, one is worth following up: for {cost} it should bring {value} of {meant} that would not"
            " come anyway.",
            "Of {all} {open}, {n} are worth following up: for {cost} they should bring {value} of {meant} that would not"
            " come anyway.",
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
        else "Begin at the top of the list; it is in order of value, as no score can tell them apart.",
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
        fmt.say("What moves the chance most, all else being equal: {columns}.", columns=listed_reasons(told[:2], fmt)),
        evidence="indicative",
        n=scored.learned.rows,
        action="Read these as signs that go with success, not as its causes.",
    )


def _leaks(scored: Scored) -> Finding | None:
    dropped, fmt = scored.learned.dropped, scored.fmt
    if dropped.empty:
        return None
    names, reason = [fmt.told(column_name(c)) for c in dropped["column"]], fmt.told(dropped["reason"].iloc[0])
    one = len(names) == 1
    return Finding(
        "scoring-leaks",
        fmt.say("“{column}” gives the outcome away and was left out: {reason}.", column=names[0], reason=reason) if one
        else fmt.say(
            "{columns} give the outcome away and were left out. “{column}”: {reason}.",
            columns=fmt.listed(names), column=names[0], reason=reason,
        ),
        float(len(names)),
        "count",
        evidence="shown",
        action="If it is in fact known before the outcome, tell us: the score would then be better." if one
        else "If one of them is in fact known before the outcome, tell us: the score would then be better.",
    )  # fmt: skip
