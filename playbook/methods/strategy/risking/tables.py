"""Risk tables: the scorecard, scores and what became of them, the first events to look at; and what it all rests on."""

import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.predicting.wording import column_name
from playbook.methods.strategy.risking.findings import Risky, told_events
from playbook.methods.strategy.risking.lists import FOUND
from playbook.result.contract import Assumption, Table

__all__ = ["CREDITS", "assumptions", "bands", "tables"]

PARTS = 8
CREDITS = mark("applications with a known outcome; each scored by a card learnt from others")
EVENTS = mark("payments and orders")


def bands(closed: pd.DataFrame) -> pd.DataFrame:
    """Scores in eight parts of equal size: score (lowest), credits, expected, bad (shares)."""
    part = pd.qcut(closed["score"].rank(method="first"), PARTS, labels=False)
    grouped = closed.assign(part=part).groupby("part")
    table = grouped.agg(score=("score", "min"), credits=("bad", "size"), expected=("chance", "mean"), bad=("bad", "mean"))
    return table.reset_index(drop=True)


def tables(told: Risky) -> tuple[Table, ...]:
    """Events first, then scores; the card itself for those who look closer."""
    found, fmt = [], told.fmt
    if len(told.reviews):
        columns = {
            "key": ("Payment or order", "text"),
            "what": ("Kind", "text"),
            "amount": ("Amount", "money"),
            "chance": ("Chance of fraud", "share"),
            "loss": ("Expected loss", "money"),
            "why": ("What is unusual", "text"),
        }
        found.append(Table(told_events(told.reviews.head(10), fmt), "The first payments and orders to check.", EVENTS, columns))
    if told.credit is not None:
        columns = {
            "score": ("Score from", "count"),
            "credits": ("Loans", "count"),
            "expected": ("Predicted chance", "share"),
            "bad": ("Not repaid", "share"),
        }
        found.append(Table(bands(told.credit.closed), "Scores and what became of them.", CREDITS, columns))
        if len(told.credit.dropped):
            gone = told.credit.dropped
            gone = gone.assign(
                name=[fmt.told(column_name(c)) for c in gone["column"]], reason=[fmt.told(r) for r in gone["reason"]]
            )
            columns = {"name": ("Column", "text"), "reason": ("Why it was left out", "text")}
            found.append(Table(gone, "Columns of the applications that give the outcome away.", CREDITS, columns, aside=True))
        rows = [
            (fmt.told(column_name(c.name)), label, points, count, bad / count if count else float("nan"))
            for c, given in zip(told.credit.card.classes, told.credit.card.points, strict=True)
            for label, points, count, bad in zip(c.labels(fmt), given, c.rows, c.bad, strict=True)
            if count
        ]
        card = pd.DataFrame(rows, columns=["column", "label", "points", "credits", "bad"])
        columns = {
            "column": ("Column", "text"),
            "label": ("If", "text"),
            "points": ("Points", "count"),
            "credits": ("Loans", "count"),
            "bad": ("Not repaid", "share"),
        }
        found.append(
            Table(
                card,
                "The scorecard: points add up to the score; twenty more halve the odds of default.",
                CREDITS,
                columns,
                aside=True,
            )
        )
    return tuple(found)


def assumptions(told: Risky) -> tuple[Assumption, ...]:
    """What scores and looks rest on."""
    fmt, stated = told.fmt, []
    low, middle, high = FOUND.values()
    stops = {"low": fmt.share(low), "middle": fmt.share(middle), "high": fmt.share(high)}
    if told.screens:
        stated.append(
            Assumption(
                "While the screening learns, whatever nobody has checked counts as honest: its chances are too low"
                " rather than too high.",
                "medium",
                "medium",
            )
        )
        text = fmt.say(
            "A check stops {middle} ({low} to {high}) of the fraud it meets. This has not been measured here.", **stops
        )
        stated.append(Assumption(text, "low", "medium"))
    if told.credit is not None:
        stated.append(
            Assumption("Only granted loans have an outcome: of those refused in the past nothing is known.", "high", "medium")
        )
        if told.credit.limit is not None and told.credit.works and len(told.credit.open):
            text = fmt.say(
                "Unchecked, every open application is taken to be granted; where some would be refused anyway, less is"
                " saved. Of what the loans on the list should lose beyond what they earn, a check saves {middle} ({low}"
                " to {high}). This has not been measured here.", **stops,
            )  # fmt: skip
            stated.append(Assumption(text, "low", "high"))
        if told.credit.protected:
            names = fmt.listed(dict.fromkeys(fmt.told(column_name(c)) for c in told.credit.protected))
            text = fmt.say("The scorecard does not use {columns}; other columns may act as proxies for them.", columns=names)
            stated.append(Assumption(text, "high", "medium"))
    stated.append(Assumption("Nothing is turned down by a score: every case on a list is decided by a person.", "high", "high"))
    return tuple(stated)
