import numpy as np
import pandas as pd
import pytest

from playbook.methods.strategy.predicting.columns import tidy
from playbook.methods.strategy.predicting.learn import learn
from playbook.methods.strategy.predicting.reasons import importance, partial_dependence, reasons
from playbook.methods.strategy.predicting.wording import column_name, column_value, edge
from playbook.result.formats import Formats

FMT = Formats("EUR")


@pytest.fixture(scope="module")
def told():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"size": rng.normal(size=400), "source": rng.choice(["web", "fair"], 400), "noise": rng.normal(size=400)}
    )
    odds = 2 * frame["size"] + 1.5 * (frame["source"] == "fair") - 0.7
    learned = learn(frame, pd.Series(rng.random(400) < 1 / (1 + np.exp(-odds))))
    return learned, tidy(frame)


def test_reasons_are_those_that_were_planted(told):
    learned, known = told
    rows = pd.DataFrame({"size": [2.0, -2.0, np.nan], "source": ["fair", "web", None], "noise": [0.0, 0.0, 0.0]})
    before = rows.copy()
    found = reasons(learned.model, known, tidy(rows), FMT)
    assert rows.equals(before)
    assert found.up[0] == "size 2; source fair" and found.down[0] == ""
    assert found.down[1] == "size −2; source web" and found.up[1] == ""
    assert 0.9 < found.faithful <= 1
    assert len(found.up) == len(found.down) == 3


def test_what_counts_most_comes_first_and_noise_counts_nothing(told):
    found = importance(told[0].trial).set_index("column")
    assert found.index.tolist() == ["size", "source", "noise"]
    assert found.loc["size", "loss"] > 0.15 and found.loc["source", "loss"] > 0.02
    assert abs(found.loc["noise", "loss"]) < 0.02
    assert importance(told[0].trial).equals(importance(told[0].trial))


def test_the_chance_moves_as_planted(told):
    learned, known = told
    found = partial_dependence(learned.model, known, ["size", "source"], FMT)
    size = found[found["column"] == "size"]
    assert size["value"].tolist() == sorted(known["size"].quantile([0.1, 0.5, 0.9], interpolation="nearest"))
    assert size["chance"].is_monotonic_increasing and size["chance"].iloc[-1] > size["chance"].iloc[0] + 0.4
    source = found[found["column"] == "source"].set_index("value")["chance"]
    assert source["fair"] > source["web"] + 0.1
    assert partial_dependence(learned.model, known, [], FMT).empty


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("recency_days", 1.0, "last order 1 day ago"),
        ("tenure_days", 1200.0, "first order 1,200 days ago"),
        ("revenue_365", 1250.0, "spent in the last year €1,250"),
        ("discount_share_365", 0.25, "share of discounts in the last year 25%"),
        ("feature: lead_source", "Messe Köln", "lead source Messe Köln"),
        ("feature: note", "x" * 50, "note " + "x" * 39 + "…"),
        ("owner", None, "sales person not known"),
        ("feature: age", np.nan, "age not known"),
        ("feature: age", 41.0, "age 41"),
    ],
)
def test_columns_in_words(column, value, words):
    assert column_value(column, value, FMT) == words
    assert words.startswith(column_name(column)) or column.endswith("_days")


def test_months_taken_together_and_edges_of_classes():
    assert column_name("feature: log_ins (mean of 3 months)") == "log ins (mean of 3 months)"
    assert column_name("feature: log_ins (change in 3 months)") == "log ins (change in 3 months)"
    assert [edge(v, FMT) for v in (0.45171, 12345.6, 2.5, 0.0)] == ["0.4517", "12,346", "2.5", "0"]
