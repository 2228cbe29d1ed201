"""Risk: which credits, payments and orders a person should look at; nothing is turned down by a machine."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from playbook.engagement import Assumptions
from playbook.methods.strategy.risking.credit import Credit, judge_credit
from playbook.methods.strategy.risking.figures import score_figure
from playbook.methods.strategy.risking.findings import Risky, findings, headline
from playbook.methods.strategy.risking.lists import proposals, review_list, worklists
from playbook.methods.strategy.risking.screen import Screen, screen
from playbook.methods.strategy.risking.tables import assumptions, tables
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Risk", "risk"]


@dataclass(frozen=True, kw_only=True)
class Risk(Result):
    """``credit``: the scorecard and what it is worth (None without applications); ``screens``: payments and orders;
    ``reviews``: key, what, at, amount, chance, loss (expected), cost (of a look), why; the events of the last 90 days worth a
    look, dearest first."""

    credit: Credit | None = field(repr=False)
    screens: tuple[Screen, ...] = field(repr=False)
    reviews: pd.DataFrame = field(repr=False)

    def figures(self) -> tuple[Figure, ...]:
        """Credits not paid back by score."""
        return (score_figure(self.credit, self.fmt),) if self.credit is not None else ()


@section(
    "risk",
    "Which loans and payments need a second look?",
    promise="a scorecard for loans, and a list of the payments or orders worth checking",
    one_of=("credit_applications", "payment_events", "order_events"),
)
def risk(
    as_of: date,
    parameters: Assumptions,
    fmt: Formats,
    credit_applications: pd.DataFrame | None = None,
    payment_events: pd.DataFrame | None = None,
    order_events: pd.DataFrame | None = None,
    protected: tuple[str, ...] = (),
) -> Risk | Locked:
    """Score credits by whole points (``fit_scorecard``), screen payments and orders (``screen``), and list what a look should
    save.

    A look is worth it where the expected loss is above ``parameters.review_cost``. Protected columns are never used. Locked
    without 50 credits of either outcome, and without 500 payments or orders some of which are known to be fraud.
    """
    credit = None if credit_applications is None else judge_credit(credit_applications, parameters, protected, fmt)
    screens = []
    if payment_events is not None:
        screens.append(screen(payment_events, "payment_id", "paid_at", "fraud"))
    if order_events is not None and order_events["flagged"].any():
        screens.append(screen(order_events, "order_id", "placed_at", "flagged"))
    screens = [one for one in screens if one is not None]
    if credit is None and not screens:
        return Locked(
            fmt=fmt,
            headline="Neither loans nor payments can be judged yet",
            unlock=("applications (application_id, defaulted), payments (payment_id, paid_at, amount) or orders (flagged)",),
            promise=risk.section.promise,
        )
    told = Risky(
        fmt=fmt,
        credit=credit,
        screens=tuple(screens),
        reviews=review_list(screens, as_of, parameters, fmt),
        parameters=parameters,
    )
    return Risk(
        fmt=fmt,
        headline=headline(told),
        findings=findings(told),
        tables=tables(told),
        assumptions=assumptions(told),
        proposals=proposals(told),
        worklists=worklists(told),
        credit=credit,
        screens=told.screens,
        reviews=told.reviews,
    )
