"""Price findings: the sentences of the section on prices, each only where its figures allow it."""

import numpy as np
import pandas as pd
from scipy import stats

from playbook.intake.frames.products import NO_GROUP
from playbook.methods.market_research.pricing.cross_prices import Rivalry
from playbook.methods.market_research.pricing.elasticity import Response
from playbook.methods.market_research.pricing.position import Position
from playbook.result.contract import Evidence, Finding
from playbook.result.formats import LEVEL, Formats

__all__ = [
    "TEN",
    "against_words",
    "cross_finding",
    "fewer_sold",
    "position_finding",
    "promotion_finding",
    "reaction_findings",
    "rivals_finding",
    "step_findings",
    "told_groups",
]

TEN = 0.10  # the step of a price in which reactions are told
TOP = 5  # products to start with
CLEAR = 1.5  # half the width of a group's range (elasticity) above which the range tells nothing
CLOSE = 0.01  # price indices nearer to 1 than this are "as much as"
WORTH_TELLING = 0.001  # steps that bring less than this share of the products' margin are left to the table
NARROW = 0.10  # a range of changes within this on both sides of 0 says that there is hardly an effect
FEW_RIVALS = 3  # competitors named in a sentence
OWNER = "head of pricing"
# verdict: how one and several products are told, direction of the step, what to do
_STEPS = {
    "could ask more": (
        "One product could cost more", "products could cost more", "higher",
        "Raise one of these prices at a time, within the prices already seen, and watch units for eight weeks.",
    ),
    "asks too much": (
        "One product costs too much", "products cost too much", "lower",
        "Lower one of these prices at a time and watch for eight weeks whether units rise as expected.",
    ),
}  # fmt: skip


def fewer_sold(elasticity):
    """Relative change of units when a price rises by 10 percent: -0.13 is 13 percent fewer."""
    return (1 + TEN) ** np.asarray(elasticity, dtype=float) - 1


def against_words(index: float, fmt: Formats) -> str:
    """An index of prices in words: 1.05 is "5.0% above"."""
    return "about level with" if _level(index) else f"{fmt.share(abs(index - 1))} {'above' if index > 1 else 'below'}"


def told_groups(groups: pd.DataFrame) -> pd.DataFrame:
    """The named groups with a range narrow enough to tell, the strongest reaction first."""
    told = groups[(groups["high"] - groups["low"] <= 2 * CLEAR) & (groups["category"] != NO_GROUP)]
    return told.sort_values(["elasticity", "category"], ignore_index=True)


def reaction_findings(response: Response, fmt: Formats) -> list[Finding]:
    """Which group's customers react most to its prices, and which least."""
    told = told_groups(response.groups)
    if told.empty:
        return []
    first, last = told.iloc[0], told.iloc[-1]
    if last["low"] <= first["high"]:  # the two may well react alike
        return [_reaction("prices-strongest", first, "", fmt)]
    return [_reaction("prices-strongest", first, "most", fmt), _reaction("prices-weakest", last, "least", fmt)]


def _reaction(id: str, row: pd.Series, place: str, fmt: Formats) -> Finding:
    change, low, high = (float(fewer_sold(row[c])) for c in ("elasticity", "low", "high"))
    evidence = _evidence(row["elasticity"], row["error"]) if row["elasticity"] < 0 else "not shown"
    who = f"Customers react{f' {place}' if place else ''} to prices of {row['category']}"
    if evidence == "not shown":
        text = f"{row['category']}: no reaction to prices is shown; at a price {fmt.share(TEN, 0)} higher, units change by about "
        text += f"{fmt.change(change)}."
        action = None
    else:
        text = f"{who}: at a price {fmt.share(TEN, 0)} higher, {fmt.share(-change)} fewer units are sold."
        action = (
            "Keep these prices sharp: at a higher price they lose revenue."
            if row["high"] < -1
            else "Try a higher price on one product of this group before giving any discount in it."
            if row["low"] > -1
            else None
        )
    return Finding(
        id, text, value=change, unit="share", low=low, high=high, n=int(row["n_weeks"]), evidence=evidence,
        action=action, owner=OWNER if action else None,
    )  # fmt: skip


