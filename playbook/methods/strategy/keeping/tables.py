"""Tables: value at risk by segment, the top of the save list, who is persuaded, and all trials side by side."""

from collections.abc import Sequence

import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.lifetime.groups import NONE
from playbook.methods.strategy.keeping.at_risk import IN_DOUBT
from playbook.methods.strategy.keeping.churn import Churn
from playbook.methods.strategy.keeping.persuasion import Persuasion
from playbook.methods.strategy.keeping.trials import feature_label
from playbook.result.contract import Table
from playbook.result.formats import LEVEL, Formats

__all__ = ["by_segment", "churn_table", "groups_table", "learners_table", "save_table", "segments_table", "trials_table"]

TOP = 10
_UNITS = {"orders": mark("orders"), "yes": mark("successes")}


def by_segment(risk: pd.DataFrame, fmt: Formats) -> pd.DataFrame:
    """One row per segment, the most at risk first: segment, customers (not gone), stays, at_risk, share (of stays), in_doubt (at
    risk with those in doubt today), slipping (customers). Those in no segment have no row where they bring nothing."""
    here = risk[risk["state"] != "gone"]
    doubt = here["at_risk"].where(here["state"].isin(IN_DOUBT), 0.0)
    table = here.assign(in_doubt=doubt, slipping=here["state"] == "slipping").groupby("segment").agg(
        customers=("customer_id", "size"), stays=("stays", "sum"), at_risk=("at_risk", "sum"), in_doubt=("in_doubt", "sum"),
        slipping=("slipping", "sum"),
    )  # fmt: skip
    table = table[(table.index != fmt.told(NONE)) | (table["stays"] > 0)]
    table["share"] = (table["at_risk"] / table["stays"]).where(table["stays"] > 0)
    return table.reset_index().sort_values(["at_risk", "segment"], ascending=[False, True], kind="stable", ignore_index=True)


def segments_table(segments: pd.DataFrame, contracts: bool, source: str) -> Table:
    """``by_segment`` for the page."""
    return Table(
        segments, "What may be lost of a year's business, by segment.", source,
        {
            "segment": ("Segment", "text"), "customers": ("Contracts" if contracts else "Customers", "count"),
            "stays": ("Bring a year if all stay", "money"), "at_risk": ("At risk a year", "money"), "share": ("Share", "share"),
            "slipping": ("Most likely to end" if contracts else "Slipping now", "count"),
            "in_doubt": ("Of which in doubt today", "money"),
        },
        aside=True,
    )  # fmt: skip


def save_table(listed: pd.DataFrame, contracts: bool, source: str, fmt: Formats) -> Table:
    """The first rows of the save list."""
    chance = ("Chance of leaving", "share") if contracts else ("Chance of still being active", "share")
    top, rest = fmt.say("The top of the save list."), len(listed) - TOP
    if rest > 0:
        top = fmt.sentences(top, fmt.say_n("One more is in the action list.", "{n} more are in the action list.", rest))
    return Table(
        listed.head(TOP), top, source,
        {
            "customer_id": ("Customer", "text"), "segment": ("Segment", "text"), "leaves" if contracts else "alive": chance,
            "at_risk": ("At risk a year", "money"), "cost": ("Costs", "money"), "value": ("Should keep", "money"),
            "reason": ("Why", "text"),
        },
    )  # fmt: skip


def groups_table(found: Persuasion, source: str, fmt: Formats) -> Table:
    """The quarters of a trial: who they are, what they do without the action, and what it adds."""
    trial, unit = found.trial, "number" if found.trial.unit == "orders" else "share"
    write, groups = (fmt.number if unit == "number" else fmt.points), found.groups
    described = {
        name: (feature_label(name), "number" if pd.api.types.is_numeric_dtype(groups[name]) else "text") for name in found.told
    }
    shown = {name: [_most(told, fmt) for told in groups[name]] for name, (_, kind) in described.items() if kind == "text"}
    shown |= {name: [fmt.told(word) for word in groups[name]] for name in ("group", "verdict")}
    shown["range"] = [
        fmt.say("{low} to {high}", low=write(low), high=write(high))
        for low, high in zip(groups["low"], groups["high"], strict=True)
    ]
    without = mark("Orders without it") if unit == "number" else mark("Success rate without it")
    return Table(
        groups.assign(**shown),
        fmt.say(
            "{label}: who is persuaded. Customers in four equal parts by expected effect, as judged by models that had"
            " not seen them; what describes them are averages before the start.", label=trial.label,
        ),
        source,
        {
            "group": ("Expected effect", "text"), "customers": ("Customers", "count"), **described,
            "without": (without, unit), "effect": (mark("Added by it"), "number" if unit == "number" else "points"),
            "range": (fmt.say("{level} range", level=fmt.share(LEVEL)), "text"), "verdict": ("Type", "text"),
        },
    )  # fmt: skip


def _most(told: tuple[str, float] | None, fmt: Formats) -> str:
    """The most frequent word of a group and its share."""
    return "–" if told is None else fmt.say("{value} ({share})", value=told[0], share=fmt.share(told[1], 0))


def trials_table(found: Sequence[Persuasion], source: str, fmt: Formats) -> Table:
    """All trials, with effect and Qini coefficient per 100 customers."""
    rows = [
        {
            "trial": p.trial.label, "customers": len(p.trial.treated), "unit": fmt.told(_UNITS[p.trial.unit]),
            "effect": p.uplift.effect * 100, "qini": p.uplift.qini.value * 100,
            "low": p.uplift.qini.low * 100, "high": p.uplift.qini.high * 100, "evidence": fmt.told(p.evidence),
            "lot": fmt.say("yes") if p.trial.by_lot else fmt.say("no"),
        }
        for p in found
    ]  # fmt: skip
    return Table(
        pd.DataFrame(rows),
        "All trials with a control group, per 100 customers. The Qini coefficient is what choosing by expected effect brings"
        " beyond choosing at random, on average over all shares addressed; near zero it is worth nothing.",
        source,
        {
            "trial": ("Trial", "text"), "customers": ("Customers", "count"), "unit": ("Counted", "text"),
            "effect": ("Effect on all", "number"), "qini": ("Qini", "number"),
            "low": ("Low", "number"), "high": ("High", "number"),
            "evidence": ("Do customers differ?", "text"), "lot": ("Groups look random?", "text"),
        },
        aside=True,
    )  # fmt: skip


def learners_table(found: Persuasion, source: str, fmt: Formats) -> Table:
    """The Qini coefficient of each way to learn."""
    tried = found.uplift.tried
    return Table(
        tried.assign(qini=tried["qini"] * 100, learner=[fmt.told(way) for way in tried["learner"]]),
        fmt.say(
            "{label}: Qini per 100 customers for each way of learning, on customers not seen; the average is used.",
            label=found.trial.label,
        ),
        source,
        {"learner": ("Way of learning", "text"), "qini": ("Qini", "number")}, aside=True,
    )  # fmt: skip


def churn_table(churn: Churn, source: str, fmt: Formats) -> Table:
    """The models compared for the chance that a contract ends."""
    models = churn.learned.comparison
    return Table(
        models.assign(model=[fmt.told(name) for name in models["model"]]),
        "Models of who leaves, judged on contracts they had not seen.", source,
        {
            "model": ("Model", "text"), "auc": ("Area under ROC", "number"), "auc_low": ("Low", "number"),
            "auc_high": ("High", "number"),
            "brier": ("Brier score", "number"), "ece": ("Calibration error", "share"),
        },
        aside=True,
    )  # fmt: skip
