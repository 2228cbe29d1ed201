"""Rehearsal: what libraries load, compile or read the first time they are asked, and then keep: done once, before a fork.

Nothing here may begin a thread: a forked process would not have it.
"""

from datetime import date

import pandas as pd
from nbformat import validate
from nbformat.v4 import new_notebook
from sklearn.utils import check_array

from playbook.locale import LANGUAGES
from playbook.methods.market_research.network.bayes import bindings
from playbook.result.formats import Formats
from playbook.result.theme import canvas, finish, make_ready

__all__ = ["rehearse"]

CANVASES = 12  # for each direction of the values: about as many as the longest notebook draws


def rehearse() -> None:
    """Load what methods load late, check a notebook and a table, write as each language does, draw a chart, lay in canvases."""
    bindings()
    validate(new_notebook())
    check_array(pd.DataFrame({"number": [0.0]}))
    for language in LANGUAGES:
        fmt = Formats("EUR", language)
        fmt.listed([fmt.money(1e6), fmt.exact_money(9.5), fmt.share(0.5), fmt.day(date(2026, 1, 1)), fmt.month(date(2026, 1, 1))])
    with canvas() as (figure, ax):
        ax.set_title("A word, measured")
        finish(figure)
    make_ready(CANVASES)
