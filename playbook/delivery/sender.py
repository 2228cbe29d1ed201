"""Sender: in whose name a mail is written and sent, from the environment."""

import os

from email_validator import EmailNotValidError, validate_email

from playbook.delivery.words import one_line
from playbook.errors import UsageError

__all__ = ["SENDER", "sender"]

SENDER = "PLAYBOOK_SMTP_FROM"


def sender() -> tuple[str, str]:
    """Name and address of ``PLAYBOOK_SMTP_FROM``; two empty texts when it is not set.

    Raises UsageError for what is not one address, alone or as Name <address>, on one line.
    """
    text = os.environ.get(SENDER, "").strip()
    if not text:
        return "", ""
    try:
        if one_line(text) != " ".join(text.split(" ")):
            raise EmailNotValidError
        told = validate_email(text, check_deliverability=False, allow_smtputf8=False, allow_display_name=True)
    except EmailNotValidError:
        raise UsageError(f"{SENDER} is no address: write Jane Doe <jane@example.com>, on one line.") from None
    return told.display_name or "", told.ascii_email
