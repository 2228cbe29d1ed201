"""Plan sentences: where one KPI stands against its plan, where it is heading, and what it takes."""

import numpy as np
import pandas as pd

from playbook.methods.monitoring.plan_words import STEP, kpi_name, number_of
from playbook.methods.needs_analysis.kpis.catalogue import CATALOGUE
from playbook.result.formats import Formats

__all__ = ["ROUNDING", "chance_words", "kpi_value", "plan_action", "plan_headline", "plan_sentence"]

ROUNDING = 0.005  # relative difference that no forecast can tell from none


def plan_headline(row: pd.Series, fmt: Formats) -> str:
    """Where a KPI is heading, or where it ended; ``row`` of ``PlanTracking.status_table``, here and below."""
    what, number = kpi_name(row["kpi"], fmt), number_of(row["kpi"])
    if not row["months_left"]:
        told = {"what": what, "month": fmt.month(row["end"]), "against": _against(row, "actual", fmt)}
        if row["status"] == "reached":
            return fmt.say("{what} reached the plan to {month}: {against}", **told)
        return fmt.say("{what} missed the plan to {month}: {against}", **told)
    if np.isnan(row["forecast"]):
        return fmt.say_n(
            "{what} is {standing}; the history is too short to forecast the end",
            "{what} are {standing}; the history is too short to forecast the end",
            number, what=what, standing=_standing(row, fmt),
        )  # fmt: skip
    return fmt.say_n(
        "{what} is heading for {against} by {month}",
        "{what} are heading for {against} by {month}",
        number, what=what, against=_against(row, "forecast", fmt), month=fmt.month(row["end"]),
    )  # fmt: skip


def plan_sentence(row: pd.Series, missing: str, fmt: Formats) -> str:
    """Where a KPI stands and where it is heading; ``missing``: the money that it lacks, where it has an amount."""
    told = {
        "what": kpi_name(row["kpi"], fmt), "month": fmt.month(row["end"]), "goal": kpi_value(row["end_target"], row, fmt),
        "money": missing,
    }  # fmt: skip
    if not row["months_left"]:
        told["against"] = _against(row, "actual", fmt)
        if missing:
            return fmt.say("{what}: {against} at the end of {month}, {money} short of the plan of {goal}.", **told)
        return fmt.say("{what}: {against} at the end of {month}; the plan was {goal}.", **told)
    stands = fmt.say_n(
        "{what} is {standing}.", "{what} are {standing}.", number_of(row["kpi"]), standing=_standing(row, fmt), **told
    )
    if np.isnan(row["forecast"]):
        return fmt.sentences(stands, fmt.say("The history is too short to forecast the end of the plan."))
    told |= {"end": kpi_value(row["forecast"], row, fmt), "chance": chance_words(row, fmt)}
    ahead = (
        fmt.say(
            "By the end of {month} we expect {end}, {money} short of the plan of {goal}; the chance of reaching it is {chance}.",
            **told,
        )
        if missing
        else fmt.say(
            "By the end of {month} we expect {end}; the plan is {goal}, and the chance of reaching it is {chance}.", **told
        )
    )
    return fmt.sentences(stands, ahead)


def plan_action(row: pd.Series, fmt: Formats) -> str:
    """What reaching the plan takes from now on, beside what is foreseen; for plans of which some months are left."""
    flow, left = CATALOGUE[row["kpi"]].kind == "flow", int(row["months_left"])
    told = {
        "needed": kpi_value(row["needed"], row, fmt),
        "pace": kpi_value(row["pace"], row, fmt),
        "month": fmt.month(row["end"]),
    }
    if not flow:
        return fmt.say("Reaching the plan takes {needed} by {month}; the last three months stand at {pace}.", **told)
    if np.isnan(row["forecast"]):
        return fmt.say_n(
            "Reaching the plan takes {needed} in the month left; the last three months brought {pace} each.",
            "Reaching the plan takes {needed} a month over the {n} months left; the last three months brought {pace} each.",
            left, **told,
        )  # fmt: skip
    takes = fmt.say_n(
        "Reaching the plan takes {needed} in the month left; the forecast expects {foreseen}.",
        "Reaching the plan takes {needed} a month over the {n} months left; the forecast expects {foreseen}.",
        left, foreseen=kpi_value((row["forecast"] - row["actual"]) / left, row, fmt), **told,
    )  # fmt: skip
    if row["status"] == "behind":
        return fmt.sentences(takes, fmt.say("Decide now: close the gap or restate the plan."))
    return fmt.sentences(takes, fmt.say("Look again next month."))


def chance_words(row: pd.Series, fmt: Formats) -> str:
    """The chance to reach the target, in steps of STEP."""
    chance = row["probability"]
    if chance < STEP:
        return fmt.say("below {share}", share=fmt.share(STEP, 0))
    if chance > 1 - STEP:
        return fmt.say("above {share}", share=fmt.share(1 - STEP, 0))
    return fmt.say("about {share}", share=fmt.share(round(chance / STEP) * STEP, 0))


def kpi_value(value: float, row: pd.Series, fmt: Formats) -> str:
    """A value in the unit of the row's KPI."""
    return fmt.value(value, CATALOGUE[row["kpi"]].unit)


def _against(row: pd.Series, column: str, fmt: Formats) -> str:
    ratio = row[column] / row["end_target"] - 1 if row["end_target"] else np.nan
    value, size = kpi_value(row[column], row, fmt), fmt.share(abs(ratio))
    if np.isnan(ratio) or abs(ratio) < ROUNDING:
        return fmt.say("{value}, as planned", value=value)
    if ratio > 0:
        return fmt.say("{value}, {size} above plan", value=value, size=size)
    return fmt.say("{value}, {size} below plan", value=value, size=size)


def _standing(row: pd.Series, fmt: Formats) -> str:
    """Ahead of the plan or behind it: sums so far, others in the latest month."""
    flow, told = (
        CATALOGUE[row["kpi"]].kind == "flow",
        {"amount": kpi_value(abs(row["gap"]), row, fmt), "month": fmt.month(row["latest"])},
    )
    if np.isnan(row["gap"]) or abs(row["gap"]) <= ROUNDING * abs(row["expected"]):
        return fmt.say("level with the plan so far") if flow else fmt.say("level with the plan in {month}", **told)
    if row["gap"] > 0:
        return fmt.say("{amount} ahead of plan so far", **told) if flow else fmt.say("{amount} ahead of plan in {month}", **told)
    return fmt.say("{amount} behind plan so far", **told) if flow else fmt.say("{amount} behind plan in {month}", **told)
