"""Failure: the page that says in plain words what stopped a run. It stays in the house; clients never see it."""

import shutil
from contextlib import suppress
from datetime import date
from pathlib import Path

from jinja2 import Environment

from playbook.errors import PlaybookError, RunError
from playbook.run.lock import locked
from playbook.run.manifest import MANIFEST, UNREADABLE, now, read_manifest, write_json
from playbook.run.notebooks import CellError
from playbook.run.publish import FAILED, discard, fail, new_work

__all__ = ["explain", "failure", "keep_evidence", "stopped_by_its_file"]

_CARD = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{ name }}: the run failed</title>
<style>html{font:16px/1.55 system-ui,sans-serif;color-scheme:light dark}body{max-width:44rem;margin:2rem auto;padding:0 1rem}
pre{overflow-x:auto;border-left:4px solid #b3261e;padding:.6rem 1rem}strong{white-space:pre-line}</style></head><body><main>
<h1>{{ name }}{% if name != client %} ({{ client }}){% endif %}: the run{% if as_of %} for {{ as_of }}{% endif %} failed</h1>
<p><strong>{{ (failed and failed.error) or error.title }}</strong></p>
{% if error.problems %}<ul>{% for problem in error.problems %}<li>{{ problem }}</li>{% endfor %}</ul>{% endif %}
{% if failed %}<p>It stopped in <b>{{ failed.notebook }}</b>, under the heading <b>{{ failed.heading }}</b>, at this cell:</p>
<pre tabindex="0">{{ failed.source }}</pre>{% endif %}
<p>Nothing was published: a report that was published before is as it was. {% if notebooks %}The notebooks as far as they came
are in the folder <b>notebooks</b> beside this page.{% else %}It stopped before the first notebook.{% endif %}
Next, with the cause out of the way: <code>playbook run {{ client }}</code></p>
</main></body></html>
"""


def keep_evidence(error: PlaybookError, client: str, name: str, as_of: date | None, work: Path, reports: Path) -> None:
    """Make what a failed run leaves in ``work`` its evidence, in place of any before; for who holds the client's lock.

    ``error.evidence`` says whether that could be written.
    """
    try:
        explain(error, client, name, as_of, work)
        fail(work, reports)
        error.evidence = True
    except OSError:  # a full disk
        discard(work)


def stopped_by_its_file(error: PlaybookError, client: str, reports: Path) -> None:
    """Keep as evidence that client.yml stopped a run; not while another run is at work, which leaves its own."""
    with suppress(RunError, OSError), locked(reports, lambda _: False):
        keep_evidence(error, client, client, None, new_work(reports), reports)


def explain(error: PlaybookError, client: str, name: str, as_of: date | None, work: Path) -> None:
    """Write ``index.html`` and a manifest of status failed into the work folder, and remove all but the notebooks.

    ``client`` is its folder's name, ``name`` what it is called; ``as_of`` is None when the run ended before it knew its day.
    """
    for left in work.iterdir():  # half a report: pages, lists to work from, what a browser was printing
        if left.is_dir() and left.name != "notebooks":
            shutil.rmtree(left, ignore_errors=True)
        elif not left.is_dir():
            left.unlink()
    card = Environment(autoescape=True).from_string(_CARD)
    failed = error.failed if isinstance(error, CellError) else None
    ran = any((work / "notebooks").glob("*.ipynb"))
    text = card.render(name=name, client=client, as_of=as_of, error=error, failed=failed, notebooks=ran)
    (work / "index.html").write_text(text, encoding="utf-8")
    write_json(
        work / MANIFEST,
        {
            "status": "failed",
            "client": client,
            "as_of": as_of.isoformat() if as_of else None,
            "finished": now(),
            "error": error.title,
            "problems": list(error.problems),
            "cell": vars(failed) if failed else None,
        },
    )


def failure(reports: Path) -> dict | None:
    """The manifest of a client's last run when that failed (``finished``, ``error`` ...); None when it came out well."""
    if not (reports / FAILED / MANIFEST).is_file():
        return None
    try:
        return {"error": "", **read_manifest(reports / FAILED)}
    except UNREADABLE:
        return {"error": ""}
