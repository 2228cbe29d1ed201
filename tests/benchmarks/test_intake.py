"""Intake of a real year of 1.47 million order lines, against pandas that reads whole tables and checks nothing."""

from pathlib import Path

import pytest

from measure import fresh

HERE = Path(__file__).parent
LINES = 1_469_307


@pytest.fixture(scope="module")
def theirs():
    return fresh(HERE / "read_pandas.py")


def test_frames_against_pandas(note, theirs):
    ours = fresh(HERE / "read_ours.py", "unchecked")
    assert theirs["months"][:12] == ours["months"]  # the data run one day into the next January; we count complete months only
    note(
        "frames of 1.47 M lines",
        f"{ours['seconds']:.1f} s",
        "pandas",
        f"{theirs['seconds']:.1f} s",
        ours["seconds"] / theirs["seconds"],
    )
    note(
        "  peak memory",
        f"{ours['peak_mib']:.0f} MiB",
        "pandas",
        f"{theirs['peak_mib']:.0f} MiB",
        ours["peak_mib"] / theirs["peak_mib"],
    )


def test_frames_with_the_rules_that_may_stop(note, theirs):
    ours = fresh(HERE / "read_ours.py", "checked")
    assert theirs["months"][:12] == ours["months"]
    note(
        "  the same, checked first",
        f"{ours['seconds']:.1f} s",
        "pandas, unchecked",
        f"{theirs['seconds']:.1f} s",
        ours["seconds"] / theirs["seconds"],
    )


def test_whole_audit(note):
    audited = fresh(HERE / "read_ours.py", "audited")
    assert audited["rows"] > LINES
    note("whole audit, reading included", f"{audited['rows'] / audited['seconds'] / 1e6:.2f} M rows a second")
    note("  peak memory", f"{audited['peak_mib']:.0f} MiB")
