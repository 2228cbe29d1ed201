"""Baskets: bundles and their money by hand, words for every case, and the companions that were planted."""

import ibis
import pandas as pd
import pytest

from playbook.engagement import Assumptions, open_engagement
from playbook.generate import generate_client
from playbook.generate.shop import COMPANIONS
from playbook.intake.frames import FRAMES
from playbook.intake.frames.baskets import MOST_PAIRS, MOST_SELDOM
from playbook.intake.tables import Tables, open_tables
from playbook.methods.market_research.baskets import baskets
from playbook.result.contract import Locked
from playbook.result.formats import Formats

EUR = Formats("EUR")
PLANTED = {frozenset(pair) for pair in COMPANIONS.items()}


def pairs(*rows: dict, **columns) -> pd.DataFrame:
    """Pairs as the frame gives them; by default 1,000 baskets of one year, 400 of several items."""
    base = {
        "product_a": "amp", "product_b": "cable", "name_a": "Amp", "name_b": "Cable", "both": 60, "a": 100, "b": 200,
        "both_year": 60, "a_year": 100, "b_year": 200, "price_a": 300.0, "price_b": 20.0, "expected": 20.0, "customers": 60,
        "baskets": 1000, "several": 400, "items": 30, "baskets_year": 1000, "order_value": 80.0, "days": 365, "item": "product",
    }  # fmt: skip
    return pd.DataFrame([base | row | columns for row in rows or [{}]])


def test_a_bundle_by_hand():
    # 60 baskets hold both, chance brings 20 (100 x 200 / 1000). A quarter more of the 40 beyond chance is 10 baskets with a
    # cable at 20: 200 a year, of which 38 % margin, and 0.20 on each of 1,000 orders.
    result = baskets(pairs(), EUR, Assumptions(gross_margin=0.38))
    bundle = result.bundles.iloc[0]
    assert (bundle["lead_name"], bundle["addon_name"], bundle["confidence"], bundle["target"]) == ("Amp", "Cable", 0.6, 0.7)
    assert (bundle["extra_orders"], bundle["extra_revenue"], bundle["extra_margin"]) == pytest.approx((10, 200, 76))
    worth = next(f for f in result.findings if f.id == "baskets-worth")
    assert (worth.value, worth.money, worth.evidence) == (pytest.approx(200), pytest.approx(76), "indicative")
    assert "would add €200 of sales a year, €0.20 on the average order of €80, if" in worth.sentence
    assert worth.sentence.endswith("Of these sales, €76 is margin.")
    assert result.headline == "One pair of products belongs together; one offer could add €200 a year"
    assert "Of the 435 pairs that 30 products form, one is ordered together" in result.findings[0].sentence


def test_without_a_margin_sales_are_at_stake_and_half_a_year_is_carried_to_one():
    result = baskets(pairs(days=365 / 2), EUR)
    assert result.bundles["extra_revenue"].tolist() == pytest.approx([400]) and result.bundles["extra_margin"].isna().all()
    worth = next(f for f in result.findings if f.id == "baskets-worth")
    assert worth.money == pytest.approx(400) and "margin" not in worth.sentence


def test_the_uplift_is_a_setting_and_cannot_win_more_baskets_than_there_are():
    assert baskets(pairs(), EUR, uplift=0.5).bundles["extra_orders"].tolist() == pytest.approx([20])
    assert baskets(pairs(), EUR, uplift=9).bundles[["extra_orders", "target"]].iloc[0].tolist() == [40, 1]


def test_a_product_is_offered_with_one_lead_only():
    speaker = {"product_a": "box", "name_a": "Box", "price_a": 900.0, "both": 70, "both_year": 70}
    result = baskets(pairs({}, speaker), EUR)
    assert result.bundles[["lead_name", "addon_name"]].to_numpy().tolist() == [["Box", "Cable"]]
    assert result.headline.startswith("2 pairs of products belong together; one offer")


def test_products_that_are_hardly_tied_are_not_bundled():
    # 1.2 times as often as chance, beyond doubt: told, but no reason for an offer.
    result = baskets(pairs(both=1200, a=2000, b=2500, baskets=5000, customers=1200, expected=900.0), EUR)
    assert result.rules["shown"].all() and result.bundles.empty
    assert result.headline == "One pair of products is bought together more often than chance"
    assert [f.id for f in result.findings] == ["baskets-pairs"] and len(result.tables) == 1


def test_less_than_a_season_gives_no_money():
    assert baskets(pairs(days=60), EUR).bundles.empty


