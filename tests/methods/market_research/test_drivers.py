import pickle
from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook import open_engagement, study
from playbook.engagement import Network
from playbook.errors import EngagementError, UsageError
from playbook.generate import generate_client
from playbook.methods.market_research.drivers import drivers
from playbook.methods.market_research.network.bayes import BayesNetwork
from playbook.methods.market_research.network.cases import Cases
from playbook.methods.market_research.network.figures import columns_of
from playbook.methods.market_research.network.findings import driver_findings, driver_headline
from playbook.result.contract import Locked
from playbook.result.formats import Formats

FMT = Formats("EUR")
AS_OF = date(2026, 10, 31)
END = pd.Timestamp(AS_OF)


@pytest.fixture(scope="module")
def aurora():
    return study(open_engagement("aurora-audio"), drivers)


def _frames(client):
    """The frames of a generated client that was never written to disk."""
    lines = client.tables["orders"].dropna(subset=["customer_id"])
    orders = lines.assign(day=lines["order_date"].dt.normalize(), discounted=lines["discount"] > 0)
    orders = orders.groupby(["order_id", "customer_id"]).agg(
        day=("day", "min"), revenue=("revenue", "sum"), channel=("channel", "min"), discounted=("discounted", "any"),
        promised_on=("promised_on", "max"), delivered_on=("delivered_on", "max"),
    ).reset_index()  # fmt: skip
    return {
        "order_totals": orders[["order_id", "customer_id", "day", "revenue", "channel"]].assign(units=1.0),
        "customers": client.tables["customers"],
        "survey_answers": client.tables["surveys"],
        "deliveries": orders[["order_id", "customer_id", "promised_on", "delivered_on"]],
        "order_discounts": orders[["order_id", "customer_id", "discounted"]],
        "service_tickets": client.tables["tickets"],
    }


def _f1(edges, planted):
    """F1 of the links whatever their direction, and the share of the found ones that point the planted way."""
    found = {tuple(arrow) for arrow in edges[["cause", "effect"]].to_numpy()}
    links = {frozenset(arrow) for arrow in planted}
    hits = [arrow for arrow in found if frozenset(arrow) in links]
    return 2 * len(hits) / (len(found) + len(planted)), sum(arrow in planted for arrow in hits) / len(hits)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_planted_network_comes_back(seed):
    client = generate_client(seed)
    planted = {tuple(arrow) for arrow in client.truth.values["network"]["edges"]}
    result = drivers(**_frames(client), as_of=client.as_of, fmt=FMT, network=Network())
    score, right_way = _f1(result.edges, planted)
    assert score >= 0.8 and right_way >= 0.8
    assert result.within == client.truth.values["network"]["buys_again_within_days"]


def test_the_planted_network_of_the_bundled_client_comes_back(aurora):
    planted = {tuple(arrow) for arrow in generate_client(7, 300, 24).truth.values["network"]["edges"]}
    score, right_way = _f1(aurora.edges, planted)
    assert score >= 0.8 and right_way == 1.0
    content = (
        aurora.what_if("satisfaction", "satisfied", late_delivery="late"),
        aurora.what_if("satisfaction", "satisfied", late_delivery="on time"),
    )
    assert content[0].probability == pytest.approx(0.192, abs=0.1) and content[1].probability == pytest.approx(0.83, abs=0.05)


def test_what_if_answers_with_a_range_and_the_cases(aurora):
    both = aurora.what_if("buys_again", "bought again", satisfaction="satisfied", late_delivery="late")
    assert both.low <= both.probability <= both.high and 30 <= both.n < 100
    none = aurora.what_if("buys_again", "bought again", satisfaction="not satisfied")
    assert none.high < aurora.what_if("buys_again", "bought again", satisfaction="satisfied").low
    assert aurora.what_if("buys_again", "bought again").n == len(aurora.seen)
    with pytest.raises(UsageError, match="Did you mean 'satisfaction'"):
        aurora.what_if("buys_again", "bought again", satisfacton="satisfied")
    with pytest.raises(UsageError, match="There is no level 'tardy' of late_delivery"):
        aurora.what_if("buys_again", "bought again", late_delivery="tardy")


