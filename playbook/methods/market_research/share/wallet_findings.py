"""Wallet findings: what customers spend elsewhere, of all who answered and by segment."""

import numpy as np
import pandas as pd

from playbook.locale import mark
from playbook.methods.market_research.share.findings import OWNER
from playbook.methods.market_research.share.wallet import Wallet
from playbook.result.contract import Finding
from playbook.result.formats import Formats

__all__ = ["segment_finding", "wallet_finding"]

ENOUGH = 30  # answers from which a share of wallet is shown


def wallet_finding(wallet: Wallet, wallets: pd.DataFrame, by_segment: pd.DataFrame, fmt: Formats) -> Finding:
    """What those who answered spend elsewhere, and carried to all customers: by segment where there are some, else at large."""
    asked = fmt.say(
        "{answers} customers said what they spend a year on such goods: {share} of it with the client; {elsewhere} goes to"
        " others.",
        answers=fmt.count(wallet.answers),
        share=fmt.share(wallet.share),
        elsewhere=fmt.money(wallet.elsewhere),
    )
    sure = wallet.answers >= ENOUGH and 2 * wallet.above <= wallet.answers
    action = mark("Ask the largest of them what they buy elsewhere, and why.") if wallet.elsewhere > 0 else None
    return Finding(
        "market-wallet", fmt.sentences(asked, _carried(wallet, wallets, by_segment, fmt)),
        value=wallet.share, unit="share", low=wallet.low, high=wallet.high, n=wallet.answers,
        evidence="shown" if sure else "indicative", action=action, owner=OWNER if action else None,
    )  # fmt: skip


def _carried(wallet: Wallet, wallets: pd.DataFrame, by_segment: pd.DataFrame, fmt: Formats) -> str:
    """What all customers would spend elsewhere if they were like those who answered; empty where nothing is left to say."""
    customers, parted = int(wallets["customers"].max()), len(by_segment) > 1
    middle, error = customers * wallet.gap, customers * (wallet.gap_high - wallet.gap)
    if parted:
        customers, sizes = int(by_segment["customers"].sum()), by_segment["customers"]
        middle, error = float((sizes * by_segment["gap"]).sum()), float(np.sqrt(((sizes * by_segment["reach"]) ** 2).sum()))
    if customers <= wallet.answers or middle <= 0:
        return ""
    low, high = (fmt.money(max(0.0, middle + side * error)) for side in (-1, 1))
    amount = fmt.say("about {amount}", amount=high) if low == high else fmt.say("{low} to {high}", low=low, high=high)
    return fmt.say(
        "If all {n} customers were like those who answered, segment by segment, {amount} a year would be spent elsewhere."
        if parted
        else "If all {n} customers of the last year were like those who answered, {amount} a year would be spent elsewhere.",
        n=fmt.count(customers),
        amount=amount,
    )


def segment_finding(by_segment: pd.DataFrame, fmt: Formats) -> Finding | None:
    """The segment that spends most elsewhere; None where there is only one, or none does."""
    if len(by_segment) < 2 or by_segment["gap"].iloc[0] <= 0:
        return None
    top = by_segment.iloc[0]
    sentence = fmt.say(
        "The segment {segment} holds the most potential: it spends {share} of its money with the client, and {gap} per "
        "customer and year elsewhere.",
        segment=top["segment"],
        share=fmt.share(top["share"]),
        gap=fmt.money(top["gap"]),
    )
    return Finding(
        "market-wallet-segment", sentence,
        value=float(top["share"]), unit="share", low=float(top["low"]), high=float(top["high"]), n=int(top["answers"]),
        evidence="indicative", owner=OWNER,
        action=fmt.say("Offer the segment {segment} what it now buys elsewhere.", segment=top["segment"]),
    )  # fmt: skip
