"""Lifetime findings: what a new customer and the base are worth, where that lies, who is gone."""

import numpy as np

from playbook.methods.market_research.lifetime.customer_worth import WIDTH
from playbook.methods.market_research.lifetime.groups import Told
from playbook.methods.market_research.lifetime.tables import tenths
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import Formats

__all__ = ["findings", "headline"]

MANY_ONCE = 0.2  # share of customers who ordered once from which it has to be said that they cannot be judged
UNEVEN = 0.15  # share of the value in the best tenth from which it stands out
UNSURE = (0.2, 0.8)  # chance of a customer to be still active that leaves it open
OWNER, FINANCE = "head of customer marketing", "head of finance"


def headline(told: Told, fmt: Formats) -> str:
    """That buying has stopped, where it has; a new customer's worth against its cost where that is stated; else the base."""
    new, cost, over = told.newcomer_wide, told.parameters.acquisition_cost, _over(told, fmt)
    if told.holdout is not None and told.holdout.silent:
        return f"No customer known on {fmt.day(told.holdout.cut)} has ordered since: what they are worth is in doubt"
    if cost:
        what = "" if told.parameters.gross_margin else " of revenue"
        if new.value < cost:
            return (
                f"A new customer brings {fmt.money(new.value)}{what} over {over}, less than the {fmt.money(cost)} it costs to win"
            )
        if new.low < cost:
            return (
                f"Whether a new customer is worth the {fmt.money(cost)} it costs to win is open: perhaps {fmt.money(new.value)}"
            )
        times = _times(new.value, cost, fmt)
        return f"A new customer is worth {fmt.money(new.value)}{what} over {over}: {times} what it costs to win"
    return f"Today's customers should bring {fmt.money(told.whole['value'])} of {_measure(told)} over {over}"


def findings(told: Told, fmt: Formats) -> tuple[Finding, ...]:
    """Each with its own stable id: lifetime-new, -base, -check, -top, -segment, -gone, -unsure, -ending."""
    own = (_gone(told, fmt), _unsure(told, fmt)) if told.kind == "order" else (_ending(told, fmt),)
    found = _new(told, fmt), _base(told, fmt), _check(told, fmt), _top(told, fmt), _segment(told, fmt), *own
    return tuple(one for one in found if one)


def _evidence(told: Told) -> Evidence:
    return "likely" if told.trusted else "indicative"


def _times(value: float, cost: float, fmt: Formats) -> str:
    """How many times the cost, to two figures or so."""
    return f"{fmt.number(value / cost, 1) if value < 10 * cost else fmt.count(value / cost)} times"


def _measure(told: Told) -> str:
    return "margin" if told.parameters.gross_margin else "revenue"


def _over(told: Told, fmt: Formats) -> str:
    return "a year" if told.years == 1 else f"{fmt.count(told.years)} years"


def _many(n: float, fmt: Formats, one: str = "customer") -> str:
    return f"{fmt.count(n)} {one}{'' if round(n) == 1 else 's'}"


def _new(told: Told, fmt: Formats) -> Finding:
    new, cost = told.newcomer_wide, told.parameters.acquisition_cost
    sentence = f"A new customer is worth {fmt.money(new.value)} of {_measure(told)} over {_over(told, fmt)}, discounted to today"
    action, evidence = "State what it costs to win a customer, to see how much may be spent on one.", _evidence(told)
    if new.basis != "acquired":
        evidence = "indicative"
    if not cost:
        if cost == 0:
            sentence += "; that winning one costs nothing is what is stated, and hardly so"
            action = "Count what is spent on winning customers, to see how much may be spent on one."
        return _finding("new", f"{sentence}.", told, new.value, new.low, new.high, new.customers, evidence, action)
    net = new.value - cost
    if new.low >= cost:
        action = "Spend more on winning customers as long as the next one still costs clearly less than this."
    elif new.high < cost:
        action = "Stop the dearest ways of winning customers until a customer costs less than it brings."
    else:
        action = "Hold spending on new customers: what they bring and what they cost cannot be told apart yet."
        evidence = "indicative"
    if not told.parameters.gross_margin:
        action, evidence = (
            "State the gross margin: what is left of revenue, not revenue, pays for winning customers.",
            "indicative",
        )
    times = f"{_times(new.value, cost, fmt)} that, " if net >= 0 else ""
    sentence += f"; to win one costs {fmt.money(cost)}: it brings {times}{fmt.money(abs(net))} {'more' if net >= 0 else 'less'}."
    return _finding("new", sentence, told, new.value, new.low, new.high, new.customers, evidence, action)