def test_the_report_is_careful(aurora):
    assert aurora.headline.startswith("Of customers who were satisfied, ")
    assert {f.evidence for f in aurora.findings} <= {"indicative", "not shown"}
    assert sum(f.money is not None for f in aurora.findings) == 1
    first = aurora.findings[0]
    assert (
        first.id == "drivers-satisfaction"
        and first.low <= first.value <= first.high
        and "If that were the cause" in first.sentence
    )
    late = next(f for f in aurora.findings if f.id == "drivers-late-delivery")
    assert late.money is None and "in part the same as above" in late.sentence
    assert any("observed, not tried out" in a.text for a in aurora.assumptions)
    assert (aurora.answers["cases"] >= 30).all()


def test_money_is_customers_times_difference_times_order_value(aurora):
    """A second way to the first finding's amount, from the tables."""
    from playbook.run.gathered import gathered

    orders = gathered(open_engagement("aurora-audio"), "order_totals")[0]
    year = orders[(orders["day"] > END - pd.Timedelta(days=365)) & orders["customer_id"].notna() & (orders["revenue"] > 0.005)]
    first = aurora.findings[0]
    share = (aurora.seen["satisfaction"] == "not satisfied").mean()
    assert first.money == pytest.approx(year["customer_id"].nunique() * share * first.value * year["revenue"].mean())


def test_results_are_small_survive_pickling_and_are_the_same_twice(aurora):
    content = pickle.dumps(aurora)
    assert len(content) < 400_000
    back = pickle.loads(content)
    assert back.what_if("buys_again", "bought again", late_delivery="late") == aurora.what_if(
        "buys_again", "bought again", late_delivery="late"
    )
    again = study(open_engagement("aurora-audio"), drivers)
    assert again.answers.equals(aurora.answers) and again.edges.equals(aurora.edges) and again.findings == aurora.findings
    assert [f.svg for f in again.figures()] == [f.svg for f in aurora.figures()]


def test_figures_hold_their_labels(aurora):
    network, chances = aurora.figures()
    for label in ("Satisfaction", "Buys again", "Orders a year"):
        assert label in network.svg
    assert "late + satisfied" in chances.svg and "all cases" in chances.svg
    assert "can be acted on" in network.caption


def test_columns_leave_room_for_long_arrows():
    columns, ways = columns_of([("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")], "c")
    assert [[n for n in column if isinstance(n, str)] for column in columns][1:] == [["b"], ["c"]]
    assert set(columns[0]) == {"a", "d"} and len(ways["a", "c"]) == 3 and ways["a", "b"] == ["a", "b"]


def test_grocery_households_have_no_surveys_and_still_get_an_answer():
    result = study(open_engagement("complete-journey"), drivers)
    assert ("frequency", "buys_again") in set(zip(result.edges["cause"], result.edges["effect"], strict=True))
    assert not [f for f in result.findings if f.money is not None] and "acted on" not in result.figures()[0].caption


def _shop(customers=260, names="c{}"):
    rng = np.random.default_rng(1)
    gap = np.where(np.arange(customers) % 2, 8, 35)
    days = [np.arange(rng.integers(0, g), 700, g) + rng.integers(0, 5) for g in gap]
    who = np.repeat([names.format(n) for n in range(customers)], [len(d) for d in days])
    orders = pd.DataFrame({"customer_id": who, "day": END - pd.to_timedelta(np.concatenate(days), "D")})
    return orders.assign(order_id=[f"o{n}" for n in range(len(orders))], revenue=10.0 + np.arange(len(orders)) % 37, units=1.0)


def test_orders_alone_are_enough_with_any_names_and_in_chinese():
    result = drivers(_shop(names="<b>客户</b> $\\{{x}} {}"), AS_OF, FMT, Network())
    assert not isinstance(result, Locked) and "orders a year" in result.headline and result.source == "orders"
    assert any("whose number of orders a year is " in finding.sentence for finding in result.findings)  # not "1 orders"
    chinese = drivers(_shop(), AS_OF, Formats("CNY", "zh"), Network(), resamples=10)
    assert "再次购买" in chinese.figures()[0].svg


