"""Price tables: the figures behind the section on prices, product by product, what was left out and what it all rests on."""

import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.pricing.elasticity import Response
from playbook.methods.market_research.pricing.findings import TEN, fewer_sold
from playbook.methods.market_research.pricing.naming import group_names
from playbook.methods.market_research.pricing.panel import REASONS, PricePanel
from playbook.methods.market_research.pricing.position import Position
from playbook.methods.market_research.pricing.steps import STEP
from playbook.result.contract import Assumption, Table
from playbook.result.formats import Formats

__all__ = ["left_out_products", "price_assumptions", "price_tables", "product_answers", "product_names"]

UNCLEAR = mark("too few sales to tell how customers respond")
_PRODUCTS = ["product_id", "name", "category", "elasticity", "error", "low", "high", "own", "own_error", "n_weeks"]
_ELASTICITY = {"elasticity": ("Elasticity", "number"), "low": ("from", "number"), "high": ("to", "number")}
VERDICTS = ("could cost more", "costs too much")  # that call for a step
SHOWN = 10
TAKEN_OUT = {  # by ``Response.season``
    "shop": mark("A product's usual level, the quarters of the whole business and promotions are taken out first."),
    "none": mark("A product's usual level, the weeks of the whole business and promotions are taken out first."),
    "month": mark(
        "A product's usual level, the weeks of the whole business, its group's ups and downs by month and promotions are "
        "taken out first."
    ),
    "quarter": mark(
        "A product's usual level, the weeks of the whole business, its group's ups and downs by quarter and promotions are "
        "taken out first."
    ),
    "year": mark(
        "A product's usual level, the weeks of the whole business, its group's ups and downs by year and promotions are "
        "taken out first."
    ),
}
CENT = 0.01  # prices below (a millilitre, a gram) are not shown


def product_names(product_weeks: pd.DataFrame, product_list: pd.DataFrame | None) -> pd.Series:
    """Name by product_id: that of the list, with the id where several products share it; else the id."""
    ids = pd.Index(sorted(product_weeks["product_id"].astype(str).unique()))
    names = pd.Series(ids, index=ids, dtype=object)
    if product_list is None or "name" not in product_list:
        return names
    listed = product_list.dropna(subset=["name"]).assign(
        product_id=lambda t: t["product_id"].astype(str), name=lambda t: t["name"].astype(str)
    )
    listed = listed.drop_duplicates("product_id").set_index("product_id")["name"].reindex(ids).dropna()
    shared = listed.duplicated(keep=False)
    names.update(listed.where(~shared, listed + " (" + listed.index + ")"))
    return names


def product_answers(response: Response | None, names: pd.Series) -> pd.DataFrame:
    """One row per measured product, as ``Prices.elasticities``."""
    columns = [*_PRODUCTS, "price_low", "price_high"]
    if response is None:
        return pd.DataFrame(columns=columns)
    products = response.products.assign(name=response.products["product_id"].map(names))
    return products.sort_values(["elasticity", "product_id"], ignore_index=True)[columns]


def left_out_products(panel: PricePanel, response: Response | None) -> pd.DataFrame:
    """Products whose answer could not be measured: product_id, reason, category."""
    columns = ["product_id", "reason", "category"]
    unclear = response.unclear if response else tuple(panel.products["product_id"])
    rest = panel.products[panel.products["product_id"].isin(unclear)].assign(reason=UNCLEAR)
    both = [part[columns].astype(object) for part in (panel.left_out, rest) if len(part)]
    return pd.concat(both).sort_values("product_id", ignore_index=True) if both else pd.DataFrame(columns=columns)


def price_tables(
    groups: pd.DataFrame, products: pd.DataFrame, steps: pd.DataFrame, against: pd.DataFrame, left_out: pd.DataFrame,
    names: pd.Series, source: str, fmt: Formats,
) -> tuple[Table, ...]:  # fmt: skip
    """Groups, products with what a step would bring, and what was left out; those that have rows."""
    tables = []
    if len(groups):
        frame = groups.sort_values(["elasticity", "category"], ignore_index=True)
        frame = frame.assign(fewer=fewer_sold(frame["elasticity"]), category=group_names(frame["category"], fmt))
        columns = {
            "category": ("Product group", "text"), **_ELASTICITY, "fewer": (_dearer(fmt), "share"),
            "products": ("Products", "count"), "n_weeks": ("Weeks with sales", "count"),
        }  # fmt: skip
        caption = mark("Elasticity: change of units in percent when a price rises by one percent, with its range.")
        tables.append(Table(frame, caption, source, columns))
    if steps["verdict"].isin(VERDICTS).any():
        tables.append(_steps(steps, against, names, source, fmt))
    if len(products):
        columns = {
            "name": ("Product", "text"), "category": ("Product group", "text"), **_ELASTICITY,
            "n_weeks": ("Weeks with sales", "count"),
        }  # fmt: skip
        caption = mark("Elasticity of each product, drawn to that of its group, the strongest reaction first.")
        shown = products.assign(category=group_names(products["category"], fmt))
        tables.append(Table(shown, caption, source, columns, aside=True))
    if len(left_out):
        frame = left_out.groupby("reason").size().rename("count").reset_index()
        frame = frame.sort_values(["count", "reason"], ascending=[False, True], ignore_index=True)
        told = {reason: fmt.told(reason) for reason in (UNCLEAR, *REASONS.values())}
        frame["reason"] = frame["reason"].map(told)
        columns = {"reason": ("Why", "text"), "count": ("Products", "count")}
        tables.append(
            Table(frame, "Products for which the response to prices cannot be measured, and why.", source, columns, aside=True)
        )
    return tuple(tables)


