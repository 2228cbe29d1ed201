import numpy as np
import pandas as pd
import pytest

from playbook.methods.needs_analysis.feedback.complaints import (
    Spending,
    after_contact,
    day_numbers,
    soon_after_an_order,
    window_days,
)

FIRST = pd.Timestamp("2024-01-01")


def _days(*numbers: float) -> pd.DatetimeIndex:
    return FIRST + pd.to_timedelta(numbers, "D")


def _shop(customers: int = 600, days: int = 900, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rate = rng.gamma(2, 0.01, customers)
    rows = [(f"c{c}", d, rng.gamma(4, 25)) for c in range(customers) for d in np.flatnonzero(rng.random(days) < rate[c])]
    frame = pd.DataFrame(rows, columns=["customer_id", "number", "revenue"])
    return frame.assign(day=_days(*frame["number"]), order_id=range(len(frame)))


def _contacts(orders: pd.DataFrame, n: int, seed: int, topic: str) -> pd.DataFrame:
    """A contact five days after an order, for different customers."""
    middle = orders[orders["number"].between(250, 600)].drop_duplicates("customer_id")
    drawn = middle.sample(n, random_state=seed)
    return pd.DataFrame({"customer_id": drawn["customer_id"], "day": drawn["day"] + pd.Timedelta(days=5), "topic": topic})


def test_spending_between_two_days_by_hand():
    orders = pd.DataFrame({"customer_id": ["a", "a", "b", None], "day": _days(1, 5, 5, 5), "revenue": [10.0, 20.0, 7.0, 99.0]})
    spending = Spending(orders)
    start = int(day_numbers(pd.Series([FIRST]))[0])
    code = spending.codes(pd.Series(["a", "a", "b", "x"]))
    assert code.tolist() == [0, 0, 1, -1]
    revenue, bought = spending.between(code[:3], np.array([start, start + 1, start]), np.array([start + 5, start + 4, start + 9]))
    assert revenue.tolist() == [30, 0, 7] and bought.tolist() == [2, 0, 1]  # the first day is out, the last is in
    assert spending.since(code[:3], np.array([start + 6, start, start + 5])).tolist()[0] == 1


def test_a_contact_without_consequence_is_no_loss():
    # All contacts follow an order, so a plain before and after would show a loss for every one of them.
    orders = _shop()
    found = after_contact(pd.concat([_contacts(orders, 120, s, f"topic {s}") for s in (1, 2, 3)]), orders)
    assert found["customers"].between(60, 120).all() and (found["evidence"] == "not shown").all()
    assert (found["low"] < found["difference"]).all() and (found["difference"] < found["high"]).all()


def test_cases_that_missed_a_rare_large_order_by_chance_are_no_loss():
    """One day in a hundred brings a machine; those who wrote happen to have bought none, which 40 customers often have not."""
    orders = _shop()
    rng = np.random.default_rng(5)
    contacts = _contacts(orders, 60, 1, "invoice")
    machine = (rng.random(len(orders)) < 0.01) & ~orders["customer_id"].isin(contacts["customer_id"])
    found = after_contact(contacts, orders.assign(revenue=orders["revenue"].mask(machine, 20_000.0)))
    assert found["difference"].iloc[0] < -300 and found["evidence"].iloc[0] == "not shown"  # a third of the expected


def test_customers_who_stop_after_a_contact_are_found():
    orders = _shop()
    contacts = _contacts(orders, 150, 4, "broken").assign(topic=lambda f: np.where(np.arange(len(f)) % 2, "broken", "question"))
    stopped = contacts[contacts["topic"] == "broken"].set_index("customer_id")["day"]
    left = orders["customer_id"].map(stopped)
    found = after_contact(contacts, orders[~(orders["day"] > left)]).set_index("topic")
    assert found.at["broken", "evidence"] == "shown" and found.at["broken", "again"] == 0
    assert found.at["broken", "difference"] == pytest.approx(-found.at["broken", "expected"], rel=0.01)
    assert found.at["question", "evidence"] == "not shown" and found.at["question", "again"] > 0.8


def test_chance_alone_is_called_likely_as_seldom_as_it_should():
    orders, likely = _shop(300), 0
    for seed in range(10):
        found = after_contact(_contacts(orders, 80, 100 + seed, "any"), orders)
        likely += (found["evidence"] != "not shown").sum()
    assert likely <= 5  # one in five is allowed for at the 80 % level; these samples share their customers


def test_others_may_be_given():
    orders = _shop()
    low, high = _contacts(orders, 100, 5, "low"), _contacts(orders, 400, 6, "")
    found = after_contact(low, orders, high[["customer_id", "day"]])
    assert found["compared"].iloc[0] <= 400 and found["topic"].tolist() == ["low"]


@pytest.mark.parametrize("kept", [0, 1, 19])
def test_few_cases_are_silent(kept):
    orders = _shop()
    assert after_contact(_contacts(orders, 60, 7, "few").head(kept), orders).empty


def test_a_short_history_is_silent():
    orders = _shop(days=150)
    assert window_days(orders) is None
    assert after_contact(pd.DataFrame({"customer_id": ["c1"], "day": _days(50), "topic": "x"}), orders).empty
    assert window_days(_shop(20, 300)) == pytest.approx(99, abs=2)


def test_contacts_of_strangers_and_without_a_topic_are_left_out():
    orders = _shop()
    odd = pd.DataFrame({"customer_id": ["x", None, "c1"] * 30, "day": _days(*[400] * 90), "topic": ["t", "t", None] * 30})
    assert after_contact(odd, orders).empty


def test_orders_without_a_known_customer_compare_nobody():
    orders = pd.DataFrame({"customer_id": pd.Series([None, None], dtype="str"), "day": _days(0, 700), "revenue": 10.0})
    contacts = pd.DataFrame({"customer_id": ["a"], "day": _days(300), "topic": ["late"]})
    assert after_contact(contacts, orders).empty and after_contact(contacts, orders, contacts[["customer_id", "day"]]).empty
    assert soon_after_an_order(contacts, orders).tolist() == [False]


def test_days_before_the_epoch_count_as_others_do():
    orders = _shop()
    contacts = pd.concat([_contacts(orders, 120, s, f"topic {s}") for s in (1, 2)])
    whole = pd.Timedelta(days=36_525)  # a hundred years: 1924
    early = after_contact(contacts.assign(day=contacts["day"] - whole), orders.assign(day=orders["day"] - whole))
    now = after_contact(contacts, orders)
    assert early["customers"].tolist() == pytest.approx(now["customers"].tolist(), rel=0.1)
    assert (early["compared"] > 0.5 * now["compared"]).all()


def test_only_a_contact_soon_after_an_order_can_be_compared():
    orders = pd.DataFrame({"customer_id": ["a", "b"], "day": _days(10, 10), "revenue": [5.0, 5.0]})
    contacts = pd.DataFrame({"customer_id": ["a", "b", "x"], "day": _days(55, 56, 20)})
    assert soon_after_an_order(contacts, orders).tolist() == [True, False, False]
