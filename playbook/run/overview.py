"""Overview: where every client stands, read from what is published."""

from dataclasses import dataclass
from pathlib import Path

from playbook.engagement import all_names, open_engagement
from playbook.errors import EngagementError, PlaybookError
from playbook.run.failure import failure
from playbook.run.manifest import UNREADABLE, in_a_word, read_manifest
from playbook.run.notebooks import changed_notebooks
from playbook.run.phases import PHASES
from playbook.run.publish import FAILED, published

__all__ = ["ClientState", "overview"]


@dataclass(frozen=True)
class ClientState:
    """One client: the as-of day of the last report, its state, and what to do next."""

    client: str
    last_report: str | None
    state: str
    next_step: str


def overview(root: Path) -> tuple[ClientState, ...]:
    """The state of every client below ``data/``, in order of name; one that lost its client.yml, too, if it has reports."""
    return tuple(_state(client, root) for client in all_names(root))


def _state(client: str, root: Path) -> ClientState:
    reports = root / "reports" / client
    folders = published(reports)
    last = folders[-1] if folders else None
    name = last.name if last else None
    try:
        engagement = open_engagement(client, root=root)
    except PlaybookError as error:
        state = "client.yml has errors" if isinstance(error, EngagementError) else "client.yml is missing"
        return ClientState(client, name, state, f"playbook check {client}: {' '.join([error.title, *error.problems[:1]])}")
    if failure(reports):
        return ClientState(client, name, "last run failed", f"open reports/{client}/{FAILED}/index.html")
    if last is None:
        return ClientState(client, None, "no report yet", f"playbook run {client}")
    try:
        manifest = read_manifest(last)
        sections, word = manifest["sections"], in_a_word(manifest.get("attention"))
        changed = changed_notebooks(engagement, manifest.get("notebooks", {}))
        locked = sum(s["status"] == "locked" for s in sections)
        phases = len({s["phase"] for s in sections})
    except UNREADABLE:
        return ClientState(client, name, "the report cannot be read", f"playbook run {client}")
    if changed:
        return ClientState(client, name, "stale", f"playbook run {client}: {changed[0]}")
    if phases < len(PHASES):
        return ClientState(client, name, f"{word}, {phases} of {len(PHASES)} phases", f"playbook run {client}")
    state = f"{word}, {len(sections) - locked} of {len(sections)} sections answered"
    return ClientState(client, name, state, f"open reports/{client}/{name}/index.html")
