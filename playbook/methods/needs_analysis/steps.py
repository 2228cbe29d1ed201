"""Steps: in which order customers take the steps of a journey, and how an opportunity ended."""

from importlib import resources
from types import MappingProxyType

import pandas as pd
from ruamel.yaml import YAML

__all__ = ["END_WORDS", "first_reach", "outcome", "step_order"]

_WORDS = YAML(typ="safe", pure=True).load(resources.files(__package__).joinpath("steps.yml").read_text("utf-8"))
END_WORDS = MappingProxyType({end: frozenset(words) for end, words in _WORDS.items()})


def outcome(stage: pd.Series) -> pd.Series:
    """How each opportunity stands: ``won``, ``lost`` or ``open``, by the words of steps.yml; same index as ``stage``."""
    ends = {word: end for end, words in END_WORDS.items() for word in words}
    by_stage = {name: ends.get(str(name).strip().lower(), "open") for name in stage.unique()}
    return stage.map(by_stage).fillna("open").astype("str")


def first_reach(journey_steps: pd.DataFrame) -> pd.DataFrame:
    """Each step of a journey once, in the order it was first reached.

    Takes [journey_id, step, step_at] and any other columns; rows without a journey, step or time are
    left out, and so are steps that say an opportunity was lost: they are an end, not a step forward.
    """
    known = journey_steps.dropna(subset=["journey_id", "step", "step_at"])
    known = known[outcome(known["step"]) != "lost"]
    return known.sort_values(["journey_id", "step_at"], kind="stable").drop_duplicates(["journey_id", "step"])


def step_order(journey_steps: pd.DataFrame) -> tuple[str, ...]:
    """Steps from first to last: by the mean rank of their first reach within journeys.

    Takes [journey_id, step, step_at]; steps of the same time share a rank, and of two steps with the
    same mean rank the one that more journeys reached comes first. Empty when there are no steps.
    """
    reached = first_reach(journey_steps)
    if reached.empty:
        return ()
    ranks = reached.groupby("journey_id")["step_at"].rank(method="average")
    order = ranks.groupby(reached["step"]).agg(["mean", "size"]).rename_axis("step").reset_index()
    return tuple(order.sort_values(["mean", "size", "step"], ascending=[True, False, True])["step"])
