"""What is planted in a generated client is found again in its tables."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from playbook.errors import UsageError
from playbook.generate import generate_client
from playbook.generate.demand import clock, season
from playbook.generate.planted import GROWTH, INTERVENTIONS, JOURNEY_CHANNELS, SEASON, SEGMENTS
from playbook.generate.service import words
from playbook.intake.schema import TABLES

LOST_IN_EXPORT = 25


@pytest.fixture(scope="module")
def client():
    return generate_client()


def test_every_table_of_a_shop_is_there_with_the_schemas_columns(client):
    of_others = {"pipeline", "cases", "applications", "payments", "activity"}
    assert set(client.tables) == set(TABLES) - of_others
    for name, frame in client.tables.items():
        assert set(TABLES[name].required) <= set(frame.columns) <= set(TABLES[name].names)
        assert frame[list(TABLES[name].required)].notna().all(axis=None)
        assert not frame.duplicated(list(TABLES[name].key) or list(frame.columns)).any() or name in {"orders", "surveys"}


def test_too_small_a_client_is_refused():
    with pytest.raises(UsageError, match="at least 300 customers"):
        generate_client(customers=299)
    with pytest.raises(UsageError, match="24 months"):
        generate_client(months=12)


def test_the_segments_have_the_planted_shares(client):
    shares = client.truth.customers["segment"].value_counts(normalize=True)
    for segment in SEGMENTS:
        assert shares[segment.name] == pytest.approx(segment.share, abs=0.005)


def test_k_means_on_recency_frequency_and_money_finds_the_segments(client):
    known = client.tables["orders"].dropna(subset=["customer_id"])
    by_customer = known.groupby("customer_id").agg(
        last=("order_date", "max"), orders=("order_id", "nunique"), money=("revenue", "sum")
    )
    by_customer = by_customer[by_customer["money"] > 0]
    recency = (pd.Timestamp(client.as_of) - by_customer["last"].dt.normalize()).dt.days
    logs = np.log(np.column_stack([recency + 1, by_customer["orders"], by_customer["money"]]))
    found = KMeans(4, n_init=10, random_state=1).fit_predict((logs - logs.mean(axis=0)) / logs.std(axis=0))
    planted = client.truth.customers.set_index("customer_id").loc[by_customer.index, "segment"]
    assert adjusted_rand_score(planted, found) > 0.85


def test_customers_who_left_order_nothing_afterwards(client):
    told = client.truth.customers.set_index("customer_id")["churned_on"].dropna()
    stolen = client.truth.orders.loc[client.truth.orders["fraud"], "order_id"]
    orders = client.tables["orders"]
    honest = orders[(orders["quantity"] > 0) & ~orders["order_id"].isin(stolen)]
    last = honest.groupby("customer_id")["order_date"].max()
    left = told.index.intersection(last.index)
    assert len(left) > 500
    assert (last[left] < told[left]).all()


def test_demand_follows_the_season_and_grows(client):
    orders = client.tables["orders"].query("quantity > 0")
    monthly = orders.groupby(orders["order_date"].dt.to_period("M")).agg(
        orders=("order_id", "nunique"), revenue=("revenue", "sum")
    )
    per_year = monthly["revenue"].to_numpy().reshape(3, 12).sum(axis=1)
    assert per_year[2] / per_year[1] > 1.05
    added = client.truth.orders.dropna(subset=["intervention"])["order_id"]  # campaigns know no season
    anyway = orders[~orders["order_id"].isin(added)]
    season = anyway.groupby(anyway["order_date"].dt.to_period("M"))["order_id"].nunique().groupby(lambda m: m.month).mean()
    assert np.corrcoef(season, SEASON)[0, 1] > 0.95
    assert season.idxmin() == 2
    assert set(season.nlargest(2).index) == {11, 12}


def test_without_interventions_demand_grows_to_the_last_day(client):
    """No base that collapses at the end: the last quarter grows like the years before it."""
    added = client.truth.orders.dropna(subset=["intervention"])["order_id"]
    orders = client.tables["orders"].query("quantity > 0")
    anyway = orders[~orders["order_id"].isin(added)]
    monthly = anyway.groupby(anyway["order_date"].dt.to_period("M"))["order_id"].nunique().to_numpy()
    per_year = monthly.reshape(3, 12).sum(axis=1)
    assert per_year[1:] / per_year[:-1] - 1 == pytest.approx(GROWTH, abs=0.05)  # advertising grows more slowly
    assert monthly[-3:].sum() / monthly[-15:-12].sum() - 1 == pytest.approx(GROWTH, abs=0.08)  # noise of 3,500 orders, twice


def test_customers_who_come_and_go_do_not_bend_demand():
    days = pd.date_range("2024-01-01", periods=1096)
    flat = pd.DataFrame({"rate": 0.1, "start": 0, "stop": 1096, "first": False}, index=range(1000))
    half_leave = flat.assign(stop=np.where(flat.index < 500, 700, 1096))
    no_advertising = pd.DataFrame({"none": np.zeros(1096)}, index=days)
    expected = [clock(days, no_advertising, people).pace for people in (flat, half_leave)]
    same_weekday = 3 * 364
    grown = expected[0][same_weekday] * season(days)[0] / (expected[0][0] * season(days)[same_weekday])
    assert grown == pytest.approx((1 + GROWTH) ** (same_weekday / 365.25))
    assert expected[1][800] / expected[1][600] == pytest.approx(2 * expected[0][800] / expected[0][600])  # half order for all


def test_new_customers_come_to_the_end(client):
    joined = client.tables["customers"]["acquired_on"].dt.to_period("Q").value_counts()
    assert joined["2026Q3"] > 0.5 * joined["2025Q3"]


def test_a_log_log_regression_finds_the_planted_elasticities(client):
    orders = client.tables["orders"].query("0 < quantity < 10")
    week = orders["order_date"].dt.to_period("W").dt.start_time.rename("week")
    weekly = orders.groupby(["product_id", week])[["quantity", "revenue"]].sum().reset_index()
    weekly["price"] = weekly["revenue"] / weekly["quantity"]
    weekly["month"] = weekly["week"].dt.to_period("M").astype(str)
    weekly["category"] = weekly["product_id"].map(client.tables["products"].set_index("product_id")["category"])
    for category, rows in weekly.groupby("category"):
        fit = smf.ols("np.log(quantity) ~ np.log(price) + C(product_id) + C(month)", rows).fit()
        planted = client.truth.values["elasticity"][category]
        assert fit.params["np.log(price)"] == pytest.approx(planted, abs=3 * fit.bse["np.log(price)"]), category


def test_the_journeys_take_the_planted_steps(client):
    steps = client.tables["journeys"]
    following = steps.groupby("journey_id")["step"].shift(-1).fillna("leave")
    left = steps["action"].isin(["none"]) | steps["action"].isna()  # where the shop did nothing
    for channel in JOURNEY_CHANNELS:
        rows = left & (steps["channel"] == channel.name)
        seen = pd.crosstab(steps.loc[rows, "step"], following[rows])
        for move, planted in client.truth.values["journeys"]["transitions"][channel.name].items():
            begin, end = move.split(" > ")
            n = seen.loc[begin].sum()
            assert seen.loc[begin, end] / n == pytest.approx(planted, abs=4 * np.sqrt(planted * (1 - planted) / n)), (
                channel.name,
                move,
            )


def test_the_basket_is_left_most_often(client):
    steps = client.tables["journeys"]
    last = steps.drop_duplicates("journey_id", keep="last")["step"]
    assert last.value_counts().idxmax() == "basket"


def test_a_paid_visit_is_an_order_of_its_customer(client):
    paid = client.tables["journeys"].query("step == 'paid'").dropna(subset=["customer_id"])
    orders = client.tables["orders"][["customer_id", "order_date", "channel"]].drop_duplicates()
    linked = paid.merge(orders, left_on=["customer_id", "step_at", "channel"], right_on=["customer_id", "order_date", "channel"])
    assert len(linked) == len(paid) > 1000


def test_advertised_orders_answer_spending_as_planted(client):
    for channel, rows in client.tables["marketing"].groupby("channel"):
        planted = client.truth.values["advertising"][channel]
        stock = rows["spend"].ewm(alpha=1 - planted["carryover"], adjust=False).mean()
        expected = (planted["ceiling_orders_a_day"] * stock / (planted["half"] + stock)).sum()
        assert rows["orders"].sum() == pytest.approx(expected, abs=4 * np.sqrt(expected)), channel


@pytest.mark.parametrize("plan", [p for p in INTERVENTIONS if p.per_group], ids=lambda plan: plan.id)
def test_the_difference_in_differences_is_near_the_planted_effect(client, plan):
    estimate, error = _difference_in_differences(client, plan)
    truth = client.truth.values["interventions"][plan.id]
    assert estimate == pytest.approx(truth["expected_added_revenue_per_treated"], abs=3 * error)
    if plan.id == "spring-mail":
        assert estimate / error > 3
    if plan.effect == 0:
        assert abs(estimate / error) < 2


def _difference_in_differences(client, plan, weeks_before=12):
    """Revenue per treated customer over the whole campaign, and its standard error; t-test on each customer's own change."""
    orders, members = client.tables["orders"], client.tables["interventions"]
    group = members[members["intervention_id"] == plan.id].set_index("customer_id")["group"]
    mine = orders[orders["customer_id"].isin(group.index)]
    week = (mine["order_date"] - pd.Timestamp(plan.start)).dt.days // 7
    length = ((plan.end - plan.start).days + 1) // 7
    during = mine[(week >= 0) & (week < length)].groupby("customer_id")["revenue"].sum() / length
    before = mine[(week < 0) & (week >= -weeks_before)].groupby("customer_id")["revenue"].sum() / weeks_before
    change = length * (during.reindex(group.index, fill_value=0) - before.reindex(group.index, fill_value=0))
    treated, control = change[group == "treated"], change[group == "control"]
    return treated.mean() - control.mean(), np.sqrt(treated.var() / len(treated) + control.var() / len(control))


