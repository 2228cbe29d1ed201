"""Baskets: which products are bought together, counted where the lines lie."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy import sparse

from playbook.intake.frames.frame import frame, pick
from playbook.intake.tables import Tables

__all__ = [
    "FEWEST_TOGETHER", "MOST_ITEMS", "MOST_PAIRS", "MOST_SELDOM", "Counted", "bought", "count_pairs", "item_key", "item_pairs",
]  # fmt: skip

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
        item="name" if counted.key == "name" else "product",
    )  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """The pairs of items that stand in five baskets or ought to.

    ``pairs``: i < j (rows of ``items``), both, both_year; ``items``: code, item, n, year, price, name, category; ``whole``:
    baskets, several, baskets_year, value and first day of all lines; ``chance(i, j)``: baskets with both by chance, given basket
    sizes; ``held``: baskets (rows) by items, 1 where the basket holds the item; ``customer``: a number for who bought, by basket;
    ``key``: the column of the product list that an item is, ``product_id`` or ``name``.
    """

    pairs: pd.DataFrame
    items: pd.DataFrame
    whole: pd.Series
    chance: Callable[[np.ndarray, np.ndarray], np.ndarray]
    held: sparse.csc_matrix
    customer: np.ndarray
    key: str


def count_pairs(tables: Tables) -> Counted:
    """Count the pairs of all items in at least five baskets and one in a thousand."""
    key = item_key(tables)
    rows = bought(tables, key)
    lines = _lines(rows, tables).cache()
    sizes = lines.group_by("basket").aggregate(
        size=lines.count(), value=lines.revenue.sum(), day=lines.day.min(), recent=lines.recent.max(),
        customer=lines.customer.min(),
    )  # fmt: skip
    whole = sizes.aggregate(
        baskets=sizes.count(), several=(sizes["size"] > 1).sum(), baskets_year=sizes.recent.sum(),
        value=sizes.value.sum(where=sizes.recent == 1).cast("float64"), first=sizes.day.min(),
    ).to_pandas().iloc[0]  # fmt: skip
    items = _items(lines, rows, tables, key, max(FEWEST_TOGETHER, int(np.ceil(FEWEST_SHARE * whole["baskets"]))))
    baskets = sizes.select("basket", "size", "recent", "customer").to_pandas()
    held = _held(lines, baskets["basket"], items)
    return Counted(
        _together(held, baskets["recent"].to_numpy() == 1, items, int(whole["baskets"])), items, whole,
        _chances(held, baskets["size"].to_numpy()), held, baskets["customer"].to_numpy(), key,
    )  # fmt: skip


def item_key(tables: Tables) -> str:
    """What an item is: a product's ``name`` where two products or more, on average, share one, else its ``product_id``."""
    if "name" not in tables.columns("products"):
        return "product_id"
    names = tables.rows["products"].name
    told = names.as_table().aggregate(all=names.count(), different=names.nunique()).to_pandas().iloc[0]
    return "name" if told["different"] > 0 and told["all"] >= 2 * told["different"] else "product_id"


def bought(tables: Tables, key: str) -> ir.Table:
    """The lines on which something was bought, with what the item is (``key`` as ``item_key`` tells it) and its code (a hash)."""
    rows = tables.rows["orders"]
    rows = rows.filter((rows.revenue > 0) & rows.product_id.notnull())
    if "quantity" in rows.columns:
        rows = rows.filter((rows.quantity > 0) | rows.quantity.isnull())
    item = rows.product_id
    if key == "name":
        rows = rows.left_join(tables.rows["products"].select("product_id", "name"), "product_id")
        item = rows.name.fill_null(rows.product_id)
    return rows.mutate(item=item, code=item.hash())


def _lines(rows: ir.Table, tables: Tables) -> ir.Table:
    """One row per basket and item bought: basket, customer and code (all hashes), revenue, day, recent."""
    who = rows.customer_id if pick(rows, "customer_id") else ibis.null("string")
    rows = rows.select(
        code=rows.code, revenue=rows.revenue.cast("decimal(18, 4)"), day=rows.order_date.cast("date"),
        basket=ibis.struct({"order": rows.order_id, "customer": who.fill_null("")}).hash(),
        customer=ibis.ifelse(who.isnull(), ibis.literal("order ") + rows.order_id, ibis.literal("who ") + who).hash(),
    )  # fmt: skip
    lines = rows.group_by(["basket", "code"]).aggregate(
        customer=rows.customer.min(), revenue=rows.revenue.sum(), day=rows.day.min()
    )
    return lines.mutate(recent=(lines.day > tables.as_of - timedelta(days=YEAR)).cast("int64"))


