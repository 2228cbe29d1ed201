"""Words in a run: short frames hold Python's strings, long ones Arrow's; nobody can tell by their values."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from playbook.run.words import SHORT, gather_words


@pytest.mark.parametrize(("rows", "storage"), [(3, "python"), (SHORT, "python"), (SHORT + 1, "pyarrow")])
def test_a_short_frame_holds_its_words_as_pythons_strings_and_a_long_one_as_arrows(rows, storage):
    built = []

    def build():
        built.append(pd.DataFrame({"name": ["Ada", None, "李"] * rows, "paid": [1.5, np.nan, 3.0] * rows})[:rows])
        return built[0]

    with pd.option_context("mode.string_storage", "python"):  # as the processes of a run are
        frame = gather_words(build)
    assert frame["name"].dtype.storage == frame.columns.dtype.storage == storage
    assert built[0]["name"].dtype.storage == "pyarrow"
    pd.testing.assert_frame_equal(frame, built[0], check_dtype=False, check_column_type=False)
    assert frame["name"].dtype == "str" and frame["name"].isna().sum() == frame["paid"].isna().sum() == -(-(rows - 1) // 3)


def test_numbers_as_names_of_columns_stay_numbers():
    assert gather_words(lambda: pd.DataFrame({2024: [1.0], 2025: [2.0]})).columns.tolist() == [2024, 2025]


def test_processes_of_a_run_make_words_as_pythons_strings():
    code = "import playbook.run.preload, pandas as pd; assert pd.Series(['a']).dtype.storage == 'python'"
    subprocess.run([sys.executable, "-c", code], check=True)
