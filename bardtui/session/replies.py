"""Replies: what the model writes in one go, in a scene with a cast a passage for each speaker."""

from typing import TYPE_CHECKING

from bardtui.session.requests import PassageRequest
from bardtui.settings import Stop
from bardtui.writing.turns import next_role, next_turn

if TYPE_CHECKING:
    from bardtui.session.session import WritingSession

ENOUGH = 0.75  # of the length that was asked for: after that no other role begins to speak


def next_passage(
    session: "WritingSession", text: str, random_seed: int, written: int = 0
) -> PassageRequest | None:
    """Return the request for the next passage of a reply.

    `text` is the text so far, with the `written` characters of the reply. None if the reply is
    complete: it is long enough, it is the turn of a role of the writer's, or no role of the model's
    may speak.
    """
    chosen, settings, cast = session.remembered, session.settings, session.cast
    rule: Stop = "speech" if cast.roles and chosen.rule == "length" else chosen.rule
    if written:
        role = next_role(cast, text)
        is_models = role is not None and role.player == "model"
        if chosen.rule != "length" or written >= ENOUGH * chosen.length or not is_models:
            return None
    turn = next_turn(cast, text)
    if turn is None:
        return None
    return PassageRequest(
        id=session.new_id(),
        model=turn.model or session.model,
        speaker=turn.speaker,
        text=text,
        length=max(1, chosen.length - written),
        temperature=turn.temperature or chosen.temperature,
        random_seed=random_seed,
        opening=turn.opening,
        rules=session.rules(rule),
        top_k=settings.top_k,
        top_p=settings.top_p,
        min_p=settings.min_p,
        pace=chosen.pace,
    )
