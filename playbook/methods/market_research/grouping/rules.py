"""Segment rules: customers sorted by rules in words, the client's own or those in ``rules.yml``."""

import operator
import re
from collections.abc import Mapping, Sequence
from functools import cache, reduce
from types import MappingProxyType

import pandas as pd

from playbook.engagement import SegmentRule
from playbook.errors import EngagementError, did_you_mean
from playbook.locale import mark
from playbook.locale.data import data_file
from playbook.result.formats import Formats

__all__ = ["MEASURES", "all_of", "apply_rules", "default_rules", "measured", "rule_problems", "rule_words"]

# Measure: what it is in a reader's words, to be told. All are columns of ``customer_measures``.
MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "recency_days": mark("days since the last order"),
        "tenure_days": mark("days since the first order"),
        "orders": mark("orders"),
        "orders_per_year": mark("orders a year"),
        "revenue": mark("total revenue"),
        "revenue_year": mark("revenue of the last 12 months"),
        "order_value": mark("order value"),
        "silence": mark("silence in usual pauses"),
    }
)
_COMPARE = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "=": operator.eq}
_ENDS = {"top": mark("{measure} among the highest {share}%"), "bottom": mark("{measure} among the lowest {share}%")}
_IN_WORDS = {
    "<=": mark("{measure} at most {number}"), ">=": mark("{measure} at least {number}"), "<": mark("{measure} under {number}"),
    ">": mark("{measure} over {number}"), "=": mark("{measure} exactly {number}"),
}  # fmt: skip
_CONDITION = re.compile(
    r"(?:(?P<sign><=|>=|<|>|=)\s*(?P<number>-?\d+(?:\.\d+)?)|(?P<end>top|bottom)\s+(?P<share>\d+(?:\.\d+)?)\s*%)"
)

_ROWS = data_file(__package__, "rules.yml")


@cache
def default_rules(fmt: Formats) -> tuple[SegmentRule, ...]:
    """The rules of ``rules.yml``, in order, named in the reader's language."""
    return tuple(SegmentRule(name=fmt.told(row["label"]), when=row["when"]) for row in _ROWS.values())


def apply_rules(customers: pd.DataFrame, rules: Sequence[SegmentRule], fmt: Formats) -> pd.Series:
    """The name of the first rule that each customer fulfils, "Other" for the rest; the index is that of ``customers``.

    ``customers`` holds the ``MEASURES`` as columns, one row a customer. ``top 20%`` are those whose middle rank lies among the
    upper 20 percent, so that customers with equal values stand on the same side. Rules of the same name are one group.
    Raises EngagementError, with all problems at once, when a rule names an unknown measure or holds no condition.
    """
    if problems := rule_problems(rules):
        raise EngagementError("client.yml: segment_rules cannot be applied.", problems)
    names = pd.Series(fmt.say("Other"), index=customers.index, dtype=object)
    free = pd.Series(True, index=customers.index)
    for rule in rules:
        fits = free.copy()
        for measure, condition in rule.when.items():
            fits &= _fulfils(customers[measure], condition)
        names[fits] = rule.name
        free &= ~fits
    return names


def rule_words(rule: SegmentRule, fmt: Formats) -> str:
    """A rule in words: "orders a year at least 12 and revenue of the last 12 months among the highest 20%"."""
    return all_of([_words(measure, condition, fmt) for measure, condition in rule.when.items()], fmt)


def all_of(conditions: Sequence[str], fmt: Formats) -> str:
    """Conditions that all have to hold, in words; nothing where there are none."""
    return reduce(lambda one, more: fmt.say("{one} and {more}", one=one, more=more), conditions) if conditions else ""


def measured(measure: str, value: float, fmt: Formats) -> str:
    """A value of one of the ``MEASURES`` as readers expect it: amounts as money."""
    return fmt.money(value) if measure.startswith(("revenue", "order_value")) else fmt.number(value)


def _words(measure: str, condition: str, fmt: Formats) -> str:
    found, name = _CONDITION.fullmatch(condition), fmt.told(MEASURES[measure])
    if found["sign"]:
        return fmt.say(_IN_WORDS[found["sign"]], measure=name, number=measured(measure, float(found["number"]), fmt))
    return fmt.say(_ENDS[found["end"]], measure=name, share=found["share"])


def _fulfils(values: pd.Series, condition: str) -> pd.Series:
    found = _CONDITION.fullmatch(condition)
    if found["sign"]:
        return _COMPARE[found["sign"]](values, float(found["number"]))
    place = (values.rank() - 0.5) / max(1, values.notna().sum())
    share = float(found["share"]) / 100
    return place > 1 - share if found["end"] == "top" else place < share


def rule_problems(rules: Sequence[SegmentRule]) -> list[str]:
    """What is wrong with rules, each as a sentence: measures that no customer has, conditions that are none."""
    problems = []
    for rule in rules:
        for measure, condition in rule.when.items():
            if measure not in MEASURES:
                known = ", ".join(MEASURES)
                problems.append(
                    f"rule {rule.name!r}: {measure!r} is no measure of a customer."
                    f"{did_you_mean(measure, tuple(MEASURES))} Known: {known}."
                )
            if not _CONDITION.fullmatch(condition):
                problems.append(f"rule {rule.name!r}: {condition!r} is no condition; write for example '>= 12' or 'top 20%'.")
    return problems
