"""Uses: what the answers of a notebook are made from, read from its code and from what its methods name as parameters."""

import ast
import importlib
import inspect
from collections.abc import Callable, Mapping

from nbformat import NotebookNode

from playbook.intake.frames import FRAMES
from playbook.result.contract import Result
from playbook.run.phases import PHASES, Phase, method_of
from playbook.run.rests import ALWAYS

__all__ = ["FROM_REPORTS", "asks", "uses"]

# Values that no client file holds. What else a method may name (objectives, parameters ...) stands in client.yml.
FROM_REPORTS = {
    "past_findings": "earlier:findings.json",
    "past_lessons": "earlier:lessons.json",
    "past_memory": "earlier:memory.json",
    "past_plan": "earlier:plan.json",
    "peer_kpis": "peers",
    "service_feedback": "table:feedback",
}
_OPENS = frozenset({"open", "exec", "eval", "input", "compile", "__import__", "get_ipython"})
_LEADS_TO_FILES = frozenset({"folder", "reports", "root"})  # what an engagement tells of this machine
_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def uses(phase: Phase, notebook: NotebookNode, reads: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """Names (see ``rests``) of all that the phase's answers rest on; ``reads`` are the tables behind each frame.

    None when the notebook does more than call ``study`` with the playbook's methods, so that nobody can tell.
    """
    methods = _called(notebook)
    if methods is None:
        return None
    found: set[str] = {f"notebook:{phase.id}", f"parameters:{phase.id}"}
    pending, seen = list(methods), set()
    while pending:
        method = pending.pop()
        if method.__name__ in seen:
            continue
        seen.add(method.__name__)
        for name in inspect.signature(method).parameters:
            if name in FRAMES or name == "audit":
                found.update(f"table:{table}" for table in reads[name])
            elif name in FROM_REPORTS:
                found.add(FROM_REPORTS[name])
            elif earlier := _method(name):
                pending.append(earlier)
                found.update(_settings(name, phase))
    return (*ALWAYS, *sorted(found))


def asks(notebook: NotebookNode) -> tuple[str, ...] | None:
    """Names of the methods that a notebook asks ``study`` for, in order; None when it does not ask all with their defaults."""
    methods = _called(notebook)
    if methods is None:
        return None
    known, asked, named = {m.__name__ for m in methods}, [], 0
    for node in ast.walk(ast.parse("\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code"))):
        if isinstance(node, _DEFINES) or (isinstance(node, ast.alias) and node.asname):
            return None  # something of its own, or under a name of its own
        if isinstance(node, ast.Name):
            named += node.id == "study"
            if isinstance(node.ctx, ast.Store) and node.id in {*known, "study"}:
                return None
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "study":
            names = [one.id for one in node.args if isinstance(one, ast.Name)]
            if node.keywords or len(names) != 2 or names[1] not in known:
                return None
            asked.append(names[1])
    return tuple(asked) if named == len(asked) else None


def _settings(name: str, phase: Phase) -> tuple[str, ...]:
    """The notebook and parameters of an earlier phase, whose answer this one is given; a later one's is worked out ahead."""
    answered = next(p for p in PHASES if name.replace("_", "-") in p.sections)
    return (f"notebook:{answered.id}", f"parameters:{answered.id}") if answered.number < phase.number else ()


def _called(notebook: NotebookNode) -> list[Callable[..., Result]] | None:
    """The methods that a notebook imports; None when it imports or opens anything else."""
    methods = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        try:
            nodes = list(ast.walk(ast.parse(cell.source)))
        except SyntaxError:  # a magic, or no Python at all
            return None
        for node in nodes:
            if isinstance(node, ast.Import) or (isinstance(node, ast.Name) and node.id in _OPENS):
                return None
            if isinstance(node, ast.Attribute) and (node.attr in _LEADS_TO_FILES or node.attr.startswith("__")):
                return None
            if isinstance(node, ast.ImportFrom):
                if node.module == "playbook":
                    continue
                if node.level or not (node.module or "").startswith("playbook.methods."):
                    return None
                try:
                    room = importlib.import_module(node.module)
                except ImportError:  # the notebook meets it, and tells in which cell
                    return None
                found = [getattr(room, alias.name, None) for alias in node.names]
                if any(not hasattr(one, "section") for one in found):
                    return None
                methods += found
    return methods


def _method(name: str) -> Callable[..., Result] | None:
    try:
        return method_of(name)
    except KeyError:
        return None
