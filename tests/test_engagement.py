import json
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from playbook.engagement import ClientFile, client_names, contrast, file_read, find_root, know_file, open_engagement, opening
from playbook.errors import EngagementError, PlaybookError, UsageError

GOOD = """
name: Acme
currency: EUR
as_of: 2026-01-31
sources:
  orders: {path: raw/orders.csv, columns: {order_id: No, order_date: Day, revenue: Sum}}
objectives:
  - {kpi: revenue, target: 1000, by: 2027-01-31}
parameters: {gross_margin: 0.4}
interventions:
  - {id: spring-mail, start: 2026-01-02, end: 2026-01-20, cost: 100}
"""


@pytest.fixture
def write(tmp_path):
    folder = tmp_path / "data" / "acme"
    folder.mkdir(parents=True)

    def write(text: str | bytes):
        (folder / "client.yml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return write


def problems(root) -> str:
    with pytest.raises(EngagementError) as raised:
        open_engagement("acme", root=root)
    return str(raised.value)


def test_a_good_file_becomes_a_frozen_engagement(write):
    acme = open_engagement("acme", root=write(GOOD))
    assert (acme.client, acme.name, acme.currency, acme.language, acme.industry) == ("acme", "Acme", "EUR", "en", "other")
    assert acme.as_of == date(2026, 1, 31)
    assert acme.objectives[0].per == "month"
    assert acme.parameters.discount_rate == 0.10
    assert acme.interventions[0].label == "spring-mail"
    assert acme.folder == acme.root / "data" / "acme"
    assert acme.reports == acme.root / "reports" / "acme"
    with pytest.raises(ValidationError):
        acme.name = "Other"


def test_equal_files_give_equal_hashes_and_a_changed_file_another(write):
    first = open_engagement("acme", root=write(GOOD))
    assert hash(first) == hash(open_engagement("acme", root=write(GOOD)))
    assert hash(first) != hash(open_engagement("acme", root=write(GOOD + "# a word more\n")))


def test_as_of_on_the_call_takes_the_place_of_the_files(write):
    root = write(GOOD)
    assert open_engagement("acme", as_of="2025-12-31", root=root).as_of == date(2025, 12, 31)
    with pytest.raises(EngagementError, match="as_of"):
        open_engagement("acme", as_of="yesterday", root=root)


def test_as_of_may_not_lie_ahead(write):
    with pytest.raises(EngagementError, match="future"):
        open_engagement("acme", as_of=date.today() + timedelta(days=1), root=write(GOOD))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("currency: EUR", "curency: EUR", "curency: unknown key. Did you mean 'currency'?"),
        ("name: Acme", "title: Acme", "name: missing"),
        ("currency: EUR", "currency: eur", "'eur' is not an ISO 4217 currency code. Did you mean 'EUR'?"),
        ("currency: EUR", "currency: EUR\nindustry: retial", "Did you mean 'retail'?"),
        ("columns:", "colums:", "sources > orders > colums: unknown key. Did you mean 'columns'?"),
        ("kpi: revenue", "kpi: revenu", "Did you mean 'revenue'?"),
        ("target: 1000", "target: a lot", "objectives > number 1 > target"),
        ("target: 1000", "target: -1", "objectives > number 1 > target"),
        ("target: 1000", "target: .inf", "objectives > number 1 > target"),
        ("kpi: revenue", "kpi: conversion", "write 0.32 for 32 percent"),
        ("by: 2027-01-31", "by: 2027-02-30", "line 8: there is no day 2027-02-30"),
        ("by: 2027-01-31", "by: 2027-01-31, start: 2027-02-01", "is not before by"),
        ("by: 2027-01-31}", "by: 2027-01-31}\n  - {kpi: revenue, target: 2, by: 2027-01-31}", "two targets for the same day"),
        ("gross_margin: 0.4", "gross_margin: 40", "parameters > gross_margin"),
        ("gross_margin: 0.4", "gros_margin: 0.4", "Did you mean 'gross_margin'?"),
        ("end: 2026-01-20", "end: 2026-01-01", "end 2026-01-01 is before start 2026-01-02"),
        ("cost: 100", "cost: 100, control_share: 50", "interventions > number 1 > control_share"),
        ("id: spring-mail", "id: spring mail", "interventions > number 1 > id"),
        ("cost: 100}", "cost: 100}\n  - {id: spring-mail, start: 2026-01-03}", "spring-mail is used more than once"),
        ("path: raw/orders.csv", "path: ../other/orders.csv", "leaves the client's folder"),
        ("path: raw/orders.csv", "path: raw/../../orders.csv", "leaves the client's folder"),
        ("path: raw/orders.csv", r"path: 'raw\..\..\orders.csv'", "leaves the client's folder"),
        ("path: raw/orders.csv", "path: /etc/passwd", "leaves the client's folder"),
        ("path: raw/orders.csv", r"path: 'C:\orders.csv'", "leaves the client's folder"),
        ("path: raw/orders.csv", "path: package:other/../../x.csv", "leaves the client's folder"),
        ("path: raw/orders.csv", "database: 'postgresql://me:secret@host/db', table: orders", "write env:NAME"),
        ("path: raw/orders.csv", "database: env:ACME_DB", "a database needs the table"),
        ("path: raw/orders.csv", "path: raw/orders.csv, database: env:ACME_DB, table: o", "only one of them"),
        ("path: raw/orders.csv", "path: raw/orders.csv, decimal: ',', thousands: ','", "cannot be the same sign"),
        ("path: raw/orders.csv", "path: raw/orders.csv, encoding: klingon", "'klingon' is not an encoding"),
    ],
)
def test_each_mistake_is_named_with_its_key(write, old, new, said):
    assert old in GOOD
    assert said in problems(write(GOOD.replace(old, new, 1)))


