"""The commands of the line mode, which begin with a slash."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

from bardtui import paths
from bardtui.errors import UserError
from bardtui.escaping import visible
from bardtui.files import expanded
from bardtui.line_mode.front_end import LineMode
from bardtui.scene.find import occurrences
from bardtui.scene.library import find_scene
from bardtui.settings import FORMS, LENGTHS, TEMPERATURES, Form

_TAKES = 5


class CommandError(UserError):
    """A command that cannot be run as it was typed."""


@dataclass(frozen=True)
class Command:
    """A command: what it is called with, what it does, and the function that runs it."""

    argument: str
    purpose: str
    run: Callable[[LineMode, str], None]


def run_command(mode: LineMode, line: str) -> bool:
    """Run a line, without its slash; return whether the session goes on. Raises UserError."""
    name, _, argument = line.strip().partition(" ")
    if name == "quit":
        return False
    if (command := COMMANDS.get(name)) is None:
        raise CommandError(
            f"there is no command /{name}; /help lists them, // begins a line with /"
        )
    command.run(mode, argument.strip())
    return True


def _help(mode: LineMode, argument: str) -> None:
    lines = ["A line is sent to the model, and an empty line lets it go on. Ctrl+C stops it."]
    for name, command in COMMANDS.items():
        lines.append(f"/{name} {command.argument}".rstrip() + f": {command.purpose}")
    mode.say("\n".join([*lines, "/quit: leave; everything is saved"]))


def _retry(mode: LineMode, argument: str) -> None:
    mode.write(mode.session.retry)


def _takes(mode: LineMode, argument: str) -> None:
    texts = mode.takes(_TAKES)
    for place, text in enumerate(texts, 1):
        mode.say(f"--- take {place} of {len(texts)}\n{text.strip()}")
    if not texts:
        return
    answer = mode.ask(f"Which one? 1 to {len(texts)}, or Enter for none: ") or ""
    places = {str(place + 1): place for place in range(len(texts))}
    mode.session.takes.pick(places.get(answer.strip()))


def _show(mode: LineMode, argument: str) -> None:
    mode.say(mode.session.text.rstrip("\n") or "The scene is empty.")


def _find(mode: LineMode, argument: str) -> None:
    text = mode.session.text
    rows, end = list[str](), 0
    for begin, _ in occurrences(text, argument):
        if begin >= end:  # not in the last row found
            end = text.find("\n", begin) + 1 or len(text) + 1
            rows.append(text[text.rfind("\n", 0, begin) + 1 : end - 1])
    mode.say("\n".join(rows) or "Nothing found.")


def _model(mode: LineMode, argument: str) -> None:
    from bardtui.model.store import find_model, list_models

    if argument:
        mode.session.set_model(find_model(argument).name)
    usable = [listed for listed in list_models() if listed.error is None]
    lines = [f"{listed.name}: {listed.bundle.title}" for listed in usable if listed.bundle]
    mode.say("\n".join([*map(visible, lines), f"Writing with {mode.session.model}."]))


def _temperature(mode: LineMode, argument: str) -> None:
    if argument:
        mode.session.choose(temperature=_number(argument, TEMPERATURES))
    mode.say(f"Temperature {mode.session.remembered.temperature:g}")


def _length(mode: LineMode, argument: str) -> None:
    if argument:
        mode.session.choose(length=int(_number(argument, LENGTHS)))
    mode.say(f"Length about {mode.session.remembered.length:,} characters")


def _form(mode: LineMode, argument: str) -> None:
    if argument and argument not in get_args(Form):
        raise CommandError(f"a form is one of {', '.join(FORMS)}")
    if argument:
        mode.session.choose(form=argument)
    mode.say(f"Form: {mode.session.remembered.form}")


def _cast(mode: LineMode, argument: str) -> None:
    roles = mode.session.cast.roles
    lines = [f"{r.name}: {'you' if r.player == 'writer' else 'the model'}" for r in roles]
    mode.say("\n".join(lines) or "No roles: the model writes free text. /speakers adds some.")


def _speakers(mode: LineMode, argument: str) -> None:
    mode.session.editing.add_speakers()
    _cast(mode, "")


def _bell(mode: LineMode, argument: str) -> None:
    if argument not in ("", "on", "off"):
        raise CommandError("the bell is on or off")
    if argument:
        mode.bell = argument == "on"
    mode.say(f"The bell is {'on' if mode.bell else 'off'}.")


def _open(mode: LineMode, argument: str) -> None:
    if not argument:
        raise CommandError("name a scene or a file: /open TITLE")
    mode.session.open(find_scene(paths.scenes_dir(), argument))


def _title(mode: LineMode, argument: str) -> None:
    if argument:
        mode.session.editing.rename(argument)
    mode.say(f"Title: {mode.session.manuscript.scene.title}")


def _save(mode: LineMode, argument: str) -> None:
    if not argument:
        raise CommandError(
            "name a file: /save FILE.txt, .md, .fountain, .html, .json, .fdx, .docx or .pdf"
        )
    path = expanded(argument)
    if path.exists():
        raise CommandError(f"{path} exists: choose another name")
    mode.session.export(path)
    mode.say(f"Saved as {path}")


def _number(typed: str, limits: tuple[float, float]) -> float:
    low, high = limits
    try:
        number = float(typed)
    except ValueError:
        number = float("nan")
    if not low <= number <= high:
        raise CommandError(f"a number from {low:g} to {high:g}")
    return number


COMMANDS: dict[str, Command] = {
    "help": Command("", "list the commands", _help),
    "retry": Command("", "write another take of the last reply", _retry),
    "takes": Command("", f"write {_TAKES} takes and choose one", _takes),
    "take": Command("", "show the next take", lambda mode, _: mode.session.next_take()),
    "undo": Command("", "undo the last exchange", lambda mode, _: mode.session.undo()),
    "redo": Command("", "redo", lambda mode, _: mode.session.redo()),
    "show": Command("", "show the whole scene", _show),
    "find": Command("WORDS", "show the lines with these words", _find),
    "model": Command("[NAME]", "list the models, or write with another one", _model),
    "temperature": Command("[NUMBER]", "from sober to wild", _temperature),
    "length": Command("[NUMBER]", "characters of a reply, about", _length),
    "form": Command("[FORM]", ", ".join(FORMS), _form),
    "cast": Command("", "list the roles", _cast),
    "speakers": Command("", "add the scene's speakers to the cast", _speakers),
    "bell": Command("[on or off]", "ring when a reply is finished", _bell),
    "open": Command("TITLE", "open another scene or a text file", _open),
    "new": Command("", "begin a new scene", lambda mode, _: mode.session.new()),
    "title": Command("[TITLE]", "give the scene a title", _title),
    "save": Command("FILE", "save the scene in the format of the file's suffix", _save),
}
