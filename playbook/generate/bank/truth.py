"""The truth behind a generated bank, written beside its data and never read by a report.

``truth/truth.yml`` holds the planted figures:

- ``groups``: share and monthly bookings of each kind of household; ``season``, ``growth_a_year``, ``companions`` (rate, pairs).
- ``leaving``: ``log_odds`` of leaving within a month; ``decline``: factor a month and months before leaving in which balance,
  card payments and log-ins fall; ``left_by_year``: customers who left, by year.
- ``advertising``: response of each channel, as in the shop. ``campaigns``: effect of each intervention, expected added orders.
- ``offers``: ``log_odds`` (of a yes, left alone), ``subjects``, ``call`` (what a call adds), ``called`` (share by lot),
  ``leak`` (the column that gives the outcome away), ``uplift`` (mean added chance by kind, over all cases).
- ``disparity``: ``attribute``, ``proxy``, ``share`` of the proxy by group, ``offers`` and ``credit``: expected rates by group,
  their difference (female less male) and ratio. Gender itself acts on nothing.
- ``credit``: ``log_odds`` (of not being paid back), ``expected_rate``, ``loss_share`` (of the amount).
- ``fraud``: payments, frauds, by ``patterns``; ``labelled``: shares of frauds and of honest payments that somebody looked at.
- ``pipeline``: ``log_odds`` (of winning), ``owners``, ``cost_share``, ``worth_while_discount`` of a middling deal.
- ``journeys``: ``moves`` (chance to go on, chance to go back), ``actions`` (factor on going on, cost), ``margin``,
  ``best_actions``.
- ``faq``: topics covered, and gaps. ``surveys``: effect and share of each driver.

Frames beside it: ``customers`` (customer_id, group, left_on, monthly_bookings, leaving: chance to leave a month, about_to_leave:
leaves in the four months after the as-of day and already uses the account less, and the orders that each campaign was expected
to add), ``cases`` (case_id, chance alone, chance called, kind), ``applications`` (application_id,
chance), ``payments`` (payment_id, pattern, known: every fraud), ``pipeline`` (opportunity_id, chance), ``orders`` (order_id,
campaign: orders that a campaign added), ``surveys`` (driver, in the order of the answers).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from playbook.generate.bank.bookings import COMPANION_RATE, COMPANIONS, Bookings
from playbook.generate.bank.corporate import COST_SHARE, MIDDLE_AMOUNT, worth_while_discount
from playbook.generate.bank.loan_path import LOAN_ACTIONS, LOAN_MOVES, LOAN_STEPS, MARGIN, MARGIN_SPREAD
from playbook.generate.bank.offers import CALLED
from playbook.generate.bank.people import NEVER
from playbook.generate.bank.planted import (
    BANK_CHANNELS,
    CAMPAIGNS,
    CREDIT,
    DEAL,
    DEAL_OWNERS,
    DECLINE,
    DECLINE_MONTHS,
    GROUPS,
    GROWTH,
    LABELLED_FRAUD,
    LABELLED_HONEST,
    LEAVING,
    LOSS_SHARE,
    OFFER,
    OFFER_CALL,
    PART_TIME,
    SEASON,
    SUBJECTS,
)
from playbook.generate.bank.voices import SERVICE_FILE
from playbook.generate.service import faq_truth, words
from playbook.generate.truth import advertising_truth

__all__ = ["BankTruth", "tell_bank_truth"]


@dataclass(frozen=True)
class BankTruth:
    """``values``: planted figures (truth.yml). ``frames``: what is true of each row, by the name of its file."""

    values: dict
    frames: dict[str, pd.DataFrame]


def tell_bank_truth(
    seed: int,
    people: pd.DataFrame,
    booked: Bookings,
    tables: dict[str, pd.DataFrame],
    chances: dict[str, pd.DataFrame],
    moved: pd.Series,
) -> BankTruth:
    """Collect what was planted and what came of it. ``chances``: truth of cases, applications, payments and pipeline."""
    values = {
        "seed": seed,
        "groups": {g.name: {"share": g.share, "monthly_bookings": g.bookings} for g in GROUPS},
        "season": {f"{month:02d}": round(value / float(np.mean(SEASON)), 4) for month, value in enumerate(SEASON, 1)},
        "growth_a_year": GROWTH,
        "companions": {"rate": COMPANION_RATE, "pairs": dict(COMPANIONS)},
        "leaving": {
            "log_odds": dict(LEAVING),
            "decline": {"factor_a_month": DECLINE, "months": DECLINE_MONTHS},
            "left_by_year": {int(y): int(n) for y, n in people["left_on"].dt.year.value_counts().sort_index().items()},
        },
        "advertising": {c.name: advertising_truth(c, len(people)) for c in BANK_CHANNELS},
        "campaigns": {plan.id: _campaign(plan, booked) for plan in CAMPAIGNS},
        "offers": _offers(chances["cases"]),
        "disparity": _disparity(tables, chances),
        "credit": {
            "log_odds": dict(CREDIT),
            "expected_rate": round(float(chances["applications"]["chance"].mean()), 4),
            "loss_share": LOSS_SHARE,
        },
        "fraud": {
            "payments": len(tables["payments"]),
            "frauds": len(chances["payments"]),
            "patterns": {str(p): int(n) for p, n in chances["payments"]["pattern"].value_counts().sort_index().items()},
            "labelled": {"fraud": LABELLED_FRAUD, "honest": LABELLED_HONEST},
        },
        "pipeline": {
            "log_odds": dict(DEAL),
            "owners": dict(DEAL_OWNERS),
            "cost_share": COST_SHARE,
            "worth_while_discount": worth_while_discount(MIDDLE_AMOUNT, COST_SHARE * MIDDLE_AMOUNT, DEAL["all"]),
        },
        "journeys": _path(),
        "faq": faq_truth(words(SERVICE_FILE)),
        "surveys": {name: {"share": d["share"], "effect": d["effect"]} for name, d in words(SERVICE_FILE)["drivers"].items()},
    }
    added = booked.lines.loc[booked.lines["campaign"].notna(), ["order_id", "campaign"]].drop_duplicates(ignore_index=True)
    frames = {**chances, "customers": _customers(people, booked), "orders": added, "surveys": moved.to_frame()}
    return BankTruth(values, frames)


def _campaign(plan, booked: Bookings) -> dict:
    mine = booked.expected[booked.expected["campaign"] == plan.id]
    return {
        "relative_effect_on_orders": plan.effect,
        "control_group": plan.per_group is not None,
        "treated": len(mine),
        "expected_added_orders": round(float(mine["orders"].sum()), 1),
        "realised_added_orders": int(booked.lines.loc[booked.lines["campaign"] == plan.id, "order_id"].nunique()),
    }


def _offers(truth: pd.DataFrame) -> dict:
    gain = (truth["chance called"] - truth["chance alone"]).groupby(truth["kind"]).mean()
    return {
        "log_odds": dict(OFFER),
        "subjects": {name: {"margin": margin, "log_odds": odds} for name, (margin, odds) in SUBJECTS.items()},
        "call": dict(OFFER_CALL),
        "called": CALLED,
        "leak": "talk_seconds",
        "uplift": {str(kind): round(float(value), 4) for kind, value in gain.items()},
    }


def _disparity(tables: dict[str, pd.DataFrame], chances: dict[str, pd.DataFrame]) -> dict:
    """What the proxy does to the groups: expected rates, over the cases and applications that were drawn."""
    told = {"attribute": "gender", "proxy": "employment part-time", "share": dict(PART_TIME)}
    cases = chances["cases"]
    for name, gender, chance in (
        ("offers", tables["cases"]["gender"], CALLED * cases["chance called"] + (1 - CALLED) * cases["chance alone"]),
        ("credit", tables["applications"]["gender"], chances["applications"]["chance"]),
    ):
        rate = chance.groupby(gender.to_numpy()).mean()
        told[name] = {
            "rate": {str(group): round(float(value), 4) for group, value in rate.items()},
            "difference": round(float(rate["female"] - rate["male"]), 4),
            "ratio": round(float(rate["female"] / rate["male"]), 4),
        }
    return told


def _path() -> dict:
    return {
        "steps": list(LOAN_STEPS),
        "moves": {step: list(chances) for step, chances in LOAN_MOVES.items()},
        "actions": {
            f"{step}: {action}": {"factor": factor, "cost": cost}
            for step, options in LOAN_ACTIONS.items()
            for action, (factor, cost) in options.items()
        },
        "margin": round(MARGIN * float(np.exp(MARGIN_SPREAD**2 / 2)), 1),
        "best_actions": _best_actions(),
    }


def _best_actions() -> dict[str, str]:
    """By value iteration: what is worth most at each step where the bank can act, given the mean margin of a loan paid out."""
    values = dict.fromkeys(LOAN_STEPS, 0.0) | {LOAN_STEPS[-1]: MARGIN * float(np.exp(MARGIN_SPREAD**2 / 2))}
    best = {}
    for _ in range(500):
        for place, step in enumerate(LOAN_STEPS[:-1]):
            on, back = LOAN_MOVES[step]
            options = LOAN_ACTIONS.get(step, {"none": (1.0, 0.0)})
            before = values[LOAN_STEPS[max(place - 1, 0)]]
            worth = {a: f * on * values[LOAN_STEPS[place + 1]] + back * before - cost for a, (f, cost) in options.items()}
            best[step] = max(worth, key=worth.get)
            values[step] = worth[best[step]]
    return {step: best[step] for step in LOAN_ACTIONS}


def _customers(people: pd.DataFrame, booked: Bookings) -> pd.DataFrame:
    told = people[["customer_id", "group", "left_on"]].assign(
        monthly_bookings=people["bookings"].round(4),
        leaving=people["leaving"],
        about_to_leave=people["left_on"].isna() & (people["left"] != NEVER),
    )
    wide = booked.expected.pivot(index="customer", columns="campaign", values="orders").reindex(people.index)
    return told.join(wide.round(4).add_prefix("added orders: "))
