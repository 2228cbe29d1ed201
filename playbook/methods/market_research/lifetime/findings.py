"""Lifetime findings: what a new customer and the base are worth, and where that lies; who is gone stands in ``activity``."""

from playbook.methods.market_research.lifetime.activity import check_finding, ending_finding, gone_finding, unsure_finding
from playbook.methods.market_research.lifetime.groups import NONE, Told
from playbook.methods.market_research.lifetime.tables import tenths
from playbook.methods.market_research.lifetime.words import FINANCE, OWNER, amount, evidence, horizon
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import Formats

__all__ = ["findings", "headline"]

UNEVEN = 0.15  # share of the value in the best tenth from which it stands out


def headline(told: Told, fmt: Formats) -> str:
    """That buying has stopped, where it has; a new customer's worth against its cost where that is stated; else the base."""
    new, cost, over = told.newcomer_wide, told.parameters.acquisition_cost, horizon(told.years, fmt)
    if told.holdout is not None and told.holdout.silent:
        return fmt.say(
            "No customer known on {day} has ordered since: what they are worth is in doubt", day=fmt.day(told.holdout.cut)
        )
    if not cost:
        return fmt.say(
            "Today's customers should bring {amount} over {over}", amount=amount(told.whole["value"], told, fmt), over=over
        )
    value = fmt.money(new.value) if told.parameters.gross_margin else amount(new.value, told, fmt)
    if new.value < cost:
        return fmt.say(
            "A new customer brings {value} over {over}, less than the {cost} it costs to win",
            value=value, over=over, cost=fmt.money(cost),
        )  # fmt: skip
    if new.low < cost:
        return fmt.say(
            "Whether a new customer is worth the {cost} it costs to win is open: perhaps {value}",
            cost=fmt.money(cost), value=fmt.money(new.value),
        )  # fmt: skip
    return fmt.say(
        "A new customer is worth {value} over {over}: {times} times what it costs to win",
        value=value, over=over, times=_times(new.value, cost, fmt),
    )  # fmt: skip


def findings(told: Told, fmt: Formats) -> tuple[Finding, ...]:
    """Each with its own stable id: lifetime-new, -base, -check, -top, -segment, -gone, -unsure, -ending."""
    own = (gone_finding(told, fmt), unsure_finding(told, fmt)) if told.kind == "order" else (ending_finding(told, fmt),)
    found = _new(told, fmt), _base(told, fmt), check_finding(told, fmt), _top(told, fmt), _segment(told, fmt), *own
    return tuple(one for one in found if one)


def _times(value: float, cost: float, fmt: Formats) -> str:
    """How many times the cost, to two figures or so."""
    return fmt.number(value / cost, 1) if value < 10 * cost else fmt.count(value / cost)


def _new(told: Told, fmt: Formats) -> Finding:
    new = told.newcomer_wide
    worth = fmt.say(
        "A new customer is worth {amount} over {over}, discounted to today.",
        amount=amount(new.value, told, fmt), over=horizon(told.years, fmt),
    )  # fmt: skip
    action, strength = _spend(told, fmt)
    return Finding(
        "lifetime-new", fmt.sentences(worth, _against_cost(told, fmt)),
        value=new.value, unit="money", low=new.low, high=new.high, n=new.customers, evidence=strength,
        action=action, owner=OWNER,
    )  # fmt: skip


def _against_cost(told: Told, fmt: Formats) -> str:
    """What a new customer brings against what it costs to win; nothing where that is not stated."""
    new, cost = told.newcomer, told.parameters.acquisition_cost
    if cost is None:
        return ""
    if cost == 0:
        return fmt.say("The stated cost of winning one is zero, which can hardly be right.")
    if new.value >= cost:
        return fmt.say(
            "Winning one costs {cost}: a customer brings {times} times that, {net} more.",
            cost=fmt.money(cost), times=_times(new.value, cost, fmt), net=fmt.money(new.value - cost),
        )  # fmt: skip
    return fmt.say(
        "Winning one costs {cost}: a customer brings {net} less.", cost=fmt.money(cost), net=fmt.money(cost - new.value)
    )


def _spend(told: Told, fmt: Formats) -> tuple[str, Evidence]:
    """What to do about spending on new customers, and how well that is supported."""
    new, cost = told.newcomer_wide, told.parameters.acquisition_cost
    strength: Evidence = evidence(told) if new.basis == "acquired" else "indicative"
    if cost is None:
        return fmt.say("State what it costs to win a customer, to see how much may be spent on one."), strength
    if cost == 0:
        return fmt.say("Count what is spent on winning customers, to see how much may be spent on one."), strength
    if not told.parameters.gross_margin:
        action = fmt.say("State the gross margin: what is left of revenue, not revenue, pays for winning customers.")
        return action, "indicative"
    if new.low >= cost:
        return fmt.say("Spend more on winning customers as long as the next one still costs clearly less than this."), strength
    if new.high < cost:
        return fmt.say("Stop the dearest ways of winning customers until a customer costs less than it brings."), strength
    action = fmt.say("Hold spending on new customers: what they bring and what they cost cannot be told apart yet.")
    return action, "indicative"


