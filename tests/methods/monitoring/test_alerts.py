from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.methods.monitoring.alerting.charts import _alert
from playbook.methods.monitoring.alerts import ADVICE, alerts
from playbook.methods.monitoring.campaigning.found import Found
from playbook.methods.monitoring.campaigns import Campaigns
from playbook.methods.monitoring.control_charts import control_charts
from playbook.methods.monitoring.plan_tracking import plan_tracking
from playbook.result.contract import Finding, Result
from playbook.result.formats import Formats

AS_OF = date(2026, 10, 31)
FMT = Formats("EUR")


def charts(last: dict[int, tuple[float, float]]):
    """Charts of a steady shop (1,000 orders of 50 a week); ``last``: weeks from the end -> factors on orders and order value."""
    rng = np.random.default_rng(2)
    n = 150
    orders, value = 1000 * np.exp(rng.normal(0, 0.03, n)), 50 * np.exp(rng.normal(0, 0.02, n))
    for back, (o, v) in last.items():
        orders[-back], value[-back] = 1000 * o, 50 * v
    week = pd.date_range(end="2026-10-19", periods=n, freq="W-MON")
    frame = pd.DataFrame({"week": week, "revenue": orders * value, "orders": orders, "customers": 0, "order_value": value})
    return control_charts(frame, AS_OF, FMT)


def spell(weeks: int, orders: float, value: float) -> dict[int, tuple[float, float]]:
    return {back: (orders, value) for back in range(1, weeks + 1)}


def behind_plan():
    """Ten months of 100,000 where 130,000 were planned, orders as planned: the order value is the reason."""
    month = pd.date_range(end="2026-10-01", periods=36, freq="MS")
    months = pd.DataFrame({"month": month, "revenue": 100_000.0, "orders": 1000, "customers": 500, "order_value": 100.0})
    period = pd.date_range("2026-01-01", periods=12, freq="MS")
    targets = {"revenue": 130_000, "orders": 1000, "order_value": 130}
    plan = pd.concat([pd.DataFrame({"period": period, "kpi": kpi, "target": target}) for kpi, target in targets.items()])
    return plan_tracking(months, AS_OF, FMT, plan)


def test_a_quiet_week_says_so():
    result = alerts(charts({}), FMT)
    assert result.headline == "All quiet: nothing in the last 13 weeks calls for a decision"
    assert result.alerts.empty and result.tables == ()
    assert [f.id for f in result.findings] == ["alerts-quiet"]


@pytest.mark.parametrize(
    ("orders", "value", "kind", "said"),
    [
        (0.7, 1.0, "orders-low", "The number of orders explains it."),
        (1.0, 0.8, "order-value-low", "The order value explains it."),
        (0.82, 0.85, "both-low", "The number of orders and the order value explain it."),
        (1.4, 1.0, "orders-high", "The number of orders explains it."),
    ],
)
def test_charts_that_move_together_are_one_alert_named_by_its_component(orders, value, kind, said):
    given = charts(spell(5, orders, value))
    assert len(given.signals) >= 2
    result = alerts(given, FMT)
    assert result.alerts["kind"].tolist() == [kind]
    alert = result.alerts.iloc[0]
    assert said in alert["alert"]
    assert alert["money"] == pytest.approx(abs(orders * value - 1) * 50_000 * 52, rel=0.12)
    assert alert["basis"] == "a year, if it goes on"
    assert alert["level"] == ("watch" if kind.endswith("high") else "act now")
    assert (alert["action"], alert["owner"]) == (ADVICE[kind]["action"], ADVICE[kind]["owner"])


def test_orders_and_order_value_against_each_other_are_one_alert():
    """A fifth more orders of a sixth less value leave revenue where it was."""
    result = alerts(charts(spell(5, 1.2, 1 / 1.2)), FMT)
    assert result.alerts["kind"].tolist() == ["mixed"]


def test_two_events_in_different_weeks_are_two_alerts_losses_first():
    result = alerts(charts({10: (1.5, 1.0), 3: (0.7, 1.0)}), FMT)
    assert result.alerts["kind"].tolist() == ["orders-low", "orders-high"]  # though the gain was larger
    assert result.alerts["basis"].tolist() == ["in one week"] * 2
    assert result.alerts["level"].tolist() == ["watch"] * 2  # over and done


def test_a_missed_plan_is_one_alert_with_the_component_that_lags():
    result = alerts(charts({}), FMT, behind_plan())
    assert result.alerts["id"].tolist() == ["alerts-plan-revenue"]
    alert = result.alerts.iloc[0]
    assert alert["money"] == pytest.approx(12 * 30_000, rel=0.02)
    assert "The order value falls short most." in alert["alert"] and alert["basis"] == "by December 2026"
    assert alert["level"] == "act now" and "One matter needs a decision now" in result.headline


