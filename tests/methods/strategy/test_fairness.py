import pickle
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from playbook.engagement import Assumptions
from playbook.methods.strategy.fairness import fairness
from playbook.methods.strategy.predicting.worth import PLANNED
from playbook.methods.strategy.scoring import Scoring, scoring
from playbook.result.contract import Locked
from playbook.result.formats import Formats

FMT = Formats("EUR")


@pytest.fixture(scope="module")
def scored() -> Scoring:
    """Income tells of a yes and differs by gender; the district tells of gender alone; age is missing for some."""
    rng = np.random.default_rng(0)
    n = 800
    gender = np.where(np.arange(n) % 2, "women", "men")
    income = rng.normal(np.where(gender == "men", 0.8, -0.8), 1)
    cases = pd.DataFrame(
        {
            "case_id": [f"L{i}" for i in range(n)],
            "outcome": pd.array(rng.random(n) < 1 / (1 + np.exp(1 - 1.5 * income)), dtype="boolean"),
            "value": 40.0 / PLANNED[1], "cost": 20.0, "opened_on": pd.date_range("2024-01-01", periods=n),
            "feature: gender": gender, "feature: income": income,
            "feature: district": np.where(rng.random(n) < 0.85, gender, np.where(gender == "men", "women", "men")),
            "feature: age": np.where(rng.random(n) < 0.1, np.nan, rng.integers(20, 70, n)),
        }
    )  # fmt: skip
    return scoring(date(2026, 6, 30), Assumptions(), FMT, labelled_cases=cases, protected=("gender", "age"))


@pytest.fixture(scope="module")
def found(scored):
    return fairness(scored, FMT, ("gender", "age"))


def test_gaps_are_those_of_the_rows_chosen(scored, found):
    held = scored.learned.held_out
    gender = scored.asked.protected["gender"].loc[held.index]
    shares = (held["probability"] * 40 > 20).groupby(gender).mean()
    gap = next(g for g in found.gaps if g.attribute == "gender")
    assert gap.groups.set_index("group")["chosen"].to_dict() == pytest.approx(shares.to_dict())
    assert gap.ratio == pytest.approx(shares["women"] / shares["men"]) and gap.surely > 0.99
    assert (gap.least, gap.most) == ("women", "men")
    assert "below four fifths" in found.headline and "gender" in found.headline
    assert found.findings[0].evidence == "shown" and found.findings[0].value == pytest.approx(gap.ratio)


def test_what_equality_costs_adds_up(scored, found):
    held = scored.learned.held_out
    chosen = held["probability"] * 40 > 20
    costs = found.costs[found.costs["attribute"] == "gender"].set_index("way")
    assert costs["today"].unique().tolist() == pytest.approx([(held["outcome"] * 40.0 - 20.0)[chosen].sum()])
    assert np.allclose(costs["lost"], costs["today"] - costs["then"])
    assert costs.loc["the same share chosen", "chosen"] == pytest.approx(chosen.sum(), abs=1)
    assert costs.loc["the same share chosen", "lost"] > 0  # women are chosen with whom it does not pay


def test_what_stands_in_is_named_and_the_attribute_itself_never_seen(scored, found):
    rows = found.stand_ins[found.stand_ins["attribute"] == "gender"]
    assert rows["column"].tolist() == ["feature: district", "feature: income"]
    assert "feature: gender" not in scored.learned.model.columns.names
    assert found.findings[-1].id == "fairness-stand-in" and "district" in found.findings[-1].sentence
    assert found.stand_ins[found.stand_ins["attribute"] == "age"].empty


def test_it_is_told_and_travels(found):
    assert 3 <= len(found.findings) <= 5 and len(found.tables) == 3
    assert found.figures()[0].alt
    assert "–" not in found.tables[0].frame["found_said"].tolist()
    assert pickle.loads(pickle.dumps(found)).headline == found.headline


