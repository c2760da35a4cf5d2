"""Words and phrases that are banned in a scene."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bardtui.scene.banned import MAX_PHRASES, PROPERTY, banned_in, phrases_in
from bardtui.scene.scene import Scene, SceneError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=4)
)


def test_each_row_is_a_phrase() -> None:
    assert phrases_in(" forsooth\n\nby  my troth \nforsooth\n") == ["forsooth", "by my troth"]
    assert phrases_in("") == []


@pytest.mark.parametrize("typed", ["x" * 201, "\n".join(map(str, range(MAX_PHRASES + 1)))])
def test_a_phrase_too_long_or_one_too_many_is_refused(typed: str) -> None:
    with pytest.raises(SceneError):
        phrases_in(typed)


@given(JSON)
def test_whatever_a_scene_holds_only_phrases_are_banned(value: object) -> None:
    scene = Scene("One")
    assert banned_in(scene) == ()
    scene.set(PROPERTY, value)
    assert all(0 < len(phrase) <= 200 and phrase.strip() for phrase in banned_in(scene))


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), unique=True, max_size=9))
def test_what_is_banned_is_kept(phrases: list[str]) -> None:
    scene = Scene("One")
    scene.set(PROPERTY, phrases_in("\n".join(phrases)))
    assert banned_in(scene) == tuple(phrases)
