"""Words in a run: a small client's processes hold them as Python's strings, a large one's as Arrow's, all of them alike."""

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell

from home import make_home, run_playbook, tiny_client
from playbook.engagement import open_engagement
from playbook.run.crew import Crew
from playbook.run.words import SMALL, way_for


@pytest.mark.parametrize(("more", "way"), [(0, "python"), (SMALL, "auto")])
def test_the_size_of_its_files_says_how_a_client_holds_words(tmp_path, more, way):
    file = tiny_client(make_home(tmp_path)) / "raw" / "orders.csv"
    file.write_text(file.read_text() + "\n" * more)
    assert way_for(open_engagement("acme", root=tmp_path)) == way


def test_a_client_whose_size_nobody_sees_holds_words_as_pandas_chooses(tmp_path):
    (tiny_client(make_home(tmp_path)) / "raw" / "orders.csv").unlink()
    assert way_for(open_engagement("acme", root=tmp_path)) == "auto"


@pytest.mark.parametrize("way", ["python", "auto"])
def test_every_process_of_a_crew_holds_words_that_way(way):
    with Crew() as crew:
        crew.words = way
        assert crew.fresh(pd.get_option, "mode.string_storage") == way


def test_the_notebooks_of_a_small_client_hold_words_as_pythons_strings(tmp_path):
    home = make_home(tmp_path)
    tiny_client(home)
    book = home / "notebooks" / "01-needs-analysis.ipynb"
    notebook = nbformat.read(book, 4)
    notebook.cells.append(new_code_cell("import pandas as pd\nassert pd.Series(['a']).dtype.storage == 'python'"))
    nbformat.write(notebook, book)
    done = run_playbook(home, "run", "acme", "--phase", "needs-analysis")
    assert done.returncode == 0, done.stdout + done.stderr
