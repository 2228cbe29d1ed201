"""The generated manufacturer: the committed client is what the generator writes, and what was planted is in the data."""

import gzip
from datetime import date

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from ruamel.yaml import YAML

from playbook import open_engagement
from playbook.engagement import Assumptions
from playbook.generate.__main__ import main
from playbook.generate.manufacturer.planted import CAMPAIGNS, CONTRACT_LOSS
from playbook.generate.manufacturer.working_days import business, from_festival
from playbook.intake.schema import FEATURE
from playbook.methods.strategy.setting_prices.discounts import discount_guide
from playbook.run.gathered import gathered

MAKER = "huaxin-machinery"
LARGEST = 2_000_000


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("maker") / MAKER
    assert main([str(folder), "--kind", "manufacturer"]) == 0
    return folder


@pytest.fixture(scope="module")
def truth(root):
    return YAML(typ="safe").load((root / "data" / MAKER / "truth" / "truth.yml").read_text("utf-8"))


@pytest.fixture(scope="module")
def frames(root):
    engagement = open_engagement(MAKER, root=root)
    held = {}
    return lambda name: held.setdefault(name, gathered(engagement, name)[0])


def test_the_committed_manufacturer_is_what_the_generator_writes(written, root):
    committed = root / "data" / MAKER
    names = sorted(p.relative_to(written).as_posix() for p in written.rglob("*") if p.is_file())
    tracked = ["client.yml", *(p for folder in ("raw", "truth") for p in (committed / folder).rglob("*") if p.is_file())]
    assert names == sorted(p if isinstance(p, str) else p.relative_to(committed).as_posix() for p in tracked)
    for name in names:
        if not name.endswith(".parquet"):
            assert (written / name).read_bytes() == (committed / name).read_bytes(), name
        else:
            pd.testing.assert_frame_equal(pd.read_parquet(written / name), pd.read_parquet(committed / name))


def test_small_enough_for_a_repository(root):
    folder = root / "data" / MAKER
    files = [folder / "client.yml", *(p for part in ("raw", "truth") for p in (folder / part).rglob("*") if p.is_file())]
    assert sum(p.stat().st_size for p in files) < LARGEST


def test_text_files_are_in_gb18030_with_dates_as_offices_write_them(root):
    for path in (root / "data" / MAKER / "raw").glob("*.csv*"):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        with pytest.raises(UnicodeDecodeError):
            content.decode("utf-8")
        header, line, *_ = content.decode("gb18030").splitlines()
        assert all("\u4e00" <= name[0] <= "\u9fff" for name in header.split(",")), path.name
        assert "/0" not in line and "年0" not in line and "月0" not in line, path.name


def test_every_date_amount_and_word_is_read(frames):
    deals = frames("opportunities")
    assert deals["created_on"].notna().all() and deals["amount"].gt(1000).all()
    assert set(deals["stage"]) == {"线索", "需求确认", "方案报价", "商务谈判", "赢单", "输单"}
    assert set(frames("plan_targets")["kpi"]) == {"revenue", "orders", "order_value"}
    assert set(frames("memberships")["intervention_id"]) == {c.id for c in CAMPAIGNS if c.per_group or c.provinces}


def test_won_deals_are_orders(frames):
    deals = frames("opportunities")
    won = deals[(deals["stage"] == "赢单") & (deals["closed_on"] >= pd.Timestamp("2023-11-01"))]
    days = frames("order_totals")[["customer_id", "day"]].drop_duplicates()
    found = won.assign(day=pd.to_datetime(won["closed_on"])).merge(days, on=["customer_id", "day"])
    assert len(found) >= 0.98 * len(won) > 250  # a few orders lost their customer in the export


