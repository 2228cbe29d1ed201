from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from playbook.engagement import SegmentRule, open_engagement
from playbook.errors import EngagementError, UsageError
from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.market_research.grouping.findings import slipping_finding
from playbook.methods.market_research.grouping.groups import choose_grouping, gap_statistic, k_means
from playbook.methods.market_research.grouping.habits import buying_habits, came_back, slipping
from playbook.methods.market_research.grouping.names import MEASURES, name_groups, segment_kinds
from playbook.methods.market_research.segments import segments
from playbook.result.contract import Locked
from playbook.result.formats import Formats

FMT = Formats("EUR")
AS_OF = date(2026, 10, 31)


def _orders(rows: list[tuple[str, int, float]]) -> pd.DataFrame:
    """Orders from (customer, days before the as-of day, revenue)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "ago", "revenue"]).astype({"ago": "int64", "revenue": "float64"})
    day = pd.Timestamp(AS_OF) - pd.to_timedelta(frame["ago"], "D")
    return frame.assign(order_id=[f"o{i}" for i in range(len(frame))], day=day, units=1.0).drop(columns="ago")


def _shop() -> pd.DataFrame:
    rows = [(f"often{i}", 3 + i % 5 + 15 * j, 200.0 + i) for i in range(20) for j in range(30)]
    rows += [(f"seldom{i}", 100 + i + 150 * j, 20.0 + i) for i in range(30) for j in range(2)]
    rows += [(f"gone{i}", 700 + i + 30 * j, 80.0 + i) for i in range(25) for j in range(8)]
    return _orders(rows)


def test_k_means_worked_example():
    # The source article prints (3,4) and (7,5); the right centres are (1,2) and (4,2) with inertia 16 (NUMBERS: worked examples).
    fit = k_means(np.array([[1, 2], [1, 4], [1, 0], [4, 2], [4, 4], [4, 0]], dtype=float), 2)
    assert sorted(fit.cluster_centers_.tolist()) == [[1, 2], [4, 2]] and fit.inertia_ == pytest.approx(16)


def test_choice_finds_three_clouds_and_calls_them_stable():
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(centre, 0.2, (40, 2)) for centre in ((0, 0), (5, 0), (0, 5))])
    grouping = choose_grouping(points, range(2, 6))
    assert grouping.k == 3 and grouping.stability == pytest.approx(1)
    assert grouping.quality["k"].tolist() == [2, 3, 4, 5]


@pytest.fixture(scope="module")
def shop():
    return segments(_shop(), AS_OF, FMT)


def test_the_gap_is_widest_at_the_true_number():
    # Tibshirani, Walther & Hastie (2001), section 5: their choice is the smallest k that passes; one cloud is one group.
    rng = np.random.default_rng(0)
    clouds = np.concatenate([rng.normal(centre, 0.2, (60, 2)) for centre in ((0, 0), (5, 0), (0, 5))])
    found = gap_statistic(clouds, [1, 2, 3, 4]).set_index("k")
    assert found["gap"].idxmax() == 3 and found["gap_passed"].idxmax() == 3
    assert gap_statistic(rng.normal(0, 1, (150, 2)), [1, 2]).set_index("k").at[1, "gap_passed"]


def test_votes_are_counted_and_others_are_assigned_to_the_nearest_centre():
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(centre, 0.2, (40, 2)) for centre in ((0, 0), (5, 0), (0, 5))])
    grouping = choose_grouping(points, range(2, 6))
    assert grouping.quality.set_index("k").at[3, "votes"] == 3 and grouping.quality["votes"].max() == 3
    assert (grouping.assign(points) == grouping.labels).all()
    assert grouping.assign(np.array([[4.0, 0.0]]))[0] == grouping.labels[40]


def test_planted_groups_come_back_with_fitting_names(shop):
    result = shop
    kinds = result.assignments.groupby(result.assignments["customer_id"].str.extract(r"([a-z]+)")[0])["kind"].agg(
        ["nunique", "first"]
    )
    assert kinds["nunique"].eq(1).all()
    assert kinds.at["often", "first"] == "champions" and kinds.at["gone", "first"] == "lapsed" and kinds["first"].is_unique
    assert result.profiles["revenue_share"].sum() == pytest.approx(1) and result.profiles["customers"].sum() == 75
    lost = next(f for f in result.findings if f.id == "segments-lost")
    assert (
        lost.n == 25 and lost.money is None and lost.value == sum(8 * (80.0 + i) for i in range(25))
    )  # all eight orders lie within the last active year
    assert len(result.figures()) == 3 and len(result.headline) <= 90


def test_values_of_one_customer_by_hand():
    rows = _orders([("a", 400, 50.0), ("a", 10, 30.0), ("a", 5, -10.0), *[(f"x{i}", i + 1, 5.0 + i) for i in range(40)]])
    found = segments(rows, AS_OF, FMT).assignments.set_index("customer_id").loc["a"]
    assert (found["recency_days"], found["orders"], found["revenue"], found["order_value"]) == (10, 2, 70.0, 35.0)


def test_orders_without_customer_and_pure_returns_are_left_out_and_counted():
    extra = _orders([(None, 3, 9.0), ("back", 4, -5.0)])
    result = segments(pd.concat([_shop(), extra], ignore_index=True), AS_OF, FMT)
    assert "back" not in set(result.assignments["customer_id"])
    texts = " ".join(a.text for a in result.assumptions)
    assert "1 order names no customer" in texts and "1 customer sent back all it bought" in texts


def test_of_customers_who_fell_silent_before_those_who_came_back_are_counted():
    rows = [(f"gone{i}", 135 + 10 * j, 10.0) for i in range(4) for j in range(5)]  # 90 days ago silent for 4.5 gaps
    rows += [("gone0", 30, 10.0), ("once", 135, 10.0), *[("busy", 5 + 10 * j, 10.0) for j in range(20)]]
    past = came_back(_orders(rows), pd.Timestamp(AS_OF), (3, 6, 12), 90)
    assert past["cases"].tolist() == [4, 0] and past["share"].iloc[0] == 0.25


def test_silence_that_most_customers_end_is_not_all_at_stake():
    # "slow" bought every 10 days and stopped 45 days ago; of 40 who had stopped as long ago 90 days before, 30 are back.
    rows = [(f"slow{i}", 45 + 10 * j, 10.0) for i in range(10) for j in range(30)]
    rows += [(f"then{i}", 135 + 10 * j, 10.0) for i in range(40) for j in range(20)]
    rows += [(f"then{i}", 1 + 8 * j, 10.0) for i in range(30) for j in range(8)]
    orders = _orders(rows)
    habits = buying_habits(orders, pd.Timestamp(AS_OF))
    silent = habits[habits["customer_id"].str.startswith("slow")]
    assert silent["silence"].tolist() == [4.5] * 10 and silent["active_year"].tolist() == [300] * 10
    found = slipping(silent, orders, pd.Timestamp(AS_OF))
    assert found.told and found.back == 0.75 and found.worth == 3000 and found.at_risk == pytest.approx(10 * 300 * 10 / 40)
    told = slipping_finding(found, FMT)
    assert told.n == 10 and told.money == pytest.approx(750) and "75% bought again" in told.sentence
    few = slipping_finding(slipping(silent, orders[orders["customer_id"].str.startswith("slow")], pd.Timestamp(AS_OF)), FMT)
    assert (few.money, few.evidence) == (None, "indicative")
    assert slipping_finding(slipping(silent.head(0), orders, pd.Timestamp(AS_OF)), FMT) is None


@pytest.mark.parametrize("rows", [[], [("a", 1, 5.0)], [(f"c{i}", 1, 5.0) for i in range(29)]])
def test_too_few_customers_lock_the_section(rows):
    assert isinstance(segments(_orders(rows), AS_OF, FMT), Locked)


def test_orders_of_nothing_are_no_customers():
    result = segments(_orders([(f"c{i}", i + 1, 0.0) for i in range(40)]), AS_OF, FMT)
    assert isinstance(result, Locked) and "(0 bought so far)" in result.unlock[0]


def test_orders_without_customers_lock_the_section():
    assert segments(_shop().drop(columns="customer_id"), AS_OF, FMT).unlock == ("orders (customer_id)",)


def test_customers_who_are_all_the_same_are_one_group():
    result = segments(_orders([(f"c{i}", 1, 5.0) for i in range(40)]), AS_OF, FMT)
    assert len(result.profiles) == 1 and "40 customers buy alike" in result.headline and len(result.figures()) == 2


RULES = (
    SegmentRule(name="Clubs", when={"orders_per_year": ">= 12", "recency_days": "<= 30"}),
    SegmentRule(name="Former", when={"recency_days": "> 365"}),
)


def test_rules_of_the_client_are_the_segments():
    result = segments(_shop(), AS_OF, FMT, RULES)
    assert result.by == "rules" and len(result.figures()) == 2
    assert result.profiles.set_index("segment")["customers"].to_dict() == {"Clubs": 20, "Former": 25, "Other": 30}
    assert result.headline.startswith("27% of customers, the segment Clubs, bring")
    assert "orders a year at least 12 and days since the last order at most 30" in result.findings[0].sentence
    assert result.profiles["kind"].is_unique and set(result.profiles["kind"]) <= set(segment_kinds())  # advice goes by the kind


def test_all_three_ways_are_there_whichever_is_shown(shop):
    assert shop.by == "groups"
    for result in (shop, segments(_shop(), AS_OF, FMT, by="rules"), segments(_shop(), AS_OF, FMT, by="rfm")):
        assert len(result.rfm) == len(result.rules) == len(result.assignments) == 75
        assert result.rfm[["r", "f", "m"]].isin(range(1, 6)).all(axis=None)
        assert result.migration["customers"].sum() == result.stages["customers"].sum() == 75
        assert result.tree and all(":" in sentence for sentence in result.tree)
        assert [t.caption.split()[0] for t in result.tables] == ["Segments", "How", "The", "From", "Stages"]


def test_mistakes_in_rules_and_settings_are_named():
    with pytest.raises(EngagementError, match="Did you mean 'orders'"):
        segments(_shop(), AS_OF, FMT, (SegmentRule(name="x", when={"order": ">= 1"}),))
    with pytest.raises(UsageError, match="Did you mean 'groups'"):
        segments(_shop(), AS_OF, FMT, by="group")


def test_many_rules_with_odd_names_are_still_told():
    rules = tuple(
        SegmentRule(name=f"<b>客户 {i} with a name longer than any label can be", when={"orders": f"<= {2 * i}"})
        for i in range(1, 20)
    )
    rows = [(f"c{i}", 5 + 3 * j, 9.0 + i) for i in range(60) for j in range(1 + i % 40)]
    result = segments(_orders(rows), AS_OF, FMT, rules)
    assert len(result.profiles) > 12 and "other" in set(result.profiles["kind"])
    assert all(len(figure.data.frame) <= 12 for figure in result.figures())
    assert "<b>客户" not in result._repr_mimebundle_()["text/html"]
    assert result.figures()[0].svg.count(" of revenue") == 12  # a bar each, though the names look the same when cut short


def test_value_ceiling_and_risk_by_hand():
    # One rule, one segment of 40 customers there all the year: 30 brought 10 in it, 10 brought 50; the upper quartile is 20.
    rows = [(f"c{i:02d}", 400, 1.0) for i in range(40)] + [(f"c{i:02d}", 20, 10.0 if i < 30 else 50.0) for i in range(40)]
    result = segments(_orders(rows), AS_OF, FMT, (SegmentRule(name="All", when={"orders": ">= 1"}),))
    assert result.profiles[["revenue_year", "potential", "at_risk"]].iloc[0].tolist() == [800, 30 * 10, 0]


def test_chinese_reports_name_the_segments_in_chinese():
    result = segments(_shop(), AS_OF, Formats("CNY", "zh"))
    assert "核心客户" in set(result.profiles["segment"]) and "流失" in "".join(result.profiles["segment"])
    assert set(result.rules["rule"]) <= {"高频客户", "忠诚客户", "潜力客户", "高价值客户", "中价值客户", "低价值客户"}


def test_deterministic_and_input_unchanged(shop):
    rows = _shop()
    before = rows.copy()
    again = segments(rows, AS_OF, FMT)
    pd.testing.assert_frame_equal(shop.assignments, again.assignments)
    assert shop.findings == again.findings and shop.tree == again.tree
    pd.testing.assert_frame_equal(rows, before)


def test_kinds_are_complete_and_bounds_make_sense():
    for kind in segment_kinds().values():
        assert set(kind.profile) == set(MEASURES) and all(0 <= v <= 1 for v in kind.profile.values())
        assert kind.label.strip() and kind.description.strip() and kind.silence[0] < kind.silence[1]


def test_more_groups_than_names_are_refused():
    groups = np.arange(9)
    customers = pd.DataFrame({c: groups + 1.0 for c in ("recency_days", "orders", "order_value", "first_days", "silence")})
    with pytest.raises(ValueError, match="9 groups"):
        name_groups(customers, groups)


def test_aurora_audio_planted_segments_are_recovered(root):
    client = open_engagement("aurora-audio")
    tables = open_tables(client.model_copy(update={"sources": {"orders": client.sources["orders"]}, "interventions": ()}))
    result = segments(FRAMES["order_totals"].build(tables), tables.as_of, Formats(client.currency))
    truth = pd.read_parquet(root / "data/aurora-audio/truth/customers.parquet").set_index("customer_id")["segment"]
    found = result.assignments.set_index("customer_id")["kind"]
    honest = found[truth.reindex(found.index) != "fraud account"]
    assert adjusted_rand_score(truth.reindex(honest.index), honest) >= 0.9  # asked for: 0.8; three more seeds in the benchmarks
    assert result.profiles["kind"].is_unique


@pytest.mark.realdata
def test_online_retail_groups_are_stable(shared_data):
    # UCI Online Retail: 4,338 customers bought (NUMBERS: segments and baskets counts them without returns).
    lines = pd.read_parquet(shared_data / "online_retail" / "online_retail.parquet").dropna(subset=["CustomerID"])
    lines = lines.assign(revenue=lines["Quantity"] * lines["UnitPrice"], day=pd.to_datetime(lines["InvoiceDate"]).dt.normalize())
    orders = lines.groupby(["InvoiceNo", "CustomerID"]).agg(day=("day", "min"), revenue=("revenue", "sum")).reset_index()
    orders = orders.rename(columns={"InvoiceNo": "order_id", "CustomerID": "customer_id"})
    result = segments(orders, date(2011, 12, 9), Formats("GBP"))
    assert len(result.assignments) == pytest.approx(4338, abs=5)
    assert result.quality.set_index("k").at[len(result.profiles), "stability"] >= 0.75
    assert result.profiles["revenue_share"].iloc[0] > result.profiles["customer_share"].iloc[0]


def test_customers_all_alike_are_told_as_one_segment():
    result = segments(_orders([(f"c{i}", 10 * j, 10.0) for i in range(30) for j in range(5)]), AS_OF, FMT)
    assert result.findings[0].sentence == "All 30 customers stand in one segment and brought €1,500 in the last twelve months."
    assert result.findings[0].action is None and not any("1 groups" in a.text for a in result.assumptions)
    everybody = segments(_shop(), AS_OF, FMT, (SegmentRule(name="B2B", when={"orders": ">= 1"}),))
    assert everybody.headline == "All 75 customers stand in one segment: B2B"


def test_where_nobody_bought_for_a_year_no_segment_brings_revenue():
    rng = np.random.default_rng(3)
    rows = [(f"c{i}", int(rng.integers(800, 1500)), float(rng.gamma(2, 50))) for i in range(40) for _ in range(3)]
    result = segments(_orders(rows), AS_OF, FMT)
    assert result.headline == "None of the 40 customers brought revenue in the last twelve months"
    assert not {"segments-money", "segments-moved"} & {f.id for f in result.findings}


def test_names_of_the_client_stay_as_written():
    result = segments(_shop(), AS_OF, FMT, (SegmentRule(name="VIP", when={"revenue_year": "top 30%"}),))
    assert "segment VIP news" in result.findings[0].action
