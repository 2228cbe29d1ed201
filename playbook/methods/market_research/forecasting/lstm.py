"""Forecast, LSTM: a small recurrent neural network, for who asks for it (extra ``playbook[deep]``: keras and jax on the CPU).

On the M4 competition's monthly series recurrent networks trained on single series missed nearly twice as much as Theta
(Makridakis, Spiliotis & Assimakopoulos 2018). So it is offered, takes part only where it beats the naive forecast in the trials,
and weighs by them.
"""

import os

import numpy as np

from playbook.errors import UsageError
from playbook.methods.market_research.forecasting.season import Block, adjusted

__all__ = ["lstm"]

WINDOW = 12  # last values that the network sees
UNITS, EPOCHS, BATCH = 16, 60, 64
FEWEST_WINDOWS = 8
SEED = 7


def lstm(block: Block) -> np.ndarray:
    """Forecasts (rows, horizon): a network for all rows that begin and end together, fed the last values and then its own.

    Raises UsageError without keras.
    """
    os.environ.setdefault("KERAS_BACKEND", "jax")
    try:
        import keras  # here: it takes seconds to load, and few need it
    except ImportError as error:
        raise UsageError("deep=True needs keras and jax: pip install 'playbook[deep]'") from error
    scale = adjusted(block)
    known = scale.block
    middle = np.array([v[:n].mean() for v, n in zip(known.values, known.lengths, strict=True)])[:, None]
    spread = np.array([v[:n].std() or 1.0 for v, n in zip(known.values, known.lengths, strict=True)])[:, None]
    path = np.empty((len(known.lengths), block.horizon))
    for rows, history in known.of_length_and_end():
        units = (history - middle[rows]) / spread[rows]
        width = min(WINDOW, history.shape[1] - 1)
        windows = np.lib.stride_tricks.sliding_window_view(units, width + 1, axis=1).reshape(-1, width + 1)
        if len(windows) < FEWEST_WINDOWS:
            path[rows] = history[:, -1:]
            continue
        keras.utils.set_random_seed(SEED)
        network = keras.Sequential([keras.Input((width, 1)), keras.layers.LSTM(UNITS), keras.layers.Dense(1)])
        network.compile(optimizer=keras.optimizers.Adam(0.01), loss="mae")
        network.fit(windows[:, :-1, None], windows[:, -1], epochs=EPOCHS, batch_size=BATCH, verbose=0)
        seen = units[:, -width:]
        for step in range(block.horizon):
            ahead = np.asarray(network(seen[:, -width:, None])).reshape(-1, 1)
            seen = np.hstack([seen, ahead])
            path[rows, step] = ahead[:, 0]
        path[rows] = path[rows] * spread[rows] + middle[rows]
    return scale.restore(path)
