"""Edition: one client bound to one published report that is whole, fresh and the last one. Everything that leaves starts here."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from bs4 import BeautifulSoup

from playbook.engagement import Engagement
from playbook.errors import DeliveryError, IntakeError
from playbook.intake.sources import fingerprint, source_files
from playbook.report.workbook import WORKBOOK
from playbook.result.formats import Formats
from playbook.run.failure import failure
from playbook.run.feedback import feedback_file
from playbook.run.kept import FINDINGS
from playbook.run.manifest import MANIFEST, UNREADABLE, broken, read_manifest, settings
from playbook.run.notebooks import changed_notebooks
from playbook.run.paper import BOOK, pdf_name
from playbook.run.phases import PHASES, Phase
from playbook.run.publish import FAILED, published
from playbook.run.rests import Standing

__all__ = ["MAIL", "SUMMARY", "Edition", "open_edition"]

SUMMARY = "index.html"
MAIL = "mail"  # below reports/<client>: drafts and what became of them; a new run of the day does not touch it
_WRITTEN = {"notes": "a note of the consultant's", "brand": "the brand"}  # what a report shows beside what was found


@dataclass(frozen=True)
class Edition:
    """A client's published report: ``folder`` of the pages, ``manifest`` and ``findings`` as they were published.

    ``engagement`` and ``fmt`` speak the report's language, which may have been another one than client.yml says. ``digest`` is
    the SHA-256 over the names and bytes of pages and workbook: two runs that say the same are the same report, PDFs or not.
    """

    engagement: Engagement
    folder: Path
    as_of: date
    manifest: dict
    findings: tuple[dict, ...]

    @property
    def client(self) -> str:
        return self.engagement.client

    @property
    def fmt(self) -> Formats:
        """How the report's reader is spoken to."""
        return Formats(self.engagement.currency, self.engagement.language)

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases that this report holds, in order."""
        return tuple(p for p in PHASES if p.id in self.manifest["phases"])

    @property
    def files(self) -> tuple[Path, ...]:
        """What a client gets, in order: the summary, the pages, the workbook, the PDFs; nothing else ever leaves."""
        return (*self._core, *self.pdfs)

    @property
    def pdfs(self) -> tuple[Path, ...]:
        """The PDFs that were published with this very report: of the summary, of each phase, and the book of all; or none."""
        names = (*(pdf_name(name) for name in (SUMMARY, *(p.page for p in self.phases))), BOOK)
        return tuple(self.folder / name for name in names if name in self.manifest.get("files", ()))

    @property
    def _core(self) -> tuple[Path, ...]:
        names = (SUMMARY, *(p.page for p in self.phases), WORKBOOK)
        return tuple(self.folder / name for name in names if (self.folder / name).is_file())

    @property
    def mail(self) -> Path:
        """Where the client's drafts and the record of its deliveries lie."""
        return self.engagement.reports / MAIL

    @cached_property
    def contents(self) -> dict[str, bytes]:
        """The bytes of ``files`` by name, read once: what is checked is what leaves."""
        return {f.name: f.read_bytes() for f in self.files}

    @cached_property
    def digest(self) -> str:
        whole = hashlib.sha256()
        for file in self._core:
            whole.update(file.name.encode() + hashlib.sha256(self.contents[file.name]).digest())
        return whole.hexdigest()

    @cached_property
    def soups(self) -> dict[str, BeautifulSoup]:
        """The pages taken apart, by file name; to be read, never to be changed."""
        return {name: BeautifulSoup(html, "html.parser") for name, html in self.pages.items()}

    @cached_property
    def pages(self) -> dict[str, str]:
        """The pages' HTML by file name."""
        return {name: content.decode() for name, content in self.contents.items() if name.endswith(".html")}


