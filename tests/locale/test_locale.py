"""Words that remember how they were put together, and a catalogue that always answers."""

import pickle
from datetime import date

import pytest

from playbook.locale import LANGUAGES, Amount, Said, Verbatim, catalogue, said, said_n, told


@pytest.fixture
def german(tmp_path, monkeypatch):
    """A third language is one file."""
    (tmp_path / "de.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "{n} row of {table}"\nmsgid_plural "{n} rows of {table}"\n'
        'msgstr[0] "{n} Zeile von {table}"\nmsgstr[1] "{n} Zeilen von {table}"\n\n'
        'msgid "orders"\nmsgstr "Bestellungen"\n\nmsgid "{first}, and {second}"\nmsgstr "{second} und {first}"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr("playbook.locale.FOLDER", tmp_path)
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()


def test_what_was_said_is_english_text_until_it_is_told():
    text = said_n("{n} row of {table}", "{n} rows of {table}", 1200, table="orders")
    assert text == "1,200 rows of orders" and isinstance(text, str) and f"{text}." == "1,200 rows of orders."


def test_it_is_told_in_another_language_with_all_that_stands_in_it(german):
    inner = said_n("{n} row of {table}", "{n} rows of {table}", 1, table="orders")
    whole = said("{first}, and {second}", first=inner, second="orders")
    assert whole == "1 row of orders, and orders"
    assert told(whole, "de_DE") == "Bestellungen und 1 Zeile von Bestellungen"
    assert told(whole, "en") == whole == told(whole, "fr")


def test_days_and_amounts_are_written_as_the_reader_expects():
    text = said("{day}: {amount}, {exact}", day=date(2026, 10, 31), amount=Amount(-1971060, "USD", whole=True),
                exact=Amount(2.5, "CNY"))  # fmt: skip
    assert text == told(text, "en") == "31 October 2026: −$1,971,060, CN¥2.50"
    assert told(text, "zh_Hans_CN") == "2026年10月31日: −US$1,971,060, ¥2.50"


def test_names_are_listed_as_the_reader_expects():
    text = said("stock ({columns})", columns=("date", "on_hand"))
    assert text == "stock (date, on_hand)" and told(text, "zh") == "stock (date、on_hand)"


def test_what_nobody_translated_stays(german):
    assert told("surveys", "de") == "surveys" and told("", "de") == "" and told(said("{n} steps", n=3), "de") == "3 steps"


def test_a_name_stays_even_where_the_catalogue_has_such_a_word(german):
    assert told(said_n("{n} row of {table}", "{n} rows of {table}", 1, table=Verbatim("orders")), "de") == "1 Zeile von orders"
    assert told(Verbatim("orders"), "de") == "orders" != told("orders", "de")


def test_it_survives_being_stored():
    text = said_n("{n} row", "{n} rows", 2)
    again = pickle.loads(pickle.dumps(text))  # noqa: S301
    assert isinstance(again, Said) and (again, again.forms, again.n) == (text, text.forms, 2)


def test_english_and_chinese_are_spoken():
    assert LANGUAGES == ("en", "zh")
    assert told("Needs analysis", "zh") == told("Needs analysis", "zh_Hans_CN") == "需求分析"
