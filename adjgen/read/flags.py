"""Parameters that callees take for texts or flags: of those the caller's are none to differentiate.

What is a number anywhere on the way, in the caller or in between, stays one.
"""

from typing import Any

from adjgen.ir.core import Var
from adjgen.ir.types import OPAQUE, REAL
from adjgen.read import lists
from adjgen.read.frame import Frame
from adjgen.read.lowering import Session
from adjgen.read.parameters import Uses
from adjgen.read.values import Value


def look(frame: Frame, definition: Any, bound: dict[str, Value]) -> None:
    """Have parameters read again that a callee only asks for their truth, or compares with texts."""
    session = frame.session
    for name, value in bound.items():
        if not isinstance(value, Var) or value.type != REAL or value not in session.origins:
            continue
        used = uses(session, definition)
        asked = name in used.texts or name in used.tests
        if asked and name not in used.firm and not _is_number(session, value):
            lists.retype(frame, value, OPAQUE)


def _is_number(session: Session, value: Var) -> bool:
    """Whether a function that is being read does more with a value than to hand it on."""
    return any(
        name in uses(session, frame.definition).firm
        for frame in session.frames
        for name, held in frame.env.items()
        if held is value
    )


def uses(session: Session, definition: Any) -> Uses:
    """Return how a function uses its names, looked for once."""
    key = id(definition)
    if key not in session.uses:
        session.uses[key] = Uses(session, definition)
    found: Uses = session.uses[key]
    return found
