"""Next step: does the stated value hold the truth, is the planted policy found, and how long beside quantecon."""

from datetime import date
from itertools import product

import numpy as np
import pandas as pd
from quantecon.markov import DiscreteDP

from measure import cpu
from playbook.engagement import Assumptions
from playbook.methods.strategy.next_step import next_step
from playbook.methods.strategy.stepping.process import Process, policy_iteration, value_iteration
from playbook.result.formats import Formats

SEEDS, CASES, WORTH = range(60), 2000, 100.0
AS_OF = date(2026, 10, 31)
ONWARD = {"a": {"none": 0.30, "call": 0.40}, "b": {"none": 0.40, "gift": 0.48}, "c": {"none": 0.60, "call": 0.62}}
COSTS = {"call": 3.0, "gift": 12.0}


def journeys(seed):
    rng, rows = np.random.default_rng(seed), []
    for way in range(CASES):
        events = []
        for step, choices in ONWARD.items():
            action = str(rng.choice(list(choices)))
            events.append((step, action))
            if rng.random() >= choices[action]:
                break
        else:
            events.append(("paid", None))
        rows += [(way, i, step, action, 1, False) for i, (step, action) in enumerate(events)]
    return pd.DataFrame(rows, columns=["way", "place", "step", "action", "cases", "going"])


def value(choice):
    """Of a case, where ``choice`` gives each step its actions with their shares."""
    worth = WORTH
    for step in reversed(ONWARD):
        worth = sum(share * (ONWARD[step][act] * worth - COSTS.get(act, 0.0)) for act, share in choice[step].items())
    return worth


def test_the_stated_gain_holds_the_truth(note):
    today = value({step: dict.fromkeys(acts, 0.5) for step, acts in ONWARD.items()})
    months = pd.DataFrame({"month": pd.date_range("2026-01-01", periods=12, freq="MS"), "revenue": WORTH, "orders": 1.0})
    given = {"months": months, "stages": (*ONWARD, "paid"), "action_costs": COSTS}
    rows, spent = [], []
    for seed in SEEDS:
        frame = journeys(seed)
        result, cost = cpu(
            lambda f=frame: next_step(Assumptions(gross_margin=1.0), AS_OF, Formats("EUR"), path_actions=f, **given)
        )
        spent.append(cost.cpu)
        told = result.choices[result.choices["advised"]].set_index("step")["action"]
        chosen = {s: {"none" if s not in told or told[s] == "nothing special" else told[s]: 1.0} for s in ONWARD}
        chosen = {s: chosen[s] if s in told else dict.fromkeys(ONWARD[s], 0.5) for s in ONWARD}
        truth = value(chosen) - today
        rows.append((result.advice.gain_low <= truth <= result.advice.gain_high, result.advice.gain - truth, truth))
    held, off, truth = np.array(rows, dtype=float).T
    every = product(*(acts for acts in ONWARD.values()))
    best = max(value({step: {act: 1.0} for step, act in zip(ONWARD, acts, strict=True)}) for acts in every) - today
    note("gain of the policy: 80% ranges that hold the truth", f"{held.mean():.2f}")
    note("mean of stated less true gain, of a case", f"{off.mean():+.2f}", "true gain", f"{truth.mean():.2f}")
    note("true gain of the policies found", f"{truth.mean():.2f}", "of the best", f"{best:.2f}", truth.mean() / best)
    note(f"{CASES} journeys, bootstrap included", f"{np.mean(spent):.2f} s")
    assert 0.68 <= held.mean() <= 0.95 and truth.mean() >= 0.8 * best


def test_solved_as_quantecon_solves(note):
    rng = np.random.default_rng(0)
    states, actions = 60, 8
    moves = rng.dirichlet(np.ones(states) * 0.2, (states, actions))
    rewards = rng.normal(size=(states, actions))
    process = Process(moves, rewards, 0.95)
    ours, mine = cpu(lambda: [policy_iteration(process) for _ in range(50)])
    _, swept = cpu(lambda: [value_iteration(process) for _ in range(5)])
    peer = DiscreteDP(rewards, moves, 0.95)
    theirs, other = cpu(lambda: [peer.solve(method="policy_iteration") for _ in range(50)])
    np.testing.assert_allclose(ours[0].values, theirs[0].v, atol=1e-8)
    what = f"policy iteration, {states} states, {actions} actions, ms"
    note(what, f"{mine.cpu * 20:.1f}", "quantecon", f"{other.cpu * 20:.1f}", mine.cpu / other.cpu)
    note("value iteration, ms", f"{swept.cpu * 200:.1f}")