def test_free_shipping_was_for_everybody(client):
    assert "free-shipping" not in set(client.tables["interventions"]["intervention_id"])
    added = (client.truth.orders["intervention"] == "free-shipping").sum()
    plan = next(p for p in INTERVENTIONS if p.id == "free-shipping")
    orders = client.tables["orders"].query("quantity > 0")
    inside = orders[orders["order_date"].between(pd.Timestamp(plan.start), pd.Timestamp(plan.end) + pd.Timedelta(days=1))]
    assert added / (inside["order_id"].nunique() - added) == pytest.approx(plan.effect, abs=0.02)


def test_fraud_is_rare_and_only_partly_known(client):
    orders, told = client.tables["orders"], client.truth.orders.set_index("order_id")["fraud"]
    assert told.sum() / orders["order_id"].nunique() == pytest.approx(0.006, abs=0.0005)
    flagged = set(orders.loc[orders["flagged"], "order_id"])
    assert flagged < set(told.index[told])
    assert orders.loc[orders["order_id"].isin(told.index[told]), "order_date"].dt.hour.between(1, 5).all()


def test_the_blemishes_are_there(client):
    orders = client.tables["orders"]
    assert orders.loc[orders["customer_id"].isna(), "order_id"].nunique() == LOST_IN_EXPORT
    assert (orders["revenue"] < 0).mean() == pytest.approx(0.03, abs=0.005)
    assert ((orders["revenue"] < 0) == (orders["quantity"] < 0)).all()
    assert len(set(orders["product_id"]) - set(client.tables["products"]["product_id"])) == 2
    two_largest = orders["revenue"].nlargest(2).to_numpy()
    assert two_largest[0] > 3 * two_largest[1]


