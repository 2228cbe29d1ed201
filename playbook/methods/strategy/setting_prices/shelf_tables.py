"""Shelf tables: prices side by side, what stays and why, tests, and competitors' answer."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.setting_prices.price_lists import group_tests
from playbook.methods.strategy.setting_prices.reasons import REASONS
from playbook.methods.strategy.setting_prices.shelf import Shelf
from playbook.methods.strategy.setting_prices.shelf_findings import CENT
from playbook.result.contract import Table
from playbook.result.formats import Formats

__all__ = ["SOURCE", "shelf_tables"]

SOURCE = mark("orders by product and week, product list, competitors' prices, elasticities of market research")
SHOWN = 10
_PRICES = ("price", "cost_plus", "rivals", "value_based", "advised")


def shelf_tables(shelf: Shelf, fmt: Formats) -> tuple[Table, ...]:
    """The changes that bring most, why other prices stay, the tests; folded away: competitors' answer and all products."""
    tables = [_side_by_side(shelf, fmt)]
    stays = _stays(shelf, fmt)
    if len(stays):
        columns = {"why": ("Why it stays", "text"), "products": ("Products", "count"), "then": ("What to do", "text")}
        tables.append(Table(stays, "Prices that stay as they are, and why.", SOURCE, columns))
    if len(shelf.tests) and shelf.testable:
        columns = {
            "category": ("Product group", "text"), "products": ("Products", "count"), "step": ("Step up or down", "share"),
            "units": ("Units needed", "count"), "weeks": ("Weeks", "count"),
        }  # fmt: skip
        tables.append(
            Table(
                group_tests(shelf, fmt).assign(weeks=lambda t: np.ceil(t["weeks"])),  # begun ones count as whole
                "Tests that would settle the rest, with half of the weeks or customers at the other price. Run for so"
                " long, they find the answer in four of five cases; the list names the products. A group not shown would"
                " take longer than a year on its own.",
                SOURCE, columns,
            )
        )  # fmt: skip
    if len(shelf.changes):
        names = {"none": fmt.say("not at all"), "half": fmt.say("by half of each step"), "full": fmt.say("in full")}
        columns = {
            "answer": ("Competitors follow", "text"), "gain": ("Margin a year", "money"), "gain_low": ("at least", "money"),
            "gain_high": ("at most", "money"), "paying": ("Changes that pay", "count"),
        }  # fmt: skip
        frame = shelf.reactions.assign(answer=shelf.reactions["follows"].map(names))
        tables.append(Table(frame, "What the changes bring if competitors follow.", SOURCE, columns, aside=True))
    return (*tables, _all(shelf, fmt))


def _side_by_side(shelf: Shelf, fmt: Formats) -> Table:
    changes = shelf.changes.head(SHOWN)
    rows = changes if len(changes) else shelf.sheet.head(SHOWN)
    frame = _shown(rows)
    columns = {
        "name": ("Product", "text"), "price": ("Price now", "unit_money"), "cost_plus": ("By cost", "unit_money"),
        "rivals": ("Competitors", "unit_money"), "value_based": ("By value", "unit_money"), "advised": ("Advised", "unit_money"),
    }  # fmt: skip
    for column in ("cost_plus", "rivals", "value_based"):
        if frame[column].isna().all():
            del columns[column]
    if len(changes):
        columns["gain"] = ("Margin a year", "money")
    else:
        del columns["advised"]
    caption = fmt.sentences(
        fmt.say("The most valuable changes, with the price that each method gives.")
        if len(changes)
        else fmt.say("The largest products, with the price that each method gives."),
        fmt.say("By cost: at a margin of {share}.", share=fmt.share(shelf.margin)) if "cost_plus" in columns else "",
        fmt.say("By value: where margin is largest within the prices seen.") if "value_based" in columns else "",
    )
    return Table(frame, caption, SOURCE, columns)


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Prices below a cent are left blank: the steps tell them."""
    return rows.assign(**{c: rows[c].where(rows["price"] >= CENT) for c in _PRICES})


def _stays(shelf: Shelf, fmt: Formats) -> pd.DataFrame:
    counts = shelf.sheet["verdict"].value_counts().reindex(list(REASONS)).dropna()
    then = {verdict: fmt.told(advice) for verdict, (_, advice) in REASONS.items()}
    if not shelf.testable:
        then |= dict.fromkeys(shelf.tests["verdict"], fmt.say("Leave it: a test would take longer than a year."))
    rows = [(fmt.told(REASONS[verdict][0]), int(count), then[verdict]) for verdict, count in counts.items()]
    table = pd.DataFrame(rows, columns=["why", "products", "then"])
    return table.sort_values("products", ascending=False, kind="stable", ignore_index=True)


def _all(shelf: Shelf, fmt: Formats) -> Table:
    verdicts = {"raise": fmt.say("raise the price"), "lower": fmt.say("lower the price")}
    verdicts |= {verdict: fmt.told(why) for verdict, (why, _) in REASONS.items()}
    frame = _shown(shelf.sheet).assign(words=shelf.sheet["verdict"].map(verdicts))
    columns = {
        "name": ("Product", "text"), "price": ("Price now", "unit_money"), "cost": ("Cost", "unit_money"),
        "floor": ("Lowest price allowed", "unit_money"),
        "rivals": ("Competitors", "unit_money"), "seen": ("Seen, week of", "date"),
        "step": ("Price change", "share"), "falls": ("Chance that profit falls", "share"), "words": ("Verdict", "text"),
    }  # fmt: skip
    if frame["rivals"].isna().all():
        columns = {k: v for k, v in columns.items() if k not in ("rivals", "seen")}
    return Table(frame, "All products sold in the last quarter.", SOURCE, columns, aside=True)
