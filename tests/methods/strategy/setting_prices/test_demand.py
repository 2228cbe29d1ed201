"""Demand: the rule of the best price against arithmetic and the cheese data, and draws that carry what is not known."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar

from playbook.methods.market_research.pricing.cross_prices import Rivalry
from playbook.methods.market_research.pricing.panel import REASONS
from playbook.methods.market_research.pricing.panel_fit import fit_logs
from playbook.methods.strategy.setting_prices.choice import Limits, choose
from playbook.methods.strategy.setting_prices.demand import CONJECTURE, Demand, draw_demand, known_answers, optimum_price
from playbook.methods.strategy.setting_prices.endings import Endings

NO_PAIRS = pd.DataFrame(columns=["product_id", "other_id", "category", "cross", "low", "high", "stands_out"])


def shelf(n=4, group="x", **columns):
    table = pd.DataFrame(
        {
            "product_id": [f"p{i}" for i in range(n)], "category": group, "price": 10.0, "paid": 10.0, "units": 100.0,
            "moved": 1.0,
            "price_low": 7.0, "price_high": 14.0, "n_weeks": 60, "dispersion": 1.0, "cost": 6.0, "stated": True, "odd": False,
        }
    )  # fmt: skip
    return table.assign(**columns)


def research(elasticity=-2.0, error=0.2, measured=("p0", "p1"), left_out=(), cross=None, pairs=NO_PAIRS, rivals=None):
    """What market research hands over, as far as pricing reads it."""
    elasticities = pd.DataFrame({"product_id": list(measured), "elasticity": elasticity, "error": error})
    groups = pd.DataFrame({"category": ["x"], "elasticity": -1.5, "error": 0.1, "between": 0.3})
    reasons = pd.DataFrame(left_out, columns=["product_id", "reason", "category"])
    cross = pd.DataFrame(columns=["category", "cross", "error", "stands_out"]) if cross is None else cross
    return SimpleNamespace(elasticities=elasticities, groups=groups, left_out=reasons, cross=cross, pairs=pairs, rivals=rivals)


def test_the_rule_by_hand():
    assert optimum_price(6.0, -2.0) == 12.0
    assert optimum_price(6.0, -4.0) == 8.0
    assert np.isinf(optimum_price(6.0, [-1.0, -0.5, 0.3])).all()


@pytest.mark.realdata
def test_the_best_price_of_cheese(shared_data):
    # bayesm, cheese: elasticity -2.3883 with retailer effects, so that the best price is 2.3883 / 1.3883 = 1.7203 times the cost
    cheese = pd.read_csv(shared_data / "cheese" / "bayesm_cheese.csv")
    slopes = np.column_stack([np.log(cheese["PRICE"]), cheese["DISP"]])
    fit = fit_logs(np.log(cheese["VOLUME"]).to_numpy(), slopes, [pd.factorize(cheese["RETAILER"])[0]])
    elasticity = float(fit.coefficients[0])
    assert elasticity == pytest.approx(-2.3883, abs=5e-5)
    assert optimum_price(1.0, elasticity) == pytest.approx(elasticity / (1 + elasticity), rel=1e-12)
    assert optimum_price(1.0, elasticity) == pytest.approx(1.7203, abs=1e-4)
    found = minimize_scalar(lambda p: -(p - 1) * p**elasticity, bounds=(1.01, 5), method="bounded", options={"xatol": 1e-10})
    assert optimum_price(1.0, elasticity) == pytest.approx(found.x, rel=1e-6)
    # and the choice among prices finds it, to the cent
    sure = np.full((1, 10), elasticity)
    demand = Demand(sure, np.full((1, 10), 1.0), np.zeros((1, 10)), np.zeros((1, 10)))
    row = shelf(1, price=1.60, paid=1.60, cost=1.0, price_low=1.4, price_high=2.0)
    choice, _ = choose(row, demand, Limits(None, 1.0, Endings(())))
    assert choice["value_based"][0] == choice["advised"][0] == pytest.approx(1.72)


def test_measured_borrowed_and_unknown():
    left_out = [("p2", "the price hardly moved", "x"), ("p3", REASONS["weighed"], "x")]
    answers = known_answers(shelf(), research(left_out=left_out))
    assert answers["source"].tolist()[:3] == ["own", "own", "group"] and answers["source"].isna()[3]
    assert answers["elasticity"].tolist()[:3] == [-2.0, -2.0, -1.5]
    # 0.2 in all, of which the group's 0.1 is shared; a stranger adds what the group's products differ by
    assert answers["shared"].tolist()[:3] == [0.1, 0.1, 0.1]
    assert answers["alone"].tolist()[:3] == pytest.approx([np.sqrt(0.03), np.sqrt(0.03), 0.3])
    assert known_answers(shelf(), None)["source"].isna().all()
    assert known_answers(shelf(group="elsewhere"), research(measured=()))["source"].isna().all()


def test_draws_have_the_right_spread_and_hang_together():
    today, found = shelf(2), research(-3.0, 0.3)
    demand = draw_demand(today, known_answers(today, found), found, 20_000)
    assert demand.elasticity.mean(axis=1) == pytest.approx([-3.0, -3.0], abs=1e-9)  # mirrored
    assert demand.elasticity.std(axis=1) == pytest.approx(np.sqrt(0.3**2 + 0.1**2), rel=0.03)  # and 0.1 that all have in common
    assert np.corrcoef(demand.elasticity)[0, 1] == pytest.approx((0.1**2 + 0.1**2) / (0.3**2 + 0.1**2), abs=0.03)
    assert (demand.cost == 6.0).all()
    again = draw_demand(today, known_answers(today, found), found, 20_000)
    assert (demand.elasticity == again.elasticity).all()


def test_a_guessed_cost_is_uncertain_and_no_demand_curve_rises():
    today, found = shelf(2, stated=[True, False]), research(-0.1, 0.5)
    demand = draw_demand(today, known_answers(today, found), found)
    assert demand.cost[0].std() == 0 and demand.cost[1].std() > 0.5
    assert demand.cost[1].mean() == pytest.approx(6.0, rel=0.02)
    assert (demand.elasticity <= 0).all() and (demand.elasticity == 0).any()


def test_neighbours_count_where_they_stand_out():
    today = shelf(3)
    answers = known_answers(today, research())
    cross = pd.DataFrame({"category": ["x"], "cross": [0.6], "error": [0.1], "stands_out": [True]})
    demand = draw_demand(today, answers, research(cross=cross))
    # the price of one of three equal products is half of what each of its two neighbours sees: 2 x 0.5 x 0.6 x 400 of margin
    assert demand.spill.mean(axis=1) == pytest.approx([240.0] * 3, rel=0.01)
    quiet = draw_demand(today, answers, research(cross=cross.assign(stands_out=False)))
    assert (quiet.spill == 0).all()
    pairs = pd.DataFrame([("p0", "p1", "x", -0.5, -0.6, -0.4, True)], columns=NO_PAIRS.columns)
    demand = draw_demand(today, answers, research(pairs=pairs))
    assert demand.spill.mean(axis=1) == pytest.approx([0, -200.0, 0], abs=1.0)  # p0 sells less when p1 is dearer


def test_answer_to_competitors_measured_or_conjectured():
    today = shelf(2)
    answers = known_answers(today, research())
    demand = draw_demand(today, answers, research())
    assert demand.rivals == pytest.approx(-CONJECTURE * demand.elasticity)
    demand = draw_demand(today, answers, research(rivals=Rivalry(0.4, 0.2, 0.6, 900)))
    assert demand.rivals.mean() == pytest.approx(0.4, abs=0.02) and (demand.rivals >= 0).all()
