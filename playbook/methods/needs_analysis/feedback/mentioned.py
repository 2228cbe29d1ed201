"""Mentioned: what customers speak of, or went through, beside the score they give.

comments -> themes of the codebook                    source 'comments'
comments of no theme -> topics from their words       source 'words'
dates of delivery -> parcels that came late           source 'orders'
"""

import pandas as pd

from playbook.locale import mark
from playbook.methods.needs_analysis.feedback.comment_themes import comment_themes, mentions
from playbook.methods.needs_analysis.feedback.satisfaction_drivers import FEWEST_MENTIONS, effects, late_before
from playbook.methods.needs_analysis.feedback.topics import find_topics
from playbook.result.formats import Formats

__all__ = ["COLUMNS", "MOST_ANSWERS", "score_drivers"]

COLUMNS = ("driver", "label", "source", "mentions", "share", "effect", "low", "high", "gain", "evidence")
MOST_ANSWERS = 20_000  # the latest, from which effects are worked out
FEWEST_COMMENTS = 60  # without a theme of the codebook, before they are grouped by their words
LATE = mark("delivered after the day promised")


def score_drivers(answers: pd.DataFrame, score: str, deliveries: pd.DataFrame | None, fmt: Formats) -> pd.DataFrame:
    """Effects on ``score`` ('recommend' or 'satisfaction') of all that ``answers`` [date, score, comment?, customer_id?] tell.

    Returns [driver, label, source, mentions, share, effect, low, high, gain, evidence]; see ``effects``. Topics from words alone,
    which nobody had in mind beforehand, are kept only when shown.
    """
    if answers.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    answers = answers[answers[score].notna()].sort_values("date", kind="stable").tail(MOST_ANSWERS)
    found = []
    if "comment" in answers and answers["comment"].notna().any():
        said = mentions(answers["comment"])
        found += [_themes(answers, score, said, fmt), _words(answers[~said.any(axis=1)], score, len(answers))]
    if deliveries is not None and "customer_id" in answers and len(deliveries):
        found.append(_parcels(answers, score, deliveries, fmt))
    some = [frame[list(COLUMNS)] for frame in found if len(frame)]
    return pd.concat(some, ignore_index=True) if some else pd.DataFrame(columns=list(COLUMNS))


def _themes(answers: pd.DataFrame, score: str, said: pd.DataFrame, fmt: Formats) -> pd.DataFrame:
    found, themes = effects(answers[score], said, answers.get("customer_id")), comment_themes()
    return found.assign(label=[fmt.told(themes[driver].label) for driver in found["driver"]], source="comments")


def _words(rest: pd.DataFrame, score: str, of: int) -> pd.DataFrame:
    """Topics among the comments that mention no theme; shares and gains are of all ``of`` answers, as those of the themes."""
    told = rest["comment"].notna()
    if told.sum() < FEWEST_COMMENTS:
        return pd.DataFrame()
    topics = find_topics(rest.loc[told, "comment"])
    label = {f"words {row.topic}": f"“{row.label}”" for row in topics.topics.itertuples()}
    number = pd.Series(topics.labels, index=rest.index[told]).reindex(rest.index, fill_value=-1)
    mentioned = pd.DataFrame({f"words {n}": number == n for n in topics.topics["topic"]}, rest.index)
    found = effects(rest[score], mentioned, rest.get("customer_id"))
    found = found[(found["evidence"] == "shown") & (found["mentions"] >= 2 * FEWEST_MENTIONS)]
    share, gain = (found[column] * len(rest) / of for column in ("share", "gain"))
    return found.assign(share=share, gain=gain, label=[label[driver] for driver in found["driver"]], source="words")


def _parcels(answers: pd.DataFrame, score: str, deliveries: pd.DataFrame, fmt: Formats) -> pd.DataFrame:
    late = late_before(answers, deliveries)
    known = answers[late.notna()]
    found = effects(known[score], late[known.index].astype(bool).to_frame("late parcel"), known["customer_id"])
    return found.assign(label=fmt.told(LATE), source="orders")