def test_the_plan_is_five_percent_above_what_happened(client):
    orders, plan = client.tables["orders"], client.tables["plan"]
    happened = orders.loc[orders["order_date"] >= "2026-01-01", "revenue"].sum()
    planned = plan.query("kpi == 'revenue' and period <= '2026-10-01'")["target"].sum()
    assert planned / happened == pytest.approx(1.05, abs=0.005)


def test_our_share_of_the_market_is_our_revenue(client):
    orders, market = client.tables["orders"], client.tables["market"]
    whole = market[market["period"] == "2026-04-01"]
    quarter = orders[orders["order_date"].between("2026-04-01", "2026-07-01", inclusive="left")]
    assert (whole["size"] * whole["share"]).sum() == pytest.approx(quarter["revenue"].sum(), rel=0.01)


def test_late_parcels_cost_the_planted_points(client):
    score = client.tables["surveys"]["recommend"].groupby(client.truth.surveys["driver"]).mean()
    planted = client.truth.values["surveys"]["late delivery"]["effect"]
    assert score["late delivery"] - score["nothing special"] == pytest.approx(planted, abs=0.5)


def test_the_silent_are_persuaded_and_the_frequent_are_not(client):
    """Orders during the spring e-mail, treated against control, by kind: planted per customer, found within its error."""
    plan = next(p for p in INTERVENTIONS if p.id == "spring-mail")
    truth = client.truth.values["interventions"][plan.id]["by_kind"]
    told = client.truth.customers.set_index("customer_id")
    members = client.tables["interventions"].query("intervention_id == @plan.id").set_index("customer_id")
    assert set(told.index[told[f"kind: {plan.id}"].notna()]) == set(members.index)
    orders = client.tables["orders"].query("quantity > 0")
    inside = orders["order_date"].between(pd.Timestamp(plan.start), pd.Timestamp(plan.end) + pd.Timedelta(days=1))
    members["orders"] = orders[inside].groupby("customer_id")["order_id"].nunique().reindex(members.index, fill_value=0)
    for kind, rows in members.groupby(told[f"kind: {plan.id}"].reindex(members.index)):
        treated, control = (rows.loc[rows["group"] == group, "orders"] for group in ("treated", "control"))
        error = np.sqrt(treated.var() / len(treated) + control.var() / len(control))
        planted = truth[kind]["expected_added_orders_per_treated"]
        assert treated.mean() - control.mean() == pytest.approx(planted, abs=3 * error), kind
    assert truth["silent"]["expected_added_orders_per_treated"] > 5 * abs(
        truth["just bought"]["expected_added_orders_per_treated"]
    )
    assert truth["frequent"]["expected_added_orders_per_treated"] == 0 > truth["just bought"]["expected_added_orders_per_treated"]


