"""Words of the funnel: what its cases, steps and groups are called, and how ranges and lengths of time are written."""

from collections.abc import Iterable
from types import MappingProxyType

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.needs_analysis.path.leaks import Path
from playbook.result.formats import Formats, Unit

__all__ = ["BY", "cases_word", "duration", "path_source", "plural", "span", "step_words"]

BY: MappingProxyType[str, tuple[str, Unit]] = MappingProxyType(
    {"channel": ("Channel", "text"), "owner": ("Owner", "text"), "product": ("Product", "text")}
)
_ONE = (mark("channel"), mark("owner"), mark("product"))
_MANY = {"channel": mark("channels"), "owner": mark("owners"), "product": mark("products")}
_CASES = (mark("journeys"), mark("deals"), mark("opportunities"))
_TABLES = (mark("journeys"), mark("pipeline"), mark("journeys and pipeline"))
_DEAL_STEPS = (mark("opened"), mark("closed"), mark("won"))
_UNITS = (1.0, 24.0, 1440.0, 86_400.0)  # of a day: days, hours, minutes, seconds
WHOLE = 0.995  # of a unit, from which a time is told in it


def cases_word(path: Path, fmt: Formats) -> str:
    """What the cases are called, in the plural."""
    return fmt.told(path.noun)


def step_words(steps: Iterable[str], path: Path, fmt: Formats) -> list[str]:
    """Steps as a reader is told them: those of journeys are the client's own words."""
    return [fmt.told(step) for step in steps] if path.case == "opportunities" else list(steps)


def plural(by: str, fmt: Formats) -> str:
    """A dimension's groups: channels."""
    return fmt.told(_MANY[by])


def path_source(path: Path, fmt: Formats) -> str:
    """Where the numbers come from, as captions have it."""
    return fmt.say("{tables}, {n} {cases}", tables=fmt.told(path.table), n=fmt.count(path.cases), cases=cases_word(path, fmt))


def span(low: str, high: str, fmt: Formats) -> str:
    """A range of two values that are written already; one where both are the same."""
    return low if low == high else fmt.say("{low} to {high}", low=low, high=high)


def duration(days: float, fmt: Formats) -> str:
    """A length of time in the unit that suits it: 3.2 days, 5 hours, 40 seconds."""
    if pd.isna(days):
        return fmt.number(np.nan)
    place = next((k for k, per_day in enumerate(_UNITS) if days * per_day >= WHOLE), len(_UNITS) - 1)
    amount = days * _UNITS[place]
    text = fmt.number(amount, 1 if amount < 9.95 and place < len(_UNITS) - 1 else 0)
    number = 1 if text == fmt.number(1) else 2
    if place == 0:
        return fmt.say_n("{n} day", "{n} days", number, n=text)
    if place == 1:
        return fmt.say_n("{n} hour", "{n} hours", number, n=text)
    if place == 2:  # noqa: PLR2004
        return fmt.say_n("{n} minute", "{n} minutes", number, n=text)
    return fmt.say_n("{n} second", "{n} seconds", number, n=text)
