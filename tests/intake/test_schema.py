import pytest

from playbook.intake.schema import TABLES


def test_names_are_the_keys_and_unique():
    for name, schema in TABLES.items():
        assert schema.name == name
        assert len(set(schema.names)) == len(schema.names)


def test_keys_dates_and_links_name_columns_that_exist():
    for schema in TABLES.values():
        assert set(schema.key) <= set(schema.required)
        assert schema.date is None or schema.column(schema.date).kind in {"date", "time"}
        for column, other in schema.links:
            assert column in schema.names
            assert column in TABLES[other].names


def test_every_table_and_column_says_what_it_means():
    for schema in TABLES.values():
        assert schema.row.startswith("one ")
        assert all(column.meaning for column in schema.columns)


def test_a_column_has_one_kind_wherever_it_stands():
    kinds = {}
    for schema in TABLES.values():
        for column in schema.columns:
            if column.name.endswith("_id"):
                assert kinds.setdefault(column.name, column.kind) == column.kind == "id"


def test_an_unknown_column_is_a_key_error():
    with pytest.raises(KeyError, match="orders has no column price"):
        TABLES["orders"].column("price")


def test_the_schema_cannot_be_changed():
    with pytest.raises(TypeError):
        TABLES["orders"] = None
