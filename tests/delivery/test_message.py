"""The draft as mail programs read it: whole by every parser, light, the same bytes twice, whatever people are called."""

import base64
import email
import json
import re
import shutil
import subprocess
from dataclasses import replace
from email.policy import default
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from home import CLIENT
from parcels import DAY, again, edition, publish, scorecard
from playbook.delivery.checking.draft import MAX_BODY, bodies, draft, parsed
from playbook.delivery.drafting import write_draft
from playbook.delivery.enclosed import enclose
from playbook.delivery.letter import write_letter
from playbook.delivery.message import compose
from playbook.delivery.picture import png
from playbook.delivery.words import one_line
from playbook.engagement import open_engagement
from playbook.errors import DeliveryError, EngagementError
from playbook.report.render import render
from playbook.result.contract import Finding
from playbook.result.formats import Formats
from playbook.run.notebooks import answers
from playbook.run.phases import PHASES
from samples import locked, notebook, page, sales

YML = "recipients: [board@acme.example, chief@acme.example]\n"
CHINESE, AMISS = Formats("EUR", "zh"), "销售额为€31万，距€40万的目标还差€9万。"
TREE = [
    "multipart/mixed", "multipart/related", "multipart/alternative", "text/plain", "text/html", "image/png", "text/html",
    "application/zip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
]  # fmt: skip
REPORT = Path("reports/acme/mail") / f"{DAY}.eml"


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("mails")
    publish(folder, yml=YML)
    return folder


@pytest.fixture(scope="module")
def mails(home, tmp_path_factory) -> dict[str, bytes]:
    """The draft of a report in each language."""
    other = tmp_path_factory.mktemp("chinese")
    publish(other, yml=f"{YML}language: zh\n", result=scorecard(AMISS, fmt=CHINESE))
    return {language: write_draft(edition(where)).content for language, where in (("en", home), ("zh", other))}


def test_the_parts_stand_in_the_order_that_phones_need(mails):
    for content in mails.values():
        message = parsed(content)
        assert [p.get_content_type() for p in message.walk()] == TREE
        assert {p["Content-Transfer-Encoding"] for p in message.walk() if not p.is_multipart()} == {"base64"}
        assert {p.get_content_charset() for p in message.walk() if p.get_content_maintype() == "text"} == {"utf-8"}
        assert message["X-Unsent"] == "1" and message["From"] is None and message["Date"] is None
        assert max(map(len, content.splitlines())) <= 998
        assert b"\n" not in content.replace(b"\r\n", b"")


def test_the_body_is_light_and_needs_nothing(mails):
    sentences = {
        "en": "Revenue stands at €310K, €90K short of the goal of €400K.",
        "zh": "销售额为€31万，距€40万的目标还差€9万。",
    }
    for language, content in mails.items():
        html, text = bodies(parsed(content))
        assert len(html.encode()) < MAX_BODY
        assert not re.search(r"<(script|style|link|meta http)|https?:|url\(|src=\"(?!cid:)", html)
        assert text.count(sentences[language]) == 1


def test_the_text_part_is_complete_by_itself(home, mails):
    letter = write_letter(edition(home))
    text = "\n".join(bodies(parsed(mails["en"]))[1].splitlines())
    for said in (letter.greeting, letter.intro, *(t.sentence for t in letter.story), *(c.alt for c in letter.charts)):
        assert " ".join(said.split()) in " ".join(text.split())
    assert "- Revenue: Now €310K · Goal €400K · Worth a year €90K" in text
    assert "- acme-2025-12-31-summary.html\n  The executive summary." in text
    assert "\nshown: Plainly counted" in text and "likely:" not in text


def test_the_mail_speaks_the_readers_language(mails):
    message = parsed(mails["zh"])
    html, text = bodies(message)
    assert message["Subject"] == "Acme：截至2025年12月31日的数据报告"
    assert '<html lang="zh">' in html and "各位好：" in text and "已证实" in text


def test_the_mail_speaks_the_language_of_the_report_whatever_the_client_file_says_now(home, tmp_path):
    folder = publish(tmp_path, yml=YML, result=scorecard("销售额为€31万。", fmt=CHINESE))
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    for name, language in (("zh", "zh"), (None, "en")):  # older manifests do not say it
        written = {k: v for k, v in told.items() if k != "language"} | ({"language": name} if name else {})
        (folder / "manifest.json").write_text(json.dumps(written), encoding="utf-8")
        assert write_letter(edition(tmp_path)).language == language