def _base(told: Told, fmt: Formats) -> Finding:
    whole, n = told.whole, len(told.worth.customers)
    value, low, high = (float(whole[c]) for c in ("value", "low", "high"))
    today = "known" if told.kind == "order" else "under contract"
    who = f"The {_many(n, fmt)} {today} today" if n > 1 else f"The one customer {today} today"
    sentence = (
        f"{who} will bring {fmt.money(value)} of {_measure(told)} over {_over(told, fmt)}, discounted to today, "
        f"if nothing is done differently."
    )
    action = "Set the budget for keeping customers against this figure, not against last year's revenue."
    return _finding("base", sentence, told, value, low, high, n, _evidence(told), action, owner=FINANCE)


def _check(told: Told, fmt: Formats) -> Finding | None:
    held = told.holdout
    if held is None:
        return None
    happened = held.words(fmt.count(held.expected), fmt.count(held.actual))
    if not held.telling:
        verdict = "too little to judge a forecast by"
    elif held.actual <= 0:
        verdict = "the forecast did not see it stop"
    elif abs(held.miss) < 0.005:
        verdict = "the forecast was right to the percent"
    else:
        verdict = f"the forecast was {fmt.share(abs(held.miss))} too {'high' if held.miss > 0 else 'low'}"
    trust = (
        ""
        if told.trusted or not held.telling
        else " Take the values here as an order of magnitude and the ranking of customers as the finding."
    )
    sentence = (
        f"Put to the test: forecast from what was known on {fmt.day(held.cut)} for the time up to {fmt.day(held.end)}, "
        f"{happened}; {verdict}.{trust}"
    )
    value = held.miss if held.telling and held.actual > 0 else None
    evidence = "shown" if held.telling else "not shown"
    return Finding("lifetime-check", sentence, value=value, unit="share", n=held.customers, evidence=evidence)


def _top(told: Told, fmt: Formats) -> Finding | None:
    customers = told.worth.customers
    if len(customers) < 20 or told.whole["value"] <= 0:
        return None
    best = tenths(customers).iloc[0]
    if best["share"] < UNEVEN:
        return None
    chosen = customers.sort_values(["value", "customer_id"], ascending=[False, True], kind="stable").index[
        : int(best["customers"])
    ]
    year = float((told.worth.active_year * customers["alive"].to_numpy())[chosen].sum())
    soon = f", of which {fmt.money(year)} falls into the next twelve months" if told.years > 1 else ""
    sentence = (
        f"One tenth of customers ({fmt.count(best['customers'])}) holds {fmt.share(best['share'])} of the value still to come: "
        f"{fmt.money(best['value'])}{soon}."
    )
    action = "Serve them first, by name where they are few enough, and notice at once when one of them falls silent."
    return Finding(
        "lifetime-top", sentence, value=float(best["share"]), unit="share", n=int(best["customers"]), money=year or None,
        evidence=_evidence(told), action=action, owner=OWNER,
    )  # fmt: skip


def _segment(told: Told, fmt: Formats) -> Finding | None:
    if len(told.groups) < 2 or told.whole["value"] <= 0:
        return None
    best = told.groups.iloc[0]
    sentence = (
        f"Of the segments, '{best['segment']}' holds the most: {fmt.money(best['value'])} still to come, "
        f"{fmt.share(best['share'])} of all, {fmt.money(best['per_customer'])} a customer"
    )
    cost = told.parameters.acquisition_cost
    worth_less = told.groups[told.groups["per_customer"] < cost] if cost else told.groups.iloc[:0]
    if len(worth_less):
        n = int(worth_less["customers"].sum())
        sentence += (
            f"; in {_many(len(worth_less), fmt, 'segment')} with {_many(n, fmt)} a customer is worth less than the "
            f"{fmt.money(cost)} that a new one costs"
        )
    return _finding(
        "segment", f"{sentence}.", told, float(best["value"]), float(best["low"]), float(best["high"]), int(best["customers"]),
        _evidence(told), "Let the effort a segment gets follow the value still to come, not what it bought in the past.",
    )  # fmt: skip


