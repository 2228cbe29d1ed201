"""The package as a whole: public names, frozen results, rooms of a human size, messages drawn from one tree."""

import ast
import dataclasses
import importlib
import inspect
import pkgutil

import pytest

import playbook
from playbook import errors
from playbook.result.contract import Result
from playbook.run.phases import PHASES, method_of

MODULES = sorted(m.name for m in pkgutil.walk_packages(playbook.__path__, "playbook.") if not m.name.endswith("__main__"))
SECTIONS = [section for phase in PHASES for section in phase.sections]


def _constants_classes_functions(name):
    return 0 if name.isupper() else 1 if name[0].isupper() else 2, name


@pytest.mark.parametrize("name", MODULES)
def test_public_names_are_sorted_and_real(name):
    import papermill  # noqa: F401  it loads the playbook's engine through its entry point, so it has to come first

    module = importlib.import_module(name)
    public = getattr(module, "__all__", [])
    assert public == sorted(public, key=_constants_classes_functions)
    assert [n for n in public if not hasattr(module, n)] == []
    own = {
        n
        for n, value in vars(module).items()
        if not n.startswith("_") and (inspect.isfunction(value) or inspect.isclass(value)) and value.__module__ == name
    }
    if name != "playbook.cli":  # its functions are the commands
        assert sorted(own - set(public)) == [], "neither private nor listed in __all__"


@pytest.mark.parametrize("name", MODULES)
def test_public_functions_and_classes_are_explained(name):
    module = importlib.import_module(name)
    assert module.__doc__
    public = [getattr(module, n) for n in getattr(module, "__all__", [])]
    assert [p.__name__ for p in public if (inspect.isfunction(p) or inspect.isclass(p)) and not p.__doc__] == []


def test_rooms_are_of_a_human_size(root):
    long = {
        f.relative_to(root).as_posix(): n
        for f in (root / "playbook").rglob("*.py")
        if (n := len(f.read_text("utf-8").splitlines())) > 320
    }
    assert long == {}


def test_there_is_no_drawer(root):
    assert [f.name for f in (root / "playbook").rglob("*.py") if f.stem in {"utils", "helpers", "common", "misc"}] == []


def test_nothing_prints_and_no_error_is_swallowed(root):
    for file in (root / "playbook").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                assert not all(isinstance(statement, ast.Pass) for statement in node.body), f"{file.name}:{node.lineno}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "print", f"{file.name}:{node.lineno}"


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_has_its_method_under_its_own_name(section):
    method = method_of(section.replace("-", "_"))
    assert method.__name__ == section.replace("-", "_")
    assert method.section.id == section
    assert method.section.question.endswith("?")
    assert method.section.promise


def test_every_result_is_frozen():
    for name in MODULES:
        importlib.import_module(name)
    pending, found = [Result], []
    while pending:
        one = pending.pop()
        found.append(one)
        pending += one.__subclasses__()
    ours = [r for r in found if r.__module__.startswith("playbook.")]
    assert len(ours) > len(SECTIONS)
    assert [r.__name__ for r in ours if not dataclasses.is_dataclass(r) or not r.__dataclass_params__.frozen] == []


def test_the_tree_at_the_top_of_errors_names_every_error():
    drawn = errors.__doc__
    own = [c for c in vars(errors).values() if inspect.isclass(c) and c.__module__ == errors.__name__]
    assert [c.__name__ for c in own if c.__name__ not in drawn] == []
    assert all(issubclass(c, errors.PlaybookError) for c in own)
