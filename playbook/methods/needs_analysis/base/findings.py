"""Customer base findings: what the flow, the concentration, the cohorts and the silence mean, and what to do about it."""

import numpy as np
import pandas as pd
from scipy.stats import norm

from playbook.engagement import Assumptions
from playbook.methods.market_research.grouping.habits import LOOK_BACK, QUIET, Slipping
from playbook.methods.needs_analysis.base.cohorts import Cohorts, Retention
from playbook.methods.needs_analysis.base.concentration import LARGEST, Concentration
from playbook.methods.needs_analysis.chance import evidence_of
from playbook.methods.needs_analysis.windows import Windows
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import LEVEL, Formats

__all__ = ["concentration_finding", "flow_finding", "kept_finding", "largest_finding", "retention_finding", "risk_finding"]

OWNER = "head of customer marketing"
DEPENDENT = 0.20  # share of the ten largest from which losing one of them would be felt
FEW = 20  # customers of which ten are half of all
FEWEST = 30  # customers from which the mean change has a range
_CHANCE = {
    "shown": "more than chance would bring",
    "likely": "probably more than chance would bring",
    "not shown": "no more than chance would bring",
}


def flow_finding(flow: pd.DataFrame, compared: Windows | None, parameters: Assumptions | None, fmt: Formats) -> Finding | None:
    """What the customers who left took away, against what new and regained ones brought."""
    if compared is None or not len(flow):
        return None
    rows = flow.set_index("group").reindex(["lost", "new", "regained"]).fillna({"customers": 0, "before": 0.0, "change": 0.0})
    lost, taken = int(rows.loc["lost", "customers"]), float(rows.loc["lost", "before"])
    if not lost:
        return None
    came, brought = int(rows.loc["new", "customers"]), float(rows.loc["new", "change"])
    back, again = int(rows.loc["regained", "customers"]), float(rows.loc["regained", "change"])
    year, months = compared.whole_year, compared.months
    span = "twelve months" if year else "month" if months == 1 else f"{months} months"
    since = "last twelve" if year else "last" if months == 1 else f"last {months}"
    sentence = f"{_customers(lost, fmt)} of the {span} before did not buy in the {since}; they had brought {fmt.money(taken)}."
    gains = [
        f"{_customers(n, fmt, kind)} brought {fmt.money(money)}"
        for n, kind, money in ((came, "new", brought), (back, "regained", again))
        if n
    ]
    sentence += f" {' and '.join(gains)}." if gains else " No new customer came."
    if parameters is not None and parameters.acquisition_cost:
        cost = lost * parameters.acquisition_cost
        sentence += f" To win as many anew costs about {fmt.money(cost)}, at {fmt.money(parameters.acquisition_cost)} each."
    return Finding(
        "customer-base-lost", sentence, value=taken, unit="money", n=lost, money=taken if year and taken > 0 else None,
        evidence="shown" if year else "indicative",
        action="Ask a sample of those lost why they stopped, the largest first, and win back where the reason can be mended.",
        owner=OWNER,
    )  # fmt: skip


def kept_finding(who: pd.DataFrame | None, compared: Windows | None, fmt: Formats) -> Finding | None:
    """How the revenue of the customers who stayed changed, with a range (normal, over customers)."""
    kept = who[who["group"] == "kept"] if who is not None else pd.DataFrame()
    if not len(kept) or compared is None:
        return None
    step = (kept["after"] - kept["before"]).to_numpy()
    total, before = float(step.sum()), float(kept["before"].sum())
    low = high = None
    evidence: Evidence = "indicative"
    if len(step) >= FEWEST and step.std() > 0:
        error = float(step.std(ddof=1) * np.sqrt(len(step)))
        z = norm.ppf((1 + LEVEL) / 2)
        low, high = total - z * error, total + z * error
        evidence = evidence_of(2 * float(norm.sf(abs(total) / error)))
    year = compared.whole_year
    if not year and evidence in ("shown", "likely"):
        evidence = "indicative"  # part of it is season
    ratio = f" ({fmt.change(total / before)})" if before > 0 else ""
    direction = "more" if total >= 0 else "less"
    one = len(kept) == 1
    span = "twelve months before" if year else "month before" if compared.months == 1 else f"{compared.months} months before"
    return Finding(
        "customer-base-kept",
        f"{_customers(len(kept), fmt)} who stayed brought {fmt.money(abs(total))} {direction} than in the {span}{ratio}."
        if not one
        else f"The one customer who stayed brought {fmt.money(abs(total))} {direction} than in the {span}{ratio}.",
        value=total, unit="money", low=low, high=high, n=len(kept), money=-total if year and total < 0 else None,
        evidence=evidence, action="Look at what the customers who shrank no longer buy." if total < 0 else None, owner=OWNER,
    )  # fmt: skip


