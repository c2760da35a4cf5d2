"""The entry point: `bardtui` and `python -m bardtui`."""

import gc
import sys

from bardtui.tf_startup import set_tensorflow_environment


def main() -> None:
    """Run a command; without one, the program, importing nothing that it does not need."""
    set_tensorflow_environment()
    if len(sys.argv) > 1:
        from bardtui.cli.app import app

        app(prog_name="bardtui")
    else:
        gc.disable()  # nothing made before the first picture is garbage; BardApp enables it then
        from bardtui.tui.app import run

        sys.exit(run(None))


if __name__ == "__main__":
    main()
