from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Assumptions, Intervention, Objective
from playbook.methods.monitoring.campaigning.change import roas_parts
from playbook.methods.monitoring.campaigning.found import losing
from playbook.methods.monitoring.campaigning.measures import MEASURES, ratio_range, scatter
from playbook.methods.monitoring.campaigning.stages import asked_conversion, stage_rates
from playbook.methods.monitoring.campaigning.tables import watch_table
from playbook.methods.monitoring.campaigning.watch import channel_rates, quarter_start, watch_channels
from playbook.methods.monitoring.campaigns import campaigns
from playbook.methods.needs_analysis.chance import share_range
from playbook.result.contract import Locked
from playbook.result.formats import Formats

AS_OF, FMT = date(2026, 9, 30), Formats("EUR")
STATED = Assumptions(gross_margin=0.4)


def channel(name: str = "social", orders: float = 30.0, lately: float = 1.0, weeks: int = 64, seed: int | None = None):
    """A channel with 1,000 clicks of 50,000 contacts for 500 a week; ``lately``: factor on orders since July 2026."""
    week = pd.date_range(end="2026-09-21", periods=weeks, freq="W-MON")
    mean = orders * np.where(week >= pd.Timestamp("2026-07-06"), lately, 1.0)
    sold = mean if seed is None else np.random.default_rng(seed).poisson(mean).astype(float)
    return pd.DataFrame(
        {
            "channel": name, "week": week, "spend": 500.0, "impressions": 50_000.0, "clicks": 1000.0, "orders": sold,
            "revenue": sold * 80,
        }
    )  # fmt: skip


def told(result):
    return {f.id: f for f in result.findings}


def test_the_four_ratios_and_their_ranges_by_hand():
    rates = channel_rates(channel(seed=1)).set_index(["measure", "week"])
    now = rates.loc[(slice(None), pd.NaT), :].reset_index("week", drop=True)
    frame = channel(seed=1).tail(4)
    assert now["value"].to_dict() == pytest.approx(
        {
            "ctr": 0.02, "cvr": frame["orders"].sum() / 4000, "cpa": 2000 / frame["orders"].sum(),
            "roas": frame["revenue"].sum() / 2000,
        }
    )  # fmt: skip
    assert (now.loc["ctr", "low"], now.loc["ctr", "high"]) == pytest.approx(share_range(4000, 200_000))
    assert (now["low"] < now["value"]).all() and (now["value"] < now["high"]).all()


def test_scatter_is_that_of_chance_for_poisson_orders_and_larger_for_orders_that_come_in_heaps():
    rng, clicks = np.random.default_rng(2), np.full(5200, 1000.0)
    assert scatter(rng.poisson(30, 5200), clicks) == pytest.approx(0.03, rel=0.1)
    assert scatter(rng.negative_binomial(30, 0.5, 5200), clicks) == pytest.approx(0.06, rel=0.1)  # twice the mean
    assert scatter(np.full(52, 30.0), clicks[:52], least=0.03) == 0.03


def test_the_delta_method_is_told_on_the_cost_of_an_order_and_stays_above_zero():
    value, low, high = ratio_range(MEASURES["cpa"], 100, 5000, 0.02)  # 100 orders for 5,000: relative error 0.1
    assert (value, low, high) == pytest.approx((50, 50 / np.exp(0.12816), 50 * np.exp(0.12816)), rel=1e-3)
    assert np.isnan(ratio_range(MEASURES["cpa"], 0, 5000, 0.02)).all()
    assert ratio_range(MEASURES["roas"], 100, 0, 1.0) == pytest.approx((np.nan,) * 3, nan_ok=True)


def test_the_watch_begins_with_a_quarter_that_nobody_chose():
    starts = {end: quarter_start(pd.Series(pd.to_datetime([end]))) for end in ("2026-09-21", "2026-10-19", "2026-11-02")}
    assert [f"{day:%Y-%m-%d}" for day in starts.values()] == ["2026-07-06", "2026-07-06", "2026-10-05"]


