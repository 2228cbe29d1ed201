"""Service: which questions can be answered without a person, what that saves, and which answers are missing."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from playbook.engagement import Assumptions
from playbook.methods.strategy.answering.confidence import FEWEST_SENT, calibrated, least_sure, precision_curve
from playbook.methods.strategy.answering.coverage import Coverage, cover
from playbook.methods.strategy.answering.desk import APPROACHES, Approach
from playbook.methods.strategy.answering.examples import Examples, gather
from playbook.methods.strategy.answering.figures import precision_figure
from playbook.methods.strategy.answering.findings import Judged, findings, headline
from playbook.methods.strategy.answering.knowledge import Knowledge, covered, learn_knowledge
from playbook.methods.strategy.answering.lists import proposals, worklists
from playbook.methods.strategy.answering.meaning import sentence_embedder
from playbook.methods.strategy.answering.tables import assumptions, tables
from playbook.methods.strategy.answering.trial import try_out
from playbook.result.contract import Figure, Locked, Result
from playbook.result.formats import Formats
from playbook.result.section import section

__all__ = ["Service", "service"]

EVEN = 0.5  # an answer that is as likely wrong as right never goes out, however well all others do
FEWEST = 50  # questions with a known subject below which nothing is promised


@dataclass(frozen=True, kw_only=True)
class Service(Result):
    """``knowledge`` answers questions (``knowledge.reply``), ``approach`` is the way of looking up that did best, ``accuracy`` by
    approach the share of questions whose subject was found. ``coverage`` says what can be answered; ``least`` is the confidence
    from which an answer goes out (None: never); ``curve``: share, precision for falling confidence."""

    knowledge: Knowledge = field(repr=False)
    approach: Approach
    accuracy: dict[str, float]
    coverage: Coverage
    least: float | None
    curve: pd.DataFrame = field(repr=False)
    target: float

    def figures(self) -> tuple[Figure, ...]:
        """Right answers against the share of questions answered at once."""
        if len(self.curve) < 2:
            return ()
        return (precision_figure(self.curve, self.coverage.sent, self.target, self.fmt),)


@section(
    "service",
    "Which questions can be answered automatically?",
    promise="the share of questions that can be answered at once with few mistakes, what that saves, and the answers"
    " still to write",
)
def service(
    desk_questions: pd.DataFrame,
    parameters: Assumptions,
    as_of: date,
    fmt: Formats,
    standing_answers: pd.DataFrame | None = None,
    service_feedback: pd.DataFrame | None = None,
    *,
    embeddings: bool = False,
) -> Service | Locked:
    """Learn which standing answer a question calls for, and try it on past questions that were kept from it.

    Looked up by words and characters (BM25 and tf-idf), classified by a linear support vector machine, or both: whichever
    found most subjects in the trial (see ``try_out``). An answer goes out when its confidence is one at which
    ``parameters.answer_precision`` of the answers were right; everything else goes to a person. ``embeddings``
    adds sentence embeddings (needs the extra ``playbook[embed]``). Locked with fewer than 50 questions of known subject.
    """
    embed = sentence_embedder() if embeddings else None
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    examples = gather(desk_questions[desk_questions["created_at"] < end], standing_answers, service_feedback)
    asked = examples.questions.dropna(subset=["subject"])
    own = examples.answers[["question", "subject"]]
    trial = try_out(asked, own, embed) if len(asked) >= FEWEST else None
    if trial is None:
        return Locked(
            fmt=fmt,
            headline="No answer is sent automatically yet: too few past questions say what they are about",
            unlock=(
                fmt.say(
                    "tickets (topic) or faq (question, answer), for at least {n} questions about two subjects or more",
                    n=fmt.count(FEWEST),
                ),
            ),
            promise=service.section.promise,
        )
    approach = max(APPROACHES, key=trial.accuracy)
    told, right = trial.told(approach), trial.told(approach) == trial.truth
    confidence = calibrated(trial.scores[approach], trial.close, np.searchsorted(trial.subjects, trial.truth))
    sure = confidence.of(trial.scores[approach], trial.close)
    sendable = covered(told, examples.answers) & (sure >= EVEN)
    curve = precision_curve(sure, sendable, right)
    least = least_sure(curve, parameters.answer_precision)
    sent = sendable & (sure >= least) if least is not None else sendable & False
    tried = pd.DataFrame({"truth": trial.truth, "told": told, "sent": sent, "right": sent & right}, index=trial.rows)
    coverage = cover(examples, tried, as_of)
    judged = Judged(
        fmt=fmt,
        examples=examples,
        coverage=coverage,
        accuracy={a: trial.accuracy(a) for a in APPROACHES},
        approach=approach,
        languages=_languages(tried.assign(found=right), examples),
        tried=tried,
        cost=parameters.service_cost,
        target=parameters.answer_precision,
        least=least,
    )
    return Service(
        fmt=fmt,
        headline=headline(judged),
        findings=findings(judged),
        tables=tables(judged),
        assumptions=assumptions(judged),
        proposals=proposals(judged),
        worklists=worklists(judged),
        knowledge=learn_knowledge(examples, approach, confidence, least, embed),
        approach=approach,
        accuracy=judged.accuracy,
        coverage=coverage,
        least=least,
        curve=_by_share(curve, len(asked), len(trial.truth), coverage.known),
        target=parameters.answer_precision,
    )


def _by_share(curve: dict, asked: int, tried: int, known: float) -> pd.DataFrame:
    """Shares are those of all questions; of these ``known`` have a known subject, as all tried have."""
    shares = pd.DataFrame({"share": curve["sent"] / tried * known, "precision": curve["right"] / curve["sent"]})
    return shares[curve["sent"] >= min(FEWEST_SENT, asked)].reset_index(drop=True)


def _languages(tried: pd.DataFrame, examples: Examples) -> pd.DataFrame:
    """language, asked, found, sent, right: how often the subject was found, by the language of the question."""
    spoken = tried.assign(language=examples.questions["language"].reindex(tried.index))
    sums = {"asked": ("found", "size"), "found": ("found", "mean"), "sent": ("sent", "mean"), "right": ("right", "sum")}
    table = spoken.groupby("language").agg(**sums).reset_index()
    return table.sort_values("asked", ascending=False, kind="stable", ignore_index=True)
