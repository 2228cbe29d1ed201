"""What is taken for a key of the catalogue, and what is not."""

from io import BytesIO

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from playbook.locale.blocks import blocks
from playbook.locale.extract import extract_notebook, extract_python, extract_yaml, unsaid


def keys(source: str) -> list:
    return [message for _, _, message, _ in extract_python(BytesIO(source.encode()), None, None, None)]


def test_keys_are_what_say_and_mark_are_given_in_either_branch():
    source = 'fmt.say("Most {x}", x=1)\nmark("a" "b")\nfmt.say("One" if n == 1 else "Many")\nprint("not this")'
    assert keys(source) == ["Most {x}", "ab", "One", "Many"]


def test_forms_for_one_and_many_belong_together():
    assert keys('fmt.say_n("{n} row", "{n} rows", n)') == [("{n} row", "{n} rows")]


def test_text_fields_of_the_contract_are_keys_and_their_ids_are_not():
    source = (
        'Finding("sales-top", "Speakers lead", evidence="shown", action="Go on" if x else None, owner="sales")\n'
        'Assumption("Prices stay", "low", "high")\nTable(frame, "Products", SOURCE, {"name": ("Product", "text")})\n'
        '@section("funnel", "Where are sales lost?", promise="conversion per step")\ndef funnel(): ...\n'
        'Locked(fmt=fmt, headline="Not yet", unlock=("orders",), promise="more")'
    )
    expected = ["Speakers lead", "Go on", "sales", "Prices stay", "Products", "Product", "Where are sales lost?"]
    assert sorted(keys(source)) == sorted([*expected, "conversion per step", "Not yet", "orders", "more"])


def test_an_f_string_where_a_key_must_stand_is_named():
    assert unsaid('x = 1\nFinding("a", f"{x} rows")\nfmt.say(f"{x}")\nprint(f"{x}")') == [(2, "f'{x} rows'"), (3, "f'{x}'")]


def test_markdown_is_cut_into_headings_and_paragraphs_on_one_line():
    text = "# Needs\n\nWhere does the\nclient stand?\n## Goals\nEach goal.\n\n- one\n- two\n\n| a |\n|---|"
    assert blocks(text) == [
        ("#", "Needs"), ("", "Where does the client stand?"), ("##", "Goals"), ("", "Each goal."), ("", "- one\n- two"),
        ("", "| a |\n|---|"),
    ]  # fmt: skip


def test_lines_of_a_list_below_words_and_of_code_stay_as_they_are():
    assert blocks("We did:\n- one\n- two") == [("", "We did:\n- one\n- two")]
    code = "```\n# none\n\n  1 + 1\n```"
    assert blocks(f"Look:\n\n{code}\n\nSo it\nis.") == [("", "Look:"), ("", code), ("", "So it is.")]
    assert blocks("1. one\n\n   more of it\n\n2. two") == [("", "1. one"), ("", "   more of it"), ("", "2. two")]


def test_a_notebook_gives_its_prose_and_no_code():
    made = new_notebook(cells=[new_markdown_cell("# Title\n\nProse."), new_code_cell("fmt.say('code')")])
    found = list(extract_notebook(BytesIO(nbformat.writes(made).encode()), None, None, None))
    assert [message for _, _, message, _ in found] == ["Title", "Prose."]


def test_a_data_file_gives_what_stands_under_en_wherever_that_is_and_nothing_else():
    source = """\
# {en: no text}
orders:
  label: {en: Orders}
  unit: count
  action:
    en: "Ask why, \\"now\\"."
steps:
  - {id: contact, words: [contact, en]}
  - [{en: Win rate}]
en: {kept: [amount]}
"""
    found = [(line, message) for line, _, message, _ in extract_yaml(BytesIO(source.encode()), None, None, None)]
    assert found == [(3, "Orders"), (6, 'Ask why, "now".'), (9, "Win rate")]
    assert list(extract_yaml(BytesIO(b""), None, None, None)) == []
