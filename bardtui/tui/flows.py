"""What the stage does around each dialog: open it, wait for the answer, act on it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bardtui import paths
from bardtui.errors import UserError
from bardtui.escaping import remove_invisible
from bardtui.scene.banned import banned_in
from bardtui.scene.bookmarks import Bookmark, bookmarks, names_in
from bardtui.scene.cast import Role, speakers
from bardtui.scene.find import speaker_at
from bardtui.scene.kept import kept_in, visible_spans
from bardtui.scene.library import list_scenes
from bardtui.tui import ui_strings
from bardtui.tui.keys import key_groups, key_of

if TYPE_CHECKING:
    from bardtui.tui.screens.stage import StageScreen


class TakesView(Protocol):
    """A screen that shows takes as they are written."""

    def show(self, texts: tuple[str, ...]) -> None:
        """Show the whole text so far of every take."""

    def end(self) -> None:
        """Show that the takes are complete."""

    def tell(self, text: str) -> None:
        """Show how far they are."""


async def choose_take(stage: StageScreen) -> None:
    """Write several takes side by side, to pick one. All are saved, also if none is picked.

    They are instead of the reply that the scene ends with, or after it, as the writer chooses.
    """
    from bardtui.tui.screens.takes import OTHER, TAKES, TakesScreen

    session = stage.session
    takes, manuscript = session.takes, session.manuscript
    session.stop()
    instead = can_replace = takes.can_replace
    picked: int | None = OTHER
    while picked == OTHER and takes.write(TAKES, instead=instead):
        reply = session.text[len(takes.before) :]
        screen = TakesScreen(takes.before, reply, takes.score, can_replace=can_replace)
        stage.takes_screen = screen
        picked = await stage.app.push_screen_wait(screen)
        stage.takes_screen = None
        takes.pick(picked if manuscript is session.manuscript else None)
        instead = not instead
    if picked is not None:
        stage.transcript.action_scroll_end()


async def choose_alternative(stage: StageScreen, *, letter: str = "") -> None:
    """Show what the model might write at the cursor, and let it go on with a choice.

    `letter` is the key that asked for it, if that is one. If the writer types on instead of
    choosing, as in "and", both go into the line.
    """
    from bardtui.tui.screens.alternatives import AlternativesScreen, Typed

    session = stage.session
    session.stop()
    manuscript, text, cursor = session.manuscript, session.text, stage.transcript.cursor
    screen: AlternativesScreen
    model = session.choices.look(cursor, lambda found: screen.show(found))
    screen = AlternativesScreen(text[:cursor], text[cursor:], model)
    chosen = await stage.app.push_screen_wait(screen)
    session.choices.leave()
    if isinstance(chosen, Typed):
        stage.seed_line.focus()
        stage.seed_line.insert(letter + chosen.character)
    elif chosen is not None and manuscript is session.manuscript:
        session.choices.go_on_with(cursor, chosen)
        stage.transcript.action_scroll_end()


async def choose_on_map(stage: StageScreen) -> None:
    """Look at the map of the scene, and go to a passage that is chosen there."""
    from bardtui.tui.certainty import Certainty
    from bardtui.tui.screens.map import MapScreen

    session, manuscript = stage.session, stage.session.manuscript
    session.stop()
    if not manuscript.scene.passages:
        stage.say("The scene is empty: there is no map yet.")
        return
    screen = MapScreen(manuscript.scene, session.editing.name_passage, Certainty(session))
    chosen = await stage.app.push_screen_wait(screen)
    if chosen is None or manuscript is not session.manuscript:
        return
    session.jump(chosen.end)
    if chosen.start != chosen.end:
        _show_passage(stage, chosen.start)
        return
    stage.transcript.action_scroll_end()
    stage.seed_line.focus()
    if manuscript.scene.children(chosen.end):
        keys = (key_of(stage.app, id) for id in ("stage.map", "map.go"))
        stage.say(ui_strings.later_text_hidden(*keys))


def _show_passage(stage: StageScreen, passage: int) -> None:
    """Move the cursor of the transcript to the beginning of a visible passage."""
    begin = 0
    for each, length in stage.session.manuscript.scene.path():
        if each.id == passage:
            stage.transcript.focus()
            stage.transcript.go_to(begin)
        begin += length


async def name_passage(stage: StageScreen) -> None:
    """Name the passage at the cursor."""
    from bardtui.tui.screens.title import PassageNameScreen

    session, manuscript = stage.session, stage.session.manuscript
    if (passage := manuscript.passage_at(stage.transcript.cursor)) is None:
        stage.say("There is nothing to name yet.")
        return
    screen = PassageNameScreen(names_in(manuscript.scene).get(passage, ""))
    name = await stage.app.push_screen_wait(screen)
    if name is not None and manuscript is session.manuscript:
        session.editing.name_passage(passage, name)
        if name:
            stage.say(f"Named; {key_of(stage.app, 'stage.kept')} lists the names")


async def edit_passage(stage: StageScreen) -> None:
    """Edit the passage at the cursor."""
    from bardtui.tui.screens.edit import EditScreen, part_around

    session = stage.session
    session.stop()
    manuscript, cursor = session.manuscript, stage.transcript.cursor
    if (found := manuscript.scene.passage_at(cursor)) is None:
        stage.say("There is nothing to edit yet.")
        return
    passage, begin, end = found
    text = passage.text[: end - begin]
    first, last = part_around(text, cursor - begin)
    place = min(max(cursor - begin, first), last) - first
    edited = await stage.app.push_screen_wait(EditScreen(text[first:last], place))
    if edited is None or edited == text[first:last] or manuscript is not session.manuscript:
        return
    whole = text[:first] + edited + text[last:]
    session.editing.edit(passage.id, whole if edited or whole.strip("\n") else "")


async def edit_role(stage: StageScreen, before: Role | None) -> None:
    """Edit a role of the cast, or add one where `before` is None."""
    from bardtui.tui.screens.role import RoleScreen

    pane = stage.side.cast
    taken = {role.name for role in pane.cast.roles if role != before}
    screen = RoleScreen(before, stage.side.usable_models(), taken)
    if (role := await stage.app.push_screen_wait(screen)) is None:
        return
    try:
        pane.put(role, before.name if before else None)
    except UserError as error:  # a cast has a limited size
        stage.say(str(error), "warning")


async def take_cast(stage: StageScreen) -> None:
    """Add the cast of one of the model's plays to the scene's cast."""
    from bardtui.model.store import find_model
    from bardtui.tui.screens.plays import PlaysScreen

    session = stage.session
    try:
        casts = find_model(session.model).casts
    except UserError as error:
        stage.say(str(error), "error")
        return
    if not casts:
        stage.say(f"{session.model} knows no casts: it was not trained on plays", "warning")
        return
    title = await stage.app.push_screen_wait(PlaysScreen(casts, session.model))
    if title is not None:
        session.editing.add_roles(casts[title])


async def ban_phrases(stage: StageScreen) -> None:
    """Edit the words and phrases that the model never writes in this scene."""
    from bardtui.tui.screens.banned import BannedScreen

    session = stage.session
    manuscript = session.manuscript
    screen = BannedScreen(banned_in(manuscript.scene), len(session.settings.banned))
    phrases = await stage.app.push_screen_wait(screen)
    if phrases is not None and manuscript is session.manuscript:
        session.editing.ban(phrases)


async def save_scene(stage: StageScreen) -> None:
    """Save the scene as a file. A scene that was opened from Fountain is offered in Fountain."""
    from bardtui.scene.formats.fountain_source import is_from_fountain

    scene = stage.session.manuscript.scene
    suffix = ".fountain" if is_from_fountain(scene) else ".txt"
    await _save(stage, scene.title, stage.session.export, suffix)


async def show_kept(stage: StageScreen) -> None:
    """Show named passages and kept parts: to go to one, unmark one, or save the parts alone."""
    from bardtui.tui.screens.kept import KeptScreen, Save
    from bardtui.tui.screens.map import end_of_way

    session = stage.session
    scene = session.manuscript.scene
    if not kept_in(scene) and not bookmarks(scene):
        key = key_of(stage.app, "transcript.keep")
        stage.say(f"Nothing kept yet: in the transcript, {key} keeps the paragraph at the cursor")
        return
    chosen = await stage.app.push_screen_wait(KeptScreen(session))
    if scene is not session.manuscript.scene or chosen is None:
        return
    if isinstance(chosen, Save):
        await _save(stage, f"{scene.title} kept", session.editing.export_kept)
        return
    if isinstance(chosen, Bookmark):
        if all(passage.id != chosen.passage for passage, _ in scene.path()):
            session.jump(end_of_way(scene.passages[chosen.passage], scene.ways_on()).id)
        _show_passage(stage, chosen.passage)
        return
    if not chosen.is_visible(scene):
        session.jump(chosen.pieces[-1][0])
    if span := visible_spans(scene).get(chosen):
        stage.transcript.focus()
        stage.transcript.go_to(span[0])


async def _save(
    stage: StageScreen, title: str, save: Callable[[Path], None], suffix: str = ".txt"
) -> None:
    """Ask for a file and save it; ask again, with the reason, as long as the disk refuses.

    In a browser, ask for a name, and the browser downloads the file.
    """
    from bardtui.tui.browser import download
    from bardtui.tui.screens.save import SaveScreen

    app, browser = stage.app, stage.app.is_web

    name = "".join(c if c.isalnum() or c in " -_" else " " for c in remove_invisible(title))
    target, problem = working_folder() / f"{' '.join(name.split()) or 'scene'}{suffix}", ""
    while chosen := await app.push_screen_wait(SaveScreen(target, error=problem, browser=browser)):
        try:
            if browser:
                download(app, chosen.name, save)
            else:
                save(chosen)
        except UserError as error:  # a font lacks characters, or a package is missing
            target, problem = chosen, f"Not saved: {error}"
        except OSError as error:
            target, problem = chosen, f"Not saved: {error.strerror or error}"
        else:
            stage.say(f"Your browser saves {chosen.name}" if browser else f"Saved as {chosen}")
            return


async def rename_scene(stage: StageScreen) -> None:
    """Give the scene a title."""
    from bardtui.tui.screens.title import TitleScreen

    session = stage.session
    manuscript = session.manuscript
    title = await stage.app.push_screen_wait(TitleScreen(manuscript.scene.title))
    if title is not None and manuscript is session.manuscript:
        session.editing.rename(title)


async def rename_character(stage: StageScreen) -> None:
    """Give a character another name throughout the scene."""
    from bardtui.tui.screens.character import CharacterScreen

    session = stage.session
    manuscript = session.manuscript
    names = list(
        dict.fromkeys([*(role.name for role in session.cast.roles), *speakers(session.text)])
    )
    if not names:
        session.notify("no_speakers")
        return
    here = speaker_at(session.text, stage.transcript.cursor)
    chosen = await stage.app.push_screen_wait(CharacterScreen(names, here))
    if chosen is not None and manuscript is session.manuscript:
        session.editing.rename_character(*chosen)


async def show_trash(stage: StageScreen) -> None:
    """Bring back deleted scenes, and choose one."""
    await choose_scene(stage, trash=True)


async def choose_scene(stage: StageScreen, *, trash: bool = False) -> None:
    """Choose another scene, or begin a new one. With `trash`, show the deleted scenes first."""
    from bardtui.tui.screens.scenes import NewScene, ScenesScreen, TeachScenes
    from bardtui.tui.training import teach_scenes

    session = stage.session
    session.surprise.keep()
    session.manuscript.retry_saving()
    try:
        scenes = list_scenes(paths.scenes_dir())
    except OSError as error:
        stage.say(f"The scenes cannot be listed: {error.strerror}", "error")
        return
    dialog = ScenesScreen(
        scenes,
        current=session.manuscript,
        contents=stage.scene_contents,
        trash=trash,
        files=not stage.app.is_web,  # a browser may be somewhere else than the disk
    )
    choice = await stage.app.push_screen_wait(dialog)
    if isinstance(choice, TeachScenes):
        await teach_scenes(stage, choice.paths)
    elif isinstance(choice, NewScene):
        session.new()
    elif choice is not None:
        if choice.path != session.manuscript.path:
            session.open(choice.path)
        if choice.match is not None and choice.path == session.manuscript.path:
            await stage.finding.show(choice.match)
            return
    stage.seed_line.focus()


async def show_help(stage: StageScreen) -> None:
    """Show the keys and a guide."""
    from bardtui.tui.screens.help import HelpScreen

    help = HelpScreen(key_groups(stage), paths.scenes_dir(), paths.config_file())
    await stage.app.push_screen_wait(help)


async def show_figures(stage: StageScreen) -> None:
    """Show how much each role says in the scene, and how much each author wrote."""
    from bardtui.scene.figures import figures_of
    from bardtui.tui.screens.figures import FiguresScreen

    session = stage.session
    today = f"Today you wrote {session.remembered.words_today:,} words, in all scenes"
    goal = f"; your goal is {session.settings.word_goal:,}" if session.settings.word_goal else ""
    figures = figures_of(session.manuscript.scene)
    await stage.app.push_screen_wait(FiguresScreen(figures, today + goal))


PALETTE: tuple[tuple[str, str, Callable[[StageScreen], Coroutine[None, None, None]]], ...] = (
    (
        "Take the cast of a play",
        "Adds the roles of Hamlet, for example, if the model knows that play",
        take_cast,
    ),
    (
        "Rename a character",
        "In the cast, in cues and in the text; undo takes it back",
        rename_character,
    ),
    (
        "Name the passage at the cursor",
        "The map shows its name, and the list of what you keep goes there",
        name_passage,
    ),
    (
        "Show what else the model might write",
        "At the cursor in the scene: characters, words and speakers",
        choose_alternative,
    ),
    (
        "Figures of this scene",
        "Words, lines and speeches of each role, of you and of the models",
        show_figures,
    ),
    (
        "Bring back a deleted scene",
        "The trash: deleted scenes, to bring back or to delete for good",
        show_trash,
    ),
    ("Ban words and phrases", "The model never writes them in this scene", ban_phrases),
)
"""What has no key: its name in the palette, an explanation, and what it does."""


def working_folder() -> Path:
    """Return the folder that the program was started in, or else the writer's own."""
    try:
        return Path.cwd()
    except OSError:  # the folder was deleted
        return Path.home()
