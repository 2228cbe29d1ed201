"""The mail's own words in the reader's language, and texts on one line."""

import re

from playbook.result.formats import Formats

__all__ = ["one_line", "words"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


def words(fmt: Formats) -> dict[str, str]:
    """What every mail says, by its place in the templates."""
    return {
        "story": fmt.say("In short"),
        "scorecard": fmt.say("Where you stand"),
        "chart": fmt.say("The picture that says most"),
        "charts": fmt.say("The pictures that say most"),
        "attached": fmt.say("What is attached"),
        "opening": fmt.say(
            "If a page does not open from the mail, save it and open it in a web browser. It needs no network and no other"
            " software, and it holds no scripts."
        ),
        "regards": fmt.say("Kind regards"),
    }


def one_line(text: str) -> str:
    """A text as one line that may stand in a mail's header.

    Without control characters, without marks that turn the direction of what follows, and without the beginning of an encoded
    word: Python decodes those when it writes a header, and a line break in one of them would begin a header of its own.
    """
    return " ".join(_CONTROL.sub(" ", text).replace("=?", "= ?").split())
