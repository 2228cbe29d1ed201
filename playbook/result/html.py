"""HTML of a result: the fragment that a notebook cell shows and that the report takes over.

Everything that came from the client is escaped here; nothing here is executable. ``BODY`` divides
the headline, which the report sets as the section's heading, from the rest.
"""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from playbook.locale import mark
from playbook.result.contract import Assumption, Figure, Finding, Locked, Result, Table
from playbook.result.formats import Formats
from playbook.result.told import told_figure

__all__ = ["BODY", "MIME", "bundle", "confidence", "emphasised", "fragment", "payload"]

BODY = "<!-- body -->"
MIME = "application/vnd.playbook.result+json"
ROWS_SHOWN = 15
FEW_MORE = 3  # rows, that are not worth hiding
FIGURES_SHOWN, TABLES_SHOWN = 2, 2  # of a section; further ones are folded away, as asides are
FEWEST_NAMED = 12  # letters of a caption's first part that name a folded table; with fewer the whole caption does
CROWDED = 10  # columns from which a table is set more closely
SHORT_WORDS, LONG_WORDS = 18, 40  # characters up to which a column of words stays on one line, and from which it is given room
_SPEAKING_UNITS = {"money", "unit_money", "share", "points", "days"}  # a bare count could be any number of the sentence
# What no line may part: a sign from its amount, a Chinese amount from its unit.
_WHOLE = re.compile(r"[+−][^\s，。；、（）至]+|[^\s\w，。；：、（）“”]?[\d,.]*\d[万亿]")
EVIDENCE = (mark("shown"), mark("likely"), mark("indicative"), mark("not shown"), mark("harmful"))
GRADES = (mark("low"), mark("medium"), mark("high"))


def bundle(result: Result) -> dict:
    """What a notebook cell that ends with ``result`` shows: HTML for people, JSON for the report, text for a terminal."""
    prefix = result.section.id if result.section else type(result).__name__.lower()
    text = "\n".join([result.headline, *(f"  - {f.sentence}" for f in result.findings)])
    return {"text/html": fragment(result, prefix), "text/plain": text, MIME: payload(result)}


def fragment(result: Result, prefix: str) -> str:
    """The result as HTML; ``prefix`` (the section's id) keeps ids unique on a page."""
    top = Markup('<div class="result" lang="{}"><p class="headline"><strong>{}</strong></p>')
    parts = [top.format(result.fmt.language, result.headline), Markup(BODY)]
    if isinstance(result, Locked):
        parts.append(_locked(result))
    else:
        figures = [told_figure(f, result.fmt.told) for f in result.figures()]
        figures = [(f.caption, _figure(f, f"{prefix}-{i}", result)) for i, f in enumerate(figures, start=1)]
        shown = [figure for _, figure in figures[:FIGURES_SHOWN]]
        parts += [*shown[:1], _findings(result), *shown[1:], *_tables(result, figures[FIGURES_SHOWN:]), _lists(result)]
        parts.append(_assumptions(result))
    return "".join([*parts, "</div>"])


def payload(result: Result) -> dict:
    """What the report and the manifest read beside the fragment: status, headline, findings, tiles, what would unlock it."""
    return {
        "id": result.section.id if result.section else None,
        "question": result.section.question if result.section else None,
        "status": result.status,
        "seconds": round(result.seconds, 3),
        "headline": result.headline,
        "unlock": list(result.unlock),
        "findings": [_finding(f, result) for f in result.findings],
        "tiles": [_tile(t, result) for t in result.tiles],
        "assumptions": [_assumption(a, result) for a in result.assumptions],
        "lessons": [vars(lesson) for lesson in result.lessons],
        "brief": str(_table(result.brief, result)) if result.brief else None,
    }


def emphasised(sentence: str, figures: Iterable[str] = ()) -> Markup:
    """A sentence with its ``figures`` (as written in it) in bold; a sign is never parted from its amount at a line's end."""
    wanted = {figure for figure in figures if figure and figure in sentence}
    patterns = [_WHOLE]
    if wanted:  # a Chinese character may stand right beside a figure, a Latin letter or a digit makes it another one
        words = "|".join(map(re.escape, sorted(wanted, key=len, reverse=True)))
        patterns.insert(0, re.compile(rf"(?<![A-Za-z0-9_.,])[+−]?(?:{words})(?![.,]?[A-Za-z0-9_])"))
    parts, end = [], 0
    while found := [match for pattern in patterns if (match := pattern.search(sentence, end))]:
        match = min(found, key=re.Match.start)  # the figure, where both begin at the same place
        bold = {match.group(), match.group().lstrip("+−")} & wanted
        whole = Markup("<strong>{}</strong>" if bold else '<span class="whole">{}</span>')
        parts += [escape(sentence[end : match.start()]), whole.format(match.group())]
        end = match.end()
    return Markup("").join([*parts, escape(sentence[end:])])


