"""Questions with a best answer."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.base import Datetime, Entity, Id
from torg.mastodon_api.entities.status import Status

State = Annotated[str, Meta(pattern=r"^(open|answered|closed)$")]


class Question(Entity, kw_only=True):
    """The extra of an asking status. `best_answer` is null while there is none, or none that you may read."""

    state: State
    best_answer: Status | None
    best_answer_by: Id | None
    answered_at: Datetime | None
    closed_at: Datetime | None
    may_decide: bool


class QuestionStatus(Status, kw_only=True):
    """Status with `question`."""

    question: Question