def _dearer(fmt: Formats) -> str:
    return fmt.say("Units at a price {up} higher", up=fmt.share(TEN, 0))


def _steps(steps: pd.DataFrame, against: pd.DataFrame, names: pd.Series, source: str, fmt: Formats) -> Table:
    """The steps that would bring most; all of them are in ``Prices.steps``."""
    rivals = against.astype({"product_id": str}).set_index("product_id")["against"].astype(float)
    steps = steps[steps["verdict"].isin(VERDICTS)].head(SHOWN)
    frame = steps.assign(name=steps["product_id"].map(names), above=steps["product_id"].map(rivals).astype(float) - 1)
    frame["price"] = frame["price"].where(frame["price"] >= CENT)
    columns = {
        "name": ("Product", "text"), "price": ("Price now", "unit_money"), "step": ("Price step", "share"),
        "gain": ("Margin a year", "money"), "gain_low": ("from", "money"), "gain_high": ("to", "money"),
    }  # fmt: skip
    if frame["above"].notna().any():
        columns["above"] = ("Above competitors", "share")
    caption = fmt.say(
        "The price steps, of {step} or as far as the prices seen go, that would bring most margin a year, with the range.",
        step=fmt.share(STEP, 0),
    )
    return Table(frame, caption, source, columns)


def price_assumptions(
    panel: PricePanel, response: Response | None, steps: pd.DataFrame, position: Position | None, fmt: Formats
) -> tuple[Assumption, ...]:
    """What the answers rest on."""
    notes = [*_measured(panel, response, steps, fmt)] if response is not None else []
    if panel.odd and response is not None:
        text = fmt.say_n(
            "One week is left out in which a product's mean price was more than three times the usual one or less than a "
            "third of it: taken to be other goods or an error.",
            "{n} weeks are left out in which a product's mean price was more than three times the usual one or less than a "
            "third of it: taken to be other goods or errors.",
            panel.odd,
        )
        notes.append(Assumption(text, "medium", "low"))
    if position is not None:
        notes.append(
            Assumption(
                "Competitors' products are taken to be the same as the client's; delivery and service are not compared.",
                "medium",
                "medium",
            )
        )
        if position.odd:
            text = fmt.say_n(
                "One pair of product and competitor is left out, for the competitor's price is more than four times the "
                "client's or less than a quarter of it: taken to be other goods.",
                "{n} pairs of product and competitor are left out, for the competitor's price is more than four times the "
                "client's or less than a quarter of it: taken to be other goods.",
                position.odd,
            )
            notes.append(Assumption(text, "medium", "low"))
    return tuple(notes)


def _measured(panel: PricePanel, response: Response, steps: pd.DataFrame, fmt: Formats) -> list[Assumption]:
    notes = [
        Assumption(_how(panel, response, fmt), "high", "medium"),
        Assumption(
            "Prices were not changed by chance. Customers react more strongly than shown where prices were lowered because "
            "demand was weak, and less strongly where they were lowered in high season; only a price test settles it.",
            "medium", "high",
        ),
        Assumption(
            "Each elasticity is for one product's price while the others stand still. Raising all prices at once is another "
            "question, which these data do not answer.",
            "high", "high",
        ),
        Assumption("Products borrow from their group: with few sales, the mean of the group counts for more.", "high", "low"),
    ]  # fmt: skip
    if len(steps):
        stated = int(steps["stated"].sum())
        if stated == len(steps):
            text = fmt.say("The cost of a product is that of the product list and does not change with volume.")
            support = "high"
        elif stated:
            text = fmt.say_n(
                "One measured product has no cost in the product list; for it, the client's gross margin stands in.",
                "{n} measured products have no cost in the product list; for them, the client's gross margin stands in.",
                len(steps) - stated,
            )
            support = "medium"
        else:
            text = fmt.say(
                "No product has a stated cost: the client's gross margin stands in for each, so that the sums are rough."
            )
            support = "low"
        notes.append(Assumption(text, support, "medium" if stated else "high"))
    return notes


def _how(panel: PricePanel, response: Response, fmt: Formats) -> str:
    """How it is measured, and what is taken out of the figures first."""
    how = (
        fmt.say(
            "Orders are counted in weeks with a sale; no price is invented for weeks without one ({share}).",
            share=fmt.share(panel.empty),
        )
        if response.kind == "counts"
        else fmt.say("Hardly a week is without sales, so relative changes of orders are compared with those of the price.")
    )
    return fmt.sentences(how, fmt.told(TAKEN_OUT[response.season]))