def test_a_secret_in_the_wrong_place_is_not_repeated(write):
    said = problems(write(GOOD.replace("path: raw/orders.csv", "database: 'postgresql://me:secret@host/db', table: orders")))
    assert "secret@" not in said


def test_all_mistakes_are_told_at_once(write):
    said = problems(
        write(GOOD.replace("currency: EUR", "curency: EUR").replace("kpi: revenue", "kpi: sales").replace("0.4", "4"))
    )
    assert said.count("\n  - ") >= 4  # unknown key, missing currency, unknown kpi, margin above 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: Acme\nname: Other\n", 'line 2: found duplicate key "name". A key stands once: keep one'),
        ("a:\n\tb: {}\n", "line 2: found character '\\t' that cannot start any token. That is a tab: indent with spaces."),
        ("a: b\nname:Acme\nc: d\n", "line 3: could not find expected ':', while scanning a simple key from line 2 on. The usual"),
        ("name: Acme: the shop\n", "line 1: mapping values are not allowed here. Look at the line before, too. The usual causes"),
        ("name: 'Acme\nc: d\n", "line 3: found unexpected end of stream, while scanning a quoted scalar from line 1 on. The"),
        ("name: [Acme", "line 1"),
        ("name: 'Acme\n", "not valid YAML"),
        ("- a\n- b\n", "holds no keys"),
        ("", "holds no keys"),
        (b"name: M\xfcller\n", "not saved as UTF-8"),
        ("name: !!python/object/apply:os.system ['true']\n", "client.yml"),
        ("name: &a [*a]\n", "client.yml"),
        ("name: a\n---\nname: b\n", "line 2: but found another document. A line of --- begins a second file: take it out."),
        ("a: b\nname: \x07\n", "line 2: a character that no text file holds (number 7): take it out."),
        ("2026-01-01: x\n[1, 2]: y\n", "client.yml"),
        ("name: a\nas_of: 2026-13-45\n", "line 2: there is no day 2026-13-45"),
    ],
)
def test_broken_yaml_is_an_engagement_error(write, text, said):
    assert said in problems(write(text))


def test_a_byte_order_mark_is_no_mistake(write):
    assert open_engagement("acme", root=write(b"\xef\xbb\xbf" + GOOD.encode())).name == "Acme"


def test_what_a_file_says_can_be_handed_on_as_long_as_it_is_the_same_file(write, monkeypatch):
    def name(text):
        return open_engagement("acme", root=write(text)).name

    monkeypatch.setattr(opening, "_known", {})
    opened = open_engagement("acme", root=write(GOOD))
    said = file_read(opened)
    know_file({text: values | {"name": "Known"} for text, values in said.items()})
    opening._parsed.cache_clear()
    assert name(GOOD) == "Known"  # it was not parsed again
    assert name(GOOD + "\n") == "Acme"
    assert file_read(opened) is None  # it is another file now
    assert open_engagement("acme", "2026-01-02", root=opened.root).as_of == date(2026, 1, 2)
    assert open_engagement("acme", root=opened.root).as_of == date(2026, 1, 31)  # nothing was written into what is known


@pytest.mark.parametrize("name", ["acm", "", "..", "../acme", "acme/", "/acme", "a\x00b", "Acme", "nobody"])
def test_an_unknown_client_is_wrong_use(write, name):
    root = write(GOOD)
    with pytest.raises(UsageError, match="There is no client") as raised:
        open_engagement(name, root=root)
    assert "Known clients: acme" in str(raised.value)