def test_a_channel_that_lost_a_third_of_its_orders_is_named_with_what_explains_it_and_a_quiet_one_is_not():
    both = pd.concat([channel("social", lately=0.6, seed=4), channel("search", seed=10)])
    result = campaigns(STATED, AS_OF, FMT, both)
    lost = told(result)["campaigns-social-roas"]
    assert lost.evidence == "shown" and lost.low < -0.4 < lost.high and "fewer orders of the clicks" in lost.sentence
    watch = result.found.watch.query("channel == 'social' and measure == 'roas'").iloc[0]
    assert lost.money == pytest.approx((watch["before"] - watch["now"]) * 26_000) and watch["looks"] == 12
    assert not any("search" in id for id in told(result))
    assert result.headline.startswith("€1 spent on social brought")


def test_the_parts_of_a_change_add_up_to_it():
    before, since = channel(weeks=52), channel(weeks=12).assign(clicks=700.0, orders=24.0, revenue=2400.0, spend=450.0)
    parts = roas_parts(before, since)
    assert parts.sum() == pytest.approx(2400 / 450 - 2400 / 500)
    assert parts["clicks"] < 0 < parts["conversion"] and parts["order value"] > 0
    few = [frame[["spend", "orders", "revenue"]] for frame in (before, since)]
    assert roas_parts(*few).index.tolist() == ["orders", "order value"] and roas_parts(*few).sum() == pytest.approx(parts.sum())
    assert roas_parts(before.assign(orders=0.0), since) is None


def test_a_channel_that_claims_less_than_the_margin_needs_is_told_with_what_it_costs():
    """Revenue of 640 a week for 500: at a margin of 40 percent 256 come back, 244 a week are lost."""
    result = campaigns(STATED, AS_OF, FMT, channel(orders=8, seed=6))
    losing = told(result)["campaigns-losing"]
    revenue = channel(orders=8, seed=6)["revenue"].tail(52).sum()
    assert losing.money == pytest.approx(26_000 - 0.4 * revenue) and losing.evidence == "likely"
    assert "€2.50 that would cover its cost" in losing.sentence
    assert "campaigns-losing" not in told(campaigns(Assumptions(), AS_OF, FMT, channel(orders=8, seed=6)))


def losing_rows(*weeks):
    """Channel by channel the weeks in which 1,000 was spent and 1,000 of revenue claimed, a little more or less in turn."""
    parts = [
        pd.DataFrame({"channel": f"c{i}", "week": w, "spend": 1000.0, "revenue": 1000 + 50 * (-1.0) ** np.arange(len(w))})
        for i, w in enumerate(weeks)
    ]
    return pd.concat(parts, ignore_index=True)


def test_a_year_is_a_year_of_the_calendar_and_not_of_rows():
    """At a margin of 40 percent 600 of each 1,000 are lost: 13 times a year, and 8 times a year, whatever other weeks had."""
    each_28_days = pd.date_range(end="2026-09-21", periods=24, freq="28D")
    (row,) = losing(losing_rows(each_28_days), 0.4).itertuples()
    assert (row.spend, row.revenue) == (pytest.approx(13_000), pytest.approx(13_000, abs=100))
    assert row.loss == pytest.approx(7_800, abs=30)
    all_weeks = pd.date_range(end="2026-09-21", periods=80, freq="W-MON")
    tv = losing(losing_rows(all_weeks, all_weeks[40:48]), 0.4).set_index("channel").loc["c1"]
    assert (tv["spend"], tv["loss"]) == (pytest.approx(8_000), pytest.approx(4_800))
    half = losing(losing_rows(all_weeks[-26:], all_weeks[-8:]), 0.4).set_index("channel")
    assert half["spend"].tolist() == [52_000, 16_000]  # the table covers half a year: all of it counts twice
    assert "c1" not in set(losing(losing_rows(all_weeks, all_weeks[:20]), 0.4)["channel"])  # ended more than a year ago


