"""Budget: how much to spend, and how to split it over the proposals of all sections and the marketing channels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from playbook.engagement import Assumptions, ChannelLimit, Intervention
from playbook.locale import mark
from playbook.methods.strategy.counting import counted_once, worthwhile
from playbook.methods.strategy.spending.allocation import least
from playbook.methods.strategy.spending.channel_costs import (
    budget_room,
    channel_costs,
    channel_finding,
    channel_table,
    yearly_spend,
)
from playbook.methods.strategy.spending.curves import yearly_curves
from playbook.methods.strategy.spending.figures import budget_figure, channels_figure
from playbook.methods.strategy.spending.findings import (
    caused_finding,
    edge_finding,
    headline,
    meant_of,
    mix_finding,
    split_finding,
)
from playbook.methods.strategy.spending.fitting import fit_response
from playbook.methods.strategy.spending.mix import channel_frame, mix_proposal
from playbook.methods.strategy.spending.panel import interventions_by_week, price_index, spend_panel
from playbook.methods.strategy.spending.split import Market, Split, budget_curve, split
from playbook.methods.strategy.spending.tables import (
    allocation_frame,
    allocation_table,
    channels_table,
    offered_table,
    sensitivity_table,
    spending_assumptions,
)
from playbook.result.contract import Figure, Finding, Locked, Proposal, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Budget", "budget"]

SOURCE = mark("proposals and channels of this report; linear programme")


@dataclass(frozen=True, kw_only=True)
class Budget(Result):
    """``funded``: the proposals that get money, each with the lines that it pays for. ``allocations``: id, name, whom, full_cost,
    amount, reach (share of its lines that is paid), value_low, value, value_high of every proposal that waits for money.
    ``channels``: see ``channel_frame``; empty where what they cause cannot be told. ``curve``: budget, spent, value, price.

    ``spent`` and ``value`` are sums over funded proposals and the channels of ``channels``; ``shadow_price`` is what one more
    unit of money would bring (0 when money is left); ``limit`` the client's budget or None; ``unspent`` what is left of it after
    all channels (None without a limit). Money is a year's; value is gross margin where it is known, else revenue.
    """

    funded: tuple[Proposal, ...] = field(repr=False)
    allocations: pd.DataFrame
    channels: pd.DataFrame
    curve: pd.DataFrame
    limit: float | None
    spent: float
    unspent: float | None
    value: float
    shadow_price: float
    margin: float | None
    best: Split = field(repr=False)

    def figures(self) -> tuple[Figure, ...]:
        """What each channel brings for rising spend, and what a rising budget brings."""
        if self.spent <= 0:
            return ()
        drawn = (budget_figure(self.curve, self.spent, self.value, SOURCE, self.fmt),)
        if self.best.market is None:
            return drawn
        return channels_figure(self.best, self.channels, meant_of(self.margin, self.fmt), self.fmt), *drawn


@section(
    "budget",
    "How much to spend, and on what?",
    promise="the split of the budget that brings most, what each channel really causes, and what the last bit of money brings",
)
def budget(
    parameters: Assumptions,
    fmt: Formats,
    targeting: Result | None = None,
    scoring: Result | None = None,
    retention: Result | None = None,
    next_step: Result | None = None,
    recommendations: Result | None = None,
    channel_months: pd.DataFrame | None = None,
    channel_weeks: pd.DataFrame | None = None,
    weeks: pd.DataFrame | None = None,
    product_weeks: pd.DataFrame | None = None,
    interventions: Sequence[Intervention] = (),
    channel_limits: Mapping[str, ChannelLimit] | None = None,
) -> Budget | Locked:
    """Split the year's budget over the proposals that wait for money and the marketing channels so that most is left after cost.

    Channels: response curves from weekly spend and orders (``fit_response``), an order worth its gross margin. Proposals: their
    lines, best value for money first, each customer in one proposal only, and none that leaves less than ``counting.LEAST``. Both
    in one programme (``split``). Without a budget in client.yml everything that pays is bought. Locked without any proposal and
    without channels.
    """
    answered = (targeting, scoring, retention, next_step, recommendations)
    waiting = counted_once([p for result in answered if result is not None for p in result.proposals if p.waits])
    margin, limit = parameters.gross_margin, parameters.budget
    costs = channel_costs(channel_months) if channel_months is not None and len(channel_months) else None
    market, why = _market(channel_weeks, weeks, product_weeks, interventions, margin, channel_limits or {})
    if not waiting and market is None:
        return Locked(
            fmt=fmt,
            headline="No budget can be split yet: there is no action to spend it on",
            unlock=("segments with revenue in the last 12 months, or marketing (date, channel, spend)",),
            promise=budget.section.promise,
        )
    best = _split(waiting, market, limit)
    if best is None:
        return _impossible(waiting, market, limit, costs, margin, fmt)
    allocations, curve = allocation_frame(best), budget_curve(best)
    channels = channel_frame(best, costs) if market else pd.DataFrame()
    shift = mix_proposal(best, channels, fmt) if market and margin is not None else None
    taken = yearly_spend(costs) if costs is not None and market is None else 0.0
    return Budget(
        fmt=fmt,
        headline=headline(best, margin, fmt),
        findings=_findings(best, channels, costs, margin, fmt),
        tables=_tables(best, allocations, channels, costs, margin, fmt),
        assumptions=spending_assumptions(best, margin, why if costs is not None else None, fmt),
        proposals=(shift,) if shift else (),
        funded=best.funded,
        allocations=allocations,
        channels=channels,
        curve=curve,
        limit=limit,
        spent=best.spent,
        unspent=None if limit is None else max(limit - best.spent - taken, 0.0),
        value=best.value,
        shadow_price=best.allocation.price,
        margin=margin,
        best=best,
    )


def _split(waiting: Sequence[Proposal], market: Market | None, limit: float | None) -> Split | None:
    """The best split in which every action is worth its work: those that are not are left out, and the money is split anew."""
    best = split(waiting, market, limit)
    while best is not None and (small := {p.id for p in best.funded if not worthwhile(p)}):
        waiting = [p for p in waiting if p.id not in small]
        best = split(waiting, market, limit)
    return best


def _market(
    channel_weeks: pd.DataFrame | None,
    weeks: pd.DataFrame | None,
    product_weeks: pd.DataFrame | None,
    interventions: Sequence[Intervention],
    margin: float | None,
    limits: Mapping[str, ChannelLimit],
) -> tuple[Market | None, str]:
    """The channels with their curves, or None and why there are none."""
    if channel_weeks is None or weeks is None:
        return None, mark("Orders and marketing spend by week are needed.")
    panel = spend_panel(channel_weeks, weeks)
    if isinstance(panel, str):
        return None, panel
    curves = yearly_curves(
        fit_response(panel, price_index(product_weeks, panel.weeks), interventions_by_week(interventions, panel.weeks))
    )
    if curves is None:
        return None, mark("No channel spent in the last year.")
    return Market(curves, panel.order_value * (1.0 if margin is None else margin), limits, sum(panel.small.values())), ""


def _findings(
    best: Split,
    channels: pd.DataFrame,
    costs: pd.DataFrame | None,
    margin: float | None,
    fmt: Formats,
) -> tuple[Finding, ...]:
    found = [split_finding(best, margin, fmt)]
    if best.market:
        found += [mix_finding(best, channels, margin, fmt), caused_finding(best, channels, margin, fmt)]
    elif costs is not None:
        found += [budget_room(costs, best.spent, best.limit, fmt), channel_finding(costs, margin, fmt)]
    if best.market or costs is None or best.allocation.left == 0 or best.limit is None:
        found.append(edge_finding(best, margin, fmt))
    return tuple(f for f in found if f)


def _tables(
    best: Split,
    allocations: pd.DataFrame,
    channels: pd.DataFrame,
    costs: pd.DataFrame | None,
    margin: float | None,
    fmt: Formats,
) -> tuple[Table, ...]:
    meant, tables = meant_of(margin, fmt), []
    if best.market:
        tables.append(channels_table(channels, meant, fmt))
    if best.proposals:
        tables.append(allocation_table(allocations, meant, fmt))
    if best.limit is None and best.spent > 0:
        tables.append(offered_table(best, meant, fmt))
    if costs is not None:
        tables.append(channel_table(costs, margin, fmt, aside=best.market is not None))
    if best.spent > 0:
        tables.append(sensitivity_table(best, meant, fmt))
    return tuple(tables)


def _impossible(
    waiting: tuple[Proposal, ...], market: Market, limit: float, costs: pd.DataFrame | None, margin: float | None, fmt: Formats
) -> Budget:
    """The answer where the floors of client.yml take more than its budget: nothing is split."""
    floors = market.aside + least(market.options(free=True))
    sentence = fmt.say(
        "The floors of the channels add up to {least} a year, which is more than the budget of {budget}.",
        least=fmt.money(floors),
        budget=fmt.money(limit),
    )
    nothing = split(waiting, None, 0.0)
    return Budget(
        fmt=fmt,
        headline="No split meets both the budget and the floors of the channels",
        findings=(
            Finding(
                "budget-floors",
                sentence,
                floors - limit,
                "money",
                evidence="shown",
                action=fmt.say(
                    "Raise the budget by {more} or lower the floors under channel_limits in client.yml.",
                    more=fmt.money(floors - limit),
                ),
            ),
        ),
        tables=(channel_table(costs, margin, fmt),) if costs is not None else (),
        funded=(),
        allocations=allocation_frame(nothing),
        channels=pd.DataFrame(),
        curve=pd.DataFrame(columns=["budget", "spent", "value", "price"]),
        limit=limit,
        spent=0.0,
        unspent=0.0,
        value=0.0,
        shadow_price=0.0,
        margin=margin,
        best=nothing,
    )
