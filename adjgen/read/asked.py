"""Tests of which only the truth is asked: `while stack and stack[-1] > v` gives nobody the list."""

import ast

from adjgen.read.frame import Frame
from adjgen.read.values import ListValue


def as_truth(frame: Frame, test: ast.expr) -> ast.expr:
    """Return a test in which `and` and `or` of lists and comparisons are given the truth of the lists.

    A list is seen by its name alone. Where other values stand beside it, they are all left as they are.
    """
    if not isinstance(test, ast.BoolOp) or not all(map(_is_truth_or_name, test.values)):
        return test
    values = [_truth_of_list(frame, as_truth(frame, one)) for one in test.values]
    return test if values == test.values else ast.copy_location(ast.BoolOp(test.op, values), test)


def _is_truth_or_name(node: ast.expr) -> bool:
    truth = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return truth or isinstance(node, (ast.Compare, ast.BoolOp, ast.Name))


def _truth_of_list(frame: Frame, node: ast.expr) -> ast.expr:
    held = frame.held(node.id) if isinstance(node, ast.Name) else None
    if not isinstance(held, ListValue) or frame.session.heap[held.cell].type.element is None:
        return node
    no = ast.copy_location(ast.UnaryOp(ast.Not(), node), node)
    return ast.copy_location(ast.UnaryOp(ast.Not(), no), node)
