"""Network: a Bayesian network over a few discrete variables: learnt under constraints, drawn again and again, asked what if.

Arrows are found by MIIC: a pair stays linked while it tells of each other more than chance and more than third variables explain
(Verny et al. 2017, PLoS Comput. Biol. 13:e1005662). It needs fewer cases than a search by score where several variables lead to
one, because a pair is judged before the whole table is. How sure an arrow is shows on resampled cases (Friedman, Goldszmidt and
Wyner 1999, UAI, "Data analysis with Bayesian networks: a bootstrap approach"). Tables are shares of cases with one case spread
over each row; queries are exact. pyagrum is loaded only when a network is learnt or asked.
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from tempfile import NamedTemporaryFile

import numpy as np
import pandas as pd

__all__ = [
    "KEPT",
    "BayesNetwork",
    "Rules",
    "bindings",
    "edge_strengths",
    "fit_tables",
    "learn_arrows",
    "resample",
    "sure_arrows",
    "without_cycle",
]

Arrow = tuple[str, str]
Cases = Mapping[str, np.ndarray] | pd.DataFrame  # a column of level numbers a variable

MOST_PARENTS = 4  # a table with more would have more cells than cases
SPREAD = 1.0  # cases spread over each row of a table, so that nothing is impossible only because it was not seen
KEPT = 0.5  # share of the resamples in which an arrow has to come back
AGREED = 0.8  # share of its resamples in which an arrow points the same way, for its direction to count as told by the data
DIGITS = 12
SEED = 20261
STATES = "s"  # names of the states inside pyagrum: s0, s1 ...; a client's words may hold signs that it reads as syntax


@dataclass(frozen=True)
class Rules:
    """Which arrows must be (``required``) and which cannot be (``forbidden``)."""

    required: frozenset[Arrow] = frozenset()
    forbidden: frozenset[Arrow] = frozenset()

    def allows(self, arrow: Arrow) -> bool:
        return arrow not in self.forbidden and arrow[::-1] not in self.required


@dataclass(frozen=True)
class BayesNetwork:
    """Variables with their levels, and for each its parents and the table P(level | parents' levels).

    ``tables[v]`` has one axis a parent, in the order of ``parents[v]``, and last the variable's own. Plain values, so that a
    network can be pickled; ``probabilities`` asks it.
    """

    levels: Mapping[str, tuple[str, ...]]
    parents: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, np.ndarray] = field(repr=False)

    @property
    def arrows(self) -> tuple[Arrow, ...]:
        return tuple((parent, child) for child, parents in self.parents.items() for parent in parents)

    def ancestors(self, variable: str) -> set[str]:
        """Everything from which arrows lead to the variable, directly or by way of others."""
        direct = set(self.parents[variable])
        return direct.union(*(self.ancestors(parent) for parent in direct))

    def probabilities(self, target: str, given: Mapping[str, str] | None = None) -> dict[str, float]:
        """P(target = level | given) for every level, exactly. KeyError: no such variable; ValueError: no such level."""
        given = dict(given or {})
        question = target, frozenset(given.items())
        if question not in self._asked:
            numbers = {variable: self.levels[variable].index(level) for variable, level in given.items()}
            if target in given:
                shares = [float(number == numbers[target]) for number in range(len(self.levels[target]))]
            else:
                self._inference.setEvidence(numbers)
                # The last bits depend on what was asked before.
                shares = self._inference.posterior(target).toarray().round(DIGITS).tolist()
            self._asked[question] = dict(zip(self.levels[target], shares, strict=True))
        return dict(self._asked[question])

    @cached_property
    def _asked(self) -> dict:
        return {}

    @cached_property
    def _inference(self):
        net = _empty(self.levels)
        for child, parents in self.parents.items():
            for parent in parents:
                net.addArc(parent, child)
        for child, parents in self.parents.items():
            table = net.cpt(child)
            order = table.names[:0:-1]  # pyagrum lists the last axis, the variable itself, first
            axes = [*(parents.index(name) for name in order), len(parents)]
            table[:] = np.ascontiguousarray(np.asarray(self.tables[child], float).transpose(axes))
        inference = bindings().LazyPropagation(net)
        inference.setNumberOfThreads(1)  # of so small a network more threads are only in each other's way
        return inference

    def __getstate__(self) -> dict:
        return {"levels": self.levels, "parents": self.parents, "tables": self.tables}


def learn_arrows(cases: Cases, levels: Mapping[str, Sequence[str]], rules: Rules) -> tuple[set[Arrow], set[Arrow]]:
    """The arrows that MIIC finds within the rules, and those of them whose direction the data tell.

    ``cases``: an array (or a frame's column) of level numbers a variable. An arrow's direction is told when it is the same in
    all networks that say the same about the data (Verma and Pearl 1990).
    """
    learner = _learner(cases, levels)
    for arrow in sorted(rules.forbidden):
        if arrow[::-1] not in rules.required:  # pyagrum 3.3 stops at a ban that a required arrow says already
            learner.addForbiddenArc(*arrow)
    for arrow in sorted(rules.required):
        learner.addMandatoryArc(*arrow)
    learner.useMIIC()
    learner.useMDLCorrection()  # finds fewer links by chance than the default
    names = list(levels)
    try:
        dag = learner.learnDAG()
    except bindings().InvalidDirectedCycle:  # under tangled rules MIIC can turn arrows into a circle; a search by score cannot
        learner.useScoreBIC()
        learner.useGreedyHillClimbing()
        dag = learner.learnDAG()
    arrows = {(names[a], names[b]) for a, b in dag.arcs()}
    net = _empty(levels)
    for arrow in arrows:
        net.addArc(*arrow)
    told = {(names[a], names[b]) for a, b in bindings().EssentialGraph(net).arcs()}
    return arrows, told


def resample(groups: np.ndarray, times: int, seed: int = SEED) -> list[np.ndarray]:
    """Row numbers of ``times`` resamples in which whole groups (the cases of one customer) are drawn with replacement."""
    rng = np.random.default_rng(seed)
    codes, uniques = pd.factorize(groups)
    rows = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes)
    ends = np.cumsum(sizes)
    drawn = []
    for _ in range(times):
        pick = rng.integers(0, len(uniques), len(uniques))
        size = sizes[pick]
        within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        drawn.append(rows[np.repeat(ends[pick] - sizes[pick], size) + within])
    return drawn


def edge_strengths(learnt: Iterable[tuple[set[Arrow], set[Arrow]]], rules: Rules) -> pd.DataFrame:
    """One row a pair of variables linked in any resample: cause, effect, strength, direction.

    ``strength`` is the share of resamples with an arrow either way; cause and effect stand as most of them point.
    ``direction`` is ``"order"`` when rules leave only one way, ``"data"`` when the data tell it in most, else ``"open"``.
    """
    learnt = list(learnt)
    counts: dict[Arrow, int] = {}
    told: dict[Arrow, int] = {}
    for arrows, sure in learnt:
        for arrow in arrows:
            counts[arrow] = counts.get(arrow, 0) + 1
            told[arrow] = told.get(arrow, 0) + (arrow in sure)
    rows = []
    for pair in sorted({tuple(sorted(arrow)) for arrow in counts}):
        forth, back = pair, pair[::-1]
        both = counts.get(forth, 0) + counts.get(back, 0)
        arrow = forth if counts.get(forth, 0) >= counts.get(back, 0) else back
        one_way = not rules.allows(arrow[::-1])
        direction = "order" if one_way else "data" if told.get(arrow, 0) / both >= AGREED else "open"
        rows.append((*arrow, both / len(learnt), direction))
    edges = pd.DataFrame(rows, columns=["cause", "effect", "strength", "direction"])
    return edges.sort_values(["strength", "cause", "effect"], ascending=[False, True, True], ignore_index=True)


def sure_arrows(edges: pd.DataFrame, rules: Rules, kept: float = KEPT) -> pd.DataFrame:
    """The rows of ``edge_strengths`` found in at least ``kept`` of the resamples, strongest first, required ones always.

    Left out are arrows that would close a circle, and more than MOST_PARENTS into one variable.
    """
    missing = [arrow for arrow in sorted(rules.required) if arrow not in set(zip(edges["cause"], edges["effect"], strict=True))]
    given = pd.DataFrame([(*arrow, 1.0, "order") for arrow in missing], columns=edges.columns).astype(edges.dtypes)
    rows = (
        pd.concat([given, edges[edges["strength"] >= kept]], ignore_index=True) if missing else edges[edges["strength"] >= kept]
    )
    chosen: list[Arrow] = []
    taken = []
    for row in rows.itertuples():
        full = sum(effect == row.effect for _, effect in chosen) >= MOST_PARENTS
        free = not full and without_cycle([*chosen, (row.cause, row.effect)])
        taken.append(free)
        if free:
            chosen.append((row.cause, row.effect))
    return rows[np.array(taken, dtype=bool)].reset_index(drop=True)


def without_cycle(arrows: Iterable[Arrow]) -> bool:
    """Whether following the arrows never leads back to where one came from."""
    graph: dict[str, set[str]] = {}
    for cause, effect in arrows:
        graph.setdefault(effect, set()).add(cause)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return False
    return True


def fit_tables(cases: Cases, levels: Mapping[str, Sequence[str]], arrows: Iterable[Arrow]) -> BayesNetwork:
    """The network with these arrows and the cases' shares as tables, SPREAD cases spread over the levels of each row."""
    arrows = sorted(arrows)
    parents = {v: tuple(cause for cause, effect in arrows if effect == v) for v in levels}
    tables = {}
    for variable, own in parents.items():
        shape = [len(levels[p]) for p in (*own, variable)]
        cell = np.ravel_multi_index([np.asarray(cases[p]) for p in (*own, variable)], shape)
        counts = np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape) + SPREAD / shape[-1]
        tables[variable] = counts / counts.sum(axis=-1, keepdims=True)
    return BayesNetwork({v: tuple(states) for v, states in levels.items()}, parents, tables)


@cache
def bindings():
    """pyagrum, loaded when first needed.

    Its bindings warn while they load, and crash the process where warnings are errors (github.com/swig/swig/issues/3061).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import pyagrum
    return pyagrum


def _empty(levels: Mapping[str, Sequence[str]]):
    gum = bindings()
    net = gum.BayesNet()
    for variable, states in levels.items():
        net.add(gum.LabelizedVariable(variable, "", [f"{STATES}{number}" for number in range(len(states))]))
    return net


def _learner(cases: Cases, levels: Mapping[str, Sequence[str]]):
    gum = bindings()
    gum.initRandom(SEED)
    words = [f"{STATES}{number}" for number in range(max(map(len, levels.values())))]
    rows = [list(levels), *zip(*([words[number] for number in np.asarray(cases[v]).tolist()] for v in levels), strict=True)]
    with NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:  # given a frame, pyagrum leaves such a file behind
        file.write("\n".join(map(",".join, rows)))
        file.flush()
        learner = gum.BNLearner(file.name, _empty(levels))  # the empty network tells of levels that a resample does not show
    learner.setNumberOfThreads(1)
    return learner
