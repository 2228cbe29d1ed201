import json
from dataclasses import dataclass

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from playbook.result.contract import Assumption, Figure, Finding, Locked, Result, Table, Tile
from playbook.result.formats import Formats
from playbook.result.html import BODY, ROWS_SHOWN, emphasised, fragment, payload
from playbook.result.theme import canvas, finish

HOSTILE = """<script>alert(1)</script>"'&<img src=x onerror=alert(1)>{0}{{x}}%s"""
FMT = Formats("EUR")


def table(words: str = "May", rows: int = 1) -> Table:
    frame = pd.DataFrame({"month": [words] * rows, "revenue": [1234.5] * rows})
    return Table(
        frame, f"Revenue {words}", f"orders {words}", {"month": (f"Month {words}", "text"), "revenue": ("Revenue", "money")}
    )


@dataclass(frozen=True, kw_only=True)
class Drawn(Result):
    words: str = "May"

    def figures(self) -> tuple[Figure, ...]:
        with canvas() as (figure, ax):
            ax.plot([1, 2], [1, 2])
            ax.text(1, 1, self.words, parse_math=False)
            svg = finish(figure)
        return (Figure(svg, f"Caption {self.words}", f"Source {self.words}", f"Alt {self.words}", table(self.words)),)


def drawn(words: str = "May") -> Drawn:
    finding = Finding("a-b", f"Sentence {words}", 0.2, "share", 0.1, 0.3, money=5.0, evidence="likely", action=f"Do {words}")
    assumption = Assumption(f"Assumed {words}", "high", "low")
    tile = Tile(f"Tile {words}", 10.0, "count", change=-0.25, good="up", course=(1.0, 2.0))
    return Drawn(
        fmt=FMT,
        headline=f"Headline {words}",
        findings=(finding,),
        tables=(table(words),),
        assumptions=(assumption,),
        tiles=(tile,),
        words=words,
    )


@pytest.mark.parametrize(
    ("sentence", "figures", "told"),
    [
        ("客单价‹5万元", (), '客单价<span class="whole">‹5万</span>元'),
        ('收入>10万，"5万"', (), '收入<span class="whole">&gt;10万</span>，<span class="whole">&#34;5万</span>&#34;'),
        ("a & b: −5% to 34%", ("34%", ""), 'a &amp; b: <span class="whole">−5%</span> to <strong>34%</strong>'),
        ("It grew +5%, then 15%", ("5%",), "It grew <strong>+5%</strong>, then 15%"),
        ("x+5% is one word", ("5%",), "x<strong>+5%</strong> is one word"),
        ("−5%–10% of <b>", ("10%",), '<span class="whole">−5%–10%</span> of &lt;b&gt;'),
        ("约¥3.5万，3.5万件", ("3.5万",), '约<span class="whole">¥3.5万</span>，<strong>3.5万</strong>件'),
        ("€1,200 or €1,200.50", ("€1,200", "€1,200.50"), "<strong>€1,200</strong> or <strong>€1,200.50</strong>"),
    ],
)
def test_figures_are_bold_and_no_sign_is_parted_from_its_amount(sentence, figures, told):
    assert emphasised(sentence, figures) == told


@pytest.mark.parametrize(
    "result", [drawn(HOSTILE), Locked(fmt=FMT, headline=HOSTILE, unlock=(HOSTILE,), promise=HOSTILE)], ids=["answered", "locked"]
)
def test_a_clients_words_stay_words(result):
    page = BeautifulSoup(fragment(result, "p"), "html.parser")
    assert not page.find_all(["script", "img"])
    assert not [tag for tag in page.find_all(True) for name in tag.attrs if name.startswith("on")]
    assert HOSTILE in page.get_text()


def test_the_fragment_has_what_the_contract_asks_for():
    page = BeautifulSoup(fragment(drawn(), "funnel"), "html.parser")
    assert page.find("svg")["aria-label"] == "Alt May"
    assert page.find("svg")["role"] == "img"
    assert page.find("figcaption").get_text().startswith("Caption May")
    assert page.find("figcaption").get_text().endswith("Source: Source May.")
    assert all(h["scope"] in {"col", "row"} for h in page.find_all("th"))
    assert page.find(class_="conf").get_text().endswith("80% range 10% to 30% · likely")
    assert page.find(class_="action").get_text() == "What to do: Do May"
    assert "€1,234" in page.get_text() or "€1,235" in page.get_text()


