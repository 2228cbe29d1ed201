"""Prices: what the section says for the bundled clients, for tables that tell little, and for hostile ones."""

import pickle
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playbook import open_engagement, study
from playbook.engagement import Assumptions
from playbook.generate.shop import category_truth
from playbook.methods.market_research.prices import Prices, prices
from playbook.methods.market_research.pricing.figures import map_figure, position_figure
from playbook.result.contract import Locked
from playbook.result.formats import Formats

EUR = Formats("EUR")
WEEKS = pd.date_range("2024-01-01", periods=110, freq="7D")


def shop(names=("a", "b", "c", "d", "e", "f"), groups=("x", "y"), elasticity=-2.0, mean=20.0, seed=2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    shape = (len(WEEKS), len(names))
    log_price = np.where(rng.random(shape) < 0.05, rng.normal(0, 0.15, shape), 0).cumsum(axis=0).clip(-0.3, 0.3)
    units = rng.poisson(mean * np.exp(elasticity * log_price)).ravel()
    table = pd.DataFrame(
        {
            "product_id": list(names) * len(WEEKS),
            "category": [groups[i % len(groups)] for i in range(len(names))] * len(WEEKS),
            "week": np.repeat(WEEKS, len(names)), "units": units.astype(float), "orders": units,
            "revenue": units * 20 * np.exp(log_price.ravel()),
        }
    )  # fmt: skip
    return table[table["units"] > 0].reset_index(drop=True)


def everything(result: Prices) -> str:
    """All words of a result, drawn figures included."""
    assert pickle.loads(pickle.dumps(result)).headline == result.headline
    text = " ".join([result.headline, *(f.sentence for f in result.findings), *(a.text for a in result.assumptions)])
    assert not re.search(r"\b(nan|None|inf)\b", text)
    return text + result._repr_mimebundle_()["text/html"]


@pytest.fixture(scope="module")
def aurora() -> Prices:
    return study(open_engagement("aurora-audio"), prices)


def test_the_planted_order_of_groups_is_found(aurora):
    groups = aurora.groups.set_index("category")
    truth = pd.Series(category_truth())
    assert groups["elasticity"].reindex(truth.index).corr(truth) > 0.9
    strongest = truth.nsmallest(2).index  # their estimates have errors of 0.15 each and may change places
    assert any(group in aurora.headline for group in strongest) and "accessories" in aurora.headline
    by_id = {f.id: f for f in aurora.findings}
    assert by_id["prices-strongest"].evidence == "shown"
    assert by_id["prices-promotions"].evidence == "not shown"  # none is planted beyond the price
    assert by_id["prices-rivals"].evidence == "not shown"  # nor any answer to competitors
    assert "prices-cross" not in by_id


def test_steps_of_aurora_can_be_defended(aurora):
    steps = aurora.steps.set_index("product_id")
    acted = steps[steps["verdict"].isin(["could cost more", "costs too much"])]
    seen = aurora.elasticities.set_index("product_id").loc[acted.index]
    after = acted["price"] * (1 + acted["step"])
    assert (after <= seen["price_high"] + 1e-9).all() and (after >= seen["price_low"] - 1e-9).all()
    assert (acted["gain_low"] > 0).all()
    under = next(f for f in aurora.findings if f.id == "prices-under")
    assert under.money == pytest.approx(acted[acted["verdict"] == "could cost more"]["gain"].nlargest(5).sum())
    # True elasticities move the gain of these steps by less than the range allows for most products.
    truth = acted["category"].map(category_truth())
    paid, margin = acted["revenue_year"] / acted["units_year"], acted["margin"]
    true = acted["units_year"] * (((1 + acted["step"]) * paid - acted["cost"]) * (1 + acted["step"]) ** truth - paid * margin)
    known = truth.notna()
    assert (true[known].between(acted["gain_low"][known], acted["gain_high"][known])).mean() > 0.5


def test_figures_and_words_of_aurora(aurora):
    text = everything(aurora)
    assert len(aurora.figures()) == 4
    assert "significant" not in text and "p-value" not in text
    assert all(f.alt and f.source for f in aurora.figures())


def test_groceries_react_as_groceries_do():
    result = study(open_engagement("complete-journey"), prices)
    groups = result.groups.set_index("category")["elasticity"]
    assert groups[["GROCERY", "PRODUCE", "MEAT-PCKGD"]].between(-4, -1).all()
    weighed = result.left_out[result.left_out["reason"].str.contains("no price per unit")]
    assert {"DELI", "SALAD BAR", "PRODUCE", "MEAT"} <= set(weighed["category"])
    assert result.elasticities["elasticity"].between(-10, 5).all()
    assert result.position.empty and result.rivals is None
    under = next(f for f in result.findings if f.id == "prices-under")
    assert under.money is None and under.evidence == "indicative"  # costs are not known product by product
    everything(result)


def test_the_least_that_can_be_sent_is_enough():
    result = prices(shop(), EUR)
    assert result.groups["elasticity"].between(-2.6, -1.4).all()
    assert result.promotion is None and result.steps.empty
    assert [f.id for f in result.findings] == ["prices-strongest"]
    assert "no other group is shown to differ" in result.headline and " most " not in result.findings[0].sentence
    everything(result)


def test_without_groups_all_products_are_one():
    result = prices(shop(groups=("not assigned",)), EUR, parameters=Assumptions(gross_margin=0.3))
    assert result.groups["category"].tolist() == ["all products"]
    assert re.fullmatch(r"A price 10% higher sells 1\d% fewer units", result.headline)
    assert len(result.steps) == 6
    everything(result)


def test_prices_that_never_move_are_locked():
    still = shop().assign(revenue=lambda t: t["units"] * 20)
    result = prices(still, EUR)
    assert isinstance(result, Locked)
    assert "price test" in result.unlock[0]
    assert isinstance(prices(still[:0], EUR), Locked)
    assert isinstance(prices(shop()[:1], EUR), Locked)


def test_position_alone_is_an_answer():
    still = shop().assign(revenue=lambda t: t["units"] * 20)
    rivals = pd.DataFrame({"product_id": "a", "competitor": "Rival", "week": WEEKS, "price": 16.0})
    result = prices(still, EUR, rivals)
    assert result.headline == "Prices are 25% above those of competitors; how customers respond cannot be told yet"
    assert (
        result.findings[0].sentence
        == "Over the last quarter the client asked 25% more than Rival for the one product that can be compared."
    )
    assert len(result.left_out) == 6
    everything(result)


def test_no_reaction_is_called_none():
    result = prices(shop(elasticity=0.0), EUR, parameters=Assumptions(gross_margin=0.3))
    assert result.headline == "Sales are not shown to respond to prices"
    assert not result.steps["verdict"].isin(["could cost more", "costs too much"]).any()
    everything(result)


def test_hostile_names_and_many_groups():
    names = ('<b>&"', "$x$ $y$", "名前がとても長い商品名です" * 3, "d" * 80, "e_1^2", "f")
    table = shop(names=names, groups=("<script>", "茶", "a,b"))
    listed = pd.DataFrame({"product_id": names, "name": [*names[:4], "same", "same"], "cost": [9.0, np.nan, 8, 9, 10, 11]})
    rivals = pd.DataFrame(
        {
            "product_id": np.repeat(names, 30),
            "competitor": [f"R{i % 9}" for i in range(180)],
            "week": list(WEEKS[-30:]) * 6,
            "price": 21.0,
        }
    )
    result = prices(table, EUR, rivals, listed, Assumptions(gross_margin=0.4))
    everything(result)
    assert "<script>" not in result._repr_mimebundle_()["text/html"]
    many = shop(names=[f"p{i}" for i in range(60)], groups=[f"group {i}" for i in range(30)])
    result = prices(many, EUR)
    everything(result)
    assert len(result.groups) == 30
    assert len(result.figure().data.frame) == 12


def test_inputs_stay_as_they_were_and_order_does_not_matter():
    table = shop()
    before = table.copy()
    first = prices(table, EUR, parameters=Assumptions(gross_margin=0.3))
    pd.testing.assert_frame_equal(table, before)
    shuffled = table.sample(frac=1, random_state=1)
    again = prices(shuffled, EUR, parameters=Assumptions(gross_margin=0.3))
    pd.testing.assert_frame_equal(first.elasticities, again.elasticities)
    assert [f.sentence for f in first.findings] == [f.sentence for f in again.findings]


ROW = st.tuples(
    st.sampled_from("abc"), st.integers(0, 40), st.floats(0, 1e6), st.floats(0, 1e6), st.integers(0, 1000)
)  # product, week, units, revenue, orders


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROW, max_size=60, unique_by=lambda r: r[:2]))
def test_any_table_gets_an_answer(rows):
    table = pd.DataFrame(rows, columns=["product_id", "number", "units", "revenue", "orders"])
    table = table.assign(week=WEEKS[table["number"].to_numpy(dtype=int)], category="x").astype({"product_id": str})
    result = prices(table, EUR, parameters=Assumptions(gross_margin=0.3))
    assert isinstance(result, (Prices, Locked))


