"""Funnel tables: steps, groups, times, turns, stalls and credit as the reader sees them, and what the results rest on."""

from datetime import date

import pandas as pd

from playbook.methods.needs_analysis.path.channel_credit import Credit
from playbook.methods.needs_analysis.path.deals import YEAR_DAYS
from playbook.methods.needs_analysis.path.findings import FEWEST_SALES, Costliest
from playbook.methods.needs_analysis.path.leaks import Path
from playbook.methods.needs_analysis.path.moves import turns
from playbook.methods.needs_analysis.path.splits import Split
from playbook.methods.needs_analysis.path.stalls import NOBODY, Stalls
from playbook.methods.needs_analysis.path.words import BY, cases_word, duration, path_source, span, step_words
from playbook.result.contract import Assumption, Table
from playbook.result.formats import Formats

__all__ = ["funnel_assumptions", "funnel_tables"]

COVERED = 0.9  # share of orders that the journeys should hold before their money can stand for all sales
MOST_TURNS, MOST_ROWS = 8, 12


def funnel_tables(
    path: Path, found: Costliest, splits: tuple[Split, ...], times: pd.DataFrame, moves: pd.DataFrame, stalls: Stalls | None,
    credit: Credit | None, fmt: Formats,
) -> tuple[Table, ...]:  # fmt: skip
    """Tables in the order of the findings; those without rows are left out."""
    listed = [_steps(path, fmt), *(_split(split, path, found, fmt) for split in splits)]
    listed += [_times(times, path, fmt), _turns(moves, path, fmt), _stalled(stalls, path, fmt), _credit(credit, path, fmt)]
    listed.append(_standing(path, fmt))
    return tuple(table for table in listed if table is not None)


def _steps(path: Path, fmt: Formats) -> Table:
    columns = {
        "step": ("Step", "text"), "reached": ("Got this far", "count"), "conversion": ("Of the step before", "share"),
        "low": ("Range from", "share"), "high": ("Range to", "share"), "point": ("One point more, a year", "money"),
    }  # fmt: skip
    frame = path.stages.assign(**path.stages[["conversion", "low", "high", "point"]].where(path.stages["leak"]))
    frame["step"] = step_words(frame["step"], path, fmt)
    if path.worth is None:
        del columns["point"]
    return Table(frame, "Steps on the way, the last twelve months", path_source(path, fmt), columns)


def _split(split: Split, path: Path, found: Costliest, fmt: Formats) -> Table:
    priced = split.gain is not None and split.evidence != "indicative"
    order = ["gain", "came", "group"] if priced else ["came", "group"]
    frame = split.groups.sort_values(order, ascending=[False] * (len(order) - 1) + [True], ignore_index=True)
    frame = frame.assign(
        took=[duration(d, fmt) for d in frame["days"]],
        span=[span(fmt.share(g.low), fmt.share(g.high), fmt) for g in frame.itertuples()],
        apart=[_apart(g.difference, g.better, fmt) for g in frame.itertuples()],
    )  # fmt: skip
    values = {"by": fmt.told(split.by), "before": found[0]["before"], "step": split.step}
    if path.case == "opportunities":
        came, went = fmt.say("Closed"), fmt.say("Won")
        caption = fmt.say(
            "Closed opportunities won, by {by}; the fewer the cases, the nearer the expected share lies to the average",
            **values,
        )
    else:
        came, went = fmt.say("Reached '{before}'", **values), fmt.say("Went on to '{step}'", **values)
        caption = fmt.say(
            "From '{before}' to '{step}', by {by}; the fewer the cases, the nearer the expected share lies to the average",
            **values,
        )
    columns = {
        "group": BY[split.by], "came": (came, "count"), "conversion": (went, "share"), "expected": ("Expected", "share"),
        "span": ("Its range", "text"), "apart": ("Differs beyond chance", "text"),
    }  # fmt: skip
    if frame["days"].notna().any():
        columns["took"] = ("Time to the end, median", "text")
    if priced:
        level = fmt.say("At {share}, a year", share=fmt.share(split.level))
        columns |= {
            "point": ("One point more, a year", "money"),
            "gain": (level, "money"),
        }
    return Table(frame.head(MOST_ROWS) if len(frame) > 2 * MOST_ROWS else frame, caption, path_source(path, fmt), columns)


