"""Customer base: every group told by hand, and the flow to the cent whatever comes."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook import open_engagement, study
from playbook.engagement import Assumptions
from playbook.methods.needs_analysis.base.flow import GROUPS, customer_flow, customer_windows
from playbook.methods.needs_analysis.customer_base import customer_base
from playbook.methods.needs_analysis.windows import windows
from playbook.result.contract import Locked
from playbook.result.formats import Formats

EUR, DAY = Formats("EUR"), date(2026, 10, 31)
HISTORY, EARLY, LATE = pd.Timestamp("2024-02-01"), pd.Timestamp("2025-03-01"), pd.Timestamp("2026-03-01")


def orders(*rows: tuple[pd.Timestamp, str | None, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["day", "customer_id", "revenue"])
    return frame.assign(
        day=pd.to_datetime(frame["day"]), customer_id=frame["customer_id"].astype(object), order_id=range(len(frame))
    )


def _base() -> pd.DataFrame:
    rows = [(HISTORY, "back", 9.0), (LATE, "back", 7.0), (EARLY, "left", 50.0), (LATE, "came", 30.0), (LATE, None, 4.0)]
    rows += [(HISTORY, "sent", 20.0), (LATE, "sent", -20.0)]
    rows += [(day, f"k{i}", 10.0 + i) for i in range(20) for day in (EARLY, LATE)]
    return orders(*rows, (LATE, "k0", 5.0))


def test_groups_by_hand():
    result = customer_base(_base(), DAY, EUR)
    flow = result.flow.set_index("group")
    assert flow["customers"].to_dict() == {"lost": 1, "kept": 20, "new": 1, "regained": 1, "returns": 1, "unknown": 0}
    assert flow["change"].to_dict() == {"lost": -50, "kept": 5, "new": 30, "regained": 7, "returns": -20, "unknown": 4}
    assert result.headline == "95% of customers stayed; lost ones took €50, new ones brought €30"
    lost = next(f for f in result.findings if f.id == "customer-base-lost")
    assert lost.sentence == (
        "1 customer of the twelve months before did not buy in the last twelve months; it had brought €50. "
        "New customers (1) brought €30, regained ones (1) €7."
    )
    assert lost.money == 50 and lost.evidence == "shown"


def test_what_winning_anew_costs_is_told_where_it_is_known():
    told = customer_base(_base(), DAY, EUR, Assumptions(acquisition_cost=31)).findings[0].sentence
    assert told.endswith("Winning as many new ones costs about €31, at €31 each.")


ORDER = st.tuples(
    st.sampled_from([HISTORY, EARLY, LATE]), st.sampled_from(["a", "b", "c", "k1", None]),
    st.floats(-5000, 100000, allow_nan=False),
)  # fmt: skip


@settings(deadline=None, max_examples=80)
@given(st.lists(ORDER, max_size=12))
def test_the_flow_adds_up_to_the_cent(rows):
    frame = pd.concat([_base(), orders(*rows)], ignore_index=True)
    compared = windows(frame["day"], DAY)
    flow = customer_flow(customer_windows(frame, compared), frame, compared)
    late = frame["day"] >= compared.middle
    early = ~late & (frame["day"] >= compared.start)
    cents = (flow[["before", "after", "change"]] * 100).round().astype("int64").sum()
    assert cents["before"] == round(frame.loc[early, "revenue"].sum() * 100)
    assert cents["after"] == round(frame.loc[late, "revenue"].sum() * 100)
    assert cents["change"] == cents["after"] - cents["before"]
    assert set(flow["group"]) <= set(GROUPS)


def test_without_earlier_data_who_came_back_counts_as_new_and_it_is_said():
    rows = _base()
    result = customer_base(rows[rows["day"] >= EARLY], date(2026, 8, 31), EUR)
    assert "regained" not in set(result.flow["group"])
    assert any("count as new" in a.text for a in result.assumptions)


def test_a_short_history_is_indicative_and_promises_no_year():
    rows = [(pd.Timestamp(f"2026-{month:02d}-01"), f"c{i}", 10.0) for month in range(1, 7) for i in range(20) if i > month]
    result = customer_base(orders(*rows), date(2026, 6, 30), EUR)
    assert result.headline.startswith("In the last 3 months: 83% of customers stayed; ")  # c2 to c19 before, c5 to c19 since
    found = {f.id: f for f in result.findings}
    assert found["customer-base-lost"].evidence == "indicative" and found["customer-base-lost"].money is None
    assert result.flow.set_index("group").loc["lost", "customers"] == 3
    assert any("season" in a.text for a in result.assumptions)


def test_at_risk_are_regular_customers_in_unusual_silence():
    rows = [(pd.Timestamp(DAY) - pd.Timedelta(days=60 + 10 * j), "quiet", 10.0) for j in range(10)]
    rows += [(pd.Timestamp(DAY) - pd.Timedelta(days=5 + 10 * j), f"busy{i}", 10.0) for i in range(12) for j in range(60)]
    rows += [(pd.Timestamp(DAY) - pd.Timedelta(days=500 + 10 * j), "gone", 10.0) for j in range(10)]
    result = customer_base(orders(*rows), DAY, EUR)
    assert result.at_risk["customer_id"].tolist() == ["quiet"] and result.at_risk["active_year"].tolist() == [100]
    risk = next(f for f in result.findings if f.id == "customer-base-risk")
    assert (
        risk.evidence == "indicative" and risk.money is None and risk.sentence.startswith("1 regular customer of the last twelve")
    )


def test_headlines_without_losses_or_gains():
    def headline(*rows):
        return customer_base(orders(*rows), DAY, EUR).headline

    stay = [(day, f"c{i}", 5.0) for day in (EARLY, LATE) for i in range(12)]
    assert headline((HISTORY, "c1", 1.0), *stay) == "All 12 customers stayed; no new one came"
    assert headline((HISTORY, "c1", 1.0), *stay, (LATE, "new", 9.0)) == "All 12 customers stayed; new ones brought €9"
    left = headline((HISTORY, "c1", 1.0), *stay, *[(EARLY, f"x{i}", 2.0) for i in range(12)])
    assert left == "50% of customers stayed; lost ones took €24, no new one came"


def test_a_year_told_from_less_than_a_year_is_said():
    rows = [(pd.Timestamp("2026-10-01"), f"c{i}", 5.0) for i in range(12)]
    assert any("hold 1 day:" in a.text for a in customer_base(orders(*rows), DAY, EUR).assumptions)


def test_few_large_customers_are_a_risk():
    rows = [(day, f"c{i}", 1000.0 if i < 10 else 10.0) for day in (EARLY, LATE) for i in range(40)]
    found = {f.id: f for f in customer_base(orders(*rows), DAY, EUR).findings}
    assert found["customer-base-largest"].money == 1_000 and "costs €1,000 a year" in found["customer-base-largest"].sentence
    even = {f.id: f for f in customer_base(orders(*[(LATE, f"c{i}", 10.0) for i in range(200)]), DAY, EUR).findings}
    assert even["customer-base-largest"].money is None


@pytest.mark.parametrize(
    "rows", [[], [(LATE, None, 5.0)], [(LATE, f"c{i}", 5.0) for i in range(9)], [(LATE, f"c{i}", 0.0) for i in range(50)]]
)
def test_too_few_customers_lock_the_section(rows):
    result = customer_base(orders(*rows), DAY, EUR)
    assert isinstance(result, Locked) and "at least 10 customers" in result.unlock[0]


def test_orders_without_customers_lock_the_section():
    assert customer_base(_base().drop(columns="customer_id"), DAY, EUR).unlock == ("orders (customer_id)",)


@pytest.mark.parametrize(
    "rows",
    [
        [(pd.Timestamp("2026-10-30"), f"c{i}", 5.0) for i in range(12)],  # one day
        [(HISTORY, f"c{i}", 5.0) for i in range(12)],  # nothing for two years
        [(EARLY, f"c{i}", 5.0) for i in range(12)],  # all lost
        [(LATE, f"名 <b>{i}", 5.0) for i in range(12)],
        [(day, f"c{i}", 5.0) for i in range(12) for day in (HISTORY, LATE)],  # all regained
    ],
)
def test_odd_histories_are_answered(rows):
    result = customer_base(orders(*rows), DAY, EUR)
    assert 0 < len(result.headline) <= 90 and "nan" not in result.headline
    assert all("nan" not in f.sentence and "–" not in f.sentence for f in result.findings)
    assert all(figure.svg for figure in result.figures())


def test_input_stays_and_the_answer_is_the_same_again():
    frame = _base()
    copy = frame.copy()
    first, second = (customer_base(frame, DAY, EUR) for _ in range(2))
    pd.testing.assert_frame_equal(frame, copy)
    assert first.findings == second.findings and first.figure().svg == second.figure().svg


def test_bundled_clients():
    shop = study(open_engagement("aurora-audio"), customer_base)
    # Planted: new customers of the last year are mostly occasional listeners; enthusiasts stopped joining (generate/planted.py).
    newer = next(f for f in shop.findings if f.id == "customer-base-retention")
    assert newer.value < -0.1 and newer.high < 0
    assert len(shop.figures()) == 3 and shop.cohorts["start"].nunique() <= 12
    grocer = study(open_engagement("complete-journey"), customer_base)
    assert any("which is most of them" in a.text for a in grocer.assumptions)
    assert all(f.money is None for f in grocer.findings if f.id == "customer-base-lost")


def test_the_revenue_of_a_month_is_no_loss_of_a_year():
    days = pd.date_range("2026-10-01", "2026-10-31")
    frame = pd.DataFrame({"order_id": range(31), "day": days, "customer_id": [f"c{i}" for i in range(31)], "revenue": 100.0})
    found = {f.id: f for f in customer_base(frame, date(2026, 10, 31), Formats("EUR")).findings}["customer-base-largest"]
    assert found.money is None
    assert found.sentence.endswith("One brings €100 on average.")
