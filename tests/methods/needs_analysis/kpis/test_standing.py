"""Standing: values, changes and their ranges, worked out by hand."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from playbook.engagement import Assumptions
from playbook.methods.needs_analysis.feedback.satisfaction import course_of
from playbook.methods.needs_analysis.kpis.data import Data
from playbook.methods.needs_analysis.kpis.standing import standing
from playbook.methods.needs_analysis.kpis.words import moved_words
from playbook.result.formats import Formats

DAY = date(2026, 10, 31)


def months(revenue, orders=10) -> pd.DataFrame:
    month = pd.date_range(end="2026-10-01", periods=len(revenue), freq="MS")
    return pd.DataFrame({"month": month, "revenue": np.asarray(revenue, float), "orders": orders, "customers": 8})


def test_the_same_rise_in_every_month_has_no_doubt():
    stood = standing("revenue", Data(DAY, months(np.repeat([100.0, 120.0], 12))))
    assert (stood.now, stood.change, stood.change_low, stood.change_high) == (120, *[pytest.approx(0.2)] * 3)
    assert stood.moved


def test_a_rise_in_some_months_and_a_fall_in_others_is_no_trend():
    later = 100 + np.tile([30.0, -28.0], 6)
    stood = standing("revenue", Data(DAY, months([*[100.0] * 12, *later])))
    differences = later - 100  # paired month by month
    half = student.ppf(0.9, 11) * np.std(differences, ddof=1) * np.sqrt(12) / 1200
    assert stood.change == pytest.approx(0.01)
    assert (stood.change_low, stood.change_high) == (pytest.approx(0.01 - half), pytest.approx(0.01 + half))
    assert not stood.moved


def test_a_ratio_is_that_of_the_sums_not_the_mean_of_months():
    stood = standing("order_value", Data(DAY, months([100.0, 300.0], orders=[10, 10])))
    assert stood.now == 20
    uneven = standing("order_value", Data(DAY, months([100.0, 300.0], orders=[1, 9])))
    assert uneven.now == 40  # 400 for 10 orders; the months' own values are 100 and 33


def test_the_mean_order_has_a_range_from_the_orders():
    orders = pd.DataFrame({"order_id": range(4), "day": pd.Timestamp("2026-10-10"), "revenue": [10.0, 20.0, 30.0, 40.0]})
    stood = standing("order_value", Data(DAY, months([100.0], orders=4), orders))
    half = norm.ppf(0.9) * np.std([10, 20, 30, 40], ddof=1) / 2
    assert (stood.now, stood.low, stood.high) == (25, pytest.approx(25 - half), pytest.approx(25 + half))


def test_a_gross_margin_moves_in_points():
    frame = months(np.repeat([100.0], 24))
    margins = pd.DataFrame({"month": frame["month"], "revenue": 100.0, "cost": np.repeat([60.0, 55.0], 12)})
    stood = standing("gross_margin", Data(DAY, frame, margin_months=margins))
    assert (stood.now, stood.change) == (pytest.approx(0.45), pytest.approx(0.05))


def test_churn_of_two_years_of_orders():
    rows = [("2024-11-01", c) for c in "abcd"] + [("2025-11-01", c) for c in "abc"]
    orders = pd.DataFrame(rows, columns=["day", "customer_id"]).assign(order_id=range(7), revenue=10.0)
    stood = standing("churn", Data(DAY, order_totals=orders.assign(day=pd.to_datetime(orders["day"]))))
    assert (stood.now, stood.hits, stood.cases, stood.months) == (0.25, 1, 4, 12)
    assert stood.low < 0.25 < stood.high


def test_churn_of_a_short_history_sets_half_against_half():
    rows = [("2026-05-01", "a"), ("2026-05-02", "b"), ("2026-08-01", "a")]
    orders = pd.DataFrame(rows, columns=["day", "customer_id"]).assign(order_id=range(3), revenue=10.0)
    stood = standing("churn", Data(DAY, order_totals=orders.assign(day=pd.to_datetime(orders["day"]))))
    assert (stood.now, stood.months) == (0.5, 3)


def test_the_net_promoter_score_counts_the_last_year():
    # A year ago 0 and 10: score 0. In the last year 10, 10, 8, 0: half promote, a quarter detract: 25.
    days = ["2025-01-01", "2025-10-31", "2025-11-01", "2026-03-01", "2026-05-01", "2026-10-31"]
    answers = pd.DataFrame({"date": pd.to_datetime(days), "recommend": [0, 10, 10, 10, 8, 0]})
    stood = standing("nps", Data(DAY, survey_answers=answers))
    assert (stood.now, stood.cases) == (25, 4)
    assert stood.low < 25 < stood.high


def test_what_a_customer_is_worth_comes_with_its_range():
    worth = SimpleNamespace(new_customer=SimpleNamespace(value=120.0, low=90.0, high=150.0))
    data = Data(DAY, lifetime_value=worth, parameters=Assumptions(acquisition_cost=30))
    assert (standing("clv", data).now, standing("clv", data).high) == (120, 150)
    ratio = standing("clv_cac", data)
    assert (ratio.now, ratio.low, ratio.high) == (4, 3, 5)
    assert standing("clv_cac", Data(DAY, lifetime_value=worth)) is None


def test_a_share_moves_by_the_difference_of_two_spans_that_do_not_overlap():
    days = pd.to_datetime([*["2025-03-01"] * 10, *["2026-03-01"] * 10])
    deals = pd.DataFrame({"stage": ["won"] * 2 + ["lost"] * 8 + ["won"] * 8 + ["lost"] * 2, "closed_on": days})
    deals = pd.concat([deals, pd.DataFrame({"stage": ["won"], "closed_on": pd.to_datetime(["2024-11-01"])})])
    stood = standing("win_rate", Data(DAY, opportunities=deals))
    assert (stood.now, stood.change) == (0.8, pytest.approx(0.8 - 3 / 11))
    assert stood.moved


def test_a_season_that_grows_in_proportion_is_no_scatter():
    season = np.array([1.0, 2, 1, 4, 1, 2, 3, 1, 5, 1, 2, 9])
    stood = standing("revenue", Data(DAY, months([*100 * season, *200 * season])))
    assert (stood.change, stood.change_low, stood.change_high) == (*[pytest.approx(1.0)] * 3,)


def test_the_range_of_a_trend_holds_the_true_change_as_often_as_it_says():
    rng, held = np.random.default_rng(1), []
    season = 100 * (1.5 + np.sin(np.arange(12) * np.pi / 6))
    for _ in range(400):
        noise = rng.normal(1, 0.15, 24)
        stood = standing("revenue", Data(DAY, months([*season * noise[:12], *1.6 * season * noise[12:]])))
        held.append(stood.change_low <= 0.6 <= stood.change_high)
    assert 0.76 <= np.mean(held) <= 0.88


def test_a_margin_that_was_a_loss_still_moves_in_points():
    margins = pd.DataFrame({"month": months([1.0] * 24)["month"], "revenue": 100.0, "cost": np.repeat([110.0, 95.0], 12)})
    assert standing("gross_margin", Data(DAY, margin_months=margins)).change == pytest.approx(0.15)


def test_orders_before_the_last_twelve_months_have_no_part_in_the_range_of_the_mean_order():
    frame = months([*[100.0] * 12, *[0.0] * 6, *[100.0] * 6], orders=[*[1] * 12, *[0] * 6, *[1] * 6])
    days = [*frame["month"][11:12], *frame["month"][18:]]
    orders = pd.DataFrame({"order_id": range(7), "day": days, "revenue": [9000.0, *[100.0] * 6]})
    stood = standing("order_value", Data(DAY, frame, orders))
    assert (stood.now, stood.low, stood.high) == (100, 100, 100)


def test_one_month_against_one_is_told_in_the_singular():
    stood = standing("revenue", Data(DAY, months([100.0, 150.0])))
    assert moved_words(stood, Formats("EUR")) == "+50% on the month before, another season"


def test_no_deal_closed_of_late_is_no_change():
    deals = pd.DataFrame({"stage": ["won", "lost"] * 6, "closed_on": pd.to_datetime(["2026-01-01", "2026-03-01"] * 6)})
    stood = standing("win_rate", Data(DAY, opportunities=deals))
    assert (stood.now, stood.change) == (0.5, None)


def test_the_score_is_set_against_the_same_months_as_in_the_customers_voice():
    days = pd.date_range("2024-11-09", "2026-10-31", freq="5D")
    answers = pd.DataFrame({"date": days, "recommend": [0, 10, 8] * (len(days) // 3) + [10] * (len(days) % 3), "satisfaction": 4})
    data = Data(DAY, survey_answers=answers.assign(satisfaction=np.where(answers["recommend"] > 5, 5, 1)))
    for kpi, column in (("nps", "recommend"), ("csat", "satisfaction")):
        stood, course = standing(kpi, data), course_of(data.survey_answers, column, DAY)
        assert (stood.span, stood.now) == (12, pytest.approx(course.value))
        assert stood.change == pytest.approx(course.change)
