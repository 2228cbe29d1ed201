"""What Babel's extraction reads: the words of code, data files and notebooks that a reader of a report sees.

In Python these are the keys of ``say``, ``say_n``, ``say_html``, ``said``, ``said_n`` and ``mark``, the text fields of the result
contract (a finding's sentence, a table's caption, a section's question), and labels of columns, which stand beside their unit. In
a data file (YAML) it is each text under a key ``en``, in a notebook each paragraph of its Markdown cells. ``make translations``
runs it.
"""

import ast
from collections.abc import Iterator
from typing import BinaryIO

import nbformat
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from playbook.locale.blocks import blocks

__all__ = ["extract_notebook", "extract_python", "extract_yaml", "unsaid"]

Message = tuple[int, str | None, str | tuple[str, ...], list[str]]
SINGLE, PLURAL = {"say", "say_html", "said", "mark"}, {"say_n", "said_n"}
UNITS = {"money", "unit_money", "share", "points", "count", "number", "days", "date", "month", "text"}
# The fields of the contract that a reader sees, by position (None: by name only); a Result's subclass has those of Result.
FIELDS = {
    "Finding": {1: "sentence", None: ("action", "owner")},
    "Assumption": {0: "text"},
    "Table": {1: "caption", 2: "source"},
    "Figure": {1: "caption", 2: "source", 3: "alt"},
    "Tile": {0: "label"},
    "Worklist": {1: "title", 2: "how"},
    "Proposal": {1: "name", 2: "action", 3: "whom", 4: "owner", 5: "kpi", 6: "stop_rule"},
    "section": {1: "question", 2: "promise"},
    "Check": {7: "reason", 8: "remedy"},  # what intake finds, told when the audit is
    "RowRule": {4: "reason", 5: "remedy"},
    "Column": {2: "meaning"},
    "TableSchema": {0: "name", 1: "row"},
    "Locked": {None: ("headline", "unlock", "promise")},
}
RESULT = ("headline",)


def extract_python(fileobj: BinaryIO, keywords, comment_tags, options) -> Iterator[Message]:
    """Babel's extraction method for Python files."""
    tree = ast.parse(fileobj.read())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) in PLURAL and len(node.args) > 1:
            one, many = (_constant(a) for a in node.args[:2])
            if one and many:
                yield node.lineno, "ngettext", (one, many), []
        for text in _keys(node):
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and text.value.strip():
                yield text.lineno, None, text.value, []


def unsaid(source: str) -> list[tuple[int, str]]:
    """(line, text) of f-strings in places where a key of the catalogue has to stand: they could not be translated."""
    found = [node for tree in ast.walk(ast.parse(source)) for node in _keys(tree) if isinstance(node, ast.JoinedStr)]
    return [(node.lineno, ast.unparse(node)) for node in found]


def extract_notebook(fileobj: BinaryIO, keywords, comment_tags, options) -> Iterator[Message]:
    """Babel's extraction method for notebooks: one message a paragraph, heading or list of its Markdown."""
    notebook = nbformat.reads(fileobj.read().decode("utf-8"), as_version=4)
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown":
            for _, text in blocks(cell.source):
                yield number, None, text, []


def extract_yaml(fileobj: BinaryIO, keywords, comment_tags, options) -> Iterator[Message]:
    """Babel's extraction method for data files: one message a text under ``en``."""
    for text in _under_en(YAML(typ="safe", pure=True).compose(fileobj.read().decode("utf-8"))):
        yield text.start_mark.line + 1, None, text.value, []


def _under_en(node: Node | None) -> Iterator[ScalarNode]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == "en" and isinstance(value, ScalarNode):
                yield value
            yield from _under_en(value)
    elif isinstance(node, SequenceNode):
        for part in node.value:
            yield from _under_en(part)


def _keys(node: ast.AST) -> Iterator[ast.expr]:
    """Expressions in this node that have to be keys of the catalogue."""
    if isinstance(node, ast.Tuple) and len(node.elts) == 2 and _constant(node.elts[1]) in UNITS:
        yield from _alternatives(node.elts[0])
    if not isinstance(node, ast.Call):
        return
    name = _name(node)
    if name in SINGLE:
        yield from _alternatives(node.args[0])
    elif fields := FIELDS.get(name):
        named = {*(f for k, f in fields.items() if k is not None), *fields.get(None, ())}
        for place, argument in enumerate(node.args):
            if place in fields:
                yield from _alternatives(argument)
        for keyword in node.keywords:
            if keyword.arg in named:
                yield from _alternatives(keyword.value)
    else:
        for keyword in node.keywords:
            if keyword.arg in RESULT:
                yield from _alternatives(keyword.value)


def _alternatives(node: ast.expr) -> Iterator[ast.expr]:
    """The texts an expression may come to: both sides of a choice, each of a tuple."""
    if isinstance(node, ast.IfExp):
        yield from _alternatives(node.body)
        yield from _alternatives(node.orelse)
    elif isinstance(node, ast.BoolOp | ast.Tuple | ast.List):
        for part in node.values if isinstance(node, ast.BoolOp) else node.elts:
            yield from _alternatives(part)
    elif isinstance(node, ast.BinOp):
        yield from _alternatives(node.left)
        yield from _alternatives(node.right)
    elif isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
