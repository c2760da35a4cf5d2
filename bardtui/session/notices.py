"""The texts of a session's notices, for any front end."""

from collections.abc import Callable, Sequence

from bardtui.session.events import Notice

# The texts of a session's notices, by name. {k[ID]} is the key of an action.
_NOTICES = {
    "copies_unchecked": "{model} has no index of its texts: its copies are not kept short",
    "cut": "Cut here; {k[stage.undo]} restores the rest",
    "edited": "Edited; {k[stage.undo]} restores the old text",
    "failed": "{reason}",
    "file_moved": "{notice}",
    "kept": "Kept: {count} in this scene; {k[stage.kept]} lists them",
    "interrupted": "{writer} stopped when you sent your line",
    "model_bundled": "{model} comes with bardtui and stays; on its card ({k[models.card]}) you can "
    "make a copy of your own",
    "model_in_use": "{model} is in use: choose another model first",
    "model_missing": "{model} is not available; using {instead}.",
    "model_slow": "{detail}",
    "model_unusable": "{model} cannot be used: {reason}",
    "no_other_take": "No other take yet; {k[stage.retry]} writes one",
    "no_speakers": "No speakers in the scene yet.",
    "nobody_speaks": "The model plays no role that may speak; give it one in the cast",
    "not_kept": "No longer kept; {count} left in this scene",
    "not_saved": "This scene is not saved: {problem}. {k[stage.save]} saves it elsewhere.",
    "nothing_to_redo": "Nothing to redo.",
    "nothing_to_retry": "Nothing to retry yet.",
    "nothing_to_undo": "Nothing to undo.",
    "opened": "{notice}",
    "scene_stays": "This scene stays open, because it is not saved: {problem}",
    "suggestions_off": "Suggestions off",
    "suggestions_on": "Suggestions on",
    "surprise_off": "Surprise off",
    "surprise_on": "Surprise on: shaded is what {model} did not expect",
    "your_text": "This text is yours. Move the cursor to a reply of the model's.",
    "writing_failed": "{reason}. Your text is kept.",
}


def notice(said: Notice, key_of: Callable[[str], str]) -> str:
    """Return the text of a notice.

    `key_of` returns what the writer uses for an action, such as its key, by the id of its binding.
    """
    match said.name:
        case "roles_added":
            return _roles_added(said.values["count"])
        case "banned":
            count = said.values["count"]
            return f"{count:,} banned in this scene" if count else "Nothing banned in this scene"
        case "replaced":
            count = said.values["count"]
            places = "1 place" if count == 1 else f"{count:,} places"
            return f"Changed in {places}; {key_of('stage.undo')} restores the text"
        case "unknown_characters":
            return _unknown_characters(said.values["model"], said.values["characters"])
    return _NOTICES[said.name].format_map({**said.values, "k": _Keys(key_of)})


class _Keys:
    def __init__(self, key_of: Callable[[str], str]) -> None:
        self._key_of = key_of

    def __getitem__(self, id: str) -> str:
        return self._key_of(id)


def _roles_added(count: int) -> str:
    if not count:
        return "Everybody is in the cast already."
    return "Added 1 role" if count == 1 else f"Added {count} roles"


def _unknown_characters(model: str, characters: Sequence[str]) -> str:
    shown = " ".join(characters[:12]) + (" ..." if characters[12:] else "")
    noun = "character" if len(characters) == 1 else "characters"
    return f"{model} doesn't know the {noun} {shown} ({len(characters)} skipped)"
