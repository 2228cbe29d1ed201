"""Codebook: the schema as Markdown, for ``data/README.md``.

python -m playbook.intake.codebook data/README.md    # writes the part between the markers anew
"""

import sys
from pathlib import Path

from playbook.engagement import Assumptions
from playbook.intake.schema import TABLES, Column, TableSchema

__all__ = ["BEGIN", "END", "codebook", "renew"]

BEGIN, END = "<!-- codebook: begin -->", "<!-- codebook: end -->"
TYPES = {
    "id": "id", "text": "text", "date": "date", "time": "date and time",
    "money": "amount", "number": "number", "count": "whole number", "flag": "yes or no",
}  # fmt: skip


def codebook() -> str:
    """All tables with what a row is, and their columns with type, whether they are required, and meaning; then the parameters."""
    return "\n".join([*(_table(schema) for schema in TABLES.values()), _parameters()])


def _parameters() -> str:
    lines = ["### parameters", "", "What no table shows; all optional, under `parameters` in client.yml.", ""]
    lines += ["| name | if not stated | meaning |", "|---|---|---|"]
    for name, field in Assumptions.model_fields.items():
        usual = "" if field.default in (None, ()) else f"{field.default:g}"
        lines.append(f"| `{name}` | {usual} | {field.description} |")
    return "\n".join([*lines, ""])


def _table(schema: TableSchema) -> str:
    lines = [
        f"### {schema.name}",
        "",
        f"One row is {schema.row}.{_key(schema)}",
        "",
        "| column | type | required | meaning |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| `{c.name}` | {TYPES[c.kind]} | {'yes' if c.required else ''} | {c.meaning}{_bounds(c)} |" for c in schema.columns
    ]
    return "\n".join([*lines, ""])


def _key(schema: TableSchema) -> str:
    key = " and ".join(f"`{c}`" for c in schema.key)
    return f" No two rows have the same {key}." if key else ""


def _bounds(column: Column) -> str:
    if column.low is not None and column.high is not None:
        return f"; from {column.low:g} to {column.high:g}"
    return f"; not below {column.low:g}" if column.low is not None else ""


def renew(text: str) -> str:
    """``text`` with the part between the markers replaced by today's codebook."""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n\n{codebook()}\n{END}{after}"


if __name__ == "__main__":
    readme = Path(sys.argv[1])
    readme.write_text(renew(readme.read_text(encoding="utf-8")), encoding="utf-8")
