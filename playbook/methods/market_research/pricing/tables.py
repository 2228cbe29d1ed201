"""Price tables: the figures behind the section on prices, product by product, what was left out and what it all rests on."""

import pandas as pd

from playbook.methods.market_research.pricing.elasticity import Response
from playbook.methods.market_research.pricing.findings import fewer_sold
from playbook.methods.market_research.pricing.panel import PricePanel
from playbook.methods.market_research.pricing.position import Position
from playbook.result.contract import Assumption, Table
from playbook.result.formats import Formats

__all__ = ["left_out_products", "price_assumptions", "price_tables", "product_answers", "product_names"]

UNCLEAR = "too few sales to tell how customers answer"
_PRODUCTS = ["product_id", "name", "category", "elasticity", "error", "low", "high", "own", "own_error", "n_weeks"]
_ELASTICITY = {"elasticity": ("Elasticity", "number"), "low": ("from", "number"), "high": ("to", "number")}
VERDICTS = ("could ask more", "asks too much")  # that call for a step
SHOWN = 10
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
    names: pd.Series, source: str,
) -> tuple[Table, ...]:  # fmt: skip
    """Groups, products with what a step would bring, and what was left out; those that have rows."""
    tables = []
    if len(groups):
        frame = groups.sort_values(["elasticity", "category"], ignore_index=True)
        frame = frame.assign(fewer=fewer_sold(frame["elasticity"]))
        columns = {
            "category": ("Group", "text"), **_ELASTICITY, "fewer": ("Units at a price 10% higher", "share"),
            "products": ("Products", "count"), "n_weeks": ("Weeks with sales", "count"),
        }  # fmt: skip
        caption = "Elasticity: change of units in percent when a price rises by one percent, with its range."
        tables.append(Table(frame, caption, source, columns))
    if steps["verdict"].isin(VERDICTS).any():
        tables.append(_steps(steps, against, names, source))
    if len(products):
        columns = {
            "name": ("Product", "text"), "category": ("Group", "text"), **_ELASTICITY, "n_weeks": ("Weeks with sales", "count"),
        }  # fmt: skip
        caption = "Elasticity of each product, drawn to that of its group, the strongest reaction first."
        tables.append(Table(products, caption, source, columns, aside=True))
    if len(left_out):
        frame = left_out.groupby("reason").size().rename("count").reset_index()
        frame = frame.sort_values(["count", "reason"], ascending=[False, True], ignore_index=True)
        columns = {"reason": ("Why", "text"), "count": ("Products", "count")}
        tables.append(Table(frame, "Products whose answer to prices cannot be measured, and why.", source, columns, aside=True))
    return tuple(tables)


def _steps(steps: pd.DataFrame, against: pd.DataFrame, names: pd.Series, source: str) -> Table:
    """The steps that would bring most; all of them are in ``Prices.steps``."""
    rivals = against.astype({"product_id": str}).set_index("product_id")["against"].astype(float)
    steps = steps[steps["verdict"].isin(VERDICTS)].head(SHOWN)
    frame = steps.assign(name=steps["product_id"].map(names), above=steps["product_id"].map(rivals).astype(float) - 1)
    frame["price"] = frame["price"].where(frame["price"] >= CENT)
    columns = {
        "name": ("Product", "text"), "price": ("Price now", "unit_money"), "step": ("Step", "share"),
        "gain": ("Margin a year", "money"), "gain_low": ("from", "money"), "gain_high": ("to", "money"),
    }  # fmt: skip
    if frame["above"].notna().any():
        columns["above"] = ("Above competitors", "share")
    caption = "The price steps, of 5% or as far as the prices seen go, that would bring most margin a year, with the range."
    return Table(frame, caption, source, columns)


def price_assumptions(
    panel: PricePanel, response: Response | None, steps: pd.DataFrame, position: Position | None, fmt: Formats
) -> tuple[Assumption, ...]:
    """What the answers rest on."""
    notes = [*_measured(panel, response, steps, fmt)] if response is not None else []
    if panel.odd and response is not None:
        text = "weeks in which a product's mean price was more than three times or less than a third of the usual one, left out"
        notes.append(Assumption(f"Other goods or errors, it is taken: {fmt.count(panel.odd)} {text}.", "medium", "low"))
    if position is not None:
        text = "Competitors' products are taken to be the same as the client's; delivery and service are not compared."
        notes.append(Assumption(text, "medium", "medium"))
        if position.odd:
            text = (
                "competitor's prices more than four times the client's, or less than a quarter, left out as those of other goods"
            )
            notes.append(Assumption(f"Pairs of product and competitor: {fmt.count(position.odd)} with {text}.", "medium", "low"))
    return tuple(notes)


def _measured(panel: PricePanel, response: Response, steps: pd.DataFrame, fmt: Formats) -> list[Assumption]:
    how = (
        f"orders are counted in weeks with a sale; no price is invented for weeks without one ({fmt.share(panel.empty)})"
        if response.kind == "counts"
        else "hardly a week is without sales, so relative changes of orders are compared with relative changes of the price"
    )
    season = f", its group's ups and downs by {response.season}" if response.season in ("month", "quarter", "year") else ""
    weeks = "quarters" if response.season == "shop" else "weeks"
    notes = [
        Assumption(
            f"How it is measured: {how}; a product's usual level, the shop's {weeks}{season} and promotions are taken out first.",
            "high", "medium",
        ),
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
            text, support = "The cost of a product is that of the product list and does not change with volume.", "high"
        elif stated:
            text = (
                f"Measured products without a cost in the product list: {fmt.count(len(steps) - stated)}; for them, the client's "
            )
            text, support = f"{text}gross margin stands in.", "medium"
        else:
            text = "No product has a stated cost: the client's gross margin stands in for each, so that the sums are rough."
            support = "low"
        notes.append(Assumption(text, support, "medium" if stated else "high"))
    return notes
