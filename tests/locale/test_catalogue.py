"""The catalogues are whole: every word of code and notebooks is there, nothing else is, and each reads well at its edges."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from playbook.locale import FOLDER, LANGUAGES
from playbook.locale.extract import unsaid

ROOT = Path(__file__).parents[2]
OTHERS = [language for language in LANGUAGES if language != "en"]
# What a place in a sentence may have to hold: nothing, one, many, a loss, a name that ends like a sentence.
EDGES = ("0", "1", "−3", "1,204", "−€1.2M", "4.0%", "Ltd.", "a {b} c")


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Catalog:
    """The words as `make translations` finds them."""
    file = tmp_path_factory.mktemp("words") / "playbook.pot"
    keywords = [word for form in ("say:1", "say_n:1,2", "say_html:1") for word in ("--keyword", form)]
    where = ["--mapping-file", str(FOLDER / "babel.cfg"), "--output", str(file), str(ROOT / "playbook"), str(ROOT / "notebooks")]
    CommandLineInterface().run(["pybabel", "--quiet", "extract", "--no-location", *keywords, *where])
    with file.open("rb") as stream:
        return read_po(stream)


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def messages(catalogue: Catalog) -> dict:
    return {message.id: message.string for message in catalogue if message.id}


def places(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)[^{}]*\}", text.replace("{{", "").replace("}}", "")))


@pytest.fixture(scope="module", params=OTHERS)
def translated(request) -> dict:
    with (FOLDER / f"{request.param}.po").open("rb") as stream:
        return messages(read_po(stream, locale=request.param))


def test_every_word_is_translated(template, translated):
    lacking = [key for key in messages(template) if not all(forms(translated.get(key) or ""))]
    assert lacking == [], f"{len(lacking)} of {len(messages(template))}: run make translations, then fill them in"


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_doubt(language):
    """gettext does not use an entry that is flagged as fuzzy."""
    with (FOLDER / f"{language}.po").open("rb") as stream:
        assert [message.id for message in read_po(stream, locale=language) if message.id and message.fuzzy] == []


def test_no_translation_is_stale(template, translated):
    assert [key for key in translated if key not in messages(template)] == []


def test_no_key_is_both_alone_and_for_one_of_many(template):
    """gettext keeps one entry for both, by the form for one, and would lose the form for many."""
    alone = {key for key in messages(template) if isinstance(key, str)}
    assert [key for key in messages(template) if isinstance(key, tuple) and key[0] in alone] == []


def test_a_translation_holds_the_places_of_its_key(translated):
    wrong = []
    for key, text in translated.items():
        known = {place for form in forms(key) for place in places(form)}
        for form in forms(text):
            if not set(places(forms(key)[-1])) <= set(places(form)) <= known:
                wrong.append((key, form))
    assert wrong == []


def test_no_sentence_is_put_together_where_a_key_must_stand():
    files = [file for file in (ROOT / "playbook").rglob("*.py") if "generate" not in file.parts]
    assert {str(file.relative_to(ROOT)): found for file in files if (found := unsaid(file.read_text(encoding="utf-8")))} == {}


def test_each_form_of_each_sentence_reads_well_at_its_edges(template, translated):
    """No gap, no doubled or stray sign, whatever stands in a sentence's places; values are never taken for places."""
    wrong = []
    for key, text in {**{k: k for k in messages(template)}, **translated}.items():
        for form in (*forms(key), *forms(text)):
            for edge in EDGES:
                told = form.format_map(dict.fromkeys(places(form), edge))
                bare = told.replace(edge, "x")
                if re.search(r"  | [,.;:!?，。；：！？](?!\.)|[，。；：]{2}|\(\)|（）|\{|\}", bare) and "\n" not in bare:
                    wrong.append((form, edge))
                    break
    assert wrong == []


VERBS = "is|was|has|does|goes|says|leaves|holds|deserves|differs|costs"


def test_one_is_not_told_in_the_plural(template):
    """The form for one counts no plural noun."""
    plural = re.compile(rf"(?<![\w.])(\{{n\}}|1|[Oo]ne) (?!({VERBS}|yes|less|[a-z]+ss)\b)[a-z]+s\b")
    pairs = [key for key in messages(template) if isinstance(key, tuple)]
    assert [one for one, many in pairs if plural.search(one) or one == many] == []


NAMES = {"ABC", "ARIMA", "AUC", "Qini", "XYZ", "nDCG"}  # the same in every language


def test_chinese_is_chinese(translated, request):
    """Sentences hold Chinese words and Chinese punctuation; names of methods, files and columns may stay."""
    wrong = []
    for key, text in translated.items():
        words = re.findall("[A-Za-z]{3,}", re.sub(r"\{[^{}]*\}", "", forms(key)[0]))
        for form in forms(text):
            bare = re.sub(r"\{[^{}]*\}|`[^`]*`", "", form)
            spoken = key not in NAMES and (len(words) > 2 or (words and "{" not in form))
            if (spoken and not re.search("[一-鿿]", bare)) or re.search("[一-鿿] ?[,;:!?] ?[一-鿿]", bare):
                wrong.append((key, form))
    assert wrong == []
