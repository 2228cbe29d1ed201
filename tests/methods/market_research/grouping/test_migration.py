"""Migration and stages: flows counted by hand; customers who go on as before stay where they are."""

import pandas as pd
import pytest

from playbook.methods.market_research.grouping.migration import NEW_SINCE, days_back, migrate, moves
from playbook.methods.market_research.grouping.stages import PATH, customer_stages, life_stages
from playbook.methods.market_research.segments import segments
from playbook.result.formats import Formats

DAY = pd.Timestamp("2026-10-31")


def _orders(rows: list[tuple[str, int, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "ago", "revenue"])
    return frame.assign(day=DAY - pd.to_timedelta(frame["ago"], "D"), order_id=range(len(frame))).drop(columns="ago")


@pytest.mark.parametrize(("span", "back"), [(1096, 365), (730, 365), (729, 364), (365, 182), (10, 5)])
def test_how_long_ago(span, back):
    assert days_back(span) == back


def test_flows_by_hand():
    # Segments by orders so far: many from 5. "up" has 4 orders a year ago and 6 now.
    rows = [("up", 400 + i, 10.0) for i in range(4)] + [("up", 5, 100.0), ("up", 6, 100.0)]
    rows += [("many", 700 - i, 10.0) for i in range(8)] + [("new", 3, 7.0)]
    rows += [(f"few{i}", 500 + i, 5.0) for i in range(40)]
    orders = _orders(rows)
    now = pd.DataFrame({"customer_id": ["up", "many", "new", *(f"few{i}" for i in range(40))]})
    now["segment"] = ["Many", "Many", "Few"] + ["Few"] * 40

    def sort(customers: pd.DataFrame) -> pd.Series:
        return (customers["orders"] >= 5).map({True: "Many", False: "Few"})

    flows = migrate(orders, now, DAY, 730, sort, by_totals=False).set_index(["then", "now"])
    assert flows["customers"].to_dict() == {("Few", "Few"): 40, ("Few", "Many"): 1, ("Many", "Many"): 1, (NEW_SINCE, "Few"): 1}
    assert flows.loc[("Few", "Many")].tolist() == [1, 40, 200] and flows.loc[("Many", "Many")].tolist() == [1, 80, 0]
    found = moves(flows.reset_index(), ["Many", "Few"])
    assert (found.customers, found.up, found.down, found.gained, found.best_then, found.best_fallen) == (42, 1, 0, 160, 1, 0)
    assert found.chance == 1
    assert migrate(orders.head(10), now, DAY, 730, sort, by_totals=False).empty  # too few customers then


def test_customers_who_go_on_as_before_do_not_move():
    # Three years at the same pace: a longer history alone must not move anybody up.
    rows = [(f"often{i}", day, 50.0) for i in range(40) for day in range(i % 5, 1095, 5)]
    rows += [(f"some{i}", day, 50.0) for i in range(60) for day in range(i % 73, 1095, 73)]
    rows += [(f"rare{i}", day, 50.0) for i in range(80) for day in range(i, 1095, 365)]
    result = segments(_orders(rows), DAY.date(), Formats("EUR"))
    stayed = result.migration[result.migration["then"] == result.migration["now"]]
    assert stayed["customers"].sum() == result.migration["customers"].sum() == 180


def test_totals_of_then_are_seen_over_as_long_a_time_as_those_of_now():
    # 36 orders in 36 months: after 24 of them there were 24, which at that pace are 36 in 36.
    orders = _orders([(f"c{i}", 15 + 30 * j, 10.0) for i in range(40) for j in range(36)])
    now = pd.DataFrame({"customer_id": [f"c{i}" for i in range(40)], "segment": "Many"})

    def sort(customers: pd.DataFrame) -> pd.Series:
        return (customers["orders"] >= 30).map({True: "Many", False: "Few"})

    scaled, counted = (migrate(orders, now, DAY, 1080, sort, by_totals=by)["then"].tolist() for by in (True, False))
    assert (scaled, counted) == (["Many"], ["Few"])


def test_stages_by_hand():
    customers = pd.DataFrame(
        [
            ("gone", 200, 900, 10, 4.0, 9.0),
            ("quiet but rare", 200, 900, 4, 1.6, 1.0),
            ("first", 10, 10, 1, 4.0, 0.3),
            ("fast start", 5, 60, 6, 24.0, 0.5),
            ("once, a while ago", 120, 120, 1, 3.0, 2.0),
            ("twice", 20, 300, 2, 2.4, 0.2),
            ("loyal", 10, 800, 30, 13.0, 0.4),
            ("young and often", 10, 200, 12, 22.0, 0.4),
        ],
        columns=["who", "recency_days", "tenure_days", "orders", "orders_per_year", "silence"],
    ).set_index("who")
    # regular: 10, 4, 6, 30, 12 orders; the middle of 4, 1.6, 24, 13, 22 orders a year is 13
    assert customer_stages(customers, 1000).to_dict() == {
        "gone": "gone-quiet", "quiet but rare": "develop", "first": "acquire", "fast start": "acquire",
        "once, a while ago": "acquire",
        "twice": "keep", "loyal": "loyal", "young and often": "develop",
    }  # fmt: skip
    assert customer_stages(customers, 390)["young and often"] == "loyal"  # half of shorter data is long


def test_stages_are_named_and_shown_in_the_order_of_the_path():
    assert set(life_stages()) == set(PATH)
    assert all(stage.label.strip() and stage.rule.strip() for stage in life_stages().values())
    assert customer_stages(pd.DataFrame(columns=["recency_days", "tenure_days", "orders", "orders_per_year", "silence"]), 9).empty