def _apart(difference: str, better: bool, fmt: Formats) -> str:
    if difference == "indicative":
        return fmt.say("no")
    return fmt.say("better than the others") if better else fmt.say("worse than the others")


def _times(times: pd.DataFrame, path: Path, fmt: Formats) -> Table | None:
    if times.empty:
        return None
    frame = times.assign(
        **{name: [duration(d, fmt) for d in times[name]] for name in ("median", "upper", "long")},
        range=[span(duration(t.low, fmt), duration(t.high, fmt), fmt) for t in times.itertuples()],
    )
    columns = {
        "step": ("Step", "text"), "stays": ("Stays", "count"), "happens": ("Go to another step", "share"),
        "median": ("Half within", "text"),
        "range": ("Its range", "text"), "upper": ("Three quarters within", "text"), "long": ("Nine in ten within", "text"),
    }  # fmt: skip
    return Table(frame.head(MOST_ROWS), "Time at each step of those that move on to another", path_source(path, fmt), columns)


def _turns(moves: pd.DataFrame, path: Path, fmt: Formats) -> Table | None:
    back = turns(moves, tuple(path.stages["step"])) if len(moves) else moves
    if back.empty:
        return None
    frame = back.assign(
        kind=back["kind"].map({"back": fmt.say("back to a step taken before"), "again": fmt.say("the same step again")}),
        span=[span(fmt.share(t.low), fmt.share(t.high), fmt) for t in back.itertuples()],
    )
    columns = {
        "step": ("From step", "text"), "next_step": ("To step", "text"), "kind": ("Kind of turn", "text"),
        "cases": ("Times", "count"),
        "share": ("Of all at that step", "share"), "span": ("Its range", "text"),
    }  # fmt: skip
    caption = fmt.say("Where {cases} turn back, the most frequent turns", cases=cases_word(path, fmt))
    return Table(frame.head(MOST_TURNS), caption, path_source(path, fmt), columns)


def _stalled(stalls: Stalls | None, path: Path, fmt: Formats) -> Table | None:
    if stalls is None or stalls.groups.empty:
        return None
    nobody = fmt.told(NOBODY)
    frame = stalls.groups.assign(owner=stalls.groups["owner"].replace(NOBODY, nobody),
                                 after=[duration(d, fmt) for d in stalls.groups["after"]],
                                 waits=[duration(d, fmt) for d in stalls.groups["median_days"]])  # fmt: skip
    columns = {
        "step": ("Stage", "text"), "owner": ("Owner", "text"), "open": ("Open", "count"), "stalled": ("Waiting long", "count"),
        "beyond": ("Longer than any before", "count"), "waits": ("Median wait", "text"), "after": ("Long means over", "text"),
        "amount": ("Amount if won", "money"),
    }  # fmt: skip
    if frame["owner"].nunique() < 2:
        del columns["owner"]
    if stalls.after is not None:
        del columns["after"]
    if frame["amount"].isna().all():
        del columns["amount"]
    source = path_source(path, fmt)
    if stalls.by_age and path.noun != "opportunities":  # journeys may move too fast to wait: then it is the deals that do
        source = fmt.say_n("pipeline, {n} open deal", "pipeline, {n} open deals", stalls.open)
    return Table(frame.head(MOST_ROWS), "Open cases that wait unusually long, by stage and owner", source, columns)


def _credit(credit: Credit | None, path: Path, fmt: Formats) -> Table | None:
    if credit is None or credit.conversions < FEWEST_SALES or len(credit.channels) < 2:
        return None
    columns = {
        "channel": ("Channel", "text"), "paths": ("Journeys that meet it", "count"), "first": ("Sales by first contact", "count"),
        "last": ("By last contact", "count"), "linear": ("Shared evenly", "count"), "markov": ("By what it adds", "count"),
        "low": ("Range from", "count"), "high": ("Range to", "count"),
    }  # fmt: skip
    return Table(credit.channels.head(MOST_ROWS), "Sales by channel, counted in four ways", path_source(path, fmt), columns)


