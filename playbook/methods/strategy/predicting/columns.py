"""Columns: a client's own columns as the numbers that models learn from, whatever the client keeps in them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.locale import Said, said

__all__ = ["Columns", "Matrices", "tidy", "zero_where_empty"]

LEVELS = 20  # of a text column that get a number of their own; the others are one together
SHARE, ROWS = 0.005, 5  # a level has at least so many of the rows
FEW = 20  # values known: a column with gaps and fewer of them says nothing that another row could confirm
BENDS = (0.25, 0.5, 0.75)  # where a line may bend: shares of the rows below
EPOCH = pd.Timestamp("2000-01-01")
DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Matrices:
    """The same rows for three kinds of models, each rows x numbers: ``plain`` (missing is NaN), ``scaled``, ``bent``."""

    plain: np.ndarray
    scaled: np.ndarray
    bent: np.ndarray

    def rows(self, which: np.ndarray) -> "Matrices":
        """Some of the rows."""
        return Matrices(self.plain[which], self.scaled[which], self.bent[which])


def tidy(features: pd.DataFrame, when: pd.Series | None = None) -> pd.DataFrame:
    """Every column as float64 or as text, missing as NaN: flags are 0 and 1, dates are days before ``when`` (else since 2000)."""
    columns = {}
    for name, values in features.items():
        if pd.api.types.is_datetime64_any_dtype(values):
            days = values.dt.tz_localize(None) if values.dt.tz is not None else values
            columns[name] = ((days - EPOCH) if when is None else (pd.to_datetime(when) - days)) / DAY
        elif pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
            numbers = pd.Series(values.to_numpy(dtype=float, na_value=np.nan), index=features.index)
            columns[name] = numbers.where(np.isfinite(numbers))
        else:
            known = values.notna().to_numpy()
            text = np.where(known, values.astype(str), None)
            columns[name] = pd.Series(text, index=features.index, dtype=object)
    return pd.DataFrame(columns, index=features.index)


@dataclass(frozen=True)
class Columns:
    """How tidy columns become numbers: medians, spreads and bends of ``numbers``, the levels of ``texts``.

    ``unused`` names the columns that carry nothing to learn from, and why (``said``). All of it is read from the
    rows that are learnt from, and never from their outcome.
    """

    numbers: tuple[str, ...]
    texts: dict[str, tuple[str, ...]]
    middle: np.ndarray
    spread: np.ndarray
    gaps: np.ndarray  # whether values are missing
    bends: tuple[tuple[float, ...], ...]  # after scaling
    unused: dict[str, Said]

    @classmethod
    def read(cls, frame: pd.DataFrame) -> "Columns":
        """From a frame that ``tidy`` made."""
        numbers, texts, unused = [], {}, {}
        for name, values in frame.items():
            known = values.dropna()
            if known.empty:
                unused[name] = said("it is empty")
            elif len(known) < min(FEW, len(values)):
                unused[name] = said("fewer than {n} rows have a value", n=FEW)
            elif known.nunique() < 2 and len(known) == len(values):
                unused[name] = said("it is the same in every row")
            elif values.dtype != object:
                numbers.append(name)
            elif levels := _levels(known, len(values)):
                texts[name] = levels
            else:
                unused[name] = said("nearly every row has its own value")
        table = frame[numbers].to_numpy(dtype=float)
        gaps = np.isnan(table)
        middle = np.array([np.nanmedian(column) for column in table.T])
        filled = np.where(gaps, middle, table)
        spread = filled.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        scaled = np.clip((filled - middle) / spread, -_FAR, _FAR)
        return cls(tuple(numbers), texts, middle, spread, gaps.any(axis=0), tuple(_bends(column) for column in scaled.T), unused)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are learnt from."""
        return (*self.numbers, *self.texts)

    def matrices(self, frame: pd.DataFrame) -> Matrices:
        """Rows of a tidy frame as numbers. Levels never seen count as none of those known."""
        table = frame[list(self.numbers)].to_numpy(dtype=float).reshape(len(frame), len(self.numbers))
        places = [(pd.Index(levels, dtype=object).get_indexer(frame[name]), len(levels)) for name, levels in self.texts.items()]
        dummies = [(place[:, None] == np.arange(many)).astype(float) for place, many in places]
        flags = np.hstack([np.empty((len(frame), 0)), *dummies])
        scaled = np.clip((np.where(np.isnan(table), self.middle, table) - self.middle) / self.spread, -_FAR, _FAR)
        linear = np.hstack([scaled, np.isnan(table[:, self.gaps]).astype(float), flags])
        bends = [np.maximum(scaled[:, i] - knot, 0) for i, knots in enumerate(self.bends) for knot in knots]
        return Matrices(np.hstack([table, flags]), linear, np.column_stack([linear, *bends]))


def zero_where_empty(learn: np.ndarray, judge: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both matrices (rows, numbers), with 0 in the columns of which ``learn`` holds no number.

    Boosting looks for cuts between the values of a column and fails where there is none; what was never seen tells nothing.
    """
    empty = np.isnan(learn).all(axis=0)
    return (np.where(empty, 0.0, learn), np.where(empty, 0.0, judge)) if empty.any() else (learn, judge)


_FAR = 5.0  # standard deviations: what lies beyond pulls no line


def _levels(known: pd.Series, rows: int) -> tuple[str, ...]:
    counts = known.value_counts()
    counts = counts[counts >= max(ROWS, SHARE * rows)].sort_index(kind="stable").sort_values(ascending=False, kind="stable")
    return tuple(counts.index[:LEVELS])


def _bends(scaled: np.ndarray) -> tuple[float, ...]:
    inner = np.unique(np.quantile(scaled, BENDS))
    return tuple(float(k) for k in inner if scaled.min() < k < scaled.max()) if len(np.unique(scaled)) > 2 else ()
