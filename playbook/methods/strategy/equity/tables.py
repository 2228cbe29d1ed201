"""Fairness tables: groups side by side, what closing gaps costs, what stands in; and what it rests on."""

import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.equity.findings import Judged
from playbook.methods.strategy.equity.gaps import FEWEST
from playbook.methods.strategy.predicting.wording import column_name
from playbook.result.contract import Assumption, Table

__all__ = ["SOURCE", "assumptions", "tables"]

SOURCE = mark("scored cases with a known outcome, by attributes that the score never saw")


def tables(told: Judged) -> tuple[Table, ...]:
    """Groups first."""
    fmt = told.fmt
    groups = pd.concat([g.groups.assign(attribute=fmt.told(column_name(g.attribute))) for g in told.gaps], ignore_index=True)
    groups["group"] = [fmt.told(name) for name in groups["group"]]
    for column in ("chosen", "found"):
        edges = zip(groups[column], groups[f"{column}_low"], groups[f"{column}_high"], strict=True)
        groups[f"{column}_said"] = [
            "–"
            if pd.isna(value)
            else fmt.say("{value} ({low} to {high})", value=fmt.share(value), low=fmt.share(low), high=fmt.share(high))
            for value, low, high in edges
        ]
    shown = {
        "attribute": ("Attribute", "text"),
        "group": ("Group", "text"),
        "cases": ("Cases", "count"),
        "chosen_said": ("Chosen", "text"),
        "found_said": ("Successes found", "text"),
        "stated": ("Predicted chance", "share"),
        "seen": ("Actual share", "share"),
    }
    if told.priced:
        sums = {"today": ("Profit today", "money"), "then": ("Profit then", "money")}
    else:
        sums = {"today": ("Successes found today", "count"), "then": ("Successes found then", "count")}
    costs = told.costs.assign(
        attribute=[fmt.told(column_name(a)) for a in told.costs["attribute"]], way=[fmt.told(w) for w in told.costs["way"]]
    )
    found = [
        Table(groups, "Groups side by side, on cases that the score had not seen.", SOURCE, shown),
        Table(
            costs,
            "What equal treatment would change.",
            SOURCE,
            {
                "attribute": ("Attribute", "text"),
                "way": ("Rule", "text"),
                **sums,
                "chosen": ("Chosen then", "count"),
            },
            aside=True,
        ),
    ]
    if len(told.stand_ins):
        rows = told.stand_ins.assign(
            attribute=[fmt.told(column_name(a)) for a in told.stand_ins["attribute"]],
            column=[fmt.told(column_name(c)) for c in told.stand_ins["column"]],
        )
        columns = {"attribute": ("Attribute", "text"), "column": ("Column", "text"), "told": ("Gives away", "share")}
        found.append(Table(rows, "Columns that give a protected attribute away.", SOURCE, columns, aside=True))
    return tuple(found)


def assumptions(told: Judged) -> tuple[Assumption, ...]:
    """What the comparison rests on."""
    fewest = told.fmt.count(FEWEST)
    return (
        Assumption(
            "A success means the same in every group. Where past decisions were unfair, the outcomes carry that on.",
            "medium",
            "high",
        ),
        Assumption(
            told.fmt.say(
                "Groups of fewer than {n} cases are counted together: nothing can be said of them one by one.", n=fewest
            ),
            "high",
            "low",
        ),
        Assumption("The protected attributes are those named in client.yml; the law may protect more.", "medium", "high"),
    )
