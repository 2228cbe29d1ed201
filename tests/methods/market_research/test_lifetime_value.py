import pickle
from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from playbook.engagement import Assumptions, open_engagement
from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.market_research.lifetime.bg_nbd import fit_buying
from playbook.methods.market_research.lifetime.bg_nbd_future import NEWCOMER, expected_purchases
from playbook.methods.market_research.lifetime.customer_worth import (
    YEAR,
    Terms,
    learn_spending,
    worth_by_orders,
)
from playbook.methods.market_research.lifetime.groups import widened
from playbook.methods.market_research.lifetime.holdout import hold_out_orders
from playbook.methods.market_research.lifetime.newcomer_worth import newcomer_worth
from playbook.methods.market_research.lifetime.purchase_histories import purchase_histories
from playbook.methods.market_research.lifetime_value import lifetime_value
from playbook.methods.market_research.segments import segments
from playbook.result.contract import Locked
from playbook.result.formats import Formats

FMT, AS_OF = Formats("EUR"), date(2026, 10, 31)
DAY = pd.Timestamp(AS_OF)
STATED = Assumptions(gross_margin=0.4, acquisition_cost=20, discount_rate=0.1)


def _orders(rows: list[tuple[str | None, int, float]]) -> pd.DataFrame:
    """Orders from (customer, days before the as-of day, revenue)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "ago", "revenue"]).astype({"ago": "int64", "revenue": "float64"})
    day = DAY - pd.to_timedelta(frame["ago"], "D")
    return frame.assign(order_id=[f"o{i}" for i in range(len(frame))], day=day, units=1.0).drop(columns="ago")


def _shop(customers: int = 300, seed: int = 0, days: int = 800) -> pd.DataFrame:
    """Customers who come over time, buy at random and leave after one purchase in ten."""
    rng, rows = np.random.default_rng(seed), []
    for i in range(customers):
        ago, rate, worth = int(rng.integers(0, days)), rng.gamma(2.0, 1 / 60), rng.gamma(4.0, 10.0)
        while ago >= 0:
            rows.append((f"c{i:04d}", ago, float(rng.gamma(3.0, worth / 3))))
            if rng.random() < 0.1:
                break
            ago -= 1 + int(rng.exponential(1 / rate))
    return _orders(rows)


@pytest.fixture(scope="module")
def aurora():
    """Orders, as-of day, and lifetime value with segments of the bundled test client."""
    client = open_engagement("aurora-audio")
    tables = open_tables(client.model_copy(update={"sources": {"orders": client.sources["orders"]}, "interventions": ()}))
    orders = FRAMES["order_totals"].build(tables)
    groups = segments(orders, tables.as_of, FMT)
    return orders, tables.as_of, lifetime_value(tables.as_of, FMT, client.parameters, orders, None, groups), groups


def test_worked_example_of_worth_and_cost():
    # The source article prints 14.14; 5,000 / 1.1 + 6,000 / 1.21 + 7,000 / 1.331 = 14,763.34, or 14.76 times 1,000 (NUMBERS).
    value = (np.array([5000, 6000, 7000]) * np.exp(-Terms(1.0, 0.10, 3 * YEAR).force * YEAR * np.arange(1, 4))).sum()
    assert round(value, 2) == 14763.34 and round(value / 1000, 2) == 14.76


def test_aurora_who_is_gone(aurora, root):
    orders, _, result, _ = aurora
    truth = pd.read_parquet(root / "data/aurora-audio/truth/customers.parquet").set_index("customer_id")
    found = result.customers.set_index("customer_id")["alive"]
    known = truth.reindex(found.index).dropna(subset=["alive"])
    honest = known[known["segment"] != "fraud account"]
    assert len(known) > 2900
    for rows in (known, honest):
        assert roc_auc_score(rows["alive"].astype(bool), found[rows.index]) >= 0.95
    gone = next(f for f in result.findings if f.id == "lifetime-gone")
    assert gone.low <= (~known["alive"].astype(bool)).sum() <= gone.high
    assert result.k == 3 and result.model == "BG/CNBD-3"  # planted: a purchase needs three ticks


def test_aurora_adds_up(aurora):
    orders, as_of, result, groups = aurora
    cost = open_engagement("aurora-audio").parameters.acquisition_cost
    assert result.groups["value"].sum() == pytest.approx(result.total) == pytest.approx(result.customers["value"].sum())
    assert result.groups["share"].sum() == pytest.approx(1) and set(result.groups["segment"]) == set(groups.profiles["segment"])
    assert (result.groups["low"] <= result.groups["value"]).all() and (result.groups["value"] <= result.groups["high"]).all()
    assert (result.customers["low"] <= result.customers["value"]).all() and (
        result.customers["value"] <= result.customers["high"]
    ).all()
    assert result.total_low < result.total < result.total_high and result.groups["per_customer"].idxmax() == 0
    assert result.clv_net == pytest.approx(result.new_customer.value - cost) and len(result.headline) <= 90
    assert len(pickle.dumps(result)) < 1_000_000 and len(result.figures()) == 3
    assert abs(result.holdout.miss) < 0.15 and result.holdout.customers > 2500


def test_range_of_single_customers_holds_what_really_happens(aurora):
    orders, as_of, _, _ = aurora
    day, weeks = pd.Timestamp(as_of), 39
    cut = day - pd.Timedelta(weeks=weeks)
    histories = purchase_histories(orders, cut)
    histories = histories[(histories["revenue"] > 0) & (histories["repeats"] > 3)].reset_index(drop=True)
    worth = worth_by_orders(
        histories,
        fit_buying(histories, 3),
        learn_spending(histories),
        Terms(1.0, 0.0, weeks),
        np.zeros(len(histories), dtype=int),
        1,
    )
    after = orders[(orders["day"] > cut) & (orders["day"] <= day)].groupby("customer_id")["revenue"].sum()
    real = after.reindex(histories["customer_id"]).fillna(0.0).to_numpy()
    inside = (worth.customers["low"] - 1e-9 <= real) & (real <= worth.customers["high"] + 1e-9)
    assert 0.72 < inside.mean() < 0.92  # meant to be 80 percent


def test_value_of_a_customer_by_its_parts():
    histories = purchase_histories(_shop(), DAY)
    fit, spending, terms = fit_buying(histories), learn_spending(histories), Terms(0.4, 0.1, 3 * YEAR)
    worth = worth_by_orders(histories, fit, spending, terms, np.zeros(len(histories), dtype=int), 1)
    days = np.linspace(0, terms.weeks, 1500)
    made = np.diff(expected_purchases(fit, histories.iloc[:5], days), axis=1)
    middle = (days[1:] + days[:-1]) / 2
    by_hand = made @ 1.1 ** (-middle / YEAR) * worth.customers["order_value"].iloc[:5] * 0.4
    assert worth.customers["value"].iloc[:5].to_numpy() == pytest.approx(by_hand.to_numpy(), rel=1e-4)
    assert worth.totals.mean() == pytest.approx(worth.customers["value"].sum(), rel=0.03)


def test_new_customer_holds_its_first_order():
    histories = purchase_histories(_shop(1000), DAY)
    fit = fit_buying(histories)
    new = newcomer_worth(histories, fit, Terms(1.0, 0.0, 2 * YEAR))
    assert new.basis == "late" and new.low < new.value < new.high and new.kept == pytest.approx(1, abs=0.1)
    # Nothing to come within no time: the first order alone.
    at_once = newcomer_worth(histories, fit, Terms(1.0, 0.0, 1e-9))
    span = histories["age"].max()
    fresh = histories[histories["age"] < span - min(52, span / 3)]
    assert at_once.value == pytest.approx(fresh["revenue"].sum() / (fresh["repeats"] + 1).sum())
    few = newcomer_worth(histories.head(90), fit, Terms(1.0, 0.0, 2 * YEAR))
    assert few.basis == "all" and few.repeats == pytest.approx(expected_purchases(fit, NEWCOMER, [2 * YEAR])[0, 0] * few.kept)


def test_newcomers_are_those_won_within_the_data():
    orders = _shop(600, 3)
    histories = purchase_histories(orders, DAY)
    fit, terms = fit_buying(histories), Terms(1.0, 0.0, YEAR)
    won = histories.set_index("customer_id")["age"]
    won.iloc[:200] += 500  # won long before, and for some of the others it is not known
    found = newcomer_worth(histories, fit, terms, won.iloc[:580])
    assert found.basis == "acquired" and found.customers == 380
    assert newcomer_worth(histories, fit, terms, won.iloc[:250]).basis == "late"  # too few of them are known


def test_new_customer_against_what_newcomers_did(aurora):
    # Customers won in the first two of three years: their repeat purchases in the year after the first.
    orders, as_of, _, _ = aurora
    client = open_engagement("aurora-audio")
    tables = open_tables(
        client.model_copy(update={"sources": {k: client.sources[k] for k in ("orders", "customers")}, "interventions": ()})
    )
    customers = FRAMES["customers"].build(tables)
    result = lifetime_value(as_of, FMT, client.parameters, orders, None, None, customers, years=1)
    assert result.new_customer.basis == "acquired"
    bought = orders[orders["revenue"] > 0.005].drop_duplicates(["customer_id", "day"])
    first = bought.groupby("customer_id")["day"].min()
    won = pd.to_datetime(customers.set_index("customer_id")["acquired_on"]).reindex(first.index)
    seen = first[(won >= orders["day"].min()) & (first <= pd.Timestamp(as_of) - pd.Timedelta(days=365))]
    since = (bought["day"] - bought["customer_id"].map(seen)).dt.days
    assert result.new_customer.repeats == pytest.approx(((since > 0) & (since <= 365)).sum() / len(seen), rel=0.08)


def test_hold_out_of_a_shop_as_the_model_has_it():
    held = hold_out_orders(_shop(2000, 4), DAY, 30, 10)
    assert abs(held.miss) < 0.1 and held.course["step"].iloc[-1] == 26 and held.step == "week"
    assert held.bands["customers"].sum() == held.customers
    assert (held.bands["customers"] * held.bands["actual"]).sum() == pytest.approx(held.actual)
    assert (held.bands["customers"] * held.bands["expected"]).sum() == pytest.approx(held.expected)


def test_a_forecast_that_missed_lowers_evidence_and_widens_ranges():
    before = _shop(600, 2)
    quiet = before[before["day"] < DAY - pd.Timedelta(days=150)]
    good, bad = (lifetime_value(AS_OF, FMT, STATED, orders) for orders in (before, quiet))
    assert bad.holdout.miss > 0.5 and next(f for f in bad.findings if f.id == "lifetime-base").evidence == "indicative"
    check = next(f for f in bad.findings if f.id == "lifetime-check")
    assert "too high" in check.sentence and "order of magnitude" in check.sentence
    assert (bad.total_high - bad.total_low) / bad.total > 2 * (good.total_high - good.total_low) / good.total
    assert widened(100, 90, 110, 0.0) == (90, 110) and widened(100, 90, 110, 1.0)[0] == 0


def test_terms_do_what_they_say():
    orders = _shop()
    plain, bare = lifetime_value(AS_OF, FMT, STATED, orders), lifetime_value(AS_OF, FMT, Assumptions(discount_rate=0.1), orders)
    assert bare.total == pytest.approx(plain.total / 0.4) and bare.clv_cac is None and "ratio" not in bare.groups
    assert "revenue" in bare.findings[0].sentence and any("No margin" in note.text for note in bare.assumptions)
    assert lifetime_value(AS_OF, FMT, Assumptions(gross_margin=0.4, discount_rate=0.0), orders).total > plain.total
    assert lifetime_value(AS_OF, FMT, STATED, orders, years=1).total < plain.total
    dear = lifetime_value(AS_OF, FMT, Assumptions(gross_margin=0.4, acquisition_cost=1e5), orders)
    assert "less than" in dear.headline and dear.clv_net < 0 and "Stop" in dear.findings[0].action
    unstated = lifetime_value(AS_OF, FMT, Assumptions(acquisition_cost=20), orders)
    assert "of revenue" in unstated.headline and "State the gross margin" in unstated.findings[0].action
    assert unstated.findings[0].evidence == "indicative"
    free = lifetime_value(AS_OF, FMT, Assumptions(gross_margin=0.4, acquisition_cost=0), orders)
    assert free.clv_cac is None and free.clv_net == free.new_customer.value
    assert "The stated cost of winning one is zero" in free.findings[0].sentence and free.findings[0].action.startswith(
        "Count what"
    )
    with pytest.raises(ValueError, match="horizon"):
        lifetime_value(AS_OF, FMT, STATED, orders, years=0)


@pytest.mark.parametrize(("rate", "said"), [(0.1, "91% of money today"), (1.0, "50% of money today"), (0.0, "as much as money")])
def test_what_a_discount_takes_off_is_said_right(rate, said):
    notes = lifetime_value(AS_OF, FMT, Assumptions(discount_rate=rate), _shop()).assumptions
    assert any(said in note.text for note in notes)


def test_what_falls_into_the_next_year_is_no_more_than_the_whole():
    for years in (1, 2):
        result = lifetime_value(AS_OF, FMT, Assumptions(gross_margin=0.4, discount_rate=1.0), _shop(), years=years)
        top = next(f for f in result.findings if f.id == "lifetime-top")
        value = result.customers["value"].nlargest(30).sum()
        assert (top.money == pytest.approx(value)) if years == 1 else (top.money < value)
        assert ("of which" in top.sentence) is (years > 1)


def test_a_shop_where_buying_stopped_says_so_first():
    orders = _shop(600, 2)
    quiet = orders[orders["day"] < DAY - pd.Timedelta(days=200)]
    result = lifetime_value(AS_OF, FMT, STATED, quiet)
    assert result.headline.startswith("No customer known on 2 May 2026 has ordered since") and len(result.headline) <= 90
    gone = next(f for f in result.findings if f.id == "lifetime-gone")
    # The forecast came out too high: more have left than it says, and not perhaps none.
    assert gone.low > 0.8 * gone.value and not any(f.evidence == "likely" for f in result.findings)


def test_a_new_customer_who_may_not_bring_its_cost_is_not_praised():
    orders = _shop(600, 2)
    plain = lifetime_value(AS_OF, FMT, STATED, orders).new_customer
    between = Assumptions(gross_margin=0.4, acquisition_cost=(plain.low + plain.value) / 2, discount_rate=0.1)
    result = lifetime_value(AS_OF, FMT, between, orders)
    assert "is open" in result.headline and result.findings[0].evidence == "indicative" and len(result.headline) <= 90
    cheap = Assumptions(gross_margin=0.4, acquisition_cost=plain.value / 5000, discount_rate=0.1)
    assert ": 5,000 times what it costs" in lifetime_value(AS_OF, FMT, cheap, orders).headline
    dear = lifetime_value(AS_OF, FMT, Assumptions(gross_margin=0.4, acquisition_cost=1e5), orders)
    assert " times " not in dear.findings[0].sentence


def test_customers_who_ordered_once_are_not_said_to_have_stayed():
    rng, orders = np.random.default_rng(1), _shop(120, 5, 1000)
    once = _orders([(f"once{i:04d}", int(rng.integers(0, 1000)), 30.0) for i in range(900)])
    result = lifetime_value(AS_OF, FMT, STATED, pd.concat([orders, once], ignore_index=True))
    gone = next(f for f in result.findings if f.id == "lifetime-gone")
    assert result.model.startswith("BG")  # in which who ordered once is held to be active
    assert gone.n < 150 and "who came back after the first order" in gone.sentence
    assert "who ordered once, nothing of the kind can be said" in gone.sentence


def test_customers_outside_the_segments_are_a_group():
    orders = _shop(300)
    groups = segments(orders, AS_OF, FMT)
    object.__setattr__(groups, "assignments", groups.assignments.iloc[20:])
    result = lifetime_value(AS_OF, FMT, STATED, orders, None, groups)
    assert result.groups.set_index("segment").at["no segment", "customers"] == 20 and len(result.customers) == 300
    dear = lifetime_value(AS_OF, FMT, STATED.model_copy(update={"acquisition_cost": 1e9}), orders, None, groups)
    told = next(f for f in dear.findings if f.id == "lifetime-segment").sentence
    assert "280 of the 300 customers, a customer is worth less than" in told  # those outside are no segment


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "0 bought so far, 0 came back"),
        ([("a", 1, 5.0)], "1 bought so far"),
        ([(f"c{i}", 100 + i, 5.0) for i in range(60)], "60 bought so far, 0 came back"),
        ([(f"c{i}", 400, -5.0) for i in range(60)], "0 bought so far"),
        ([(None, i, 5.0) for i in range(60)], "0 bought so far"),
        ([(f"c{i}", d, 5.0) for i in range(60) for d in (3, 20)], "three months"),
    ],
)
def test_too_little_to_learn_from_locks_the_section(rows, said):
    result = lifetime_value(AS_OF, FMT, STATED, _orders(rows))
    assert isinstance(result, Locked) and said in result.unlock[0] and result.promise


def test_without_customers_or_tables_the_section_is_locked():
    for orders in (None, _shop(40).drop(columns="customer_id")):
        result = lifetime_value(AS_OF, FMT, STATED, orders)
        assert isinstance(result, Locked) and result.unlock[0].startswith("orders (customer_id), or customers")


@pytest.mark.parametrize(
    "rows",
    [
        [(f"c{i}", d, 20.0) for i in range(40) for d in range(0, 360, 30)],  # all alike, nobody leaves, one value
        [(f"c{i}", d, 20.0) for i in range(40) for d in ((300, 200) if i < 12 else (250,))],  # most bought once, all are silent
        [(f"<i>客{i}</i>", d, 10.0 ** (i % 7)) for i in range(60) for d in (0, 10 + i, 200 + i)],  # values a million apart
        [(f"c{i}", d, v) for i in range(50) for d, v in ((300, 9.0), (150, 0.01), (20, -8.0))],  # returns eat nearly all
        [(f"c{i}", d, 5.0) for i in range(40) for d in range(i % 3, 200)],  # an order every day
    ],
)
def test_odd_customers_still_get_an_answer(rows):
    result = lifetime_value(AS_OF, FMT, STATED, _orders(rows))
    assert np.isfinite([result.total_low, result.total, result.total_high, result.new_customer.high]).all()
    assert result.total_low <= result.total <= result.total_high and result.customers["alive"].between(0, 1).all()
    assert all("nan" not in f.sentence and "inf" not in f.sentence for f in result.findings)
    assert all(figure.alt and figure.svg for figure in result.figures())


def test_deterministic_and_input_unchanged():
    orders = _shop()
    before = orders.copy()
    first, second = (lifetime_value(AS_OF, FMT, STATED, orders) for _ in range(2))
    pd.testing.assert_frame_equal(first.customers, second.customers)
    assert [f.sentence for f in first.findings] == [f.sentence for f in second.findings]
    assert first.figures()[0].svg == second.figures()[0].svg
    shuffled = lifetime_value(AS_OF, FMT, STATED, orders.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(first.customers, shuffled.customers)
    pd.testing.assert_frame_equal(orders, before)


@pytest.mark.realdata
def test_cdnow_as_a_client(shared_data):
    names = ["master", "customer_id", "day", "units", "revenue"]
    rows = pd.read_csv(shared_data / "cdnow" / "CDNOW_sample.txt", sep=r"\s+", header=None, names=names)
    rows = rows.assign(day=pd.to_datetime(rows["day"].astype(str)))
    result = lifetime_value(date(1998, 6, 30), Formats("USD"), Assumptions(), rows)
    assert result.k == 1 and len(result.customers) == 2349  # they buy at random times; eight of the 2,357 never paid
    assert abs(result.holdout.miss) < 0.1 and result.new_customer.basis == "all"  # all came in the first quarter
