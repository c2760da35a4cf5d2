"""Change text that is in a scene already: passages are rewritten as other takes of themselves."""

from collections.abc import Mapping
from typing import Any

from bardtui.scene.passage import Changes, Spans
from bardtui.scene.scene import EDITED, OPENED, Position, Scene, SceneError


def edit(scene: Scene, passage_id: int, text: str) -> dict[int, int]:
    """Replace the text of a visible passage; with an empty `text`, leave it out.

    See `_rewrite`. Raises SceneError if the passage is not visible.
    """
    shown = {passage.id: length for passage, length in scene.path()}
    if (length := shown.get(passage_id)) is None:
        raise SceneError(f"passage {passage_id} is not in the visible text")
    return _rewrite(scene, {passage_id: (text, scene.passages[passage_id].kept_in(text, length))})


def substitute(scene: Scene, changes: Changes) -> dict[int, int]:
    """Replace parts of the visible text, given by their offsets in order; see `_rewrite`.

    A part may extend over several passages. The text that replaces it is in the first of them.
    """
    rewritten, begin, at = dict[int, tuple[str, Spans]](), 0, 0
    for passage, length in scene.path():
        end = begin + length
        inside = []
        while at < len(changes) and changes[at][0] < end:
            first, last, new = changes[at]
            inside.append((max(first - begin, 0), min(last, end) - begin, new * (first >= begin)))
            if last > end:
                break  # it goes on in the next passage
            at += 1
        if inside:
            rewritten[passage.id] = passage.substituted(length, inside)
        begin = end
    return _rewrite(scene, rewritten) if rewritten else {}


def _rewrite(scene: Scene, changes: Mapping[int, tuple[str, Spans]]) -> dict[int, int]:
    """Replace the texts of visible passages, in a jump that undo takes back.

    `changes` has the new text of each, and the parts of it that are still the model's. A new
    text is another take of its passage, by the writer but for those parts. The other passages
    of the first one's reply and all later passages are copied, so the rest of the visible text
    stays the same. A passage whose new text is empty is left out.

    Returns the new passage in place of each old one.
    """
    here, path = (scene.head, scene.head_at), scene.path()
    first = scene.first_of_reply(next(old.id for old, _ in path if old.id in changes))
    path = path[[passage for passage, _ in path].index(first) :]
    end: Position = first.parent, first.at
    copies: dict[int, int] = {}
    replies: dict[int, int] = {}  # the first passage of each reply, and its copy
    for old, length in path:
        reply = old.id if old.reply is None else old.reply
        author, copied, reason, kept = old.author, old.text[:length], old.reason, old.kept
        made: dict[str, Any] = {"fingerprint": old.fingerprint, "settings": old.settings}
        made["random_seed"] = old.random_seed
        if old.id in changes:
            author, (copied, kept), made = "writer", changes[old.id], {}
            reason = OPENED if reason == OPENED else EDITED
        if not copied:
            continue
        copy = scene.add(
            author,
            copied,
            model=old.model,
            reason=reason or "stopped",
            kept=kept,
            reply=replies.get(reply),
            after=end,
            **made,
        )
        replies.setdefault(reply, copy.id)
        copies[old.id] = copy.id
        end = copy.id, None
    scene.move_head(*here)
    scene.move_head(*end, jump=True)
    return copies
