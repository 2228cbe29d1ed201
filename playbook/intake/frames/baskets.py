"""Baskets: which products are bought together, counted where the lines lie."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from playbook.intake.frames.frame import frame, pick
from playbook.intake.tables import Tables

__all__ = ["FEWEST_TOGETHER", "MOST_PAIRS", "MOST_SELDOM", "Counted", "by_name", "count_pairs", "item_pairs"]

FEWEST_TOGETHER = 5  # baskets that hold both; fewer tell nothing
FEWEST_SHARE = 0.001  # of all baskets that hold an item, at least; of rarer ones no pair could be told from chance
MOST_ITEMS = 3000  # by baskets: beyond that the pairs would outgrow memory before they taught anything
MOST_PAIRS, MOST_SELDOM = 2000, 100  # the strongest of those bought together more often than chance, and less often
SELDOM_EXPECTED = 25  # baskets that chance would bring, at least, before their absence says something
YEAR = 365
SIZES = (1, 2, 3, 4, 5, 6, 8, 11, 16, 24, 40, 70, 120, 250)  # upper bounds of classes of basket size; the last one is open


@frame(orders=("order_id", "order_date", "revenue", "product_id"))
def item_pairs(tables: Tables) -> pd.DataFrame:
    """One row per pair of items that stand together more, or less, often than chance: at most 2,000 and 100, the strongest.

    product_a < product_b, name_a, name_b, category_a, category_b (where known), both, a, b: baskets with both and with each;
    both_year, a_year, b_year: the same of the last 365 days; expected: baskets with both if items fell at random into baskets of
    these sizes; customers: distinct customers behind ``both``, an order without one counting as its own; price_a, price_b:
    mean revenue of the item in a basket. Of the whole table, equal in every row: baskets, several (with two items or more),
    items (compared with one another: in at least 5 baskets and one in a thousand), baskets_year, order_value (mean of the
    last year), days (of data within the last year), item ('product' or 'name').

    Only what was bought counts: returns and gifts do not. Where at least two products on average share a name (a
    grocer's kinds of goods), the name is the item; the product's own id otherwise.
    """
    counted = count_pairs(tables)
    pairs, items, whole = _strongest(counted), counted.items, counted.whole
    told = _named(pairs.assign(customers=_customers(counted, pairs)), items)
    if told.empty:
        return told.assign(baskets=0, several=0, items=0, baskets_year=0, order_value=0.0, days=0, item="")
    year, span = int(whole["baskets_year"]), (pd.Timestamp(tables.as_of) - pd.Timestamp(whole["first"])).days + 1
    return told.assign(
        baskets=int(whole["baskets"]), several=int(whole["several"]), items=len(items), baskets_year=year,
        order_value=whole["value"] / year if year else np.nan, days=min(span, YEAR),
        item="name" if by_name(tables) else "product",
    )  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """The pairs of items that stand in five baskets or ought to.

    ``pairs``: i < j (rows of ``items``), both, both_year; ``items``: code, item, n, year, price, name, category; ``whole``:
    baskets, several, baskets_year, value and first day of all lines; ``chance(i, j)``: baskets with both by chance, given basket
    sizes; ``kept``: basket, code, recent, customer of each line, in the database.
    """

    pairs: pd.DataFrame
    items: pd.DataFrame
    whole: pd.Series
    chance: Callable[[np.ndarray, np.ndarray], np.ndarray]
    kept: ir.Table


def count_pairs(tables: Tables) -> Counted:
    """Count the pairs of all items in at least five baskets and one in a thousand."""
    lines = _lines(tables).cache()
    sizes = lines.group_by("basket").aggregate(
        size=lines.count(), value=lines.revenue.sum(), day=lines.day.min(), recent=lines.recent.max()
    )
    whole = sizes.aggregate(
        baskets=sizes.count(), several=(sizes["size"] > 1).sum(), baskets_year=sizes.recent.sum(),
        value=sizes.value.sum(where=sizes.recent == 1).cast("float64"), first=sizes.day.min(),
    ).to_pandas().iloc[0]  # fmt: skip
    items = _items(lines, tables, max(FEWEST_TOGETHER, int(np.ceil(FEWEST_SHARE * whole["baskets"]))))
    kept = lines.semi_join(ibis.memtable(items[["code"]]), "code").select("basket", "code", "recent", "customer").cache()
    return Counted(_together(kept, items, int(whole["baskets"])), items, whole, _chances(kept, sizes, items), kept)


def by_name(tables: Tables) -> bool:
    """Whether an item is a product's name: two products or more, on average, share one."""
    if "name" not in tables.columns("products"):
        return False
    names = tables.rows["products"].name
    told = names.as_table().aggregate(all=names.count(), different=names.nunique()).to_pandas().iloc[0]
    return bool(told["different"] > 0 and told["all"] >= 2 * told["different"])


def _lines(tables: Tables) -> ir.Table:
    """One row per basket and item bought: basket, customer and code (all hashes), item, revenue, day, recent."""
    rows = tables.rows["orders"]
    rows = rows.filter((rows.revenue > 0) & rows.product_id.notnull())
    if "quantity" in rows.columns:
        rows = rows.filter((rows.quantity > 0) | rows.quantity.isnull())
    item = rows.product_id
    if by_name(tables):
        rows = rows.left_join(tables.rows["products"].select("product_id", "name"), "product_id")
        item = rows.name.fill_null(rows.product_id)
    who = rows.customer_id if pick(rows, "customer_id") else ibis.null("string")
    rows = rows.select(
        item=item, code=item.hash(), revenue=rows.revenue.cast("decimal(18, 4)"), day=rows.order_date.cast("date"),
        basket=ibis.struct({"order": rows.order_id, "customer": who.fill_null("")}).hash(),
        customer=ibis.ifelse(who.isnull(), ibis.literal("order ") + rows.order_id, ibis.literal("who ") + who).hash(),
    )  # fmt: skip
    lines = rows.group_by(["basket", "code", "item", "customer"]).aggregate(revenue=rows.revenue.sum(), day=rows.day.min())
    return lines.mutate(recent=(lines.day > tables.as_of - timedelta(days=YEAR)).cast("int64"))


def _items(lines: ir.Table, tables: Tables, fewest: int) -> pd.DataFrame:
    """Items worth comparing, in order: code, item, n (baskets), year (of these in the last year), price, name, category."""
    items = lines.group_by(["code", "item"]).aggregate(n=lines.count(), year=lines.recent.sum(), revenue=lines.revenue.sum())
    items = items.filter(items.n >= fewest).order_by([ibis.desc("n"), "item"]).limit(MOST_ITEMS)
    items = items.mutate(price=items.revenue.cast("float64") / items.n).drop("revenue").to_pandas()
    items = items.sort_values("item", ignore_index=True).assign(name=items["item"].sort_values(ignore_index=True), category=None)
    known = pick(tables.rows["products"], "name", "category") if "products" in tables.rows else []
    if not known or items.empty:
        return items
    key = "name" if by_name(tables) else "product_id"
    rows = tables.rows["products"].filter(ibis._[key].isin(items["item"].tolist()))
    told = rows.group_by(key).aggregate(**{c: rows[c].min() for c in known if c != key}).to_pandas().set_index(key)
    for column in told:
        items[column] = items["item"].map(told[column])
    return items.assign(name=items["name"].fillna(items["item"]))


def _size_class(size: ir.IntegerColumn) -> ir.IntegerColumn:
    return ibis.cases(*((size <= bound, place) for place, bound in enumerate(SIZES)), else_=len(SIZES))


def _chances(kept: ir.Table, sizes: ir.Table, items: pd.DataFrame) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A function of two arrays of rows of ``items``: how many baskets would hold both by chance, given how large baskets are.

    Within a class of size, n_a of its L filled places hold a, and the baskets that hold a have s - 1 other places each; of all
    L - n_a places that are not a's, n_b hold b. Summed over classes: n_a n_b (sum of s (s - 1) / L) / (L - n_a), with the more
    frequent of the two as a. To first order these are baskets drawn with all item counts and basket sizes kept (Gionis et al.
    2007, ACM TKDD 1(3)), without drawing them.
    """
    sizes = sizes.select("basket", "size", klass=_size_class(sizes["size"]))
    classes = sizes.group_by("klass").aggregate(filled=sizes["size"].sum(), ordered=(sizes["size"] * (sizes["size"] - 1)).sum())
    classes = classes.to_pandas().set_index("klass").reindex(range(len(SIZES) + 1), fill_value=0).astype(float)
    filled = classes["filled"].to_numpy()
    others = classes["ordered"].to_numpy() / np.maximum(filled, 1)
    found = kept.join(sizes, "basket").group_by(["code", "klass"]).aggregate(n=ibis._.count()).to_pandas()
    wide = found.pivot(index="code", columns="klass", values="n").reindex(index=items["code"], columns=classes.index)
    n = wide.fillna(0.0).to_numpy()

    def chance(i: np.ndarray, j: np.ndarray) -> np.ndarray:
        total = np.zeros(len(i))
        for at in range(len(filled)):
            a, b = n[i, at], n[j, at]
            together = a * b * others[at] / np.maximum(filled[at] - np.maximum(a, b), 1)
            total += np.minimum(together, np.minimum(a, b))
        return total

    return chance


def _together(kept: ir.Table, items: pd.DataFrame, baskets: int) -> pd.DataFrame:
    """Pairs i < j of rows of ``items``, and the baskets that hold both, ever and in the last year.

    Pairs in fewer than five baskets are left out, unless chance alone would bring many.
    """
    other = kept.view()
    joined = kept.join(other, [kept.basket == other.basket, kept.code < other.code])
    joined = joined.select(x=kept.code, y=other.code, recent=kept.recent)
    counted = joined.group_by(["x", "y"]).aggregate(both=joined.count(), both_year=joined.recent.sum())
    n = ibis.memtable(items[["code", "n"]])
    one, two = n.select(x="code", n_x="n"), n.select(y="code", n_y="n")
    counted = counted.join(one, "x").join(two, "y")
    due = counted.n_x * counted.n_y >= SELDOM_EXPECTED * baskets
    counted = counted.filter((counted.both >= FEWEST_TOGETHER) | due).select("x", "y", "both", "both_year").to_pandas()
    place = pd.Series(np.arange(len(items)), index=items["code"])
    x, y = place.reindex(counted["x"]).to_numpy(), place.reindex(counted["y"]).to_numpy()
    return counted[["both", "both_year"]].assign(i=np.minimum(x, y), j=np.maximum(x, y))


def _strongest(counted: Counted) -> pd.DataFrame:
    """The pairs farthest from chance, by the likelihood ratio (Dunning 1993): i, j, both, both_year, expected."""
    pairs, n, baskets = counted.pairs, counted.items["n"].to_numpy(dtype=float), float(counted.whole["baskets"])
    many = np.flatnonzero(n * n.max(initial=0.0) >= SELDOM_EXPECTED * baskets)
    i, j = (many[side] for side in np.triu_indices(len(many), 1))
    due = n[i] * n[j] >= SELDOM_EXPECTED * baskets  # pairs that ought to be seen, seen or not
    pairs = pairs.merge(pd.DataFrame({"i": i[due], "j": j[due]}), on=["i", "j"], how="outer").fillna(0)
    pairs = pairs.astype({"i": "int64", "j": "int64", "both": "int64", "both_year": "int64"})
    i, j, both = pairs["i"].to_numpy(), pairs["j"].to_numpy(), pairs["both"].to_numpy(dtype=float)
    apart = n[i] * n[j] / max(baskets, 1)
    sized = counted.chance(i, j)
    more, less = _distance(both, np.maximum(apart, sized)), _distance(both, np.minimum(apart, sized))
    pairs = pairs.assign(expected=sized, more=np.where(both >= FEWEST_TOGETHER, more, 0.0), less=-less).sort_values(["i", "j"])
    often = pairs[pairs["more"] > 0].nlargest(MOST_PAIRS, "more")
    enough = np.minimum(apart, sized)[pairs.index] >= SELDOM_EXPECTED
    seldom = pairs[enough & (pairs["less"] > 0)].nlargest(MOST_SELDOM, "less")
    return pd.concat([often, seldom]).sort_values(["i", "j"], ignore_index=True).drop(columns=["more", "less"])


def _distance(seen: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Signed likelihood-ratio statistic of a count against the one chance would bring."""
    chance = np.maximum(chance, 1e-12)
    gap = seen * np.log(np.maximum(seen, 1e-12) / chance) - (seen - chance)
    return np.sign(seen - chance) * 2 * np.maximum(gap, 0.0)


def _customers(counted: Counted, pairs: pd.DataFrame) -> np.ndarray:
    """Distinct customers behind each of ``pairs``."""
    kept, code = counted.kept, counted.items["code"].to_numpy()
    wanted = pd.DataFrame({"x": code[pairs["i"]], "y": code[pairs["j"]]})
    if wanted.empty:
        return np.zeros(0, dtype="int64")
    listed, other = ibis.memtable(wanted), kept.view()
    first = kept.join(listed, kept.code == listed.x).select("basket", "customer", "x", "y")
    joined = first.join(other, [first.basket == other.basket, first.y == other.code]).select("x", "y", "customer")
    found = joined.group_by(["x", "y"]).aggregate(customers=joined.customer.nunique()).to_pandas()
    return wanted.merge(found, on=["x", "y"], how="left")["customers"].fillna(0).astype("int64").to_numpy()


def _named(pairs: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Pairs with what is known of their items in place of row numbers."""
    told = {}
    for side, at in (("a", pairs["i"]), ("b", pairs["j"])):
        item = items.iloc[at].reset_index(drop=True)
        told |= {f"product_{side}": item["item"], f"name_{side}": item["name"], f"category_{side}": item["category"]}
        told |= {side: item["n"], f"{side}_year": item["year"], f"price_{side}": item["price"]}
    names = [f"{what}_{side}" for what in ("product", "name", "category") for side in ("a", "b")]
    frame = pd.DataFrame(told)[[*names, "a", "b", "a_year", "b_year", "price_a", "price_b"]]
    return frame.assign(**{c: pairs[c].to_numpy() for c in ("both", "both_year", "expected", "customers")})
