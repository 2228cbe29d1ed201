"""Words: how pandas holds them in the processes of a run, names of columns too.

pandas keeps words in Arrow's memory, which is compact, but each call on it costs more than one on Python's own strings. Long
columns are worth it; most frames of a run are short.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

__all__ = ["as_python", "gather_words"]

SHORT = 20_000  # rows of a frame up to which its words are Python's
_STORAGE = "mode.string_storage"
_PYTHON = pd.StringDtype("python", na_value=np.nan)


def as_python() -> None:
    """From now on pandas makes words as Python's strings, in this process and in those forked from it."""
    pd.set_option(_STORAGE, "python")


def gather_words(build: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """The frame that ``build`` makes: its words in Arrow's memory where it is long, else as Python's strings."""
    with pd.option_context(_STORAGE, "auto"):
        frame = build()
    if len(frame) > SHORT:
        return frame
    frame = frame.astype({name: _PYTHON for name, dtype in frame.dtypes.items() if isinstance(dtype, pd.StringDtype)})
    return frame.set_axis(frame.columns.astype(_PYTHON), axis=1) if isinstance(frame.columns.dtype, pd.StringDtype) else frame
