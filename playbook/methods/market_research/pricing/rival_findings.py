"""Rival findings: how prices stand against competitors', and how sales answer to the prices of rivals and of neighbours."""

import numpy as np
import pandas as pd
from scipy import stats

from playbook.locale import mark
from playbook.methods.market_research.pricing.cross_prices import Rivalry
from playbook.methods.market_research.pricing.findings import NARROW, OWNER, TEN, evidence_of, fewer_sold
from playbook.methods.market_research.pricing.naming import group_name
from playbook.methods.market_research.pricing.position import Position
from playbook.result.contract import Finding
from playbook.result.formats import LEVEL, Formats

__all__ = ["CLOSE", "cross_finding", "position_finding", "rivals_finding"]

CLOSE = 0.01  # price indices nearer to 1 than this are "as much as"
FEW_RIVALS = 3  # competitors named in a sentence
PARTS = 3  # groups, and pairs of products, that a sentence names


def position_finding(position: Position, fmt: Formats) -> Finding:
    """How the client's prices stand against each competitor now, and how that moved."""
    now = position.now.sort_values(["index", "competitor"], ascending=[False, True], ignore_index=True)
    n = int(position.products["product_id"].nunique())
    farthest = float(now.loc[np.log(now["index"]).abs().idxmax(), "index"]) - 1
    return Finding(
        "prices-position", fmt.sentences(_asked(now, n, fmt), _moved(now, fmt)),
        value=farthest, unit="share", n=n, evidence="shown", owner=OWNER,
        action="Compare every month, product by product: a higher price matters where customers react to it.",
    )  # fmt: skip


def _asked(now: pd.DataFrame, products: int, fmt: Formats) -> str:
    """What the client asks beside each competitor."""
    told = now if len(now) <= FEW_RIVALS else pd.concat([now.head(FEW_RIVALS - 1), now.tail(1)])
    parts = fmt.listed(_asks(index, rival, fmt) for index, rival in zip(told["index"], told["competitor"], strict=True))
    if len(now) > len(told):
        return fmt.say_n(
            "Over the last quarter the client asked {parts} for the one product that can be compared ({all} competitors in all).",
            "Over the last quarter the client asked {parts} for the {n} products that can be compared ({all} competitors "
            "in all).",
            products,
            parts=parts,
            all=fmt.count(len(now)),
        )
    return fmt.say_n(
        "Over the last quarter the client asked {parts} for the one product that can be compared.",
        "Over the last quarter the client asked {parts} for the {n} products that can be compared.",
        products,
        parts=parts,
    )


def _asks(index: float, rival: str, fmt: Formats) -> str:
    if abs(index - 1) <= CLOSE:
        return fmt.say("about as much as {rival}", rival=rival)
    far = fmt.share(abs(index - 1))
    return fmt.say("{far} more than {rival}" if index > 1 else "{far} less than {rival}", far=far, rival=rival)


def _moved(now: pd.DataFrame, fmt: Formats) -> str:
    """The largest move against a competitor since the data began; empty where none is worth a word."""
    moved = (now["index"] / now["earlier"] - 1).dropna()
    if moved.empty or moved.abs().max() <= CLOSE:
        return ""
    place = moved.abs().idxmax()
    return fmt.say(
        "The largest move since the first quarter of the data is {change} against {rival}.",
        change=fmt.change(float(moved.loc[place])),
        rival=now.loc[place, "competitor"],
    )


def rivals_finding(rivals: Rivalry, fmt: Formats) -> Finding:
    """How sales answer when competitors lower their prices by 10 percent."""
    change, high, low = (float((1 - TEN) ** e - 1) for e in (rivals.elasticity, rivals.low, rivals.high))
    error = (rivals.high - rivals.low) / (2 * stats.norm.ppf((1 + LEVEL) / 2))
    evidence = evidence_of(rivals.elasticity, error) if rivals.low > 0 else "not shown"
    values = {"cut": fmt.share(TEN, 0), "fewer": fmt.share(-change), "change": fmt.change(change)}
    if evidence != "not shown":
        text = fmt.say(
            "When competitors lower their prices by {cut}, {fewer} fewer orders come in for the same products.", **values
        )
        action = mark("Watch these competitors' prices every week.")
    elif max(abs(low), abs(high)) < NARROW / 2:
        text = fmt.say(
            "Orders hardly respond to competitors' prices: if those fall by {cut}, orders change by {change}.", **values
        )
        action = mark("Do not follow every price cut of a competitor.")
    else:
        text = fmt.say(
            "No response of orders to competitors' prices is shown: if those fall by {cut}, orders change by about {change}.",
            **values,
        )
        action = mark("Go on collecting competitors' prices: with more weeks the answer becomes clear.")
    return Finding(
        "prices-rivals", text, value=change, unit="share", low=low, high=high, n=rivals.n, evidence=evidence, action=action,
        owner=OWNER,
    )  # fmt: skip


def cross_finding(cross: pd.DataFrame, pairs: pd.DataFrame, names: pd.Series, fmt: Formats) -> Finding | None:
    """Where products of one group take sales from each other, or sell together."""
    shown = cross[cross["stands_out"].astype(bool)]
    shown = shown.reindex(shown["cross"].abs().sort_values(ascending=False, kind="stable").index)
    couples = pairs[pairs["stands_out"].astype(bool)]
    if shown.empty and couples.empty:
        return None
    parts = [_among(row, fmt) for row in shown.head(PARTS).itertuples()]
    parts += [_beside(row, names, fmt) for row in couples.head(PARTS).itertuples()]
    lead = shown.iloc[0] if len(shown) else couples.iloc[0]
    value, low, high = (float(fewer_sold(lead[c])) for c in ("cross", "low", "high"))
    return Finding(
        "prices-cross", fmt.say("Prices of neighbours matter: {parts}.", parts=fmt.listed(parts)), value=value, unit="share",
        low=low, high=high, n=len(shown) + len(couples), evidence="likely",
        action="Price these products together, not one by one.", owner=OWNER,
    )  # fmt: skip


def _among(row, fmt: Formats) -> str:
    """How a product of a group sells when all others of it cost more."""
    change = float(fewer_sold(row.cross))
    return fmt.say(
        "in {group} a product is bought {far} more often when the others cost {up} more"
        if change > 0
        else "in {group} a product is bought {far} less often when the others cost {up} more",
        group=group_name(row.category, fmt),
        far=fmt.share(abs(change)),
        up=fmt.share(TEN, 0),
    )


def _beside(row, names: pd.Series, fmt: Formats) -> str:
    """How one product sells when another one costs more."""
    change = float(fewer_sold(row.cross))
    return fmt.say(
        "{product} is bought {far} more often when {other} costs {up} more"
        if change > 0
        else "{product} is bought {far} less often when {other} costs {up} more",
        product=names.get(row.product_id, row.product_id),
        other=names.get(row.other_id, row.other_id),
        far=fmt.share(abs(change)),
        up=fmt.share(TEN, 0),
    )
