"""Steps: in which order customers take the steps of a journey, and how an opportunity ended."""

from importlib import resources
from types import MappingProxyType

import numpy as np
import pandas as pd
from ruamel.yaml import YAML
from scipy.sparse import csr_array

from playbook.intake.deals import END_WORDS, plain

__all__ = ["first_reach", "outcome", "step_order"]

RARE = 0.05  # of the journeys at an earlier step, below which a later one that mostly goes past it is a side exit
USUAL = 0.5  # share of those further on who were at a step, below which it is a detour and no part of the way
FEWEST_CASES = 30  # at a step, to tell from them that another one is a side exit or a detour
FEWEST_KNOWN = 3  # steps that have to be among the known ones before their order is taken over

_WORDS = YAML(typ="safe", pure=True).load(resources.files(__package__).joinpath("steps.yml").read_text("utf-8"))
_SALE = MappingProxyType({word: place for place, step in enumerate(_WORDS["sale"]) for word in step["words"]})


def outcome(stage: pd.Series) -> pd.Series:
    """How each opportunity stands: ``won``, ``lost`` or ``open``, by the words of intake (ends.yml); same index as ``stage``."""
    ends = {word: end for end, words in END_WORDS.items() for word in words}
    by_stage = {name: ends.get(plain(name), "open") for name in stage.unique()}
    return stage.map(by_stage).fillna("open").astype("str")


def first_reach(journey_steps: pd.DataFrame) -> pd.DataFrame:
    """Each step of a journey once, in the order it was first reached.

    Takes [journey_id, step, step_at] and any other columns; rows without a journey, step or time are
    left out, and so are steps that say an opportunity was lost: they are an end, not a step forward.
    """
    known = journey_steps.dropna(subset=["journey_id", "step", "step_at"])
    known = known[outcome(known["step"]) != "lost"]
    return known.sort_values(["journey_id", "step_at"], kind="stable").drop_duplicates(["journey_id", "step"])


def step_order(journey_steps: pd.DataFrame, stages: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Steps from first to last.

    Takes [journey_id, step, step_at]. The client's own ``stages`` stand in the order given, where at least two of
    them occur; steps that are not among them are no part of the way. Otherwise side exits and detours are left out (see
    ``_main``), and the others stand as steps.yml knows the way to a sale, if it knows all of them, or else by the mean rank of
    their first reach within journeys: steps of the same time share a rank, and of two steps with the same mean
    rank the one that more journeys reached comes first. Empty when there are no steps.
    """
    reached = first_reach(journey_steps)
    if reached.empty:
        return ()
    own = _own(reached["step"].unique(), stages)
    if len(own) > 1:
        return own
    ranks = reached.groupby("journey_id")["step_at"].rank(method="average")
    order = ranks.groupby(reached["step"]).agg(["mean", "size"]).rename_axis("step").reset_index()
    order["place"] = [_SALE.get(plain(step), -1) for step in order["step"]]
    if len(order) < FEWEST_KNOWN or (order["place"] < 0).any():
        order["place"] = 0
    order = order.sort_values(["place", "mean", "size", "step"], ascending=[True, True, False, True])
    return _main(reached, tuple(order["step"]))


def _own(steps: np.ndarray, stages: tuple[str, ...]) -> tuple[str, ...]:
    """The client's stages that occur, in the client's order, as the data spell them."""
    spelt = {plain(step): step for step in sorted(steps, key=str)}
    return tuple(spelt[plain(stage)] for stage in dict.fromkeys(stages) if plain(stage) in spelt)


def _main(reached: pd.DataFrame, order: tuple[str, ...]) -> tuple[str, ...]:
    """The steps of ``order`` without side exits and detours.

    A side exit is a late step that few reach and most of these past an earlier one that many reach ("duplicate" after "closed").
    A detour is an early step that most of those further on never took, although they are more ("wait for parts").
    """
    rows = pd.factorize(reached["journey_id"])[0]
    place = {step: k for k, step in enumerate(order)}
    columns = reached["step"].map(place).to_numpy()
    taken = csr_array((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=(rows.max() + 1, len(order)))
    both = (taken.T @ taken).toarray()  # [a, b]: journeys that took both
    cases = both.diagonal()
    past = np.triu(both < USUAL * cases, 1)  # [a, b]: b comes after a, and most of those at b were never at a
    exits = (past & (cases < RARE * cases[:, None]) & (cases[:, None] >= FEWEST_CASES)).any(axis=0)
    detours = (past & (cases > cases[:, None]) & (cases >= FEWEST_CASES) & ~exits).any(axis=1)
    kept = tuple(step for step, out in zip(order, exits | detours, strict=True) if not out)
    return kept if len(kept) > 1 else order
