"""Credit: applications scored, where to draw the line by expected profit, and those open today."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.intake.schema import FEATURE
from playbook.locale import mark
from playbook.methods.strategy.predicting.columns import tidy
from playbook.methods.strategy.predicting.judge import Area, area, calibration_error
from playbook.methods.strategy.predicting.leakage import leaks
from playbook.methods.strategy.predicting.wording import column_name, listed_reasons
from playbook.methods.strategy.risking.scorecard import Scorecard, crossed, fit_scorecard, ks
from playbook.result.formats import Formats

__all__ = ["FEWEST", "Credit", "judge_credit"]

FEWEST = 50  # of either outcome
BAND = 1.5  # times the break-even chance, within which a person decides without a suggestion
NAMED = 3  # columns that cost an application most points
REVIEW, GRANT = mark("review"), mark("grant, if nothing else speaks against it")
LOOK = mark("check closely: likely to lose money")
_FIXED = ["application_id", "defaulted", "applied_on", "customer_id", "loss"]


@dataclass(frozen=True, eq=False)
class Credit:
    """``card``; ``ranks`` (area under ROC of rows not seen), ``ks`` and ``ece`` of the same; ``closed``: score, chance, bad,
    amount, profit (of granting it) by application judged; ``by_time``: these are later than all they were judged by; ``dropped``:
    column, reason and auc of columns that give the end away; ``lgd`` and ``margin`` as shares of the amount (None where not
    known); ``limit``: chance from which a credit loses money; ``open``: application_id, amount, score, chance, loss (expected),
    earns (expected), advice (REVIEW, GRANT or LOOK), reasons (in words); ``protected`` columns left out."""

    card: Scorecard
    ranks: Area
    ks: float
    ece: float
    closed: pd.DataFrame = field(repr=False)
    by_time: bool
    dropped: pd.DataFrame = field(repr=False)
    lgd: float | None
    margin: float | None
    limit: float | None
    open: pd.DataFrame = field(repr=False)
    protected: tuple[str, ...]

    @property
    def works(self) -> bool:
        """Whether credits not seen are ranked better than by chance, at the report's level."""
        return self.ranks.low > 0.5


def judge_credit(applications: pd.DataFrame, parameters: Assumptions, protected: tuple[str, ...], fmt: Formats) -> Credit | None:
    """None with fewer than 50 credits of either outcome, or where no column tells who pays back.

    Columns that were written once the end was known are left out first (``leaks``). With ``applied_on`` later credits are judged
    by a card learnt from earlier ones. A card that ranks no better than chance advises nothing.
    """
    known = applications["defaulted"].notna().to_numpy()
    bad = applications.loc[known, "defaulted"].to_numpy(dtype=bool)
    if min(bad.sum(), (~bad).sum()) < FEWEST:
        return None
    shut = [c for name in protected for c in (name, FEATURE + name) if c in applications]
    features = applications.drop(columns=[c for c in (*_FIXED, *shut) if c in applications])
    dropped = leaks(tidy(features[known]), bad, tidy(features[~known]))
    features = features.drop(columns=dropped["column"])
    when = applications.loc[known, "applied_on"].reset_index(drop=True) if "applied_on" in applications else None
    try:
        card = fit_scorecard(features[known], bad)
        score, chance = crossed(features[known].reset_index(drop=True), bad, when=when)
    except ValueError as reason:
        if "no column tells" in str(reason):
            return None
        raise
    amount = applications["amount"] if "amount" in applications else pd.Series(np.nan, applications.index)
    lgd, margin = _lost(applications, parameters), parameters.credit_margin
    limit = margin / (margin + lgd) if margin is not None and lgd is not None and margin + lgd > 0 else None
    closed = pd.DataFrame({"score": score, "chance": chance, "bad": bad, "amount": amount[known].to_numpy(dtype=float)})
    closed["profit"] = np.nan
    if limit is not None:
        closed["profit"] = closed["amount"] * np.where(bad, -lgd, margin)
    by_time = bool(np.isnan(chance).any())
    closed = closed[~np.isnan(chance)].reset_index(drop=True)
    bad, chance = closed["bad"].to_numpy(), closed["chance"].to_numpy()
    ranks = area(bad, chance)
    drawn = limit if ranks.low > 0.5 else None
    return Credit(
        card,
        ranks,
        ks(bad, chance),
        calibration_error(bad, chance),
        closed,
        by_time,
        dropped,
        lgd,
        margin,
        limit,
        _open(applications[~known], features[~known], card, amount[~known], lgd, margin, drawn, fmt),
        tuple(dict.fromkeys(shut)),
    )


def _lost(applications: pd.DataFrame, parameters: Assumptions) -> float | None:
    """Share of a credit lost when it is not paid back: as stated, else as seen."""
    if parameters.loss_given_default is not None:
        return parameters.loss_given_default
    if "loss" not in applications or "amount" not in applications:
        return None
    bad = applications[applications["defaulted"].fillna(False).astype(bool) & applications["loss"].notna()]
    return float(bad["loss"].sum() / bad["amount"].sum()) if bad["amount"].sum() > 0 else None


def _open(
    rows: pd.DataFrame,
    features: pd.DataFrame,
    card: Scorecard,
    amount: pd.Series,
    lgd: float | None,
    margin: float | None,
    limit: float | None,
    fmt: Formats,
) -> pd.DataFrame:
    parts, rows_tidy = card.parts(features), tidy(features)
    score = parts.sum(axis=1)
    chance = card.chance(score.to_numpy())
    best = np.array([p.max() for p in card.points])
    missing = best[None, :] - parts.to_numpy()
    words = []
    for one in card.classes:
        name, labels = fmt.told(column_name(one.name)), one.labels(fmt)
        words.append([fmt.say("{column} {value}", column=name, value=labels[i]) for i in one.place(rows_tidy[one.name])])
    reasons = []
    for row in range(len(rows)):
        order = np.argsort(-missing[row], kind="stable")[:NAMED]
        reasons.append(listed_reasons([words[j][row] for j in order if missing[row, j] > 0], fmt))
    table = pd.DataFrame(
        {
            "application_id": rows["application_id"].astype(str).to_numpy(),
            "amount": amount.to_numpy(dtype=float),
            "score": score.to_numpy(),
            "chance": chance,
            "reasons": reasons,
        }
    )
    table["loss"] = table["amount"] * chance * lgd if lgd is not None else np.nan
    table["earns"] = table["amount"] * (1 - chance) * margin if margin is not None else np.nan
    table["advice"] = REVIEW
    if limit is not None:
        table["advice"] = np.select(
            [chance < limit / BAND, chance > limit * BAND],
            [GRANT, LOOK],
            REVIEW,
        )
    return table.sort_values(["chance", "application_id"], ascending=[False, True], kind="stable", ignore_index=True)
