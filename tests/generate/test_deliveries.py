"""Deliveries, satisfaction and buying again: drawn backwards, they have the joint distribution of the planted chain."""

import numpy as np
import pandas as pd
import pytest

from playbook.generate import generate_client
from playbook.generate.deliveries import again_within, draw_deliveries, whole_orders
from playbook.generate.moods import draw_late_and_satisfied, planted_moods
from playbook.generate.planted import AGAIN_DAYS, AGAIN_ODDS, LATE_BY_REGION, SEGMENTS
from playbook.generate.service import LATE

LAST = pd.Timestamp("2026-10-31")


@pytest.fixture(scope="module")
def client():
    return generate_client()


@pytest.fixture(scope="module")
def orders(client):
    rows = client.tables["orders"].drop_duplicates("order_id")
    return rows.assign(late=rows["delivered_on"] > rows["promised_on"], day=rows["order_date"].dt.normalize())


def _odds(share):
    return share / (1 - share)


def test_drawn_backwards_the_joint_distribution_is_that_of_the_chain():
    rng = np.random.default_rng(0)
    size = 400_000
    chance, rate = rng.choice([0.1, 0.4], size), rng.choice([0.3, 0.9], size)
    again = (rng.random(size) < rate).astype(float)
    late, satisfied = draw_late_and_satisfied(chance, rate, again, rng)
    drawn = pd.DataFrame({"chance": chance, "rate": rate, "again": again, "late": late, "satisfied": satisfied})
    assert drawn.groupby("chance")["late"].mean().to_numpy() == pytest.approx([0.1, 0.4], abs=0.004)
    assert drawn.groupby("late")["satisfied"].mean().to_numpy() == pytest.approx(planted_moods().satisfied, abs=0.005)
    for _, rows in drawn.groupby(["rate", "late"]):  # late parcels act on buying again only by way of satisfaction
        dissatisfied, content = rows.groupby("satisfied")["again"].mean()
        assert _odds(content) / _odds(dissatisfied) == pytest.approx(AGAIN_ODDS, rel=0.06)
    # Where nobody can know yet, nothing is read back from the future.
    late, satisfied = draw_late_and_satisfied(chance, rate, np.full(size, np.nan), rng)
    assert late[chance == 0.1].mean() == pytest.approx(0.1, abs=0.003)
    assert satisfied[late].mean() == pytest.approx(planted_moods().satisfied[1], abs=0.005)


def test_the_tables_of_answers_are_whole_and_late_parcels_cost_satisfaction():
    moods = planted_moods()
    assert moods.chances.sum(axis=(1, 2, 3)) == pytest.approx([1, 1])
    assert moods.chances[0, moods.drivers.index(LATE)].sum() == 0  # nobody blames a parcel that was in time
    assert moods.satisfied[0] > 0.8 and moods.satisfied[1] < 0.25


def test_again_within_counts_orders_after_the_moment_only():
    day = pd.Timestamp("2026-01-01")
    orders = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b", None, "b"],
            "day": [day, day + pd.Timedelta(days=10), day + pd.Timedelta(days=41), day, day, LAST],
            "bought": [True, True, True, True, True, False],
        }
    )
    moment = orders["day"] + pd.Timedelta(days=10)
    # a: the order of day 10 is not after the moment, that of day 41 is one day too late; from day 20 it is in time. b: none.
    assert AGAIN_DAYS == 30
    assert again_within(orders, moment, LAST).tolist()[:4] == [0, 1, 0, 0]
    assert np.isnan(again_within(orders, moment, LAST)[4:]).all()


def test_parcels_are_late_where_planted(orders, client):
    region = orders["customer_id"].map(client.tables["customers"].set_index("customer_id")["region"])
    spring = orders["order_date"].dt.month != 12
    for name, planted in LATE_BY_REGION.items():
        late = orders.loc[spring & (region == name) & orders["delivered_on"].notna(), "late"]
        assert late.mean() == pytest.approx(planted, abs=0.02 + 4 * np.sqrt(planted * (1 - planted) / len(late))), name