def test_clients_are_listed_in_order(write, tmp_path):
    write(GOOD)
    (tmp_path / "data" / "aaa").mkdir()
    (tmp_path / "data" / "aaa" / "client.yml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "data" / "no-client").mkdir()
    assert client_names(tmp_path) == ("aaa", "acme")


def test_the_root_is_found_from_below_or_named(tmp_path, monkeypatch):
    monkeypatch.delenv("PLAYBOOK_HOME", raising=False)
    with pytest.raises(UsageError, match="PLAYBOOK_HOME"):
        find_root(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "notebooks" / "deep").mkdir(parents=True)
    assert find_root(tmp_path / "notebooks" / "deep") == tmp_path.resolve()
    monkeypatch.setenv("PLAYBOOK_HOME", str(tmp_path / "data"))
    assert find_root(tmp_path) == (tmp_path / "data").resolve()


KEYS = st.sampled_from([*ClientFile.model_fields, "orders", "path", "columns", "kpi", "target", "by", "id", "start"]) | st.text(
    max_size=5
)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(KEYS, JUNK, max_size=6))
def test_no_junk_gives_anything_but_our_own_error(write, junk):
    root = write(json.dumps(junk, allow_nan=True))
    with pytest.raises(PlaybookError):
        open_engagement("acme", root=root)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60))
def test_no_bytes_give_anything_but_our_own_error(write, junk):
    root = write(junk)
    with pytest.raises(PlaybookError):
        open_engagement("acme", root=root)


@pytest.mark.parametrize(
    "line,said",
    [
        ("stages: Won", "stages: 'Won' is no list; write it in brackets, for example [Won]."),
        ("parameters: {budget: lots}", "parameters > budget: 'lots' is no number."),
        ("parameters: {gross_margin: '38%'}", "parameters > gross_margin: '38%' is no number; write 0.38 for 38%."),
        ("parameters: {gross_margin: '7,5 %'}", "parameters > gross_margin: '7,5 %' is no number; write 0.075 for 7,5 %."),
        ("parameters: {gross_margin: 38}", "parameters > gross_margin: 38 is more than 1; it is a share, so write 0.38"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_with_what_to_write(tmp_path, line, said):
    folder = tmp_path / "data" / "acme"
    folder.mkdir(parents=True)
    orders = "orders: {path: raw/o.csv, columns: {order_id: a, order_date: b, revenue: c}}"
    (folder / "client.yml").write_text(f"name: Acme\ncurrency: EUR\nsources:\n  {orders}\n{line}\n", encoding="utf-8")
    with pytest.raises(EngagementError) as error:
        open_engagement("acme", root=tmp_path)
    assert said in str(error.value)


def test_a_brand_is_the_houses_with_what_the_client_says_instead(write):
    home = write(GOOD + "brand: {accent: '#7a1fa2', logo: logo.svg}\n")
    (home / "data" / "brand.yml").write_text("name: North & Co\naccent: '#1f5fd0'\nfooter: Call us.\n", encoding="utf-8")
    (home / "data" / "acme" / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    brand = open_engagement("acme", root=home).brand
    assert (brand.name, brand.accent, brand.footer, brand.logo) == ("North & Co", "#7a1fa2", "Call us.", "acme/logo.svg")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("accent: '#ffcc00'", "has a contrast of 1.5"),
        ("accent: blue", "is no colour"),
        ("accent: #1f5fd0", "accent: no colour; write it in quotes"),
        ("logo: /etc/logo.svg", "is no logo"),
        ("logo: ../logo.svg", "is no logo"),
        ("logo: logo.svg", "there is no file data/logo.svg"),
        ("colour: '#1f5fd0'", "unknown key"),
    ],
)
def test_a_brand_that_cannot_be_worn_is_refused(write, written, said):
    home = write(GOOD)
    (home / "data" / "brand.yml").write_text(f"{written}\n", encoding="utf-8")
    assert said in problems(home)


@pytest.mark.parametrize(
    ("name", "content", "said"), [("a.png", b"\x89PNG\r\n\x1a\n", ""), ("a.svg", b"<p/>", "data/a.svg is no SVG")]
)
def test_a_logo_is_a_picture_or_the_file_is_refused(write, name, content, said):
    home = write(GOOD)
    (home / "data" / "brand.yml").write_text(f"logo: {name}\n", encoding="utf-8")
    (home / "data" / name).write_bytes(content)
    if said:
        assert said in problems(home)
    else:
        assert open_engagement("acme", root=home).brand.logo == name


def test_black_on_white_has_the_greatest_contrast_there_is():
    assert contrast("#000000", "#ffffff") == pytest.approx(21) and contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
