"""The command line: a group whose commands are imported when they are needed, and its exit codes.

0 done; 1 diagnostics, stale file or failed verification; 2 wrong usage or unreadable file; 3 a bug.
"""

import errno
import importlib
import io
import sys
import traceback
from typing import Any

import click

from adjgen.diagnostics import AdjgenError

COMMANDS = ("generate", "inspect", "ops", "verify", "rules", "explain")


class Commands(click.Group):
    """The group: it finds commands by name and turns exceptions into messages."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"adjgen.commands.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find a command; for a file name say which command was probably meant."""
        if args and args[0] not in COMMANDS and (".py" in args[0] or "/" in args[0]):
            raise click.UsageError(
                f"{args[0]!r} is not a command; did you mean `adjgen generate {args[0]}`?"
            )
        stdin = [arg.replace("-", "<stdin>", 1) if arg.startswith("-::") else arg for arg in args]
        return super().resolve_command(ctx, stdin)  # to click `-::f` would be an option

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; every way to fail has its exit code."""
        if isinstance(sys.stdout, io.TextIOWrapper):  # a file name may be no text
            sys.stdout.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except AdjgenError as error:
            from adjgen.commands.report import exit_code, note, show_problems

            show_problems(error.diagnostics)
            if not error.diagnostics:
                note(f"adjgen: {error}")
            code = exit_code(error.diagnostics) or 1
        except KeyboardInterrupt:
            click.echo("adjgen: interrupted; files are as they were, or whole", err=True)
            code = 130
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # the reader of our output has left: click ends quietly
            click.echo(f"adjgen: {error.filename}: {error.strerror}", err=True)
            code = 2
        except Exception:
            from adjgen.commands.report import show_bug

            show_bug(traceback.format_exc())
            code = 3
        raise click.exceptions.Exit(code)


def print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    """Print the version and leave."""
    if not value:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        number = version("adjgen")
    except PackageNotFoundError:
        number = "not installed"
    click.echo(f"adjgen {number}")
    ctx.exit()


@click.command(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=print_version,
    help="Print the version.",
)
def main() -> None:
    """Write the Python program of a Python function's derivative.

    adjgen reads plain Python and writes the forward sweep, the reverse sweep and the gradient as
    a standalone module. It is right, or it refuses and says why.

    \b
    Examples:
      adjgen generate samples/lecture.py::f
      adjgen inspect samples/lecture.py::f --at x=1.2
      adjgen ops samples/lecture.py::f
      adjgen verify samples/
    """
