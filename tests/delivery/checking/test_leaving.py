"""Planted leaks of every kind are caught, with their place; what a client says of itself is no leak."""

import base64
import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import nbformat
import openpyxl
import pandas as pd
import pytest

from home import CLIENT, tiny_client
from parcels import again, edition, publish, scorecard
from playbook.delivery.checking.leaving import check_draft, check_report, require_clean
from playbook.delivery.checking.own import house_words
from playbook.delivery.checking.seen import Seen, folded
from playbook.delivery.checking.strangers import strangers
from playbook.delivery.drafting import write_draft
from playbook.delivery.enclosed import enclose
from playbook.delivery.letter import write_letter
from playbook.delivery.message import compose
from playbook.engagement import open_engagement
from playbook.errors import DeliveryError
from playbook.run.phases import PHASES

STRANGER = "name: Umbra Foods\n"
PAGE = "01-needs-analysis.html"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a second client, of which nothing may be read in the first one's report."""
    (tmp_path / "notebooks").mkdir()
    yml = (
        CLIENT.replace("name: Acme\n", STRANGER) + "recipients: [chief@umbra.example]\nknown_by: [Projekt Nordstern, 晨星计划]\n"
    )
    tiny_client(tmp_path, "umbra-foods", client_yml=yml)
    return tmp_path


def say(words: str):
    """A finding that says these words."""
    return scorecard(f"Revenue stands at €310K, says {words} to us.")


def into(name: str, old: str, new: str):
    """Put something into a published page, as a faulty template would."""

    def plant(folder: Path) -> None:
        file = folder / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    return plant


def into_book(change):
    """Change the workbook."""

    def plant(folder: Path) -> None:
        book = openpyxl.load_workbook(folder / "action-lists.xlsx")
        change(book)
        book.save(folder / "action-lists.xlsx")

    return plant


def hide(book):
    book.worksheets[1].sheet_state = "veryHidden"


def hide_column(book):
    book.worksheets[1].column_dimensions["B"].hidden = True


def formula(book):
    book.worksheets[1]["B2"] = "=HYPERLINK(A1)"


def comment(book):
    book.worksheets[1]["B2"].comment = openpyxl.comments.Comment("call him", "ours")


def foot(book):
    book.worksheets[1].oddFooter.left.text = "Made for Umbra Foods"


def prompt(book):
    asked = openpyxl.worksheet.datavalidation.DataValidation("list", formula1='"a,b"', prompt="Like Umbra Foods")
    asked.add("B2")
    book.worksheets[1].add_data_validation(asked)


def author(book):
    book.properties.creator = "Jane of the workshop"


def problems(home: Path) -> list[str]:
    return [str(p) for p in check_report(edition(home))]


WORDS = {
    "another client's name": ("Umbra Foods", "names 'Umbra Foods', which belongs to umbra-foods"),
    "its name over a line": ("umbra\n foods", "names 'Umbra Foods'"),
    "its name with letters nobody sees": ("Um\u200bbra\u00a0Foods", "names 'Umbra Foods'"),
    "its id": ("umbra-foods", "names 'umbra-foods'"),
    "its address": ("chief@umbra.example", "names 'chief@umbra.example'"),
    "its canary": ("Projekt Nordstern", "names 'Projekt Nordstern'"),
    "its Chinese canary": ("我们的晨星计划很好", "names '晨星计划'"),
    "a secret": ("hunter2-hunter2", "holds the value of the setting ACME_API_TOKEN"),
    "a secret as base64": (base64.b64encode(b"hunter2-hunter2").decode(), "holds the value of the setting ACME_API_TOKEN"),
    "a database's password": ("s3cr3t!pass", "holds the value of the setting UMBRA_DB"),
    "an address with a password": ("postgresql://me:secret@db/x", "holds an address with a password"),
    "the user": ("janedoe42", "shows the user's name"),
    "the machine": ("workbench-seven", "shows the machine's name"),
    "a stack trace": ("Traceback (most recent call last)", "shows an error of a program"),
    "an error": ("KeyError: 'margin'", "shows an error of a program"),
    "an e-mail address": ("anna.berg@mail.example", "shows an e-mail address"),
    "a telephone number": ("+49 30 1234567", "shows a telephone number"),
    "a number at home": ("(030) 123 45 67", "shows a telephone number"),
    "an American number": ("(555) 123-4567", "shows a telephone number"),
    "a Chinese mobile": ("13812345678", "shows a telephone number"),
    "an account": ("DE89 3704 0044 0532 0130 00", "shows an account number (IBAN)"),
    "a line of code": ("study(engagement, secret_method)", "shows a line of code"),
}


