"""Scoring tables: models, what moves the chance, what was left out; and what it all rests on."""

import pandas as pd

from playbook.intake.schema import FEATURE
from playbook.locale import said
from playbook.methods.strategy.predicting.figures import source_of
from playbook.methods.strategy.predicting.scored import Scored
from playbook.methods.strategy.predicting.wording import column_name
from playbook.result.contract import Assumption, Table

__all__ = ["assumptions", "tables"]


def tables(scored: Scored) -> tuple[Table, ...]:
    """Models, influences and what was left out, for those who look closer; the list in tenths is the data behind the figure."""
    fmt = scored.fmt
    source = source_of(scored.asked, fmt)
    models = scored.learned.comparison.sort_values("auc", ascending=False, kind="stable", ignore_index=True)
    models["model"] = [fmt.told(name) for name in models["model"]]
    found = [
        Table(
            models,
            "Models compared on rows they had not seen.",
            source,
            {
                "model": ("Model", "text"),
                "auc": ("Area under ROC", "number"),
                "auc_low": ("At least", "number"),
                "auc_high": ("At most", "number"),
                "pr_auc": ("Area under precision and recall", "number"),
                "brier": ("Brier score", "number"),
                "ece": ("Calibration error", "share"),
            },
            aside=True,
        ),
    ]
    if len(scored.importance):
        ranked = scored.importance.assign(name=[fmt.told(column_name(c)) for c in scored.importance["column"]])
        columns = {
            "name": ("Column", "text"),
            "loss": ("Area under ROC lost when shuffled", "share"),
            "spread": ("Scatter", "share"),
        }
        found.append(Table(ranked.head(12), "How much each column counts.", source, columns, aside=True))
    if len(scored.dependence):
        columns = {"said": ("If", "text"), "chance": ("Mean chance", "share")}
        found.append(
            Table(scored.dependence, "How the chance moves with the columns that count most.", source, columns, aside=True)
        )
    if len(out := _left_out(scored)):
        columns = {"name": ("Column", "text"), "reason": ("Why it was left out", "text")}
        found.append(Table(out, "Columns that the score does not use.", source, columns, aside=True))
    return tuple(found)


def _left_out(scored: Scored) -> pd.DataFrame:
    """Column by name, and why: what gives the end away first, then what was not known yet, then what says nothing."""
    learned, fmt, today = scored.learned, scored.fmt, said("it is kept as it is today, not as it was on earlier days")
    later = pd.DataFrame({"column": scored.asked.later, "reason": today}, dtype=object)
    later = later[~later["column"].str.removeprefix(FEATURE).isin(scored.asked.protected.columns)]
    rows = pd.concat([learned.dropped[["column", "reason"]], later, learned.unused], ignore_index=True)
    return rows.assign(
        name=[fmt.told(column_name(c)) for c in rows["column"]], reason=[fmt.told(reason) for reason in rows["reason"]]
    )


def assumptions(scored: Scored) -> tuple[Assumption, ...]:
    """What the score and its money rest on."""
    fmt, asked, nouns = scored.fmt, scored.asked, scored.nouns
    like = fmt.say("The next {many} will be like those from which the score was learnt.", **nouns)
    stated = [Assumption(like, "medium", "high"), _caused(scored)]
    if asked.costed:
        text = fmt.say_n(
            "Deals without a stated cost leave {share} of their amount as margin, like the one that has a cost.",
            "Deals without a stated cost leave {share} of their amount as margin, like the {n} that have one.",
            asked.costed, share=fmt.share(asked.margin),
        )  # fmt: skip
        stated.append(Assumption(text, "medium", "high"))
    if scored.faithful is not None:
        text = fmt.say(
            "Reasons come from a simpler model of the score, which accounts for {share} of the differences between scores.",
            share=fmt.share(scored.faithful),
        )
        stated.append(Assumption(text, "medium", "low"))
    if asked.absent:
        text = fmt.say("Named as protected but found in no table: {columns}.", columns=fmt.listed(asked.absent))
        stated.append(Assumption(text, "high", "medium"))
    if len(asked.protected.columns):
        names = fmt.listed(fmt.told(column_name(c)) for c in asked.protected.columns)
        text = fmt.say("The score does not see {columns}; other columns may act as proxies for them.", columns=names)
        stated.append(Assumption(text, "high", "medium"))
    return tuple(stated)


def _caused(scored: Scored) -> Assumption:
    """Which part of the yes the work brings about, and how that is known."""
    fmt, asked = scored.fmt, scored.asked
    low, middle, high = (fmt.share(share, 0 if asked.kind != "customers" else None) for share in asked.caused)
    words = {"low": low, "middle": middle, "high": high, **scored.nouns}
    if asked.kind == "customers":
        text = fmt.say(
            "Three contacts bring about {middle} ({low} to {high}) of what customers buy, as in a published e-mail test"
            " (Hillstrom 2008).", **words,
        )  # fmt: skip
        return Assumption(text, "low", "high")
    if asked.measured:
        text = fmt.say(
            "Following up {many} brings about {middle} ({low} to {high}) of their successes, as the comparison with"
            " those left alone shows.",
            **words,
        )
        return Assumption(text, "high", "high")
    text = fmt.say(
        "Following up {many} brings about {middle} ({low} to {high}) of their successes; the others would come anyway"
        " and are no gain. That is a planning share, not measured here. Leave some alone, drawn by lot, and the next"
        " report will know.", **words,
    )  # fmt: skip
    return Assumption(text, "low", "high")
