"""Service questions: banking77 against a plain classifier, and what one question costs once the desk is open."""

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from measure import cpu
from playbook.methods.strategy.answering.confidence import calibrated, least_sure, precision_curve
from playbook.methods.strategy.answering.desk import APPROACHES, learn_desk
from playbook.methods.strategy.answering.examples import Examples
from playbook.methods.strategy.answering.knowledge import learn_knowledge
from playbook.methods.strategy.answering.trial import try_out
from playbook.methods.strategy.answering.wording import fold

ASKED = 50


@pytest.mark.realdata
def test_banking77_against_tf_idf_and_logistic_regression(note, shared_data):
    known, asked = (pd.read_csv(shared_data / "banking77" / f"{part}.csv") for part in ("train", "test"))
    desk, learning = cpu(lambda: learn_desk(known["text"], known["category"]))
    (scores, _), answering = cpu(lambda: desk.scores(list(asked["text"])))
    for approach in APPROACHES:
        right = (desk.subjects[scores[approach].argmax(axis=1)] == asked["category"]).mean()
        note(f"banking77, share of intents found: {approach}", f"{right:.4f}")
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    plain, alone = cpu(lambda: LogisticRegression(C=10, max_iter=300).fit(words.fit_transform(known["text"]), known["category"]))
    theirs = (plain.predict(words.transform(asked["text"])) == asked["category"]).mean()
    ours = (desk.subjects[scores["both"].argmax(axis=1)] == asked["category"]).mean()
    assert ours > theirs
    note("banking77, share of intents found", f"{ours:.4f}", "tf-idf, logistic regression", f"{theirs:.4f}")
    note(
        "banking77, learning 10,003 questions",
        f"{learning.cpu:.1f} s",
        "the same",
        f"{alone.cpu:.1f} s",
        learning.cpu / alone.cpu,
    )
    note("banking77, a question of 3,080 asked at once", f"{answering.cpu / len(asked) * 1000:.1f} ms")


@pytest.mark.realdata
def test_one_question_at_a_time(note, shared_data):
    known, asked = (pd.read_csv(shared_data / "banking77" / f"{part}.csv") for part in ("train", "test"))
    questions = pd.DataFrame({"question": known["text"], "subject": known["category"], "group": fold(known["text"])})
    trial = try_out(questions, questions.iloc[:0][["question", "subject"]])
    truth = np.searchsorted(trial.subjects, trial.truth)
    confidence = calibrated(trial.scores["both"], trial.close, truth)
    sure = confidence.of(trial.scores["both"], trial.close)
    least = least_sure(precision_curve(sure, np.ones(len(sure), dtype=bool), trial.told("both") == trial.truth), 0.95)
    answers = pd.DataFrame({"question": trial.subjects, "answer": trial.subjects, "subject": trial.subjects, "language": "en"})
    knowledge = learn_knowledge(Examples(questions, answers), "both", confidence, least)
    replies, cost = cpu(lambda: [knowledge.reply(text) for text in asked["text"].head(ASKED)])
    assert sum(reply.answer is not None for reply in replies) > ASKED / 2
    note("one question to a desk that knows 10,003", f"{cost.cpu / ASKED * 1000:.0f} ms")
