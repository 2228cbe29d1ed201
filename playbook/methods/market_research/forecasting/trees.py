"""Forecast, trees: gradient-boosted trees on lags, one model for all steps ahead and for all series that end together.

scikit-learn's HistGradientBoostingRegressor; what is learned is the change from the present level, so that a growing series does
not leave what the trees have seen.
"""

import numpy as np

from playbook.methods.market_research.forecasting.season import Block, adjusted

__all__ = ["boosted_trees"]

RECENT = 3  # periods that make up the present level
LAGS = 3
SETTINGS = {"max_iter": 60, "learning_rate": 0.1, "max_leaf_nodes": 8, "min_samples_leaf": 10, "early_stopping": False}
MOST_STARTS = 60  # starting points to learn from


def boosted_trees(block: Block) -> np.ndarray:
    """Forecasts (rows, horizon); rows that begin and end together are learned from together."""
    from sklearn.ensemble import HistGradientBoostingRegressor  # here: loading it takes a second that shorter histories can save

    scale = adjusted(block)
    path = np.empty((len(block.lengths), block.horizon))
    for rows, history in scale.block.of_length_and_end():
        n, horizon = history.shape[1], block.horizon
        lag = block.season if n >= 2 * block.season + RECENT else 1
        starts = np.arange(max(lag, LAGS, RECENT), n)[-MOST_STARTS:]
        asked = [_asked(history, start, horizon, lag, block.season) for start in (*starts, n)]
        level = [history[:, start - RECENT : start].mean(axis=1) for start in (*starts, n)]
        features, change = [], []
        for start, wanted, now in zip(starts, asked, level, strict=False):
            steps = min(horizon, n - start)
            features.append(wanted[:, :steps].reshape(-1, wanted.shape[2]))
            change.append((history[:, start : start + steps] - now[:, None]).ravel())
        model = HistGradientBoostingRegressor(random_state=0, **SETTINGS)
        model.fit(np.vstack(features), np.concatenate(change))
        path[rows] = level[-1][:, None] + model.predict(asked[-1].reshape(-1, asked[-1].shape[2])).reshape(len(rows), horizon)
    return scale.restore(path)


def _asked(history: np.ndarray, start: int, horizon: int, lag: int, season: int) -> np.ndarray:
    """Features (rows, horizon, n) of the steps after ``start``: step, place in the season, value a season ago, last values."""
    rows = len(history)
    now = history[:, start - RECENT : start].mean(axis=1, keepdims=True)
    steps = np.arange(horizon)
    places = start - lag + steps % lag
    ago = history[:, places] - now
    lags = (history[:, start - LAGS : start] - now)[:, None, :]
    slow = now - history[:, :start].mean(axis=1, keepdims=True)
    columns = [np.broadcast_to(steps, (rows, horizon)), np.broadcast_to((start + steps) % season, (rows, horizon)), ago]
    columns.append(np.broadcast_to(slow, (rows, horizon)))
    return np.concatenate([np.stack(columns, axis=2), np.broadcast_to(lags, (rows, horizon, LAGS))], axis=2)
