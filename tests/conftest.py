"""What every test may ask for: the project's root, the shared public data sets, a Chromium."""

import os
import shutil
import time
from pathlib import Path

os.environ["OPENPYXL_LXML"] = "False"  # as the package sets it: before anything imports openpyxl
os.environ["MPLBACKEND"] = "Agg"  # before anything imports matplotlib, and for the kernels that tests start

import hypothesis
import pytest

from home import ROOT, make_home, run_playbook

hypothesis.settings.register_profile("playbook", deadline=None)  # machines are shared: no test fails for the time it takes
hypothesis.settings.load_profile("playbook")
BUNDLED = ("aurora-audio", "complete-journey", "harbor-bank", "huaxin-machinery")
SHARED_DATA = Path(os.environ.get("PLAYBOOK_SHARED_DATA", ROOT.parent / "shared" / "data"))
CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run, and say why; continuous integration has to have a browser."""
    no_data = pytest.mark.skip(reason=f"no shared data sets at {SHARED_DATA}: set PLAYBOOK_SHARED_DATA")
    no_browser = pytest.mark.skip(reason="no Chromium on this machine")
    for item in items:
        if item.get_closest_marker("realdata") and not SHARED_DATA.is_dir():
            item.add_marker(no_data)
        if item.get_closest_marker("browser") and CHROMIUM is None and "CI" not in os.environ:
            item.add_marker(no_browser)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets, one folder a set; tests that use it carry the marker `realdata`."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no shared data sets at {SHARED_DATA}: set PLAYBOOK_SHARED_DATA")
    return SHARED_DATA


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium; tests that use it carry the marker `browser`."""
    assert CHROMIUM, "no Chromium: install it (.ci/run does so on Debian when it is root)"
    return CHROMIUM


@pytest.fixture(scope="session")
def published(tmp_path_factory) -> dict[str, Path]:
    """The published folders of the bundled clients, made once with the command, whichever worker comes first."""
    return _published_once(tmp_path_factory, "published")


@pytest.fixture(scope="session")
def published_in_chinese(tmp_path_factory) -> dict[str, Path]:
    """The same clients' reports in Chinese."""
    return _published_once(tmp_path_factory, "published-zh", "--language", "zh")


def _published_once(tmp_path_factory, name: str, *words: str) -> dict[str, Path]:
    shared = tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else tmp_path_factory.getbasetemp()
    home, said = shared / name, shared / f"{name}.log"
    try:
        home.mkdir()
    except FileExistsError:
        while not said.exists():
            time.sleep(0.5)
    else:
        make_home(home, *BUNDLED)
        done = run_playbook(home, "run", *BUNDLED, *words)
        (shared / f"{name}.part").write_text(f"{done.returncode}\n{done.stdout}{done.stderr}", encoding="utf-8")
        (shared / f"{name}.part").rename(said)
    code, _, output = said.read_text("utf-8").partition("\n")
    assert code == "0", output
    return {client: max((home / "reports" / client).glob("????-??-??")) for client in BUNDLED}