def test_deliveries_keep_the_order_of_time(orders, client):
    assert (orders["promised_on"] > orders["day"]).all()
    came = orders.dropna(subset=["delivered_on"])
    assert (came["delivered_on"] > came["day"]).all() and came["delivered_on"].max() <= pd.Timestamp(client.as_of)
    assert (orders.loc[orders["delivered_on"].isna(), "day"] > pd.Timestamp(client.as_of) - pd.Timedelta(days=20)).all()


def test_who_blames_a_late_parcel_had_one_and_has_it_by_now(orders, client):
    answers = (
        client.tables["surveys"]
        .join(client.truth.surveys)
        .join(orders.set_index("order_id").drop(columns="customer_id"), on="order_id")
    )
    blamed = answers[answers["driver"] == LATE]
    assert len(blamed) > 100 and blamed["late"].all()
    assert (answers["delivered_on"] <= answers["date"]).all()
    told = blamed["comment"].str.extract(r"(\d+) days")[0].dropna().astype(int)
    assert (told == (blamed["delivered_on"] - blamed["promised_on"]).dt.days[told.index]).all() and len(told) > 10


def test_nobody_is_asked_twice_a_year(client):
    answers = client.tables["surveys"]
    year = (pd.Timestamp(client.as_of) - answers["date"]).dt.days // 365
    assert answers.assign(year=year).duplicated(["customer_id", "year"]).mean() < 0.02  # asked by the day of the order
    assert len(answers) == 1500


def test_satisfied_customers_buy_again_more_often_at_the_same_pace(client):
    answers = client.tables["surveys"].assign(satisfied=client.tables["surveys"]["satisfaction"] >= 4)
    answers["segment"] = answers["customer_id"].map(client.truth.customers.set_index("customer_id")["segment"])
    whole = whole_orders(client.tables["orders"], client.truth.customers.assign(region="x"))
    again = again_within(
        pd.concat([whole, answers[["customer_id"]].assign(day=LAST, bought=False)], ignore_index=True),
        pd.concat([whole["day"], answers["date"]], ignore_index=True),
        pd.Timestamp(client.as_of),
    )[len(whole) :]
    middle = answers.assign(again=again)[(answers["segment"] == "enthusiast") & ~np.isnan(again)]
    dissatisfied, content = middle.groupby("satisfied")["again"].mean()
    assert _odds(content) / _odds(dissatisfied) == pytest.approx(AGAIN_ODDS, rel=0.6)  # some 600 answers


def test_tickets_on_late_delivery_come_while_the_customer_waits(client):
    whole = whole_orders(client.tables["orders"], client.truth.customers.assign(region="Germany")).head(2000)
    tickets = pd.DataFrame(
        {"order_id": whole["order_id"][:500], "topic": LATE, "created_at": whole["day"][:500] + pd.Timedelta("5D")}
    )
    drawn = draw_deliveries(whole, pd.Series(dtype="datetime64[us]"), tickets, LAST, np.random.default_rng(1)).head(500)
    waiting = (drawn["promised_on"] < tickets["created_at"]) & (drawn["delivered_on"] > tickets["created_at"])
    assert waiting.mean() > 0.9


def test_our_share_of_what_customers_say_to_spend_is_the_planted_one(client):
    answers = client.tables["surveys"]
    orders = client.tables["orders"]
    year = answers.reset_index().merge(orders[["customer_id", "order_date", "revenue"]], on="customer_id")
    since = (year["date"] - year["order_date"].dt.normalize()).dt.days
    own = year[(since >= 0) & (since < 365)].groupby("index")["revenue"].sum()
    answers = answers.assign(own=own).dropna(subset=["total_spend"])
    assert 0.7 < len(answers) / len(client.tables["surveys"]) < 0.9
    segment = answers["customer_id"].map(client.truth.customers.set_index("customer_id")["segment"])
    for name in (SEGMENTS[0].name, SEGMENTS[1].name):
        mine = answers[segment == name]
        share = (mine["own"] / mine["total_spend"]).mean()
        assert share == pytest.approx(client.truth.values["wallet_share"][name], abs=0.06), name
