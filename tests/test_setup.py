"""The lock, the package's entry points and the imports agree with what pyproject.toml says."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKED = re.compile(r"^([\w.\-]+)==(\S+)", re.MULTILINE)
SHA256 = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


@pytest.fixture(scope="module")
def pyproject(root):
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def lock(root):
    return (root / "requirements.lock").read_text("utf-8")


def declared(pyproject, *extras):
    project = pyproject["project"]
    lines = project["dependencies"] + [line for extra in extras for line in project["optional-dependencies"][extra]]
    return [Requirement(line) for line in lines]


def test_lock_has_every_dependency_within_its_bound(pyproject, lock):
    versions = {canonicalize_name(name): version for name, version in LOCKED.findall(lock)}
    for requirement in declared(pyproject, "demo", "dev"):
        name = canonicalize_name(requirement.name)
        assert name in versions, f"{name} is not in requirements.lock: run make lock"
        assert versions[name] in requirement.specifier, f"{name} {versions[name]} breaks {requirement}: run make lock"


def test_lock_has_a_hash_for_every_package(lock):
    blocks = re.split(r"\n(?=[\w.\-]+==)", lock)[1:]
    assert len(blocks) == len(LOCKED.findall(lock))
    assert [block.splitlines()[0] for block in blocks if not SHA256.search(block)] == []


def test_lock_names_no_registry_and_no_machine(lock):
    for trace in ("://", "index-url", "find-links", " @ ", "-e ", "file:"):
        assert trace not in lock
    assert re.search(r"(^|\s)/\w", lock) is None


def test_no_other_lock_file_is_there(root):
    assert not (root / "uv.lock").exists()


def test_build_backend_is_pinned_too(pyproject):
    """The editable install runs without build isolation, so the lock has to bring what the build needs."""
    pinned = {canonicalize_name(requirement.name) for requirement in declared(pyproject, "dev")}
    assert {canonicalize_name(Requirement(line).name) for line in pyproject["build-system"]["requires"]} <= pinned


def test_every_import_of_the_package_is_a_declared_dependency(root, pyproject):
    known = {
        canonicalize_name(requirement.name)
        for requirement in declared(pyproject, "demo", "pdf", "postgres", "deep", "embed", "cluster")
    }
    distributions = packages_distributions()
    missing = {}
    for file in sorted((root / "playbook").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            for top in {module.split(".")[0] for module in modules} - set(sys.stdlib_module_names) - {"playbook"}:
                names = {canonicalize_name(name) for name in distributions.get(top, [top])}
                if not names & known:
                    missing.setdefault(top, file.relative_to(root).as_posix())
    assert missing == {}


def test_rooms_import_only_rooms_to_their_left(root):
    program = Path(sys.executable).with_name("lint-imports")
    lint = subprocess.run([program, "--no-cache", "--no-logo"], cwd=root, capture_output=True, text=True, check=False)
    assert lint.returncode == 0, lint.stdout + lint.stderr


def test_bare_make_lists_every_target(root):
    makefile = (root / "Makefile").read_text("utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, flags=re.MULTILINE)
    shown = subprocess.run(["make", "--no-print-directory"], cwd=root, capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in shown.splitlines()} == set(phony.split())
