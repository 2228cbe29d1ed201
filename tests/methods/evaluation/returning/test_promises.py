"""Promises: judged only when their time is over, and against what came."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, norm

from playbook.methods.evaluation.returning.promises import _inside_chances, buyers_came, forecasts_kept, judged, plan_kept
from playbook.result.remembered import Remembered

AS_OF = date(2026, 9, 30)
PLAN = ({"action_id": "mail", "name": "Mail", "value": 5214.2857, "value_low": 2607.14285, "value_high": 10428.5714},)


def earned(margin=100.0, low=50.0, high=150.0):
    columns = {"id": "mail", "weeks": 4.0, "margin": margin, "margin_low": low, "margin_high": high}
    return pd.DataFrame([{**columns, "revenue": 7.0, "revenue_low": 6.0, "revenue_high": 8.0}])


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        ((400.0, 300.0, 500.0), "as promised"),
        ((100.0, 50.0, 150.0), "less"),
        ((1000.0, 900.0, 1100.0), "more"),
        ((300.0, -100.0, 700.0), "too uncertain to say"),
    ],
)
def test_a_year_s_promise_counts_for_the_weeks_measured(came, kept):
    (row,) = plan_kept(PLAN, earned(*came)).itertuples()
    assert (row.promised, row.promised_low, row.promised_high) == (pytest.approx(400), pytest.approx(200), pytest.approx(800))
    assert (row.came, row.kept) == (came[0], kept)


def test_a_promise_for_some_days_of_the_year_counts_for_those_days():
    """28 days bring 1,120 (10 percent of 28,000 of revenue at a margin of 0.4): measured for four weeks, all of it was due."""
    tested = {"action_id": "mail", "name": "Mail", "value": 1120.0, "value_low": 560.0, "value_high": 1680.0, "days": 28}
    (row,) = plan_kept((tested,), earned(1120.0, 900.0, 1340.0)).itertuples()
    assert (row.promised, row.promised_low, row.promised_high, row.kept) == (1120.0, 560.0, 1680.0, "as promised")
    (half,) = plan_kept((tested | {"days": 56},), earned(1120.0, 900.0, 1340.0)).itertuples()
    assert (half.promised, half.kept) == (560.0, "more")


def test_without_a_margin_the_plan_was_of_revenue_and_other_actions_are_not_judged():
    (row,) = plan_kept((*PLAN, {"action_id": "call"}), earned(np.nan, np.nan, np.nan)).itertuples()
    assert (row.came, row.low, row.high) == (7.0, 6.0, 8.0)


def forecast(month, last, value=100.0):
    since = date.fromisoformat(month)
    return Remembered(
        kind="forecast", id=f"revenue-{month[:7]}", label="Revenue", value=value, low=90.0, high=110.0, since=since,
        until=date.fromisoformat(last),
    )  # fmt: skip


def test_only_months_that_are_over_are_judged():
    months = pd.DataFrame({"month": pd.to_datetime(["2026-08-01", "2026-09-01"]), "revenue": [105.0, 120.0]})
    past = (forecast("2026-08-01", "2026-08-31"), forecast("2026-09-01", "2026-09-30"), forecast("2026-10-01", "2026-10-31"))
    found = forecasts_kept(past, months, date(2026, 9, 30))
    assert found["actual"].tolist() == [105.0, 120.0] and found["inside"].tolist() == [True, False]
    assert len(forecasts_kept(past, months, date(2026, 9, 29))) == 1
    assert forecasts_kept(past, None, date(2026, 9, 30)).empty


def test_buyers_are_those_known_when_the_promise_was_made():
    told = Remembered(
        kind="promise", id="buyers", label="x", value=2.0, low=1.0, high=3.0, n=3, since=date(2026, 1, 1), until=date(2026, 3, 31)
    )
    orders = pd.DataFrame(
        [
            ("a", "2025-12-01", 10.0),
            ("b", "2025-12-01", 10.0),
            ("a", "2026-01-01", 10.0),
            ("a", "2026-02-01", 10.0),
            ("b", "2026-03-01", -10.0),  # a return is no purchase
            ("c", "2026-02-01", 10.0),  # nobody knew them
            ("b", "2026-04-01", 10.0),  # too late
        ],
        columns=["customer_id", "day", "revenue"],
    )
    orders = orders.assign(day=pd.to_datetime(orders["day"]))
    assert buyers_came((told,), orders, date(2026, 3, 31)) == (told, 1)
    assert buyers_came((told,), orders, date(2026, 3, 30)) is None
    assert buyers_came((), orders, date(2026, 3, 31)) is None


def test_months_of_separate_reports_are_a_case_each():
    """0.2 to the fourth is rare; one month outside of three is not; of twelve months, six are too many."""
    assert judged([False] * 4, range(4)) == "promised too much"
    assert judged([False, True, True], range(3)) == "kept"
    assert judged([True] * 6 + [False] * 6, range(12)) == "promised too much"  # 0.019


def test_months_of_one_report_miss_together():
    assert judged([False] * 4, [AS_OF] * 4) == "open"  # a bad month in five, four times over
    assert judged([False] * 4, [None] * 4) == "open"  # of a time when reports did not say when they were made
    assert judged([True] * 3 + [False] * 2, [AS_OF] * 5) == "kept"
    assert judged([False] * 8, [AS_OF] * 4 + [date(2026, 1, 1)] * 4) == "promised too much"


def test_the_stated_chance_is_kept_by_months_that_hang_together():
    """Six months with ranges that truly hold 80 percent, correlated as a forecast's are: condemned in no more than 5 percent."""
    rng = np.random.default_rng(0)
    errors = np.sqrt(0.8) * rng.normal(size=(4000, 1)) + np.sqrt(0.2) * rng.normal(size=(4000, 6))
    hits = (np.abs(errors) < norm.ppf(0.9)).sum(axis=1)
    verdict = {k: judged([True] * k + [False] * (6 - k), [0] * 6) for k in range(7)}
    assert np.mean([verdict[k] == "promised too much" for k in hits]) <= 0.06
    assert np.mean([binom.cdf(k, 6, 0.8) <= 0.05 for k in hits]) > 0.10  # what one case a month would have made of it
    assert _inside_chances(6) == pytest.approx(np.bincount(hits, minlength=7) / 4000, abs=0.03)
