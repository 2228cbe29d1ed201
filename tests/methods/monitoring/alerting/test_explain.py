import numpy as np
import pandas as pd
import pytest

from playbook.methods.monitoring.alerting.dimensions import KNOWN, NEW, UNKNOWN, by_customer_and_channel, by_product
from playbook.methods.monitoring.alerting.explain import explain_months, explain_weeks
from playbook.methods.monitoring.alerting.words import advised, cause_kind, cause_words, channel_adjustment, contribution_rows
from playbook.result.formats import Formats

FMT = Formats("EUR")
WEEKS = pd.date_range(end="2026-10-19", periods=110, freq="W-MON")
SINCE, UNTIL = WEEKS[-4], WEEKS[-1]


def groups(seed: int = 1, **lately: float) -> pd.DataFrame:
    """Shop 100, web 300 and phone 600 a week with noise; ``lately``: factor in the last four weeks."""
    rng = np.random.default_rng(seed)
    levels = {"shop": 100, "web": 300, "phone": 600}
    table = pd.DataFrame({n: level * np.exp(rng.normal(0, 0.05, 110)) for n, level in levels.items()}, index=WEEKS)
    for name, factor in lately.items():
        table.loc[SINCE:, name] *= factor
    return table


def explained(**dimensions: pd.DataFrame):
    total = next(iter(dimensions.values())).loc[SINCE:].to_numpy().sum()
    return explain_weeks(SINCE, UNTIL, 4000.0, total, {name.replace("_", " "): table for name, table in dimensions.items()})


def test_the_group_that_fell_is_named_and_every_dimension_adds_up_to_the_change():
    even = groups(seed=2) * 0.79
    cause = explained(channel=groups(web=0.3), region=even)
    assert (cause.by, cause.group, cause.evidence) == ("channel", "web", "likely")
    assert cause.share == pytest.approx(0.3, abs=0.02) and cause.amount == pytest.approx(-840, rel=0.1)
    sums = cause.parts.groupby("by")["change"].sum()
    assert sums.to_dict() == pytest.approx({"channel": cause.change, "region": cause.change}, abs=0.005)
    words = cause_words(cause, FMT)
    assert "from the channel web, usually 30% of revenue" in words and "missing" in words


def test_where_all_fall_alike_nothing_is_named():
    cause = explained(channel=groups(shop=0.7, web=0.7, phone=0.7))
    assert cause.group is None and cause_words(cause, FMT) == "No single group of products or customers stands out."


def test_quiet_spells_seldom_name_a_group():
    """Sixty spells in which all groups fell alike: a group is named in about a fifth of them or fewer, likely in a tenth."""
    found = [explained(channel=groups(seed, shop=0.8, web=0.8, phone=0.8)) for seed in range(60)]
    assert np.mean([c.group is not None for c in found]) <= 0.25
    assert np.mean([c.group is not None and c.evidence == "likely" for c in found]) <= 0.15


def test_a_short_past_names_nothing_and_orders_without_a_name_are_no_cause():
    table = groups(web=0.3).tail(34)
    assert explained(channel=table).group is None
    assert explained(channel=groups(web=0.3).rename(columns={"web": UNKNOWN})).group is None


def test_a_plan_is_explained_by_the_same_months_of_the_year_before():
    """100 and 300 a month a year ago; 480 planned, of which 120 and 360; 120 and 260 came."""
    table = pd.DataFrame({"a": [100.0, 120.0], "b": [300.0, 260.0]}, index=pd.to_datetime(["2025-03-01", "2026-03-01"]))
    cause = explain_months(pd.DatetimeIndex(["2026-03-01"]), 480.0, 380.0, {"region": table})
    assert (cause.group, cause.amount, cause.evidence) == ("b", -100.0, "indicative")
    assert explain_months(pd.DatetimeIndex(["2027-03-01"]), 480.0, 380.0, {"region": table}).parts.empty


def test_dimensions_tell_new_from_known_customers_and_join_the_clients_table():
    orders = pd.DataFrame(
        {
            "order_id": ["1", "2", "3", "4"], "customer_id": ["a", "a", "b", None], "revenue": [10.0, 20.0, 40.0, 5.0],
            "day": pd.to_datetime(["2026-10-05", "2026-10-14", "2026-10-18", "2026-10-18"]), "channel": ["x", "y", "y", None],
        }
    )  # fmt: skip
    people = pd.DataFrame({"customer_id": ["a", "b"], "region": ["north", "south"]})
    weekly = by_customer_and_channel(orders, "W", people)
    assert weekly["channel"].loc["2026-10-12"].to_dict() == {"x": 0, "y": 60, UNKNOWN: 5}
    assert weekly["customers"].loc["2026-10-12"].to_dict() == {KNOWN: 20, NEW: 40, UNKNOWN: 5}
    assert weekly["region"].loc["2026-10-05"].to_dict() == {"north": 10, "south": 0, UNKNOWN: 0}
    assert by_customer_and_channel(orders, "M")["channel"].index.tolist() == [pd.Timestamp("2026-10-01")]


def test_products_go_by_name_and_small_ones_together():
    rows = pd.DataFrame({"product_id": ["p", "q", None], "category": ["g", "h", "g"], "revenue": [1.0, 2.0, 4.0]})
    rows["week"] = WEEKS[0]
    rows = rows.astype({"product_id": "category", "category": "category"})
    found = by_product(rows, "week", pd.DataFrame({"product_id": ["p"], "name": ["Pen"]}))
    assert found["product"].iloc[0].to_dict() == {"Pen": 1, "q": 2, "all other products": 4}
    assert found["product group"].iloc[0].to_dict() == {"g": 5, "h": 2}


def test_the_advice_names_the_group_and_what_it_lacks_a_week():
    cause = explained(channel=groups(web=0.3))
    advice = {"action": "Look at {group}: {amount}.", "owner": "x"}
    assert advised(advice, cause, 4, FMT)[0] == f"Look at web: {FMT.money(-cause.amount / 4)}."
    assert cause_kind(cause, True) == "cause-channel" and cause_kind(cause, False) is None
    costs = channel_adjustment(cause, {"web": 10.0}, 50.0, 4, FMT)
    assert costs == f"At €10.00 for an order, {FMT.money(-cause.amount / 4 / 5)} more spend a week would make it good."
    assert "would not pay" in channel_adjustment(cause, {"web": 60.0}, 50.0, 4, FMT)
    assert channel_adjustment(cause, {}, 50.0, 4, FMT) == ""


def test_small_groups_are_joined_and_sums_stay():
    cause = explained(channel=groups(web=0.3))
    rows = contribution_rows({"id": ("Alert", cause)}, 1, FMT)
    assert rows["group"].tolist() == ["web", "all others (2)"] and rows["change"].sum() == pytest.approx(cause.change, abs=0.005)
