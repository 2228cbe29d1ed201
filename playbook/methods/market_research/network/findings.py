"""Driver findings: what goes with buying again, in sentences; observed, so never more than indicative."""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.network.answers import FEWEST_SEEN, Answer, answer, contrast
from playbook.methods.market_research.network.bayes import BayesNetwork
from playbook.methods.market_research.network.cases import SERVICE_DAYS, YEAR, Cases
from playbook.methods.market_research.network.variables import driver_variables
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["driver_findings", "driver_headline", "who"]

TARGET, OPINION = "buys_again", "satisfaction"
OWNERS = {
    "late_delivery": mark("head of logistics"),
    "service_request": mark("head of service"),
    "discount": mark("head of pricing"),
}
OWNER = mark("head of customer marketing")
CENT = 0.005

Given = Mapping[str, str]


def driver_headline(net: BayesNetwork, draws: Sequence[BayesNetwork], cases: Cases, again: str, fmt: Formats) -> str:
    """The widest gap that a client can act on; else the widest of all; else that there is none."""
    gaps = _gaps(net, draws, cases, again)
    if not any(low > 0 for *_, low, _ in gaps):
        return fmt.say(
            "Nothing in the data goes with buying again within {within}: no link is sure enough", within=fmt.days(cases.within)
        )
    best, worst = _shown(gaps)[1:3]
    first, second = (_answer(net, draws, cases, given, again).probability for given in (best, worst))
    return fmt.say(
        "Of {best}, {more} bought again within {within}; of {worst}, {fewer}",
        best=who(best, fmt), more=fmt.share(first), within=fmt.days(cases.within), worst=who(worst, fmt),
        fewer=fmt.share(second),
    )  # fmt: skip


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
            found.append((money, variable, best, worst, (difference, low, high)))
    found.sort(key=lambda gap: -(gap[0] or 0.0))
    # The same customers can be behind several gaps, so only the largest amount counts.
    findings = [
        _gap_finding(variable, best, worst, gap, money, number == 0, net, draws, cases, again, fmt)
        for number, (money, variable, best, worst, gap) in enumerate(found)
    ]
    through = _through_opinion(net, draws, cases, again, fmt)
    closed = [gap for gap in gaps if gap[3] > 0 and not driver_variables()[next(iter(gap[1]))].open]
    return (*findings, *([through] if through else []), *([_habit(closed[0], net, draws, cases, again, fmt)] if closed else []))


def who(given: Given, fmt: Formats) -> str:
    """Customers in these circumstances: "customers whose last delivery was late"."""
    words = driver_variables()
    return fmt.listed(fmt.say(words[v].who, level=level, days=SERVICE_DAYS) for v, level in given.items())


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
    if told.bad is None or worst[variable] != fmt.told(told.levels[told.bad]):
        return None
    return cases.count(worst) / len(cases.frame) * customers * difference * order_value or None


def _gap_finding(variable, best, worst, gap, money, first, net, draws, cases, again, fmt) -> Finding:
    difference, low, high = gap
    good, bad = (_answer(net, draws, cases, given, again) for given in (best, worst))
    return Finding(
        f"drivers-{variable.replace('_', '-')}",
        fmt.sentences(_gap_words(best, worst, good, bad, difference, cases, fmt), _stake(low, money, first, fmt)),
        value=difference,
        unit="points",
        low=low,
        high=high,
        n=bad.n,
        money=money if first else None,
        evidence="indicative" if low > 0 else "not shown",
        action=driver_variables()[variable].action,
        owner=OWNERS.get(variable, OWNER),
    )


def _gap_words(best: Given, worst: Given, good: Answer, bad: Answer, difference: float, cases: Cases, fmt: Formats) -> str:
    both = {
        "best": who(best, fmt), "more": fmt.share(good.probability), "within": fmt.days(cases.within),
        "worst": who(worst, fmt), "fewer": fmt.share(bad.probability),
    }  # fmt: skip
    points = round(100 * difference, 1)
    if points < 1:
        return fmt.say("Of {best}, {more} bought again within {within}; of {worst}, {fewer}: less than a point fewer.", **both)
    return fmt.say_n(
        "Of {best}, {more} bought again within {within}; of {worst}, {fewer}: a gap of {n} point.",
        "Of {best}, {more} bought again within {within}; of {worst}, {fewer}: a gap of {n} points.",
        points, n=fmt.number(points, 1), **both,
    )  # fmt: skip


def _stake(low: float, money: float | None, first: bool, fmt: Formats) -> str:
    """That the gap may be chance; else what it would put at stake, where that can be said."""
    if low <= 0:
        return fmt.say("The difference may be chance.")
    if not money:
        return ""
    if first:
        return fmt.say("If that were the cause, it would put {money} of orders a year at stake.", money=fmt.money(money))
    return fmt.say(
        "If that were the cause, it would put {money} of orders a year at stake, in part the same as above.",
        money=fmt.money(money),
    )  # fmt: skip


def _through_opinion(net, draws, cases, again, fmt) -> Finding | None:
    """A bad circumstance that shows in satisfaction, and what becomes of those who are satisfied all the same."""
    if OPINION not in net.ancestors(TARGET):
        return None
    words = driver_variables()
    content = fmt.told(words[OPINION].levels["yes"])
    bad = [
        {v: fmt.told(words[v].levels[words[v].bad])}
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
        fmt.say(
            "Of {worst}, {fewer} were {content}; of {other}, {more}. Those who were {content} all the same bought again in "
            "{again} of cases.",
            worst=who(worst, fmt),
            fewer=fmt.share(fewer),
            content=content,
            other=who(other, fmt),
            more=fmt.share(more),
            again=fmt.share(stayed.probability),
        ),  # fmt: skip
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
        fmt.say(
            "{label}: of {best}, {more} bought again within {within}; of {worst}, {fewer}.",
            label=fmt.told(driver_variables()[variable].label),
            best=who(best, fmt),
            more=fmt.share(good.probability),
            within=fmt.days(cases.within),
            worst=who(worst, fmt),
            fewer=fmt.share(bad.probability),
        ),  # fmt: skip
        value=difference,
        unit="points",
        low=low,
        high=high,
        n=good.n + bad.n,
        evidence="indicative",
        action="Judge any measure among customers who are alike in this; otherwise it may seem to work only because of "
        "whom it reached.",
        owner=OWNER,
    )
