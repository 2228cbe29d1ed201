"""Cohorts: retention counted by hand, complete periods only, and nobody new who may have been a customer for long."""

import pandas as pd
import pytest

from playbook.methods.needs_analysis.base.cohorts import cohorts, compare

END = pd.Timestamp("2026-10-31")


def orders(rows: list[tuple[str, str | None]], revenue: float = 10.0) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["day", "customer_id"])
    return frame.assign(day=pd.to_datetime(frame["day"]), revenue=revenue)


def test_retention_by_hand():
    # Data from January; new from April (lead-in of 90 days). a and b come in May; a orders again in June and July, b in July.
    rows = [
        *[(f"2026-0{month}-05", "old") for month in (1, 2, 3)],
        ("2026-06-05", "old"),
        ("2026-05-03", "a"),
        ("2026-06-03", "a"),
        ("2026-07-09", "a"),
    ]
    rows += [("2026-05-20", "b"), ("2026-07-01", "b"), ("2026-07-02", "b"), ("2026-09-02", None)]
    found = cohorts(orders(rows), END)
    assert (found.unit, found.new_from, found.known) == ("month", pd.Timestamp("2026-04-01"), 1)
    may = found.rows[found.rows["start"] == pd.Timestamp("2026-05-01")].set_index("n")
    assert may["customers"].eq(2).all() and may.index.tolist() == [0, 1, 2, 3, 4, 5]
    assert may["retention"].tolist() == [1, 0.5, 1, 0, 0, 0]
    known = found.rows[found.rows["start"].isna()].set_index("n")
    assert known["retention"].tolist() == [1, 0, 0, 1, 0, 0, 0, 0]  # periods since March, the last of the lead-in


def test_quarters_end_with_the_last_whole_month_and_a_begun_month_is_left_out():
    rows = [(f"{year}-{month:02d}-10", "x") for year in (2024, 2025) for month in range(1, 13)]
    rows += [("2025-07-05", "n"), ("2025-10-05", "n"), ("2026-02-03", "late")]
    found = cohorts(orders(rows), pd.Timestamp("2026-02-15"))
    assert found.unit == "quarter" and found.new_from == pd.Timestamp("2024-05-01")  # quarters end with January 2026
    cohort = found.rows[found.rows["start"] == pd.Timestamp("2025-05-01")].set_index("n")
    assert cohort["retention"].tolist() == [1, 1, 0] and found.rows["customers"].sum() > 0
    assert found.rows["start"].max() == pd.Timestamp("2025-05-01")  # who came in February is in no whole quarter


def test_slow_customers_lengthen_the_lead_in_but_not_beyond_the_middle():
    slow = [(day, f"s{i}") for i in range(20) for day in ("2024-12-01", "2025-06-15", "2025-12-28")]
    assert cohorts(orders(slow), pd.Timestamp("2025-12-31")).new_from == pd.Timestamp("2025-06-01")  # 6 of 13 months, not 7


@pytest.mark.parametrize("rows", [[], [("2026-10-01", "a")], [("2026-08-03", "a"), ("2026-10-01", "a")], [("2026-01-01", None)]])
def test_too_short_or_nameless(rows):
    assert cohorts(orders(rows), END) is None


def test_orders_that_came_back_whole_are_none():
    assert cohorts(orders([("2026-01-01", "a"), ("2026-09-01", "b")], revenue=0.0), END) is None


def _cohort(start: str, customers: int, active: int) -> dict:
    return {"start": pd.Timestamp(start), "customers": customers, "n": 1, "active": active, "retention": active / customers}


def test_newer_against_older_by_hand():
    rows = pd.DataFrame([_cohort("2026-01-01", 100, 60), _cohort("2026-02-01", 100, 60), _cohort("2026-03-01", 100, 30)])
    found = compare(pd.concat([rows, rows.assign(n=2), rows.assign(start=pd.NaT)], ignore_index=True))
    assert (found.newer, found.older, found.since) == (200, 100, pd.Timestamp("2026-02-01"))
    assert found.difference == pytest.approx(90 / 200 - 0.6) and found.low < found.difference < found.high < 0
    # Newcombe (1998), Statistics in Medicine 17, table II, 56/70 - 48/80: .0524 to .3339 at 95 percent; ours is at 80
    rows = pd.DataFrame([_cohort("2026-01-01", 80, 48), _cohort("2026-02-01", 70, 56)])
    newcombe = compare(rows)
    assert newcombe.difference == pytest.approx(0.2) and 0.0524 < newcombe.low < 0.2 < newcombe.high < 0.3339
    assert newcombe.chance < 0.05


def test_few_customers_are_not_compared():
    assert compare(pd.DataFrame([_cohort("2026-01-01", 19, 5), _cohort("2026-02-01", 50, 5)])) is None
    assert compare(pd.DataFrame([_cohort("2026-01-01", 50, 5)])) is None
