from pathlib import Path

from playbook.intake.codebook import BEGIN, END, codebook, renew
from playbook.intake.schema import TABLES


def test_the_readme_prints_the_schema(root: Path):
    text = (root / "data" / "README.md").read_text(encoding="utf-8")
    assert text == renew(text), "run: python -m playbook.intake.codebook data/README.md"


def test_every_table_and_column_is_in_the_codebook():
    text = codebook()
    for schema in TABLES.values():
        part = text.split(f"### {schema.name}\n")[1].split("###")[0]
        assert all(f"| `{column.name}` |" in part for column in schema.columns)
        assert part.count("| yes |") == len(schema.required)


def test_what_people_wrote_around_the_codebook_stays():
    assert renew(f"before\n{BEGIN}old{END}\nafter").split(codebook()) == [f"before\n{BEGIN}\n\n", f"\n{END}\nafter"]


def test_the_readme_names_the_bundled_clients(root: Path):
    text = (root / "data" / "README.md").read_text(encoding="utf-8")
    bundled = [
        path.parent.name
        for path in (root / "data").glob("*/client.yml")
        if path.parent.name in {"aurora-audio", "complete-journey"}
    ]
    assert bundled
    assert all(f"`{name}`" in text for name in bundled)
