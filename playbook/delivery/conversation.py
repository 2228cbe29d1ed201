"""Conversation: one mail handed to one mail server, and its answer for each address. Encrypted and verified, or not at all."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from playbook.delivery.recipients import domain
from playbook.delivery.record import SENT, UNKNOWN
from playbook.delivery.settings import Settings

__all__ = ["LATER", "NOT_SENT", "REFUSED", "Answers", "converse"]

LATER, NOT_SENT, REFUSED = "later", "not sent", "refused"  # later: 4xx, the server asks to come again
TIMEOUT = 120.0  # seconds without a word from the server
_BROKE = (UNKNOWN, "the connection broke while the mail was under way")

Answers = dict[str, tuple[str, str]]  # by address: state, the server's words


def converse(settings: Settings, content: bytes, wanted: tuple[str, ...], under_way: Callable[[Answers], None]) -> Answers:
    """One conversation about one mail: an answer for each address.

    ``under_way`` is told what is known just before the mail's text goes out, for then it can no longer be taken back.
    """
    told: Answers = {}
    try:
        with _opened(settings) as server:
            _must(server.mail(settings.sender, [f"size={len(content)}"] if server.has_extn("size") else []))
            accepted = []
            for address in wanted:
                code, answer = server.rcpt(address)
                if _state(code) == SENT:
                    accepted.append(address)
                else:
                    told[address] = (_state(code), _said(code, answer))
            if accepted:
                under_way({**told, **dict.fromkeys(accepted, _BROKE)})
                told |= dict.fromkeys(accepted, _data(server, content))
    except smtplib.SMTPResponseException as error:
        told = dict.fromkeys(wanted, (_state(error.smtp_code), _said(error.smtp_code, error.smtp_error))) | told
    except smtplib.SMTPNotSupportedError:
        told = dict.fromkeys(wanted, (REFUSED, "the server offers no STARTTLS or no way to log in: nothing was sent unprotected"))
    except ssl.SSLCertVerificationError as error:
        told = dict.fromkeys(wanted, (REFUSED, f"the server's certificate cannot be trusted: {error.verify_message}"))
    except ssl.SSLError as error:
        why = error.reason or str(error)
        told = dict.fromkeys(wanted, (REFUSED, f"no encrypted connection, is {settings.port} the right port? {why}")) | told
    except (smtplib.SMTPException, OSError, UnicodeError) as error:  # UnicodeError: of a server's name that cannot be one
        told = dict.fromkeys(wanted, (NOT_SENT, f"no connection: {str(error) or error.__class__.__name__}")) | told
    return told


def _data(server: smtplib.SMTP, content: bytes) -> tuple[str, str]:
    """The server's answer to the mail's text; from here on a broken connection leaves open whether the mail was taken."""
    try:
        code, answer = server.data(content)
    except smtplib.SMTPDataError as error:  # it declined before the text went out
        code, answer = error.smtp_code, error.smtp_error
    except (smtplib.SMTPServerDisconnected, OSError):
        return _BROKE
    return _state(code), _said(code, answer)


@contextmanager
def _opened(settings: Settings) -> Iterator[smtplib.SMTP]:
    """A connection that is taken leave of in the end; what the server says to that changes nothing any more."""
    server = _open(settings)
    try:
        server.ehlo_or_helo_if_needed()
        yield server
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
    finally:
        server.close()


def _open(settings: Settings) -> smtplib.SMTP:
    """A connection that is encrypted and verified, and logged in; greetings name the sender's domain, not this machine."""
    own = domain(settings.sender)
    if settings.security == "tls":
        context = settings.context()
        server = smtplib.SMTP_SSL(settings.host, settings.port, local_hostname=own, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, local_hostname=own, timeout=TIMEOUT)
    try:
        if settings.security == "starttls":
            server.starttls(context=settings.context())
        if settings.user:
            server.login(settings.user, settings.password)
    except BaseException:
        server.close()
        raise
    return server


def _must(reply: tuple[int, bytes]) -> None:
    if reply[0] != 250:
        raise smtplib.SMTPResponseException(*reply)


def _state(code: int) -> str:
    return SENT if 200 <= code < 300 else LATER if 400 <= code < 500 else REFUSED


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", errors="replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(text.split())[:200]}"