def confidence(finding: dict) -> Markup:
    """What stands behind a finding of ``payload``: money where its sentence is silent on it, range, strength of evidence."""
    money = finding["money_text"]
    parts = [finding["at_stake"] if money and money not in finding["sentence"] else "", finding["range"]]
    word = Markup('<span class="evidence {}">{}</span>').format(finding["evidence"].replace(" ", "-"), finding["evidence_text"])
    return Markup('<span class="conf">{}</span>').format(Markup(" · ").join([*map(emphasised, filter(None, parts)), word]))


def _finding(finding: Finding, result: Result) -> dict:
    fmt = result.fmt
    speaks = finding.value is not None and finding.unit in _SPEAKING_UNITS
    money = fmt.money(abs(finding.money)) if finding.money else ""
    return {
        **vars(finding),
        "range": _range(finding, result),
        "value_text": fmt.value(abs(finding.value), finding.unit) if speaks else "",
        "money_text": money,
        "at_stake": fmt.say("{money} at stake", money=money) if money else "",
        "evidence_text": fmt.told(finding.evidence),
    }


def _locked(result: Locked) -> Markup:
    needs = Markup(result.fmt.listed(Markup("<b>{}</b>").format(u) for u in result.unlock))
    note = result.fmt.say_html(
        "Not answered for this client: it needs {needs}. With that we would show {promise}.", needs=needs, promise=result.promise
    )
    return Markup('<p class="locked">{}</p>').format(note)


def _figure(figure: Figure, prefix: str, result: Result) -> Markup:
    svg = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{prefix}-", figure.svg)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(figure.alt)}" ', 1)
    return Markup(
        '<figure class="figure">'
        '<div class="scroll" tabindex="0" role="group" aria-label="{caption}">{svg}</div>'
        "<figcaption><b>{sentence}</b> {source}</figcaption>"
        "<details><summary>{behind}</summary>{table}</details></figure>"
    ).format(
        behind=result.fmt.say("Data behind the figure"),
        svg=Markup(svg),
        caption=figure.caption,
        sentence=_closed(figure.caption, result.fmt),
        source=result.fmt.say("Source: {source}.", source=figure.source),
        table=_table(figure.data, result),
    )


def _tables(result: Result, further: Iterable[tuple[str, Markup]] = ()) -> list[Markup]:
    """The tables that answer the question, then the figures and tables that only a closer look needs, folded away."""
    main = [t for t in result.tables if not t.aside][:TABLES_SHOWN]
    folded = [(t.caption, _table(t, result)) for t in result.tables if not any(t is shown for shown in main)]
    folded = [*further, *folded]
    told = [_table(t, result) for t in main]
    if folded:
        words = [_named(caption) for caption, _ in folded]  # a figure and its table may begin alike: the longer name says both
        told_once = [w for i, w in enumerate(words) if w not in words[:i] and not any(o != w and o.startswith(w) for o in words)]
        names = Markup(" · ").join(told_once)
        body = Markup("").join(drawn for _, drawn in folded)
        title = result.fmt.say("Look closer:")
        told.append(Markup('<details class="asides"><summary><b>{}</b> {}</summary>{}</details>').format(title, names, body))
    return told


def _named(caption: str) -> str:
    """The part of a caption that says what is seen, without how to read it."""
    whole = caption.rstrip(".。")
    first = re.split(r"[;:：；。]|\. ", re.sub(r" \([^()]*\)", "", whole), maxsplit=1)[0]
    return first if len(first) >= FEWEST_NAMED else whole


