from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.methods.market_research.network.cases import FEWEST_CASES, History, build_cases
from playbook.methods.market_research.network.variables import driver_variables
from playbook.result.formats import Formats

FMT = Formats("EUR")
AS_OF = date(2026, 10, 31)
END = pd.Timestamp(AS_OF)


def _day(ago):
    return END - pd.to_timedelta(ago, "D")


def _shop(customers=300, seed=0):
    """Every customer orders every ten or every forty days for two years; order c-n is the n-th from the end."""
    rng = np.random.default_rng(seed)
    gap = np.where(np.arange(customers) % 2, 10, 40)
    rows = []
    for number in range(customers):
        days = np.arange(rng.integers(0, gap[number]), 730, gap[number])
        rows.append(
            pd.DataFrame({"customer_id": f"c{number}", "ago": days, "order_id": [f"c{number}-{n}" for n in range(len(days))]})
        )
    orders = pd.concat(rows, ignore_index=True)
    revenue = 20.0 + 5 * orders["customer_id"].str[1:].astype(int) % 90
    return orders.assign(day=_day(orders["ago"]), revenue=revenue, units=1.0).drop(columns="ago")


def test_history_looks_strictly_before_or_after():
    history = History(
        pd.DataFrame({"customer_id": ["b", "a", "a"], "day": [_day(5), _day(9), _day(3)], "revenue": [1.0, 2.0, 3.0]})
    )
    who = pd.Series(["a", "a", "a", "b", "nobody"])
    moment = pd.Series([_day(9), _day(8), _day(3), _day(0), _day(0)])
    rows = history.last(who, moment)
    assert rows[:1].tolist() == [-1] and rows[-1] == -1
    assert history.value(rows, "revenue").tolist()[1:4] == [2.0, 2.0, 1.0]
    first, after = history.at(who, moment, side="right")
    assert (after - first).tolist() == [1, 1, 2, 1, 0]


def test_without_answers_every_active_customer_is_a_case_on_one_day():
    cases = build_cases(_shop(), AS_OF, FMT)
    assert not cases.answers and len(cases.frame) == 300 and cases.frame["customer_id"].is_unique
    assert cases.within in (7, 30) and (cases.frame["moment"] == _day(cases.within)).all()
    assert cases.variables == ("frequency", "order_value", "buys_again")
    seldom = cases.frame["customer_id"].str[1:].astype(int) % 2 == 0
    assert cases.frame.groupby(seldom)["frequency"].nunique().tolist() == [1, 1] and cases.frame["frequency"].nunique() == 2


def test_the_days_can_be_given_and_what_lies_ahead_is_only_the_outcome():
    orders = _shop()
    cases = build_cases(orders, AS_OF, FMT, within=30)
    later = orders["day"] > _day(30)
    changed = orders.assign(revenue=orders["revenue"].where(~later, 900.0))
    assert build_cases(changed, AS_OF, FMT, within=30).frame.equals(cases.frame)
    gone = orders[~(later & orders["customer_id"].isin([f"c{n}" for n in range(50)]))]
    again = build_cases(gone, AS_OF, FMT, within=30).frame
    assert again.drop(columns="buys_again").equals(cases.frame.drop(columns="buys_again"))
    assert set(again.loc[again["customer_id"].isin([f"c{n}" for n in range(50)]), "buys_again"]) == {"did not buy again"}


def test_answers_are_moments_one_a_customer_and_year():
    orders = _shop()
    asked = pd.DataFrame({"customer_id": [f"c{n}" for n in range(250)] * 2, "date": [_day(100)] * 250 + [_day(90)] * 250})
    asked["satisfaction"] = ([5, 3] * 125) + [1] * 250
    strangers = pd.DataFrame({"customer_id": ["who"], "date": [_day(100)], "satisfaction": [5]})
    cases = build_cases(orders, AS_OF, FMT, survey_answers=pd.concat([asked, strangers]), within=30)
    assert (
        cases.answers and len(cases.frame) == 250 and (cases.frame["moment"] == _day(100)).all()
    )  # the second answer is too soon
    assert cases.frame["satisfaction"].value_counts().to_dict() == {"satisfied": 125, "not satisfied": 125}
    too_late = asked.assign(date=_day(10))  # nobody knows yet whether they buy again within 30 days
    assert not build_cases(orders, AS_OF, FMT, survey_answers=too_late, within=30).answers
    promoters = asked.rename(columns={"satisfaction": "recommend"}).assign(recommend=[9, 8] * 250)
    assert build_cases(orders, AS_OF, FMT, survey_answers=promoters, within=30).frame["satisfaction"].value_counts().tolist() == [
        125,
        125,
    ]