def test_the_same_report_is_the_same_draft_and_is_left_alone(home):
    first = write_draft(edition(home))
    before = first.file.stat().st_mtime_ns
    second = write_draft(edition(home))
    assert (first.content, second.fresh, first.file.stat().st_mtime_ns) == (second.content, False, before)


def test_links_lead_to_what_is_attached_and_to_nothing_else(home):
    found = edition(home)
    alone, _, _ = enclose(found, PHASES, "zip")
    assert ".html" not in alone.content.decode().replace("acme-2025-12-31-summary.html", "").split("<main")[1]
    pages = {one.name: one.content.decode() for one in enclose(found, PHASES, "html") if one.mime == "text/html"}
    assert list(pages) == ["acme-2025-12-31-summary.html", "acme-2025-12-31-01-needs-analysis.html"]
    assert 'href="acme-2025-12-31-01-needs-analysis.html#scorecard"' in pages["acme-2025-12-31-summary.html"]


def test_only_chosen_phases_are_attached(home):
    names = [one.name for one in enclose(edition(home), PHASES[:1], "html")]
    assert names == [f"acme-2025-12-31-{name}" for name in ("summary.html", "01-needs-analysis.html", "action-lists.xlsx")]
    with pytest.raises(DeliveryError, match="for 2025-12-31 has no market-research. Next: playbook run acme"):
        enclose(edition(home), PHASES[:2], "zip")


def test_pictures_are_png_on_paper_and_described(mails):
    message = parsed(mails["en"])
    (picture,) = (p for p in message.walk() if p.get_content_type() == "image/png")
    assert picture.get_content().startswith(b"\x89PNG") and picture["Content-Disposition"].startswith("inline")
    html, _ = bodies(message)
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html
    assert 'alt="&lt;script&gt;' in html, "the client's own words, made harmless"


@pytest.mark.parametrize("command", [["munpack", "-t", "-q", "-f"], ["ripmime", "-d", ".", "-i"]], ids=["munpack", "ripmime"])
def test_a_second_parser_finds_the_same_parts(mails, tmp_path, command):
    if shutil.which(command[0]) is None:
        pytest.skip(
            f"no {command[0]} on this machine (Debian: apt-get install {'mpack' if command[0] == 'munpack' else 'ripmime'})"
        )
    content = mails["zh"]
    (tmp_path / "mail.eml").write_bytes(content)
    subprocess.run([*command, "mail.eml"], cwd=tmp_path, check=True, capture_output=True)
    unpacked = [f.read_bytes() for f in tmp_path.iterdir() if f.name != "mail.eml"]
    for part in parsed(content).walk():
        if part.get_filename():
            assert part.get_payload(decode=True) in unpacked, part.get_filename()
    assert any("各位好".encode() in one for one in unpacked)


def test_too_large_a_mail_does_not_leave(home, monkeypatch):
    monkeypatch.setattr("playbook.delivery.checking.draft.LIMIT", 20_000)
    with pytest.raises(DeliveryError, match="MB; the limit is"):
        write_draft(edition(home))


def test_a_heavy_mail_is_told(home, monkeypatch):
    assert not write_draft(edition(home)).heavy
    monkeypatch.setattr("playbook.delivery.drafting.WARN", 20_000)
    assert write_draft(edition(home)).heavy


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"To: ", b"Bcc: x@y.example\r\nTo: ", "has a line Bcc"),
        (b"Subject: ", b"Subject: one\r\nSubject: ", "has 2 lines Subject"),
        (b"X-Playbook-Report: acme", b"X-Playbook-Report: umbra", "names another report"),
        (b"board@acme", b"bored@acme", "client.yml says otherwise"),
        (b"Content-ID: <chart-1", b"Content-ID: <chart-7", "which is no picture of the mail"),
    ],
)
def test_a_draft_that_was_tampered_with(home, mails, old, new, told):
    assert draft(edition(home), mails["en"]) == []
    assert old in mails["en"]
    assert any(told in str(p) for p in draft(edition(home), mails["en"].replace(old, new, 1)))


def bent(content: bytes, change) -> bytes:
    """A draft whose HTML was changed."""
    html, _ = bodies(parsed(content))
    old, new = (base64.encodebytes(t.encode()).replace(b"\n", b"\r\n") for t in (html, change(html)))
    whole = content.replace(old.strip(), new.strip())
    assert whole != content
    return whole


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda h: h.replace("<h1", "<script>1</script><h1"), "holds <script>"),
        (lambda h: h.replace("<h1", '<a href="https://a.example">x</a><h1'), "<a> has href=https://a.example"),
        (lambda h: h.replace('src="cid:', 'src="https:'), "which is no picture of the mail"),
        (lambda h: re.sub(r' alt="[^"]*"', "", h), "picture without alternative text"),
        (lambda h: h.replace("<h1", "<p style=\"background:url('https://a.example/x')\">x</p><h1"), "fetches something"),
        (lambda h: h.replace("<h1", f"<p>{'x' * 120_000}</p><h1"), "has a body of 1"),
        (lambda h: h.replace('<html lang="en">', "<html>"), "names no language"),
        (lambda h: h.replace("<h1", '<img src="cid:x" alt="a" onerror="a()"><h1'), "has onerror=a()"),
    ],
)
def test_html_that_no_mail_may_have(home, mails, change, told):
    assert any(told in str(p) for p in draft(edition(home), bent(mails["en"], change)))


