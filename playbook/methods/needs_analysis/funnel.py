"""Funnel: where on their way customers or deals are lost, and what the costliest step is worth."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from playbook.methods.needs_analysis.leaks import Path, Reference, best_group, costliest, deal_path, journey_path, share_range
from playbook.result.contract import Assumption, Evidence, Figure, Finding, Locked, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section
from playbook.result.theme import BAR, FINDING, HISTORY, canvas, finish

__all__ = ["Funnel", "funnel"]

MOST_BARS = 8
COVERED = 0.9  # share of orders that the journeys should hold before their money can stand for all sales
_NEEDS = ("journeys (journey_id, step, step_at)", "pipeline (opportunity_id, stage)")


@dataclass(frozen=True, kw_only=True)
class Funnel(Result):
    """The way to the sale: ``path`` with its stages and groups, the costliest step, and the group that shows what is possible."""

    path: Path
    leak: str | None
    reference: Reference | None

    def figures(self) -> tuple[Figure, ...]:
        return (_bars(self),)


@section(
    "funnel", "Where are sales lost?", promise="conversion per step, the costliest leak and what one point more there is worth"
)
def funnel(
    fmt: Formats,
    as_of: date,
    journey_steps: pd.DataFrame | None = None,
    opportunities: pd.DataFrame | None = None,
    order_totals: pd.DataFrame | None = None,
) -> Result:
    """How many journeys reach each step in the year up to ``as_of``, and what the steps between cost.

    Journeys are preferred; without them the pipeline's end states serve (opened, closed, won). Steps are
    ordered by the mean rank of their first reach; intervals are Wilson's. Returns Locked with neither table,
    with fewer than two different steps, or with no closed deal.
    """
    path = journey_path(journey_steps, order_totals, as_of) if journey_steps is not None else None
    if path is None and opportunities is not None:
        path = deal_path(opportunities, as_of)
    if path is None:
        return _locked(fmt, journey_steps is None and opportunities is None)
    found = costliest(path)
    reference = best_group(path, found[0]["step"]) if found else None
    return Funnel(
        fmt=fmt,
        headline=_headline(found, path, fmt),
        findings=_findings(path, found, reference, fmt),
        tables=_tables(path, found, fmt),
        assumptions=_assumptions(path, order_totals, as_of, fmt),
        path=path,
        leak=found[0]["step"] if found else None,
        reference=reference,
    )


def _locked(fmt: Formats, absent: bool) -> Locked:
    unlock = (
        (" or ".join(_NEEDS),)
        if absent
        else ("journeys with at least two different steps, or closed deals, in the last twelve months",)
    )
    return Locked(
        fmt=fmt,
        headline="Not answered yet: where sales are lost",
        unlock=unlock,
        promise=funnel.section.promise,
        section=funnel.section,
    )


def _headline(found: tuple[pd.Series, Evidence] | None, path: Path, fmt: Formats) -> str:
    if found is None:
        return "Nobody is lost between the steps that are recorded"
    step, before = found[0]["step"], found[0]["before"]
    if path.case == "opportunities":
        return f"{fmt.share(1 - found[0]['conversion'])} of the opportunities that are closed are lost"
    return f"The weakest step is from {before} to {step}: {fmt.share(found[0]['conversion'])} go on"


def _findings(
    path: Path, found: tuple[pd.Series, Evidence] | None, reference: Reference | None, fmt: Formats
) -> tuple[Finding, ...]:
    last = path.stages.iloc[-1]
    if found is None:
        return (_whole(path, last, fmt),)
    worst, evidence = found
    lost = fmt.number(100 * (1 - worst["conversion"]), 0)
    if path.case == "opportunities":
        what, more = f"Of every 100 opportunities that are closed, {lost} are lost", "one point more won"
        action = "Ask the customers of the deals lost last why they went elsewhere, and change the reason named most often."
    else:
        what = f"Of every 100 journeys that reach '{worst['before']}', {lost} never reach '{worst['step']}'"
        more = "one point more going on"
        action = f"Find out what stops people between '{worst['before']}' and '{worst['step']}', and test a remedy there first."
    common = {"id": "funnel-leak", "n": int(worst["came"]), "evidence": evidence, "action": action}
    if pd.isna(worst["point"]):
        leak = Finding(
            sentence=f"{what}; what {more} brings cannot be said without the value of a sale.",
            value=float(worst["conversion"]), unit="share", low=float(worst["low"]), high=float(worst["high"]), **common,
        )  # fmt: skip
    else:
        point = float(worst["point"])
        leak = Finding(
            sentence=f"{what}; {more} brings {fmt.money(point)} a year.", value=point,
            unit="money", low=float(worst["point_low"]), high=float(worst["point_high"]), money=point, **common,
        )  # fmt: skip
    return tuple(f for f in (leak, _against(path, worst, reference, fmt), _whole(path, last, fmt)) if f)


def _against(path: Path, worst: pd.Series, reference: Reference | None, fmt: Formats) -> Finding | None:
    if reference is None:
        return None
    gain = f"; if the others did as well, that would bring {fmt.money(reference.gain)} a year" if reference.gain else ""
    return Finding(
        "funnel-reference",
        f"With {path.group} '{reference.group}', {fmt.share(reference.conversion)} go on to '{worst['step']}', against "
        f"{fmt.share(reference.rest)} elsewhere{gain}.",
        value=reference.gain, unit="money", low=reference.low, high=reference.high, n=reference.n, money=reference.gain,
        evidence="indicative",  # the difference is beyond chance; that the others can do as well is a hope
        action=f"Learn what is different for '{reference.group}' at this step, and try it on the next {path.group}.",
    )  # fmt: skip


def _whole(path: Path, last: pd.Series, fmt: Formats) -> Finding:
    deals = path.case == "opportunities"
    cases = int(path.stages["reached"].iloc[1]) if deals else path.cases
    low, high = share_range(last["reached"], cases)
    share = last["reached"] / cases
    end = "closed opportunities were won" if deals else f"journeys reach the last step, '{last['step']}'"
    sentence = f"{fmt.share(share)} of the {fmt.count(cases)} {end}."
    return Finding("funnel-total", sentence, value=float(share), unit="share", low=low, high=high, n=cases, evidence="shown")


def _source(path: Path, fmt: Formats) -> str:
    return f"{path.table}, {fmt.count(path.cases)} {path.case}"


def _tables(path: Path, found: tuple[pd.Series, Evidence] | None, fmt: Formats) -> tuple[Table, ...]:
    columns = {
        "step": ("Step", "text"), "reached": ("Reached", "count"), "conversion": ("Of those before", "share"),
        "low": ("Range from", "share"), "high": ("to", "share"), "point": ("One point more, a year", "money"),
    }  # fmt: skip
    frame = path.stages.assign(**path.stages[["conversion", "low", "high", "point"]].where(path.stages["leak"]))
    if path.worth is None:
        del columns["point"]
    steps = Table(frame, "Steps on the way, the last twelve months", _source(path, fmt), columns)
    standing = ()
    if path.standing is not None:
        labels = {"stage": ("Stage", "text"), "opportunities": ("Opportunities", "count"), "amount": ("Amount", "money")}
        shown = {name: label for name, label in labels.items() if name in path.standing}
        standing = (
            Table(path.standing, "Where the opportunities stand, as the client names the stages", _source(path, fmt), shown),
        )
    if found is None or path.groups.empty:
        return steps, *standing
    step = found[0]["step"]
    by_group = Table(
        path.groups[path.groups["step"] == step].sort_values("conversion", ascending=False).reset_index(drop=True),
        f"From '{found[0]['before']}' to '{step}', by {path.group}",
        _source(path, fmt),
        {
            "group": (path.group.capitalize(), "text"), "cases": (path.case.capitalize(), "count"),
            "came": (f"Reached '{found[0]['before']}'", "count"),
            "conversion": (f"Went on to '{step}'", "share"), "low": ("Range from", "share"), "high": ("to", "share"),
        },
    )  # fmt: skip
    return steps, by_group, *standing


def _assumptions(path: Path, order_totals: pd.DataFrame | None, as_of: date, fmt: Formats) -> tuple[Assumption, ...]:
    listed = [
        Assumption("Whoever is won at one step goes on from there as often as the others do today.", "medium", "high"),
        Assumption(
            "Steps stand in the order in which they are reached on average; who skips one counts as having passed it.",
            "high",
            "low",
        ),
    ]
    if path.case == "opportunities":
        listed[1] = Assumption(
            "Only the end of each deal is known, so deals that are still open count neither as won nor as lost.", "high", "medium"
        )
    if path.unripe:
        listed.append(
            Assumption(
                f"Nine in ten of those who get to the end do so within {fmt.count(path.unripe)} days; "
                "journeys that began later than that are left out, for they may still be on their way.",
                "high",
                "medium",
            )
        )
    if path.worth is not None:
        what = "order" if path.case == "journeys" else "won deal"
        listed.append(
            Assumption(
                f"A sale won back is worth the average {what} of the last twelve months, {fmt.money(path.worth)}.",
                "medium",
                "high",
            )
        )
    if path.case == "journeys" and path.worth is not None:
        since = pd.Timestamp(as_of) - pd.DateOffset(years=1)
        placed = int(order_totals["day"].between(since, pd.Timestamp(as_of), inclusive="right").sum())
        ended = path.stages["reached"].iloc[-1] * path.yearly
        if ended < COVERED * placed:
            listed.append(
                Assumption(
                    f"The journeys end in {fmt.count(ended)} sales a year while {fmt.count(placed)} orders were placed; "
                    "the money counts only the journeys that were recorded, so the true amounts are likely higher.",
                    "high", "high",
                )
            )  # fmt: skip
    return tuple(listed)


def _bars(result: Funnel) -> Figure:
    path, fmt = result.path, result.fmt
    stages = path.stages.assign(share=path.stages["reached"] / path.cases)
    if len(stages) > MOST_BARS:  # first, last, the weakest step, and those where most are lost
        lost = (stages["came"] - stages["reached"]).where(stages["step"] != result.leak, np.inf)
        lost = lost.iloc[1:-1].nlargest(MOST_BARS - 2).index
        stages = stages.loc[[stages.index[0], *sorted(lost), stages.index[-1]]]
    labels = [f"{fmt.share(s.share)}  ·  {fmt.count(s.reached)}" for s in stages.itertuples()]
    colours = [FINDING if step == result.leak else BAR for step in stages["step"]]
    with canvas(height=0.5 + 0.46 * len(stages)) as (figure, ax):
        ax.barh(range(len(stages)), stages["share"], color=colours, height=0.62)
        for place, (stage, label) in enumerate(zip(stages.itertuples(), labels, strict=True)):
            ax.annotate(label, (stage.share, place), xytext=(5, 0), textcoords="offset points", va="center")
            if stage.step == result.leak:
                lost = f"{fmt.share(1 - stage.conversion)} lost here"
                ax.annotate(lost, (1.24, place), va="center", ha="right", color=FINDING, weight="bold")
        ax.set_yticks(range(len(stages)), stages["step"])
        ax.invert_yaxis()
        ax.set_xlim(0, 1.25)
        ax.set_xticks([])
        ax.grid(False)
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(axis="y", colors=HISTORY)
        svg = finish(figure)
    alt = "; ".join(f"{step}: {label.replace('  ·  ', ', ')}" for step, label in zip(stages["step"], labels, strict=True))
    worst = f" The smallest share goes on to {result.leak}." if result.leak else ""
    data = Table(
        stages[["step", "reached", "share"]], f"Share of {path.case} that reach each step", _source(path, fmt),
        {"step": ("Step", "text"), "reached": ("Reached", "count"), "share": ("Share of all", "share")},
    )  # fmt: skip
    return Figure(svg, f"Share of {path.case} that reach each step.", _source(path, fmt), f"Bars: {alt}.{worst}", data)
