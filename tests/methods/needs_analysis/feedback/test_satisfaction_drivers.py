import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from ruamel.yaml import YAML

from playbook.engagement import open_engagement
from playbook.generate.moods import SCORES, planted_moods
from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.needs_analysis.feedback.comment_themes import comment_themes, mentions
from playbook.methods.needs_analysis.feedback.satisfaction_drivers import effects, late_before


def _planted(n: int = 400) -> tuple[pd.Series, pd.DataFrame]:
    rng = np.random.default_rng(5)
    said = pd.DataFrame({"late": rng.random(n) < 0.2, "praise": rng.random(n) < 0.3, "idle": rng.random(n) < 0.2})
    return 7 - 3 * said["late"] + 1 * said["praise"] + pd.Series(rng.normal(0, 1, n)), said


def test_two_means_by_hand():
    # 30 answers of 4 with the mention, 30 of 8 without: four points lower; share one half, so the mean would gain two.
    scores = pd.Series([3.0, 5.0] * 15 + [7.0, 9.0] * 15)
    found = effects(scores, pd.DataFrame({"late": [True] * 30 + [False] * 30})).iloc[0]
    assert (found["effect"], found["gain"], found["share"], found["mentions"]) == pytest.approx((-4, 2, 0.5, 30))
    # HC3 (MacKinnon & White 1985) for two equal groups: each squared residual over (1 - 1/30) squared, summed over 30 squared.
    error = np.sqrt(2 * 30 * 1 / (29 / 30) ** 2) / 30
    assert found["high"] - found["low"] == pytest.approx(2 * 1.2815516 * error)
    assert found["evidence"] == "shown"


def test_planted_effects_are_held_and_chance_is_not_shown():
    found = effects(*_planted()).set_index("driver")
    assert found.index.tolist() == ["late", "idle", "praise"]
    assert found.at["late", "low"] < -3 < found.at["late", "high"] and found.at["praise", "low"] < 1 < found.at["praise", "high"]
    assert found["evidence"].to_dict() == {"late": "shown", "praise": "shown", "idle": "not shown"}


def test_a_customer_who_answers_ten_times_does_not_count_ten_times():
    scores, said = _planted(100)
    ten = effects(
        pd.concat([scores] * 10, ignore_index=True), pd.concat([said] * 10, ignore_index=True), pd.Series([*range(100)] * 10)
    )
    once = effects(scores, said)
    width = [(f["high"] - f["low"]).to_numpy() for f in (ten.sort_values("driver"), once.sort_values("driver"))]
    assert width[0] == pytest.approx(width[1], rel=0.1)


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        (pd.Series(dtype=float), pd.DataFrame({"a": pd.Series(dtype=bool)})),
        (pd.Series([5.0] * 80), pd.DataFrame({"a": [True, False] * 40})),  # all the same
        (pd.Series([5.0, 6.0] * 24), pd.DataFrame({"a": [True] * 24 + [False] * 24})),  # 48 answers
        (pd.Series([5.0, 6.0] * 40), pd.DataFrame({"a": [True] * 9 + [False] * 71})),  # nine mentions
        (pd.Series([5.0, 6.0] * 40), pd.DataFrame({"a": [True] * 80})),
        (pd.Series([np.nan] * 80), pd.DataFrame({"a": [True, False] * 40})),
    ],
)
def test_too_little_to_tell_is_no_effect(scores, said):
    assert effects(scores, said).empty


def test_two_names_for_one_thing_are_one_driver():
    scores, said = _planted()
    assert effects(scores, said.assign(again=said["late"]))["driver"].tolist() == ["late", "idle", "praise"]