def _standing(path: Path, fmt: Formats) -> Table | None:
    if path.standing is None:
        return None
    labels = {
        "stage": ("Stage", "text"), "opportunities": ("Opportunities", "count"), "amount": ("Amount", "money"),
        "days": ("Days open, median", "count"),
    }  # fmt: skip
    shown = {name: label for name, label in labels.items() if name in path.standing and path.standing[name].notna().any()}
    return Table(path.standing, "Where the opportunities stand, as the client names the stages", path_source(path, fmt), shown)


def funnel_assumptions(
    path: Path, order_totals: pd.DataFrame | None, splits: tuple[Split, ...], times: pd.DataFrame, credit: Credit | None,
    as_of: date, fmt: Formats,
) -> tuple[Assumption, ...]:  # fmt: skip
    """What the results rest on, the most important first."""
    deals = path.case == "opportunities"
    listed = [
        Assumption("Those won at one step go on from there as often as the others do today.", "medium", "high"),
        Assumption(
            "Only the end of each deal is known, not when it came to which stage: how many pass from stage to stage, and "
            "where they wait, cannot be said. A journeys table with the dated steps of the deals (journey_id, step, step_at) "
            "would show it. Deals that are still open count neither as won nor as lost.",
            "high", "high",
        )
        if deals
        else Assumption(
            "Steps stand in the order in which they are reached; whoever skips one counts as having passed it, and a step "
            "that most of those who got further never took is left out.",
            "high", "low",
        ),
    ]  # fmt: skip
    if path.unripe:
        listed.append(
            Assumption(
                fmt.say_n(
                    "Nine in ten of those who get to the end do so within {n} day; journeys that began later than that are left "
                    "out, for they may still be on their way.",
                    "Nine in ten of those who get to the end do so within {n} days; journeys that began later than that are left "
                    "out, for they may still be on their way.", path.unripe,
                ),
                "high", "medium",
            )
        )  # fmt: skip
    if path.worth is not None:
        worth = fmt.money(path.worth)
        text = fmt.say("A sale won back is worth the average won deal of the last twelve months, {money}.", money=worth)
        if path.priced == "order":
            text = fmt.say("A sale won back is worth the average order of the last twelve months, {money}.", money=worth)
        listed.append(Assumption(text, "medium", "high"))
    if path.priced == "order" and path.worth is not None:
        listed += _coverage(path, order_totals, as_of, fmt)
    if splits:
        listed.append(
            Assumption(
                "Groups are compared as they are: part of a difference may lie in the customers they get. The expected "
                "share joins a group's own cases with what all groups have in common (empirical Bayes).",
                "medium", "medium",
            )
        )  # fmt: skip
    if len(times) or path.took is not None:
        listed.append(
            Assumption(
                "Those still waiting count as having waited at least that long (Kaplan-Meier); they are not left out.",
                "high",
                "low",
            )
        )
    if credit is not None and credit.conversions >= FEWEST_SALES:
        listed.append(
            Assumption(
                "What a channel adds is worked out from the order of contacts alone (a Markov chain of order one); a test that "
                "switches a channel off would be better evidence.",
                "low", "medium",
            )
        )  # fmt: skip
    return tuple(listed)


def _coverage(path: Path, order_totals: pd.DataFrame, as_of: date, fmt: Formats) -> list[Assumption]:
    since = pd.Timestamp(as_of) - pd.Timedelta(days=YEAR_DAYS - 1)
    placed = int((order_totals["day"].between(since, pd.Timestamp(as_of)) & (order_totals["revenue"] >= 0)).sum())
    ended = path.stages["reached"].iloc[-1] * path.yearly
    if ended >= COVERED * placed:
        return []
    return [
        Assumption(
            fmt.say(
                "Orders placed in a year: {orders}; sales at the end of journeys: {sales}. The money counts only the journeys "
                "that were recorded, so the true amounts are likely higher.",
                sales=fmt.count(ended), orders=fmt.count(placed),
            ),
            "high", "high",
        )
    ]  # fmt: skip
