"""Message: a letter and its files as one MIME message that a mail program opens as unsent and a person can go on writing."""

from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from pathlib import Path
from urllib.parse import quote

import css_inline
from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from playbook.delivery.edition import Edition
from playbook.delivery.enclosed import Enclosed
from playbook.delivery.letter import Letter
from playbook.delivery.words import words

__all__ = ["LIMIT", "REPORT", "UNSENT", "WARN", "compose", "inlined", "report_line"]

REPORT, UNSENT = "X-Playbook-Report", "X-Unsent"
WARN, LIMIT = 5_000_000, 15_000_000  # bytes of a message as it travels
_TEMPLATES = Path(__file__).with_name("template")


def compose(edition: Edition, letter: Letter, enclosed: tuple[Enclosed, ...]) -> bytes:
    """The draft as the bytes of an ``.eml`` file: for the client's own recipients, without sender and date, which sending adds.

    The same report, letter and files are the same bytes. mixed(related(alternative(text, html), pictures), files): this order is
    what phones need to show the pictures in place and the files below.
    """
    key = edition.digest[:24]
    cids = [f"chart-{i}.{key}@playbook.invalid" for i in range(1, len(letter.charts) + 1)]
    values = {"letter": letter, "words": words(edition.fmt), "say": edition.fmt.say, "enclosed": enclosed, "cids": cids}
    values["opens"] = any(one.mime in ("text/html", "application/zip") for one in enclosed)
    root = EmailMessage(policy=SMTP)
    root["Subject"] = letter.subject
    if edition.engagement.recipients:
        root["To"] = [Address(addr_spec=one) for one in edition.engagement.recipients]
    root[UNSENT] = "1"
    root[REPORT] = report_line(edition)
    root["MIME-Version"] = "1.0"
    root.make_mixed(boundary=f"=_mixed_{key}")
    related = _multipart("related", key, alternative := _multipart("alternative", key))
    related.set_param("type", "multipart/alternative")
    alternative.attach(_text(_filled("mail.txt.j2", values).strip() + "\n", "plain"))
    alternative.attach(_text(inlined(_filled("mail.html.j2", values)), "html"))
    for number, (cid, chart) in enumerate(zip(cids, letter.charts, strict=True), start=1):
        related.attach(_file(f"chart-{number}.png", chart.image, "image/png", "inline", f"<{cid}>"))
    root.attach(related)
    for one in enclosed:
        root.attach(_file(one.name, one.content, one.mime, "attachment"))
    return root.as_bytes()


def report_line(edition: Edition) -> str:
    """Which report a draft belongs to: client, day, digest."""
    return f"{quote(edition.client)} {edition.as_of.isoformat()} {edition.digest}"


def inlined(html: str) -> str:
    """HTML with its style sheet moved into style attributes, which is all that many mail programs read.

    Attributes are escaped once more: a filter that looks for tags in the text would stumble over a client's words in an alt text.
    """
    told = css_inline.CSSInliner(keep_style_tags=False, load_remote_stylesheets=False).inline(html)
    return str(BeautifulSoup(told, "html.parser"))


def _filled(template: str, values: dict) -> str:
    loader = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=template.endswith(".html.j2"), undefined=StrictUndefined,
        keep_trailing_newline=True,
    )  # fmt: skip
    style = (_TEMPLATES / "mail.css").read_text(encoding="utf-8")
    return loader.get_template(template).render(**values, style=style)


def _multipart(kind: str, key: str, *parts: MIMEPart) -> MIMEPart:
    whole = MIMEPart(policy=SMTP)
    getattr(whole, f"make_{kind}")(boundary=f"=_{kind}_{key}")
    for part in parts:
        whole.attach(part)
    return whole


def _text(text: str, kind: str) -> MIMEPart:
    part = MIMEPart(policy=SMTP)
    part.set_content(text, subtype=kind, charset="utf-8", cte="base64")
    return part


def _file(name: str, content: bytes, mime: str, disposition: str, cid: str | None = None) -> MIMEPart:
    part = MIMEPart(policy=SMTP)
    part.set_content(content, *mime.split("/"), disposition=disposition, filename=name, cid=cid)
    if mime == "text/html":
        part.set_param("charset", "utf-8")
    return part
