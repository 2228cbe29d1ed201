"""Impact: planted effects found, strength of evidence capped where it must be, nothing crashes on small data."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Assumptions, Intervention
from playbook.generate import generate_client
from playbook.methods.evaluation.impact import Impact, impact
from playbook.methods.evaluation.measuring.effect import judge
from playbook.methods.evaluation.measuring.measure import Sales, measure
from playbook.result.contract import Locked
from playbook.result.formats import LEVEL, Formats

FMT = Formats("EUR")
AS_OF = date(2026, 6, 28)
START, END = date(2026, 5, 4), date(2026, 5, 31)
MAIL = Intervention(id="mail", name="Mail", start=START, end=END, cost=500)
CUSTOMERS = 120
PLANTED = (  # of the generated shop's interventions, those with a control group
    ("banner-redesign", date(2026, 1, 12), date(2026, 2, 8)),
    ("spring-mail", date(2026, 3, 2), date(2026, 3, 29)),
    ("loyalty-points", date(2026, 5, 4), date(2026, 7, 26)),
)


def _shop(effect: float = 0.0, seed: int = 5, drift: float = 0.0) -> pd.DataFrame:
    """Weekly Poisson orders of 50 each over 30 weeks; the first half of the customers is treated."""
    rng = np.random.default_rng(seed)
    first = pd.Timestamp(AS_OF) - pd.Timedelta(weeks=30) + pd.Timedelta(days=1)
    rows = []
    for week in range(30):
        day = first + pd.Timedelta(weeks=week)
        running = pd.Timestamp(START) <= day <= pd.Timestamp(END)
        rate = np.where(np.arange(CUSTOMERS) < CUSTOMERS // 2, 1 + effect * running + drift * week, 1.0)
        orders = rng.poisson(rate)
        if week == 0:
            orders = np.maximum(orders, 1)
        rows += [(f"c{c:03d}", day) for c in np.repeat(np.arange(CUSTOMERS), orders)]
    frame = pd.DataFrame(rows, columns=["customer_id", "day"])
    return frame.assign(order_id=range(len(frame)), revenue=50.0)


def _weeks(orders: pd.DataFrame) -> pd.DataFrame:
    by_week = orders.groupby(orders["day"].rename("week"))
    return by_week.agg(revenue=("revenue", "sum"), orders=("order_id", "nunique")).reset_index()


def _members(control: bool = True) -> pd.DataFrame:
    ids = [f"c{c:03d}" for c in range(CUSTOMERS)]
    half = CUSTOMERS // 2
    rows = [("mail", c, "treated") for c in ids[:half]] + [("mail", c, "control") for c in ids[half:] if control]
    return pd.DataFrame(rows, columns=["intervention_id", "customer_id", "group"])


def _impact(orders, members=None, margin=0.4, interventions=(MAIL,)) -> Impact:
    return impact(orders, _weeks(orders), interventions, Assumptions(gross_margin=margin), AS_OF, FMT, members)


def test_planted_effect_and_its_money():
    found = _impact(_shop(effect=1.0), _members())
    row = found.effects.iloc[0]
    assert row["verdict"] == "shown"
    assert row["design"] == "control group"
    assert row["revenue_low"] < row["revenue"] < row["revenue_high"]
    assert row["revenue"] == pytest.approx(60 * 4 * 50, rel=0.35)  # 60 customers, 4 weeks, one order of 50 more a week
    assert row["profit"] == pytest.approx(row["revenue"] * 0.4 - 500)
    assert row["roi"] == pytest.approx(row["profit"] / 500)
    assert found.headline == f"Mail earned {FMT.money(row['profit'])} after its cost of €500"
    assert found.findings[0].evidence == "shown"
    assert len(found.figures()) == 3  # all effects, the course, and week by week


def test_no_margin_no_profit():
    found = _impact(_shop(effect=1.0), _members(), margin=None)
    assert found.effects["profit"].isna().all()
    assert "profit" not in found.findings[0].sentence
    assert any("No gross margin" in a.text for a in found.assumptions)


def test_others_not_drawn_by_lot_are_at_most_likely():
    row = _impact(_shop(effect=1.0), _members(control=False)).effects.iloc[0]
    assert (row["design"], row["verdict"], row["n_control"]) == ("other customers", "likely", CUSTOMERS // 2)


def test_groups_that_drift_apart_give_an_indication_at_most():
    row = _impact(_shop(effect=1.0, drift=0.3), _members(control=False)).effects.iloc[0]
    assert row["pre_trend_p"] < 0.05
    assert row["verdict"] == "indicative"


def test_for_everybody_the_past_is_the_comparison():
    found = _impact(_shop(effect=2.0))
    row = found.effects.iloc[0]
    assert (row["design"], row["verdict"]) == ("own past", "indicative")  # less than two years: it may be the season
    assert row["effect"] == pytest.approx(1.0, abs=0.25)  # half of the customers tripled
    assert "expected" in found.figures()[1].data.frame


@pytest.mark.parametrize(
    ("shift", "verdict"),
    [(-0.15, "indicative"), (0.16, "indicative"), (-0.3, "indicative"), (0.3, "likely"), (0.0, "not shown")],
)
def test_without_comparison_group_the_stricter_test_counts(shift, verdict):
    rng = np.random.default_rng(8)
    week = pd.date_range("2023-01-02", periods=140, freq="7D")
    noise = rng.normal(0, 0.2, 140)
    revenue = 1000 * np.exp(noise + np.log1p(shift) * (np.arange(140) >= 130))
    stated = Intervention(id="sign", start=week[130].date(), end=(week[139] + pd.Timedelta(days=6)).date())
    weeks = pd.DataFrame({"week": week, "revenue": revenue})
    assert measure(stated, Sales(order_totals=_shop(), weeks=weeks), stated.end, None).verdict == verdict


def test_nothing_planted_nothing_shown():
    found = _impact(_shop(), _members())
    assert found.effects.iloc[0]["verdict"] == "not shown"
    assert found.effects.iloc[0]["detectable"] > 0
    (finding,) = found.findings
    assert finding.sentence.startswith("Mail: no effect stands out from chance. In 4 weeks revenue came out")
    assert "This test could only show a change of" in finding.sentence
    assert finding.money is None and finding.unit == "share"
    assert found.table[["revenue", "profit", "roi"]].isna().all(axis=None)
    assert " to " in found.table.loc[0, "revenue_range"]


@pytest.mark.parametrize(("effect", "control", "words"), [(1.0, False, "drifting apart"), (-0.5, False, "drifting apart")])
def test_an_indication_is_neither_a_gain_nor_a_loss(effect, control, words):
    (finding,) = _impact(_shop(effect=effect, drift=0.3), _members(control)).findings
    assert finding.evidence == "indicative"
    assert words in finding.sentence and "control group drawn by lot would settle it" in finding.sentence
    assert finding.money is None
    assert not {"brought", "cost", "profit", "loss"} & set(finding.sentence.split())


def test_tables_fit_the_page():
    found = _impact(_shop(effect=1.0), _members())
    assert max(len(table.columns) for table in found.tables) <= 7
    row = found.tables[0].frame.iloc[0]
    assert row["revenue_range"] == f"{FMT.money(row['revenue_low'])} to {FMT.money(row['revenue_high'])}"
    assert (row["customers"], row["alike"]) == ("60 and 60", "yes")


def _by_region(lift: float) -> Impact:
    """Six regions of twenty customers, the first with ``lift`` more orders since the start."""
    rng = np.random.default_rng(1)
    first = pd.Timestamp(AS_OF) - pd.Timedelta(weeks=40) + pd.Timedelta(days=1)
    home, weeks = np.repeat([f"R{n}" for n in range(6)], 20), pd.date_range(first, periods=40, freq="7D")
    running = (weeks >= pd.Timestamp(START)) & (weeks <= pd.Timestamp(END))
    revenue = 50.0 * rng.poisson(2 * (1 + lift * np.outer(home == "R0", running)))
    sold = pd.DataFrame(revenue, home, weeks).groupby(level=0).sum()
    region_weeks = sold.rename_axis("region").melt(ignore_index=False, var_name="week", value_name="revenue").reset_index()
    stated = MAIL.model_copy(update={"regions": ("R0",)})
    given = Assumptions(gross_margin=0.4), AS_OF, FMT
    return impact(_shop(), _weeks(_shop()), (stated,), *given, region_weeks=region_weeks)


def test_a_rollout_to_a_region_is_told_with_its_placebos():
    found = _by_region(1.0)
    (finding,) = found.findings
    assert finding.evidence == "likely"
    assert "measured against a mix of 5 other regions" in finding.sentence
    captions = [table.caption for table in found.tables]
    choice = found.tables[captions.index("Which comparison was chosen, and why")].frame.iloc[0]
    assert choice["design"] == "other regions" and choice["why"].startswith("It was rolled out to one region")
    assert choice["customers"] == "by region, 5 others"
    assert "its gap is the largest of 6" in choice["note"] and "a second method, finds +" in choice["note"]
    assert [figure.caption.split(":")[0] for figure in found.figures()][1:] == ["Mail"] * 2
    assert "pale" in found.figures()[-1].caption
    assert any("mix of others" in a.text for a in found.assumptions)


def test_a_region_without_effect_is_told_so():
    (finding,) = _by_region(0.0).findings
    assert finding.evidence == "not shown"
    assert "a mix of 5 other regions led to expect. A trial with a control group" in finding.sentence


def test_every_comparison_says_why_and_trials_what_moved():
    later = Intervention(id="later", start=AS_OF + timedelta(days=3))
    found = _impact(_shop(effect=1.0), _members(), interventions=(MAIL, later, Intervention(id="all", start=START, end=END)))
    by_caption = {table.caption: table.frame for table in found.tables}
    why = by_caption["Which comparison was chosen, and why"]["why"].tolist()
    assert why[0].startswith("Some customers were set aside") and why[1] == "–" and why[2].startswith("It was for everybody")
    moved = by_caption["What moved: who bought, for how much an order, and both together"]
    assert moved["metric"].tolist() == ["Customers who bought", "Order value", "Revenue a customer"]
    assert moved.loc[1, "control"] == moved.loc[1, "treated"] == "€50.00"
    assert moved.loc[1, "change"].endswith("0.0%")


def test_week_by_week_the_groups_part_at_the_start():
    figure = _impact(_shop(effect=1.0, seed=6), _members()).figures()[2]
    frame = figure.data.frame.set_index("time")
    assert frame.loc[0:, "effect"].mean() == pytest.approx(50, abs=20)  # one order more a week, three standard errors
    assert frame.loc[:-1, "effect"].mean() == pytest.approx(0, abs=1e-9)
    assert (frame.loc[0:, "low"] > 0).sum() >= 3
    assert "weekly ranges hold zero" in figure.alt


def test_harm_is_called_harm():
    found = _impact(_shop(effect=-0.8), _members())
    assert found.effects.iloc[0]["verdict"] == "harmful"
    assert found.headline.startswith("Mail lowered revenue")


@pytest.mark.parametrize(
    ("low", "high", "p", "caps", "verdict"),
    [
        (1, 3, 0.01, {}, "shown"),
        (1, 3, 0.10, {}, "likely"),
        (1, 3, 0.01, {"at_most_likely": True}, "likely"),
        (1, 3, 0.01, {"doubtful": True}, "indicative"),
        (-1, 3, 0.5, {}, "not shown"),
        (-3, -1, 0.01, {}, "harmful"),
        (float("nan"), float("nan"), float("nan"), {}, "not shown"),
    ],
)
def test_judge(low, high, p, caps, verdict):
    assert judge(low, high, p, **caps) == verdict


def test_states_that_cannot_be_measured_yet_are_rows():
    later = Intervention(id="later", start=AS_OF + timedelta(days=3))
    fresh = Intervention(id="fresh", start=AS_OF - timedelta(days=3))
    found = _impact(_shop(), _members(), interventions=(later, fresh, MAIL))
    assert found.effects["verdict"].tolist() == ["not started", "too early", "not shown"]
    assert len(found.findings) == 3


def test_same_time_is_noted():
    found = _impact(_shop(), _members(), interventions=(MAIL, Intervention(id="radio", start=START)))
    assert "Ran at the same time: radio." in found.effects.loc[0, "note"]
    assert "Still running" in found.effects.loc[1, "note"]


def test_no_interventions_lock_the_section():
    found = _impact(_shop(), interventions=())
    assert isinstance(found, Locked)
    assert found.unlock == ("interventions in client.yml (id, start, end, cost)",)


@pytest.mark.parametrize("rows", [slice(0, 0), slice(0, 1), slice(0, 60)])
@pytest.mark.parametrize("members", [None, "listed"])
def test_small_data(rows, members):
    orders = _shop().iloc[rows]
    found = _impact(orders, _members() if members else None)
    assert found.effects["verdict"].tolist() == ["too little data"]
    assert found.figures() == ()


def test_all_zero_revenue_and_no_customer_column():
    orders = _shop().assign(revenue=0.0)
    assert _impact(orders, _members()).effects["verdict"].tolist() == ["not shown"]
    assert _impact(orders.drop(columns="customer_id"), _members()).effects["verdict"].tolist() == ["too little data"]


def test_inputs_are_left_alone():
    orders, members = _shop(), _members()
    kept = orders.copy(deep=True), members.copy(deep=True)
    _impact(orders, members)
    pd.testing.assert_frame_equal(orders, kept[0])
    pd.testing.assert_frame_equal(members, kept[1])


@pytest.fixture(scope="module")
def generated():
    """Effect by intervention and the planted truth, for three generated shops, the later ones smaller."""
    found = []
    for seed, customers in ((7, 3000), (31, 1000), (32, 1000)):
        client = generate_client(seed, customers)
        orders = client.tables["orders"].assign(day=lambda o: o["order_date"].dt.normalize())
        by_order = orders.groupby(["order_id", "customer_id"], dropna=False)
        orders = by_order.agg(day=("day", "min"), revenue=("revenue", "sum")).reset_index()
        for id, start, end in PLANTED:
            intervention = Intervention(id=id, start=start, end=end)
            sales = Sales(order_totals=orders, weeks=pd.DataFrame(), memberships=client.tables["interventions"])
            effect = measure(intervention, sales, client.as_of, None)
            found.append((seed, effect, client.truth.values["interventions"][id]))
    return found


def test_generated_shop_mail_found_and_banner_not(generated):
    first = {effect.id: (effect, truth) for seed, effect, truth in generated if seed == 7}
    mail, truth = first["spring-mail"]
    assert mail.verdict == "shown"
    assert mail.revenue_low <= truth["expected_added_revenue"] <= mail.revenue_high
    assert first["banner-redesign"][0].verdict == "not shown"


def test_generated_shops_ranges_hold_the_truth(generated):
    held = [e.revenue_low <= truth["expected_added_revenue"] <= e.revenue_high for _, e, truth in generated]
    assert np.mean(held) >= LEVEL - 0.25  # nine ranges: fewer than five hits in nine has a chance of 2 %
