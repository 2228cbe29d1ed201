"""Mentioned: what customers speak of beside the score they give."""

import warnings

import pandas as pd

from playbook.methods.needs_analysis.feedback.mentioned import COLUMNS, FEWEST_COMMENTS, score_drivers
from playbook.result.formats import Formats


def test_comments_without_a_word_name_no_driver_and_warn_nobody():
    days = pd.date_range("2026-01-01", periods=FEWEST_COMMENTS)
    answers = pd.DataFrame({"date": days, "recommend": [3.0, 9.0] * (FEWEST_COMMENTS // 2), "comment": "?"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = score_drivers(answers, "recommend", None, Formats("EUR"))
    assert found.empty and tuple(found.columns) == COLUMNS
