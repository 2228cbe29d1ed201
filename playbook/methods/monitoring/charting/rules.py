"""Rules: the patterns that call a week unusual, under the names that the handbooks give them.

Western Electric: Statistical Quality Control Handbook (1956), zone rules 1 to 4. Nelson: The Shewhart Control Chart - Tests for
Special Causes, Journal of Quality Technology 16 (1984), tests 1 to 8. Some raise an alarm; the others are named where they are
seen, because each that alarms costs false alarms (Champ & Woodall 1987) and adds hardly any power beside charts with a memory.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from playbook.locale import mark

__all__ = ["RULES", "Rule", "beyond_of", "seen"]


@dataclass(frozen=True)
class Rule:
    """A pattern: ``words`` for the reader, ``standard`` its names in the handbooks, ``alarm`` whether it raises one.

    ``needs`` of ``of`` weeks ``beyond`` so many standard deviations on the same side; ``of`` is 0 for charts with a memory, and
    ``shape`` judges the windows of ``of`` weeks where it is not a matter of counting on one side. ``apart``: weeks between false
    alarms of this rule alone where weeks are independent.
    """

    id: str
    words: str
    standard: str
    apart: float
    alarm: bool = False
    needs: int = 0
    of: int = 0
    beyond: float = 0.0
    shape: Callable[[np.ndarray], np.ndarray] | None = None


def _steady(windows: np.ndarray) -> np.ndarray:
    steps = np.diff(windows, axis=-1)
    return (steps > 0).all(axis=-1) | (steps < 0).all(axis=-1)


def _alternating(windows: np.ndarray) -> np.ndarray:
    steps = np.diff(windows, axis=-1)
    return (steps[..., 1:] * steps[..., :-1] < 0).all(axis=-1)


def _hugging(windows: np.ndarray) -> np.ndarray:
    return (np.abs(windows) < 1).all(axis=-1)


def _avoiding(windows: np.ndarray) -> np.ndarray:
    """Both sides, or it would be a run."""
    return (np.abs(windows) > 1).all(axis=-1) & (windows > 0).any(axis=-1) & (windows < 0).any(axis=-1)


RULES = MappingProxyType(
    {
        rule.id: rule
        for rule in (
            Rule("outside", mark("one week outside the limits"), "Western Electric 1, Nelson 1", 370.4, True, 1, 1, 3.0),
            Rule(
                "near-limit", mark("two of three weeks near the same limit"), "Western Electric 2, Nelson 5", 511, True, 2, 3, 2.0
            ),
            Rule("run", mark("eight weeks in a row on the same side of the expected"), "Western Electric 4", 255, True, 8, 8),
            Rule("ewma", mark("a small difference that lasts"), "EWMA (Roberts 1959)", 370, True),
            Rule("cusum", mark("small differences that add up"), "CUSUM (Page 1954)", 465, True),
            Rule(
                "four-of-five", mark("four of five weeks well to one side"), "Western Electric 3, Nelson 6", 291, False, 4, 5, 1.0
            ),
            Rule("nine", mark("nine weeks in a row on the same side of the expected"), "Nelson 2", 511, False, 9, 9),
            Rule("trend", mark("six weeks in a row rising, or falling"), "Nelson 3", 416, False, 6, 6, shape=_steady),
            Rule("zigzag", mark("fourteen weeks up and down in turn"), "Nelson 4", 594, False, 14, 14, shape=_alternating),
            Rule(
                "calm", mark("fifteen weeks in a row very close to the expected"), "Nelson 7", 965, False, 15, 15, shape=_hugging
            ),
            Rule("split", mark("eight weeks in a row, none near the expected"), "Nelson 8", 8160, False, 8, 8, shape=_avoiding),
        )
    }
)


def beyond_of(rule: Rule, score: np.ndarray, margin: np.ndarray | float, side: int) -> np.ndarray:
    """Weeks that count for a rule on one side; ``score`` (..., weeks) in standard deviations, ``margin`` the standard error of
    the expected: a week no further out than that tells nothing about its side."""
    return score * side > np.maximum(rule.beyond, margin)


def seen(rule: Rule, score: np.ndarray, margin: np.ndarray | float, side: int = 0) -> np.ndarray:
    """Weeks at which the rule's pattern is complete, of the shape of ``score`` (..., weeks).

    ``side``: -1 or 1 for a rule that counts on one side; a rule with a ``shape`` has none.
    """
    if rule.shape is None:
        beyond = beyond_of(rule, score, margin, side).astype(int)
        counted = np.cumsum(beyond, axis=-1)
        counted[..., rule.of :] -= counted[..., : -rule.of].copy()
        return (counted >= rule.needs) & (beyond > 0)
    found = np.zeros(score.shape, dtype=bool)
    if score.shape[-1] >= rule.of:
        found[..., rule.of - 1 :] = rule.shape(np.lib.stride_tricks.sliding_window_view(score, rule.of, axis=-1))
    return found
