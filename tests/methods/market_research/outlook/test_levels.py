import numpy as np
import pandas as pd
import pytest

from playbook.methods.market_research.outlook.drivers import driver_candidate
from playbook.methods.market_research.outlook.levels import MOST_GROUPS, MOST_PRODUCTS, REST, levels

SPAN = pd.date_range("2025-01-01", periods=12, freq="MS")


def _months(revenue) -> pd.DataFrame:
    return pd.DataFrame({"month": SPAN[: len(revenue)], "revenue": np.asarray(revenue, float)})


def _products(rows: dict[tuple[str, str], list[float]]) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"product_id": product, "category": group, "month": SPAN[: len(values)], "revenue": values})
        for (product, group), values in rows.items()
    ]
    return pd.concat(parts, ignore_index=True).query("revenue != 0").astype({"product_id": "category", "category": "category"})


def _adds_up(panel) -> bool:
    table = panel.table.fillna(0).to_numpy().T
    return np.allclose(panel.summing @ table[panel.bottoms], table)


def test_without_groups_there_is_the_total_alone():
    panel = levels(_months([1, 2, 3]), None, None)
    assert panel.nodes["id"].tolist() == ["total"] and panel.table[0].tolist() == [1, 2, 3] and _adds_up(panel)


def test_products_rest_and_groups_add_up_and_what_lacks_is_not_assigned():
    products = _products({("a", "x"): [10] * 12, ("b", "x"): [5] * 12, ("c", "y"): [7] * 12})
    groups = products.assign(revenue=products["revenue"] * 2).groupby(["category", "month"], observed=True, as_index=False).sum(
        numeric_only=True
    )  # fmt: skip
    panel = levels(_months([50] * 12), groups, products)
    # Groups x 30 and y 14; 6 of the 50 are in no group. Products a, b and c; the rests are x 15, y 7 and all that is unassigned.
    assert panel.nodes["id"].tolist() == [
        "total", "x", "y", "not assigned", "a", "b", f"{REST} x", "c", f"{REST} y", "not assigned",
    ]  # fmt: skip
    assert panel.table.iloc[-1].tolist() == [50, 30, 14, 6, 10, 5, 15, 7, 7, 6] and _adds_up(panel)


def test_many_groups_and_products_become_others():
    rows = {(f"p{i}", f"g{i}"): [float(100 - i)] * 12 for i in range(40)}
    products = _products(rows)
    panel = levels(_months([sum(100.0 - i for i in range(40))] * 12), None, products)
    groups = panel.nodes[panel.nodes["level"] == "group"]
    products = panel.nodes[(panel.nodes["level"] == "product") & ~panel.nodes["rest"]]
    assert len(groups) == MOST_GROUPS and groups["id"].iloc[-1] == "other groups" and len(products) == MOST_PRODUCTS
    assert _adds_up(panel)


def test_a_product_of_a_few_months_stays_with_the_rest_and_one_from_later_begins_there():
    products = _products(
        {("old", "x"): [9] * 12, ("later", "x"): [0] * 4 + [8] * 8, ("new", "x"): [0] * 9 + [99] * 3, ("o", "y"): [1] * 12}
    )
    panel = levels(_months(products.groupby("month")["revenue"].sum()), None, products)
    assert "new" not in panel.nodes["id"].tolist()
    later = panel.table[panel.nodes.index[panel.nodes["id"] == "later"][0]]
    assert later.isna().sum() == 4 and _adds_up(panel)


def test_names_are_no_code_and_one_group_is_no_split():
    hostile = _products({("a", "50% <b>$x$"): [3] * 12, ("b", "耳机"): [2] * 12})
    assert levels(_months([5] * 12), None, hostile).nodes["group"].dropna().unique().tolist() == ["50% <b>$x$", "耳机"]
    assert len(levels(_months([3] * 12), None, _products({("a", "x"): [3] * 12})).nodes) == 1


def _weeks(rng, months: int, price) -> pd.DataFrame:
    weeks = pd.date_range("2023-01-02", periods=months * 52 // 12, freq="W-MON")
    paid = price(np.arange(len(weeks)))
    units = np.round(1000 * np.exp(-2 * np.log(paid) + rng.normal(0, 0.02, len(weeks))))
    return pd.DataFrame(
        {"product_id": "a", "category": "x", "week": weeks, "units": units, "revenue": units * paid, "orders": 1, "discount": 0.0,
         "discounted_units": 0.0}
    )  # fmt: skip


def test_drivers_know_the_price_of_each_series_and_need_thirty_months():
    weeks = _weeks(np.random.default_rng(1), 36, lambda t: np.where(t % 26 < 13, 1.0, 1.2))
    span = pd.date_range("2023-01-01", periods=35, freq="MS")
    month = (weeks["week"] + pd.Timedelta(days=3)).dt.to_period("M").dt.to_timestamp()
    months = weeks.groupby(month)["revenue"].sum().reindex(span).fillna(1.0).rename_axis("month").reset_index()
    panel = levels(months, None, None)
    extra, words = driver_candidate(panel, 3, weeks, None)
    assert words == ("the calendar", "prices", "promotions") and list(extra) == ["regression on drivers"]
    seen = pd.DataFrame({"product_id": "a", "competitor": "c", "week": weeks["week"].tail(20), "price": 1.1})
    assert driver_candidate(panel, 3, weeks, seen)[1] == words  # known for the last months only: left out
    everywhere = pd.DataFrame({"product_id": "a", "competitor": "c", "week": weeks["week"], "price": 1.1})
    short = levels(months.iloc[:34], None, None)
    assert "competitors' prices" in driver_candidate(short, 3, weeks, everywhere)[1]
    assert driver_candidate(levels(months.iloc[:29], None, None), 3, weeks, None) == ({}, ())
    assert driver_candidate(short, 3, None, None)[1] == ("the calendar",)


@pytest.mark.parametrize("rows", [0, 1])
def test_an_empty_or_tiny_product_table_is_no_accident(rows):
    products = _products({("a", "x"): [3] * 12}).head(rows)
    assert len(levels(_months([3] * 12), None, products).nodes) in (1, 3, 5)
