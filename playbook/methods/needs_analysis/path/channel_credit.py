"""Channel credit: what each channel on the way adds to the sales, by an absorbing Markov chain, against first and last touch."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.result.formats import EDGES

__all__ = ["Credit", "channel_credit"]

DRAWS = 200
SEED = 7


@dataclass(frozen=True)
class Credit:
    """``base``: share of paths that end in a sale. ``channels``: one row each, the highest Markov credit first:

    channel, paths (that touch it), first, last, linear (conversions credited by position), markov (by removal), low, high
    (range of markov), removal (share of the conversions that would be lost without the channel).
    """

    base: float
    conversions: float
    channels: pd.DataFrame


def channel_credit(paths: pd.DataFrame, separator: str = "\x1f") -> Credit | None:
    """Share the conversions out to the channels touched on the way.

    Takes one row a path: path (channels in order, joined by ``separator``), conversions, nulls (cases that ended without).
    A path is a walk from a start through its channels to the sale or to nothing, and the chain of these steps (order 1) is
    absorbing. Without channel c whoever comes to c goes nowhere; the chance of a sale falls by P(ever at c) * P(sale
    from c), both exact from the fundamental matrix (Kemeny & Snell 1960). Credit is in proportion to that fall
    (Anderl et al. 2016, International Journal of Research in Marketing 33). Ranges: Poisson bootstrap over paths. None without
    a conversion. Empty channels in a path do not count.
    """
    touches = paths[["path"]].assign(row=np.arange(len(paths)))
    touches = touches.assign(path=paths["path"].astype("str").str.split(separator)).explode("path")
    touches["path"] = touches["path"].str.strip()
    touches = touches[touches["path"].fillna("") != ""]
    won, nulls = (paths[name].fillna(0).to_numpy("float64") for name in ("conversions", "nulls"))
    if touches.empty or not (won[touches["row"].unique()] > 0).any():
        return None
    codes, names = pd.factorize(touches["path"], sort=True)
    row = touches["row"].to_numpy()
    begins, ends = np.r_[True, row[1:] != row[:-1]], np.r_[row[1:] != row[:-1], True]
    size = len(names)
    cases, kept = won + nulls, np.unique(row)
    moves = _Moves(codes, row, begins, ends, size)
    removal, base = _removal(*moves.count(won, nulls))
    rng = np.random.default_rng(SEED)
    draws = [_removal(*moves.count(rng.poisson(won), rng.poisson(nulls)))[0] for _ in range(DRAWS)]
    total = won[kept].sum()
    shares = np.array([d / d.sum() for d in draws if d.sum() > 0]).reshape(-1, size)
    low, high = np.quantile(shares, EDGES, axis=0) if len(shares) else np.full((2, size), np.nan)
    length = np.bincount(row, minlength=len(paths))
    at = pd.DataFrame({"code": codes, "row": row}).drop_duplicates()
    frame = pd.DataFrame(
        {
            "channel": names,
            "paths": np.bincount(at["code"], cases[at["row"]], size),
            "first": np.bincount(codes[begins], won[row[begins]], size),
            "last": np.bincount(codes[ends], won[row[ends]], size),
            "linear": np.bincount(codes, won[row] / length[row], size),
            "markov": removal / removal.sum() * total,
            "low": low * total,
            "high": high * total,
            "removal": removal / base,
        }
    )
    return Credit(base, float(total), frame.sort_values(["markov", "channel"], ascending=[False, True], ignore_index=True))


@dataclass(frozen=True)
class _Moves:
    """Touches in order of path and place, ready to be counted with any weights of the paths."""

    codes: np.ndarray
    row: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    size: int

    def count(self, won: np.ndarray, nulls: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Starts by channel, moves between channels (from, to), and sales by the channel touched last; ends in nothing beside."""
        cases = won + nulls
        inner = ~self.ends
        pairs = self.codes[inner] * self.size + self.codes[1:][inner[:-1]]
        start = np.bincount(self.codes[self.begins], cases[self.row[self.begins]], self.size)
        move = np.bincount(pairs, cases[self.row[inner]], self.size**2).reshape(self.size, self.size)
        last = self.codes[self.ends], self.row[self.ends]
        sale = np.bincount(last[0], won[last[1]], self.size)
        none = np.bincount(last[0], nulls[last[1]], self.size)
        return start, np.column_stack([move, none]), sale


def _removal(start: np.ndarray, moves: np.ndarray, sale: np.ndarray) -> tuple[np.ndarray, float]:
    """By how much the chance of a sale falls without each channel, and that chance."""
    leaving = moves.sum(axis=1) + sale
    seen = leaving > 0
    rates = np.divide(moves[:, :-1], leaving[:, None], out=np.zeros_like(moves[:, :-1], dtype=float), where=seen[:, None])
    size = len(sale)
    fundamental = np.linalg.inv(np.eye(size) - rates)  # [a, b]: expected visits to b of whoever is at a
    from_here = fundamental @ np.divide(sale, leaving, out=np.zeros(size), where=seen)
    begin = start / start.sum() if start.sum() else start
    ever = begin @ fundamental / fundamental.diagonal()
    return ever * from_here, float(begin @ from_here)