def concentration_finding(spread: Concentration | None, fmt: Formats) -> Finding | None:
    """What the best tenth brings, and whether that changed on the year before."""
    if spread is None:
        return None
    now = spread.now
    sentence = (
        f"The best tenth of customers ({fmt.count(now.top)} of {fmt.count(now.customers)}) brings {fmt.share(now.top_share)} of "
        f"the revenue of the last twelve months; half of it comes from {_customers(now.half, fmt)}."
    )
    if spread.change is not None:
        sentence += f" That is {fmt.points(spread.change)} on the year before, {_CHANCE[evidence_of(spread.chance)]}."
    return Finding(
        "customer-base-concentration", sentence, value=now.top_share, unit="share", low=spread.low, high=spread.high,
        n=now.customers, evidence="shown" if now.customers >= FEWEST else "indicative",
    )  # fmt: skip


def largest_finding(spread: Concentration | None, whole_year: bool, fmt: Formats) -> Finding | None:
    """What hangs on the ten largest customers; at stake only where they carry a good part of revenue, of a whole year."""
    if spread is None or spread.now.customers <= FEW:
        return None
    now = spread.now
    felt, one = now.largest_share >= DEPENDENT, now.largest / LARGEST
    tail = (
        f"Losing one of them costs {fmt.money(one)} a year on average."
        if whole_year
        else f"One brings {fmt.money(one)} on average."
    )
    tail = tail if felt else "No single customer decides the year."
    return Finding(
        "customer-base-largest",
        f"The ten largest customers bring {fmt.money(now.largest)}, {fmt.share(now.largest_share)} of revenue. {tail}",
        value=now.largest_share, unit="share", n=LARGEST, money=one if felt and whole_year else None, evidence="shown",
        action="Give each of the ten a named contact and a second one in the house." if felt else None, owner=OWNER if felt else
        None,
    )  # fmt: skip


def retention_finding(found: Retention | None, grouped: Cohorts | None, fmt: Formats) -> Finding | None:
    """Whether the newest customers come back as often as those before them."""
    if found is None or grouped is None:
        return None
    evidence = evidence_of(found.chance)
    period = grouped.unit
    worse = found.difference < 0 and evidence != "not shown"
    return Finding(
        "customer-base-retention",
        f"{fmt.share(found.newer_share)} of the {fmt.count(found.newer)} customers won since {fmt.month(found.since)} ordered "
        f"again in the {period} after their first, against {fmt.share(found.older_share)} of the {fmt.count(found.older)} before "
        f"them: a difference of {fmt.points(found.difference)}, {_CHANCE[evidence]}; the two came in different seasons.",
        value=found.difference, unit="points", low=found.low, high=found.high, n=found.newer + found.older,
        # Halves of different seasons are compared, so that more than likely is not to be had.
        evidence="likely" if evidence == "shown" else evidence,
        action="Find out what the newer customers were promised, and welcome them with a reason for a second order." if worse else
        None, owner=OWNER if worse else None,
    )  # fmt: skip


def risk_finding(slip: Slipping, spread: Concentration | None, fmt: Formats) -> Finding | None:
    """What regular customers in unusual silence put at stake."""
    n, worth = len(slip.customers), slip.worth
    if not n or worth <= 0:
        return None
    one, its = n == 1, "its" if n == 1 else "their"
    sentence = (
        f"{_customers(n, fmt, 'regular')} of the last twelve months {'is' if one else 'are'} silent for more than {QUIET} of "
        f"{its} usual pauses and brought {fmt.money(worth)} in {its} last active year."
    )
    if slip.told:
        share = f", {fmt.share(slip.at_risk / spread.now.total)} of revenue" if spread is not None else ""
        sentence += (
            f" Of customers as silent {LOOK_BACK} days earlier {fmt.share(slip.back)} came back; if no more do now, "
            f"{fmt.money(slip.at_risk)} a year is at risk{share}."
        )
    value = slip.at_risk if slip.told else worth
    return Finding(
        "customer-base-risk", sentence, value=value, unit="money", n=n, money=value if slip.told and value > 0 else None,
        evidence="likely" if slip.told else "indicative", action="Write to the largest of them this week, by name.", owner=OWNER,
    )  # fmt: skip


def _customers(n: int, fmt: Formats, kind: str = "") -> str:
    return f"{fmt.count(n)} {kind}{' ' if kind else ''}customer{'' if n == 1 else 's'}"
