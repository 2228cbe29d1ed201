import numpy as np
import pandas as pd
import pytest

from playbook.methods.strategy.answering.desk import learn_desk

QUESTIONS = pd.Series(["where is my parcel", "parcel not here", "send it back", "return the speaker", "包裹在哪里", "我想退货"])
SUBJECTS = pd.Series(["delivery", "delivery", "return", "return", "delivery", "return"])


def test_all_three_ways_find_the_subject_in_both_languages():
    desk = learn_desk(QUESTIONS, SUBJECTS)
    scores, close = desk.scores(["my parcel?", "how do I return it", "包裹没到", "怎么退货"])
    for found in scores.values():
        assert desk.subjects[found.argmax(axis=1)].tolist() == ["delivery", "return", "delivery", "return"]
    assert close.shape == (4, 2) and (close <= 1 + 1e-9).all()


def test_a_question_seen_before_is_as_close_as_can_be():
    _, close = learn_desk(QUESTIONS, SUBJECTS).scores(["where is my parcel"])
    assert close[0, 0] == pytest.approx(1.0)


def test_words_that_nobody_has_used_and_no_words_at_all_have_scores_too():
    desk = learn_desk(QUESTIONS, SUBJECTS)
    scores, close = desk.scores(["zzz qqq", "", "！？"])
    assert all(np.isfinite(found).all() for found in scores.values()) and close[1:].max() == 0


def test_one_subject_needs_no_classifier_and_no_example_is_an_error():
    desk = learn_desk(QUESTIONS[:2], SUBJECTS[:2])
    assert desk.classifier is None and desk.scores(["parcel"])[0]["both"].shape == (1, 1)
    with pytest.raises(ValueError, match="no example"):
        learn_desk(QUESTIONS[:0], SUBJECTS[:0])


def test_meaning_is_one_more_input():
    desk = learn_desk(QUESTIONS, SUBJECTS, embed=lambda texts: np.ones((len(texts), 3)))
    assert desk.classifier.coef_.shape[1] == desk.vectors.shape[1] + 3
    assert desk.scores(["parcel"])[0]["classifier"].shape == (1, 2)
