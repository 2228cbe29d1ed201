"""Pages: from executed notebooks to the files of a report: lists, figures to remember, pages, findings as data."""

from pathlib import Path
from time import perf_counter

from nbformat import NotebookNode

from playbook.errors import RunError
from playbook.report.dress import dress
from playbook.report.gate import inspect_page
from playbook.report.glyphs import with_glyphs
from playbook.report.page import About, Input, Page
from playbook.report.render import render
from playbook.report.summary import render_summary
from playbook.result.formats import Formats
from playbook.run.archive import write_memory
from playbook.run.kept import FINDINGS, LESSONS, kept_figures
from playbook.run.lists import carry_lists, write_lists
from playbook.run.manifest import Told, file_digests, git_commit, versions, write_json
from playbook.run.notebooks import answers, digest, read_notebook
from playbook.run.phases import PHASES, STRATEGY, Phase
from playbook.run.ready import Ready

__all__ = ["write_pages"]

SUMMARY = "index.html"


def write_pages(
    ready: Ready, parameters: dict[str, dict], fresh: tuple[str, ...], former: Path | None, work: Path, kept: Path
) -> Told:
    """Write everything but the manifest into ``work``, whose ``notebooks`` are executed.

    ``fresh`` are the phases that this run answered; the others come from the report in ``former``. Raises RunError when a page is
    not fit to be sent.
    """
    engagement, seconds, begin = ready.engagement, {}, perf_counter()
    commit = git_commit(engagement.root)
    notebooks = {p.id: read_notebook(file) for p in PHASES if (file := work / "notebooks" / p.notebook).is_file()}
    if STRATEGY.id in fresh:
        write_lists(engagement, ready.as_of, kept, work)
    elif STRATEGY.id in notebooks:
        carry_lists(former, work)
    sections = [name for phase in PHASES for name in phase.sections]
    figures = {name: kept_figures(engagement, ready.as_of, name.replace("-", "_"), kept) for name in sections}
    write_memory(engagement, ready.as_of, figures, work, former)
    seconds["lists"], begin = round(perf_counter() - begin, 3), perf_counter()
    pages = {phase.id: _page(ready, phase, parameters, notebooks, commit) for phase in PHASES if phase.id in notebooks}
    texts = {phase.page: render(notebooks[phase.id], pages[phase.id]) for phase in PHASES if phase.id in pages}
    texts[SUMMARY] = render_summary([(pages[name], notebooks[name]) for name in pages])
    texts = with_glyphs(texts)
    seconds["render"], begin = round(perf_counter() - begin, 3), perf_counter()
    if problems := [f"{name}: {problem}" for name, text in texts.items() for problem in inspect_page(text)]:
        raise RunError("The pages are not fit to be sent:", problems)
    seconds["inspect"] = round(perf_counter() - begin, 3)
    for name, text in texts.items():
        (work / name).write_text(text, encoding="utf-8", newline="\n")
    found = {name: answers(notebook) for name, notebook in notebooks.items()}
    write_json(
        work / FINDINGS, [_finding(name, a["id"], f) for name, given in found.items() for a in given for f in a["findings"]]
    )
    if "evaluation" in found:
        write_json(work / LESSONS, [lesson for a in found["evaluation"] for lesson in a["lessons"]])
    alerts = [f for a in found.get("monitoring", ()) if a["id"] == "alerts" for f in a["findings"]]
    return Told(
        phases={p.id: digest(work / "notebooks" / p.notebook) for p in PHASES if p.id in notebooks},
        sections=[_section(name, a) for name, given in found.items() for a in given],
        files=file_digests(work),
        decide=sum(one["urgent"] for one in alerts),
        seconds=seconds,
        commit=commit,
    )


def _finding(phase: str, section: str, finding: dict) -> dict:
    return {"phase": phase, "section": section, **finding}


def _section(phase: str, answer: dict) -> dict:
    return {"phase": phase, **{name: answer[name] for name in ("id", "status", "seconds", "unlock")}}


def _page(
    ready: Ready, phase: Phase, parameters: dict[str, dict], notebooks: dict[str, NotebookNode], commit: str | None
) -> Page:
    engagement, fmt = ready.engagement, Formats(ready.engagement.currency, ready.engagement.language)
    facts = [
        fmt.say("{first} to {last}", first=fmt.month(ready.span[0]), last=fmt.month(ready.span[1])),
        fmt.say("amounts in {currency}", currency=engagement.currency),
        fmt.say("data as of {day}", day=fmt.day(ready.as_of)),
    ]
    if engagement.prepared_for:
        facts.append(fmt.say("prepared for {reader}", reader=engagement.prepared_for))
    given = parameters.get(phase.id, {})
    about = About(
        inputs=tuple(Input(i["table"], i["origin"], i["rows"], i["sha256"]) for i in ready.inputs),
        parameters={"client": engagement.client, **{name: str(value) for name, value in given.items()}},
        versions=versions(),
        commit=commit,
    )
    return Page(
        id=phase.id,
        title=fmt.told(phase.title),
        number=phase.number,
        total=len(PHASES),
        lead=phase.lead,
        client=engagement.name,
        facts=tuple(facts),
        about=about,
        note=ready.notes.get(phase.id),
        dress=dress(engagement.brand, engagement.root / "data"),
        fmt=fmt,
        siblings=tuple((fmt.told(p.title), p.page) for p in PHASES if p.id in notebooks),
    )
