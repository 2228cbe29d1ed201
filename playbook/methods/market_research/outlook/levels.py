"""Demand levels: the total, its product groups, and the products that matter, as one table of months that adds up."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.locale import mark

__all__ = ["OTHER", "REST", "UNKNOWN", "Levels", "levels"]

MOST_GROUPS = 12
MOST_PRODUCTS = 25
YEAR = 12
OLD_ENOUGH = 6  # months since the first sale: below, a product stays with the rest of its group
REST, OTHER = "other products in", mark("other groups")
CENT = 0.005
UNKNOWN = mark("not assigned")


@dataclass(frozen=True)
class Levels:
    """``table`` (months x series): revenue, NaN before a series' first sale; columns are numbers of ``nodes``.

    ``nodes`` (one row a column): level (total, group or product), id, group, rest (what is left of its group); ``summing``
    (series, bottoms) says which bottom series each is the sum of: products and rests where these are known, else groups.
    """

    table: pd.DataFrame
    nodes: pd.DataFrame
    summing: np.ndarray

    @property
    def bottoms(self) -> np.ndarray:
        """Columns that are sums of nothing else."""
        return np.arange(len(self.nodes))[-self.summing.shape[1] :]


def levels(months: pd.DataFrame, category_months: pd.DataFrame | None, product_months: pd.DataFrame | None) -> Levels:
    """Build the table: ``months`` [month, revenue], ``category_months`` [category, month, revenue], ``product_months``
    [product_id, category, month, revenue]. At most a dozen groups and 25 products, by revenue of the last twelve months; the
    others are added up. What groups lack to the total (to the cent) is not assigned."""
    span = pd.DatetimeIndex(months["month"])
    total = months["revenue"].to_numpy(dtype=float)
    groups = _groups(span, total, category_months, product_months)
    products, owners = _products(span, groups, product_months)
    nodes = [("total", "total", None, False), *(("group", name, name, False) for name in groups)]
    columns = [total, *groups.values()]
    bottoms: list[str] = []
    if products:
        for group, values in groups.items():
            own = [product for product in products if owners[product] == group]
            rest = values - sum((products[product] for product in own), np.zeros(len(span)))
            nodes += [("product", product, group, False) for product in own]
            columns += [products[product] for product in own]
            bottoms += [group] * len(own)
            if not own or np.abs(rest).max() > CENT:
                nodes.append(("product", f"{REST} {group}" if own else group, group, True))
                columns.append(rest)
                bottoms.append(group)
    else:
        bottoms = list(groups)
    frame = pd.DataFrame(nodes, columns=["level", "id", "group", "rest"])
    summing = np.eye(max(len(bottoms), 1))
    if bottoms:
        of_group = np.array([[float(owner == name) for owner in bottoms] for name in groups])
        summing = np.vstack([np.ones(len(bottoms)), of_group, *([np.eye(len(bottoms))] if products else [])])
    return Levels(pd.DataFrame(np.column_stack([_begun(c) for c in columns]), index=span), frame, summing)


def _wide(rows: pd.DataFrame, by: str, span: pd.DatetimeIndex) -> pd.DataFrame:
    known = rows[rows["month"].isin(span)]
    wide = known.pivot_table(index="month", columns=by, values="revenue", aggfunc="sum", observed=True)
    return wide.reindex(span).fillna(0.0)


def _groups(
    span: pd.DatetimeIndex, total: np.ndarray, category_months: pd.DataFrame | None, product_months: pd.DataFrame | None
) -> dict[str, np.ndarray]:
    source = category_months if category_months is not None else product_months
    if source is None or not len(source):
        return {}
    wide = _wide(source, "category", span)
    wide.columns = wide.columns.astype(str)
    wide = wide.loc[:, (wide.abs() > CENT).any()]
    recent = wide.tail(YEAR).sum().sort_values(ascending=False, kind="stable")
    most = MOST_GROUPS if len(recent) <= MOST_GROUPS else MOST_GROUPS - 1
    groups = {name: wide[name].to_numpy() for name in recent.index[:most]}
    if len(recent) > most:
        groups[OTHER] = groups.get(OTHER, 0) + wide[recent.index[most:]].sum(axis=1).to_numpy()
    lacking = total - sum(groups.values(), np.zeros(len(span)))
    if np.abs(lacking).max() > CENT:
        groups[UNKNOWN] = groups.get(UNKNOWN, 0) + lacking
    return groups if len(groups) > 1 else {}


def _products(
    span: pd.DatetimeIndex, groups: dict[str, np.ndarray], product_months: pd.DataFrame | None
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The products that brought most of late, with their groups; none where there are no groups to hold them."""
    if product_months is None or not groups:
        return {}, {}
    known = product_months[product_months["month"].isin(span)]
    recent = known[known["month"] > span[-1] - pd.DateOffset(months=YEAR)]
    most = recent.groupby("product_id", observed=True)["revenue"].sum().sort_values(ascending=False, kind="stable")
    first = known.groupby("product_id", observed=True)["month"].min()
    old = first[first <= span[max(len(span) - OLD_ENOUGH, 0)]].index
    chosen = most[most.index.isin(old) & (most > 0)].index[:MOST_PRODUCTS]
    rows = known[known["product_id"].isin(chosen)]
    rows = rows.assign(product_id=rows["product_id"].astype(str), category=rows["category"].astype(str))
    wide = _wide(rows, "product_id", span)
    owner = rows.drop_duplicates("product_id", keep="last").set_index("product_id")["category"]
    owners = {p: name if name in groups else OTHER for p, name in owner.items() if name in groups or OTHER in groups}
    return {p: wide[p].to_numpy() for p in map(str, chosen) if p in owners}, owners


def _begun(values: np.ndarray) -> np.ndarray:
    """NaN before the first value that is not zero; a series of zeros stays what it is."""
    begun = np.flatnonzero(np.abs(values) > CENT)
    first = begun[0] if len(begun) else 0
    return np.where(np.arange(len(values)) < first, np.nan, values)