def test_deliveries_and_tickets_are_read_as_they_stood_on_the_day():
    orders = _shop()
    moment = _day(100)
    asked = pd.DataFrame({"customer_id": [f"c{n}" for n in range(300)], "date": moment, "satisfaction": [5, 1] * 150})
    last = orders[orders["day"] < moment].sort_values("day").drop_duplicates("customer_id", keep="last")
    number = last["customer_id"].str[1:].astype(int)
    promised = pd.Series(moment - pd.Timedelta(days=3), last.index)
    came = (promised - pd.Timedelta(days=1)).where(number % 3 > 0, pd.NaT)  # every third had not come by the day ...
    came = came.mask(number % 6 == 3, moment + pd.Timedelta(days=2))  # ... and half of these came two days after it
    deliveries = pd.DataFrame(
        {"order_id": last["order_id"], "customer_id": last["customer_id"], "promised_on": promised, "delivered_on": came}
    )
    future = deliveries.assign(promised_on=moment + pd.Timedelta(days=1), delivered_on=pd.NaT)  # not yet due: says nothing
    tickets = pd.DataFrame({"customer_id": ["c0", "c1", "c2", None], "created_at": [_day(110), _day(99), _day(300), _day(700)]})
    many = pd.DataFrame({"customer_id": [f"c{n}" for n in range(20, 60)], "created_at": _day(120)})
    cases = build_cases(
        orders, AS_OF, FMT, survey_answers=asked, deliveries=pd.concat([deliveries, future]),
        service_tickets=pd.concat([tickets, many]), within=30,
    )  # fmt: skip
    frame = cases.frame.set_index("customer_id")
    late = frame.index.str[1:].astype(int) % 3 == 0
    assert (frame.loc[late, "late_delivery"] == "late").all() and (frame.loc[~late, "late_delivery"] == "on time").all()
    assert frame.loc[["c0", "c1", "c2", "c20"], "service_request"].tolist() == ["asked", "did not ask", "did not ask", "asked"]


def test_gaps_cost_cases_until_too_few_stay_and_then_the_variable():
    orders = _shop()
    ids = [f"c{n}" for n in range(300)]
    people = pd.DataFrame({"customer_id": ids, "region": ["North", "South"] * 150, "age_group": ["18-29", "30+", None] * 100})
    cases = build_cases(orders, AS_OF, FMT, customers=people, within=30)
    assert cases.gaps == 100 and {"region", "age_group"} <= set(cases.variables) and len(cases.frame) == 200
    few = people.assign(age_group=["18-29", None, None] * 100, region="all alike")
    cases = build_cases(orders, AS_OF, FMT, customers=few, within=30)
    assert cases.gaps == 0 and len(cases.frame) == 300 and cases.dropped == ("age_group", "region")


def test_codes_and_counts_go_with_the_levels():
    cases = build_cases(_shop(), AS_OF, FMT, within=30)
    assert set(cases.levels) == set(cases.variables) <= set(driver_variables())
    for variable, levels in cases.levels.items():
        assert (np.array(levels, dtype=object)[cases.codes[variable]] == cases.frame[variable]).all()
    (seldom, _) = cases.levels["frequency"]
    assert cases.count({}) == 300 and cases.count({"frequency": seldom}) == 150


@pytest.mark.parametrize("how", ["few", "empty", "returned", "nameless", "one day"])
def test_too_little_to_learn_from(how):
    orders = _shop()
    orders = {
        "few": _shop(FEWEST_CASES - 1),
        "empty": orders.head(0),
        "returned": orders.assign(revenue=0.0),
        "nameless": orders.assign(customer_id=None),
        "one day": orders.assign(day=END),
    }[how]
    assert build_cases(orders, AS_OF, FMT) is None