def _table(table: Table, result: Result) -> Markup:
    fmt, few = result.fmt, len(table.frame) <= ROWS_SHOWN + FEW_MORE
    shown = table.frame if few else table.frame.head(ROWS_SHOWN)
    cells = {name: [fmt.value(v, unit) for v in shown[name]] for name, (_, unit) in table.columns.items()}
    kinds = {name: _kind(unit, cells[name]) for name, (_, unit) in table.columns.items()}
    head = Markup('<th scope="col"{}>{}</th>')
    heads = Markup("").join(head.format(kinds[name], label) for name, (label, _) in table.columns.items())
    named = next(iter(table.columns.values()))[1] == "text"  # a first column of words names its row
    rows = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(_cell(texts[row], kinds[name], named and i == 0) for i, (name, texts) in enumerate(cells.items()))
        )
        for row in range(len(shown))
    )
    if not len(shown):
        rows = Markup('<tr><td class="words" colspan="{}">{}</td></tr>').format(len(cells), fmt.say("Nothing to list."))
    parts = [fmt.say("Source: {source}.", source=table.source)]
    if len(table.frame) > len(shown):
        parts.insert(0, fmt.say("The first {n} of {all} rows.", n=fmt.count(len(shown)), all=fmt.count(len(table.frame))))
    return Markup(
        '<div class="table scroll" tabindex="0" role="group" aria-label="{caption}"><table{crowded}>'
        "<caption><b>{sentence}</b> {rest}</caption>"
        "<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    ).format(
        caption=table.caption,
        crowded=Markup(' class="crowded"') if len(cells) >= CROWDED else "",
        sentence=_closed(table.caption, fmt),
        rest=fmt.sentences(*parts),
        heads=heads,
        rows=rows,
    )


def _cell(text: str, kind: Markup, heads_row: bool) -> Markup:
    shown = emphasised(text) if "words" in kind and "short" not in kind else text  # the others have one line
    return Markup('<th scope="row"{}>{}</th>' if heads_row else "<td{}>{}</td>").format(kind, shown)


def _kind(unit: str, cells: list[str]) -> Markup:
    if unit not in {"text", "date", "month"}:
        return Markup("")
    longest = max(map(len, cells), default=0)
    width = " short" if longest <= SHORT_WORDS or unit != "text" else " long" if longest > LONG_WORDS else ""
    return Markup(f' class="words{width}"')


def _closed(caption: str, fmt: Formats) -> str:
    return caption if caption.endswith((".", "?", "!", "。", "？", "！")) else fmt.say("{sentence}.", sentence=caption)


def _findings(result: Result) -> Markup:
    if not result.findings:
        return Markup("")
    items = Markup("").join(
        Markup("<p>{} {}{}</p>").format(
            emphasised(f["sentence"], (f["value_text"], f["money_text"])), confidence(f), _action(f["action"], result.fmt)
        )
        for f in (_finding(f, result) for f in result.findings)
    )
    return Markup('<div class="reading">{}</div>').format(items)


def _action(action: str | None, fmt: Formats) -> Markup:
    if not action:
        return Markup("")
    return Markup('<br><span class="action">{}</span>').format(emphasised(fmt.say("What to do: {action}", action=action)))


def _range(finding: Finding, result: Result) -> str:
    if finding.low is None or finding.high is None:
        return ""
    return result.fmt.interval(finding.low, finding.high, finding.unit)


def _lists(result: Result) -> Markup:
    """The lists to work from, with their length; they lie beside the report."""
    if not result.worklists:
        return Markup("")
    fmt, file = result.fmt, Markup("<b>action-lists.xlsx</b>")
    told = [fmt.say_n("{title} ({n} row)", "{title} ({n} rows)", len(one.frame), title=one.title) for one in result.worklists]
    note = fmt.say_html("To work from, in {file}: {lists}.", file=file, lists=fmt.listed(told))
    return Markup('<p class="lists">{}</p>').format(note)


def _assumptions(result: Result) -> Markup:
    if not result.assumptions:
        return Markup("")
    fmt, item = result.fmt, Markup('<li>{} <span class="conf">{}</span></li>')
    items = Markup("").join(
        item.format(a.text, fmt.say("support {support}, impact {impact}", support=fmt.told(a.support), impact=fmt.told(a.impact)))
        for a in result.assumptions
    )
    rest = Markup('<details class="assumptions"><summary>{}</summary><ol>{}</ol></details>')
    return rest.format(fmt.say("What this rests on"), items)


def _assumption(assumption: Assumption, result: Result) -> dict:
    told = result.fmt.told
    return {**vars(assumption), "support_text": told(assumption.support), "impact_text": told(assumption.impact)}


def _tile(tile, result: Result) -> dict:
    fmt = result.fmt
    change = None
    if tile.change is not None:
        change = fmt.points(tile.change) if tile.change_unit == "points" else fmt.change(tile.change)
    improving = tile.change is not None and tile.change != 0 and (tile.change > 0) == (tile.good == "up")
    direction = "" if not tile.change or not tile.sure else "good" if improving else "bad"
    value = fmt.value(tile.value, tile.unit)
    return {"label": tile.label, "value": value, "change": change, "direction": direction, "course": list(tile.course)}