def test_headline_and_body_can_be_parted():
    head, body = fragment(drawn(), "p").split(BODY)
    assert "Headline May" in head
    assert "Sentence May" in body


def test_ids_are_unique_on_a_page_with_the_same_chart_twice():
    page = BeautifulSoup(fragment(drawn(), "one") + fragment(drawn(), "two"), "html.parser")
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids)) > 0
    used = {tag["xlink:href"].removeprefix("#") for tag in page.find_all("use")}
    assert used <= set(ids)


def test_long_tables_are_cut_and_say_so():
    result = Result(fmt=FMT, headline="h", tables=(table(rows=2000),))
    page = BeautifulSoup(fragment(result, "p"), "html.parser")
    assert len(page.find("tbody").find_all("tr")) == ROWS_SHOWN
    assert f"The first {ROWS_SHOWN} of 2,000 rows." in page.find("caption").get_text()


def test_the_payload_is_plain_json_and_written_by_the_formats():
    got = json.loads(json.dumps(payload(drawn()), allow_nan=False))
    assert got["status"] == "answered"
    assert got["findings"][0]["range"] == "80% range 10% to 30%"
    assert got["tiles"] == [{"label": "Tile May", "value": "10", "change": "−25%", "direction": "bad", "course": [1.0, 2.0]}]


def test_showing_twice_is_equal_to_the_byte():
    assert fragment(drawn(), "p") == fragment(drawn(), "p")


def test_asides_and_tables_beyond_the_second_are_folded_away():
    frame = pd.DataFrame({"a": [1.0]})
    tables = tuple(Table(frame, f"Table {n}", "orders", {"a": ("A", "number")}, aside=n == 1) for n in (1, 2, 3, 4))
    text = fragment(Result(fmt=FMT, headline="Four", tables=tables), "x")
    open_part, _, folded = text.partition('<details class="asides">')
    assert [n for n in "1234" if f"Table {n}" in open_part] == ["2", "3"]
    assert [n for n in "1234" if f"Table {n}." in folded] == ["1", "4"]
    assert "Look closer:</b> Table 1 · Table 4" in folded


@dataclass(frozen=True, kw_only=True)
class Often(Result):
    def figures(self) -> tuple[Figure, ...]:
        with canvas() as (figure, ax):
            ax.plot([1, 2], [1, 2])
            svg = finish(figure)
        return tuple(Figure(svg, f"Drawn by {n} customers; read it so.", "orders", "Alt", table()) for n in (1, 2, 3))


def test_figures_beyond_the_second_are_folded_away_and_named_shortly():
    page = BeautifulSoup(fragment(Often(fmt=FMT, headline="Three"), "x"), "html.parser")
    folded = page.find("details", class_="asides")
    assert folded.summary.get_text() == "Look closer: Drawn by 3 customers"
    assert [len(page.find_all("figure")), len(folded.find_all("figure"))] == [3, 1]


@pytest.mark.parametrize(("columns", "crowded"), [(9, False), (10, True)])
def test_a_table_of_many_columns_is_set_more_closely(columns, crowded):
    names = [f"c{i}" for i in range(columns)]
    wide = Table(pd.DataFrame([range(columns)], columns=names), "Wide", "orders", {n: (n, "count") for n in names})
    page = BeautifulSoup(fragment(Result(fmt=FMT, headline="h", tables=(wide,)), "x"), "html.parser")
    assert (page.table.get("class") == ["crowded"]) is crowded


def test_a_folded_name_is_whole_without_its_brackets():
    frame = pd.DataFrame({"a": [1.0]})
    captions = ("Prices (across) and answers (down: stronger), by product. Green is good.", "Short: all of it")
    tables = tuple(Table(frame, caption, "orders", {"a": ("A", "number")}, aside=True) for caption in captions)
    summary = BeautifulSoup(fragment(Result(fmt=FMT, headline="h", tables=tables), "x"), "html.parser").summary
    assert summary.get_text() == "Look closer: Prices and answers, by product · Short: all of it"


def test_a_sign_stays_with_its_amount_in_cells_and_actions_that_may_break():
    page = BeautifulSoup(fragment(drawn("less on display (−€23.9K a year)"), "p"), "html.parser")
    assert [one.get_text() for one in page.select("td .whole, th .whole, .action .whole")] == ["−€23.9K"] * 3
