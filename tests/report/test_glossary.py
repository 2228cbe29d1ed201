"""The glossary: terms are linked where they are first used, in either language, and nowhere else."""

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from playbook.report.glossary import TERMS, glossed
from playbook.result.formats import Formats

FMT = Formats("EUR")


def test_the_first_use_in_running_text_is_linked_and_no_other():
    first, second = Markup("<h2>Churn</h2><p>Churn fell; churn is low.</p>"), Markup("<p>No churn.</p>")
    parts, terms = glossed([first, second], FMT)
    assert parts == ['<h2>Churn</h2><p><a class="term" href="#term-churn">Churn</a> fell; churn is low.</p>', "<p>No churn.</p>"]
    assert terms == [{"id": "term-churn", "word": "churn", "meaning": "The share of customers who left or stopped buying."}]


def test_words_inside_other_words_charts_links_and_tables_are_left_alone():
    text = Markup("<p>segmentation</p><svg><text>churn</text></svg><a href='#x'>churn</a><table><td>churn</td></table>")
    assert glossed([text], FMT) == ([text], [])


def test_abbreviations_are_matched_as_they_are_written():
    parts, terms = glossed([Markup("<p>An auction with an AUC of 0.8.</p>")], FMT)
    assert [t["word"] for t in terms] == ["AUC"]
    assert 'an <a class="term" href="#term-auc">AUC</a> of' in parts[0]


def test_of_terms_that_overlap_the_longer_one_is_linked_first():
    parts, terms = glossed([Markup("<p>The uplift, the lift.</p>")], FMT)
    assert [t["word"] for t in terms] == ["lift", "uplift"]


def test_ids_and_words_are_each_used_once():
    assert len({t.id for t in TERMS}) == len({t.word for t in TERMS}) == len(TERMS)


@given(st.lists(st.text(alphabet="<>/ap churnAUC&;\n", max_size=40), max_size=4))
def test_nothing_but_links_is_added(texts):
    parts, _ = glossed([Markup(t) for t in texts], FMT)
    for before, after in zip(texts, parts, strict=True):
        for term in TERMS:
            after = after.replace(f'<a class="term" href="#term-{term.id}">', "")
        assert after.count("</a>") >= before.count("</a>") and after.replace("</a>", "") == before.replace("</a>", "")
