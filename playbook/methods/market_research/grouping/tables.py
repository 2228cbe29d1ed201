"""Segment tables: the segments in figures, the sentences that explain them, how the ways agree, who moved, and the stages."""

import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.grouping.groups import rand_index
from playbook.methods.market_research.grouping.migration import NEW_SINCE
from playbook.methods.market_research.grouping.stages import PATH, life_stages
from playbook.methods.market_research.grouping.tree import Explanation
from playbook.result.contract import Table
from playbook.result.formats import Formats

__all__ = ["SOURCE", "agreement_table", "migration_table", "profile_table", "stage_frame", "stage_table", "tree_table"]

SOURCE = mark("orders, net of returns")
COLUMNS = 8  # of segments in a table; with more, flows are listed one a row
_AGREE = (
    (0.8, mark("{way} and the segments sort customers almost alike.")),
    (0.5, mark("{way} and the segments agree for the most part.")),
    (0.2, mark("{way} and the segments agree in part.")),
    (-1.0, mark("{way} and the segments hardly agree.")),
)


def profile_table(profiles: pd.DataFrame) -> Table:
    """The main table, one row a segment."""
    return Table(
        profiles,
        "Segments in figures: medians per customer, revenue of the last twelve months. At risk and ceiling are explained below",
        SOURCE,
        {
            "segment": ("Segment", "text"),
            "customers": ("Customers", "count"),
            "revenue_year": ("Revenue, 12 months", "money"),
            "revenue_share": ("Share of revenue", "share"),
            "orders_per_year": ("Orders a year", "number"),
            "order_value": ("Order value", "money"),
            "recency_days": ("Days since last order", "count"),
            "at_risk": ("At risk a year", "money"),
            "potential": ("Ceiling a year", "money"),
        },
    )


def tree_table(found: Explanation, fmt: Formats) -> Table:
    """The sentences that explain the segments."""
    return Table(
        found.sentences,
        fmt.say(
            "How to tell the segments apart: these sentences place {right} of customers in their segment",
            right=fmt.share(found.right),
        ),
        SOURCE,
        {
            "rule": ("A customer with", "text"),
            "segment": ("belongs to", "text"),
            "customers": ("Customers", "count"),
            "right": ("of whom placed rightly", "share"),
        },
    )


def agreement_table(main: pd.Series, others: dict[str, pd.Series], order: list[str], fmt: Formats) -> Table:
    """Where the customers of each group of the other ways stand in the main segments, and in words how far the ways agree."""
    parts, told = [], []
    for way, names in others.items():
        counts = pd.crosstab(names, main).reindex(columns=order, fill_value=0)
        shares = counts.div(counts.sum(axis=1), axis=0).assign(customers=counts.sum(axis=1))
        shares = shares.sort_values("customers", ascending=False, kind="stable")
        parts.append(shares.rename_axis("group").reset_index().assign(way=way))
        score = rand_index(counts.to_numpy())
        told.append(fmt.say(next(words for least, words in _AGREE if score >= least), way=way))
    frame = pd.concat(parts, ignore_index=True)
    shown = order[:COLUMNS]
    renamed = {name: f"share_{place}" for place, name in enumerate(order)}
    return Table(
        frame.rename(columns=renamed)[["way", "group", "customers", *renamed.values()]],
        fmt.sentences(
            fmt.say("The same customers sorted in other ways, and the share of each group in each segment."), *told
        ),
        SOURCE,
        {
            "way": ("Way", "text"), "group": ("Group", "text"), "customers": ("Customers", "count"),
            **{renamed[name]: (name, "share") for name in shown},
        },
        aside=True,
    )  # fmt: skip


def migration_table(flows: pd.DataFrame, order: list[str], ago: str, fmt: Formats) -> Table:
    """From which segment (``ago``, in words) to which: a matrix, or the largest flows where there are many segments."""
    then = fmt.say("Segment {ago}", ago=ago)
    flows = flows.assign(then=flows["then"].replace(NEW_SINCE, fmt.told(NEW_SINCE)))
    if len(order) > COLUMNS:
        moved = flows[flows["then"] != flows["now"]].sort_values("customers", ascending=False, kind="stable", ignore_index=True)
        columns = {"then": (then, "text"), "now": ("Segment now", "text"), "customers": ("Customers", "count")}
        return Table(moved, fmt.say("Who stood in another segment {ago}", ago=ago), SOURCE, columns)
    counts = flows.pivot(index="then", columns="now", values="customers").reindex(columns=order).fillna(0)
    change = (flows["revenue_after"] - flows["revenue_before"]).groupby(flows["then"]).sum()
    counts = counts.reindex([name for name in [*order, fmt.told(NEW_SINCE)] if name in counts.index])
    renamed = {name: f"now_{place}" for place, name in enumerate(order)}
    frame = (
        counts.rename(columns=renamed).assign(customers=counts.sum(axis=1), change=change).rename_axis(columns=None).reset_index()
    )
    return Table(
        frame,
        fmt.say("From the segment {ago} (rows) to the segment now (columns): customers, and how their revenue changed", ago=ago),
        SOURCE,
        {
            "then": (then, "text"), "customers": ("Customers", "count"),
            **{renamed[name]: (fmt.say("{segment} now", segment=name), "count") for name in order},
            "change": ("Change of revenue", "money"),
        },
    )  # fmt: skip


def stage_frame(customers: pd.DataFrame) -> pd.DataFrame:
    """stage, segment, customers and revenue_year for every stage and segment that holds somebody."""
    groups = customers.groupby(["stage", "segment"], sort=True)
    return groups.agg(customers=("customer_id", "size"), revenue_year=("revenue_year", "sum")).reset_index()


def stage_table(stages: pd.DataFrame, order: list[str], fmt: Formats) -> Table:
    """The stages of ``stage_frame`` with their rules, and how many customers of each segment stand there."""
    counts = stages.pivot(index="stage", columns="segment", values="customers").fillna(0)
    shown = [name for name in order if name in counts][:COLUMNS]
    renamed = {name: f"in_{place}" for place, name in enumerate(shown)}
    frame = counts[shown].rename(columns=renamed).assign(customers=counts.sum(axis=1))
    frame = frame.assign(revenue_year=stages.groupby("stage")["revenue_year"].sum()).reindex(
        [s for s in PATH if s in counts.index]
    )
    frame = frame.rename_axis(columns=None).reset_index()
    frame["label"] = frame["stage"].map(lambda s: fmt.told(life_stages()[s].label))
    frame["rule"] = frame["stage"].map(lambda s: fmt.told(life_stages()[s].rule))
    return Table(
        frame,
        "Stages of a customer's life, and the segments in them",
        SOURCE,
        {
            "label": ("Stage", "text"), "rule": ("Who stands there", "text"), "customers": ("Customers", "count"),
            "revenue_year": ("Revenue, 12 months", "money"), **{renamed[name]: (name, "count") for name in shown},
        },
    )  # fmt: skip
