"""Scoring tables: models, tenths, what moves the chance, what was left out; and what it all rests on."""

import pandas as pd

from playbook.intake.schema import FEATURE
from playbook.methods.strategy.predicting.figures import GAIN_COLUMNS, source_of
from playbook.methods.strategy.predicting.judge import gain_table
from playbook.methods.strategy.predicting.scored import Scored
from playbook.methods.strategy.predicting.wording import column_name
from playbook.result.contract import Assumption, Table

__all__ = ["assumptions", "tables"]


def tables(scored: Scored) -> tuple[Table, ...]:
    """Tenths and models first, influences and what was left out for those who look closer."""
    source, judged = source_of(scored.asked), scored.learned.held_out
    tenths = gain_table(judged["outcome"].to_numpy(dtype=bool), judged["probability"].to_numpy())
    models = scored.learned.comparison.sort_values("auc", ascending=False, kind="stable", ignore_index=True)
    found = [
        Table(tenths, "The list in tenths, best score first: chance stated and yes seen.", source, GAIN_COLUMNS),
        Table(
            models,
            "Models compared on rows they had not seen.",
            source,
            {
                "model": ("Model", "text"),
                "auc": ("Area under ROC", "number"),
                "auc_low": ("at least", "number"),
                "auc_high": ("at most", "number"),
                "pr_auc": ("Area under precision and recall", "number"),
                "brier": ("Brier score", "number"),
                "ece": ("Calibration error", "share"),
            },
            aside=True,
        ),
    ]
    if len(scored.importance):
        ranked = scored.importance.assign(name=[column_name(c) for c in scored.importance["column"]])
        columns = {"name": ("Column", "text"), "loss": ("Area lost when shuffled", "number"), "spread": ("Spread", "number")}
        found.append(Table(ranked.head(12), "How much each column counts.", source, columns, aside=True))
    if len(scored.dependence):
        columns = {"said": ("If", "text"), "chance": ("Mean chance", "share")}
        found.append(
            Table(scored.dependence, "How the chance moves with the columns that count most.", source, columns, aside=True)
        )
    if len(out := _left_out(scored)):
        columns = {"name": ("Column", "text"), "reason": ("Why it was left out", "text")}
        found.append(Table(out, "Columns that the score does not read.", source, columns, aside=True))
    return tuple(found)


def _left_out(scored: Scored) -> pd.DataFrame:
    """Column by name, and why: what gives the end away first, then what was not known yet, then what says nothing."""
    learned, today = scored.learned, "it is kept as it is today, not as it was on earlier days"
    later = pd.DataFrame({"column": scored.asked.later, "reason": today}, dtype=object)
    later = later[~later["column"].str.removeprefix(FEATURE).isin(scored.asked.protected.columns)]
    rows = pd.concat([learned.dropped[["column", "reason"]], later, learned.unused], ignore_index=True)
    return rows.assign(name=[column_name(c) for c in rows["column"]])


def assumptions(scored: Scored) -> tuple[Assumption, ...]:
    """What the score and its money rest on."""
    fmt, asked = scored.fmt, scored.asked
    low, middle, high = asked.caused
    stated = [Assumption(f"The next {asked.nouns.many} are like those that the score was learnt from.", "medium", "high")]
    if asked.kind == "customers":
        stated.append(
            Assumption(
                f"Of what customers buy, three contacts bring about {fmt.share(middle)} ({fmt.share(low)} to {fmt.share(high)}),"
                " as in a published e-mail test (Hillstrom 2008).",
                "low",
                "high",
            )
        )
    elif asked.measured:
        stated.append(
            Assumption(
                f"Working on {asked.nouns.many} brings about {fmt.share(middle)} ({fmt.share(low)} to {fmt.share(high)}) of their"
                " yes, as those left alone show.",
                "high",
                "high",
            )
        )
    else:
        stated.append(
            Assumption(
                f"Working on {asked.nouns.many} brings about {fmt.share(middle, 0)} ({fmt.share(low, 0)} to {fmt.share(high, 0)})"
                " of their yes; the others come anyway and are no gain. That is a planning share: nobody has measured it here."
                " Leave some alone by lot, and the next report knows.",
                "low",
                "high",
            )
        )
    if asked.costed:
        stated.append(
            Assumption(
                f"Deals without a cost keep {fmt.share(asked.margin)} of their amount, as the {fmt.count(asked.costed)} with one"
                " do on the whole.",
                "medium",
                "high",
            )
        )
    if scored.faithful is not None:
        stated.append(
            Assumption(
                f"Reasons are read from a simpler model of the score; they account for {fmt.share(scored.faithful)} of what sets"
                " scores apart.",
                "medium",
                "low",
            )
        )
    if asked.absent:
        stated.append(Assumption(f"Named as protected but in no table: {', '.join(asked.absent)}.", "high", "medium"))
    if len(asked.protected.columns):
        stated.append(
            Assumption(
                f"The score does not see {', '.join(asked.protected.columns)}; others may stand in for them.", "high", "medium"
            )
        )
    return tuple(stated)
