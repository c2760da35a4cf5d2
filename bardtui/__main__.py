"""The entry point: `bardtui` and `python -m bardtui`."""

import gc
import os
import sys

from bardtui.terminal import needs_line_mode
from bardtui.tf_startup import set_tensorflow_environment


def main() -> None:
    """Run a command, or the program without arguments; import only what is needed."""
    set_tensorflow_environment()
    completing = "_BARDTUI_COMPLETE" in os.environ  # a shell asks what could follow
    if len(sys.argv) > 1 or completing or needs_line_mode():
        from bardtui.cli.app import app

        app(prog_name="bardtui")
    else:
        gc.disable()  # there is no garbage before the first screen; BardApp turns it on
        from bardtui.tui.app import run

        sys.exit(run(None))


if __name__ == "__main__":
    main()
