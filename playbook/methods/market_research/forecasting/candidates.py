"""Forecast candidates: the point forecasters among which ``forecast.py`` combines, each on many histories at once.

Each takes a ``Block`` and gives (rows, horizon). ``LEAST`` says from which length of history on a candidate takes part (on M3
series cut to a year, a damped trend missed more than the naive forecast; on all of them, trees missed more than anything else
that was tried); ``SEASONAL_ONLY`` names those that make sense with a season only. Names are keys of the catalogue.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from playbook.locale import mark
from playbook.methods.market_research.forecasting.arima import arima
from playbook.methods.market_research.forecasting.regression import regression
from playbook.methods.market_research.forecasting.season import Block, adjusted, seasonal_parts
from playbook.methods.market_research.forecasting.smoothing import smoothing
from playbook.methods.market_research.forecasting.theta import dynamic_theta
from playbook.methods.market_research.forecasting.trees import boosted_trees

__all__ = ["CANDIDATES", "LEAST", "LONGEST_MOVING", "NAIVE", "NOT_BEFORE", "SEASONAL_ONLY", "Candidate", "seasonal_naive"]

Candidate = Callable[[Block], np.ndarray]

NAIVE = mark("seasonal naive")


def seasonal_naive(block: Block) -> np.ndarray:
    """The value of one season ago, repeated; the last value when there is no season (FPP3, ch. 5.2)."""
    rows = np.arange(len(block.lengths))[:, None]
    return block.values[rows, block.lengths[:, None] - block.season + np.arange(block.horizon) % block.season]


def _of_adjusted(method: Callable[[Block], np.ndarray], logs: bool = True) -> Candidate:
    """A method on the histories without their season, on logarithms where they are positive."""

    def candidate(block: Block) -> np.ndarray:
        scale = adjusted(block, logs)
        return scale.restore(method(scale.block))

    return candidate


def _moving_season(block: Block) -> np.ndarray:
    """Exponential smoothing with a damped trend and a season that may change, ETS(A,Ad,A) on logarithms (FPP3, ch. 8)."""
    scale = adjusted(block, seasons=False)
    parts = np.zeros((len(block.lengths), block.season))
    for rows, history in scale.block.of_length():
        parts[rows] = seasonal_parts(history, block.season)
    return scale.restore(smoothing(scale.block, "damped", parts).path)


def _with_season(difference: bool) -> Candidate:
    """ARIMA(1,d,1)(0,1,1) on logarithms: the season is differenced away, and need not have been estimated."""

    def candidate(block: Block) -> np.ndarray:
        scale = adjusted(block, seasons=False)
        return scale.restore(arima(scale.block, difference=difference))

    return candidate


CANDIDATES: Mapping[str, Candidate] = MappingProxyType(
    {
        NAIVE: seasonal_naive,
        "Theta": _of_adjusted(dynamic_theta),
        mark("Theta on levels"): _of_adjusted(dynamic_theta, logs=False),
        mark("simple smoothing"): _of_adjusted(lambda b: smoothing(b, "none").path),
        mark("damped smoothing"): _of_adjusted(lambda b: smoothing(b).path),
        mark("moving season"): _moving_season,
        "ARIMA": _of_adjusted(arima),
        mark("ARMA round a level"): _of_adjusted(lambda b: arima(b, difference=False)),
        mark("seasonal ARIMA"): _with_season(True),
        mark("seasonal ARMA"): _with_season(False),
        mark("regression"): regression(),
        mark("boosted trees"): boosted_trees,
    }
)
LEAST: Mapping[str, int] = MappingProxyType({"damped smoothing": 18, "moving season": 18, "regression": 24, "boosted trees": 130})
SEASONAL_ONLY = frozenset({"moving season", "seasonal ARIMA", "seasonal ARMA"})
LONGEST_MOVING = 24  # a season longer than this has too many parts for each to move on its own
NOT_BEFORE = frozenset(
    {"regression", "regression on drivers", "boosted trees", "LSTM"}
)  # take part only where they beat the naive forecast in the trials
