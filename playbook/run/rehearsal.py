"""Rehearsal: what libraries load, compile or read the first time they are asked, and then keep: done once, before a fork.

Nothing here may begin a thread: a forked process would not have it.
"""

import os
from datetime import date

import numpy as np
import pandas as pd
import rjieba
from nbformat import validate
from nbformat.v4 import new_notebook
from sklearn.cluster import KMeans
from sklearn.utils import check_array

from playbook.locale import LANGUAGES
from playbook.methods.market_research.network.bayes import bindings
from playbook.methods.needs_analysis.feedback.comment_themes import comment_themes
from playbook.result.formats import Formats
from playbook.result.theme import canvas, finish, make_ready

__all__ = ["rehearse"]

SIZES = (8, 9, 10)  # points, of the words in charts
CANVASES = 12  # for each direction of the values: about as many as the longest notebook draws


def rehearse() -> None:
    """Load what methods load late, check a notebook and a table, group two numbers, cut a Chinese word, write as each language
    does, draw a chart, lay in canvases."""
    bindings()
    comment_themes()
    rjieba.tag("字")
    validate(new_notebook())
    check_array(pd.DataFrame({"number": [0.0]}))
    if os.environ.get("OMP_NUM_THREADS") == "1":  # with more it would begin threads
        KMeans(1, n_init=1).fit(np.array([[0.0], [1.0]]))
    for language in LANGUAGES:
        fmt = Formats("EUR", language)
        fmt.listed([fmt.money(1e6), fmt.exact_money(9.5), fmt.share(0.5), fmt.day(date(2026, 1, 1)), fmt.month(date(2026, 1, 1))])
    with canvas() as (figure, ax):
        for size in SIZES:
            ax.text(0, 0, "A word, measured", size=size)
            ax.text(0, 0, "A word, measured", size=size, weight="bold")
        finish(figure)
    make_ready(CANVASES)
