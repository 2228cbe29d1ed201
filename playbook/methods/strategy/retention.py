"""Retention: what leaving customers may cost, whom to contact so that they stay, and whom an action persuades."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from playbook.engagement import Assumptions, Intervention
from playbook.locale import mark
from playbook.methods.market_research.lifetime_value import LifetimeValue
from playbook.methods.strategy.keeping.at_risk import COLUMNS, nobody_leaves, risk_by_contracts, risk_by_orders
from playbook.methods.strategy.keeping.churn import Churn, learn_churn
from playbook.methods.strategy.keeping.figures import risk_figure, uplift_figure
from playbook.methods.strategy.keeping.findings import (
    persuasion_finding,
    risk_finding,
    same_finding,
    save_finding,
    slipping_finding,
    unranked_finding,
    untested_finding,
)
from playbook.methods.strategy.keeping.notes import UNSEEN, assumptions, headline, unseen_finding
from playbook.methods.strategy.keeping.persuasion import Persuasion, learn_persuasion
from playbook.methods.strategy.keeping.save_list import save_list, save_proposal
from playbook.methods.strategy.keeping.states import customer_states
from playbook.methods.strategy.keeping.tables import (
    by_segment,
    churn_table,
    groups_table,
    learners_table,
    save_table,
    segments_table,
    trials_table,
)
from playbook.methods.strategy.keeping.target_list import target_list, target_proposal
from playbook.methods.strategy.keeping.trials import case_trials, order_trials
from playbook.result.contract import Figure, Finding, Locked, Proposal, Result, Table
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Retention", "retention"]

ORDERS = mark("orders and the lifetime value of market research")
CONTRACTS = mark("contracts and the lifetime value of market research")
MOST_FINDINGS = 5  # the tables have the rest
TESTS = mark("control groups, orders and cases")


@dataclass(frozen=True, kw_only=True)
class Retention(Result):
    """``risk``: a row per customer, columns ``keeping.at_risk.COLUMNS`` (empty where lifetime value could not be told).

    ``saves``: the save list (see ``keeping.save_list``); ``persuasions``: what each trial with a control group taught, the
    surest difference between customers first; ``churn``: models behind the chance that a contract ends (None without), of use
    only where ``churn.learned.works``; ``by_contract``: whether customers are held by contracts; ``unseen``: whether orders
    tell of nobody who left, so that what is at risk cannot be told. Money is gross margin of twelve months, revenue where no
    margin is stated.
    """

    risk: pd.DataFrame = field(repr=False)
    saves: pd.DataFrame = field(repr=False)
    persuasions: tuple[Persuasion, ...] = field(repr=False)
    churn: Churn | None = field(default=None, repr=False)
    by_contract: bool = False
    unseen: bool = False

    def figures(self) -> tuple[Figure, ...]:
        drawn = []
        if len(self.risk) and not self.unseen and (segments := by_segment(self.risk, self.fmt))["at_risk"].sum() > 0:
            drawn.append(risk_figure(segments, CONTRACTS if self.by_contract else ORDERS, self.fmt))
        if self.persuasions and self.persuasions[0].evidence != "not shown":
            drawn.append(uplift_figure(self.persuasions[0], TESTS, self.fmt))
        return tuple(drawn)


@section(
    "retention",
    "Whom could we lose, and whom is it worth keeping?",
    promise="the value at risk, the customers slipping away, a save list that pays, and whom an action persuades",
    one_of=("order_totals", "contracts", "labelled_cases"),
)
def retention(
    as_of: date,
    fmt: Formats,
    parameters: Assumptions,
    lifetime_value: LifetimeValue | None = None,
    order_totals: pd.DataFrame | None = None,
    contracts: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
    memberships: pd.DataFrame | None = None,
    labelled_cases: pd.DataFrame | None = None,
    activity_months: pd.DataFrame | None = None,
    interventions: Sequence[Intervention] = (),
) -> Retention | Locked:
    """What may be lost and whom to keep, from the values of ``lifetime_value``; whom actions persuade, from trials by lot.

    Without contracts the chance to be active comes from the model of buying; with contracts the chance to leave is learnt from
    earlier days (``churn``), or read off the curves of lifetime value where too few ended or the score does not rank. Locked
    without either and without a trial.
    """
    day, margin = pd.Timestamp(as_of), parameters.gross_margin
    trials = []
    if memberships is not None and order_totals is not None and "customer_id" in order_totals:
        trials += order_trials(interventions, memberships, order_totals, customers, as_of, parameters.contact_cost)
    if labelled_cases is not None:
        trials += case_trials(labelled_cases, parameters.contact_cost)
    found = sorted((learn_persuasion(t, margin, len(trials)) for t in trials), key=lambda p: (p.uplift.qini.p, p.trial.id))
    if lifetime_value is None and not found:
        return Locked(
            fmt=fmt,
            headline="Not answered yet: Whom could we lose, and whom is it worth keeping?",
            unlock=(
                fmt.say(
                    "orders (customer_id) over at least three months, customers (acquired_on, left_on, fee), or interventions"
                    " (group): who was treated and who was left out, drawn by lot"
                ),
            ),
            promise=retention.section.promise,
        )
    meant = fmt.say("gross margin") if margin else fmt.say("revenue")
    risk, saves, bound = pd.DataFrame(columns=list(COLUMNS)), pd.DataFrame(), False
    churn, ranks, unseen = None, None, False
    findings: list[Finding | None] = []
    tables: list[Table] = []
    proposals: list[Proposal] = []
    if lifetime_value is not None:
        bound = lifetime_value.k is None
        if bound:
            churn = (
                None if customers is None or contracts is None else learn_churn(contracts, customers, day, fmt, activity_months)
            )
            bought = None if order_totals is None or "customer_id" not in order_totals else _bought(order_totals, day)
            ranks = churn if churn is not None and churn.learned.works else None
            leaving, horizon = (None, 0) if ranks is None else (ranks.chance, ranks.horizon)
            risk = risk_by_contracts(lifetime_value, leaving, horizon, margin or 1.0, bought)
        else:
            risk = risk_by_orders(lifetime_value, order_totals, day, margin or 1.0)
            unseen = nobody_leaves(risk)
        if unseen:
            findings.append(unseen_finding(risk, fmt))
    if lifetime_value is not None and not unseen:
        states = None if bound else customer_states(order_totals, day + pd.Timedelta(days=1))
        saves = save_list(risk, parameters, bound, states, fmt, None if ranks is None else ranks.why)
        source = CONTRACTS if bound else ORDERS
        miss = lifetime_value.holdout.miss if lifetime_value.holdout and not ranks else 0.0
        findings += [
            risk_finding(risk, saves, miss, ranks, bound, meant, fmt),
            slipping_finding(risk, saves, ranks, meant, fmt),
            unranked_finding(churn, fmt) if churn and not ranks else None,
            save_finding(saves, meant, fmt),
        ]
        tables.append(segments_table(by_segment(risk, fmt), bound, source))
        if len(saves):
            tables.append(save_table(saves, bound, source, fmt))
            proposals.append(save_proposal(saves, bound, ranks.horizon if ranks else None, fmt))
        if churn:
            tables.append(churn_table(churn, source, fmt))
    told = [p for p in found if p.evidence != "not shown"]
    lists = [target_list(p, margin) for p in told]
    findings += [persuasion_finding(p, listed, meant, fmt) for p, listed in zip(told, lists, strict=True)][:2]
    proposals += [target_proposal(p, listed, fmt) for p, listed in zip(told, lists, strict=True) if len(listed)]
    if same := [p for p in found if p.evidence == "not shown"]:
        findings.append(same_finding(same, fmt))
    if not found:
        findings.append(untested_finding())
    if told:
        tables.append(groups_table(told[0], TESTS, fmt))
    if found:
        tables += [trials_table(found, TESTS, fmt), learners_table(found[0], TESTS, fmt)]
    return Retention(
        fmt=fmt,
        headline=UNSEEN if unseen else headline(risk, saves, told, meant, fmt),
        findings=tuple(f for f in findings if f)[:MOST_FINDINGS],
        tables=tuple(tables),
        assumptions=assumptions(parameters, lifetime_value is not None and not unseen, bound, churn, ranks, found, fmt),
        proposals=tuple(proposals),
        risk=risk,
        saves=saves,
        persuasions=tuple(found),
        churn=churn,
        by_contract=bound,
        unseen=unseen,
    )  # fmt: skip


def _bought(order_totals: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Revenue of the last twelve months by customer."""
    late = order_totals[(order_totals["day"] > day - pd.DateOffset(months=12)) & (order_totals["day"] <= day)]
    return late.groupby("customer_id")["revenue"].sum()
