"""Driver findings: what goes with buying again, in sentences; observed, so never more than indicative."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from playbook.methods.market_research.network.answers import FEWEST_SEEN, Answer, answer, contrast
from playbook.methods.market_research.network.bayes import BayesNetwork
from playbook.methods.market_research.network.cases import SERVICE_DAYS, YEAR, Cases
from playbook.methods.market_research.network.variables import driver_variables, spoken
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["driver_findings", "driver_headline", "who"]

TARGET, OPINION = "buys_again", "satisfaction"
OWNERS = {"late_delivery": "head of logistics", "service_request": "head of service", "discount": "head of pricing"}
OWNER = "head of customer marketing"
CENT = 0.005

Given = Mapping[str, str]


def driver_headline(net: BayesNetwork, draws: Sequence[BayesNetwork], cases: Cases, again: str, fmt: Formats) -> str:
    """The widest gap that a client can act on; else the widest of all; else that there is none."""
    gaps = _gaps(net, draws, cases, again)
    if not any(low > 0 for *_, low, _ in gaps):
        return f"Nothing in the data goes with buying again within {cases.within} days: no link is sure enough"
    best, worst = _shown(gaps)[1:3]
    first, second = (_answer(net, draws, cases, given, again).probability for given in (best, worst))
    return (
        f"Of {who(best, fmt)}, {fmt.share(first)} bought again within {cases.within} days; "
        f"of {who(worst, fmt)}, {fmt.share(second)}"
    )


def driver_findings(
    net: BayesNetwork,
    draws: Sequence[BayesNetwork],
    cases: Cases,
    order_totals: pd.DataFrame,
    as_of: date,
    again: str,
    fmt: Formats,
) -> tuple[Finding, ...]:
    """A finding for each variable that a client can act on and that leads to buying again, the costliest first; one on satisfied
    customers whose delivery was late; and one on what tells most."""
    gaps = _gaps(net, draws, cases, again)
    customers, order_value = _last_year(order_totals, as_of)
    found = []
    for difference, best, worst, low, high in gaps:
        (variable,) = best
        if driver_variables()[variable].open:
            money = _money(variable, worst, difference, cases, customers, order_value, fmt) if low > 0 else None
            found.append(
                (money, _gap_finding(variable, best, worst, (difference, low, high), money, net, draws, cases, again, fmt))
            )
    found.sort(key=lambda pair: -(pair[0] or 0.0))
    findings = [finding if number == 0 else _part(finding) for number, (_, finding) in enumerate(found)]
    through = _through_opinion(net, draws, cases, again, fmt)
    closed = [gap for gap in gaps if gap[3] > 0 and not driver_variables()[next(iter(gap[1]))].open]
    return (*findings, *([through] if through else []), *([_habit(closed[0], net, draws, cases, again, fmt)] if closed else []))


def who(given: Given, fmt: Formats) -> str:
    """Customers in these circumstances: "customers whose last delivery was late"."""
    language = spoken(fmt)
    parts = [driver_variables()[v].who[language].format(level=level, days=SERVICE_DAYS) for v, level in given.items()]
    return (" and " if language == "en" else "、").join(parts)


def _gaps(net: BayesNetwork, draws: Sequence[BayesNetwork], cases: Cases, again: str) -> list[tuple]:
    """Per variable that leads to buying again: difference of its best and its worst level, both, the range; widest first."""
    gaps = []
    for variable in sorted(net.ancestors(TARGET)):
        givens = [{variable: level} for level in net.levels[variable] if cases.count({variable: level}) >= FEWEST_SEEN]
        if len(givens) < 2:
            continue
        givens.sort(key=lambda given: net.probabilities(TARGET, given)[again])
        worst, best = givens[0], givens[-1]
        difference, low, high = contrast(net, draws, TARGET, again, best, worst)
        gaps.append((difference, best, worst, low, high))
    return sorted(gaps, key=lambda gap: -gap[0])


def _shown(gaps: list[tuple]) -> tuple:
    """The widest gap beyond chance that a client can act on, else the widest of those."""
    sure = [gap for gap in gaps if gap[3] > 0]
    return next((gap for gap in sure if driver_variables()[next(iter(gap[1]))].open), sure[0])


def _answer(net: BayesNetwork, draws: Sequence[BayesNetwork], cases: Cases, given: Given, again: str) -> Answer:
    return answer(net, draws, cases.count, TARGET, again, given)


def _last_year(order_totals: pd.DataFrame, as_of: date) -> tuple[int, float]:
    """Customers who bought in the last 365 days, and the mean value of their orders."""
    end = pd.Timestamp(as_of)
    rows = order_totals[order_totals["customer_id"].notna() & (order_totals["revenue"] > CENT)]
    rows = rows[(rows["day"] > end - pd.Timedelta(days=YEAR)) & (rows["day"] <= end)]
    return int(rows["customer_id"].nunique()), float(rows["revenue"].mean()) if len(rows) else 0.0


def _money(
    variable: str, worst: Given, difference: float, cases: Cases, customers: int, order_value: float, fmt: Formats
) -> float | None:
    """Orders of one a year that customers in the bad circumstance would place more, if they bought again like the others."""
    told = driver_variables()[variable]
    if told.bad is None or worst[variable] != told.levels[told.bad][spoken(fmt)]:
        return None
    return cases.count(worst) / len(cases.frame) * customers * difference * order_value or None


def _gap_finding(variable, best, worst, gap, money, net, draws, cases, again, fmt) -> Finding:
    difference, low, high = gap
    good, bad = (_answer(net, draws, cases, given, again) for given in (best, worst))
    worth = money and f" If that were the cause, it would put {fmt.money(money)} of orders a year at stake."
    more = (worth or "") if low > 0 else " The difference may be chance."
    action, points = driver_variables()[variable].action, fmt.number(100 * difference, 0)
    return Finding(
        f"drivers-{variable.replace('_', '-')}",
        f"Of {who(best, fmt)}, {fmt.share(good.probability)} bought again within {cases.within} days, of {who(worst, fmt)} "
        f"{fmt.share(bad.probability)}: {points} {'point' if points == '1' else 'points'} fewer.{more}",
        value=difference,
        unit="points",
        low=low,
        high=high,
        n=bad.n,
        money=money,
        evidence="indicative" if low > 0 else "not shown",
        action=action[spoken(fmt)] if action else None,
        owner=OWNERS.get(variable, OWNER),
    )


def _part(finding: Finding) -> Finding:
    """The finding without money of its own: the same customers can be behind several gaps, so only the largest amount counts."""
    told = finding.sentence.replace("at stake.", "at stake, in part the same as above.")
    return replace(finding, sentence=told, money=None)


def _through_opinion(net, draws, cases, again, fmt) -> Finding | None:
    """A bad circumstance that shows in satisfaction, and what becomes of those who are satisfied all the same."""
    if OPINION not in net.ancestors(TARGET):
        return None
    words = driver_variables()
    content = words[OPINION].levels["yes"][spoken(fmt)]
    bad = [
        {v: words[v].levels[words[v].bad][spoken(fmt)]}
        for v in net.parents[OPINION]
        if words[v].open and words[v].bad and len(net.levels[v]) == 2
    ]
    bad = [given for given in bad if cases.count({**given, OPINION: content}) >= FEWEST_SEEN]
    if not bad:
        return None
    worst = min(bad, key=lambda given: net.probabilities(OPINION, given)[content])
    (variable,) = worst
    other = {variable: next(level for level in net.levels[variable] if level != worst[variable])}
    fewer, more = (net.probabilities(OPINION, given)[content] for given in (worst, other))
    if fewer >= more:
        return None
    stayed = _answer(net, draws, cases, {**worst, OPINION: content}, again)
    return Finding(
        f"drivers-{variable.replace('_', '-')}-satisfied",
        f"Of {who(worst, fmt)}, {fmt.share(fewer)} were {content}, of {who(other, fmt)} {fmt.share(more)}. Those who were "
        f"{content} all the same bought again in {fmt.share(stayed.probability)} of cases.",
        value=stayed.probability,
        unit="share",
        low=stayed.low,
        high=stayed.high,
        n=stayed.n,
        evidence="indicative",
        action="Make good at once what went wrong, and ask whether the customer is satisfied now.",
        owner=OWNERS.get(variable, OWNER),
    )


def _habit(gap, net, draws, cases, again, fmt) -> Finding:
    difference, best, worst, low, high = gap
    (variable,) = best
    good, bad = (_answer(net, draws, cases, given, again) for given in (best, worst))
    return Finding(
        f"drivers-{variable.replace('_', '-')}",
        f"{driver_variables()[variable].label[spoken(fmt)]}: of {who(best, fmt)}, {fmt.share(good.probability)} bought again "
        f"within {cases.within} days, of {who(worst, fmt)} {fmt.share(bad.probability)}.",
        value=difference,
        unit="points",
        low=low,
        high=high,
        n=good.n + bad.n,
        evidence="indicative",
        action="Judge any measure among customers who are alike in this; else it seems to work only because of whom it reached.",
        owner=OWNER,
    )