def step_findings(steps: pd.DataFrame, names: pd.Series, position: Position | None, fmt: Formats) -> list[Finding]:
    """Where a step of the price would pay: up (under-priced) and down (over-priced), with what it would bring a year."""
    least = WORTH_TELLING * float((steps["margin"] * steps["revenue_year"]).sum()) if len(steps) else 0.0
    found = []
    for verdict, words in _STEPS.items():
        part = steps[steps["verdict"] == verdict]
        top = part.head(TOP)
        if len(top) and float(top["gain"].sum()) >= least:
            found.append(
                _step("prices-under" if words[2] == "higher" else "prices-over", len(part), top, words, names, position, fmt)
            )
    return found


def _step(
    id: str, count: int, top: pd.DataFrame, words: tuple[str, ...], names: pd.Series, position: Position | None, fmt: Formats
) -> Finding:
    gain, low, high = (float(top[c].sum()) for c in ("gain", "gain_low", "gain_high"))
    one, several, direction, action = words
    listed = _list([str(names.get(p, p)) for p in top["product_id"]])
    least, most = top["step"].abs().min(), top["step"].abs().max()
    size = fmt.share(most, 0) if most - least < 0.005 else f"{fmt.share(least, 0)} to {fmt.share(most, 0)}"
    stated = bool(top["stated"].all())
    amount = f"{'' if stated else 'roughly '}{fmt.money(gain)} margin a year"
    if count == 1:
        text = f"{one}: {listed} would bring {amount} more at a price {size} {direction}."
    else:
        which = f"The {fmt.count(len(top))} with most to gain, {listed}," if count > len(top) else f"Together, {listed}"
        text = f"{fmt.count(count)} {several}. {which} would bring {amount} more at prices {size} {direction}."
    return Finding(
        id, text + _against(top, position, direction), value=gain, unit="money", low=low, high=high, n=len(top),
        money=gain if stated else None,  # by the margin of the whole client the order of products is told, not a sum
        evidence="likely" if stated else "indicative", action=action, owner=OWNER,
    )  # fmt: skip


def _against(top: pd.DataFrame, position: Position | None, direction: str) -> str:
    """Which of them competitors' prices confirm; nothing where they do not."""
    if position is None:
        return ""
    against = position.products.set_index("product_id")["against"].reindex(top["product_id"]).dropna()
    agree = int((against < 1 - CLOSE).sum() if direction == "higher" else (against > 1 + CLOSE).sum())
    if not agree:
        return ""
    side = "below" if direction == "higher" else "above"
    if len(top) == 1:
        return f" Its price is {side} the mean of competitors."
    return f" {'One of them is' if agree == 1 else f'{agree} of them are'} priced {side} the mean of competitors."


def position_finding(position: Position, fmt: Formats) -> Finding:
    """How the client's prices stand against each competitor now, and how that moved."""
    now = position.now.sort_values(["index", "competitor"], ascending=[False, True], ignore_index=True)
    told = now if len(now) <= FEW_RIVALS else pd.concat([now.head(FEW_RIVALS - 1), now.tail(1)])
    parts = [f"{_asks(index, fmt)} {rival}" for index, rival in zip(told["index"], told["competitor"], strict=True)]
    n = int(position.products["product_id"].nunique())
    things = "one product" if n == 1 else f"{fmt.count(n)} products"
    rest = f" ({fmt.count(len(now))} competitors in all)" if len(now) > len(told) else ""
    text = f"For the {things} that can be compared, the client asks {_list(parts)}{rest}."
    moved = (now["index"] / now["earlier"] - 1).dropna()
    if len(moved) and abs(change := float(moved.loc[moved.abs().idxmax()])) > CLOSE:
        rival = now.loc[moved.abs().idxmax(), "competitor"]
        text += f" The largest move since the first quarter of the data is {fmt.change(change)} against {rival}."
    farthest = float(now.loc[np.log(now["index"]).abs().idxmax(), "index"]) - 1
    return Finding(
        "prices-position", text, value=farthest, unit="share", n=n, evidence="shown", owner=OWNER,
        action="Compare every month, product by product: a higher price matters where customers react to it.",
    )  # fmt: skip


