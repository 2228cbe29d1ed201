"""Ways: the ways that cases took, as counts of step, action and what came next, ready to be counted with any weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from playbook.locale import mark
from playbook.result.formats import Formats

__all__ = ["NOTHING", "Ways", "called", "deal_ways", "read_ways"]

NOTHING = mark("nothing special")
_SILENT = {"", "none", "no", "nothing", "-", "无"}
_SIZES = (mark("small deals"), mark("middle deals"), mark("large deals"))
_DISCOUNTS = (
    (0.0, mark("no discount")),
    (0.05, mark("discount up to 5%")),
    (0.10, mark("discount of 5 to 10%")),
    (1.0, mark("discount above 10%")),
)
_OWN = frozenset({NOTHING, *_SIZES, *(name for _, name in _DISCOUNTS)})


@dataclass(frozen=True, eq=False)
class Ways:
    """S steps before the sale, A actions, W different ways.

    ``steps`` (S,), ``actions`` (A,) names; ``cases`` (W,) that took each way; ``seen`` (W, S * A * (S + 2)) how often a way goes
    from a step under an action to the next step, the sale (S) or nowhere (S + 1); ``begins`` (W,) first step, -1 for a way that
    begins with the sale; ``won`` (W,) it ends in the sale; ``ended`` (W,) it is known to its end.
    """

    steps: tuple[str, ...]
    actions: tuple[str, ...]
    cases: np.ndarray
    seen: sparse.csr_matrix
    begins: np.ndarray
    won: np.ndarray
    ended: np.ndarray

    @property
    def chosen(self) -> np.ndarray:
        """(W,): cases of each way in which there was something to choose: none where it begins with the sale."""
        return np.where(self.begins >= 0, self.cases, 0.0)

    @property
    def done(self) -> sparse.csr_matrix:
        """(W, S * A): how often a way takes an action at a step, as far as what came next is known."""
        size = len(self.steps) * len(self.actions)
        place = np.arange(self.seen.shape[1]) // (len(self.steps) + 2)
        return (
            self.seen @ sparse.csr_matrix((np.ones(len(place)), (np.arange(len(place)), place)), shape=(len(place), size))
        ).tocsr()

    def count(self, weights: np.ndarray) -> np.ndarray:
        """(..., S, A, S + 2): moves, each way counted ``weights`` (..., W) times."""
        shape = (len(self.steps), len(self.actions), len(self.steps) + 2)
        return (weights @ self.seen).reshape(*weights.shape[:-1], *shape)

    def start(self, weights: np.ndarray) -> np.ndarray:
        """(..., S): share of the cases that begin at each step, each way counted ``weights`` (..., W) times."""
        counted = weights @ (self.begins[:, None] == np.arange(len(self.steps))).astype(float)
        total = counted.sum(axis=-1, keepdims=True)
        return counted / np.where(total > 0, total, 1.0)


def called(name: str, fmt: Formats) -> str:
    """A step or an action in the reader's words: those named by this file are translated, the client's own stay as they are."""
    return fmt.told(name) if name in _OWN else name


def read_ways(path_actions: pd.DataFrame, sale: str, order: Sequence[str] = ()) -> Ways:
    """From the frame of that name; ``sale`` is the step that ends a way well, ``order`` the steps from first to last.

    What happens after the first sale does not count. The last event of a way that still goes on says nothing about what comes
    next. Steps stand in ``order``, others after them by name; "none" and an empty action are one.
    """
    events = path_actions.sort_values(["way", "place"], kind="stable")
    sold = (events["step"] == sale).groupby(events["way"]).cumsum()
    events = events[(sold == 0) | ((sold == 1) & (events["step"] == sale))]
    own = [step for step in order if step != sale and (events["step"] == step).any()]
    steps = (*own, *sorted(set(events["step"]) - {*own, sale}))
    named = events["action"].astype("string").fillna("").str.strip()
    named = named.mask(named.str.casefold().isin(_SILENT), NOTHING).astype(str)
    actions = tuple(sorted(set(named[events["step"] != sale]), key=lambda a: (a != NOTHING, a)))
    way, row = np.unique(events["way"].to_numpy(), return_inverse=True)
    place = {step: i for i, step in enumerate((*steps, sale))}
    at = events["step"].map(place).to_numpy()
    does = named.map({action: i for i, action in enumerate(actions)}).fillna(0).astype(int).to_numpy()
    last = np.append(row[1:] != row[:-1], True)
    first = np.append(True, row[1:] != row[:-1])
    size = len(steps)
    onward = np.where(last, size + 1, np.append(at[1:], 0))
    going = events["going"].to_numpy(dtype=bool)
    told = (at < size) & ~(last & going)
    column = (at * len(actions) + does) * (size + 2) + onward
    shape = (len(way), size * len(actions) * (size + 2))
    seen = sparse.csr_matrix((np.ones(told.sum()), (row[told], column[told])), shape=shape)
    won = np.zeros(len(way), dtype=bool)
    won[row[at == size]] = True
    return Ways(
        steps, actions, events["cases"].to_numpy(dtype=float)[first], seen, np.where(at[first] < size, at[first], -1),
        won, won | ~going[last],
    )  # fmt: skip


def deal_ways(deals: pd.DataFrame) -> pd.DataFrame:
    """Closed deals in the form of ``path_actions``: one event each, at a step by the size of the deal, with the discount given as
    the action, then the sale or nothing. Empty with fewer than three sizes.

    ``deals``: end ('won' or 'lost'), list_price, discount (share), cost. ``value``: what a deal of that size brings when it is
    won at that discount: the mean list price of the size less the mean discount of the action, less the mean cost of the size.
    """
    columns = ["way", "place", "step", "action", "cases", "going", "value"]
    if deals["list_price"].nunique() < len(_SIZES):
        return pd.DataFrame(columns=columns)
    edges = [edge for edge, _ in _DISCOUNTS]
    told = deals[["list_price", "discount", "cost"]].assign(
        step=pd.qcut(deals["list_price"].rank(method="first"), len(_SIZES), labels=list(_SIZES)).astype(str),
        action=[_DISCOUNTS[int(i)][1] for i in np.searchsorted(edges, deals["discount"])],
        won=deals["end"] == "won",
    )
    size = told.groupby("step")[["list_price", "cost"]].transform("mean")
    given = told.groupby(["step", "action"])["discount"].transform("mean")
    told["value"] = size["list_price"] * (1 - given) - size["cost"]
    counted = told.groupby(["step", "action", "won"], as_index=False).agg(cases=("value", "size"), value=("value", "first"))
    rows = []
    for way, row in enumerate(counted.itertuples()):
        rows.append((way, 0, row.step, row.action, row.cases, False, row.value))
        if row.won:
            rows.append((way, 1, "won", None, row.cases, False, row.value))
    return pd.DataFrame(rows, columns=columns)
