"""Sequential: evidence that may be looked at as often as anybody likes, and acted on at any look.

A usual p value holds its promise for one look on a day that was fixed before; of quiet campaigns looked at every day until
something shows, it calls many times more than promised unusual. What stands here holds for all looks together.
"""

import numpy as np

__all__ = ["always_valid", "evidence", "ranges"]


def evidence(estimate: np.ndarray, variance: np.ndarray, mixing: float) -> np.ndarray:
    """Logarithm of the mixture likelihood ratio against no effect, at every look.

    ``estimate`` of an effect that is zero when nothing happens and its ``variance``, one a look; as more is seen the variance
    falls, and estimate over variance has to grow by independent steps, as it does for means and differences of means. ``mixing``
    is the standard deviation of effects worth finding: it decides where the test is sharpest, never whether it is right.
    Source: mixture SPRT, Johari, Koomen, Pekelis and Walsh (2022, Operations Research 70(3)), eq. 7; Robbins (1970).
    """
    spread = variance + mixing**2
    return 0.5 * np.log(variance / spread) + 0.5 * estimate**2 * mixing**2 / (variance * spread)


def always_valid(log_evidence: np.ndarray) -> np.ndarray:
    """P value at every look: the chance, at most, of such evidence at any look ever, if there is no effect; it never rises again.

    Source: Ville (1939); Johari et al. (2022), eq. 3.
    """
    return np.exp(-np.maximum.accumulate(np.maximum(log_evidence, 0.0)))


def ranges(estimate: np.ndarray, variance: np.ndarray, mixing: float, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Low and high ends of a confidence sequence: at ``level``, the effect lies in all of them at once.

    The normal mixture of Robbins: Howard, Ramdas, McAuliffe and Sekhon (2021, Annals of Statistics 49(2)), eq. 14. Not the
    running intersection, which becomes empty when an effect changes on the way.
    """
    spread, error = variance + mixing**2, 1 - level
    half = np.sqrt(variance * spread / mixing**2 * np.log(spread / (variance * error**2)))
    return estimate - half, estimate + half