def test_what_wins_deals_is_as_planted(frames, truth):
    """The logistic regression that is true finds the planted log-odds within four standard errors."""
    deals = frames("opportunities")
    known = deals[deals["discount"].notna() & deals["stage"].isin(["赢单", "输单"])]
    planted = truth["pipeline"]["log_odds"]
    own = {name: known[FEATURE + name] for name in ("老客户", "试机", "竞争对手")}
    x = pd.DataFrame(
        {
            "all": 1.0,
            "discount": known["discount"],
            "size": np.log(known["amount"] / (1 - known["discount"]) / 120_000),
            "known customer": own["老客户"] == "是",
            "recommended": known["channel"] == "老客户介绍",
            "trial": own["试机"] == "是",
            "rival 德峰机械": own["竞争对手"] == "德峰机械",
            "rival 中科包装": own["竞争对手"] == "中科包装",
        }
    ).astype(float)
    offset = known["owner"].map({name: o["log_odds"] for name, o in truth["pipeline"]["owners"].items()}).astype(float)
    fit = sm.Logit((known["stage"] == "赢单").astype(float), x, offset=offset).fit(disp=0)
    for name, value in planted.items():
        assert fit.params[name] == pytest.approx(value, abs=4 * fit.bse[name]), name
    assert fit.params["discount"] > 2 * fit.bse["discount"]  # few deals, and yet it is seen
    assert truth["pipeline"]["worth_while_discount"] < 0.6 * known["discount"].mean()  # too much is given today


def test_the_discount_guide_finds_what_was_planted(frames, truth):
    """Rivals bring discounts and losses: held alike, the slope and the best discount lie within the ranges stated."""
    found = discount_guide(frames("opportunities"), date(2026, 10, 31), Assumptions(largest_discount=0.25, least_margin=0.12))
    slope = truth["pipeline"]["log_odds"]["discount"] / 10
    assert found.model.coefficients[1] == pytest.approx(slope, abs=2 * found.model.error[1])
    assert found.low <= truth["pipeline"]["worth_while_discount"] <= found.high < found.given
    assert set(found.model.levels) == {"owner", "product", "channel", *(FEATURE + c for c in ("老客户", "竞争对手", "试机"))}


def test_the_reason_gives_the_end_away(frames, truth):
    deals = frames("opportunities")
    reason = deals[FEATURE + truth["pipeline"]["leak"]]
    closed = deals["stage"].isin(["赢单", "输单"])
    assert reason[~closed].isna().all() and reason[closed].notna().all()
    assert deals[closed].groupby(reason[closed])["stage"].nunique().eq(1).all()


def test_the_year_turns_about_spring_festival(frames):
    """Parts are ordered as the planted calendar says: measured by window of days, within its error."""
    totals = frames("order_totals")
    daily = totals[totals["channel"].isin(["电话", "微信", "业务员"])].groupby("day").size()
    days = pd.date_range("2023-11-01", "2026-10-31")
    orders = daily.reindex(days, fill_value=0).to_numpy(dtype=float)
    away, expected = from_festival(days), business(days)
    usual = orders[np.abs(away) > 60].sum() / expected[np.abs(away) > 60].sum()
    for first, last in ((-28, -8), (-7, 7), (16, 35)):
        inside = (away >= first) & (away <= last)
        mean = usual * expected[inside].sum()
        assert orders[inside].sum() == pytest.approx(mean, rel=0.08, abs=6 * np.sqrt(mean)), (first, last)
    assert orders[np.abs(away) <= 7].mean() < 0.25 * orders.mean() < orders[(away >= -28) & (away <= -8)].mean()