def test_no_more_pictures_are_drawn_than_are_shown(tmp_path, monkeypatch):
    told = [Finding(f"s{i}-a", f"Sentence {i}.", float(i), "count", money=1e5 * (9 - i), evidence="shown") for i in range(4)]
    folder = publish(tmp_path)
    parts = [("## A question", sales(id=f"s{i}", headline=f"Headline {i}", findings=(told[i],))) for i in range(4)]
    made = notebook(*(one for part in parts for one in part))
    nbformat.write(made, folder / "notebooks" / "01-needs-analysis.ipynb")
    (folder / "01-needs-analysis.html").write_text(render(made, page()), encoding="utf-8")
    found = [{"phase": "needs-analysis", "section": a["id"], **f} for a in answers(made) for f in a["findings"]]
    drawn = []
    monkeypatch.setattr("playbook.delivery.letter.png", lambda svg: drawn.append(svg) or png(svg))
    letter = write_letter(replace(edition_of(folder, tmp_path), findings=tuple(found)))
    assert [c.section for c in letter.charts] == ["s0", "s1"] and len(drawn) == 2


def edition_of(folder: Path, home: Path):
    """The report whose pages were changed by hand, as a faulty run would have published it."""
    again(folder)
    return edition(home)


def test_a_picture_has_no_number_and_its_words_once(mails):
    for language, content in mails.items():
        text = "\n".join(bodies(parsed(content))[1].splitlines())
        caption = text.split({"en": "says most\n\n- ", "zh": "的一张图\n\n- "}[language])[1].splitlines()[0]
        assert caption.startswith("Revenue by product") and text.count(caption) == 1, caption


def test_a_long_name_is_cut_where_it_hides_the_day(tmp_path):
    publish(tmp_path, name="Long " * 60)
    letter = write_letter(edition(tmp_path))
    assert len(letter.subject) <= 120 and letter.subject.endswith("…: report with data to 31 December 2025")


def test_chinese_words_are_drawn(tmp_path):
    style = "font-size: 12px; font-family: {}; fill: var(--ink, #1b212b)"
    text = f'<text x="5" y="20" style="{style}">{{}}</text>'
    svg = f'<svg viewBox="0 0 100 30" width="100pt" height="30pt" xmlns="http://www.w3.org/2000/svg">{text}</svg>'
    drawn = {text: png(svg.format("system-ui, sans-serif", text)) for text in ("华信", "机械", "")}
    assert len(set(drawn.values())) == 3 and len(drawn["华信"]) > len(drawn[""]) + 200
    assert drawn["华信"] == png(svg.format("system-ui, sans-serif", "华信"))