def test_customers_slipping_away_join_the_ranking_by_money():
    slipping = Finding("segments-slipping", "40 customers are silent.", n=40, money=90_000.0, evidence="shown")
    best = Finding(
        "segments-money", "60 customers bring most.", n=60, money=800_000.0, evidence="shown"
    )  # no reason for an alert
    segments = Result(fmt=FMT, headline="given", findings=(best, slipping))
    result = alerts(charts(spell(5, 0.7, 1.0)), FMT, behind_plan(), segments)
    assert result.alerts["id"].tolist()[1:] == ["alerts-plan-revenue", "alerts-segments-slipping"]
    assert result.alerts["money"].is_monotonic_decreasing
    # some customers are always silent: a large sum alone is no reason to act
    large = Result(fmt=FMT, headline="given", findings=(Finding("segments-slipping", "x", n=40, money=9e6, evidence="shown"),))
    ranked = alerts(charts(spell(5, 0.7, 1.0)), FMT, segments=large).alerts
    told = alerts(charts({}), FMT, segments=segments).tables[0].frame["stake"]
    assert told.tolist() == ["€90K a year"]  # what they bring is not lost
    assert ranked["level"].tolist() == ["act now", "watch"] and ranked["id"].iloc[1] == "alerts-segments-slipping"
    assert [f.money for f in result.findings] == result.alerts["money"].tolist()
    assert any("must not be added" in a.text for a in result.assumptions)


def test_what_came_in_is_a_plus_and_not_at_stake():
    result = alerts(charts({3: (1.5, 1.0)}), FMT)
    assert result.tables[0].frame["stake"].iloc[0].startswith("+€") and result.findings[0].money is None
    lost = alerts(charts({3: (0.5, 1.0)}), FMT)
    assert lost.tables[0].frame["stake"].iloc[0].startswith("€") and lost.findings[0].money == pytest.approx(25_000, rel=0.1)


def test_a_target_that_needs_a_decision_stands_before_what_is_watched_even_without_an_amount():
    month = pd.date_range(end="2026-10-01", periods=36, freq="MS")
    months = pd.DataFrame({"month": month, "revenue": 100_000.0, "orders": 1000, "customers": 500, "order_value": 100.0})
    plan = pd.DataFrame({"period": pd.date_range("2026-01-01", periods=12, freq="MS"), "kpi": "order_value", "target": 130.0})
    result = alerts(charts({3: (0.7, 1.0)}), FMT, plan_tracking(months, AS_OF, FMT, plan))
    assert result.alerts["level"].tolist() == ["act now", "watch"]
    assert result.alerts["id"].iloc[0] == "alerts-plan-order-value" and np.isnan(result.alerts["money"].iloc[0])


def test_a_forecast_next_to_the_plan_is_no_alert():
    month = pd.date_range(end="2026-10-01", periods=36, freq="MS")
    months = pd.DataFrame({"month": month, "revenue": 99_800.0, "orders": 1000, "customers": 500, "order_value": 99.8})
    plan = pd.DataFrame({"period": pd.date_range("2026-01-01", periods=12, freq="MS"), "kpi": "revenue", "target": 100_000.0})
    tracked = plan_tracking(months, AS_OF, FMT, plan)
    assert tracked.status_table["status"].tolist() == ["behind"]  # by 0.2 percent, and surely so
    assert alerts(charts({}), FMT, tracked).alerts.empty


def test_advice_speaks_both_languages():
    assert all(set(entry) == {"owner", "action"} and all(map(str.strip, entry.values())) for entry in ADVICE.values())
    chinese = alerts(charts(spell(5, 0.7, 1.0)), Formats("EUR", "zh"))
    assert chinese.alerts["owner"].tolist() == ["销售负责人"]


def sold(weeks_of: pd.DataFrame, web: float) -> pd.DataFrame:
    """Orders that add up to the charts' revenue: phone and web share it evenly, the web loses all that is lost lately."""
    rows = []
    for place, week in enumerate(weeks_of.itertuples()):
        late = place >= len(weeks_of) - 5
        share = web if late else 0.5 + 0.01 * np.sin(place)
        rows += [(f"{place}w", "web", week.week, week.value * share), (f"{place}p", "phone", week.week, week.value * (1 - share))]
    return pd.DataFrame(rows, columns=["order_id", "channel", "day", "revenue"])


