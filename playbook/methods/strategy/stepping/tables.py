"""Next-step tables: every choice with what it is worth, the key steps; and what it all rests on."""

import numpy as np
import pandas as pd

from playbook.methods.strategy.stepping.policy import FEWEST_TAKEN, Advice
from playbook.methods.strategy.stepping.stepped import Stepped
from playbook.methods.strategy.stepping.ways import Ways
from playbook.result.contract import Assumption, Table
from playbook.result.formats import LEVEL

__all__ = ["SOURCE", "assumptions", "choices", "tables"]

SOURCE = "journeys or closed deals of the last year; Markov decision process"


def choices(ways: Ways, advice: Advice) -> pd.DataFrame:
    """step, action, cases, share (of the cases at the step), better (with better_low and better_high), advised; in order of
    steps, the usual action first. Only steps with a choice."""
    rows, taken = [], advice.counts.sum(axis=2)
    for s, step in enumerate(ways.steps):
        if (taken[s] > 0).sum() < 2:
            continue
        for a in np.argsort(-taken[s], kind="stable"):
            if taken[s, a] > 0:
                edges = (advice.better[s, a], advice.better_low[s, a], advice.better_high[s, a])
                advised = bool(advice.policy[s] == a and not advice.thin[s])
                rows.append((step, ways.actions[a], taken[s, a], advice.mix[s, a], *edges, advised))
    return pd.DataFrame(rows, columns=["step", "action", "cases", "share", "better", "better_low", "better_high", "advised"])


def tables(told: Stepped) -> tuple[Table, ...]:
    """The choices first, the key steps second."""
    fmt, found = told.fmt, []
    if told.advice is not None:
        shown = told.choices.assign(
            edges=[
                "too few cases" if np.isnan(r.better) else f"{fmt.money(r.better_low)} to {fmt.money(r.better_high)}"
                for r in told.choices.itertuples()
            ],
            word=["do this" if advised else "" for advised in told.choices["advised"]],
        )
        columns = {
            "step": ("At", "text"),
            "action": ("Action", "text"),
            "cases": ("Times taken", "count"),
            "share": ("Today", "share"),
            "better": (f"Worth beyond today's mix, {told.meant} of a case", "unit_money"),
            "edges": (f"{fmt.share(LEVEL)} range", "text"),
            "word": ("Advice", "text"),
        }
        found.append(Table(shown, "What each action is worth at each step, all that follows included.", SOURCE, columns))
    keys = {
        "step": ("Step", "text"),
        "reached": ("Cases that come to it", "share"),
        "sale": ("Sale from there", "share"),
        "removal": ("Sales lost without it", "share"),
    }
    found.append(
        Table(
            told.keys,
            "The steps that sales hang on: if whoever comes to a step went no further.",
            SOURCE,
            keys,
            aside=bool(found),
        )
    )
    return tuple(found)


def assumptions(told: Stepped) -> tuple[Assumption, ...]:
    """What chances and money rest on."""
    fmt = told.fmt
    stated = [
        Assumption(
            "Where a case goes next depends on the step it is at and on what is done there, not on how it came there.",
            "medium",
            "medium",
        )
    ]
    if told.advice is not None:
        stated += [
            Assumption(
                "What was done at a step did not depend on how promising the case was. If actions were not drawn by lot, part of"
                " the difference may be the cases' own: a test by lot at the step settles it.",
                "low",
                "high",
            ),
            Assumption(
                "A deal that is won brings what deals of its size do at list price, less the discount"
                f"{'.' if told.margin is None else ' and the cost.'}"
                if told.deals
                else f"A sale brings {fmt.money(told.sale)} of {told.meant}, whatever action came before it.",
                "medium",
                "high",
            ),
            Assumption(f"An action is advised where it was taken in {FEWEST_TAKEN} cases or more.", "high", "low"),
        ]
        if not told.priced:
            stated.append(Assumption("No cost of an action is stated (action_costs in client.yml).", "low", "high"))
    if told.times > 1:
        text = f"Of {fmt.count(told.many + told.direct)} journeys of the year one in {fmt.number(told.times)} was drawn by its"
        stated.append(Assumption(f"{text} number; money is that of all of them.", "high", "low"))
    if told.direct > 0:
        text = f"{told.cases.capitalize()} that begin with the sale left nothing to choose and do not count"
        stated.append(Assumption(f"{text} ({fmt.count(told.direct)}).", "high", "low"))
    if told.margin is None:
        stated.append(Assumption("No gross margin is stated, so every value is revenue and not profit.", "high", "high"))
    return tuple(stated)
