"""Market: sizes, growth, shares and wallets by hand, and the share that the invented client has."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import open_engagement
from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.market_research.market import market
from playbook.methods.market_research.share.course import ALL, compare_years, market_course, periods_a_year, yearly_growth
from playbook.methods.market_research.share.wallet import share_of_wallet, wallets_by_segment
from playbook.result.contract import Locked
from playbook.result.formats import Formats

EUR, AS_OF = Formats("EUR"), date(2025, 12, 31)


def quarters(category: str, sizes: list[float], shares: list[float] | None = None, start: str = "2024-01-01") -> pd.DataFrame:
    periods = pd.date_range(start, periods=len(sizes), freq="QS")
    frame = pd.DataFrame({"period": periods, "category": category, "size": [float(s) for s in sizes]})
    return frame if shares is None else frame.assign(share=shares)


def sold(category: str, amounts: list[float], start: str = "2024-01-01") -> pd.DataFrame:
    """Own revenue by month."""
    return pd.DataFrame(
        {"category": category, "month": pd.date_range(start, periods=len(amounts), freq="MS"), "revenue": amounts}
    )


def wallet(own: list[float], spend: list[float], **columns) -> pd.DataFrame:
    ids = [f"c{i}" for i in range(len(own))]
    return pd.DataFrame({"customer_id": ids, "own": own, "total_spend": spend, "days": 365, "customers": 100} | columns)


# Amps: the market grows from 400 to 500, the share goes from .20 to .24. Boxes: from 800 to 1,000, the share from .10 to .08.
TWO = pd.concat(
    [
        quarters("amps", [100] * 4 + [125] * 4, [0.2] * 4 + [0.24] * 4),
        quarters("boxes", [200] * 4 + [250] * 4, [0.1] * 4 + [0.08] * 4),
    ]
)


def test_two_groups_by_hand():
    result = market(EUR, AS_OF, TWO)
    groups = result.groups.set_index("category")
    amps, boxes, whole = groups.loc["amps"], groups.loc["boxes"], groups.loc[ALL]
    assert (amps["size"], amps["size_before"], amps["growth"]) == (500, 400, 0.25)
    assert (amps["own"], amps["own_before"], amps["own_growth"]) == pytest.approx((120, 80, 0.5))
    assert boxes[["share", "share_before", "points"]].tolist() == pytest.approx([0.08, 0.1, -0.02])
    assert boxes[["lost", "hold", "opportunity"]].tolist() == pytest.approx([20, 0.08 * 0.25 * 1000, 40])
    assert amps[["lost", "hold"]].tolist() == pytest.approx([0, 0.24 * 0.25 * 500])
    # Together 200 of 1,500 after 160 of 1,200: 13.3 percent both times.
    assert whole[["growth", "own_growth", "share", "points"]].tolist() == pytest.approx([0.25, 0.25, 200 / 1500, 0])
    assert result.headline == "Market share still 13%: the market grew 25%, own sales grew 25%"
    assert groups.index.tolist() == ["boxes", "amps", ALL] and result.periods == 4
    lost = next(f for f in result.findings if f.id == "market-lost")
    assert lost.money == pytest.approx(20) and "boxes (the market grew 25%, own sales stood still)" in lost.sentence
    assert "€1,500 in the 12 months to December 2025; the client sold €200 of it, 13%" in result.findings[0].sentence
    assert len(result.figures()) == 2


def test_own_sales_come_from_the_orders_where_no_share_is_stated():
    own = sold(" AMPS ", [10.0] * 12 + [15.0] * 12)  # names match without regard to case and blanks
    groups = market(EUR, AS_OF, TWO.drop(columns="share"), category_months=own).groups.set_index("category")
    assert groups.loc["amps", ["own", "own_before", "share", "share_before"]].tolist() == pytest.approx([180, 120, 0.36, 0.3])
    assert groups.loc["boxes", ["own", "share"]].isna().all() and groups.loc["boxes", "growth"] == 0.25
    assert groups.loc[ALL, "size"] == 500  # only groups of which both sides are known


def test_a_group_of_which_nothing_is_known_is_named():
    result = market(EUR, AS_OF, TWO.drop(columns="share"), category_months=sold("amps", [10.0] * 24))
    assert "Own sales in boxes are not known" in " ".join(a.text for a in result.assumptions)
    assert "where own sales are known, the client sold €120 of €500, 24%" in result.findings[0].sentence


def test_stated_shares_are_held_against_the_orders():
    right = sold("amps", [100 * 0.2 / 3] * 12 + [125 * 0.24 / 3] * 12)
    told = [a.text for a in market(EUR, AS_OF, TWO, category_months=right).assumptions]
    assert any("agree with the client's own orders" in text for text in told)
    wrong = [
        a.text for a in market(EUR, AS_OF, TWO, category_months=right.assign(revenue=lambda t: t["revenue"] / 2)).assumptions
    ]
    assert any("amps −50%" in text for text in wrong)


def test_periods_that_have_not_ended_or_that_orders_do_not_cover_are_left_out():
    course = market_course(TWO, sold("amps", [10.0] * 20, "2024-02-01"), None, pd.Timestamp("2025-12-30"))
    amps = course.rows[course.rows["category"] == "amps"]
    assert len(amps) == 7 and course.last_day == pd.Timestamp("2025-09-30")
    assert amps["sold"].isna().tolist() == [True] + [False] * 6
    assert market_course(TWO, None, None, pd.Timestamp("2024-01-31")) is None


@pytest.mark.parametrize(("freq", "a_year"), [("MS", 12), ("QS", 4), ("YS", 1)])
def test_the_rhythm_of_the_table_is_seen(freq, a_year):
    assert periods_a_year(pd.Series(pd.date_range("2020-01-01", periods=5, freq=freq))) == a_year
    assert periods_a_year(pd.Series(pd.to_datetime(["2020-01-01"]))) == 1


def test_less_than_two_years_compare_equal_seasons():
    frame = quarters("amps", [100, 300, 100, 100, 110, 330], [0.1] * 6)
    result = market(EUR, date(2025, 6, 30), frame)
    assert result.periods == 2 and result.growth == pytest.approx(0.1)
    assert "in the 6 months to June 2025" in result.findings[0].sentence
    assert any("less than two years" in a.text for a in result.assumptions)


def test_one_year_has_no_growth_but_a_share():
    result = market(EUR, AS_OF, quarters("amps", [100] * 4, [0.1] * 4, "2025-01-01"))
    assert np.isnan(result.growth) and result.headline == "Own sales are 10% of a market of €400"
    assert [f.id for f in result.findings] == ["market-size"] and result.figures() == ()


def test_sizes_alone_are_told_without_a_share():
    result = market(EUR, AS_OF, TWO.drop(columns="share"))
    assert result.headline == "The market is worth €1,500; the client's share of it is not known"
    assert "share" not in result.tables[0].columns and not any(f.money for f in result.findings)


def test_growth_of_each_year_is_told_where_there_are_several():
    years = pd.DataFrame(
        {"period": pd.to_datetime(["2022", "2023", "2024", "2025"]), "category": "amps", "size": [100.0, 110, 121, 96.8]}
    )
    course = market_course(years, None, None, pd.Timestamp(AS_OF))
    assert yearly_growth(course) == pytest.approx([0.1, 0.1, -0.2])
    sentence = market(EUR, AS_OF, years.assign(share=0.1)).findings[0].sentence
    assert "In the last 3 years it changed by −20% to +10% a year." in sentence


def test_a_change_of_share_is_as_sure_as_its_quarters_agree():
    steady = quarters("amps", [100] * 8, [0.2] * 4 + [0.17, 0.171, 0.169, 0.17])
    shaky = quarters("boxes", [100] * 8, [0.2] * 4 + [0.3, 0.05, 0.28, 0.05])
    groups, _ = compare_years(market_course(pd.concat([steady, shaky]), None, None, pd.Timestamp(AS_OF)))
    told = groups.set_index("category")
    assert told.loc["amps", "evidence"] == "shown" and told.loc["amps", "low"] < -0.03 < told.loc["amps", "high"] < 0
    assert told.loc["boxes", "evidence"] == "indicative" and told.loc["boxes", "high"] > 0
    lost = next(f for f in market(EUR, AS_OF, pd.concat([steady, shaky])).findings if f.id == "market-lost")
    assert "amps" in lost.sentence and "boxes" not in lost.sentence  # a swing is no loss


def test_share_of_wallet_by_hand():
    # Ten customers spend 100 each, 40 of it here; two spend more here than they say: their 60 counts as all.
    found = share_of_wallet(wallet([40.0] * 10 + [60.0] * 2, [100.0] * 10 + [50.0] * 2))
    assert found.share == pytest.approx((400 + 120) / (1000 + 120)) and (found.answers, found.above) == (12, 2)
    assert found.elsewhere == pytest.approx(600) and found.gap == pytest.approx(50)
    assert found.low < found.share < found.high <= 1 and found.mean == pytest.approx((10 * 0.4 + 2) / 12)


def test_wallets_of_less_than_a_year_are_carried_to_one():
    found = share_of_wallet(wallet([20.0] * 12, [100.0] * 12, days=182.5))
    assert found.share == pytest.approx(0.4)
    assert share_of_wallet(wallet([20.0] * 12, [100.0] * 12, days=100)) is None


@pytest.mark.parametrize(
    "frame", [wallet([], []), wallet([1.0] * 9, [2.0] * 9), wallet([0.0] * 20, [0.0] * 20), wallet([0.0] * 20, [np.nan] * 20)]
)
def test_too_few_answers_are_none(frame):
    assert share_of_wallet(frame) is None


def test_wallets_alone_answer_the_section_and_money_is_a_range():
    result = market(EUR, AS_OF, wallets=wallet([40.0, 20.0] * 20, [100.0, 60.0] * 20))
    assert result.headline == "Of what customers who were asked spend on such goods, 38% goes to the client"
    (found,) = result.findings
    assert (found.value, found.n, found.money, found.evidence) == (pytest.approx(0.375), 40, None, "shown")
    assert "€2,000 goes to others" in found.sentence and "all 100 customers" in found.sentence


def test_wallets_by_segment_rank_by_what_goes_elsewhere():
    frame = wallet([40.0] * 12 + [10.0] * 12, [100.0] * 24)
    assigned = pd.DataFrame({"customer_id": frame["customer_id"], "segment": ["A"] * 12 + ["B"] * 11 + ["C"]})
    found = wallets_by_segment(frame, assigned)
    assert found["segment"].tolist() == ["B", "A"] and found["gap"].tolist() == pytest.approx([90, 60])
    # Twice as many customers in A as in B: 24 x 60 and 11 x 90 a year go elsewhere, without any spread.
    twice = pd.concat([assigned, assigned.assign(customer_id="x").query("segment == 'A'")])
    result = market(EUR, AS_OF, wallets=frame, segments=SimpleNamespace(assignments=twice))
    assert (
        "If all 35 customers were like those who answered, segment by segment, about €2,430 a year" in result.findings[0].sentence
    )
    assert result.findings[1].sentence.startswith("The segment B holds the most potential: it spends 10%")


@pytest.mark.parametrize("wallets", [None, wallet([1.0] * 3, [2.0] * 3)])
def test_nothing_to_go_by_locks_the_section(wallets):
    result = market(EUR, AS_OF, TWO.head(0), wallets)
    assert isinstance(result, Locked)
    assert ("market (period, category, size)" if wallets is None else "at least 10 customers") in result.unlock[0]


def test_odd_markets_are_drawn():
    none = quarters("<b>none$_x$</b>", [0] * 8, [0.0] * 8)
    many = pd.concat([none, *(quarters(f"组 {i} " + "long " * 30, [10 + i] * 8, [0.01 * i] * 8) for i in range(30))])
    result = market(EUR, AS_OF, many)
    assert [len(f.data.frame) > 0 for f in result.figures()] == [True, True] and "<b>" not in result.figures()[1].svg
    assert "stood still" in result.headline
    fresh = market(EUR, AS_OF, quarters("amps", [100] * 8, [0.0] * 4 + [0.1] * 4))
    assert fresh.headline == "Market share up to 10%: the market stood still, own sales are new"


def test_aurora_audio_is_answered_as_planted():
    # The generator sets size = own revenue / share, rounded to thousands: the market's own shares are the truth.
    tables = open_tables(open_engagement("aurora-audio"))
    frames = {name: FRAMES[name].build(tables) for name in ("market_sizes", "category_months", "months")}
    result = market(EUR, tables.as_of, **frames)
    sizes = frames["market_sizes"].assign(own=lambda t: t["share"] * t["size"])
    year = sizes[sizes["period"].between("2025-10-01", "2026-07-01")]
    groups = result.groups.set_index("category").drop(ALL)
    assert groups["own"].to_dict() == pytest.approx(year.groupby("category")["own"].sum().to_dict())
    assert result.share == pytest.approx(year["own"].sum() / year["size"].sum())
    rows = result.course.rows
    close = (rows["sold"] / rows["own"] - 1).groupby(rows["category"]).median().abs()
    assert (close < 0.001).sum() >= 4  # the others hold products that the list of products lacks
    pd.testing.assert_frame_equal(result.groups, market(EUR, tables.as_of, **frames).groups)


def test_aurora_audio_wallets_are_those_planted(root):
    # Each customer has a true share; the answer is a guess of own sales over it, 15 % off one way or the other.
    frame = FRAMES["wallets"].build(open_tables(open_engagement("aurora-audio")))
    truth = pd.read_parquet(root / "data/aurora-audio/truth/customers.parquet")[["customer_id", "segment", "wallet_share"]]
    both = frame.merge(truth, on="customer_id")
    found, whole = wallets_by_segment(frame, truth).set_index("segment"), share_of_wallet(frame)
    planted = both.groupby("segment")["wallet_share"].mean()
    assert found["mean"].to_dict() == pytest.approx(planted[found.index].to_dict(), abs=0.02)
    true = both["own"].sum() / (both["own"] / both["wallet_share"]).sum()
    assert whole.share == pytest.approx(true, abs=0.02) and whole.mean == pytest.approx(both["wallet_share"].mean(), abs=0.01)


def months_of(category: str, sizes: list[float], shares: list[float] | None, start: str = "2024-01-01") -> pd.DataFrame:
    frame = pd.DataFrame({"period": pd.date_range(start, periods=len(sizes), freq="MS"), "category": category, "size": sizes})
    return frame.astype({"size": float}).assign(**({} if shares is None else {"share": shares}))


def test_a_share_written_into_every_period_says_nothing_about_its_error():
    result = market(EUR, AS_OF, months_of("amps", [100] * 24, [0.1] * 12 + [0.08] * 12))
    standing, lost = (next(f for f in result.findings if f.id == f"market-{id}") for id in ("standing", "lost"))
    assert (standing.low, standing.high, standing.evidence, lost.evidence) == (None, None, "indicative", "indicative")
    assert lost.money == pytest.approx(24)


def test_ranges_of_a_change_of_share_hold_what_they_promise_though_periods_differ_in_size():
    rng = np.random.default_rng(0)
    sizes = rng.gamma(2, 50, (300, 24))
    shares = 0.1 * np.exp(rng.normal(0, 0.2, (300, 24)))  # no change of the share but by chance
    table = pd.concat(
        [months_of(f"g{i}", list(size), list(share)) for i, (size, share) in enumerate(zip(sizes, shares, strict=True))]
    )
    groups = compare_years(market_course(table, None, None, pd.Timestamp(AS_OF)))[0].query("category != @ALL")
    assert 0.75 < ((groups["low"] < 0) & (groups["high"] > 0)).mean() < 0.88
    named = next((f for f in market(EUR, AS_OF, table).findings if f.id == "market-lost"), None)
    assert named is None or named.n <= 6  # one in ten of 300 would seem to lose for sure, taken one by one


def test_one_month_and_no_year_before_are_said_as_they_are():
    month = market(EUR, AS_OF, months_of("amps", [100] * 12 + [120], [0.1] * 13, "2024-12-01"))
    assert "sold €120 in December 2025;" in month.findings[0].sentence
    short = market(EUR, AS_OF, months_of("amps", [100, 110], [0.1, 0.1], "2025-11-01"))
    assert any("no period that lies a year before another" in a.text for a in short.assumptions)
    assert not any("only the same months" in a.text for a in short.assumptions)


def test_a_client_that_sells_nothing_or_more_than_the_market():
    nothing = market(EUR, AS_OF, months_of("amps", [100] * 24, [0.0] * 24))
    assert nothing.headline == "Market share still 0.0%: the market stood still, there are no own sales"
    more = market(EUR, AS_OF, months_of("amps", [100] * 24, None), category_months=sold("amps", [150.0] * 24))
    assert more.findings[0].evidence == "indicative"
    assert any("Own sales in amps exceed the whole market" in a.text for a in more.assumptions)
    assert isinstance(market(EUR, AS_OF, months_of("amps", [0] * 24, [0.0] * 24)), Locked)


def test_customers_who_stated_less_than_they_spent_have_nothing_to_give():
    assigned = SimpleNamespace(
        assignments=pd.DataFrame({"customer_id": [f"c{i}" for i in range(40)], "segment": ["A", "B"] * 20})
    )
    result = market(EUR, AS_OF, wallets=wallet([100.0] * 40, [50.0] * 40), segments=assigned)
    (found,) = result.findings
    assert (found.id, found.evidence, found.action) == ("market-wallet", "indicative", None)
