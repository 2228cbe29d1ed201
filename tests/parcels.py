"""Published reports made by hand in seconds, and a mail server on this machine that does as it is told."""

import json
import shutil
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat
import pandas as pd
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from home import CLIENT, tiny_client
from playbook.delivery.edition import Edition, open_edition
from playbook.delivery.recipients import domain
from playbook.engagement import open_engagement
from playbook.intake.sources import fingerprint, source_files
from playbook.report.render import render
from playbook.report.summary import render_summary
from playbook.report.workbook import WORKBOOK, write_workbook
from playbook.result.contract import Finding, Result, Table, Worklist
from playbook.result.formats import Formats
from playbook.run.manifest import file_digests, settings, write_json
from playbook.run.notebooks import answers, digest
from samples import notebook, page, sales

__all__ = ["DAY", "PASSWORD", "USER", "Mailbox", "again", "edition", "mailbox", "publish", "scorecard"]

DAY = "2025-12-31"
USER, PASSWORD = "consultant", "open-sesame-42"
NOTEBOOK, PAGE = "01-needs-analysis.ipynb", "01-needs-analysis.html"


def scorecard(sentence: str = "Revenue stands at €310K, €90K short of the goal of €400K.", **changes) -> Result:
    """The section that heads the mail: one goal missed, a table of KPIs, a chart."""
    columns = ("KPI", "Now", "Range", "Trend", "Goal", "Gap", "Worth a year")
    rows = [
        ("Revenue", "€310K", "counted", "+4.0% on the year before", "€400K", "€90K", "€90K"),
        ("Churn", "12%", "10% to 14%", "–", "no goal", "–", "–"),
    ]
    frame = pd.DataFrame(rows, columns=list(columns))
    goal = Finding("scorecard-revenue", sentence, 310_000.0, "money", money=90_000.0, evidence="shown", action="Call first.")
    sold = sales(id="scorecard", headline="Revenue is €90K short", findings=(goal,))
    shown = {c: (c, "text") for c in columns}
    goals = Table(frame.head(1), "Goals", "orders", {c: shown[c] for c in ("KPI", "Now", "Goal", "Gap", "Worth a year")})
    changes = {"tables": (Table(frame, "KPIs and goals", "orders", shown), *sold.tables), "brief": goals, **changes}
    return replace(sold, **changes)


def publish(
    home: Path, client: str = "acme", *, name: str = "Acme", result: Result | None = None, yml: str = "", **texts
) -> Path:
    """A client with a published report of one phase, made without running anything; returns the report's folder.

    ``yml`` is added to client.yml; ``rows`` (a frame: customer, why) are the workbook's list; ``note`` is the consultant's. The
    first recipient's domain was confirmed with a draft of an earlier month; not with ``new=True``.
    """
    if not (home / "data" / client).is_dir():
        (home / "notebooks").mkdir(parents=True, exist_ok=True)
        tiny_client(home, client, client_yml=CLIENT.replace("name: Acme\n", f"name: {json.dumps(name)}\n") + yml)
    engagement = open_engagement(client, root=home)
    folder = engagement.reports / DAY
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "notebooks").mkdir(parents=True)
    made = notebook("## Where do we stand?\n\nWe count orders.", result or scorecard(), "## What next\n\nWe meet.")
    nbformat.write(made, folder / "notebooks" / NOTEBOOK)
    fmt = Formats("EUR", engagement.language)
    about = replace(page().about, parameters={"client": client, "as_of": DAY})
    pages = (("Needs analysis", PAGE),)
    told = page(client=engagement.name, siblings=pages, note=texts.get("note"), lead="scorecard", fmt=fmt, about=about)
    (folder / PAGE).write_text(render(made, told), encoding="utf-8")
    (folder / "index.html").write_text(render_summary([(told, made)]), encoding="utf-8")
    rows = texts.get("rows", pd.DataFrame({"customer": ["c1", "c2"], "why": ["silent", "gone"]}))
    lists = [Worklist("calls", "Call first", "Call them.", rows, {c: (c.title(), "text") for c in rows.columns}, "customer")]
    write_workbook(lists, folder / WORKBOOK, engagement.name, pd.Timestamp(DAY).date(), fmt)
    findings = [{"phase": "needs-analysis", "section": a["id"], **f} for a in answers(made) for f in a["findings"]]
    write_json(folder / "findings.json", findings)
    inputs = [
        {"table": t, "origin": t, "rows": 1, "sha256": fingerprint(source_files(engagement, t))} for t in engagement.sources
    ]
    told = {
        "status": "published", "client": client, "name": engagement.name, "as_of": DAY, "inputs": inputs, "sections": [],
        "phases": {"needs-analysis": digest(folder / "notebooks" / NOTEBOOK)}, "client_file": engagement.digest,
        "settings": settings(engagement), "finished": "2026-01-02T08:00:00+00:00", "language": engagement.language,
    }  # fmt: skip
    write_json(folder / "manifest.json", told)
    if engagement.recipients and not texts.get("new"):
        engagement.reports.joinpath("mail").mkdir(exist_ok=True)
        confirmed = {"draft": "", "report": "", "allowed_domains": [domain(engagement.recipients[0])]}
        write_json(engagement.reports / "mail" / "2025-11-30.json", confirmed)
    return again(folder)


