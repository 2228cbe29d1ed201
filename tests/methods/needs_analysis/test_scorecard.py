"""Scorecard: standings, gaps and their worth, worked out by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Assumptions, Objective
from playbook.methods.needs_analysis.kpis.data import Data
from playbook.methods.needs_analysis.kpis.standing import standing
from playbook.methods.needs_analysis.kpis.words import moved_words
from playbook.methods.needs_analysis.kpis.worth import customers_per
from playbook.methods.needs_analysis.scorecard import scorecard
from playbook.result.contract import Locked
from playbook.result.formats import Formats

EUR, DAY, DUE = Formats("EUR"), date(2026, 10, 31), date(2027, 10, 31)


def months(n: int, revenue=1000.0, orders=10, customers=8) -> pd.DataFrame:
    """``n`` full months up to October 2026."""
    month = pd.date_range(end="2026-10-01", periods=n, freq="MS")
    return pd.DataFrame({"month": month, "revenue": revenue, "orders": orders, "customers": customers})


def card(frame: pd.DataFrame, objectives: tuple[Objective, ...], **frames):
    return scorecard(objectives, DAY, EUR, months=frame, **frames)


def goal(kpi: str, target: float, per: str = "month") -> Objective:
    return Objective(kpi=kpi, target=target, per=per, by=DUE)


def test_a_gap_and_its_worth():
    frame = months(24, revenue=np.repeat([800.0, 1000.0], 12))
    result = card(frame, (goal("revenue", 1250),))
    found = result.findings[0]
    assert (found.id, found.value, found.money, found.evidence) == ("scorecard-revenue", 1000, 250 * 12, "shown")
    assert result.headline == "The goal is not yet reached: revenue is €250 a month short"
    assert result.standings["revenue"].change == pytest.approx(0.25)
    assert result.tables[0].frame.loc[0, "trend"] == "+25% (+25% to +25%)"
    assert result.tables[0].caption.endswith("trend on the year before")
    assert "31 October 2027" in found.sentence


def test_a_goal_a_year_is_compared_with_a_year():
    result = card(months(12), (goal("revenue", 15000, "year"), goal("orders", 20, "quarter")))
    by_kpi = {g.objective.kpi: g for g in result.goals}
    assert (by_kpi["revenue"].now, by_kpi["revenue"].gap) == (12000, 3000)
    assert (by_kpi["orders"].now, by_kpi["orders"].met) == (30, True)
    assert result.headline == "1 of 2 goals is not yet reached: revenue is €3,000 a year short"


def test_less_than_two_years_set_half_against_half_and_say_so():
    stood = standing("revenue", Data(DAY, months(9, revenue=[0.0] + [100.0] * 4 + [150.0] * 4)))
    assert (stood.span, stood.change, stood.months) == (4, pytest.approx(0.5), 9)
    assert moved_words(stood, EUR) == "+50% on the 4 months before, another season"
    assert standing("revenue", Data(DAY, months(1))).change is None


def test_a_share_is_judged_by_its_interval():
    orders = pd.DataFrame(
        [
            (f"{c}{k}", day, c, 50.0)
            for c in map(str, range(40))
            for k, day in enumerate(["2025-11-01", "2026-10-31"][: 1 + (int(c) < 10)])
        ],
        columns=["order_id", "day", "customer_id", "revenue"],
    )
    orders["day"] = pd.to_datetime(orders["day"])
    near, far = (card(months(12), (goal("repeat_rate", t),), order_totals=orders) for t in (0.28, 0.60))
    assert near.standings["repeat_rate"].now == 0.25  # 10 of 40 bought twice
    assert near.findings[0].evidence == "indicative"
    assert far.findings[0].evidence == "shown"
    assert far.findings[0].low < 0.25 < far.findings[0].high
    assert far.findings[0].money == pytest.approx(0.35 * 40 * 100)  # one more order each, at 100
    assert far.tiles[0].change_unit == "points"


def test_conversion_and_win_rate_are_priced_by_a_years_cases():
    begin = pd.to_datetime(["2026-08-01"] * 20 + ["2026-10-31"])
    steps = pd.DataFrame({"journey_id": range(21), "step": "visit", "step_at": begin})
    paid = steps.head(5).assign(step="paid", step_at=begin[:5] + pd.Timedelta(hours=1))
    deals = pd.DataFrame({"stage": ["won"] * 3 + ["lost"] * 3, "closed_on": pd.Timestamp("2026-10-01"), "amount": 500.0})
    result = card(
        months(12), (goal("conversion", 0.5), goal("win_rate", 0.6)),
        journey_steps=pd.concat([steps, paid]), opportunities=deals,
    )  # fmt: skip
    by_kpi = {g.objective.kpi: g for g in result.goals}
    assert by_kpi["conversion"].worth == pytest.approx((0.5 - 5 / 21) * 21 * 4 * 100)  # three months of journeys, 100 an order
    assert by_kpi["win_rate"].worth == pytest.approx(0.1 * 6 * 12 * 500)


def test_a_goal_without_data_says_what_it_needs():
    result = card(months(12), (goal("win_rate", 0.5),))
    assert "needs pipeline (opportunity_id, stage, closed_on)" in result.findings[0].sentence
    assert result.headline.startswith("Revenue stands at €1,000 a month")


def test_two_goals_for_a_kpi_have_their_own_findings_and_a_past_one_says_so():
    past = Objective(kpi="revenue", target=1100, by=date(2026, 6, 30))
    result = card(months(12), (past, goal("revenue", 1250)))
    assert [f.id for f in result.findings] == ["scorecard-revenue", "scorecard-revenue-2026-06-30"]  # the larger gap first
    assert "by 31 October 2027" in result.findings[0].sentence
    assert "that was due on 30 June 2026" in result.findings[1].sentence
    assert "goal €1,250" in result.figure().svg


def test_a_repeat_rate_of_half_a_year_is_not_held_against_a_years_goal():
    days = pd.to_datetime(["2026-05-01", "2026-10-01", "2026-10-02"])
    orders = pd.DataFrame({"order_id": range(3), "day": days, "customer_id": list("aab"), "revenue": 50.0})
    found = card(months(6), (goal("repeat_rate", 0.9),), order_totals=orders).findings[0]
    assert "50% over the 6 months of data" in found.sentence
    assert (found.money, found.evidence) == (None, "indicative")


def test_a_trend_from_below_zero_has_no_percentage():
    assert standing("revenue", Data(DAY, months(24, revenue=np.repeat([-100.0, 100.0], 12)))).change is None
    negative = card(months(12, revenue=-5.0), (goal("revenue", 10),))
    assert negative.findings[0].money is None


def test_customers_of_a_week_count_full_weeks_and_of_a_year_a_full_year():
    days = pd.to_datetime(["2025-11-01", *["2026-10-31"] * 3])  # 365 days: 52 weeks and a day, the first, which is left out
    orders = pd.DataFrame({"order_id": range(4), "day": days, "customer_id": list("abcd"), "revenue": 10.0})
    assert customers_per("week", orders, DAY) == pytest.approx(3 / 52)
    assert customers_per("year", orders, DAY) == 4
    assert customers_per("year", orders.tail(3), DAY) is None  # one day is no year
    assert customers_per("week", orders.tail(3), DAY) is None


def test_different_customers_of_a_quarter_are_not_the_sum_of_months():
    orders = pd.DataFrame(
        {"order_id": range(3), "day": pd.to_datetime(["2026-08-01", "2026-09-01", "2026-10-01"]), "customer_id": "a"}
    )
    result = card(months(12), (goal("customers", 4, "quarter"),), order_totals=orders.assign(revenue=10.0))
    assert result.goals[0].now == 1
    assert card(months(12), (goal("customers", 4, "quarter"),)).goals[0].standing is None


def test_without_goals_there_are_still_kpis():
    result = card(months(24), ())
    assert result.headline == "Revenue stands at €1,000 a month, unchanged on the year before"
    assert [f.id for f in result.findings] == [
        "scorecard-revenue",
        "scorecard-order-value",
        "scorecard-customers",
        "scorecard-orders",
    ]
    assert [t.label for t in result.tiles][:2] == ["Revenue, average month", "Order value"]


def test_all_goals_reached():
    result = card(months(12), (goal("revenue", 900), goal("orders", 10)))
    assert result.headline == "All 2 goals are reached"
    assert {f.money for f in result.findings} == {None}


def test_nothing_and_next_to_nothing():
    assert isinstance(card(months(0), (goal("revenue", 1),)), Locked)
    zero = card(months(3, 0.0, 0, 0), (goal("revenue", 10),))
    assert zero.findings[0].money is None
    one = card(months(1), ())
    assert one.figures() == ()


def test_the_figure_shows_goals_and_inputs_stay():
    frame = months(14, revenue=np.arange(14) * 100.0)
    copy = frame.copy()
    figure = card(frame, (goal("revenue", 2000),)).figure()
    assert "goal €2,000" in figure.svg
    assert "Revenue from €0 in September 2025 to €1,300 in October 2026, goal €2,000" in figure.alt
    pd.testing.assert_frame_equal(frame, copy)


@pytest.mark.parametrize("n", [3, 18, 19, 20, 23, 24, 25, 60])
def test_dates_below_the_panels_fit_every_length_of_history(n):
    assert card(months(n, revenue=np.arange(n) + 1.0), ()).figure().svg  # the locator warns where it finds none


def test_a_stated_cost_far_from_what_is_spent_is_told():
    spend = pd.DataFrame({"channel": "search", "month": pd.date_range(end="2026-10-01", periods=12, freq="MS"), "spend": 100.0})
    won = pd.DataFrame({"acquired_on": pd.date_range(end="2026-10-31", periods=365)})  # a customer a day
    frames = {"channel_months": spend, "customers": won}
    near, far = (card(months(12), (), parameters=Assumptions(acquisition_cost=cost), **frames) for cost in (3, 31))
    assert [f.id for f in near.findings if f.id == "scorecard-two-costs"] == []
    (told,) = (f for f in far.findings if f.id == "scorecard-two-costs")
    assert told.value == pytest.approx(1200 / 365)
    assert "spends €3.29 for each customer won; the acquisition cost stated is €31" in told.sentence


def test_a_stated_margin_apart_from_the_costs_is_told_and_a_near_one_is_not():
    counted = pd.DataFrame({"month": months(12)["month"], "revenue": 1000.0, "cost": 570.0})  # a margin of 43 percent
    near, far, unknown = (
        card(months(12), (), parameters=Assumptions(gross_margin=stated), margin_months=counted) for stated in (0.42, 0.38, None)
    )
    assert not [f for found in (near, unknown) for f in found.findings if f.id == "scorecard-two-margins"]
    (told,) = (f for f in far.findings if f.id == "scorecard-two-margins")
    assert (
        told.value == pytest.approx(0.43) and "a gross margin of 43%" in told.sentence and "use the 38% stated" in told.sentence
    )
    assert told.action.startswith("Correct gross_margin in client.yml or the costs")


def test_headlines_say_are_of_what_is_counted_and_too_long_of_days():
    assert card(months(12), (goal("customers", 9),)).headline.endswith("customers are 1 a month short")
    opened = pd.date_range("2026-01-01", periods=12)
    deals = pd.DataFrame({"opportunity_id": range(12), "stage": "won", "created_on": opened})
    deals["closed_on"] = deals["created_on"] + pd.Timedelta(days=60)
    result = card(None, (goal("cycle_length", 45), goal("nps", 30)), opportunities=deals)
    assert result.headline == "The one goal that can be measured is not yet reached: sales cycle is 15 days too long"
    assert "60 days, 15 days longer than the goal of 45 days" in result.findings[0].sentence
    assert result.goals[0].how.startswith("not priced")


def test_goals_reached_are_not_all_where_one_cannot_be_measured():
    result = card(months(12), (goal("revenue", 900), goal("orders", 10), goal("nps", 30)))
    assert result.headline == "All 2 goals that can be measured are reached"


def test_the_rounding_of_floats_is_no_gap():
    result = card(months(12, revenue=0.1 + 0.2), (goal("revenue", 0.3 * (1 + 1e-12)),))
    assert result.goals[0].met


def test_goals_of_one_kpi_and_day_have_ids_of_their_own():
    result = card(months(12), (goal("revenue", 1100), goal("revenue", 1250), goal("revenue", 5000, "quarter")))
    assert len({f.id for f in result.findings}) == 3


def test_no_gap_is_worth_less_than_nothing():
    result = card(months(12, revenue=-50.0), (goal("orders", 20), goal("customers", 9), goal("gross_margin", 0.5)))
    assert [f.money for f in result.findings] == [None] * 3
    assert {g.how for g in result.goals if g.standing} == {"not priced: there is nothing to scale from"}


def test_a_customer_kept_is_worth_what_the_lost_had_brought():
    # Ten small customers left and ten large ones stayed: whoever is kept would have been a small one.
    rows = [("2024-11-01", f"s{n}", 10.0) for n in range(10)]
    rows += [(day, f"l{n}", 1000.0) for n in range(10) for day in ("2024-11-01", "2025-11-01")]
    orders = pd.DataFrame(rows, columns=["day", "customer_id", "revenue"])
    orders = orders.assign(order_id=range(len(orders)), day=pd.to_datetime(orders["day"]))
    (told,) = card(months(24), (goal("churn", 0.4),), order_totals=orders).goals
    assert told.worth == pytest.approx(0.1 * 20 * 10)


def test_a_contract_kept_is_worth_the_fee_of_those_who_left():
    start, end = pd.Timestamp("2024-01-01"), pd.to_datetime(["2026-03-01"] * 2 + [None] * 6)
    contracts = pd.DataFrame({"customer_id": range(8), "start": start, "end": end, "fee": [5.0] * 2 + [100.0] * 6})
    (told,) = card(None, (goal("churn", 0.125),), contracts=contracts).goals
    assert told.worth == pytest.approx(0.125 * 8 * 5 * 12)


def test_a_fall_against_another_season_is_only_indicative():
    for n, grade in ((24, "likely"), (12, "indicative")):
        fallen = np.repeat([100.0, 50.0], n // 2)
        (told,) = (f for f in card(months(n, revenue=fallen, customers=0), ()).findings if f.id == "scorecard-revenue")
        assert told.evidence == grade


def test_a_rate_of_half_a_year_that_still_rises_reaches_no_goal_of_a_year():
    days = pd.to_datetime(["2026-05-01"] * 10 + ["2026-10-01"] * 10)
    orders = pd.DataFrame({"order_id": range(20), "day": days, "customer_id": [*range(10), *range(10)], "revenue": 50.0})
    result = card(months(6), (goal("churn", 0.05), goal("repeat_rate", 0.9)), order_totals=orders)
    churn, repeat = (next(f for f in result.findings if f.id == f"scorecard-{kpi}") for kpi in ("churn", "repeat-rate"))
    assert churn.sentence.endswith("is for a whole year, so it is too early to tell.")  # it only rises with more months
    assert "has reached" in repeat.sentence  # and so does the repeat rate
    assert result.headline == "The one goal that can be measured is reached: repeat rate"
    assert result.table.set_index("kpi").loc["Churn", "gap"] == "too early to tell"


def test_panels_of_unlike_lengths_share_a_table_in_order_of_month():
    spend = pd.DataFrame({"channel": "search", "month": pd.date_range("2025-01-01", "2026-10-01", freq="MS"), "spend": 100.0})
    won = pd.DataFrame({"acquired_on": pd.date_range("2025-01-01", "2026-10-31")})
    points = card(months(12), (goal("revenue", 900),), channel_months=spend, customers=won).figure().data.frame
    assert points["month"].is_monotonic_increasing and len(points) == 22


def test_the_range_of_months_is_no_assumption_where_only_shares_moved():
    days = pd.to_datetime(["2025-03-01", "2025-11-01", "2026-03-01", "2026-10-01"] * 9)
    deals = pd.DataFrame({"stage": ["won", "lost", "won"] * 12, "closed_on": days})
    assert not any("range of a trend" in a.text for a in card(None, (), opportunities=deals).assumptions)


def test_fees_of_contracts_that_the_orders_do_not_hold_are_told():
    start = pd.Timestamp("2025-01-01")
    contracts = pd.DataFrame(
        {"customer_id": list("abc"), "start": start, "end": [None, None, "2026-05-01"], "fee": [300.0, 200.0, 900.0]}
    )
    contracts["end"] = pd.to_datetime(contracts["end"])
    (told,) = (f for f in card(months(12), (), contracts=contracts).findings if f.id == "scorecard-fees")
    assert told.value == 500  # the third has ended
    assert "2 running contracts bring fees of €500 a month; revenue here counts orders alone, €1,000 a month." in told.sentence
    assert not [f for f in card(months(12, revenue=1e6), (), contracts=contracts).findings if f.id == "scorecard-fees"]
