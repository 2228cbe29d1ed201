"""Glossary: the terms a reader may not know, one line each, linked from their first use on a page."""

import re
from dataclasses import dataclass

from markupsafe import Markup

from playbook.locale import mark
from playbook.result.formats import Formats

__all__ = ["TERMS", "Term", "glossed"]


@dataclass(frozen=True)
class Term:
    """A term as sentences use it, and what it means."""

    id: str
    word: str
    meaning: str


TERMS = (
    Term("arima", mark("ARIMA"),
         mark("A forecast that continues a series from its own last values, errors and season.")),
    Term("auc", mark("AUC"),
         mark("How well a score ranks: 0.5 is guessing, 1 puts every yes above every no.")),
    Term("break-even", mark("break even"),
         mark("The point at which what comes in just covers what it cost.")),
    Term("calibrated", mark("calibrated"),
         mark("Of all cases said to have a chance of 30%, about 30% come true.")),
    Term("churn", mark("churn"),
         mark("The share of customers who left or stopped buying.")),
    Term("cohort", mark("cohort"),
         mark("Customers who began in the same period, followed together.")),
    Term("control-chart", mark("control chart"),
         mark("A chart with limits that chance alone seldom crosses.")),
    Term("control-group", mark("control group"),
         mark("Customers set aside on purpose, who show what would have happened anyway.")),
    Term("conversion", mark("conversion"),
         mark("The share of visits, leads or offers that end in a sale.")),
    Term("lifetime-value", mark("lifetime value"),
         mark("The margin a customer will still bring, later money counting for less.")),
    Term("elasticity", mark("elasticity"),
         mark("By how many percent sales change when the price changes by one percent.")),
    Term("gini", mark("Gini"),
         mark("How well a scorecard ranks: 0 is guessing, 1 is perfect.")),
    Term("gross-margin", mark("gross margin"),
         mark("Revenue less the cost of the goods sold; as a share of revenue where a percentage.")),
    Term("kpi", mark("KPI"),
         mark("Key performance indicator: a figure by which success is judged.")),
    Term("lead-time", mark("lead time"),
         mark("The time from ordering goods to having them on the shelf.")),
    Term("lift", mark("lift"),
         mark("How much more often something happens than it otherwise would.")),
    Term("median", mark("median"),
         mark("The middle value: half of all lie below, half above.")),
    Term("ndcg", mark("nDCG"),
         mark("How high a list ranks what people then chose: 0 is not at all, 1 is perfectly.")),
    Term("nps", mark("net promoter score"),
         mark("The percentage who would warmly recommend, less the percentage who would not.")),
    Term("pipeline", mark("pipeline"),
         mark("All sales opportunities that are still open.")),
    Term("placebo", mark("placebo"),
         mark("The same calculation where nothing happened: it shows what chance alone would find.")),
    Term("range", mark("80% range"),
         mark("Of a hundred such ranges, about eighty hold the true value.")),
    Term("reorder-point", mark("reorder point"),
         mark("The stock at which the next order has to go out.")),
    Term("run-rate", mark("run rate"),
         mark("The pace that the rest of a period needs, or has had so far.")),
    Term("safety-stock", mark("safety stock"),
         mark("Stock kept for demand above the forecast while a delivery is on its way.")),
    Term("scorecard", mark("scorecard"),
         mark("A table of points that add up to a score anyone can check.")),
    Term("segment", mark("segment"),
         mark("A group of customers who buy alike and are treated alike.")),
    Term("service-level", mark("service level"),
         mark("The share of order cycles in which nothing runs out.")),
    Term("shapley", mark("Shapley value"),
         mark("A part's average contribution over all orders in which the parts could have come.")),
    Term("stability-index", mark("stability index"),
         mark("How far a distribution has moved: below 0.1 hardly, above 0.25 much.")),
    Term("synthetic-control", mark("synthetic control"),
         mark("A mix of places left alone that moved like the one treated.")),
    Term("tracking-signal", mark("tracking signal"),
         mark("The forecast errors added up: it grows when they lean to one side.")),
    Term("uplift", mark("uplift"),
         mark("What an action adds to what would have happened without it.")),
    Term("win-rate", mark("win rate"),
         mark("The share of closed deals that were won.")),
)  # fmt: skip

_TAG = re.compile(r"(<svg\b.*?</svg>|<[^>]*>)", re.DOTALL)  # a drawing is taken for one tag: no link belongs into it
_NAME = re.compile(r"</?([A-Za-z0-9]*)")
_NOT_IN = {"a", "h2", "h3", "h4", "table", "summary", "figcaption", "code", "pre", "details"}  # where no link belongs


def glossed(parts: list[Markup], fmt: Formats) -> tuple[list[Markup], list[dict]]:
    """The parts of a page with each term linked where it is first used in running text, and the terms found, in order of words.

    A term is an ``id``, the ``word`` and its ``meaning``, both in the reader's language.
    """
    waiting = {term.id: fmt.told(term.word) for term in TERMS}
    done = [Markup("".join(_linked(_TAG.split(part), waiting))) for part in parts]
    found = [term for term in TERMS if term.id not in waiting]
    told = [{"id": f"term-{t.id}", "word": fmt.told(t.word), "meaning": fmt.told(t.meaning)} for t in found]
    return done, sorted(told, key=lambda term: term["word"].casefold())


def _pattern(word: str) -> re.Pattern:
    latin = word.isascii()
    return re.compile(
        rf"(?<![\w-]){re.escape(word)}(?![\w-])" if latin else re.escape(word), 0 if word.isupper() else re.IGNORECASE
    )


def _linked(pieces: list[str], waiting: dict[str, str]) -> list[str]:
    """The pieces of a page, tags and texts in turn; ``waiting`` (id -> word) loses each term that was linked."""
    told, within = [], 0
    for piece in pieces:
        if piece.startswith("<"):
            name = _NAME.match(piece).group(1).lower()
            if name in _NOT_IN and not piece.endswith("/>"):
                within += -1 if piece.startswith("</") else 1
        elif not within and piece.strip():
            piece = _link(piece, waiting)
        told.append(piece)
    return told


def _link(text: str, waiting: dict[str, str]) -> str:
    folded = text.casefold()
    near = {id: word for id, word in waiting.items() if word.casefold() in folded}  # at once, where a pattern takes its time
    hits = [(match.start(), match.end(), id) for id, word in near.items() if (match := _pattern(word).search(text))]
    told, end = [], 0
    for start, stop, id in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if start >= end:  # of two terms that overlap the first, longer one is linked
            told += [text[end:start], f'<a class="term" href="#term-{id}">{text[start:stop]}</a>']
            end = stop
            del waiting[id]
    return "".join([*told, text[end:]])
