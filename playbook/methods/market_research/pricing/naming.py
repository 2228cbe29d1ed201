"""Naming: product groups as the reader calls them."""

import pandas as pd

from playbook.intake.frames.products import NO_GROUP
from playbook.methods.market_research.pricing.panel import ONE_GROUP
from playbook.result.formats import Formats

__all__ = ["group_name", "group_names"]


def group_name(category: object, fmt: Formats) -> str:
    """The client's own name of a group; products without one, or all together, in the reader's words."""
    if category == NO_GROUP:
        return fmt.say("not assigned")
    return fmt.say("all products") if category == ONE_GROUP else str(category)


def group_names(categories: pd.Series, fmt: Formats) -> pd.Series:
    """As ``group_name``, for a column of them."""
    return pd.Series([group_name(category, fmt) for category in categories], categories.index, dtype=object)
