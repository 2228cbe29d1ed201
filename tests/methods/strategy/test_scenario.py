import pickle
from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Assumptions, Objective
from playbook.methods.market_research.demand import demand
from playbook.methods.strategy.scenario import revenue_target, scenario, what_if
from playbook.methods.strategy.whatif.business import shop_business
from playbook.result.contract import Locked
from playbook.result.formats import Formats

FMT, AS_OF = Formats("EUR"), date(2026, 6, 30)
STATED = Assumptions(gross_margin=0.4, budget=50_000)


def _months(n: int, growth: float = 0.0) -> pd.DataFrame:
    rng, time = np.random.default_rng(0), np.arange(n)
    customers = np.round(500 * np.exp(growth * time + 0.2 * np.sin(time * np.pi / 6) + rng.normal(0, 0.03, n)))
    orders = np.round(customers * 1.5)
    revenue = orders * 80 * np.exp(rng.normal(0, 0.02, n))
    month = pd.date_range(end="2026-06-01", periods=n, freq="MS")
    return pd.DataFrame(
        {"month": month, "revenue": revenue, "orders": orders, "customers": customers, "order_value": revenue / orders}
    )


def test_a_conversion_of_30_percent_and_an_order_value_of_600_raise_revenue_by_80_percent():
    # NUMBERS.md, the source article's example with the right answer: 1,000 visits, 200 orders, 100,000 revenue (printed: 50 %).
    month = pd.Timestamp("2026-06-01")
    months = pd.DataFrame({"month": [month], "revenue": [100_000.0], "orders": [200], "customers": [np.nan]})
    shop = shop_business(months, pd.DataFrame({"month": [month], "visits": [1000], "bought": [200]}))
    assert (shop.base["conversion"], shop.base["order_value"]) == (0.2, 500)
    revenue, _ = what_if(shop, conversion=0.3 / 0.2, order_value=600 / 500)
    assert revenue / shop.revenue == pytest.approx(1.8)
    with pytest.raises(ValueError, match="no such driver: luck"):
        what_if(shop, luck=2)


def test_a_shop_from_end_to_end():
    months = _months(36)
    before = months.copy()
    goals = [Objective(kpi="revenue", target=60_000, per="month", by=date(2027, 6, 30))]
    found = scenario(AS_OF, FMT, STATED, months, objectives=goals)
    assert months.equals(before)
    low, middle, high = found.outcomes.edges("revenue")
    assert low < months["revenue"].tail(12).sum() < high
    assert found.goal == 720_000
    assert found.reached == pytest.approx((found.outcomes.revenue >= 720_000).mean())
    assert found.tornado["driver"].iloc[0] == "cost"
    assert {f.id for f in found.findings} == {"scenario-range", "scenario-driver", "scenario-even", "scenario-goal"}
    assert found.proposals == ()
    assert len(found.figures()) == 2
    again = pickle.loads(pickle.dumps(found))
    assert again.headline == scenario(AS_OF, FMT, STATED, months, objectives=goals).headline


def test_level_and_scatter_come_from_the_forecast_where_it_reaches_a_year():
    months = _months(48, 0.01)
    forecast = demand(months, FMT, AS_OF)
    found = scenario(AS_OF, FMT, STATED, months, demand=forecast)
    whole = forecast.items[forecast.items["level"] == "total"].iloc[0]
    low, middle, high = found.outcomes.edges("revenue")
    assert middle == pytest.approx(whole["expected"], rel=0.01)
    assert (low, high) == pytest.approx((whole["low"], whole["high"]), rel=0.02)


def test_contracts_and_pipelines_have_scenarios_too():
    rng = np.random.default_rng(1)
    start = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 1200, 400), "D")
    end = (start + pd.to_timedelta(rng.exponential(900, 400).round(), "D")).to_series().reset_index(drop=True)
    contracts = pd.DataFrame(
        {"customer_id": range(400), "start": start, "end": end.where(end <= pd.Timestamp(AS_OF)), "fee": 20.0}
    )
    found = scenario(AS_OF, FMT, STATED, contracts=contracts)
    assert found.business.kind == "contracts"
    assert {"new", "churn", "price", "cost"} == set(found.ranges.names)
    running = contracts["end"].isna().sum()
    assert 0.5 * 240 * running < found.business.revenue < 2 * 240 * running
    assert scenario(AS_OF, FMT, STATED, _months(12), contracts=contracts).business.kind == "shop"  # orders bring more
    closed = pd.Timestamp(AS_OF) - pd.to_timedelta(rng.integers(0, 700, 300), "D")
    deals = pd.DataFrame(
        {
            "opportunity_id": range(300), "stage": rng.choice(["won", "lost"], 300), "amount": rng.lognormal(8, 1, 300),
            "closed_on": closed, "created_on": closed - pd.to_timedelta(rng.integers(10, 90, 300), "D"),
        }
    )  # fmt: skip
    found = scenario(AS_OF, FMT, Assumptions(), opportunities=deals)
    assert found.business.kind == "pipeline"
    assert found.headline.startswith("Revenue of the next twelve months")
    assert found.figures()[0].alt


@pytest.mark.parametrize("months", [None, _months(2), _months(12).assign(revenue=0.0, orders=0)])
def test_too_little_is_locked(months):
    found = scenario(AS_OF, FMT, STATED, months)
    assert isinstance(found, Locked) and found.unlock


def test_thin_data_and_nothing_stated():
    found = scenario(AS_OF, FMT, Assumptions(), _months(3))
    assert set(found.ranges.basis.values()) == {"assumed"}
    assert found.goal is None and found.reached is None
    assert all("profit" not in f.sentence for f in found.findings)
    loss = scenario(AS_OF, FMT, Assumptions(gross_margin=0.1, budget=1_000_000), _months(12))
    assert "no profit yet" in next(f.sentence for f in loss.findings if f.id == "scenario-even")


def test_the_nearest_goal_ahead_counts_for_a_year():
    goals = [
        Objective(kpi="revenue", target=1.0, per="month", by=date(2026, 6, 30)),
        Objective(kpi="revenue", target=100.0, per="quarter", by=date(2027, 1, 1)),
        Objective(kpi="orders", target=5.0, by=date(2026, 12, 1)),
    ]
    assert revenue_target(goals, pd.Timestamp(AS_OF)) == 400
    assert revenue_target([], pd.Timestamp(AS_OF)) is None