def promotion_finding(response: Response, fmt: Formats) -> Finding | None:
    """What a week of promotion brings beyond its lower price."""
    value, error = response.promotion, response.promotion_error
    if not (np.isfinite(value) and np.isfinite(error) and error > 0):
        return None
    reach = stats.norm.ppf((1 + LEVEL) / 2) * error
    lift, low, high = (float(np.expm1(v)) for v in (value, value - reach, value + reach))
    evidence, action = _evidence(value, error), None
    if evidence != "not shown":
        text = f"A product on promotion is bought {_more(lift, fmt)} than its lower price alone explains."
        action = (
            "Announce promotions as now: being seen counts besides the price."
            if lift > 0
            else "Ask what else differs in weeks of promotion, for example stock or placement."
        )
    elif max(abs(low), abs(high)) < NARROW:
        text = "A product on promotion is bought about as often as its lower price explains: the promotion itself adds little."
        action = "Judge each promotion by its discount alone: what it costs in margin, and what the lower price brings."
    else:
        text = "Whether a promotion brings more than its lower price explains cannot be told from these data."
    return Finding(
        "prices-promotions", text, value=lift, unit="share", low=low, high=high, n=response.promoted, evidence=evidence,
        action=action, owner="head of marketing" if action else None,
    )  # fmt: skip


def rivals_finding(rivals: Rivalry, fmt: Formats) -> Finding:
    """How sales answer when competitors lower their prices by 10 percent."""
    change, high, low = (float((1 - TEN) ** e - 1) for e in (rivals.elasticity, rivals.low, rivals.high))
    cut, action = fmt.share(TEN, 0), None
    error = (rivals.high - rivals.low) / (2 * stats.norm.ppf((1 + LEVEL) / 2))
    evidence = _evidence(rivals.elasticity, error) if rivals.low > 0 else "not shown"
    if evidence != "not shown":
        text = f"When competitors lower their prices by {cut}, {fmt.share(-change)} fewer orders come in for the same products."
        action = "Watch these competitors' prices every week."
    elif max(abs(low), abs(high)) < NARROW / 2:
        text = f"Orders hardly answer to competitors' prices: if those fall by {cut}, orders change by {fmt.change(change)}."
        action = "Do not follow every price cut of a competitor."
    else:
        text = f"Whether orders answer to competitors' prices is not shown: if those fall by {cut}, orders change by about "
        text += f"{fmt.change(change)}."
        action = "Go on collecting competitors' prices: with more weeks the answer becomes clear."
    return Finding(
        "prices-rivals",
        text,
        value=change,
        unit="share",
        low=low,
        high=high,
        n=rivals.n,
        evidence=evidence,
        action=action,
        owner=OWNER,
    )


def cross_finding(cross: pd.DataFrame, pairs: pd.DataFrame, names: pd.Series, fmt: Formats) -> Finding | None:
    """Where products of one group take sales from each other, or sell together."""
    shown = cross[cross["stands_out"].astype(bool)]
    shown = shown.reindex(shown["cross"].abs().sort_values(ascending=False, kind="stable").index)
    couples = pairs[pairs["stands_out"].astype(bool)]
    if shown.empty and couples.empty:
        return None
    up = fmt.share(TEN, 0)
    parts = [
        f"in {row.category} a product is bought {_more(float(fewer_sold(row.cross)), fmt)} when the others cost {up} more"
        for row in shown.head(3).itertuples()
    ]
    parts += [
        f"{names.get(row.product_id, row.product_id)} is bought {_more(float(fewer_sold(row.cross)), fmt)} "
        f"when {names.get(row.other_id, row.other_id)} costs {up} more"
        for row in couples.head(3).itertuples()
    ]
    lead = shown.iloc[0] if len(shown) else couples.iloc[0]
    value, low, high = (float(fewer_sold(lead[c])) for c in ("cross", "low", "high"))
    return Finding(
        "prices-cross", f"Prices of neighbours matter: {'; '.join(parts)}.", value=value, unit="share", low=low, high=high,
        n=len(shown) + len(couples), evidence="likely", action="Price these products together, not one by one.", owner=OWNER,
    )  # fmt: skip


def _evidence(value: float, error: float) -> Evidence:
    z = abs(value) / error if error > 0 else np.inf
    return "shown" if z >= stats.norm.ppf(0.975) else "likely" if z >= stats.norm.ppf((1 + LEVEL) / 2) else "not shown"


def _level(index: float) -> bool:
    return abs(index - 1) <= CLOSE


def _asks(index: float, fmt: Formats) -> str:
    return "about as much as" if _level(index) else f"{fmt.share(abs(index - 1))} {'more' if index > 1 else 'less'} than"


def _more(change: float, fmt: Formats) -> str:
    return f"{fmt.share(abs(change))} {'more' if change > 0 else 'less'} often"


def _list(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
