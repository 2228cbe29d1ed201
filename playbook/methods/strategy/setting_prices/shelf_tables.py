"""Shelf tables: prices side by side, what stays and why, tests, competitors' answer; and what it all rests on."""

import pandas as pd

from playbook.methods.strategy.setting_prices.demand import CONJECTURE, COST_SPREAD
from playbook.methods.strategy.setting_prices.price_lists import REASONS, group_tests
from playbook.methods.strategy.setting_prices.shelf import Shelf
from playbook.methods.strategy.setting_prices.shelf_findings import CENT
from playbook.result.contract import Assumption, Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["SOURCE", "shelf_assumptions", "shelf_tables"]

SOURCE = "orders by product and week, product list, competitors' prices, elasticities of market research"
SHOWN = 10
_PRICES = ("price", "cost_plus", "rivals", "value_based", "advised")


def shelf_tables(shelf: Shelf, fmt: Formats) -> tuple[Table, ...]:
    """The changes that bring most, why other prices stay, the tests; folded away: competitors' answer and all products."""
    tables = [_side_by_side(shelf, fmt)]
    stays = _stays(shelf)
    if len(stays):
        columns = {"why": ("Why it stays", "text"), "products": ("Products", "count"), "then": ("What to do", "text")}
        tables.append(Table(stays, "Prices that stay as they are, and why.", SOURCE, columns))
    if len(shelf.tests) and shelf.testable:
        columns = {
            "category": ("Group", "text"), "products": ("Products", "count"), "step": ("Step up or down", "share"),
            "units": ("Units needed", "count"), "weeks": ("Weeks", "count"),
        }  # fmt: skip
        caption = (
            "Tests that would settle the rest: half of the weeks or customers at the other price. So long they have to run to"
            " find the answer in four of five cases; the list names the products. A group left out here would take longer than"
            " a year on its own."
        )
        tables.append(Table(group_tests(shelf), caption, SOURCE, columns))
    if len(shelf.changes):
        names = {"none": "not at all", "half": "by half of each step", "full": "in full"}
        columns = {
            "answer": ("Competitors follow", "text"), "gain": ("Margin a year", "money"), "gain_low": ("from", "money"),
            "gain_high": ("to", "money"), "paying": ("Changes that pay", "count"),
        }  # fmt: skip
        frame = shelf.reactions.assign(answer=shelf.reactions["follows"].map(names))
        tables.append(Table(frame, "The changes if competitors follow them.", SOURCE, columns, aside=True))
    return (*tables, _all(shelf))


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
    which = "The changes that bring most" if len(changes) else "The largest products"
    target = "" if shelf.margin is None else f" By cost: at a margin of {fmt.share(shelf.margin)}."
    caption = f"{which}, with prices by three ways.{target} By value: where margin is largest within the prices seen."
    return Table(frame, caption, SOURCE, columns)


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Prices below a cent are left blank: the steps tell them."""
    return rows.assign(**{c: rows[c].where(rows["price"] >= CENT) for c in _PRICES})


def _stays(shelf: Shelf) -> pd.DataFrame:
    counts = shelf.sheet["verdict"].value_counts().reindex(list(REASONS)).dropna()
    then = {v: words[3] for v, words in REASONS.items()}
    if not shelf.testable:
        then |= dict.fromkeys(shelf.tests["verdict"], "Leave it: a test would take longer than a year.")
    rows = [(REASONS[verdict][2], int(count), then[verdict]) for verdict, count in counts.items()]
    table = pd.DataFrame(rows, columns=["why", "products", "then"])
    return table.sort_values("products", ascending=False, kind="stable", ignore_index=True)


def _all(shelf: Shelf) -> Table:
    verdicts = {"raise": "raise", "lower": "lower"} | {verdict: words[2] for verdict, words in REASONS.items()}
    frame = _shown(shelf.sheet).assign(words=shelf.sheet["verdict"].map(verdicts))
    columns = {
        "name": ("Product", "text"), "price": ("Price now", "unit_money"), "cost": ("Cost", "unit_money"),
        "floor": ("Least price", "unit_money"), "rivals": ("Competitors", "unit_money"), "seen": ("Seen in the week of", "date"),
        "step": ("Step", "share"), "falls": ("Chance that profit falls", "share"), "words": ("Verdict", "text"),
    }  # fmt: skip
    if frame["rivals"].isna().all():
        columns = {k: v for k, v in columns.items() if k not in ("rivals", "seen")}
    return Table(frame, "All products sold in the last quarter.", SOURCE, columns, aside=True)


def shelf_assumptions(shelf: Shelf, fmt: Formats) -> list[Assumption]:
    """What the advice on prices rests on."""
    changes, limits = shelf.changes, shelf.limits
    notes = []
    if len(changes):
        notes.append(
            Assumption(
                "How customers answer is measured from past prices, which were not set by chance. Only a test shows what a price"
                " does; the two halves of the list are one.",
                "medium", "high",
            )
        )  # fmt: skip
        notes.append(
            Assumption(
                "Between the prices seen, one percent more changes units by the same percentage everywhere. If they fell faster"
                f" at higher prices (semi-log), the same changes would bring {fmt.money(shelf.faster)} instead of"
                f" {fmt.money(shelf.gain[0])}.",
                "medium", "low" if shelf.faster > 0.8 * shelf.gain[0] else "medium",
            )
        )  # fmt: skip
        notes.append(
            Assumption(
                "What a price takes from or brings to other products counts only where market research found that it stands out."
                " Prices of one group that rise together lose less than each alone, if customers switch within it.",
                "medium", "medium",
            )
        )  # fmt: skip
    floor = (
        f"No price leaves less than {fmt.share(limits.least_margin)} margin (client.yml)"
        if limits.least_margin is not None
        else "No price lies below cost (client.yml names no least margin)"
    )
    ending = limits.endings.words(float(shelf.sheet["price"].median()))
    ends = f" Prices end as most do now, {ending}." if ending else ""
    notes.append(
        Assumption(
            f"{floor}, none outside the range of weekly prices seen in four weeks or more, and none moves by more than"
            f" {fmt.share(limits.largest_step, 0)} at once.{ends}",
            "high", "medium",
        )
    )  # fmt: skip
    if not shelf.sheet["stated"].all() and shelf.sheet["cost"].notna().any():
        notes.append(
            Assumption(
                "Where the product list states no cost, the client's gross margin stands in, right to"
                f" {fmt.share(COST_SPREAD, 0)} of the cost or so. State costs: margins differ from product to product.",
                "low", "high",
            )
        )  # fmt: skip
    if odd := int(shelf.sheet["odd"].sum()):
        notes.append(
            Assumption(
                f"Costs above twice the price, taken as those of another unit and left out: {fmt.count(odd)}.", "medium", "low"
            )
        )
    if shelf.unknown_fixed:
        text = "Under fixed_prices in client.yml, but neither a product sold in the last quarter nor a group"
        notes.append(Assumption(f"{text}: {', '.join(shelf.unknown_fixed)}.", "low", "medium"))
    if shelf.odd_rivals:
        text = "Competitors' latest prices more than four times the client's, or less than a quarter, left out"
        notes.append(Assumption(f"{text}: {fmt.count(shelf.odd_rivals)}.", "medium", "low"))
    if len(changes) and not shelf.rivals_measured:
        text = f"Of what a price wins or loses, {fmt.share(CONJECTURE, 0)} goes to competitors: nobody measured it."
        notes.append(Assumption(text, "low", "low" if (changes["step"] > 0).all() else "medium"))
    notes.append(
        Assumption(
            "New price labels and lists cost nothing to speak of, and costs do not change with volume. Ranges hold"
            f" {fmt.share(LEVEL)} and carry what is not known of customers' answer; that competitors follow is told apart.",
            "medium", "low",
        )
    )  # fmt: skip
    return notes