@pytest.mark.parametrize(("words", "told"), WORDS.values(), ids=WORDS)
def test_words_that_leak_are_caught_with_their_place(home, monkeypatch, words, told):
    monkeypatch.setenv("ACME_API_TOKEN", "hunter2-hunter2")
    monkeypatch.setenv("UMBRA_DB", "postgresql://umbra:s3cr3t%21pass@db.internal/crm")
    monkeypatch.setenv("LOGNAME", "janedoe42")
    monkeypatch.setattr("socket.gethostname", lambda: "workbench-seven")
    yml = (home / "data/umbra-foods/client.yml").read_text("utf-8")
    more = "  pipeline: {database: env:UMBRA_DB, table: crm.deals}\nrecipients"
    (home / "data/umbra-foods/client.yml").write_text(yml.replace("recipients", more, 1), encoding="utf-8")
    publish(home, result=say(words))
    found = problems(home)
    assert any(told in one for one in found), found
    assert any(one.startswith((PAGE, "index.html")) for one in found)
    assert not any("hunter2" in one or "s3cr3t" in one for one in found), "a problem says which secret, never the secret"


FILES = {
    "an outside picture": (into(PAGE, "</main>", '<img alt="a b c d" src="https://a.example/x.png"></main>'), "would fetch"),
    "a style from outside": (into(PAGE, "</style>", "@import url(https://a.example/x.css);</style>"), "style sheet would fetch"),
    "a script": (into(PAGE, "</main>", "<script>1</script></main>"), "holds a <script> element"),
    "a code cell": (into(PAGE, "</main>", '<div class="jp-CodeCell">x</div></main>'), "shows a code cell"),
    "a notebook's source": (into("index.html", "</main>", '<p>{"cell_type": "code"}</p></main>'), "holds a notebook's source"),
    "a comment of HTML": (into(PAGE, "</main>", "<!-- Umbra Foods --></main>"), "names 'Umbra Foods'"),
    "a name in pieces": (into(PAGE, "</main>", "<p>Umb<b>ra F</b>oods</p></main>"), "names 'Umbra Foods'"),
    "a name in an attribute": (into(PAGE, "</main>", '<p title="Umbra Foods">x</p></main>'), "attributes: names 'Umbra Foods'"),
    "a dead link": (
        into("index.html", f'href="{PAGE}"', 'href="04-monitoring.html"'),
        "links to 04-monitoring.html, which is not",
    ),
    "a dead anchor": (into("index.html", f'href="{PAGE}#scorecard"', f'href="{PAGE}#gone"'), f"links to #gone in {PAGE}"),
    "a chart without words": (into(PAGE, 'role="img" aria-label="', 'role="img" data-x="'), "drawing without alternative text"),
    "a page too large": (into(PAGE, "</main>", f"<p>{'word ' * 400_000}</p></main>"), "MB; the limit is"),
    "a hidden sheet": (into_book(hide), "sheet Call first: is hidden"),
    "a hidden column": (into_book(hide_column), "hides column B"),
    "a formula": (into_book(formula), "holds a formula in B2"),
    "a sheet's foot": (into_book(foot), "sheet2.xml: names 'Umbra Foods'"),
    "a cell's prompt": (into_book(prompt), "sheet2.xml: names 'Umbra Foods'"),
    "a remark": (into_book(comment), "holds comments"),
    "an author": (into_book(author), "names 'Jane of the workshop' as its author"),
    "the home path": (into("index.html", "</main>", "<p>/srv/jane/data/x.csv</p></main>"), "shows the home path"),
}


@pytest.mark.parametrize(("plant", "told"), FILES.values(), ids=FILES)
def test_leaks_in_files_are_caught_with_their_place(home, monkeypatch, plant, told):
    monkeypatch.setattr(Path, "home", lambda: Path("/srv/jane"))
    folder = publish(home)
    plant(folder)
    again(folder)
    assert any(told in one for one in problems(home)), problems(home)


def test_a_leak_in_the_workbook_names_its_sheet(home):
    publish(home, rows=pd.DataFrame({"customer": ["c1"], "why": ["like at Umbra Foods, see anna@mail.example"]}))
    found = [p for p in problems(home) if "sheet Call first" in p]
    assert ["names 'Umbra Foods'" in found[0], "shows an e-mail address" in found[1]] == [True, True]