def test_the_last_parcel_before_the_answer_counts():
    days = pd.to_datetime(["2026-03-01", "2026-03-10", "2026-05-20", "2026-03-01"])
    answers = pd.DataFrame({"date": days, "customer_id": ["a", "a", "a", None]}, index=[7, 8, 9, 10])
    parcels = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b"],
            "promised_on": pd.to_datetime(["2026-02-10", "2026-03-05", "2026-02-01"]),
            "delivered_on": pd.to_datetime(["2026-02-12", "2026-03-05", "2026-02-09"]),
        }
    )
    late = late_before(answers, parcels)
    assert late.index.tolist() == [7, 8, 9, 10] and late.iloc[:2].tolist() == [1, 0] and late.iloc[2:].isna().all()


@pytest.mark.parametrize(
    ("comment", "themes"),
    [
        ("My parcel never arrived.", ["late delivery"]),
        ("Delivery was fast and the staff were very friendly", ["fast delivery", "helpful service"]),
        ("Delivery was not late at all", []),
        ("Too expensive. But excellent sound quality!", ["high price", "good quality"]),
        ("The sound is not great", ["poor quality"]),
        ("Nobody answered my calls, the hotline is terrible", ["poor service"]),
        ("I had to send it back and wait for my refund", ["returns"]),
        ("快递太慢了，等了一个星期", ["late delivery"]),
        ("客服很热情，价格实惠", ["good price", "helpful service"]),
        ("质量差，而且缺货", ["poor quality", "availability"]),
        ("The parcel held the wrong item", ["wrong or damaged"]),
        ("Never any delay with a delivery here", []),
        ("Fully charged after an hour", []),
        ("You charged me twice", ["payment"]),
        ("All fine", []),
        ("", []),
        (None, []),
    ],
)
def test_what_a_comment_mentions(comment, themes):
    found = mentions(pd.Series([comment], index=[3], dtype=object))
    assert found.columns[found.loc[3]].tolist() == themes


def test_the_codebook_is_complete():
    for theme in comment_themes().values():
        assert theme.label.strip() and theme.action.strip() and theme.ways and theme.good in {True, False, None}


def test_aurora_audio_planted_drivers(root):
    client = open_engagement("aurora-audio")
    sources = {name: client.sources[name] for name in ("orders", "surveys")}
    tables = open_tables(client.model_copy(update={"sources": sources, "interventions": ()}))
    answers = FRAMES["survey_answers"].build(tables)
    found = effects(answers["recommend"], mentions(answers["comment"]), answers["customer_id"], level=1 - 0.01 / 5).set_index(
        "driver"
    )
    # Five drivers: all five ranges hold the truth in 99 of 100 draws (Bonferroni).
    names = {"late delivery": "late delivery", "price": "high price", "quality": "good quality", "advice": "helpful service",
             "returns": "returns"}  # fmt: skip
    planted = YAML(typ="safe").load(root / "data/aurora-audio/truth/truth.yml")["surveys"]
    order = sorted(names, key=lambda name: planted[name]["effect"])
    assert found["effect"].sort_values().index.tolist() == [names[name] for name in order]
    # The planted effect is that on the mood; what is ticked is cut at 10, so the mean tick of each driver is the truth to find.
    moods = planted_moods()
    chance = moods.chances.sum(axis=(0, 3))
    tick = dict(zip(moods.drivers, chance @ SCORES / chance.sum(axis=1), strict=True))
    for name, theme in names.items():
        true = tick[name] - tick["nothing special"]
        assert abs(true) <= abs(planted[name]["effect"]) + 0.05 and np.sign(true) == np.sign(planted[name]["effect"])
        assert found.at[theme, "low"] <= true <= found.at[theme, "high"]
        assert found.at[theme, "evidence"] == "shown"
    # As good as an analyst who knows what truly moved each answer.
    raw = pd.read_csv(root / "data/aurora-audio/raw/surveys.csv.gz")
    moved = pd.read_parquet(root / "data/aurora-audio/truth/surveys.parquet")["driver"]
    true = pd.get_dummies(moved).drop(columns="nothing special").astype(float)
    oracle = sm.OLS(raw["Recommend 0-10"].astype(float), sm.add_constant(true)).fit().params
    assert all(abs(found.at[theme, "effect"] - oracle[name]) < 0.1 for name, theme in names.items())
