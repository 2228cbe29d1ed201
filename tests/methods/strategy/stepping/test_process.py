"""Markov decision processes with published answers, and two hundred random ones against quantecon.

Howard 1960 (toymaker, taxicab), Puterman 1994 (two states), pymdptoolbox's forest, Russell & Norvig's grid; see NUMBERS.
"""

import numpy as np
import pytest

from playbook.methods.strategy.stepping.process import (
    Process,
    average_reward,
    policy_iteration,
    policy_values,
    value_iteration,
)

# Moves are (S, A, S). Toymaker: successful or not; plain, or advertise (in state 1) and research (in state 2).
TOYMAKER = (
    np.array([[[0.5, 0.5], [0.8, 0.2]], [[0.4, 0.6], [0.7, 0.3]]]),
    np.array([[6.0, 4.0], [-3.0, -5.0]]),
)
TAXI_P = [
    [[1 / 2, 1 / 4, 1 / 4], [1 / 16, 3 / 4, 3 / 16], [1 / 4, 1 / 8, 5 / 8]],
    [[1 / 2, 0, 1 / 2], [1 / 16, 7 / 8, 1 / 16], [0, 1, 0]],
    [[1 / 4, 1 / 4, 1 / 2], [1 / 8, 3 / 4, 1 / 8], [3 / 4, 1 / 16, 3 / 16]],
]
TAXI_R = [
    [[10, 4, 8], [8, 2, 4], [4, 6, 4]],
    [[14, 0, 18], [8, 16, 8], [0, 0, 0]],
    [[10, 2, 8], [6, 4, 2], [4, 0, 8]],
]
TAXI_ALLOWED = np.array([[True, True, True], [True, True, False], [True, True, True]])


def taxicab():
    moves, rewards = np.array(TAXI_P, dtype=float), np.array(TAXI_R, dtype=float)
    return moves, (moves * rewards).sum(axis=2)


def forest():
    moves = np.zeros((3, 2, 3))
    for s in range(3):
        moves[s, 0, min(s + 1, 2)], moves[s, 0, 0] = 0.9, 0.1
        moves[s, 1, 0] = 1.0
    return moves, np.array([[0.0, 0.0], [0.0, 1.0], [4.0, 2.0]])


def both(process):
    exact, near = policy_iteration(process), value_iteration(process)
    np.testing.assert_allclose(exact.values, near.values, atol=1e-8)
    assert (exact.policy == near.policy).all()
    return exact


def test_toymaker():
    assert average_reward(Process(*TOYMAKER)).gain == pytest.approx(2.0)
    assert both(Process(*TOYMAKER, 0.9)).values == pytest.approx([22.19780, 12.30769], abs=1e-5)


def test_taxicab():
    gain = average_reward(Process(*taxicab(), 1.0, TAXI_ALLOWED))
    assert gain.gain == pytest.approx(13.34454, abs=1e-5) and (gain.policy == 1).all()
    assert both(Process(*taxicab(), 0.9, TAXI_ALLOWED)).values == pytest.approx([121.65347, 135.30628, 122.83690], abs=1e-5)


def test_puterman_two_states():
    moves = np.array([[[0.5, 0.5], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]])
    allowed = np.array([[True, True], [True, False]])
    found = both(Process(moves, np.array([[5.0, 10.0], [-1.0, 0.0]]), 0.95, allowed))
    assert found.values == pytest.approx([-8.57142857, -20.0], abs=1e-7)


def test_forest_to_its_fixed_point():
    assert both(Process(*forest(), 0.96)).values == pytest.approx([74.6496, 78.1056, 82.1056], abs=1e-4)


def test_grid_of_russell_and_norvig():
    # 4 x 3 with a wall; 0.8 ahead, 0.1 to either side; -0.04 a step, +1 and -1 at the ends, which end the walk
    cells = [(x, y) for y in range(3) for x in range(4) if (x, y) != (1, 1)]
    ends = {(3, 2): 1.0, (3, 1): -1.0}
    states = [c for c in cells if c not in ends]
    turns = [(0, 1), (1, 0), (0, -1), (-1, 0)]
    moves, rewards = np.zeros((len(states), 4, len(states))), np.full((len(states), 4), -0.04)
    for i, (x, y) in enumerate(states):
        for a in range(4):
            for turn, chance in ((a, 0.8), ((a + 1) % 4, 0.1), ((a - 1) % 4, 0.1)):
                to = (x + turns[turn][0], y + turns[turn][1])
                to = to if to in cells else (x, y)
                if to in ends:
                    rewards[i, a] += chance * ends[to]
                else:
                    moves[i, a, states.index(to)] += chance
    values = dict(zip(states, both(Process(moves, rewards)).values, strict=True))
    rows = {2: [0.8116, 0.8678, 0.9178], 1: [0.7616, None, 0.6603], 0: [0.7053, 0.6553, 0.6114, 0.3879]}
    for y, row in rows.items():
        for x, value in enumerate(row):
            if value is not None:
                assert values[x, y] == pytest.approx(value, abs=5e-5)


def test_our_three_stages():
    # buy succeeds with .8, .6, 1 and pays 10, 20, 30; on failure one stays, C stays at C; waiting brings nothing
    moves = np.zeros((3, 2, 3))
    moves[0, 0, :2], moves[1, 0, 1:], moves[2, 0, 2] = [0.2, 0.8], [0.4, 0.6], 1.0
    moves[np.arange(3), 1, np.arange(3)] = 1.0
    found = both(Process(moves, np.array([[8.0, 0], [12.0, 0], [30.0, 0]]), 0.9))
    assert found.values == pytest.approx([248.476, 271.875, 300.0], abs=1e-3) and (found.policy == 0).all()


def test_two_hundred_random_ones_agree_with_quantecon():
    from quantecon.markov import DiscreteDP

    rng = np.random.default_rng(0)
    for _ in range(200):
        size, actions, discount = rng.integers(2, 7), rng.integers(2, 5), rng.uniform(0.5, 0.98)
        moves = rng.dirichlet(np.full(size, 0.5), (size, actions))
        rewards = rng.normal(0, 10, (size, actions))
        theirs = DiscreteDP(rewards, moves, discount).solve(method="policy_iteration")
        ours = both(Process(moves, rewards, discount))
        np.testing.assert_allclose(ours.values, theirs.v, atol=1e-7)
        assert (ours.policy == theirs.sigma).all()


def test_what_is_no_process_is_refused():
    with pytest.raises(ValueError, match="shape"):
        Process(np.zeros((2, 2, 3)), np.zeros((2, 2)))
    with pytest.raises(ValueError, match="between 0 and 1"):
        Process(np.full((2, 2, 2), 0.6), np.zeros((2, 2)))
    with pytest.raises(ValueError, match="needs an action"):
        Process(np.zeros((2, 2, 2)), np.zeros((2, 2)), 0.9, np.zeros((2, 2), dtype=bool))
    forever = Process(np.eye(2)[:, None, :], np.ones((2, 1)))
    with pytest.raises(ValueError, match="come to an end"):
        policy_values(forever, np.zeros(2, dtype=int))