def test_the_same_score_gives_the_same_answer_and_is_not_changed(scored, found):
    before = scored.learned.held_out.copy()
    again = fairness(scored, FMT, ("gender", "age"))
    pd.testing.assert_frame_equal(scored.learned.held_out, before)
    pd.testing.assert_frame_equal(again.costs, found.costs)
    assert [g.surely for g in again.gaps] == [g.surely for g in found.gaps]


@pytest.mark.parametrize("dear", [False, True])
def test_without_a_price_or_where_nothing_pays_the_best_fifth_is_chosen(scored, dear):
    costly = replace(scored, asked=replace(scored.asked, cost=np.full(800, 1e6)))
    found = fairness(costly if dear else replace(scored, profit=None), FMT, ("gender",))
    rows = found.gaps[0].groups
    assert (rows["chosen"] * rows["cases"]).sum() == pytest.approx(round(0.2 * rows["cases"].sum()))
    assert found.costs["today"].max() <= len(scored.learned.held_out) * 0.2  # counted in yes, not in money
    cost = next(f for f in found.findings if f.id == "fairness-cost")
    assert cost.unit == "count" and " successes of " in cost.sentence


def test_chances_that_do_not_hold_are_told_of_the_group_where_they_miss_most(scored):
    held = scored.learned.held_out
    age = scored.asked.protected.assign(age=np.where(np.arange(800) % 4 < 2, "young", "old"))  # across genders
    off = held["probability"] + np.where(age["gender"].loc[held.index] == "women", 0.3, 0.1)
    learned = replace(scored.learned, held_out=held.assign(probability=off.clip(upper=0.99)))
    wrong = replace(scored, learned=learned, asked=replace(scored.asked, protected=age))
    told = next(f for f in fairness(wrong, FMT, ("gender", "age")).findings if f.id == "fairness-promises")
    assert told.sentence.startswith("For “women” (gender) the predicted chances are too high:") and told.low > 0.2


def test_a_gap_that_chance_can_bring_is_told_so(scored):
    held = pd.DataFrame({"faith": [f"g{i}" for i in np.random.default_rng(4).integers(0, 6, 800)]})
    found = fairness(replace(scored, asked=replace(scored.asked, protected=held)), FMT, ("faith",))
    (gap,) = found.gaps
    told = found.findings[0]
    assert gap.ratio < 0.8 and gap.ratio_high == 1 and told.evidence == "indicative"
    assert found.headline.endswith("below four fifths, though chance alone could explain it")
    assert "Among 6 groups of this size chance alone can bring such a gap." in told.sentence and "more cases" in told.action


def test_rows_left_alone_or_without_a_price_are_not_judged_in_money(scored):
    cost, worked = scored.asked.cost.copy(), scored.asked.worked.copy()
    cost[400:450], worked[450:500] = np.nan, False
    found = fairness(replace(scored, asked=replace(scored.asked, cost=cost, worked=worked)), FMT, ("gender",))
    assert found.gaps[0].groups["cases"].sum() == len(scored.learned.held_out) - 100


def test_without_a_protected_attribute_or_large_groups_it_is_locked(scored):
    none = fairness(scored, FMT)
    assert isinstance(none, Locked) and "attributes that must not matter" in none.unlock[0]
    bare = replace(scored, asked=replace(scored.asked, protected=pd.DataFrame(index=scored.asked.protected.index)))
    absent = fairness(bare, FMT, ("faith",))
    assert isinstance(absent, Locked) and "a column named faith" in absent.unlock[0]
    index = scored.asked.protected.index
    for values in (["one"] * 800, [None] * 800, [f"g{i % 40}" for i in range(800)]):
        held = pd.DataFrame({"faith": pd.Series(values, index=index, dtype=object)})
        small = fairness(replace(scored, asked=replace(scored.asked, protected=held)), FMT, ("faith",))
        assert isinstance(small, Locked) and "at least 50 scored cases in two groups of faith" in small.unlock[0]
