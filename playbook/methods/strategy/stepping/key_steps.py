"""Key steps: the ways as an absorbing chain, and what the sales would lose without each step."""

import numpy as np
import pandas as pd

from playbook.methods.strategy.stepping.ways import Ways

__all__ = ["key_steps"]


def key_steps(ways: Ways) -> pd.DataFrame:
    """One row per step: step, reached (share of the cases that come to it), sale (chance of a sale from it), removal (share of
    the sales lost if whoever comes to it goes nowhere).

    Exact from the fundamental matrix of the chain (Kemeny & Snell 1960), as channel credit is: the chance of a sale falls by
    P(ever at the step) times P(sale from it).
    """
    counts = ways.count(ways.cases).sum(axis=1)
    size, leaving = len(ways.steps), counts.sum(axis=1, keepdims=True)
    rates = np.divide(counts, leaving, out=np.zeros_like(counts), where=leaving > 0)
    fundamental = np.linalg.inv(np.eye(size) - rates[:, :size])
    sale = fundamental @ rates[:, size]
    start = ways.start(ways.cases)
    base = float(start @ sale)
    reached = start @ fundamental / fundamental.diagonal()
    lost = reached * sale / base if base > 0 else np.zeros(size)
    return pd.DataFrame({"step": ways.steps, "reached": reached, "sale": sale, "removal": lost})
