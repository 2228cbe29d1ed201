"""Asking: one client's service knowledge, opened once and asked as often as one likes; what people say of answers is kept."""

from dataclasses import dataclass

from playbook.engagement import Engagement
from playbook.errors import UsageError, did_you_mean
from playbook.intake.checks import audit, require_sound
from playbook.methods.strategy.answering.knowledge import Knowledge, Reply
from playbook.methods.strategy.service import service
from playbook.result.contract import Locked
from playbook.run.feedback import record_feedback
from playbook.run.study import study

__all__ = ["Desk", "open_desk"]


@dataclass(frozen=True)
class Desk:
    """A client's knowledge, ready to be asked."""

    engagement: Engagement
    knowledge: Knowledge

    @property
    def subjects(self) -> tuple[str, ...]:
        """What questions can be about."""
        return tuple(map(str, self.knowledge.desk.subjects))

    def ask(self, question: str) -> Reply:
        """The answer, or who has to give it. Raises UsageError for an empty question."""
        if not question.strip():
            raise UsageError("Ask something: the question is empty.")
        return self.knowledge.reply(question)

    def teach(self, reply: Reply, about: str) -> None:
        """Keep what the question was about, for the next run to learn from. Raises UsageError for a subject nobody knows."""
        known = {name.casefold(): name for name in self.subjects}
        if about.strip().casefold() not in known:
            hint = did_you_mean(about, self.subjects)
            raise UsageError(f"No question is filed under {about!r}.{hint} Subjects: {', '.join(self.subjects)}.")
        record_feedback(self.engagement, reply.question, reply.subject or "", known[about.strip().casefold()])


def open_desk(engagement: Engagement) -> Desk:
    """Learn from the client's tickets, standing answers and feedback.

    Raises IntakeError when the tables cannot be trusted, UsageError when they hold too little to answer from.
    """
    require_sound(audit(engagement), engagement.client)
    found = study(engagement, service)
    if isinstance(found, Locked):
        raise UsageError(f"{engagement.client} cannot be asked yet: {found.headline}.", [f"needs {one}" for one in found.unlock])
    return Desk(engagement, found.knowledge)
