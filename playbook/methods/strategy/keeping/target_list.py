"""Target list: whom to address when a tested action is repeated: those it persuades, as far as that is worth its cost."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.strategy.keeping.persuasion import Persuasion
from playbook.methods.strategy.keeping.qini import WIDTH
from playbook.methods.strategy.keeping.trials import feature_label
from playbook.result.contract import LINES, Proposal, Worklist
from playbook.result.formats import Formats

__all__ = ["target_list", "target_proposal"]

_STOP_CASES = mark(
    "It breaks even at {n} more successes per 100 addressed than among those left out. Stop if the whole range lies below that."
)
_STOP_ORDERS = mark(
    "It breaks even at {n} more orders per 100 addressed than among those left out. Stop if the whole range lies below that."
)


def target_list(found: Persuasion, margin: float | None) -> pd.DataFrame:
    """Those waiting with whom the action should bring more than it costs, the largest gain first: LINES, effect, gain, features
    that describe the groups, and of cases the customer. ``key`` is the case in a trial of cases: the score lists the same cases,
    and no gain counts twice. Empty where the cost, or what an outcome brings, is not known, or nobody is worth it."""
    trial = found.trial
    money = trial.waiting_worth if trial.in_margin else trial.waiting_worth * (margin or 1.0)
    effect, error = found.uplift.predict(trial.waiting)
    table = trial.waiting[list(found.told)].assign(key=trial.waiting.index.astype(str), effect=effect, value=effect * money)
    if trial.owners is not None:
        table["customer_id"] = trial.owners.to_numpy()
    table = table.assign(
        cost=np.nan if trial.cost is None else trial.cost,
        value_low=(effect - WIDTH * error) * money,
        value_high=(effect + WIDTH * error) * money,
    )
    table = table[table["value"] > table["cost"]]
    table = table.assign(gain=table["value"] - table["cost"])
    return (
        table.sort_values(["gain", "key"], ascending=[False, True], kind="stable").drop_duplicates("key").reset_index(drop=True)
    )


def target_proposal(found: Persuasion, listed: pd.DataFrame, fmt: Formats) -> Proposal:
    """The list as a proposal: repeat the action once, for these only."""
    trial = found.trial
    pays = listed["value_low"].sum() > listed["cost"].sum()
    cases = trial.unit == "yes"
    least = trial.cost / float((listed["value"] / listed["effect"]).mean())
    columns = {"key": ("Case number", "text")} if cases else {"key": ("Customer", "text")}
    columns |= {"customer_id": ("Customer", "text")} if "customer_id" in listed else {}
    columns |= {
        name: (feature_label(name), "number" if pd.api.types.is_numeric_dtype(listed[name]) else "text") for name in found.told
    }
    columns |= {
        "effect": ("Extra orders expected", "number") if not cases else ("Higher chance of success", "points"),
        "cost": ("Costs", "money"), "value": ("Should bring", "money"), "gain": ("Left after cost", "money"),
    }  # fmt: skip
    return Proposal(
        id=f"repeat-{trial.id}",
        name=fmt.say("{label}, repeated", label=trial.label),
        action=fmt.say(
            "Repeat {label} for those it persuades, and leave out one in ten, drawn by lot, to measure it again.",
            label=trial.label,
        ),
        whom="cases it persuades" if cases else "customers it persuades",
        owner="marketing",
        kpi="success rate against those left out" if cases else "orders against those left out",
        stop_rule=fmt.say(_STOP_CASES if cases else _STOP_ORDERS, n=fmt.number(least * 100, 1)),
        pool="new customers" if cases else "purchases",
        lines=listed[list(LINES)],
        lead_days=21,
        review_days=(trial.days or 28) + 28,
        evidence=found.evidence if pays else "indicative",
        worklist=Worklist(
            f"repeat-{trial.id}",
            fmt.say("{label}: whom to address", label=trial.label),
            fmt.say(
                "Address these and nobody else when {label} is repeated. The expected gain comes from its own test.",
                label=trial.label,
            ),
            listed,
            columns,
            "key",
        ),
    )