def test_a_note_names_people_but_no_other_client(home):
    """What is copied from one client's folder into another's is the leak to be feared most."""
    folder = tiny_client(home, "acme") / "notes"
    folder.mkdir()
    (folder / "needs-analysis.md").write_text(
        "As at Umbra Foods. Call me: +49 30 1234567, jane@advice.example.", encoding="utf-8"
    )
    publish(home, note=(folder / "needs-analysis.md").read_text("utf-8"))
    found = problems(home)
    assert found and all("names 'Umbra Foods', which belongs to umbra-foods" in one for one in found)


@pytest.mark.parametrize("name", ["İstanbul Gıda", "ΟΔΟΣ Foods", "Straße & Söhne", "Ⅳ Works"])
@pytest.mark.parametrize("change", [str, str.upper, str.lower, str.title])
def test_a_name_is_known_in_small_and_large_letters(home, name, change):
    """As far as letters are the same for a reader: whatever the pattern finds is found, though a plain look comes first."""
    tiny_client(home, "other", client_yml=CLIENT.replace("Acme", name))
    text = folded(f"as at {change(name)} last year")
    pattern = re.compile(r"\s+".join(map(re.escape, folded(name).split())), re.IGNORECASE)
    engagement = open_engagement("acme", root=tiny_client(home, "acme").parents[1])
    assert bool(strangers(engagement, [Seen("here", text)])) == bool(pattern.search(text))


def test_words_of_the_house_are_those_that_its_readers_see(home):
    known = house_words(home / "notebooks")
    assert {"plainly", "proven", "damage"} <= known and not {"umbra", "dataclass"} & known


def test_a_finding_that_the_notebook_did_not_find(home):
    folder = publish(home)
    findings = json.loads((folder / "findings.json").read_text("utf-8"))
    findings[0]["sentence"] = findings[0]["sentence"].replace("310", "319")
    (folder / "findings.json").write_text(json.dumps(findings), encoding="utf-8")
    again(folder)
    assert problems(home) == ["findings.json: scorecard-revenue is not what the notebook found"]


def test_a_value_that_is_not_its_words(home):
    folder = publish(home)
    notebook = nbformat.read(folder / "notebooks/01-needs-analysis.ipynb", as_version=4)
    (data,) = (
        o.data
        for c in notebook.cells
        for o in c.get("outputs", [])
        if "application/vnd.playbook.result+json" in o.get("data", {})
    )
    data["application/vnd.playbook.result+json"]["findings"][0]["value"] = 311_999.0
    nbformat.write(notebook, folder / "notebooks/01-needs-analysis.ipynb")
    findings = json.loads((folder / "findings.json").read_text("utf-8"))
    (folder / "findings.json").write_text(json.dumps([{**findings[0], "value": 311_999.0}]), encoding="utf-8")
    again(folder)
    assert problems(home) == ["findings.json: scorecard-revenue: €310K is not its value"]


def test_with_a_finding_of_the_check_nothing_is_written(home):
    publish(home, result=say("Umbra Foods"))
    with pytest.raises(
        DeliveryError, match="acme: nothing leaves, the check has .* findings:(.|\n)*01-needs-analysis.html: names 'Umbra"
    ):
        write_draft(edition(home))
    assert not (home / "reports/acme/mail").exists()


def test_a_report_that_a_run_replaces_meanwhile(home):
    folder = publish(home)
    found = edition(home)
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**told, "finished": "2026-01-03T08:00:00+00:00"}), encoding="utf-8")
    assert [str(p) for p in check_report(found)] == [
        "the report: was replaced by a new run while it was looked at; try once more"
    ]


def test_a_report_without_leaks_is_clean(home):
    publish(home)
    assert problems(home) == []
    require_clean(edition(home), ())


@pytest.mark.parametrize(
    "words",
    [
        "Acme, acme and Acme's own board", "umbra", "the market of foods", "from +4.0% to +12%", "−0.2 points (+10% to +17%)",
        "2026-10-31 and 31 October 2026", "€1,234,567.89", "order 2026-000123", "root cause", "DE89 is it", "in 2024 2025 2026",
        "0.5 to 0.75", "CN¥27.4M", "id 00012345678", "10–20 of 30", "a@b", "SHA-256 9f2c9f2c13812345678aa", "+4,100 units",
    ],
)  # fmt: skip
def test_plain_words_raise_no_alarm(home, words):
    publish(home, result=say(words))
    assert problems(home) == []


