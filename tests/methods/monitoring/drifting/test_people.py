from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from playbook.methods.monitoring.drifting.people import (
    MAYBE_OPEN,
    MAYBE_SEASON,
    calibration_rows,
    case_groups,
    customer_groups,
    feature_rows,
    score_rows,
    segment_rows,
)


def snapshots(days=("2025-10-31", "2026-08-02", "2026-10-31"), shift=1.0, tenure=2000, n=200):
    rng = np.random.default_rng(0)
    parts = []
    for day in days:
        revenue = rng.gamma(2, 500, n) * (shift if day == days[-1] else 1)
        parts.append(
            pd.DataFrame(
                {"customer_id": range(n), "cut_off": pd.Timestamp(day), "tenure_days": tenure,
                 "orders_365": rng.poisson(4, n) + 1.0, "orders_all": 50.0, "revenue_365": revenue,
                 "orders_next_90": 1.0, "revenue_next_90": 1.0}
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def test_customers_are_compared_with_the_same_day_a_year_before():
    found = customer_groups(snapshots())
    assert found.when == "what they were a year ago" and found.caveat == ""
    assert list(found.before) == ["orders_365", "revenue_365"]  # outcomes and what grows by itself are left out
    late = customer_groups(snapshots(days=("2026-08-02", "2026-10-31")))
    assert late.when == "what they were 90 days ago" and late.caveat == MAYBE_SEASON
    assert customer_groups(snapshots(days=("2026-10-31",))) is None


def test_what_counts_a_year_is_left_out_where_less_than_a_year_lay_behind():
    assert list(customer_groups(snapshots(tenure=200)).before) == []


def test_a_shift_is_in_the_column_that_moved():
    rows = {row["name"]: row for row in feature_rows(customer_groups(snapshots(shift=1.8)))}
    assert rows["revenue_365"]["chance"] < 1e-6 and rows["revenue_365"]["unit"] == "money"
    assert rows["orders_365"]["chance"] > 0.01


def cases(closed=200, open_=80, region="north"):
    n = closed + open_
    return pd.DataFrame(
        {"case_id": range(n), "outcome": pd.array([True, False] * (closed // 2) + [None] * open_, dtype="boolean"),
         "region": ["north", "south"] * (closed // 2) + [region] * open_, "treatment": ["call"] * closed + [None] * open_,
         "flag": [True, False] * (n // 2), "note": [f"word {k}" for k in range(n)],
         "opened_on": pd.date_range("2026-01-01", periods=n)}
    )  # fmt: skip


def test_open_cases_are_compared_with_closed_ones_in_what_was_known():
    found = case_groups(cases(), leaks=("flag",))
    assert found.when == "cases with a known outcome" and found.caveat == MAYBE_OPEN
    rows = feature_rows(found)
    assert [row["name"] for row in rows] == ["region"]  # notes are no groups, the treatment comes later
    assert rows[0]["chance"] < 1e-6


def test_where_few_are_open_the_latest_third_is_compared():
    found = case_groups(cases(open_=0))
    assert found.when == "earlier cases" and len(found.now) == pytest.approx(200 / 3, abs=1)
    assert case_groups(cases(open_=0).drop(columns="opened_on")) is None


def scored(rate=1.0, n=300, kind="cases", dated=True, works=True):
    """Chances of 0.2 to 0.6 on rows of which the latest third says yes ``rate`` times as often."""
    rng = np.random.default_rng(1)
    chance = rng.uniform(0.2, 0.6, n)
    late = np.arange(n) >= 2 * n / 3
    outcome = rng.uniform(size=n) < chance * np.where(late, rate, 1)
    when = pd.Series(pd.date_range("2025-01-01", periods=n)) if dated else None
    model = SimpleNamespace(dated=False, predict_tidy=lambda rows: rows["x"].to_numpy())
    features = pd.DataFrame({"x": np.concatenate([chance, np.full(100, 0.9)])})
    asked = SimpleNamespace(
        kind=kind, when=when, nouns=SimpleNamespace(many=kind), features=features, closed=np.arange(n + 100) < n
    )
    held = pd.DataFrame({"probability": chance, "outcome": outcome})
    trial = SimpleNamespace(model=model, rows=features.head(n))
    return SimpleNamespace(asked=asked, learned=SimpleNamespace(held_out=held, works=works, trial=trial))


def test_scores_that_promise_too_much_are_seen():
    rows, judged = calibration_rows(scored(rate=0.5))
    assert rows[0]["size"] == pytest.approx(-0.5, abs=0.15) and rows[0]["chance"] < 1e-4
    assert len(judged) == 100
    assert calibration_rows(scored())[0][0]["chance"] > 0.05


def test_calibration_by_hand():
    """100 latest rows with a chance of one half, 60 of them yes: 10 more than 50 of a spread of 5 is 2 standard deviations."""
    given = scored()
    given.learned.held_out = pd.DataFrame({"probability": 0.5, "outcome": [False] * 200 + [True] * 60 + [False] * 40})
    row = calibration_rows(given)[0][0]
    assert row["size"] == pytest.approx(0.2) and row["chance"] == pytest.approx(0.0455, abs=1e-4)


def test_scores_without_days_or_without_worth_are_not_judged():
    assert calibration_rows(scored(dated=False))[0] == [] and calibration_rows(scored(works=False))[0] == []
    assert score_rows(scored(works=False)) == []


def test_open_rows_are_scored_by_the_model_that_scored_the_closed_ones():
    row = score_rows(scored())[0]
    assert row["now"] == pytest.approx(0.9) and row["chance"] < 1e-10 and row["rows_now"] == 100


def test_segments_by_hand():
    """Then 100 and 100, now 150 and 100 with 50 new in the first: 0.5 becomes 0.6."""
    flows = pd.DataFrame(
        [("best", "best", 100), ("other", "other", 100), ("New since", "best", 50)], columns=["then", "now", "customers"]
    )
    row = segment_rows(flows)[0]
    assert row["size"] == pytest.approx(0.1 * np.log(1.5)) and row["rows_now"] == 250
    assert (row["level"], row["before"], row["now"]) == ("best", 0.5, 0.6)
    assert segment_rows(flows.iloc[:0]) == []