def _base(told: Told, fmt: Formats) -> Finding:
    whole, n = told.whole, len(told.worth.customers)
    value, low, high = (float(whole[c]) for c in ("value", "low", "high"))
    will = {"amount": amount(value, told, fmt), "over": horizon(told.years, fmt)}
    sentence = (
        fmt.say_n(
            "The one customer known today will bring {amount} over {over}, discounted to today, if nothing is done differently.",
            "The {n} customers known today will bring {amount} over {over}, discounted to today, if nothing is done differently.",
            n, **will,
        )
        if told.kind == "order"
        else fmt.say_n(
            "The one customer under contract today will bring {amount} over {over}, discounted to today, if nothing is done "
            "differently.",
            "The {n} customers under contract today will bring {amount} over {over}, discounted to today, if nothing is done "
            "differently.",
            n, **will,
        )
    )  # fmt: skip
    return Finding(
        "lifetime-base", sentence, value=value, unit="money", low=low, high=high, n=n, evidence=evidence(told),
        action="Set the budget for keeping customers against this figure, not against last year's revenue.", owner=FINANCE,
    )  # fmt: skip


def _top(told: Told, fmt: Formats) -> Finding | None:
    customers = told.worth.customers
    if len(customers) < 20 or told.whole["value"] <= 0:
        return None
    best = tenths(customers).iloc[0]
    if best["share"] < UNEVEN:
        return None
    ranked = customers.sort_values(["value", "customer_id"], ascending=[False, True], kind="stable")
    year = float((told.worth.active_year * customers["alive"].to_numpy())[ranked.index[: int(best["customers"])]].sum())
    holds = {"n": fmt.count(best["customers"]), "share": fmt.share(best["share"]), "value": fmt.money(best["value"])}
    sentence = (
        fmt.say(
            "The most valuable tenth of customers ({n}) holds {share} of the value still to come: {value}, of which {year} "
            "falls within the next twelve months.", year=fmt.money(year), **holds,
        )
        if told.years > 1
        else fmt.say("The most valuable tenth of customers ({n}) holds {share} of the value still to come: {value}.", **holds)
    )  # fmt: skip
    return Finding(
        "lifetime-top", sentence, value=float(best["share"]), unit="share", n=int(best["customers"]), money=year or None,
        evidence=evidence(told), owner=OWNER,
        action="Serve them first, by name if they are few enough, and act at once when one of them falls silent.",
    )  # fmt: skip


def _segment(told: Told, fmt: Formats) -> Finding | None:
    if len(told.groups) < 2 or told.whole["value"] <= 0:
        return None
    best = told.groups.iloc[0]
    most = fmt.say(
        "Of the segments, '{segment}' holds the most: {value} still to come, {share} of all, {each} a customer.",
        segment=best["segment"], value=fmt.money(best["value"]), share=fmt.share(best["share"]),
        each=fmt.money(best["per_customer"]),
    )  # fmt: skip
    return Finding(
        "lifetime-segment", fmt.sentences(most, _below_cost(told, fmt)), value=float(best["value"]), unit="money",
        low=float(best["low"]), high=float(best["high"]), n=int(best["customers"]), evidence=evidence(told), owner=OWNER,
        action="Match the effort for each segment to the value still to come, not to past purchases.",
    )  # fmt: skip


def _below_cost(told: Told, fmt: Formats) -> str:
    """In how many segments a customer is worth less than a new one costs; nothing where in none or the cost is not stated."""
    cost = told.parameters.acquisition_cost
    named = told.groups[told.groups["segment"] != fmt.told(NONE)]
    below = named[named["per_customer"] < cost] if cost else named.iloc[:0]
    if below.empty:
        return ""
    return fmt.say_n(
        "In one segment, which holds {held} of the {customers} customers, a customer is worth less than the {cost} that a new "
        "one costs.",
        "In {n} segments, which hold {held} of the {customers} customers, a customer is worth less than the {cost} that a new "
        "one costs.",
        len(below), held=fmt.count(below["customers"].sum()), customers=fmt.count(len(told.worth.customers)),
        cost=fmt.money(cost),
    )  # fmt: skip
