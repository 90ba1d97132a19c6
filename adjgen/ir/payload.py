"""What the intermediate form asks of Python code that is carried as it is."""

from collections.abc import Sequence
from typing import Any, Protocol


class Payload(Protocol):
    """Python code that is carried as it is; made in read/, placed into the output by emit/."""

    @property
    def reads(self) -> tuple[str, ...]:
        """The local names that it reads, in the order of the equation's args."""

    @property
    def writes(self) -> tuple[str, ...]:
        """The local names that it binds, in the order of the equation's outs."""

    @property
    def effect(self) -> bool:
        """Whether this is a statement, or an expression whose evaluation may change something."""

    @property
    def observes(self) -> bool:
        """Whether active values may enter although nothing comes back: print, raise, assert."""

    @property
    def changes(self) -> frozenset[int] | None:
        """The places of the args that it may change; None: of all."""

    @property
    def repeatable(self) -> bool:
        """Whether nobody notices that this runs once more."""

    @property
    def raises(self) -> bool:
        """Whether this always raises, so that nothing follows it."""

    @property
    def reason(self) -> str:
        """Why adjgen cannot differentiate this, for the diagnostic."""

    @property
    def hint(self) -> str:
        """What to write instead."""

    @property
    def problems(self) -> tuple[Any, ...]:
        """All reasons, if there are several: those of a function that could not be read."""

    @property
    def is_expression(self) -> bool:
        """Whether this is an expression, not a statement."""

    @property
    def makes_list(self) -> bool:
        """Whether this is an expression that is a list for certain."""

    @property
    def is_name(self) -> bool:
        """Whether this is only a name from outside the function."""

    def render(self, reads: Sequence[Any], writes: Sequence[str]) -> Any:
        """Return the syntax tree, its local names replaced in the order of args and outs."""

    def inner_names(self) -> set[str]:
        """Return the names that the code binds for itself: what is imported must avoid them."""

    def avoided_names(self) -> set[str]:
        """Return those of them that variables must avoid too."""
