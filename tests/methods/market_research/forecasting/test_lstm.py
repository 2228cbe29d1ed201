import os

import numpy as np
import pandas as pd
import pytest

from playbook.errors import UsageError
from playbook.methods.market_research.forecasting.forecast import NAIVE, forecast
from playbook.methods.market_research.forecasting.lstm import lstm
from playbook.methods.market_research.forecasting.season import Block


def test_without_keras_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "keras", None)
    with pytest.raises(UsageError, match=r"playbook\[deep\]"):
        lstm(Block(np.ones((1, 30)), np.array([30]), 3))


def test_the_network_takes_part_only_where_it_beats_the_naive_forecast():
    os.environ.setdefault("KERAS_BACKEND", "jax")
    pytest.importorskip("keras")
    rng = np.random.default_rng(1)
    values = pd.Series(100 + 20 * np.sin(2 * np.pi * np.arange(60) / 12) + rng.normal(0, 3, 60))
    scores = forecast(values, 6, 12, extra={"LSTM": lstm}).scores.set_index("candidate")
    assert np.isfinite(scores.loc["LSTM", "mase"])
    assert (scores.loc["LSTM", "weight"] > 0) <= (scores.loc["LSTM", "mase"] < scores.loc[NAIVE, "mase"])
