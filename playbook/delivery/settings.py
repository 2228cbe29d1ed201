"""Settings: how to reach the mail server, from the environment and from nowhere else."""

import ipaddress
import os
import re
import ssl
from dataclasses import dataclass, field

from playbook.delivery.sender import SENDER, sender
from playbook.errors import UsageError

__all__ = ["Settings", "read_settings"]

_PREFIX = "PLAYBOOK_SMTP_"
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True)
class Settings:
    """Server, port, ``security`` (starttls, tls, or none for a server on this very machine), sender, and how to log in."""

    host: str
    port: int
    security: str
    sender: str  # address alone
    sender_name: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authority: str | None = None  # file with a certificate authority of one's own

    def context(self) -> ssl.SSLContext:
        """Certificates are verified, always."""
        return ssl.create_default_context(cafile=self.authority)


def read_settings() -> Settings:
    """PLAYBOOK_SMTP_HOST and _FROM (an address, or Name <address>); optional _PORT, _SECURITY, _USER, _PASSWORD, _CA.

    Raises UsageError with everything that is missing or wrong.
    """
    given = {
        name: os.environ.get(f"{_PREFIX}{name}", "").strip() for name in ("HOST", "PORT", "SECURITY", "USER", "PASSWORD", "CA")
    }
    security = given["SECURITY"].lower() or "starttls"
    wrong = [] if given["HOST"] else [f"{_PREFIX}HOST is not set: the name of the mail server"]
    if re.fullmatch(r"[^:]+:\d+", given["HOST"]):
        wrong.append(f"{_PREFIX}HOST is {given['HOST']!r}: name the server alone, and its port in {_PREFIX}PORT")
    try:
        name, address = sender()
        wrong += [] if address else [f"{SENDER} is not set: in whose name to send, Jane Doe <jane@example.com>"]
    except UsageError as error:
        wrong.append(str(error))
    if security not in _PORTS:
        wrong.append(f"{_PREFIX}SECURITY is {security!r}: write starttls or tls")
    elif security == "none" and not _local(given["HOST"]):
        wrong.append(f"{_PREFIX}SECURITY may be none only for a server on this machine (localhost)")
    if given["PORT"] and not (given["PORT"].isdecimal() and 0 < int(given["PORT"]) < 65536):
        wrong.append(f"{_PREFIX}PORT is {given['PORT']!r}, no port")
    if bool(given["USER"]) != bool(given["PASSWORD"]):
        wrong.append(f"set both {_PREFIX}USER and {_PREFIX}PASSWORD, or neither")
    foreign = [one for one in ("USER", "PASSWORD") if not given[one].isascii()]  # Python's smtplib cannot send them
    wrong += [f"{_PREFIX}{one} may hold ASCII letters, digits and signs only" for one in foreign]
    if given["USER"] and security == "none":
        wrong.append("a password is sent over starttls or tls only")
    if given["CA"] and not _certificates(given["CA"]):
        wrong.append(f"{_PREFIX}CA names no file with certificates")
    if wrong:
        raise UsageError("The mail server's settings in the environment are not complete:", wrong)
    return Settings(
        host=given["HOST"],
        port=int(given["PORT"] or _PORTS[security]),
        security=security,
        sender=address,
        sender_name=name,
        user=given["USER"] or None,
        password=given["PASSWORD"] or None,
        authority=given["CA"] or None,
    )


def _local(host: str) -> bool:
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _certificates(file: str) -> bool:
    try:
        ssl.create_default_context(cafile=file)
    except OSError:  # ssl's errors are among them
        return False
    return True
