"""Options that several commands share, and how they and pyproject.toml become a Job."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from adjgen.commands import arguments
from adjgen.commands.produce import Job
from adjgen.commands.sources import Source
from adjgen.config import MODES, STRATEGIES, STYLES, TARGETS, settings

F = TypeVar("F", bound=Callable[..., Any])

MODE = click.option(
    "--mode",
    type=click.Choice(MODES),
    help="Which derivatives: forward (jvp), reverse (vjp), both, jacobian, or hessian (and hvp).",
)
WRT = click.option(
    "--wrt", metavar="NAMES", help="Differentiate with respect to these parameters only: x,y."
)
TARGET = click.option(
    "--target",
    type=click.Choice(TARGETS),
    help="What generated code computes with: math, for numbers and lists; numpy, for arrays, which "
    "functions that use numpy get by themselves; numba, for numbers and lists (as arrays), compiled. "
    "[default: math]",
)
STYLE = click.option(
    "--style",
    type=click.Choice(STYLES),
    help="named: expressions with your names; ssa: one operation a line. [default: named]",
)
EXACT = click.option(
    "--exact", is_flag=True, default=None, help="Keep x**2 as it is written instead of x*x."
)
DEFINE = click.option(
    "--define",
    type=arguments.option,
    multiple=True,
    metavar="NAME=VALUE",
    help="Take this constant for a name of the source that is computed at run time.",
)
CHECKPOINT = click.option(
    "--checkpoint",
    type=click.IntRange(1),
    metavar="N",
    help="Loops of N turns or more that keep a tape keep it for a segment of sqrt(turns) only, "
    "and compute each segment twice.",
)
SPARSE = click.option(
    "--sparse",
    is_flag=True,
    default=None,
    help="Of Jacobians and Hessians the entries that are not zero by structure, and where they are.",
)
STRATEGY = click.option(
    "--strategy",
    type=click.Choice(STRATEGIES),
    help="How gradients and Jacobians are made, where that applies: sweeps, or vertex elimination in "
    "Markowitz order; auto: the one with the fewest operations. [default: auto]",
)
UNROLL = click.option(
    "--unroll",
    type=click.IntRange(0),
    metavar="N",
    help="Unroll loops of a constant number of turns up to N; 0: none. [default: short loops, where that "
    "saves operations]",
)
CANCEL = click.option(
    "--allow-cancel",
    is_flag=True,
    default=None,
    help="Let factors u * (p / u) of derivatives cancel: what was nan where u is 0 or infinite is p then.",
)
AT = click.option(
    "--at",
    type=arguments.option,
    multiple=True,
    metavar="x=1.2,y=3",
    help="Values of parameters: numbers, pi, e, True, False, None, 'text', [lists], (tuples).",
)
JOBS = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(0),
    default=1,
    metavar="N",
    help="Work in N processes; 0: one a processor.",
)


def together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return one decorator for several options, listed in this order."""

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


generation = together(
    MODE, WRT, TARGET, STYLE, EXACT, DEFINE, CHECKPOINT, SPARSE, STRATEGY, UNROLL, CANCEL
)


def job(source: Source, given: Mapping[str, Any]) -> Job:
    """Return the job of a source: what the command line gives, else what pyproject.toml says."""
    config = settings(source.folder)
    chosen = {key: value for key, value in given.items() if value is not None}
    options = {**config, **chosen}
    names = tuple(word for name in (options.get("wrt") or "").split(",") if (word := name.strip()))
    define = {**config.get("define", {}), **arguments.merged(tuple(given.get("define") or ()))}
    return Job(
        source,
        options={
            "mode": options.get("mode", "both"),
            "target": options.get("target", "math"),
            "style": options.get("style", "named"),
            "exact": bool(options.get("exact")),
            "checkpoint": options.get("checkpoint", 0),
            "sparse": bool(options.get("sparse")),
            "strategy": options.get("strategy", "auto"),
            "unroll": options.get("unroll"),
            "allow_cancel": bool(options.get("allow_cancel")),
            "formatted": bool(options.get("format", True)),
            "wrt": names or None,
        },
        define=define,
        strict=bool(options.get("strict")),
    )
