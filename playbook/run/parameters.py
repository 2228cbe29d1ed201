"""Parameters: what a notebook accepts, read from its own ``parameters`` cell, and checked before anything runs.

papermill itself reads the cell line by line with a pattern and only warns of a name it does not know;
a misspelled setting would then deliver a wrong report. Here the cell is parsed as Python.
"""

import ast
import math
from dataclasses import dataclass
from datetime import date

from nbformat import NotebookNode

from playbook.errors import UsageError, did_you_mean

__all__ = ["GivenError", "Parameter", "accepted", "checked", "chosen", "offered"]

TAG = "parameters"
_TYPES = {"str": str, "int": int, "float": float, "bool": bool}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a notebook: its name, type and default."""

    name: str
    type: type
    default: object


class GivenError(UsageError):
    """A ``-p`` that cannot be used: the command is wrong, and nothing about the client."""


_OWN = {
    "client": "name the client itself, playbook run CLIENT",
    "as_of": "write --as-of YYYY-MM-DD",
    "language": "write --language zh",
}
_NONE = "They have none yet: a parameter is a line that you add to a notebook's parameters cell, such as horizon: int = 12."


def accepted(notebook: NotebookNode, name: str) -> dict[str, Parameter]:
    """The parameters of a notebook by name. Raises UsageError for a parameters cell that holds more than typed literals."""
    cells = [cell for cell in notebook.cells if TAG in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise UsageError(f"{name} has {len(cells)} cells tagged 'parameters'; it needs exactly one.")
    found, problems = {}, []
    try:
        statements = ast.parse(cells[0].source).body
    except SyntaxError as error:
        raise UsageError(f"{name}: the parameters cell is not valid Python (line {error.lineno}).") from None
    for statement in statements:
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name) or statement.value is None:
            problems.append(f"line {statement.lineno}: write every parameter as name: type = value")
            continue
        kind = _TYPES.get(ast.unparse(statement.annotation))
        try:
            default = ast.literal_eval(statement.value)
        except (TypeError, ValueError):
            kind = None
        if kind is None or not (type(default) is kind or (kind is float and type(default) is int)):
            problems.append(f"line {statement.lineno}: {statement.target.id} must be a str, int, float or bool with such a value")
            continue
        found[statement.target.id] = Parameter(statement.target.id, kind, default)
    if problems:
        raise UsageError(f"{name}: the parameters cell cannot be used:", problems)
    return found


def chosen(given: dict[str, str]) -> dict[str, str]:
    """``-p`` values of the command, unchanged.

    Raises GivenError for those that the command itself sets: a report's name, head and folder must come from the same client
    and day as its figures.
    """
    if problems := [f"{name}: {instead}" for name, instead in _OWN.items() if name in given]:
        raise GivenError("Parameters that are not chosen with -p:", problems)
    return given


def offered(accepts: dict[str, Parameter]) -> dict[str, Parameter]:
    """The parameters of a notebook that ``-p`` may set: those that somebody added to it."""
    return {name: one for name, one in accepts.items() if name not in _OWN}


def checked(given: dict[str, str], notebooks: dict[str, dict[str, Parameter]]) -> dict[str, dict[str, object]]:
    """``-p`` values as each notebook takes them: notebook name -> parameter -> typed value.

    A parameter goes to every notebook that has it. Raises GivenError, for all of them at once, for
    names that no notebook has and values that do not fit.
    """
    known = sorted({name for accepts in notebooks.values() for name in accepts})
    choice = f"Parameters: {', '.join(known)}." if known else _NONE
    problems = [
        f"no notebook of this run has a parameter {name!r}.{did_you_mean(name, known)} {choice}"
        for name in given
        if name not in known
    ]
    values: dict[str, dict[str, object]] = {notebook: {} for notebook in notebooks}
    for notebook, accepts in notebooks.items():
        for name in given.keys() & accepts.keys():
            try:
                values[notebook][name] = _convert(given[name], accepts[name])
            except ValueError as error:
                asked = f"{name}: {accepts[name].type.__name__} = {accepts[name].default!r}"
                problems.append(f"{notebook}: {name}={given[name]}: {error}; its parameters cell has {asked}.")
    if problems:
        raise GivenError("Parameters that cannot be used:", problems)
    return values


def _convert(text: str, parameter: Parameter) -> object:
    if parameter.name == "as_of" and text:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError("write the day as year-month-day, for example 2026-10-31") from None
    if parameter.type is bool:
        if text.lower() not in {"true", "false"}:
            raise ValueError("write true or false")
        return text.lower() == "true"
    try:
        value = parameter.type(text)
    except ValueError:
        raise ValueError(f"is no {'whole number' if parameter.type is int else 'number'}") from None
    if parameter.type is float and not math.isfinite(value):
        raise ValueError("is no number")
    return value