@pytest.mark.parametrize("id", ["free-inspections", "province-depots"])
def test_campaigns_add_the_planted_orders(frames, truth, root, id):
    """Orders of those treated against the others, each against its own time before, as a ratio of ratios."""
    plan = next(c for c in CAMPAIGNS if c.id == id)
    totals = frames("order_totals").dropna(subset=["customer_id"])
    members = frames("memberships").query("intervention_id == @id").set_index("customer_id")["group"]
    start, end = pd.Timestamp(plan.start), pd.Timestamp(plan.end or "2026-10-31")
    if plan.provinces:
        others = frames("customers").query("region not in @plan.provinces")["customer_id"]
        members = pd.concat([members, pd.Series("control", others)])
    mine = totals.assign(group=totals["customer_id"].map(members)).dropna(subset=["group"])
    year = pd.Timedelta(days=364)
    counts = {
        (group, when): mine[(mine["group"] == group) & mine["day"].between(start - shift, end - shift)].shape[0]
        for group in ("treated", "control")
        for when, shift in (("during", pd.Timedelta(0)), ("before", year))
    }
    ratio = (counts["treated", "during"] / counts["treated", "before"]) / (
        counts["control", "during"] / counts["control", "before"]
    )
    error = np.sqrt(sum(1 / n for n in counts.values()))
    parts = 0.85  # of the orders; machines and fees do not answer
    assert np.log(ratio) == pytest.approx(np.log(1 + parts * plan.effect), abs=4 * error)
    assert np.log(ratio) > 2 * error
    added = pd.read_parquet(root / "data" / MAKER / "truth" / "orders.parquet")
    assert (added["campaign"] == id).sum() == truth["campaigns"][id]["realised_added_orders"]


def test_contracts_end_as_planted(frames, truth, root):
    kept, firms = frames("contracts"), frames("customers").set_index("customer_id")
    assert kept["start"].notna().all() and len(kept) == firms["contract_on"].notna().sum()  # who has none is under none
    assert (kept["end"].isna()).sum() == truth["contracts"]["running"]
    chance = pd.read_parquet(root / "data" / MAKER / "truth" / "customers.parquet").set_index("customer_id")["contract_loss"]
    stood = ((kept["end"].fillna(pd.Timestamp("2026-10-31")) - kept["start"]).dt.days / 30.44).clip(lower=0)
    first = stood.clip(upper=12)
    base = chance.loc[kept["customer_id"]].to_numpy()
    young = 1 / (1 + (1 / base - 1) * np.exp(-CONTRACT_LOSS["first year"]))
    expected = float((first * young + (stood - first) * base).sum())
    assert kept["end"].notna().sum() == pytest.approx(expected, abs=4 * np.sqrt(expected))
    small = firms.loc[kept["customer_id"], FEATURE + "规模"].eq("小型").to_numpy()
    rate = kept["end"].notna().groupby(small).sum() / stood.groupby(small).sum()
    assert rate[True] > rate[False]


def test_units_answer_prices_as_planted(frames, truth):
    """A regression of orders on the price, within product and quarter, finds the planted elasticities within its errors."""
    weeks, products = frames("product_weeks"), frames("product_list").set_index("product_id")
    ids = weeks["product_id"].astype(str)
    table = weeks.assign(product_id=ids, category=ids.map(products["category"]))
    for group, planted in truth["elasticity"].items():
        mine = table[table["category"] == group]
        mine = mine.assign(
            price=(mine["revenue"] + mine["discount"]) / mine["units"], quarter=mine["week"].dt.to_period("Q").astype(str)
        )
        mine = mine.groupby(["product_id", "quarter"]).agg(lines=("orders", "sum"), price=("price", "median")).reset_index()
        fit = smf.ols("np.log(lines) ~ np.log(price) + C(product_id) + C(quarter)", mine).fit()
        assert fit.params["np.log(price)"] == pytest.approx(planted, abs=2.5 * fit.bse["np.log(price)"]), group


def test_late_deliveries_cost_the_planted_points(frames, truth, root):
    answers = frames("survey_answers")
    told = pd.read_parquet(root / "data" / MAKER / "truth" / "surveys.parquet")
    score = answers.merge(told, on=["date", "customer_id"], validate="1:1").groupby("driver")["recommend"].mean()
    assert score["交货延迟"] - score["一般"] == pytest.approx(truth["surveys"]["交货延迟"]["effect"], abs=0.6)


def test_people_ask_in_chinese_and_some_topics_have_no_answer(frames, truth):
    asked = frames("desk_questions")
    assert asked["question"].str.contains(r"[\u4e00-\u9fff]").all()
    assert set(asked["topic"]) - set(frames("standing_answers")["topic"]) == set(truth["faq"]["gaps"])