def test_no_tie_at_all_is_said_plainly():
    result = baskets(pairs(both=21, customers=21), EUR)
    assert result.headline == "No two products are bought together more often than chance"
    assert (result.findings[0].evidence, result.figures(), result.tables) == ("not shown", (), ())


@pytest.mark.parametrize("frame", [pairs().head(0), pairs(several=199)])
def test_few_baskets_lock_the_section(frame):
    result = baskets(frame, EUR)
    assert isinstance(result, Locked) and "at least 200 orders" in result.unlock[0]


def test_hostile_and_long_names_are_drawn():
    name = "<b>$x_1$ & 耳机 " + "very long " * 20
    (figure,) = baskets(pairs(name_a=name, name_b="\n"), EUR).figures()
    assert "<b>" not in figure.svg and len(figure.alt) > 10


def test_deterministic_and_input_unchanged():
    frame = pairs({}, {"product_a": "box", "both": 70})
    before = frame.copy()
    one, two = baskets(frame, EUR), baskets(frame, EUR)
    pd.testing.assert_frame_equal(one.rules, two.rules)
    pd.testing.assert_frame_equal(frame, before)


def generated(seed: int) -> pd.DataFrame:
    """The frame of a generated client, from its tables as they are."""
    client = generate_client(seed=seed, customers=1500)
    connection = ibis.duckdb.connect()
    orders = client.tables["orders"][["order_id", "order_date", "customer_id", "product_id", "quantity", "revenue"]]
    rows = {
        "orders": connection.create_table("orders", orders.reset_index(drop=True)),
        "products": connection.create_table("products", client.tables["products"][["product_id", "name", "category"]]),
    }
    return FRAMES["item_pairs"].build(Tables(rows, client.as_of))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_companions_come_back_and_nothing_else(seed):
    result = baskets(generated(seed), EUR)
    shown = [frozenset(p) for p in result.rules.loc[result.rules["shown"], ["antecedent_name", "consequent_name"]].to_numpy()][
        ::2
    ]
    assert set(shown[:10]) == PLANTED  # recall 1 among the first ten
    assert len(set(shown) - PLANTED) <= 1  # precision: at most one in twenty is allowed to be chance
    assert {frozenset(p) for p in result.bundles[["lead_name", "addon_name"]].to_numpy()} == PLANTED
    assert result.seldom.empty


def test_a_grocer_is_answered_by_kinds_of_goods():
    # Complete Journey, 1.5 million lines: the frame stays small, the ties make sense, and sorts of eggs are alternatives.
    frame = FRAMES["item_pairs"].build(open_tables(open_engagement("complete-journey")))
    assert 1000 < len(frame) <= MOST_PAIRS + MOST_SELDOM and frame["item"].eq("name").all()
    assert (frame["product_a"] < frame["product_b"]).all() and (frame["customers"] <= frame["both"]).all()
    assert (frame["both_year"] <= frame["both"]).all() and frame["baskets"].iloc[0] == 155_283
    result = baskets(frame, EUR, Assumptions(gross_margin=0.3))
    shown = {frozenset(p) for p in result.rules.loc[result.rules["shown"], ["antecedent", "consequent"]].to_numpy()}
    assert {frozenset({"CHARCOAL", "CHARCOAL LIGHTER FLUID/UTILITY"}), frozenset({"BABY JUICES", "BABY FOOD CEREALS"})} <= shown
    assert {"EGGS - LARGE", "EGGS - X-LARGE"} in [set(p) for p in result.seldom[["product_a", "product_b"]].to_numpy()]
    assert result.bundles["addon"].is_unique and (result.bundles["target"] > result.bundles["confidence"]).all()
    assert len(result.headline) <= 90 and "kinds of goods" in result.assumptions[1].text


def test_two_products_and_what_a_basket_of_the_second_is_worth():
    found = baskets(pairs(items=2), EUR).findings
    assert found[0].sentence.startswith("The two products that can be compared are ordered together more often than chance")
    assert "60% also hold Cable (€20 an order)" in found[-1].sentence  # a basket may hold several
    (none,) = baskets(pairs(items=2, both=20, customers=20), EUR).findings
    assert none.sentence.startswith("The two products that can be compared are not ordered together")


def test_items_beyond_the_most_that_are_compared_are_not_said_to_be_rare():
    assert "Compared are the 3,000 products found most often." in baskets(pairs(items=3000), EUR).assumptions[1].text
