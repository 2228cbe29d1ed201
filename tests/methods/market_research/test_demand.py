from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Objective, open_engagement
from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.market_research.demand import demand
from playbook.methods.market_research.forecasting.forecast import COMBINATION, NAIVE
from playbook.methods.market_research.outlook.goal import revenue_goal
from playbook.methods.market_research.outlook.item_findings import growing_and_falling
from playbook.methods.market_research.outlook.tables import labelled
from playbook.result.contract import Locked
from playbook.result.formats import Formats

FMT = Formats("EUR")
AS_OF = date(2025, 12, 31)


def _months(revenue) -> pd.DataFrame:
    return pd.DataFrame(
        {"month": pd.date_range("2024-01-01", periods=len(revenue), freq="MS"), "revenue": np.asarray(revenue, float)}
    )


def test_goal_of_a_month_by_hand():
    history = _months([100.0, 100.0])
    path = pd.DataFrame({"month": pd.to_datetime(["2024-03-01"]), "revenue": [110.0], "low": [97.1845], "high": [122.8155]})
    goal = revenue_goal(history, path, (Objective(kpi="revenue", target=320 / 3, by=date(2024, 3, 31)),))
    # The average of the three months is 310 / 3, half its range 12.8155 / 3. 80 % of a t curve with 3 degrees of freedom lie
    # within 1.63774, so its scale is 2.60837 and the goal is 3.33333 / 2.60837 = 1.27794 of them away; P(T > 1.27794) = 0.14559.
    assert goal.reached == pytest.approx(0.14559, abs=1e-5) and goal.expected == pytest.approx(310 / 3) and not goal.beyond


def test_a_goal_is_judged_by_a_whole_year_and_not_by_a_busy_month():
    history = _months([100.0] * 12)
    path = pd.DataFrame({"month": pd.to_datetime(["2025-01-01"]), "revenue": [220.0], "low": [208.0], "high": [232.0]})
    goal = revenue_goal(history, path, (Objective(kpi="revenue", target=120, by=date(2025, 1, 31)),))
    assert (goal.expected, goal.low, goal.high, goal.window) == (110, 109, 111, 12)


def test_goal_of_a_quarter_adds_what_is_known_to_what_is_expected():
    history = _months([100.0, 90.0])
    path = pd.DataFrame({"month": pd.to_datetime(["2024-03-01"]), "revenue": [110.0], "low": [100.0], "high": [120.0]})
    goal = revenue_goal(history, path, (Objective(kpi="revenue", target=300, per="quarter", by=date(2024, 3, 31)),))
    assert (goal.expected, goal.low, goal.high) == (300, 290, 310) and goal.reached == pytest.approx(0.5)


def test_past_and_other_goals_do_not_count():
    goals = (Objective(kpi="revenue", target=9, by=date(2024, 2, 28)), Objective(kpi="orders", target=9, by=date(2026, 1, 1)))
    assert demand(_months([5, 6, 7, 6, 5, 6, 7]), FMT, AS_OF, goals).goal is None


def test_too_few_months_lock_the_section():
    result = demand(_months([5.0, 6.0]), FMT, AS_OF)
    assert isinstance(result, Locked) and "3 complete months (2 so far)" in result.unlock[0]
    assert isinstance(demand(_months([]), FMT, AS_OF), Locked)


