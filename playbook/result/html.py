"""HTML of a result: the fragment that a notebook cell shows and that the report takes over.

Everything that came from the client is escaped here; nothing here is executable. ``BODY`` divides
the headline, which the report sets as the section's heading, from the rest.
"""

import re

from markupsafe import Markup, escape

from playbook.result.contract import Figure, Finding, Locked, Result, Table

__all__ = ["BODY", "MIME", "bundle", "fragment", "payload"]

BODY = "<!-- body -->"
MIME = "application/vnd.playbook.result+json"
ROWS_SHOWN = 25


def bundle(result: Result) -> dict:
    """What a notebook cell that ends with ``result`` shows: HTML for people, JSON for the report, text for a terminal."""
    prefix = result.section.id if result.section else type(result).__name__.lower()
    text = "\n".join([result.headline, *(f"  - {f.sentence}" for f in result.findings)])
    return {"text/html": fragment(result, prefix), "text/plain": text, MIME: payload(result)}


def fragment(result: Result, prefix: str) -> str:
    """The result as HTML; ``prefix`` (the section's id) keeps ids unique on a page."""
    parts = [Markup('<div class="result" lang="en"><p class="headline"><strong>{}</strong></p>').format(result.headline), Markup(BODY)]
    if isinstance(result, Locked):
        parts.append(_locked(result))
    else:
        parts += [_figure(f, f"{prefix}-{i}", result) for i, f in enumerate(result.figures(), start=1)]
        parts += [_table(t, result) for t in result.tables]
        parts.append(_findings(result))
        parts.append(_assumptions(result))
    return "".join([*parts, "</div>"])


def payload(result: Result) -> dict:
    """What the report and the manifest read beside the fragment: status, headline, findings, tiles, tables that would unlock it."""
    return {
        "id": result.section.id if result.section else None,
        "question": result.section.question if result.section else None,
        "status": result.status,
        "seconds": round(result.seconds, 3),
        "headline": result.headline,
        "unlock": list(result.unlock),
        "findings": [{**vars(f), "range": _range(f, result)} for f in result.findings],
        "tiles": [_tile(t, result) for t in result.tiles],
        "assumptions": [vars(a) for a in result.assumptions],
        "lessons": [vars(lesson) for lesson in result.lessons],
    }


def _locked(result: Locked) -> Markup:
    tables = Markup(" and ").join(Markup("<b>{}</b>").format(u) for u in result.unlock)
    return Markup('<p class="locked">Not answered for this client: it needs {}. With that we would show {}.</p>').format(tables, result.promise)


def _figure(figure: Figure, prefix: str, result: Result) -> Markup:
    svg = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{prefix}-", figure.svg)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(figure.alt)}" ', 1)
    return Markup(
        '<figure class="figure"><div class="scroll" tabindex="0" role="group" aria-label="{caption}">{svg}</div>'
        "<figcaption><b>{caption}</b> Source: {source}.</figcaption>"
        "<details><summary>Data behind the figure</summary>{table}</details></figure>"
    ).format(svg=Markup(svg), caption=figure.caption, source=figure.source, table=_table(figure.data, result))


def _table(table: Table, result: Result) -> Markup:
    shown = table.frame.head(ROWS_SHOWN)
    heads = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(_align(unit), label) for label, unit in table.columns.values()
    )
    rows = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup("<td{}>{}</td>").format(_align(unit), result.fmt.value(row[name], unit)) for name, (_, unit) in table.columns.items()
            )
        )
        for row in shown.to_dict("records")
    )
    rest = f" The first {len(shown)} of {result.fmt.count(len(table.frame))} rows." if len(table.frame) > len(shown) else ""
    return Markup(
        '<div class="table scroll" tabindex="0" role="group" aria-label="{caption}"><table><caption><b>{caption}</b>{rest} Source: {source}.</caption>'
        "<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    ).format(caption=table.caption, rest=rest, source=table.source, heads=heads, rows=rows)


def _align(unit: str) -> Markup:
    return Markup(' class="words"') if unit in {"text", "date", "month"} else Markup("")


def _findings(result: Result) -> Markup:
    if not result.findings:
        return Markup("")
    items = Markup("").join(
        Markup("<p>{} {}{}</p>").format(
            f.sentence,
            Markup('<span class="conf">{}</span>').format(_confidence(f, result)),
            Markup('<br><span class="action">What to do: {}</span>').format(f.action) if f.action else "",
        )
        for f in result.findings
    )
    return Markup('<div class="reading">{}</div>').format(items)


def _confidence(finding: Finding, result: Result) -> str:
    return " · ".join(part for part in (_range(finding, result), finding.evidence) if part)


def _range(finding: Finding, result: Result) -> str:
    if finding.low is None or finding.high is None:
        return ""
    return result.fmt.interval(finding.low, finding.high, finding.unit)


def _assumptions(result: Result) -> Markup:
    if not result.assumptions:
        return Markup("")
    items = Markup("").join(
        Markup("<li>{} <span class=\"conf\">support {}, impact {}</span></li>").format(a.text, a.support, a.impact) for a in result.assumptions
    )
    return Markup('<details class="assumptions"><summary>What this rests on</summary><ol>{}</ol></details>').format(items)


def _tile(tile, result: Result) -> dict:
    fmt = result.fmt
    change = None
    if tile.change is not None:
        change = fmt.points(tile.change) if tile.change_unit == "points" else fmt.change(tile.change)
    improving = tile.change is not None and tile.change != 0 and (tile.change > 0) == (tile.good == "up")
    direction = "" if not tile.change else "good" if improving else "bad"
    return {"label": tile.label, "value": fmt.value(tile.value, tile.unit), "change": change, "direction": direction, "course": list(tile.course)}
