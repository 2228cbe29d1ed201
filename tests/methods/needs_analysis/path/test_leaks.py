"""Leaks: counts along the way, their ranges, what a sale is worth, and deals that a pipeline prices."""

from datetime import date

import pandas as pd
import pytest

from playbook.methods.needs_analysis.path.leaks import costliest, deal_path, journey_path

DAY = date(2026, 12, 31)
SHOP = {"visit": 100, "visit basket": 80, "visit basket paid": 20}


def journeys(counts: dict[str, int], channel: str = "mail", start: int = 0) -> pd.DataFrame:
    """So many journeys of each path ("visit basket paid"), the first on 1 January 2026, the others on 1 June; a step an hour."""
    paths = [path for path, n in counts.items() for _ in range(n)]
    rows = []
    for i, path in enumerate(paths, start):
        begin = pd.Timestamp("2026-01-01" if i == 0 else "2026-06-01")
        rows += [(f"j{i}", step, begin + pd.Timedelta(hours=k), channel) for k, step in enumerate(path.split())]
    return pd.DataFrame(rows, columns=["journey_id", "step", "step_at", "channel"])


def orders(value: float = 100.0, n: int = 4) -> pd.DataFrame:
    return pd.DataFrame({"order_id": range(n), "day": pd.Timestamp("2026-06-01"), "revenue": value})


def test_a_journey_that_skips_a_step_has_passed_it():
    frame = journeys({"visit basket paid": 3, "visit paid": 1})
    assert journey_path(frame, None, DAY).stages["reached"].tolist() == [4, 4, 4]


def test_only_the_last_twelve_months_count_and_half_a_year_is_doubled():
    old = journeys({"visit paid": 5}, start=1).assign(step_at=pd.Timestamp("2024-01-01"), journey_id="old")
    recent = journeys({"visit": 9, "visit paid": 1}, start=1)  # all from 1 June: 214 days
    path = journey_path(pd.concat([old, recent]), orders(), DAY)
    assert path.cases == 10
    assert path.yearly == pytest.approx(365 / 214)


def test_a_sale_is_worth_what_is_left_after_returns():
    totals = orders(100.0, 4).assign(revenue=[100.0, 100.0, 100.0, 0.0])  # the last one came back whole
    assert journey_path(journeys(SHOP), totals, DAY).worth == 75


def test_close_steps_are_not_called_shown():
    path = journey_path(journeys({"visit": 50, "visit basket": 26, "visit basket paid": 24}), None, DAY)  # .50 and .48
    step, evidence = costliest(path)
    assert (step["step"], evidence) == ("paid", "indicative")


def test_the_clients_own_stages_are_the_way():
    frame = journeys({"lead offer won": 2, "offer lead": 3, "gossip": 1, "lead": 4})
    path = journey_path(frame, None, DAY, ("Lead", "offer", "WON", "never used"))
    assert path.stages["step"].tolist() == ["lead", "offer", "won"]
    assert path.stages["reached"].tolist() == [9, 5, 2]  # who took none of these stages is not on the way


def test_deals_with_dated_steps_are_priced_by_the_pipeline():
    frame = journeys({"lead offer": 6, "lead offer won": 4}).drop(columns="channel")
    deals = pd.DataFrame({"opportunity_id": [f"j{k}" for k in range(10)], "stage": ["Lost"] * 6 + ["Won"] * 4})
    deals = deals.assign(
        amount=[0.0] * 6 + [100.0, 200.0, 300.0, 400.0], closed_on=pd.Timestamp("2026-06-02"), owner=list("ab" * 5)
    )
    path = journey_path(frame, orders(7.0), DAY, opportunities=deals)
    assert (path.worth, path.priced, path.table) == (250.0, "deal", "journeys and pipeline")
    won = path.groups[(path.groups["by"] == "owner") & (path.groups["step"] == "won")].set_index("group")
    assert won["came"].to_dict() == {"a": 5, "b": 5}
    assert won["reached"].to_dict() == {"a": 2, "b": 2}
    other = journey_path(frame, orders(7.0), DAY, opportunities=deals.assign(opportunity_id=range(10)))
    assert (other.worth, other.priced) == (7.0, "order")  # the pipeline is about something else


def test_groups_by_every_dimension_and_only_the_known():
    frame = journeys({"visit": 2, "visit paid": 2}).assign(product=["p", "p", "q", "q", None, None])
    groups = journey_path(frame, None, DAY).groups
    assert groups.groupby("by")["group"].unique().map(list).to_dict() == {"channel": ["mail"], "product": ["p", "q"]}
    paid = groups[(groups["step"] == "paid") & (groups["by"] == "product")].set_index("group")
    assert paid["came"].to_dict() == {"p": 2, "q": 1}
    assert paid["reached"].to_dict() == {"p": 0, "q": 1}
    assert paid.loc["q", "days"] == pytest.approx(1 / 24)


def test_deals_closed_after_the_day_are_open():
    deals = pd.DataFrame({"opportunity_id": range(4), "stage": ["Won", "Won", "Lost", "new"]})
    deals["closed_on"] = pd.to_datetime(["2026-05-01", "2027-02-01", "2026-05-01", None])
    assert deal_path(deals, DAY).stages["reached"].tolist() == [4, 2, 1]


def test_a_sale_is_worth_revenue_net_of_returns_by_orders_that_are_purchases():
    rows = [
        (f"j{i}", step, pd.Timestamp("2026-01-01")) for i in range(10) for step in (["visit", "paid"] if i < 5 else ["visit"])
    ]
    steps = pd.DataFrame(rows, columns=["journey_id", "step", "step_at"])
    sold = pd.DataFrame({"day": pd.Timestamp("2026-01-01"), "revenue": [100.0, 100.0, -20.0]})
    assert journey_path(steps, sold, date(2026, 10, 31)).worth == 90