@pytest.mark.parametrize("revenue", [[5, 6, 7], [0] * 8, [4] * 30, [1, 0, 0, 0, 0, 0, 0, 90]])
def test_small_and_odd_histories_give_an_answer_and_a_figure(revenue):
    months = _months(revenue)
    before = months.copy()
    result = demand(months, FMT, AS_OF, (Objective(kpi="revenue", target=8, by=date(2027, 1, 31)),))
    assert len(result.forecast) == max(1, len(revenue) // 3) if len(revenue) < 36 else 12
    assert result.figure().svg.startswith("<svg") and result.headline and result.findings[0].id == "demand-goal"
    pd.testing.assert_frame_equal(months, before)


def test_without_a_goal_the_outlook_leads():
    result = demand(_months(np.linspace(100, 160, 24)), FMT, AS_OF)
    assert result.findings[0].id == "demand-outlook" and "on the average of the last 12 months" in result.headline


def test_months_without_a_known_season_are_not_compared_with_the_same_months_a_year_before():
    # A season of its own that two years cannot show: the forecast is a level, so that it is set against the year's mean.
    wave = 100 * (1 + 0.3 * np.sin(2 * np.pi * np.arange(40) / 12))
    short, long = demand(_months(wave[:27]), FMT, AS_OF), demand(_months(wave + np.arange(40) % 7), FMT, AS_OF)
    assert "9 average months of the last year" in short.findings[0].sentence and "a year before" not in short.headline
    assert "on a year before" in long.headline and "the same 12 months a year before" in long.findings[0].sentence
    first = float(short.items["before"].iloc[0])
    assert first == pytest.approx(9 * short.history["revenue"].tail(12).mean())


def test_revenue_that_has_stopped_is_said_to_have_and_not_forecast_to_come_back():
    wave = 1e5 * (1 + 0.3 * np.sin(2 * np.pi * np.arange(30) / 12))
    goal = (Objective(kpi="revenue", target=1e5, by=date(2027, 6, 30)),)
    result = demand(_months(np.r_[wave, np.zeros(7)]), FMT, AS_OF, goal)
    assert result.headline == "Nothing has come in since June 2026, and no revenue is expected"
    assert (result.forecast["revenue"] == 0).all() and (result.forecast["high"] > 0).all() and result.goal.reached < 0.05
    assert any("forecast is zero" in note.text for note in result.assumptions)
    assert not any("too few" in note.text or "season" in note.text for note in result.assumptions)


def test_a_product_that_died_is_counted_out_and_named():
    products = _products(40)
    last = products["month"].max()
    dead = products["product_id"].eq("falling") & (products["month"] > last - pd.DateOffset(months=8))
    products = products[~dead]
    months = products.groupby("month", as_index=False)["revenue"].sum()
    result = demand(months, FMT, AS_OF, product_months=products)
    assert (result.products.query("id == 'falling'")["expected"] == 0).all()
    found = {f.id: f for f in result.findings}
    assert "One of the 4 largest products has stopped selling: falling." in found["demand-stopped"].sentence
    # Eight of the last twelve months brought nothing; what the other four did is missing in a year.
    sold = products.query("product_id == 'falling'")
    assert found["demand-stopped"].money == pytest.approx(
        sold.loc[sold["month"] > last - pd.DateOffset(months=12), "revenue"].sum()
    )
    assert "falling" not in found.get("demand-products-down", found["demand-stopped"]).sentence.replace("selling: falling", "")
    assert "seldom" in found["demand-seldom"].sentence and "falling" not in found["demand-seldom"].sentence


def test_a_group_that_seldom_sold_is_told_where_all_sales_have_stopped():
    # Sales ended a year and a half ago; of the group that sold three times in all nobody can say so, and it alone is tested.
    span, month = pd.date_range(end="2026-10-01", periods=60, freq="MS"), np.arange(60)
    often, seldom = np.where(month < 42, 100.0 + month % 5, 0.0), np.where(np.isin(month, [0, 20, 41]), 50.0, 0.0)
    rows = pd.concat([pd.DataFrame({"month": span, "revenue": v, "category": g}) for g, v in (("x", often), ("y", seldom))])
    kinds = {"category": "category", "product_id": "category"}
    sold = rows[rows["revenue"] > 0].assign(product_id=lambda t: t["category"]).astype(kinds)
    result = demand(rows.groupby("month", as_index=False)["revenue"].sum(), FMT, AS_OF, product_months=sold)
    assert result.items.set_index("id")["kind"].to_dict() == {"total": "stopped", "x": "stopped", "y": "intermittent"}
    assert result.items["high"].ge(result.items["expected"]).all() and result.figures()


@pytest.mark.parametrize("names", [[None, None], []])
def test_a_product_list_without_names_leaves_the_ids(names):
    items = pd.DataFrame(
        {"id": ["p1", "x"], "group": "x", "level": ["product", "group"], "rest": False, "expected": [1.0, 2.0], "before": 1.0}
    )
    listed = pd.DataFrame({"product_id": ["p1", "p2"][: len(names)], "name": pd.Series(names, dtype="str")})
    assert labelled(items, listed, FMT)["label"].tolist() == ["p1", "x"]


def test_a_group_that_is_new_or_negative_is_not_said_to_grow():
    span, n = pd.date_range("2023-01-01", periods=36, freq="MS"), np.arange(36)
    wave = 100 * (1 + 0.3 * np.sin(2 * np.pi * n / 12)) + n % 5
    courses = {"old": wave, "new": np.where(n >= 33, 200.0, 0), "back": -30.0 + n % 3}
    parts = [pd.DataFrame({"category": g, "month": span, "revenue": v, "units": 1.0}) for g, v in courses.items()]
    groups = pd.concat(parts, ignore_index=True)
    result = demand(groups.groupby("month", as_index=False)["revenue"].sum(), FMT, AS_OF, category_months=groups)
    assert not any("new should" in f.sentence or "back should" in f.sentence for f in result.findings)
    assert result.items.set_index("id").loc[["old", "new"], "young"].tolist() == [False, True]
    new = result.groups.query("id == 'new'")
    assert (new["high"] > new["expected"]).all()  # three like values make nothing certain


@pytest.mark.parametrize(("groups", "fall", "evidence"), [(1, 12.0, "likely"), (12, 12.0, "indicative"), (12, 20.0, "likely")])
def test_the_largest_of_many_changes_has_to_be_larger_to_count(groups, fall, evidence):
    # Ranges of 10 to either side. Of twelve the largest must lie where one of a hundred and twenty would: 2.39 / 1.28 times that.
    expected = np.r_[100.0 - fall, np.full(groups - 1, 100.0)]
    items = pd.DataFrame({"level": "group", "label": [f"g{i}" for i in range(groups)], "young": False, "before": 100.0})
    items = items.assign(expected=expected, low=expected - 10, high=expected + 10, change=expected - 100, against="same")
    (found,) = growing_and_falling(items, 6, FMT)
    assert found.evidence == evidence and found.value == -fall
    assert found.money == (2 * fall if evidence == "likely" else None)  # a year; half a year is forecast


@pytest.mark.parametrize(
    "revenue",
    [
        100.0 + 30 * np.sin(2 * np.pi * np.arange(36) / 12),  # repeats itself but for the last digits
        np.r_[np.ones(35), 1000.0],
        np.r_[np.full(30, 1e6), 4e5 * np.ones(6)],
        np.r_[np.tile(50.0 * (1 + np.arange(12)), 3), 7.0],
    ],
)
def test_ranges_stay_within_reason_where_a_history_hardly_moved_before(revenue):
    result = demand(_months(revenue), FMT, AS_OF, (Objective(kpi="revenue", target=100, by=date(2028, 1, 31)),))
    assert result.forecast["high"].max() <= 15 * np.max(revenue) and 0.01 <= result.goal.reached <= 0.99
    assert all(abs(f.value) < 1e3 for f in result.findings if f.id == "demand-test")
    assert all(f.evidence == "indicative" for f in result.findings if f.id == "demand-outlook" and revenue[-1] == 1000)


def test_the_chance_takes_the_range_of_the_sum_where_it_is_known():
    history = _months([100.0] * 12)
    path = pd.DataFrame(
        {"month": pd.date_range("2025-01-01", periods=2, freq="MS"), "revenue": 110.0, "low": 90.0, "high": 130.0}
    )
    goal = (Objective(kpi="revenue", target=101, by=date(2025, 2, 28)),)
    alike, apart = revenue_goal(history, path, goal), revenue_goal(history, path, goal, lambda first, last: 24.0)
    # Ten known months and two ahead: (1000 + 220) / 12; errors alike add up to 40 of 12 months, apart to 24.
    assert alike.expected == apart.expected == pytest.approx(1220 / 12)
    assert (alike.high - alike.expected, apart.high - apart.expected) == pytest.approx((40 / 12, 2))
    assert apart.reached > alike.reached > 0.5


def _products(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    span = pd.date_range("2024-01-01", periods=n, freq="MS")
    wave = 1 + 0.3 * np.sin(2 * np.pi * np.arange(n) / 12)
    courses = {
        ("rising", "up & up"): 100 * wave * 1.03 ** np.arange(n),
        ("steady", "up & up"): 200 * wave,
        ("falling", "<down>"): 300 * wave * 0.97 ** np.arange(n),
        ("seldom", "<down>"): np.where(np.arange(n) % 4 == 1, 60.0, 0),
    }
    parts = []
    for (product, group), course in courses.items():
        sold = np.round(course * (1 + 0.03 * rng.normal(size=n)), 2)
        parts.append(pd.DataFrame({"product_id": product, "category": group, "month": span, "revenue": sold, "units": 1.0}))
    return pd.concat(parts, ignore_index=True).query("revenue != 0").astype({"product_id": "category", "category": "category"})


@pytest.fixture(scope="module")
def by_product():
    products = _products(40)
    months = products.groupby("month", as_index=False)["revenue"].sum()
    names = pd.DataFrame({"product_id": ["rising", "steady", "falling", "seldom"], "name": ["Lamp", "Desk", "Desk", None]})
    return demand(months, FMT, AS_OF, product_months=products, product_list=names)


def test_products_add_up_to_groups_and_groups_to_the_total_to_the_cent(by_product):
    total = by_product.forecast.set_index("month")["revenue"]
    for part in (by_product.groups, by_product.products):
        assert (part.groupby("month")["expected"].sum() - total).abs().max() < 1e-6
        assert list(part.columns) == ["id", "month", "expected", "low", "high"] and (part["low"] >= 0).all()
    held = by_product.items.query("level == 'product'").set_index("id")["group"]
    group = by_product.products.assign(id=by_product.products["id"].map(held)).groupby(["id", "month"])["expected"].sum()
    assert (group - by_product.groups.set_index(["id", "month"])["expected"]).abs().max() < 1e-6


def test_what_grows_falls_and_sells_seldom_is_named(by_product):
    found = {f.id: f for f in by_product.findings}
    assert "up & up should grow most" in found["demand-group-up"].sentence and found["demand-group-up"].value > 0
    assert "<down> should fall most" in found["demand-group-down"].sentence and found["demand-group-down"].money > 0
    assert "One of the 4 largest products sells in some months only: seldom" in found["demand-seldom"].sentence
    assert "Lamp" in found["demand-products-up"].sentence and "Desk (falling)" in found["demand-products-down"].sentence
    kind = by_product.items.set_index("id")["kind"]
    assert kind["seldom"] in ("intermittent", "lumpy") and kind["steady"] == "smooth"
    rate = by_product.products.query("id == 'seldom'")["expected"].mean()
    assert rate == pytest.approx(15, rel=0.35)


def test_the_table_of_methods_says_who_takes_part_and_groups_are_drawn(by_product):
    methods = by_product.tables[1].frame.set_index("candidate")
    assert methods.loc[COMBINATION, "role"].startswith("this forecast")
    assert (methods["role"] == "takes part").sum() == (methods["weight"] > 0).sum() >= 3
    line, bars = by_product.figures()
    assert "up &amp; up" in bars.svg and "&lt;down&gt;" in bars.svg and len(bars.data.frame) == 2
    assert any("add up" in note.text for note in by_product.assumptions)
    assert any("weighted mean of" in note.text for note in by_product.assumptions)


@pytest.mark.parametrize("n", [3, 5, 7, 13, 30])
def test_short_histories_of_products_add_up_too(n):
    products = _products(n)
    months = products.groupby("month", as_index=False)["revenue"].sum()
    result = demand(months, FMT, AS_OF, (Objective(kpi="revenue", target=700, by=date(2027, 1, 31)),), product_months=products)
    total = result.forecast.set_index("month")["revenue"]
    assert (result.groups.groupby("month")["expected"].sum() - total).abs().max() < 1e-6
    assert all(figure.svg.startswith("<svg") for figure in result.figures()) and all(f.sentence for f in result.findings)


def test_returns_may_make_a_month_negative_and_everything_still_adds_up():
    products = _products(30)
    back = products["product_id"].eq("seldom")
    products = products.assign(revenue=products["revenue"].where(~back, -products["revenue"]))
    months = products.groupby("month", as_index=False)["revenue"].sum()
    result = demand(months, FMT, AS_OF, product_months=products)
    assert (result.products.groupby("month")["expected"].sum() - result.forecast.set_index("month")["revenue"]).abs().max() < 1e-6


def test_aurora_audio_forecast_beats_the_naive_one():
    client = open_engagement("aurora-audio")
    tables = open_tables(client.model_copy(update={"sources": {"orders": client.sources["orders"]}, "interventions": ()}))
    result = demand(FRAMES["months"].build(tables), Formats(client.currency), tables.as_of, client.objectives)
    errors = result.scores.set_index("candidate")["mase"]
    assert errors[COMBINATION] <= 0.9 * errors[NAIVE]
    assert len(result.headline) <= 90 and result.goal.target == next(o.target for o in client.objectives if o.kpi == "revenue")
    assert 0.6 <= result.coverage <= 1
