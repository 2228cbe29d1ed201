"""Step moves: shares by hand, the planted chain of the bundled shop, and what becomes of those that turn back."""

import pandas as pd
import pytest
from ruamel.yaml import YAML

from playbook.engagement import open_engagement
from playbook.generate.journeys import ACTIONS, STEPS
from playbook.intake.frames import FRAMES
from playbook.intake.tables import open_tables
from playbook.methods.needs_analysis.path.moves import loops, step_moves, turns

MOVES = pd.DataFrame(
    [
        ("a", "b", False, 60), ("a", None, False, 40), ("b", "a", True, 10), ("b", "b", False, 5), ("b", "c", False, 25),
        ("b", None, False, 10), ("a", "b", True, 4),
    ],
    columns=["step", "next_step", "back", "cases"],
)  # fmt: skip


def test_shares_of_all_that_was_seen_at_a_step():
    found = step_moves(MOVES.assign(days=1.0, recent=True)).set_index(["step", "next_step", "back"])
    assert found.loc[("a", "b", False), "share"] == pytest.approx(60 / 104)
    assert found.loc[("b", "a", True), ["cases", "came"]].tolist() == [10, 50]
    assert (found["low"] <= found["share"]).all()
    assert (found["share"] <= found["high"]).all()
    assert found.groupby("step")["share"].sum().tolist() == pytest.approx([1, 1])
    assert step_moves(MOVES.iloc[:0]).empty


def test_turns_are_moves_back_and_repeats():
    found = turns(step_moves(MOVES), ("a", "b", "c"))
    assert found[["step", "next_step", "kind"]].values.tolist() == [["b", "a", "back"], ["b", "b", "again"]]
    assert len(turns(step_moves(MOVES))) == 3  # without an order the second way to b counts as well


def test_who_turns_back_against_who_does_not():
    # 100 reach b: 40 turn back there, of whom 10 end; 60 do not, of whom 30 end. 20 never get to b.
    states = pd.DataFrame({"journey_id": range(120), "returns": [1] * 40 + [0] * 80, "days_back": [2.0] * 40 + [0.0] * 80})
    states["back_from"] = pd.Series(["b"] * 40 + [None] * 80, dtype="str")
    steps = pd.DataFrame({"journey_id": [*range(120), *range(100), *range(10), *range(40, 70)]})
    steps["step"] = ["a"] * 120 + ["b"] * 100 + ["end"] * 40
    found = loops(states, steps, "end")
    assert (found.turned, found.journeys, found.step, found.days) == (40, 120, "b", 2.0)
    assert (found.ended, found.straight) == (0.25, 0.5)
    assert found.low < -0.25 < found.high < 0
    few = loops(states.iloc[20:], steps, "end")
    assert (few.turned, few.ended) == (20, None)  # too few to compare
    assert loops(states.assign(returns=0), steps, "end") is None


def test_the_planted_transitions_of_the_bundled_shop_are_found(root):
    """Every transition of every channel, planted in truth.yml; what the shop tried at a step raises the way on there."""
    truth = YAML(typ="safe", pure=True).load((root / "data/aurora-audio/truth/truth.yml").read_text("utf-8"))["journeys"]
    raised = {}
    for place, _, factor in ACTIONS:
        raised.setdefault(STEPS[place], []).append(factor)
    tables = open_tables(open_engagement("aurora-audio"))
    moves = FRAMES["journey_moves"].build(tables)
    found = step_moves(moves[moves["next_step"].notna() | (moves["step"] != STEPS[-1])], by=("channel",))
    found = found.groupby(["channel", "step", "next_step"]).agg(cases=("cases", "sum"), came=("came", "first"))
    held, count = 0, 0
    for channel, planted in truth["transitions"].items():
        for way, chance in planted.items():
            step, following = way.split(" > ")
            factors = raised.get(step, [1.0])
            ahead = STEPS.index(following) == STEPS.index(step) + 1
            expected = chance * (sum(factors) / len(factors) if ahead else 1.0)
            cases, came = found.loc[(channel, step, following)]
            error = 1.96 * (expected * (1 - expected) / came) ** 0.5
            held += abs(cases / came - expected) <= error + 1 / came
            count += 1
    assert count >= 40
    assert held / count >= 0.85  # 95 % by their name
    back = turns(step_moves(moves), STEPS)
    assert ["basket", "product page"] in back[["step", "next_step"]].head(2).values.tolist()