def test_an_alert_says_which_channel_explains_it_who_acts_and_its_parts_add_up():
    given = charts(spell(5, 0.7, 1.0))
    series = given.series[given.series["kpi"] == "revenue"]
    result = alerts(given, FMT, order_totals=sold(series, web=0.29))
    alert = result.alerts.iloc[0]
    assert "from the channel web, usually 50% of revenue" in alert["why"] and alert["owner"] == "head of marketing"
    assert alert["action"].startswith("Look at web first") and alert["why"] in result.findings[0].sentence
    spell_weeks = series.tail(5)
    lost = (spell_weeks["value"] - spell_weeks["expected"]).sum()
    sums = result.contributions.groupby("by")["change"].sum()
    assert sums.to_dict() == pytest.approx({"orders and order value": lost, "channel": lost}, abs=0.006)
    even = alerts(given, FMT, order_totals=sold(series, web=0.5)).alerts.iloc[0]
    assert even["why"].startswith("No single group") and even["owner"] == "head of sales"


def test_a_plan_says_what_each_month_left_has_to_bring_more():
    alert = alerts(charts({}), FMT, behind_plan()).alerts.iloc[0]
    assert "in each of the 2 months left" in alert["action"] and alert["owner"] == "managing director"


def test_findings_of_campaigns_join_with_their_own_action_and_only_with_money_and_evidence():
    money = {"money": 40_000.0, "action": "Spend less.", "owner": "head of marketing"}
    found = (
        Finding("campaigns-a", "Sure.", evidence="shown", **money), Finding("campaigns-b", "Unsure.", evidence="likely", **money),
        Finding("campaigns-c", "Nobody knows.", evidence="not shown", **money),
        Finding("campaigns-d", "It harms.", evidence="harmful"),
        Finding("campaigns-e", "It helps.", evidence="shown"),
    )  # fmt: skip
    result = alerts(charts({}), FMT, campaigns=Campaigns(fmt=FMT, headline="given", findings=found, found=Found()))
    assert result.alerts["id"].tolist() == ["alerts-campaigns-a", "alerts-campaigns-d", "alerts-campaigns-b"]
    assert result.alerts["level"].tolist() == ["act now", "act now", "watch"]
    assert result.alerts["action"].tolist() == ["Spend less.", ADVICE["campaigns"]["action"], "Spend less."]


def test_a_score_that_no_longer_holds_is_watched_without_an_amount():
    aged = Finding("drift-scores", "The score is old.", evidence="shown", action="Learn it again.")
    quiet = Finding("drift-mix", "Nothing moved.", evidence="not shown")
    result = alerts(charts({}), FMT, drift=Result(fmt=FMT, headline="given", findings=(aged, quiet)))
    assert result.alerts["id"].tolist() == ["alerts-drift-scores"] and result.alerts["level"].tolist() == ["watch"]
    assert np.isnan(result.alerts["money"].iloc[0]) and result.alerts["action"].tolist() == ["Learn it again."]


@pytest.mark.parametrize(("bias", "good"), [(0.1, True), (-0.1, False)])
def test_a_forecast_that_misses_is_watched_and_no_loss(bias, good):
    """Above zero: forecasts were below what came. Neither side costs the client the difference."""
    biased = Finding("forecast-tracking-bias", "Forecasts missed.", bias, "share", evidence="shown", action="Fit it anew.")
    narrow = Finding("forecast-tracking-range", "Ranges are narrow.", 0.5, "share", evidence="shown", action="Fit it anew.")
    result = alerts(charts({}), FMT, forecast_tracking=Result(fmt=FMT, headline="given", findings=(biased, narrow)))
    alert = result.alerts.iloc[0]
    assert len(result.alerts) == 1 and alert["level"] == "watch" and np.isnan(alert["money"]) and alert["favourable"] == good
    assert result.headline == "Nothing needs a decision now; one thing to keep an eye on"
    assert result.findings[0].money is None and alert["owner"] == ADVICE["forecast-tracking"]["owner"]
    assert result.tables[0].frame["stake"].tolist() == ["–"]


def test_spells_of_two_components_are_each_a_year_by_their_own_weeks():
    """Orders are high for 12 weeks, their value low for 6 of these: 1,000 more a week and 4,000 less."""
    given = charts({})
    spell = {"side": 1, "score": 9.0, "lasting": True, "ongoing": True, "ratio": 0.1, "since": given.series["week"].max()}
    spell |= {"week": given.series["week"].max(), "view": "average"}
    rows = pd.DataFrame(
        [
            spell | {"kpi": "orders", "weeks": 12, "money": 12_000.0},
            spell | {"kpi": "order_value", "side": -1, "weeks": 6, "money": -24_000.0},
        ]
    )
    found = _alert(rows, None, given, {}, None, {}, FMT)
    assert found["money"] == pytest.approx(52 * 3_000) and not found["favourable"]