def test_figures_need_something_to_show(aurora):
    one = aurora.position[aurora.position["month"] == aurora.position["month"].max()]
    assert position_figure(one, EUR, "x") is None  # one month is no course
    names = aurora.elasticities.set_index("product_id")["name"]
    assert map_figure(aurora.elasticities, aurora.against.head(2), aurora.steps, names, EUR, "x") is None


def test_the_table_of_steps_holds_the_ten_that_pay_most_and_nothing_to_leave_alone(aurora):
    steps = next(t for t in aurora.tables if "gain" in t.columns)
    assert len(steps.frame) == 10 and steps.frame["gain"].is_monotonic_decreasing and (steps.frame["gain_low"] > 0).all()
    assert len(steps.columns) <= 7 and len(aurora.steps) > 10
    assert [t.aside for t in aurora.tables[:2]] == [False, False] and all(t.aside for t in aurora.tables[2:])


def test_with_one_product_the_quarters_of_the_shop_are_taken_out_not_its_weeks():
    result = prices(shop(names=("a",), groups=("x",)), EUR)
    assert "the quarters of the whole business and promotions" in result.assumptions[0].text


def test_of_many_groups_that_react_alike_none_is_said_to_react_most():
    many = shop(names=tuple(f"p{i}" for i in range(60)), groups=tuple(f"g{i}" for i in range(60)), mean=8)
    result = prices(many, EUR)
    assert "most" not in result.headline and [f.id for f in result.findings] == ["prices-strongest"]