def test_what_was_planted_in_stock_lies_there(client):
    stock, truth = client.tables["stock"], client.truth.values["stock"]
    empty = stock.loc[stock["on_hand"] == 0]
    out = {(product, pd.Timestamp(day)) for product, days in truth["out_of_stock"].items() for day in days}
    assert out <= set(zip(empty["product_id"], empty["date"], strict=True))
    last = stock[stock["date"] == stock["date"].max()].set_index("product_id")
    assert (last.loc[last["on_hand"] == 0, "on_order"] > 0).all()
    year = client.tables["orders"].query("order_date > '2025-10-31'").groupby("product_id")["quantity"].sum()
    (slow,) = truth["overstocked"]
    assert last.loc[slow, "on_hand"] > 3 * year[slow]
    assert not year.index.isin(truth["left_over"]).any() and (last.loc[truth["left_over"], "on_hand"] > 0).all()
    assert stock["min_order"].gt(0).all()


def test_people_ask_in_many_words_and_some_topics_have_no_standing_answer(client):
    tickets, faq, truth = client.tables["tickets"], client.tables["faq"], client.truth.values["faq"]
    assert set(faq["topic"]) == set(truth["covered"]) and set(truth["gaps"]) == set(tickets["topic"]) - set(faq["topic"])
    assert (faq.groupby(["topic", "language"]).size().unstack() >= 1).all(axis=None)
    written = words()["topics"]
    for topic, entry in written.items():
        assert len(set(entry["questions"])) >= 8 and len(set(entry["chinese"]["questions"])) >= (
            6 if topic in truth["gaps"] else 7
        )
    assert (tickets["language"] == "zh").mean() == pytest.approx(0.25, abs=0.05)
    chinese = tickets.loc[tickets["language"] == "zh", "question"]
    assert chinese.str.contains(r"[\u4e00-\u9fff]").all() and not chinese.isin(faq["question"]).any()