def _gone(told: Told, fmt: Formats) -> Finding | None:
    judged = np.ones(len(told.past), dtype=bool) if told.once is None else ~told.once
    alive, unjudged = told.worth.customers["alive"].to_numpy()[judged], int((~judged).sum())
    gone = float((1 - alive).sum())
    # Purchases come from those who are left: a forecast of them that was off by a tenth is off by a tenth of these.
    spread = WIDTH * float(np.hypot(np.sqrt((alive * (1 - alive)).sum()), told.doubt * alive.sum()))
    if round(gone) < 1:
        return None
    past = float(((1 - alive) * told.past[judged]).sum())
    low, high = max(gone - spread, 0.0), min(gone + spread, float(len(alive)))
    whole = _many(len(alive), fmt) + (" who came back after the first order" if unjudged >= MANY_ONCE * len(judged) else "")
    verb = "has" if round(gone) == 1 else "have"
    sentence = (
        f"Going by how often each used to buy and for how long it is silent, about {fmt.count(gone)} of {whole} "
        f"{verb} left for good; in {'its' if verb == 'has' else 'their'} last active year "
        f"{'it' if verb == 'has' else 'they'} brought {fmt.money(past)} of revenue."
    )
    if unjudged >= MANY_ONCE * len(judged):
        sentence += f" Of the {_many(unjudged, fmt)} who ordered once nothing of the kind can be said."
    return Finding(
        "lifetime-gone", sentence, value=gone, unit="count", low=low, high=high, n=len(alive), evidence=_evidence(told),
        action="Leave them out of mailings and of plans, or try with one small group what winning back brings.",
        owner=OWNER,
    )  # fmt: skip


def _unsure(told: Told, fmt: Formats) -> Finding | None:
    alive = told.worth.customers["alive"]
    open_ = alive.between(*UNSURE)
    money = float((told.worth.active_year * (1 - alive))[open_].sum())
    if not open_.any() or money <= 0:
        return None
    n = int(open_.sum())
    sentence = (
        f"Of {_many(n, fmt)} it is open whether {'they are' if n > 1 else 'it is'} still active; that they may be gone takes "
        f"{fmt.money(money)} off the {_measure(told)} to expect in the next twelve months."
    )
    return Finding(
        "lifetime-unsure", sentence, value=float(n), unit="count", n=n, money=money, evidence=_evidence(told),
        action="Write to these first, the most valuable at the top: of the others it is fairly clear whether they still buy.",
        owner=OWNER,
    )  # fmt: skip


def _ending(told: Told, fmt: Formats) -> Finding | None:
    customers = told.worth.customers
    running = customers["alive"] > 0
    months = min(12, told.years * 12)
    lost = float((customers["order_value"] * told.terms.margin * (months - customers["expected_orders"]))[running].sum())
    if lost <= 0:
        return None
    n = int(running.sum())
    sentence = (
        f"{_many(n, fmt, 'contract')} {'is' if n == 1 else 'are'} running; those that will end within the next twelve months "
        f"take {fmt.money(lost)} of {_measure(told)} with them in that time."
    )
    return Finding(
        "lifetime-ending", sentence, value=lost, unit="money", n=n, money=lost, evidence=_evidence(told),
        action="Speak to customers before the months in which most contracts end, the most valuable first.", owner=OWNER,
    )  # fmt: skip


def _finding(name, sentence, told, value, low, high, n, evidence, action, owner=OWNER) -> Finding:
    return Finding(
        f"lifetime-{name}",
        sentence,
        value=value,
        unit="money",
        low=low,
        high=high,
        n=n,
        evidence=evidence,
        action=action,
        owner=owner,
    )
