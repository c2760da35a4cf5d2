"""Words and phrases that the model never writes in a scene: a property of the scene."""

from bardtui.scene.scene import Scene, SceneError
from bardtui.settings import LONGEST_PHRASE, is_phrase

PROPERTY = "banned"  # the property of a scene that holds them
MAX_PHRASES = 500


def banned_in(scene: Scene) -> tuple[str, ...]:
    """Return the words and phrases that are banned in a scene.

    The file of a scene may hold anything: values that are no phrases are left out.
    """
    value = scene.properties.get(PROPERTY)
    entries = value[:MAX_PHRASES] if isinstance(value, list) else []
    return tuple(entry for entry in entries if is_phrase(entry))


def ban(scene: Scene, phrases: list[str]) -> None:
    """Make these the words and phrases that are banned in a scene."""
    scene.set(PROPERTY, phrases)


def phrases_in(typed: str) -> list[str]:
    """Return the phrases of a typed text, one in each line. Raises SceneError if it has too many,
    or one is too long."""
    phrases = list(dict.fromkeys(" ".join(line.split()) for line in typed.splitlines()))
    phrases = [phrase for phrase in phrases if phrase]
    if len(phrases) > MAX_PHRASES:
        raise SceneError(f"at most {MAX_PHRASES} phrases can be banned")
    if too_long := next((phrase for phrase in phrases if not is_phrase(phrase)), None):
        raise SceneError(f"longer than {LONGEST_PHRASE} characters: {too_long[:30]} ...")
    return phrases