def test_now_is_now_and_a_change_is_worth_what_a_year_truly_spends():
    all_weeks = pd.date_range(end="2026-09-21", periods=80, freq="W-MON")
    rows = losing_rows(all_weeks, all_weeks[20:50])
    rates = channel_rates(rows).query("measure == 'roas'")
    now = rates[rates["week"].isna()].set_index("channel")["value"]
    assert now["c0"] == pytest.approx(1.0) and np.isnan(now["c1"])  # it spent nothing in the latest four weeks
    assert rates[rates["channel"] == "c1"]["week"].min() == all_weeks[28]
    few = losing_rows(all_weeks, all_weeks[[*range(20, 60), *range(70, 76)]])
    few.loc[(few["channel"] == "c1") & (few["week"] >= "2026-07-06"), "revenue"] = 500.0
    watch = campaigns(STATED, AS_OF, FMT, few).found.watch.query("channel == 'c1'").iloc[0]
    spent = few[(few["channel"] == "c1") & (few["week"] > few["week"].max() - pd.Timedelta(weeks=52))]["spend"].sum()
    assert spent < 52_000 and watch["a_year"] == pytest.approx((watch["now"] - watch["before"]) * spent)


@pytest.mark.parametrize(("high", "written"), [(0.62, "+15% (−11% to +62%)"), (15.8, "+15% (range too wide to tell)")])
def test_a_range_that_holds_nearly_everything_is_not_written_out(high, written):
    row = {"channel": "fairs", "measure": "roas", "before": 3.0, "now": 3.45, "change": 0.15, "low": -0.11, "high": high}
    watch = pd.DataFrame([row | {"since": pd.Timestamp("2026-07-06"), "looks": 12, "p_value": 1.0}])
    assert watch_table(watch, FMT).frame["change"].tolist() == [written]


def test_every_row_that_may_be_told_counts_as_a_look_at_chance():
    """The click rate moved; looking at four measures makes its chance four times as large."""
    moved = channel(seed=10)
    moved.loc[moved["week"] >= "2026-07-06", "clicks"] *= 0.8
    alone = watch_channels(moved[["channel", "week", "impressions", "clicks"]])["p_value"].iloc[0]
    among = watch_channels(moved).set_index("measure")["p_value"]["ctr"]
    assert 0 < alone < 0.01 and among == pytest.approx(4 * alone)


def test_a_range_narrower_than_what_is_written_is_not_written():
    many = channel().assign(impressions=lambda frame: frame["impressions"] * 1e6, clicks=lambda frame: frame["clicks"] * 1e6)
    (now,) = campaigns(STATED, AS_OF, FMT, many).tables[0].frame.to_dict("records")
    assert now["ctr"] == "2.0%" and now["cpa"] == "€16.67 (€14.83 to €18.74)"


def test_marketing_by_month_is_said_to_be_no_watch():
    result = campaigns(STATED, AS_OF, FMT, channel().iloc[:0], **trial(0.5, None))
    assert result.found.watch.empty and any("not known by day or week" in a.text for a in result.assumptions)
    (unlock,) = campaigns(STATED, AS_OF, FMT, channel().iloc[:0]).unlock
    assert "by day or week" in unlock and unlock.endswith(" or interventions (intervention_id, customer_id, group)")


