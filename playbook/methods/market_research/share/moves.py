"""Moves: how the market and own sales moved in a year, as clauses of a sentence, and the headline made of them."""

import numpy as np
import pandas as pd

from playbook.methods.market_research.share.course import ALL
from playbook.methods.market_research.share.wallet import Wallet
from playbook.result.formats import Formats

__all__ = ["STILL", "headline", "of_own", "of_the_market"]

STILL = 0.0005  # of share: half of a tenth of a point is no change


def of_the_market(growth: float, fmt: Formats) -> str:
    """the market grew 25%"""
    if abs(growth) < STILL:
        return fmt.say("the market stood still")
    change = fmt.share(abs(growth))
    return fmt.say("the market grew {change}" if growth > 0 else "the market shrank {change}", change=change)


def of_own(row: pd.Series, fmt: Formats) -> str:
    """own sales grew 25%; there may have been none a year before."""
    growth, change = row["own_growth"], fmt.share(abs(row["own_growth"]))
    if np.isnan(growth):
        return fmt.say("own sales are new") if row["own"] > 0 else fmt.say("there are no own sales")
    if abs(growth) < STILL:
        return fmt.say("own sales stood still")
    return fmt.say("own sales grew {change}" if growth > 0 else "own sales shrank {change}", change=change)


def headline(groups: pd.DataFrame, whole: pd.Series, wallet: Wallet | None, fmt: Formats) -> str:
    """The share and how it moved; else what is known of it, or of what customers spend."""
    if groups.empty:
        share = fmt.share(wallet.share)
        return fmt.say("Of what customers who were asked spend on such goods, {share} goes to the client", share=share)
    points, share = whole["points"], fmt.share(whole["share"])
    if not np.isnan(points):
        clauses = {"share": share, "market": of_the_market(whole["growth"], fmt), "own": of_own(whole, fmt)}
        if abs(points) < STILL:
            return fmt.say("Market share still {share}: {market}, {own}", **clauses)
        return fmt.say(
            "Market share up to {share}: {market}, {own}" if points > 0 else "Market share down to {share}: {market}, {own}",
            **clauses,
        )
    size = fmt.money(groups.loc[groups["category"] != ALL, "size"].sum())
    if not np.isnan(whole["share"]):
        return fmt.say("Own sales are {share} of a market of {size}", share=share, size=size)
    return fmt.say("The market is worth {size}; the client's share of it is not known", size=size)
