"""Policy: the best action at every step, what it is worth against what is done today, and how sure that is."""

from dataclasses import dataclass

import numpy as np

from playbook.methods.strategy.stepping.chances import chances
from playbook.methods.strategy.stepping.process import Process, policy_iteration, policy_values
from playbook.methods.strategy.stepping.ways import Ways
from playbook.result.formats import EDGES

__all__ = ["FEWEST_TAKEN", "Advice", "Money", "advise"]

FEWEST_TAKEN = 50  # cases at a step under an action before it can be advised
DRAWS, SPLITS, FOLDS = 200, 10, 4
SEED = 11


@dataclass(frozen=True, eq=False)
class Money:
    """What a sale brings (margin; of deals (S, A), by the step and the action before it), what each action costs (A,), and what a
    unit one step later is worth now (S,)."""

    sale: float | np.ndarray
    costs: np.ndarray
    discount: np.ndarray


@dataclass(frozen=True, eq=False)
class Advice:
    """``counts`` (S, A, S + 2) of moves; ``mix`` (S, A) of today's actions; ``policy`` (S,) the action advised; ``thin`` (S,)
    steps where no other action has been taken often enough to advise it; ``better`` (S, A) what an action is worth there beyond
    today's mix, today's way going on after it, with ``better_low`` and ``better_high``; ``today`` and ``advised`` worth of a case
    from its start; ``gain`` (of a case, judged on cases that did not choose the policy) with its range; ``held_out`` worth of the
    advised policy by weighted importance sampling, from ``effective`` cases (not a number without any), and ``on_average`` what
    all cases known to their end brought, neither of them discounted."""

    counts: np.ndarray
    mix: np.ndarray
    policy: np.ndarray
    thin: np.ndarray
    better: np.ndarray
    better_low: np.ndarray
    better_high: np.ndarray
    today: float
    advised: float
    gain: float
    gain_low: float
    gain_high: float
    held_out: float
    effective: float
    on_average: float


def _process_of(counts: np.ndarray, money: Money, allowed: np.ndarray, shrunk: bool = True) -> Process:
    """The decision process behind counts (..., S, A, S + 2): moves between steps, the sale as reward less the action's cost."""
    likely, size = chances(counts, shrunk), counts.shape[-3]
    rewards = likely[..., size] * (money.discount[:, None] * money.sale) - money.costs[None, :]
    return Process(likely[..., :size], rewards, np.broadcast_to(money.discount[:, None], rewards.shape), allowed)


def _today_values(process: Process, mix: np.ndarray) -> np.ndarray:
    """(..., S) worth of a case at each step when actions go on being taken as in ``mix`` (..., S, A)."""
    discount = np.broadcast_to(process.discount, process.rewards.shape)
    moves = np.einsum("...sa,...sat->...st", mix * discount, process.moves)
    one = Process(moves[..., None, :], (mix * process.rewards).sum(axis=-1)[..., None])
    return policy_values(one, np.zeros(mix.shape[-2], dtype=int))


def advise(ways: Ways, money: Money, seed: int = SEED) -> Advice:
    """Solve for the best policy among actions taken often enough, and judge it on cases that did not choose it.

    The cases are cut into FOLDS parts by lot; the policy that the others choose is valued on each part, without shrinkage, beyond
    today's mix of that part: choosing the best of noisy figures flatters it (Smith & Winkler 2006, Management Science 52),
    judging it on other cases does not. The mean over SPLITS such cuts is the gain; its range is that of the parts resampled.
    """
    counts = ways.count(ways.cases)
    mix = _mix(counts)
    allowed, thin = _choice(counts, mix)
    process = _process_of(counts, money, allowed)
    best = policy_iteration(process)
    now = _today_values(process, mix)
    start = ways.start(ways.cases)
    better = process.worth(now) - now[:, None]
    rng = np.random.default_rng(seed)
    gain, low, high = _judged(ways, money, allowed, rng)
    drawn = ways.count(rng.multinomial(int(round(ways.cases.sum())), ways.cases / ways.cases.sum(), DRAWS).astype(float))
    again = _process_of(drawn, money, allowed)
    after = _today_values(again, _mix(drawn))
    drawn_better = np.where(drawn.any(axis=-1), again.worth(after) - after[..., None], np.nan)
    with np.errstate(invalid="ignore"):
        spread = np.nanquantile(np.where(allowed, drawn_better, 0.0), EDGES, axis=0)
    held_out = _importance(ways, best.policy, mix, money)
    return Advice(
        counts, mix, best.policy, thin, np.where(allowed, better, np.nan), *np.where(allowed, spread, np.nan),
        float(start @ now), float(start @ best.values), gain, low, high, *held_out,
    )  # fmt: skip