def again(folder: Path) -> Path:
    """Let the manifest of a report name its files as they are now: what a faulty run would have published."""
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    write_json(folder / "manifest.json", {**told, "files": file_digests(folder)})
    return folder


def edition(home: Path, client: str = "acme") -> Edition:
    """The report as delivery sees it."""
    return open_edition(open_engagement(client, root=home))


@dataclass
class Mailbox:
    """A mail server's handler: keeps what it takes, and answers by ``rcpt`` and ``data`` where these say something.

    Both are asked with the try's number from 1 on (``rcpt`` with the address too) and give a reply, None, or "drop".
    """

    rcpt: Callable[[str, int], str | None] = lambda address, number: None
    data: Callable[[int], str | None] = lambda number: None
    taken: list = field(default_factory=list)
    port: int = 0
    greetings: list[str] = field(default_factory=list)
    asked: int = 0
    conversations: int = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.greetings.append(hostname)
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        self.conversations += 1
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.rcpt(address, self.conversations)
        if reply == "drop":
            server.transport.close()
            return "421 gone"
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.asked += 1
        reply = self.data(self.asked)
        if reply == "drop":
            server.transport.close()
            return "421 gone"
        if reply is None:
            self.taken.append((envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content))
        return reply or "250 taken as 1"


@contextmanager
def mailbox(folder: Path, monkeypatch, *, starttls: bool = True, name: str = "localhost", **ways) -> Iterator[Mailbox]:
    """A server with STARTTLS and login on this machine, and the environment that leads to it; ``name`` is on its certificate."""
    authority, box = trustme.CA(), Mailbox(**ways)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    right = (USER.encode(), PASSWORD.encode())
    server = Controller(
        box, hostname="127.0.0.1", port=box.port, ready_timeout=30, data_size_limit=40_000_000,
        authenticator=lambda *told: AuthResult(success=(told[-1].login, told[-1].password) == right, handled=False),
        **({"tls_context": context, "require_starttls": True, "auth_required": True} if starttls else {}),
    )  # fmt: skip
    told = {"HOST": "localhost", "PORT": str(box.port), "USER": USER, "PASSWORD": PASSWORD, "CA": str(folder / "ca.pem")}
    for key, value in {**told, "FROM": "Jane Doe <jane@advice.example>"}.items():
        monkeypatch.setenv(f"PLAYBOOK_SMTP_{key}", value)
    server.start()
    try:
        yield box
    finally:
        server.stop()