def open_edition(engagement: Engagement) -> Edition:
    """The client's last published report, if it may be shown to anybody.

    Raises DeliveryError when there is none, when the last run failed, when it belongs to another client, when its files are not
    those that were published together, or when client.yml, the data, a notebook, a note or the brand have changed since.
    """
    client = engagement.client
    folders = published(engagement.reports)
    if not folders:
        raise DeliveryError(f"{client} has no published report. Next: playbook run {client}")
    folder = folders[-1]
    manifest = _read(folder, client)
    again = f"Next: playbook run {client}"
    engagement = engagement.model_copy(update={"language": manifest.get("language", engagement.language)})
    changed = _changed(engagement, manifest)
    if failed := failure(engagement.reports):
        why = f"See reports/{client}/{FAILED}/index.html: {failed['error'].rstrip(':')}".removesuffix(": ")
        title = f"A run of {client} failed and none has come out well since, so the report before it stays here. {again}"
        raise DeliveryError(title, [*changed, why])
    if changed:
        raise DeliveryError(f"The report of {client} for {folder.name} is stale. {again}", changed)
    findings = tuple(json.loads((folder / FINDINGS).read_text(encoding="utf-8")))
    return Edition(engagement, folder, date.fromisoformat(manifest["as_of"]), manifest, findings)


def _read(folder: Path, client: str) -> dict:
    try:
        manifest = dict(read_manifest(folder))
    except UNREADABLE:
        raise DeliveryError(f"reports/{client}/{folder.name}/{MANIFEST} cannot be read. Next: playbook run {client}") from None
    wrong = []
    if manifest.get("status") != "published":
        wrong.append(f"its manifest says {manifest.get('status')!r}, not published")
    if manifest.get("client") != client:
        wrong.append(f"its manifest names the client {manifest.get('client')!r}")
    if manifest.get("as_of") != folder.name:
        wrong.append(f"its manifest says data as of {manifest.get('as_of')}, the folder {folder.name}")
    wanted = [SUMMARY, FINDINGS, *(p.page for p in PHASES if p.id in manifest.get("phases", {}))]
    wrong += [f"{name} is missing" for name in wanted if not (folder / name).is_file()]
    if "files" in manifest:  # written by earlier versions without
        wrong += [one for one in broken(folder) if not one.endswith(": missing") or one.split(":")[0] not in wanted]
    if wrong:
        raise DeliveryError(f"reports/{client}/{folder.name} is not what was published. Next: playbook run {client}", wrong)
    return manifest


def _changed(engagement: Engagement, manifest: dict) -> list[str]:
    """What is no longer as it was when the report was made, in words; a database cannot be told without asking it all again."""
    changed = []
    if engagement.digest != manifest.get("client_file") and settings(engagement) != manifest.get("settings"):
        changed.append("client.yml was changed after the report was made")
    if engagement.as_of and engagement.as_of.isoformat() > manifest["as_of"]:
        changed.append(f"client.yml says as_of {engagement.as_of}, the report ends on {manifest['as_of']}")
    feedback = feedback_file(engagement)
    now = {*engagement.sources, *(["feedback"] if feedback.is_file() else [])}
    then = {entry["table"]: entry["sha256"] for entry in manifest.get("inputs", ())}
    changed += [f"{name} is new since then" for name in sorted(now) if name not in then]
    for name, digest in then.items():
        if name not in now:
            changed.append(f"{name} is gone since then")
        elif digest is not None and digest != _digest(engagement, name, feedback):
            changed.append(f"the data of {name} are not those that the report was made from")
    standing = Standing(engagement, date.fromisoformat(manifest["as_of"]), {})
    before = manifest.get("rests", {}).get("report", {})
    written = [what for name, what in _WRITTEN.items() if before.get(name) not in (None, standing[name])]
    return [
        *changed,
        *changed_notebooks(engagement, manifest.get("notebooks", {})),
        *(f"{what} was changed since then" for what in written),
    ]


def _digest(engagement: Engagement, name: str, feedback: Path) -> str | None:
    try:
        return fingerprint([feedback] if name == "feedback" else source_files(engagement, name))
    except (IntakeError, OSError):
        return None