# Names, sentences and addresses from hell: what comes out is a sound message for those people alone, or a clear refusal.
NASTY = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("\r\n\t\x00\x0b\x85\u2028\u200f\u202e\u2066😀👩‍👩‍👧:;,<>\"'@=?&{}%שלום"),
    ),
    min_size=1, max_size=300,
)  # fmt: skip
INJECTED = st.sampled_from(
    ["\r\nBcc: x@evil.example", "\nSubject: other", "\r\n\r\n<script>", "=?utf-8?q?=0D=0ABcc:_x@evil.example?=", ""]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(name=NASTY, whom=NASTY, sentence=NASTY, attack=INJECTED)
def test_whatever_people_are_called_the_message_is_sound(home, name, whom, sentence, attack):
    found = edition(home)
    told = found.engagement.model_copy(update={"name": name + attack, "prepared_for": whom + attack})
    here = replace(found, engagement=told, findings=({**found.findings[0], "sentence": sentence + attack},))
    letter = write_letter(here)
    content = compose(here, letter, enclose(found, (), "html"))
    message = email.message_from_bytes(content, policy=default)
    assert sorted(set(map(str.lower, message.keys()))) == sorted(
        ["subject", "to", "x-unsent", "x-playbook-report", "mime-version", "content-type"]
    )
    assert len(message.keys()) == 6 and [a.addr_spec for a in message["To"].addresses] == list(told.recipients)
    assert message["Subject"].strip() == letter.subject == one_line(letter.subject)
    assert [p.get_content_type() for p in message.walk() if p.get_content_maintype() == "multipart"] == TREE[:3]
    assert not [d for p in message.walk() for d in p.defects]
    html, text = bodies(message)
    assert "<script" not in html and text.strip()
    lines = content.split(b"\r\n\r\n")[0].decode("ascii").split("\r\n")
    assert [
        line for line in lines if not re.match(r"[ \t]|(Subject|To|X-Unsent|X-Playbook-Report|MIME-Version|Content-Type):", line)
    ] == []


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(local=NASTY, attack=INJECTED)
def test_an_address_is_sound_or_refused(tmp_path_factory, local, attack):
    home = tmp_path_factory.mktemp("a")
    (home / "data" / "acme").mkdir(parents=True)
    address = f"{local[:60]}@acme.example{attack}"
    file = home / "data" / "acme" / "client.yml"
    file.write_text(f"{CLIENT}recipients: [{json.dumps(address)}]\n", encoding="utf-8")
    try:
        (kept,) = open_engagement("acme", root=home).recipients
    except EngagementError as error:
        assert "recipients > number 1" in str(error) or "not valid YAML" in str(error)
    else:
        assert re.fullmatch(r"[\x21-\x7e ]+@acme\.example", kept) and one_line(kept) == kept


def test_the_scorecard_tells_the_gap_where_nobody_knows_its_worth_and_nothing_without_goals(tmp_path):
    plain = scorecard()
    frame = plain.brief.frame.assign(**{"Worth a year": "–"})
    publish(tmp_path, result=replace(plain, brief=replace(plain.brief, frame=frame)))
    assert write_letter(edition(tmp_path)).scorecard.heads == ("KPI", "Now", "Goal", "Gap")
    publish(tmp_path, result=replace(plain, brief=None))
    assert write_letter(edition(tmp_path)).scorecard is None


def test_the_mail_ends_with_a_name_or_without_a_greeting(tmp_path, monkeypatch):
    publish(tmp_path)
    monkeypatch.delenv("PLAYBOOK_SMTP_FROM", raising=False)
    html, text = bodies(parsed(write_draft(edition(tmp_path)).content))
    assert "Kind regards" not in html + text
    (tmp_path / "data/acme/client.yml").write_text(f"{CLIENT}brand: {{name: North & Co}}\n", encoding="utf-8")
    html, text = bodies(parsed(write_draft(edition(tmp_path)).content))
    assert "Kind regards<br/>North &amp; Co" in html and text.split()[-5:] == ["Kind", "regards", "North", "&", "Co"]
    monkeypatch.setenv("PLAYBOOK_SMTP_FROM", "Jane Doe <jane@advice.example>")
    assert write_letter(edition(tmp_path)).signature == "Jane Doe"


def test_the_zips_line_says_that_its_lists_may_name_customers(home):
    _, report, _ = enclose(edition(home), PHASES, "zip")
    assert report.what == (
        "The report as a zip: Needs analysis; with action-lists.xlsx, whose lists may name customers by their ids."
        " Unpack it and open index.html."
    )


def test_the_storys_own_numbers_are_no_figures_of_the_report(tmp_path):
    worth = {"Five": 9e5, "Four": 7e5, "Ten": 5e5, "Six": 3e5, "Two": 2e5}
    found = tuple(Finding(f"scorecard-{w}", f"{w} fell.", evidence="shown", money=m) for w, m in worth.items())
    publish(tmp_path, result=replace(scorecard(), findings=found))
    text = bodies(parsed(write_draft(edition(tmp_path)).content))[1]
    assert re.findall(r"(?m)^(\d)\. \w+ fell", text) == ["1", "2", "3", "4", "5"]


def test_a_report_that_answers_nothing_yet_tells_no_story(tmp_path):
    publish(tmp_path, result=locked("scorecard"))
    html, text = bodies(parsed(write_draft(edition(tmp_path)).content))
    assert "In short" not in html + text
    assert "up to 31 December 2025.\n\nWhat is attached\n" in text.replace("\r\n", "\n")


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\ufffe"])
def test_a_chart_is_drawn_whatever_signs_a_client_has_in_its_names(sign):
    drawing = '<svg viewBox="0 0 40 20" xmlns="http://www.w3.org/2000/svg" aria-label="Name{}"><text y="9">Name{}</text></svg>'
    assert png(drawing.format(sign, sign)) == png(drawing.format("", ""))
