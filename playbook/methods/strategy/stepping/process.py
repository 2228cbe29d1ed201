"""Process: a Markov decision process with few states and actions, solved exactly by policy iteration and by value iteration."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Process", "Solution", "average_reward", "policy_iteration", "policy_values", "value_iteration"]

MOST_ROUNDS = 1000  # of policy iteration; a handful is usual
MOST_SWEEPS = 1_000_000  # of value iteration
TIE = 1e-12  # relative: an action has to be better by more than rounding to take another's place


@dataclass(frozen=True)
class Process:
    """A process of S states and A actions, or a stack of such: all but ``allowed`` may have further axes before.

    ``moves`` (S, A, S): chances to go from state to state under an action; what a row lacks to one is the chance that the case
    ends there. ``rewards`` (S, A): what an action brings on average, its cost taken off. ``allowed`` (S, A): which actions
    there are; each state needs one. ``discount``: what a unit one step later is worth now, one number or (S, A), at most 1.
    Raises ValueError for chances that are none and for shapes that do not fit.
    """

    moves: np.ndarray
    rewards: np.ndarray
    discount: float | np.ndarray = 1.0
    allowed: np.ndarray | None = None

    def __post_init__(self):
        if self.moves.shape != (*self.rewards.shape, self.rewards.shape[-2]):
            raise ValueError(f"moves of shape {self.moves.shape} do not fit rewards of shape {self.rewards.shape}")
        if self.allowed is not None and not self.allowed.any(axis=1).all():
            raise ValueError("every state needs an action")
        held = self.moves if self.allowed is None else self.moves[..., self.allowed, :]
        if (held < 0).any() or (held.sum(axis=-1) > 1 + 1e-9).any():
            raise ValueError("chances lie between 0 and 1 and do not add up to more than 1")
        if np.any(np.asarray(self.discount) < 0) or np.any(np.asarray(self.discount) > 1):
            raise ValueError("a discount lies between 0 and 1")

    def worth(self, values: np.ndarray) -> np.ndarray:
        """(..., S, A): what each action is worth now where ``values`` (..., S) come after it; minus infinity: there is none."""
        worth = self.rewards + self.discount * (self.moves @ values[..., None, :, None])[..., 0]
        return worth if self.allowed is None else np.where(self.allowed, worth, -np.inf)

    def under(self, policy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Discounted moves (..., S, S) and rewards (..., S) of one action a state, ``policy`` (S,)."""
        rows = np.arange(len(policy))
        discount = np.broadcast_to(self.discount, self.rewards.shape)
        return discount[..., rows, policy, None] * self.moves[..., rows, policy, :], self.rewards[..., rows, policy]


@dataclass(frozen=True)
class Solution:
    """``values`` (S,) of the best policy, ``policy`` (S,) its actions, ``rounds`` it took; ``gain`` a step where asked."""

    values: np.ndarray
    policy: np.ndarray
    rounds: int
    gain: float | None = None


def policy_values(process: Process, policy: np.ndarray) -> np.ndarray:
    """(..., S) the exact values of one action a state: the solution of v = r + discount * P v.

    Raises ValueError where a case would go on for ever without a discount: its value has no bound.
    """
    moves, rewards = process.under(policy)
    try:
        values = np.linalg.solve(np.eye(len(policy)) - moves, rewards[..., None])[..., 0]
    except np.linalg.LinAlgError:
        raise ValueError("without a discount every case has to come to an end") from None
    if not np.isfinite(values).all() or np.abs(values).max(initial=0) > 1e12 * max(1.0, np.abs(rewards).max(initial=0)):
        raise ValueError("without a discount every case has to come to an end")
    return values


def policy_iteration(process: Process, start: np.ndarray | None = None) -> Solution:
    """The best policy (Howard 1960; Puterman 1994, section 6.4): value the policy exactly, improve it where that pays, repeat.

    Ends with the exact optimum after finitely many rounds. Ties stay with the action that was there, at first with the first.
    """
    policy = np.argmax(process.worth(np.zeros(len(process.rewards))), axis=1) if start is None else np.array(start)
    for done in range(1, MOST_ROUNDS + 1):
        values = policy_values(process, policy)
        better = _improved(process.worth(values), policy)
        if (better == policy).all():
            return Solution(values, policy, done)
        policy = better
    raise ValueError("policy iteration did not settle")  # pragma: no cover  rounding alone could bring this about


def value_iteration(process: Process, tolerance: float = 1e-10, start: np.ndarray | None = None) -> Solution:
    """The best policy by repeated one-step lookahead (Bellman 1957), to within ``tolerance`` of its values.

    With a discount d the sweeps end when the change is below tolerance * (1 - d) / (2 d) (Puterman 1994, theorem 6.3.1); where
    cases end by themselves the rate at which changes die away takes the place of d. Raises ValueError when they do not.
    """
    values = np.zeros(len(process.rewards)) if start is None else np.array(start, dtype=float)
    largest, before = float(np.max(process.discount)), np.inf
    for done in range(1, MOST_SWEEPS + 1):
        worth = process.worth(values)
        after = worth.max(axis=1)
        change = float(np.abs(after - values).max(initial=0))
        rate = largest if largest < 1 else min(change / before, 1.0) if np.isfinite(before) and before > 0 else 1.0
        values, before = after, change
        if change == 0 or (rate < 1 and change < tolerance * (1 - rate) / (2 * max(rate, 1e-3))):
            return Solution(values, np.argmax(process.worth(values), axis=1), done)
        if change <= np.finfo(float).eps * 4 * np.abs(values).max():
            return Solution(values, np.argmax(process.worth(values), axis=1), done)
    raise ValueError("values did not settle: without a discount every case has to come to an end")


def average_reward(process: Process) -> Solution:
    """The policy that brings most a step in the long run, with its gain (Howard 1960, chapter 4).

    Values are relative to the last state, which has 0. For processes in which every policy has one recurrent class; raises
    ValueError otherwise. The discount is not used.
    """
    if (np.abs(process.moves.sum(axis=2) - 1) > 1e-9)[_allowed(process)].any():
        raise ValueError("a gain needs cases that never end")
    patient = Process(process.moves, process.rewards, 1.0, process.allowed)
    policy = np.argmax(patient.worth(np.zeros(len(process.rewards))), axis=1)
    size = len(policy)
    for done in range(1, MOST_ROUNDS + 1):
        moves, rewards = patient.under(policy)
        system = np.eye(size) - moves
        system[:, -1] = 1.0  # the last state's value is 0; its column carries the gain
        if np.linalg.matrix_rank(system) < size:
            raise ValueError("the policy has more than one recurrent class")
        found = np.linalg.solve(system, rewards)
        values, gain = np.r_[found[:-1], 0.0], float(found[-1])
        better = _improved(patient.worth(values), policy)
        if (better == policy).all():
            return Solution(values, policy, done, gain)
        policy = better
    raise ValueError("policy iteration did not settle")  # pragma: no cover


def _improved(worth: np.ndarray, policy: np.ndarray) -> np.ndarray:
    """The best action of each state, the present one wherever no other is better by more than rounding."""
    rows = np.arange(len(policy))
    best, held = worth.argmax(axis=1), worth[rows, policy]
    margin = TIE * np.maximum(1.0, np.abs(np.where(np.isfinite(held), held, 0.0)))
    return np.where(worth[rows, best] > held + margin, best, policy)


def _allowed(process: Process) -> np.ndarray:
    return np.ones(process.rewards.shape, dtype=bool) if process.allowed is None else process.allowed
