"""Comments to adjgen: `# adjgen: passive` on a line, `# adjgen: checkpoint` above a loop; others are problems."""

import ast

from adjgen.read.frame import Frame
from adjgen.read.passive import PLACES, can_be_cut

ABOVE = "It stands on a line of its own above a `for` loop."
KNOWN = "There are `# adjgen: passive` and `# adjgen: checkpoint`."


def is_checkpointed(frame: Frame, node: ast.stmt) -> bool:
    """Whether the comment stands above a loop."""
    comments = frame.definition.file.comments_of("checkpoint")
    return node.lineno - 1 in comments and _alone(frame, node.lineno - 1)


def report_misplaced(frame: Frame) -> None:
    """Report every comment to adjgen in a function that does nothing."""
    function = frame.definition.node
    first = min([function, *getattr(function, "decorator_list", [])], key=lambda n: n.lineno)
    inside = range(first.lineno, function.end_lineno + 1)
    comments = frame.definition.file.comments()
    words = {line: word for line, (word, _) in comments.items() if line in inside}
    if not words:
        return
    useful: dict[str, set[int]] = {"passive": set(), "checkpoint": set()}
    for node in ast.walk(function):
        if isinstance(node, ast.stmt) and can_be_cut(node):
            useful["passive"].update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        elif isinstance(node, (ast.For, ast.While)) and _alone(frame, node.lineno - 1):
            useful["checkpoint"].add(node.lineno - 1)
    for line, word in words.items():
        if line not in useful.get(word, ()):
            _report(frame, line, word)


def _alone(frame: Frame, line: int) -> bool:
    """Whether a line is nothing but a comment."""
    return bool(frame.definition.file.lines[line - 1].lstrip().startswith("#"))


def _report(frame: Frame, line: int, word: str) -> None:
    text, (_, column) = (
        frame.definition.file.lines[line - 1],
        frame.definition.file.comments()[line],
    )
    start, end = (len(t.encode()) for t in (text[:column], text.rstrip()))
    place = ast.Pass(lineno=line, col_offset=start, end_lineno=line, end_col_offset=end)
    if word == "passive":
        what = "`# adjgen: passive` on a line where it cuts nothing"
        frame.problem(place, "ADJ605", what, PLACES)
    elif word == "checkpoint":
        what = "`# adjgen: checkpoint` on a line that is not above a loop"
        frame.problem(place, "ADJ606", what, ABOVE)
    else:
        frame.problem(place, "ADJ606", f"`# adjgen: {word}` says nothing", KNOWN)