def journeys(taken: dict[str, float], days: int = 420, a_day: int = 20) -> pd.DataFrame:
    """Journeys of three steps, one after the other by an hour; ``taken``: share that goes on, by month from which it holds."""
    rows = []
    for back in range(days):
        day = pd.Timestamp(AS_OF) - pd.Timedelta(days=back)
        share = [s for since, s in taken.items() if day >= pd.Timestamp(since)][-1]
        for k in range(a_day):
            steps = 1 + (k < round(share * a_day)) * (1 + (k < a_day // 5))
            rows += [
                (f"{back}-{k}", step, day + pd.Timedelta(hours=i)) for i, step in enumerate(("visit", "basket", "paid")[:steps])
            ]
    return pd.DataFrame(rows, columns=["journey_id", "step", "step_at"]).assign(visits=1)


def test_a_step_is_held_against_what_the_plan_asks_of_it():
    """Half go from visit to basket and a fifth of all pay, then only 45 percent go on; the plan asks a conversion of 24.2
    percent, 21 percent more than the year before: ten percent more of each of two steps."""
    steps = journeys({"2025-01-01": 0.5, "2026-07-06": 0.45})
    table = stage_rates(steps, AS_OF, ("visit", "basket", "paid"), asked=0.242).set_index("step")
    assert table.loc["visit", ["rate", "before", "asked"]].tolist() == pytest.approx([0.45, 0.5, 0.55])
    assert table.loc["visit", ["cases", "looks"]].tolist() == [86 * 20, 13]  # since 6 July; the last day may still move on
    assert table.loc["basket", "onward"] == 1 and table.loc["visit", "onward"] == pytest.approx(0.4)
    assert (table.loc["visit", "low"], table.loc["visit", "high"]) == pytest.approx(share_range(774, 1720))
    orders = pd.DataFrame({"order_id": ["1"], "day": [pd.Timestamp("2026-09-01")], "revenue": [50.0]})
    goal = (Objective(kpi="conversion", target=0.242, by=date(2027, 1, 1)),)
    found = told(campaigns(STATED, AS_OF, FMT, journey_steps=steps, order_totals=orders, objectives=goal))["campaigns-step-visit"]
    assert found.evidence == "shown" and found.money == pytest.approx((0.55 - 0.45) * 0.4 * 7300 * 50, rel=0.03)
    assert "the plan asks 55%" in found.sentence
    unasked = stage_rates(steps, AS_OF, ("visit", "basket", "paid"))
    assert unasked["asked"].isna().all() and unasked["p_value"].isna().all()


def test_steps_as_planned_are_seldom_called_below_plan_however_often_they_are_looked_at():
    """100 shops in which each visitor goes on with the planned chance: 13 weekly looks call at most one in twenty shown."""
    rng, days = np.random.default_rng(4), pd.date_range(end=AS_OF, periods=450)
    found = []
    for _ in range(100):
        day = pd.Series(days.repeat(20))
        goes = rng.random(len(day)) < 0.3
        visits = pd.DataFrame({"journey_id": day.index.astype(str), "step": "visit", "step_at": day})
        sales = visits[goes].assign(step="paid", step_at=day[goes] + pd.Timedelta(hours=1))
        found.append(stage_rates(pd.concat([visits, sales]), AS_OF, ("visit", "paid"), asked=0.01)["p_value"].iloc[0])
    assert np.mean(np.array(found) <= 0.05) <= 0.05 and np.mean(np.array(found) <= 0.2) <= 0.2


def test_the_plan_of_the_month_comes_before_the_goal_and_without_either_nothing_is_asked():
    plan = pd.DataFrame(
        {"period": pd.to_datetime(["2026-08-01", "2026-09-01", "2026-10-01"]), "kpi": "conversion", "target": [0.1, 0.2, 0.3]}
    )
    goal = (Objective(kpi="conversion", target=0.4, by=date(2027, 1, 1)),)
    assert [asked_conversion(p, g, AS_OF) for p, g in ((plan, goal), (None, goal), (None, ()))] == [0.2, 0.4, None]


def trial(share: float, end: date | None, n: int = 300):
    """Two groups of ``n``: of those set aside 30 percent buy within a month, evenly; of the treated ``share``."""
    start = pd.Timestamp("2026-09-01")
    who = pd.DataFrame(
        {
            "intervention_id": "mail", "customer_id": [f"{g}{i}" for g in "tc" for i in range(n)],
            "group": ["treated"] * n + ["control"] * n,
        }
    )  # fmt: skip
    rows = [(f"t{i}", start + pd.Timedelta(days=i % 30)) for i in range(int(share * n))]
    rows += [(f"c{i}", start + pd.Timedelta(days=i % 30)) for i in range(int(0.3 * n))]
    orders = pd.DataFrame(rows, columns=["customer_id", "day"]).assign(revenue=40.0)
    orders["order_id"] = orders.index.astype(str)
    return {
        "memberships": who, "order_totals": orders,
        "interventions": (Intervention(id="mail", name="Mail", start=start.date(), end=end),),
    }  # fmt: skip


def test_a_trial_that_works_may_end_now_and_one_that_harms_must():
    works = told(campaigns(STATED, AS_OF, FMT, **trial(0.5, None)))["campaigns-trial-mail"]
    assert works.evidence == "shown" and works.low > 1 and "It may end now" in works.action and works.money is None
    harms = told(campaigns(STATED, AS_OF, FMT, **trial(0.1, None)))["campaigns-trial-mail"]
    assert harms.evidence == "harmful" and harms.action.startswith("Stop it now")
    assert harms.money == pytest.approx((0.3 - 0.1) * 300 * 40)
    same = told(campaigns(STATED, AS_OF, FMT, **trial(0.3, None)))["campaigns-trial-mail"]
    assert same.evidence == "not shown" and same.action.startswith("Let it run")
    ended = told(campaigns(STATED, AS_OF, FMT, **trial(0.3, date(2026, 9, 20))))
    assert list(ended) == ["campaigns-quiet"]


def test_who_stands_in_both_groups_counts_in_neither():
    given = trial(0.3, None)
    given["memberships"] = pd.concat([given["memberships"], given["memberships"].head(5).assign(group="control")])
    assert campaigns(STATED, AS_OF, FMT, **given).found.trials[0].found.treated == 295


def test_quiet_channels_say_so_and_little_data_lock_the_section():
    quiet = campaigns(STATED, AS_OF, FMT, channel(seed=10))
    assert list(told(quiet)) == ["campaigns-quiet"] and quiet.headline.startswith("Campaigns run as usual")
    bare = channel()[["channel", "week", "spend"]]
    assert isinstance(campaigns(STATED, AS_OF, FMT, bare), Locked)
    young = campaigns(STATED, AS_OF, FMT, channel(weeks=6, seed=9))
    assert young.found.watch.empty and len(young.found.rates) and young.figures() == ()
    later = campaigns(STATED, date(2020, 1, 1), FMT, channel())
    assert isinstance(later, Locked)


def test_a_channel_that_brought_nothing_in_the_latest_year_is_not_drawn():
    gone = channel("fair")
    gone["revenue"] = gone["revenue"].where(gone["week"] < "2025-09-22", 0.0)  # known from the year before the quarter alone
    frame = pd.concat([channel(), gone])[["channel", "week", "spend", "revenue"]]
    result = campaigns(STATED, AS_OF, FMT, frame)
    assert set(result.found.watch["channel"]) == {"social", "fair"}
    assert set(result.figures()[0].data.frame["channel"]) == {"social"}
    assert campaigns(STATED, AS_OF, FMT, gone[["channel", "week", "spend", "revenue"]]).figures() == ()


def test_weeks_without_orders_or_spend_are_gaps_and_no_error():
    holes = channel(seed=3)
    holes.loc[holes.index[-3:], ["spend", "clicks", "orders", "revenue", "impressions"]] = 0.0
    holes.loc[holes.index[-9], "orders"] = np.nan
    result = campaigns(STATED, AS_OF, FMT, holes)
    assert len(result.figures()) == 1 and all(table.frame.notna().any().any() for table in result.tables)


def test_watching_holds_its_level_for_orders_in_heaps():
    """Orders with twice the scatter of chance, twelve weekly looks, 150 channels: at most one in twenty is called shown."""
    rng, found = np.random.default_rng(8), []
    for _ in range(150):
        one = channel()
        one["orders"] = rng.negative_binomial(30, 0.5, len(one)).astype(float)
        found.append(watch_channels(one).query("measure == 'cvr'")["p_value"].iloc[0])
    assert np.mean(np.array(found) <= 0.05) <= 0.05 and np.mean(np.array(found) <= 0.2) <= 0.2
