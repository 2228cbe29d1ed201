"""environment.yml (conda) and pyproject.toml (pip) name the same packages with the same lower bounds."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

PYPI_OF_CONDA = {  # where conda-forge has another name for what PyPI has
    "ibis-duckdb": "ibis-framework",
    "matplotlib-base": "matplotlib",
    "nbconvert-core": "nbconvert",
    "playwright-python": "playwright",
    "python-duckdb": "duckdb",
    "seaborn-base": "seaborn",
}
ONLY_CONDA = {"pip"}  # conda does not bring it by itself
EXTRAS = ("demo", "dev")


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def environment(root):
    return YAML(typ="safe").load(root / "environment.yml")


def bounds(requirements):
    """Canonical PyPI name -> version specifier, as text."""
    parsed = [Requirement(text) for text in requirements]
    return {canonicalize_name(PYPI_OF_CONDA.get(each.name, each.name)): str(each.specifier) for each in parsed}


def test_same_packages_with_the_same_lower_bounds(project, environment):
    wanted = [f"python {project['requires-python']}", *project["dependencies"]]
    wanted += [line for extra in EXTRAS for line in project["optional-dependencies"][extra]]
    (from_pip,) = [line["pip"] for line in environment["dependencies"] if isinstance(line, dict)]
    given = [line for line in environment["dependencies"] if isinstance(line, str) and line not in ONLY_CONDA]
    given += [line for line in from_pip if not line.startswith("--")]
    assert bounds(given) == bounds(wanted)


def test_no_package_is_named_twice(environment):
    names = [Requirement(line).name for line in environment["dependencies"] if isinstance(line, str)]
    assert len(names) == len(set(names))


def test_conda_forge_is_the_only_channel(environment):
    assert environment["name"] == "playbook"
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def test_every_line_says_who_uses_it(root):
    lines = [line for line in (root / "environment.yml").read_text("utf-8").splitlines() if line.lstrip().startswith("- ")]
    assert lines
    assert [line for line in lines if not re.search(r" # [\w, ]+:? \S", line)] == []


def test_every_dependency_in_pyproject_says_who_uses_it(root):
    lines = re.findall(r'^    "[^"]+[>=\]][^"]*",.*$', (root / "pyproject.toml").read_text("utf-8"), flags=re.MULTILINE)
    packages = [line for line in lines if ">=" in line.split("#")[0]]
    assert len(packages) > len(EXTRAS)
    assert [line for line in packages if not re.search(r" # [\w, /-]+: \S", line)] == []
