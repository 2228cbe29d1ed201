from dataclasses import FrozenInstanceError

import pandas as pd
import pytest

from playbook.result.contract import Figure, Finding, Locked, Result, Table
from playbook.result.formats import Formats

FMT = Formats("EUR")


def table() -> Table:
    return Table(pd.DataFrame({"month": ["May"], "revenue": [10.0]}), "Revenue", "orders", {"revenue": ("Revenue", "money")})


def test_results_cannot_be_changed():
    result = Result(fmt=FMT, headline="Revenue grows")
    with pytest.raises(FrozenInstanceError):
        result.headline = "Revenue falls"
    with pytest.raises(FrozenInstanceError):
        Finding("a-b", "Sentence").money = 1.0


def test_the_frame_that_is_handed_out_is_a_copy():
    result = Result(fmt=FMT, headline="h", tables=(table(),))
    frame = result.table
    frame.loc[0, "revenue"] = 99.0
    assert result.table.loc[0, "revenue"] == 10.0


def test_a_result_without_tables_and_figures_has_none():
    result = Result(fmt=FMT, headline="h")
    assert (result.table, result.figure(), result.figures(), result.status) == (None, None, (), "answered")


def test_a_table_shows_only_columns_it_has():
    with pytest.raises(ValueError, match="orders"):
        Table(pd.DataFrame({"a": [1]}), "c", "s", {"orders": ("Orders", "count")})


@pytest.mark.parametrize("missing", ["caption", "source", "alt"])
def test_a_figure_without_words_is_refused(missing):
    words = {"caption": "c", "source": "s", "alt": "a"} | {missing: " "}
    with pytest.raises(ValueError, match=missing):
        Figure(svg="<svg />", data=table(), **words)


@pytest.mark.parametrize("missing", ["caption", "source"])
def test_a_table_without_words_is_refused(missing):
    words = {"caption": "c", "source": "s"} | {missing: ""}
    with pytest.raises(ValueError, match=missing):
        Table(pd.DataFrame(), columns={}, **words)


def test_a_locked_section_says_what_would_open_it():
    locked = Locked(fmt=FMT, headline="Not answered yet", unlock=("journeys (journey_id, step, step_at)",), promise="the funnel")
    assert locked.status == "locked"
    assert locked.unlock[0].startswith("journeys")
