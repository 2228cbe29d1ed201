"""Failure: the page that says in plain words what stopped a run. It stays in the house; clients never see it."""

import shutil
from datetime import date
from pathlib import Path

from jinja2 import Environment

from playbook.engagement import Engagement
from playbook.errors import RunError
from playbook.run.manifest import MANIFEST, UNREADABLE, now, read_manifest, write_json
from playbook.run.notebooks import CellError
from playbook.run.publish import FAILED

__all__ = ["explain", "failure"]

_CARD = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{ name }}: the run failed</title>
<style>html{font:16px/1.55 system-ui,sans-serif;color-scheme:light dark}body{max-width:44rem;margin:2rem auto;padding:0 1rem}
pre{overflow-x:auto;border-left:4px solid #b3261e;padding:.6rem 1rem}</style></head><body><main>
<h1>{{ name }}: the run{% if as_of %} for {{ as_of }}{% endif %} failed</h1>
<p><strong>{{ error.title }}</strong></p>
{% if error.problems %}<ul>{% for problem in error.problems %}<li>{{ problem }}</li>{% endfor %}</ul>{% endif %}
{% if failed %}<p>It stopped in <b>{{ failed.notebook }}</b>, under the heading <b>{{ failed.heading }}</b>, at this cell:</p>
<pre tabindex="0">{{ failed.source }}</pre><p>The error was:</p><pre tabindex="0">{{ failed.error }}</pre>{% endif %}
<p>Nothing was published: the last good report is as it was. The notebooks as far as they came are in the
folder <b>notebooks</b> beside this page. Mend the cause, then run <code>playbook run {{ client }}</code> again.</p>
</main></body></html>
"""


def explain(error: RunError, engagement: Engagement, as_of: date | None, work: Path) -> None:
    """Write ``index.html`` and a manifest of status failed into the work folder, and remove all but the notebooks.

    ``as_of`` is None when the run ended before it knew its day.
    """
    for left in work.iterdir():  # half a report: pages, lists to work from, what a browser was printing
        if left.is_dir() and left.name != "notebooks":
            shutil.rmtree(left, ignore_errors=True)
        elif not left.is_dir():
            left.unlink()
    card = Environment(autoescape=True).from_string(_CARD)
    failed = error.failed if isinstance(error, CellError) else None
    text = card.render(name=engagement.name, client=engagement.client, as_of=as_of, error=error, failed=failed)
    (work / "index.html").write_text(text, encoding="utf-8")
    write_json(
        work / MANIFEST,
        {
            "status": "failed",
            "client": engagement.client,
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
