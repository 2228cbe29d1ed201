"""Draft: a finished mail as its readers' programs will read it: one client's, whole, light, with nothing to fetch."""

import email
import re
from email.errors import MessageDefect
from email.message import EmailMessage
from email.policy import default

from bs4 import BeautifulSoup

from playbook.delivery.checking.seen import Problem
from playbook.delivery.edition import Edition
from playbook.delivery.message import LIMIT, REPORT, report_line

__all__ = ["MAX_BODY", "bodies", "draft", "parsed"]

MAX_BODY = 90_000  # bytes of HTML: Gmail cuts a mail off near 102 kB
_ONCE = ("Subject", "MIME-Version", "Content-Type", REPORT)
_KNOWN = {"subject", "to", "x-unsent", REPORT.lower(), "mime-version", "content-type", "from", "date", "message-id"}
_BANNED = (
    "script",
    "style",
    "link",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "base",
    "svg",
    "video",
    "audio",
    "meta[http-equiv]",
)


def draft(edition: Edition, content: bytes) -> list[Problem]:
    """Problems of a draft, given as the bytes of its file."""
    message = parsed(content)
    html, text = bodies(message)
    found = [*_headers(edition, message), *_html(html, message)]
    if defects := _defects(message):
        found.append(Problem("the mail", f"is not a sound message: {defects[0].__class__.__name__}"))
    if not text.strip():
        found.append(Problem("the mail's text part", "is missing or empty"))
    if len(html.encode()) > MAX_BODY:
        found.append(
            Problem("the mail", f"has a body of {len(html.encode()) / 1e3:.0f} kB; the limit is {MAX_BODY / 1e3:.0f} kB")
        )
    if len(content) > LIMIT:
        found.append(
            Problem("the mail", f"is {len(content) / 1e6:.1f} MB; the limit is {LIMIT / 1e6:.0f} MB: choose fewer phases")
        )
    return found


def parsed(content: bytes) -> EmailMessage:
    """The message of a draft's bytes."""
    return email.message_from_bytes(content, policy=default)


def bodies(message: EmailMessage) -> tuple[str, str]:
    """HTML and text part; an empty text for one that is not there."""
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    return html.get_content() if html else "", text.get_content() if text else ""


def _headers(edition: Edition, message: EmailMessage) -> list[Problem]:
    found = [
        Problem("the mail's header", f"has {len(message.get_all(n, []))} lines {n}")
        for n in _ONCE
        if len(message.get_all(n, [])) != 1
    ]
    found += [Problem("the mail's header", f"has a line {name}") for name in message if name.lower() not in _KNOWN]
    to = sorted(address.addr_spec for header in message.get_all("To", []) for address in header.addresses)
    if to != sorted(edition.engagement.recipients):
        found.append(Problem("the mail's header", f"is for {', '.join(to) or 'nobody'}; client.yml says otherwise"))
    if "".join((message[REPORT] or "").split()) != "".join(report_line(edition).split()):
        found.append(Problem("the mail's header", "names another report than the one that is published"))
    return found


def _html(html: str, message: EmailMessage) -> list[Problem]:
    soup, where = BeautifulSoup(html, "html.parser"), "the mail"
    found = [Problem(where, f"holds <{tag.name}>") for tag in soup.select(", ".join(_BANNED))]
    pictures = {p["Content-ID"].strip("<> "): p.get_content_type() for p in message.walk() if p["Content-ID"]}
    shown = [image.get("src", "") for image in soup.find_all("img")]
    found += [
        Problem(where, f"shows {src[:60]}, which is no picture of the mail")
        for src in shown
        if src.removeprefix("cid:") not in pictures
    ]
    found += [
        Problem(where, f"carries the picture {cid}, which it does not show") for cid in pictures if f"cid:{cid}" not in shown
    ]
    found += [Problem(where, f"has a picture of the kind {kind}") for kind in pictures.values() if kind != "image/png"]
    found += [
        Problem(where, "has a picture without alternative text") for i in soup.find_all("img") if not i.get("alt", "").strip()
    ]
    for tag in soup.find_all(True):
        for name, value in tag.attrs.items():
            text = " ".join(value) if isinstance(value, list) else str(value)
            if name.lower() in ("href", "background", "srcset", "action") or name.lower().startswith("on"):
                found.append(Problem(where, f"<{tag.name}> has {name}={text[:60]}"))
            elif name == "style" and re.search(r"url\(|@import|expression", text, re.I):
                found.append(Problem(where, f"the style of <{tag.name}> fetches something"))
    if not (soup.html and soup.html.get("lang")):
        found.append(Problem(where, "names no language"))
    return found


def _defects(message: EmailMessage) -> list[MessageDefect]:
    return [d for part in message.walk() for d in (*part.defects, *(d for h in part.values() for d in getattr(h, "defects", ())))]
