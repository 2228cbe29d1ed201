"""Next-step tables: every choice with what it is worth, the key steps; and what it all rests on."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.stepping.policy import FEWEST_TAKEN, Advice
from playbook.methods.strategy.stepping.stepped import Stepped
from playbook.methods.strategy.stepping.ways import Ways
from playbook.result.contract import Assumption, Table
from playbook.result.formats import LEVEL

__all__ = ["SOURCE", "assumptions", "choices", "tables"]

SOURCE = mark("journeys or closed deals of the last year; Markov decision process")


def choices(ways: Ways, advice: Advice) -> pd.DataFrame:
    """step, action, cases, share (of the cases at the step), better (with better_low and better_high), advised; in order of
    steps, the usual action first. Only steps with a choice; nothing is
    advised where the policy gains nothing on cases that did not choose it."""
    rows, taken = [], advice.counts.sum(axis=2)
    for s, step in enumerate(ways.steps):
        if (taken[s] > 0).sum() < 2:
            continue
        for a in np.argsort(-taken[s], kind="stable"):
            if taken[s, a] > 0:
                edges = (advice.better[s, a], advice.better_low[s, a], advice.better_high[s, a])
                advised = bool(advice.gain > 0 and advice.policy[s] == a and not advice.thin[s])
                rows.append((step, ways.actions[a], taken[s, a], advice.mix[s, a], *edges, advised))
    return pd.DataFrame(rows, columns=["step", "action", "cases", "share", "better", "better_low", "better_high", "advised"])


def tables(told: Stepped) -> tuple[Table, ...]:
    """The choices first, the key steps second."""
    fmt, found = told.fmt, []
    if told.advice is not None:
        shown = told.choices.assign(
            step=told.choices["step"].map(told.name),
            action=told.choices["action"].map(told.name),
            edges=[
                fmt.say("too few cases")
                if np.isnan(r.better)
                else fmt.say("{low} to {high}", low=fmt.money(r.better_low), high=fmt.money(r.better_high))
                for r in told.choices.itertuples()
            ],
            word=[fmt.say("do this") if advised else "" for advised in told.choices["advised"]],
        )
        columns = {
            "step": ("At step", "text"),
            "action": ("Action", "text"),
            "cases": ("Times taken", "count"),
            "share": ("Done today", "share"),
            "better": (
                "Revenue per case against today's mix" if told.margin is None else "Gross margin per case against today's mix",
                "unit_money",
            ),
            "edges": (fmt.say("{level} range", level=fmt.share(LEVEL)), "text"),
            "word": ("Advice", "text"),
        }
        found.append(Table(shown, "What each action is worth at each step, all that follows included.", SOURCE, columns))
    keys = told.keys[told.keys["removal"] > 0]
    columns = {
        "step": ("Step", "text"),
        "reached": ("Cases that reach it", "share"),
        "sale": ("Sale from there", "share"),
        "removal": ("Sales lost without it", "share"),
    }
    found.append(
        Table(
            keys.assign(step=keys["step"].map(told.name)),
            "The steps that sales depend on: what would be lost if whoever reaches a step went no further.",
            SOURCE,
            columns,
            aside=bool(found),
        )
    )
    return tuple(found)


def assumptions(told: Stepped) -> tuple[Assumption, ...]:
    """What chances and money rest on."""
    fmt = told.fmt
    stated = [
        Assumption(
            "Where a case goes next depends on its step and on what is done there, not on how it got there.",
            "medium",
            "medium",
        )
    ]
    if told.advice is not None:
        stated += [
            Assumption(
                "What was done at a step did not depend on how promising the case was. If actions were not drawn by lot,"
                " part of the difference may lie in the cases themselves; a test drawn by lot at that step would settle"
                " it.",
                "low",
                "high",
            ),
            Assumption(_sale(told), "medium", "high"),
            Assumption(
                fmt.say("An action is advised where it was taken in {n} cases or more.", n=fmt.count(FEWEST_TAKEN)), "high", "low"
            ),
        ]
        if not told.priced:
            stated.append(Assumption("The actions have no stated cost (action_costs in client.yml).", "low", "high"))
    if told.times > 1:
        drawn = fmt.say(
            "Of the year's {n} journeys, one in {times} was drawn by its number; money is for all of them.",
            n=fmt.count(told.many + told.direct), times=fmt.number(told.times),
        )  # fmt: skip
        stated.append(Assumption(drawn, "high", "low"))
    if told.direct > 0:
        direct = fmt.say(
            "{n} {cases} begin with the sale, leave nothing to choose and do not count.",
            n=fmt.count(told.direct), cases=told.cases,
        )  # fmt: skip
        stated.append(Assumption(direct, "high", "low"))
    if told.margin is None:
        stated.append(Assumption("No gross margin is stated, so every value is revenue and not profit.", "high", "high"))
    return tuple(stated)


def _sale(told: Stepped) -> str:
    fmt = told.fmt
    if not told.deals:
        sale = {"money": fmt.money(told.sale), "meant": told.meant}
        return fmt.say("A sale brings {money} of {meant}, whatever action came before it.", **sale)
    if told.margin is None:
        return fmt.say("A deal that is won brings what deals of its size do at list price, less the discount.")
    return fmt.say("A deal that is won brings what deals of its size do at list price, less the discount and the cost.")