def _mix(counts: np.ndarray) -> np.ndarray:
    """Shares of actions (..., S, A); the first one's where a step was never left."""
    taken = counts.sum(axis=-1)
    there = taken.sum(axis=-1, keepdims=True)
    return np.where(there > 0, taken / np.where(there > 0, there, 1), np.eye(1, taken.shape[-1])[0])


def _choice(counts: np.ndarray, mix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which actions may be advised (S, A), and steps with no choice to advise (S,)."""
    taken = counts.sum(axis=2)
    allowed = taken >= FEWEST_TAKEN
    allowed[np.arange(len(mix)), mix.argmax(axis=1)] = True
    return allowed, (allowed.sum(axis=1) < 2) & ((taken > 0).sum(axis=1) > 1)


def _judged(ways: Ways, money: Money, allowed: np.ndarray, rng: np.random.Generator) -> tuple[float, float, float]:
    """Gain of a case and its range, each part of the cases judging the policy that the others choose."""
    cases = np.rint(ways.cases).astype(int)
    gains, errors = [], []
    for _ in range(SPLITS):
        points, draws = [], []
        for part in rng.multinomial(cases, np.full(FOLDS, 1 / FOLDS)).T:
            policy = policy_iteration(_process_of(ways.count((cases - part).astype(float)), money, allowed)).policy
            points.append(_gain(ways, part, policy, money, allowed))
            again = rng.multinomial(part.sum(), part / part.sum(), DRAWS // SPLITS)
            draws.append(_gain(ways, again, policy, money, allowed))
        gains.append(np.mean(points))
        errors.append(np.mean(draws, axis=0) - gains[-1])
    gain = float(np.mean(gains))
    low, high = gain + np.quantile(np.concatenate(errors), EDGES)
    return gain, float(low), float(high)


def _gain(ways: Ways, cases: np.ndarray, policy: np.ndarray, money: Money, allowed: np.ndarray) -> np.ndarray:
    """(...) of a case: the policy against today's mix among these ``cases`` (..., W), with chances as they were seen."""
    counts = ways.count(cases.astype(float))
    process = _process_of(counts, money, allowed, shrunk=False)
    better = policy_values(process, policy) - _today_values(process, _mix(counts))
    return (ways.start(cases.astype(float)) * better).sum(axis=-1)


def _importance(ways: Ways, policy: np.ndarray, mix: np.ndarray, money: Money) -> tuple[float, float, float]:
    """Worth of the policy from the cases that happened to follow it, weighted by how unlikely that was (Precup, Sutton & Singh
    2000), how many cases that is worth (Kish 1965), and what all cases brought on average; undiscounted."""
    done = ways.done
    size, actions = mix.shape
    sale = np.zeros((size, actions, size + 2))
    sale[:, :, size] = money.sale
    earned = ways.seen @ sale.ravel() - np.asarray(done @ np.tile(money.costs, size)).ravel()
    cases = np.where(ways.ended, ways.chosen, 0.0)
    follows = (policy[:, None] == np.arange(actions)[None, :]).ravel()
    broken = np.asarray(done[:, ~follows].sum(axis=1)).ravel() > 0
    odds = np.log(np.where(follows, mix.ravel(), 1.0).clip(min=1e-12))
    single = np.where(broken | (cases == 0), 0.0, np.exp(-np.asarray(done @ odds).ravel()))
    weight = single * cases
    if weight.sum() == 0:
        return np.nan, 0.0, np.nan
    worth = float((weight @ earned) / weight.sum())
    return worth, float(weight.sum() ** 2 / (cases @ single**2)), float((cases @ earned) / cases.sum())