def _items(lines: ir.Table, rows: ir.Table, tables: Tables, key: str, fewest: int) -> pd.DataFrame:
    """Items worth comparing, in order: code, item, n (baskets), year (of these in the last year), price, name, category."""
    items = lines.group_by("code").aggregate(n=lines.count(), year=lines.recent.sum(), revenue=lines.revenue.sum())
    items = items.filter(items.n >= fewest).join(rows.group_by("code").aggregate(item=rows.item.min()), "code")
    items = items.order_by([ibis.desc("n"), "item"]).limit(MOST_ITEMS)
    items = items.mutate(price=items.revenue.cast("float64") / items.n).select("code", "item", "n", "year", "price").to_pandas()
    items = items.sort_values("item", ignore_index=True).assign(name=items["item"].sort_values(ignore_index=True), category=None)
    known = pick(tables.rows["products"], "name", "category") if "products" in tables.rows else []
    if not known or items.empty:
        return items
    rows = tables.rows["products"].filter(ibis._[key].isin(items["item"].tolist()))
    told = rows.group_by(key).aggregate(**{c: rows[c].min() for c in known if c != key}).to_pandas().set_index(key)
    for column in told:
        items[column] = items["item"].map(told[column])
    return items.assign(name=items["name"].fillna(items["item"]))


def _held(lines: ir.Table, baskets: pd.Series, items: pd.DataFrame) -> sparse.csc_matrix:
    """Baskets by items, 1 where the basket holds the item."""
    kept = lines.semi_join(ibis.memtable(items[["code"]]), "code").select("basket", "code").to_pandas()
    at = pd.Index(baskets).get_indexer(kept["basket"]), pd.Index(items["code"]).get_indexer(kept["code"])
    return sparse.csc_matrix((np.ones(len(kept), dtype=np.int32), at), shape=(len(baskets), len(items)))


def _chances(held: sparse.csc_matrix, sizes: np.ndarray) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A function of two arrays of rows of ``items``: how many baskets would hold both by chance, given how large baskets are.

    Within a class of size, n_a of its L filled places hold a, and the baskets that hold a have s - 1 other places each; of all
    L - n_a places that are not a's, n_b hold b. Summed over classes: n_a n_b (sum of s (s - 1) / L) / (L - n_a), with the more
    frequent of the two as a. To first order these are baskets drawn with all item counts and basket sizes kept (Gionis et al.
    2007, ACM TKDD 1(3)), without drawing them.
    """
    klass = np.searchsorted(SIZES, sizes)
    filled, ordered = (np.bincount(klass, weights, len(SIZES) + 1) for weights in (sizes, sizes * (sizes - 1)))
    others = ordered / np.maximum(filled, 1)
    member = sparse.csr_matrix((np.ones(len(klass)), (klass, np.arange(len(klass)))), shape=(len(filled), len(klass)))
    n = (member @ held).toarray().T

    def chance(i: np.ndarray, j: np.ndarray) -> np.ndarray:
        total = np.zeros(len(i))
        for at in range(len(filled)):
            a, b = n[i, at], n[j, at]
            together = a * b * others[at] / np.maximum(filled[at] - np.maximum(a, b), 1)
            total += np.minimum(together, np.minimum(a, b))
        return total

    return chance


def _together(held: sparse.csc_matrix, recent: np.ndarray, items: pd.DataFrame, baskets: int) -> pd.DataFrame:
    """Pairs i < j of rows of ``items``, and the baskets that hold both, ever and in the last year.

    Pairs in fewer than five baskets are left out, unless chance alone would bring many.
    """
    n = items["n"].to_numpy(dtype=float)
    pairs = sparse.triu(held.T @ held, 1, format="coo")
    i, j = pairs.coords
    kept = (pairs.data >= FEWEST_TOGETHER) | (n[i] * n[j] >= SELDOM_EXPECTED * baskets)
    i, j, lately = i[kept], j[kept], held.tocsr()[recent]
    year = np.asarray((lately.T @ lately).tocsr()[i, j]).ravel() if len(i) else np.zeros(0)
    return pd.DataFrame({"both": pairs.data[kept], "both_year": year, "i": i, "j": j}, dtype="int64")


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
    held, start = counted.held, counted.held.indptr
    who, found = np.unique(counted.customer, return_inverse=True)[1], np.zeros(len(pairs), dtype="int64")
    for i, places in pairs.groupby("i").indices.items():
        inside = np.zeros(held.shape[0], dtype=bool)
        inside[held.indices[start[i] : start[i + 1]]] = True
        for place in places:
            j = pairs["j"].iat[place]
            baskets = held.indices[start[j] : start[j + 1]]
            found[place] = len(pd.unique(who[baskets[inside[baskets]]]))
    return found


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
