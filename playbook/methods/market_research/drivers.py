"""Drivers: what goes with buying again: a Bayesian network learnt from attributes, behaviour and answers, to be asked what if."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from playbook.engagement import Network
from playbook.locale import mark
from playbook.methods.market_research.network.answers import Answer, answer, answer_table, given_words
from playbook.methods.market_research.network.bayes import (
    KEPT,
    BayesNetwork,
    edge_strengths,
    fit_tables,
    learn_arrows,
    resample,
    sure_arrows,
)
from playbook.methods.market_research.network.cases import FEWEST_CASES, Cases, build_cases
from playbook.methods.market_research.network.figures import chances_figure, network_figure
from playbook.methods.market_research.network.findings import driver_findings, driver_headline
from playbook.methods.market_research.network.rules import driver_rules
from playbook.methods.market_research.network.variables import driver_variables
from playbook.result.contract import Assumption, Figure, Locked, Result, Table
from playbook.result.formats import LEVEL, Formats
from playbook.result.section import section

__all__ = ["Drivers", "drivers"]

TARGET = "buys_again"
DIRECTIONS = {"order": mark("by what comes first"), "data": mark("told by the data"), "open": mark("either way")}
TABLES = {
    "late_delivery": mark("deliveries"), "service_request": mark("tickets"), "satisfaction": mark("surveys"),
    "age_group": mark("customers"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Drivers(Result):
    """What goes with buying again within ``within`` days.

    ``edges``: cause, effect (ids of variables), strength (share of resamples with the arrow) and direction ("order": by what
    comes first, "data": told by the data, "open"). ``network``: variables, levels, arrows and tables. ``answers``: given (dict),
    probability, low, high, difference, cases. ``draws``: the same arrows with the tables of each resample, behind every range.
    ``seen``: the cases' levels.
    """

    within: int
    edges: pd.DataFrame = field(repr=False)
    network: BayesNetwork = field(repr=False)
    answers: pd.DataFrame = field(repr=False)
    draws: tuple[BayesNetwork, ...] = field(repr=False)
    seen: pd.DataFrame = field(repr=False)
    source: str = field(repr=False)

    def what_if(self, target: str, level: str, **given: str) -> Answer:
        """P(target = level | given), with its range and the cases with such circumstances.

        For example ``what_if("buys_again", "bought again", satisfaction="satisfied", late_delivery="late")``. Raises UsageError
        for names that the network does not have.
        """
        return answer(self.network, self.draws, Cases(self.seen, self.within, False).count, target, level, given)

    def figures(self) -> tuple[Figure, ...]:
        if self.edges.empty:
            return ()
        drawn = network_figure(self.edges, TARGET, self.fmt, self.source)
        if len(self.answers) < 2:
            return (drawn,)
        return drawn, chances_figure(self.answers, self.within, self.fmt, self.source)


@section(
    "drivers",
    "What goes with buying again?",
    promise="which circumstances go with buying again, how surely, and what to expect under each of them",
)
def drivers(
    order_totals: pd.DataFrame,
    as_of: date,
    fmt: Formats,
    network: Network,
    customers: pd.DataFrame | None = None,
    survey_answers: pd.DataFrame | None = None,
    deliveries: pd.DataFrame | None = None,
    order_discounts: pd.DataFrame | None = None,
    service_tickets: pd.DataFrame | None = None,
    *,
    within: int = 0,
    resamples: int = 60,
) -> Drivers | Locked:
    """Learn a Bayesian network from one case a customer and moment, and ask it about buying again.

    A case holds what was known at the moment: attributes, habits, discount, service desk, delivery, satisfaction; and whether the
    customer bought within the following days (``within``; 0 chooses a week to a year, nearest to half of the cases). See
    ``build_cases`` for the moments, ``learn_arrows`` for the arrows; arrows found in fewer than half of the ``resamples`` are
    dropped. Locked without customers on orders or with fewer than 200 cases. Raises EngagementError where ``network`` of
    client.yml names unknown variables or contradicts itself.
    """
    tiers = {id: variable.tier for id, variable in driver_variables().items()}
    driver_rules(network, tiers, ())  # a mistake in client.yml is told whatever the data hold
    if "customer_id" not in order_totals:
        return _locked(fmt, fmt.say("orders (customer_id)"))
    cases = build_cases(
        order_totals, as_of, fmt, customers, survey_answers, deliveries, order_discounts, service_tickets, within=within
    )
    if cases is None:
        need = fmt.say("orders of at least {n} customers, some of whom bought again and some did not", n=fmt.count(FEWEST_CASES))
        return _locked(fmt, need)
    rules, absent = driver_rules(network, tiers, cases.variables)
    levels, codes = cases.levels, {v: numbers.to_numpy() for v, numbers in cases.codes.items()}
    customer = cases.frame["customer_id"].to_numpy()
    drawn = [{v: numbers[rows] for v, numbers in codes.items()} for rows in resample(customer, resamples)]
    edges = sure_arrows(edge_strengths([learn_arrows(rows, levels, rules) for rows in drawn], rules), rules)
    arrows = list(zip(edges["cause"], edges["effect"], strict=True))
    net = fit_tables(codes, levels, arrows)
    draws = tuple(fit_tables(rows, levels, arrows) for rows in drawn)
    again = fmt.told(driver_variables()[TARGET].levels["yes"])
    answers = answer_table(net, draws, cases.count, TARGET, again)
    findings = driver_findings(net, draws, cases, order_totals, as_of, again, fmt)
    return Drivers(
        fmt=fmt,
        headline=driver_headline(net, draws, cases, again, fmt),
        findings=findings,
        tables=_tables(answers, edges, cases, fmt),
        assumptions=_assumptions(cases, edges, absent, findings, resamples, fmt),
        within=cases.within,
        edges=edges,
        network=net,
        answers=answers,
        draws=draws,
        seen=cases.frame[list(cases.variables)],
        source=_source(cases, fmt),
    )


def _locked(fmt: Formats, need: str) -> Locked:
    return Locked(
        fmt=fmt, headline="Not answered yet: What goes with buying again?", unlock=(need,), promise=drivers.section.promise
    )


def _source(cases: Cases, fmt: Formats) -> str:
    return fmt.listed([fmt.say("orders"), *(fmt.told(word) for v, word in TABLES.items() if v in cases.variables)])


def _tables(answers: pd.DataFrame, edges: pd.DataFrame, cases: Cases, fmt: Formats) -> tuple[Table, ...]:
    source = _source(cases, fmt)
    label = {id: fmt.told(variable.label) for id, variable in driver_variables().items()}
    asked = answers.assign(who=[given_words(given, fmt) or fmt.say("All cases") for given in answers["given"]])
    chances = Table(
        asked.drop(columns="given"),
        fmt.say(
            "What to expect: share that buys again within {within} under each circumstance, with the {level} range.",
            within=fmt.days(cases.within), level=fmt.share(LEVEL),
        ),
        source,
        {
            "who": ("Circumstances", "text"),
            "probability": ("Buy again", "share"),
            "low": ("Low", "share"),
            "high": ("High", "share"),
            "difference": ("Against all", "points"),
            "cases": ("Cases", "count"),
        },
    )  # fmt: skip
    if edges.empty:
        return (chances,)
    named = edges.assign(
        cause=edges["cause"].map(label), effect=edges["effect"].map(label),
        direction=[fmt.told(DIRECTIONS[direction]) for direction in edges["direction"]],
    )  # fmt: skip
    arrows = Table(
        named,
        "Which variables are linked, and how often the link came back when cases were drawn again.",
        source,
        {
            "cause": ("Link from", "text"),
            "effect": ("Link to", "text"),
            "strength": ("Came back in", "share"),
            "direction": ("Direction", "text"),
        },
    )
    return chances, arrows


def _assumptions(
    cases: Cases, edges: pd.DataFrame, absent: tuple[str, ...], findings: tuple, resamples: int, fmt: Formats
) -> tuple[Assumption, ...]:
    label = {id: fmt.told(variable.label) for id, variable in driver_variables().items()}
    notes = [
        Assumption(
            "A link says that two things go together in a way that nothing else in the data explains. It was observed, not tried "
            "out: something that no table shows may stand behind both, so an experiment should come before a large outlay.",
            "medium",
            "high",
        ),
        Assumption(_links(edges, resamples, fmt), "medium", "medium"),
    ]
    if cases.answers:
        notes.append(
            Assumption(
                "Customers who answer surveys are taken to be like those who do not; one answer a year counts.", "low", "medium"
            )
        )
    if cases.gaps:
        left = fmt.say_n(
            "{n} case in which a value is missing is left out; {kept} remain.",
            "{n} cases in which a value is missing are left out; {kept} remain.",
            cases.gaps, kept=fmt.count(len(cases.frame)),
        )  # fmt: skip
        notes.append(Assumption(left, "medium", "medium"))
    if cases.dropped:
        alike = fmt.say(
            "Not used, because nearly all cases are alike in it or it is seldom known: {names}.",
            names=fmt.listed(label[v] for v in cases.dropped),
        )
        notes.append(Assumption(alike, "high", "low"))
    if absent:
        unseen = fmt.say("Named in client.yml, but not shown by the data: {names}.", names=fmt.listed(label[v] for v in absent))
        notes.append(Assumption(unseen, "high", "low"))
    if any(finding.money is not None for finding in findings):
        notes.append(
            Assumption(
                "The amount supposes that customers who fared badly would buy again as often as the others if they had not, one "
                "order a year each, and that all customers of the last year fare like the cases.",
                "low",
                "high",
            )
        )
    return tuple(notes)


def _links(edges: pd.DataFrame, resamples: int, fmt: Formats) -> str:
    counted = {"kept": fmt.share(KEPT), "draws": fmt.count(resamples)}
    if edges.empty:
        return fmt.say("Links count when they came back in at least {kept} of {draws} draws of the cases; none did.", **counted)
    return fmt.say(
        "Links count when they came back in at least {kept} of {draws} draws of the cases; the weakest shown came back in "
        "{weakest}. Ranges suppose the links shown.", weakest=fmt.share(edges["strength"].min()), **counted,
    )  # fmt: skip
