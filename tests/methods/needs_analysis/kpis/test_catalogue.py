"""KPIs: each course on a table small enough to work out by hand."""

from datetime import date
from typing import get_args

import pandas as pd
import pytest

from playbook import engagement
from playbook.intake.schema import TABLES
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE, kpi_course
from playbook.methods.needs_analysis.kpis.data import Data
from playbook.methods.needs_analysis.kpis.shares import share_counts
from playbook.result.formats import Formats


def orders(*rows: tuple[str, str, str | None, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["order_id", "day", "customer_id", "revenue"])
    return frame.assign(day=pd.to_datetime(frame["day"]))


@pytest.fixture
def months() -> pd.DataFrame:
    month = pd.date_range("2025-11-01", periods=3, freq="MS")
    return pd.DataFrame({"month": month, "revenue": [100.0, 0.0, 300.0], "orders": [4, 0, 5], "customers": [2, 0, 3]})


def test_the_catalogue_is_what_client_yml_accepts_and_names_only_known_columns():
    assert set(CATALOGUE) == set(get_args(engagement.Kpi))
    for indicator in CATALOGUE.values():
        assert all(map(str.strip, (indicator.label, indicator.formula, indicator.lever)))
        for table, columns in indicator.needs.items():
            assert set(columns) <= set(TABLES[table].names)
    assert CATALOGUE["conversion"].unlock(Formats("EUR")) == "journeys (journey_id, step, step_at)"


def test_flows_are_the_months_own_and_a_month_without_orders_has_no_order_value(months):
    assert kpi_course("revenue", months=months).tolist() == [100, 0, 300]
    assert kpi_course("customers", months=months).tolist() == [2, 0, 3]
    value = kpi_course("order_value", months=months)
    assert value.tolist() == [25, 60]
    assert list(value.index) == [pd.Timestamp("2025-11-01"), pd.Timestamp("2026-01-01")]


def test_customers_nobody_recorded_are_not_zero_customers(months):
    assert kpi_course("customers", months=months.assign(customers=0)).empty


def test_repeat_rate_counts_customers_with_two_orders_in_the_window():
    # Window of two months. To February: a 2 orders, b 1, c only returned goods. To March: a 1, b 1, d 2.
    frame = orders(
        ("1", "2026-01-02", "a", 10), ("2", "2026-02-03", "a", 10), ("3", "2026-02-04", "b", 10), ("4", "2026-02-05", "c", -5),
        ("5", "2026-03-06", "d", 10), ("6", "2026-03-07", "d", 10), ("7", "2026-03-08", None, 10),
    )  # fmt: skip
    counts = share_counts("repeat_rate", Data(date(2026, 3, 31), order_totals=frame), 2)
    assert counts["hits"].tolist() == [1, 1]
    assert counts["cases"].tolist() == [2, 3]
    rate = kpi_course("repeat_rate", order_totals=frame, as_of=date(2026, 3, 31), window=2)
    assert rate.tolist() == pytest.approx([1 / 2, 1 / 3])
    assert rate.index[-1] == pd.Timestamp("2026-03-01")


def test_repeat_rate_of_a_short_history_takes_all_of_it():
    frame = orders(("1", "2026-01-01", "a", 10), ("2", "2026-02-01", "a", 10), ("3", "2026-02-28", "b", 10))
    assert kpi_course("repeat_rate", order_totals=frame).tolist() == [0.5]


def test_conversion_counts_journeys_by_the_month_they_began():
    rows = [("j1", "visit", "2026-01-01"), ("j1", "paid", "2026-02-02"), ("j2", "visit", "2026-01-20"),
            ("j3", "visit", "2026-02-28"),
            ("j4", "visit", "2026-02-10"), ("j4", "paid", "2026-02-11")]  # fmt: skip
    steps = pd.DataFrame(rows, columns=["journey_id", "step", "step_at"]).assign(step_at=lambda f: pd.to_datetime(f["step_at"]))
    given = {"journey_steps": steps, "as_of": date(2026, 2, 28)}
    assert share_counts("conversion", Data(**given))["hits"].tolist() == [2]  # fewer than three months: one value
    assert share_counts("conversion", Data(**given), 1).to_numpy().tolist() == [[1, 2], [1, 2]]
    assert kpi_course("conversion", **given).tolist() == [0.5]


def test_win_rate_counts_closed_opportunities_and_knows_clients_words():
    rows = [
        ("o1", "Won", "2026-01-01"),
        ("o2", " lost ", "2026-01-31"),
        ("o3", "Closed Won", "2026-01-20"),
        ("o4", "Engaging", None),
    ]
    frame = pd.DataFrame(rows, columns=["opportunity_id", "stage", "closed_on"])
    frame["closed_on"] = pd.to_datetime(frame["closed_on"])
    assert kpi_course("win_rate", opportunities=frame).tolist() == pytest.approx([2 / 3])
    assert kpi_course("win_rate", opportunities=frame.drop(columns="closed_on")).empty


@pytest.mark.parametrize("kpi", CATALOGUE)
def test_without_data_a_course_is_empty(kpi):
    course = kpi_course(kpi)
    assert course.empty
    assert isinstance(course.index, pd.DatetimeIndex)
    empty = {
        "months": pd.DataFrame({"month": pd.to_datetime([]), "revenue": [], "orders": [], "customers": []}),
        "order_totals": orders(),
        "journey_steps": pd.DataFrame({"journey_id": [], "step": [], "step_at": pd.to_datetime([])}),
        "opportunities": pd.DataFrame({"opportunity_id": [], "stage": [], "closed_on": pd.to_datetime([])}),
    }
    assert kpi_course(kpi, **empty).empty


def test_an_unknown_kpi_is_refused():
    with pytest.raises(KeyError):
        kpi_course("happiness")