def test_nothing_found_is_said_plainly():
    """Customers who buy by coin: no link leads to buying again."""
    rng = np.random.default_rng(5)
    rows = [(f"c{n}", ago) for n in range(400) for ago in [*range(200, 600, 40), *([10] if rng.random() < 0.5 else [])]]
    orders = pd.DataFrame(rows, columns=["customer_id", "ago"])
    orders = orders.assign(day=END - pd.to_timedelta(orders["ago"], "D"), order_id=[f"o{n}" for n in range(len(rows))], units=1.0)
    orders["revenue"] = rng.choice([10.0, 20.0, 90.0], 400)[orders["customer_id"].str[1:].astype(int)]
    result = drivers(orders, AS_OF, FMT, Network(), within=30)
    assert result.headline.startswith("Nothing in the data goes with buying again within 30 days")
    assert (
        result.findings == ()
        and len(result.answers) == 1
        and result.answers["probability"].iloc[0] == pytest.approx(0.5, abs=0.08)
    )
    assert result._repr_mimebundle_()["text/html"]


def test_locked_and_mistakes_of_client_yml():
    assert drivers(_shop().drop(columns="customer_id"), AS_OF, FMT, Network()).unlock == ("orders (customer_id)",)
    assert "200 customers" in drivers(_shop(100), AS_OF, FMT, Network()).unlock[0]
    with pytest.raises(EngagementError, match="no variable 'mood'"):
        drivers(_shop(100), AS_OF, FMT, Network(tiers=(("mood",),)))


def test_what_client_yml_knows_is_kept():
    rules = Network(
        require=(("order_value", "buys_again"), ("satisfaction", "buys_again")), forbid=(("frequency", "buys_again"),)
    )
    result = drivers(_shop(), AS_OF, FMT, rules, resamples=10)
    arrows = set(zip(result.edges["cause"], result.edges["effect"], strict=True))
    assert ("order_value", "buys_again") in arrows and ("frequency", "buys_again") not in arrows
    assert any("Named in client.yml, but not shown by the data: Satisfaction" in a.text for a in result.assumptions)


def _late(late: float, in_time: float = 0.5) -> BayesNetwork:
    """Late delivery -> buys again, with the chances of both."""
    levels = {"late_delivery": ("on time", "late"), "buys_again": ("did not buy again", "bought again")}
    tables = {"late_delivery": np.array([0.7, 0.3]), "buys_again": np.array([[1 - in_time, in_time], [1 - late, late]])}
    return BayesNetwork(levels, {"late_delivery": (), "buys_again": ("late_delivery",)}, tables)


def test_a_gap_that_may_be_chance_is_told_as_such_and_makes_no_headline():
    late = pd.Categorical(["late"] * 60 + ["on time"] * 140)
    cases = Cases(pd.DataFrame({"late_delivery": late, "buys_again": pd.Categorical(["bought again"] * 200)}), 30, False)
    orders = pd.DataFrame({"customer_id": ["a", "b"], "day": END, "revenue": 100.0})
    unsure, sure = ([_late(p) for p in draws] for draws in ((0.2, 0.6, 0.7, 0.4), (0.4, 0.39, 0.41, 0.4)))
    words = driver_headline(_late(0.4), unsure, cases, "bought again", FMT)
    assert words == "Nothing in the data goes with buying again within 30 days: no link is sure enough"
    (found,) = driver_findings(_late(0.4), unsure, cases, orders, AS_OF, "bought again", FMT)
    assert found.sentence.endswith("a gap of 10 points. The difference may be chance.")
    assert (found.evidence, found.money) == ("not shown", None)
    assert "40%" in driver_headline(_late(0.4), sure, cases, "bought again", FMT)
    (found,) = driver_findings(_late(0.4), sure, cases, orders, AS_OF, "bought again", FMT)
    # 60 of 200 cases, 2 customers, a tenth of them more, one order of 100 each.
    assert found.money == pytest.approx(0.3 * 2 * 0.1 * 100) and "€6 of orders a year at stake" in found.sentence
