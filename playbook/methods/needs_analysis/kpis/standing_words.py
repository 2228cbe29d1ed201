"""The scorecard's sentences: where a KPI stands, what it lacks, and how it fares against its goal."""

from datetime import date

from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE
from playbook.methods.needs_analysis.kpis.goals import Goal, partial
from playbook.methods.needs_analysis.kpis.standing import Standing
from playbook.methods.needs_analysis.kpis.words import gap_words, moved_words, per_period, value_words
from playbook.result.formats import Formats

__all__ = ["goal_words", "label_within", "lacking", "now_words"]


def now_words(stood: Standing, fmt: Formats) -> str:
    """Where a KPI stands and how it moved, without a full stop."""
    indicator = stood.indicator
    now = per_period(value_words(stood.now, indicator, fmt), stood, "month", fmt)
    values = {"kpi": fmt.told(indicator.label), "now": now}
    trend = moved_words(stood, fmt)
    if trend is None:
        return fmt.say_n("{kpi} stands at {now}", "{kpi} stand at {now}", indicator.number, **values)
    return fmt.say_n("{kpi} stands at {now}, {trend}", "{kpi} stand at {now}, {trend}", indicator.number, **values, trend=trend)


def lacking(goal: Goal, fmt: Formats) -> str:
    """How far a goal is missed: revenue is €250 a month short."""
    indicator = goal.standing.indicator
    values = {"kpi": label_within(goal, fmt), "gap": gap_words(goal, fmt)}
    if indicator.good == "up":
        return fmt.say_n("{kpi} is {gap} short", "{kpi} are {gap} short", indicator.number, **values)
    if indicator.unit == "days":
        return fmt.say("{kpi} is {gap} too long", **values)
    return fmt.say("{kpi} is {gap} too high", **values)


def label_within(goal: Goal, fmt: Formats) -> str:
    """The KPI's name inside a sentence."""
    label = fmt.told(CATALOGUE[goal.objective.kpi].label)
    return label[0].lower() + label[1:] if fmt.language == "en" else label


def goal_words(goal: Goal, as_of: date, fmt: Formats) -> str:
    """Where a measured goal stands: too early to tell, reached, or how far away and what closing the gap is worth."""
    indicator = goal.standing.indicator
    values = {"kpi": fmt.told(indicator.label), "now": _now(goal, fmt), "goal": _aim(goal, as_of, fmt)}
    if goal.early:
        return fmt.say_n(
            "{kpi} stands at {now}; {goal} is for a whole year, so it is too early to tell.",
            "{kpi} stand at {now}; {goal} is for a whole year, so it is too early to tell.", indicator.number, **values,
        )  # fmt: skip
    if goal.met:
        return fmt.say_n(
            "{kpi} stands at {now} and has reached {goal}.", "{kpi} stand at {now} and have reached {goal}.",
            indicator.number, **values,
        )  # fmt: skip
    values["gap"] = gap_words(goal, fmt)
    if indicator.good == "up":
        sentence = fmt.say_n(
            "{kpi} stands at {now}, {gap} short of {goal}.", "{kpi} stand at {now}, {gap} short of {goal}.",
            indicator.number, **values,
        )  # fmt: skip
    elif indicator.unit == "days":
        sentence = fmt.say("{kpi} stands at {now}, {gap} longer than {goal}.", **values)
    else:
        sentence = fmt.say("{kpi} stands at {now}, {gap} above {goal}.", **values)
    worth = goal.worth and fmt.say("Closing the gap is worth {money} a year.", money=fmt.money(goal.worth))
    return fmt.sentences(sentence, worth or "")


def _now(goal: Goal, fmt: Formats) -> str:
    stood = goal.standing
    now = per_period(value_words(goal.now, stood.indicator, fmt), stood, goal.objective.per, fmt)
    if not partial(stood):
        return now
    return fmt.say_n("{value} over one month of data", "{value} over the {n} months of data", stood.months, value=now)


def _aim(goal: Goal, as_of: date, fmt: Formats) -> str:
    """The goal itself, as a noun: the goal of €1,250 by 31 October 2027."""
    objective = goal.objective
    values = {"target": value_words(objective.target, goal.standing.indicator, fmt), "day": fmt.day(objective.by)}
    if objective.by < as_of:
        return fmt.say("the goal of {target} that was due on {day}", **values)
    return fmt.say("the goal of {target} by {day}", **values)
