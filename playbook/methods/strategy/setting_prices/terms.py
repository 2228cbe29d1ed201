"""Terms: amounts, weeks, products and groups, as the section on prices puts them into a sentence."""

import numpy as np
import pandas as pd

from playbook.intake.frames.products import NO_GROUP
from playbook.result.formats import Formats

__all__ = ["amount", "group_names", "products", "weeks"]


def amount(money: float, rough: bool, fmt: Formats) -> str:
    """Money, as roughly known where it is."""
    return fmt.say("roughly {money}", money=fmt.money(money)) if rough else fmt.money(money)


def group_names(category: pd.Series, fmt: Formats) -> pd.Series:
    """The client's product groups as they are; products without one in the reader's words."""
    return category.astype(object).where(category.astype(str) != NO_GROUP, fmt.say("not assigned"))


def products(count: int, fmt: Formats) -> str:
    """How many products."""
    return fmt.say_n("one product", "{n} products", count)


def weeks(count: float, fmt: Formats) -> str:
    """How many weeks, begun ones counted as whole."""
    return fmt.say_n("one week", "{n} weeks", max(1, int(np.ceil(count))))