@pytest.mark.parametrize(
    ("product", "alarms"), [("Speaker", 3), ("Hotline +49 30 1234567; help@acme.example; Umbra Foods Edition", 0)]
)
def test_what_the_client_wrote_of_its_products_is_its_own(home, product, alarms):
    yml = "  products: {path: raw/products.csv, columns: {product_id: No, name: Name}}\n"
    folder = tiny_client(home, "acme", client_yml=CLIENT + yml)
    (folder / "raw" / "products.csv").write_text(f"No,Name\np1,{product}\n", encoding="utf-8")
    publish(home, result=say("Hotline +49 30 1234567; help@acme.example; Umbra Foods Edition"))
    assert len({p.split(": ")[1].split(",")[0] for p in problems(home)}) == alarms


def test_the_house_may_use_words_that_a_client_is_called_by(home):
    tiny_client(home, "speakers", client_yml=CLIENT.replace("name: Acme", "name: Speakers"))
    publish(home)
    assert any("names 'Speakers'" in one for one in problems(home))
    prose = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("Which speakers sell?")])
    nbformat.write(prose, home / "notebooks" / "01-needs-analysis.ipynb")
    house_words.cache_clear()
    assert problems(home) == []


def test_a_client_whose_name_only_code_uses_is_still_a_stranger(home):
    code = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell('client: str = "umbra"')])
    nbformat.write(code, home / "notebooks" / "01-needs-analysis.ipynb")
    tiny_client(home, "umbra", client_yml=CLIENT.replace("name: Acme", "name: Umbra"))
    publish(home, result=say("Umbra"))
    assert any("names 'Umbra', which belongs to umbra" in one for one in problems(home))


def test_a_client_file_with_errors_hides_no_client(home):
    tiny_client(home, "gamma", client_yml="name: Gamma Tools\ncurrency: EURO\n")
    publish(home, result=say("Gamma Tools"))
    assert any("names 'Gamma Tools', which belongs to gamma" in one for one in problems(home))


def test_a_client_file_whose_name_is_blank_stops_no_other_client(home):
    tiny_client(home, "gamma", client_yml=CLIENT.replace("name: Acme", "name: ' '"))
    publish(home)
    assert problems(home) == []


def test_a_file_among_the_notes_in_another_encoding_is_read_as_far_as_it_can_be(home, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "janedoe42")
    notes = tiny_client(home, "acme") / "notes"
    notes.mkdir()
    (notes / "talks.md").write_bytes("Grüße von janedoe42".encode("latin-1"))
    publish(home, result=say("janedoe42"))
    assert problems(home) == []  # the note names the person


def drafted(home: Path, change=lambda html: html, **changes) -> list[str]:
    """Problems of a mail whose letter was changed, or whose HTML, before it was composed."""
    found = edition(home)
    letter = write_letter(found)
    content = compose(found, replace(letter, **{k: v(letter) for k, v in changes.items()}), enclose(found, PHASES, "zip"))
    return [str(p) for p in check_draft(found, letter, content)]


def test_a_mail_says_what_the_findings_say(home):
    publish(home, yml="recipients: [board@acme.example]\n")
    assert drafted(home) == []
    wrong = [replace(write_letter(edition(home)).story[0], sentence="Revenue stands at €311K, €90K short of the goal of €400K.")]
    found = drafted(home, story=lambda _: tuple(wrong))
    assert found[0].startswith("the mail: says “Revenue stands at €311K")
    assert "the mail: holds the number 311, which stands nowhere in the report" in found
    other = drafted(home, story=lambda letter: (replace(letter.story[0], id="made-up"),))
    assert "the mail: tells of made-up, which is no finding of this report" in other


def test_a_mail_with_a_leak_of_its_own(home):
    publish(home, yml="recipients: [board@acme.example]\n")
    found = drafted(home, greeting=lambda _: "Dear Umbra Foods,", signature=lambda _: "Jane, +49 30 1234567")
    assert any("names 'Umbra Foods'" in one for one in found)
    assert any("shows a telephone number" in one for one in found)


def test_a_leak_inside_a_zip_inside_a_mail(home):
    publish(home, yml="recipients: [board@acme.example]\n")
    found = edition(home)
    letter, parts = write_letter(found), list(enclose(found, PHASES, "zip"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("acme-2025-12-31/01-needs-analysis.html", "<html lang='en'><title>x</title><p>Umbra Foods</p></html>")
    parts[1] = replace(parts[1], content=buffer.getvalue())
    problems_found = [str(p) for p in check_draft(found, letter, compose(found, letter, tuple(parts)))]
    assert any("report.zip > acme-2025-12-31/01-needs-analysis.html: names 'Umbra Foods'" in one for one in problems_found)
