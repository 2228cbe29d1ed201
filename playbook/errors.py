"""Every error the playbook raises on purpose.

    PlaybookError               anything a person can put right; shown as a message, never as a traceback
    ├── UsageError              a command, client, phase or parameter that does not exist        (exit code 2)
    ├── EngagementError         client.yml cannot be used as it stands                           (exit code 2)
    ├── IntakeError             the client's tables cannot be used as they stand                 (exit code 2)
    ├── RunError                a notebook or a report did not come out whole                    (exit code 1)
    └── DeliveryError           a report may not leave the house, or a mail server would not take it (exit code 1)

A message says where (file, column, row), why it matters and what to do. Errors that can come in
numbers carry all of them in ``problems``, so that nobody mends one only to meet the next.
"""

from rapidfuzz import fuzz, process

__all__ = ["DeliveryError", "EngagementError", "IntakeError", "PlaybookError", "RunError", "UsageError", "did_you_mean"]


class PlaybookError(Exception):
    """Base of all errors below: a title line and the problems found, one per line.

    ``evidence``: whether ``reports/<client>/failed`` tells of it.
    """

    exit_code = 2
    evidence = False

    def __init__(self, title: str, problems: tuple[str, ...] | list[str] = ()):
        self.title = _writable(title)
        self.problems = tuple(map(_writable, problems))
        super().__init__("\n".join([self.title, *(f"  - {problem}" for problem in self.problems)]))


def _writable(text: str) -> str:
    """The text with what no file or terminal takes spelt out: names of files that are not UTF-8 are quoted in messages."""
    return str(text).encode("utf-8", "backslashreplace").decode("utf-8")


class UsageError(PlaybookError):
    """A client, phase, parameter or option that does not exist or does not fit."""


class EngagementError(PlaybookError):
    """client.yml is missing, malformed, or says something impossible."""


class IntakeError(PlaybookError):
    """A source cannot be read or breaks a rule that every result depends on."""


class RunError(PlaybookError):
    """A notebook failed or a report is not whole; the last good report stays as it was."""

    exit_code = 1


class DeliveryError(PlaybookError):
    """A report is failed, stale or leaks something, or a mail server would not take its mail."""

    exit_code = 1


def did_you_mean(word: object, known: list[str] | tuple[str, ...]) -> str:
    """``" Did you mean 'revenue'?"`` when a known word is close to ``word``, else an empty string."""
    match = process.extractOne(str(word), list(known), scorer=fuzz.WRatio, score_cutoff=70)
    return f" Did you mean {match[0]!r}?" if match else ""
