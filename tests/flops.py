"""An independent count of FLOP model F1: over the text of a module, by running it, without adjgen.

Each operation of the tree is replaced by a call that notes it; what a loop or a comprehension does is
noted as often as it happens, integer arithmetic and constants are not.
"""

import ast
import builtins
import math
from collections import Counter

SYMBOLS = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Mod: "mod",
    ast.FloorDiv: "floordiv", ast.Pow: "pow",
}  # fmt: skip
FREE = {
    "isnan", "isinf", "isfinite", "isclose", "frexp", "ldexp", "gcd", "lcm", "isqrt", "comb", "perm",
    "factorial", "nextafter", "ulp",
}  # fmt: skip
SEVERAL = {"hypot", "dist", "fsum", "prod", "sum", "sumprod"}
MATH = {n: f for n, f in vars(math).items() if callable(f) and not n.startswith("_")}
NOTED = {f: n for n, f in MATH.items() if n not in FREE} | {
    builtins.abs: "abs",
    builtins.sum: "sum",
}


def powering(n):
    """Multiplications of binary powering."""
    return n.bit_length() - 1 + n.bit_count() - 1


class Count(Counter):
    """What was noted, by category; its `total` is that of F1."""

    def operation(self, name, a, b, exponent):
        """Note `a name b`, of which the exponent may be a literal; return its value."""
        value = OPERATORS[name](a, b)
        if isinstance(a, int) and isinstance(b, int) and name != "div":
            return value
        if isinstance(a, (list, tuple, str)) or isinstance(b, (list, tuple, str)):
            return value
        if name == "pow" and exponent:
            self.power(b)
        else:
            self[name] += 1
        return value

    def power(self, b):
        """Note a power with a constant exponent."""
        half, whole = b % 1 == 0.5, int(abs(b) * (2 if b % 1 == 0.5 else 1))
        if b % 1 not in (0, 0.5) or not 0 < abs(b) <= 1024:
            self["pow"] += 1
            return
        self["sqrt"] += half
        self["mul"] += powering(whole)
        self["div"] += b < 0

    def negative(self, a):
        """Note a minus."""
        self["neg"] += not isinstance(a, int)
        return -a

    def call(self, constant, f, *args, **kwargs):
        """Note an elementary function."""
        name = NOTED.get(f) if callable(f) and getattr(f, "__hash__", None) else None
        if name and not constant:
            several = args[0] if len(args) == 1 and isinstance(args[0], (list, tuple)) else args
            if name in SEVERAL and not isinstance(several, tuple | list):
                several = args = (list(several),)
            whole = name in ("sum", "abs") and all(isinstance(v, int) for v in several)
            self[name] += 0 if whole else max(1, len(several) - 1) if name in SEVERAL else 1
        return f(*args, **kwargs)


OPERATORS = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b, "mod": lambda a, b: a % b, "floordiv": lambda a, b: a // b,
    "pow": lambda a, b: a**b,
}  # fmt: skip


class Noting(ast.NodeTransformer):
    """Replaces operations by calls that note them."""

    def __init__(self, constants):
        self.constants = constants  # names of the module that are numbers

    def constant(self, node):
        match node:
            case ast.Constant():
                return True
            case ast.Name(id=name):
                return name in self.constants
            case ast.Attribute(value=ast.Name(id="math")):
                return isinstance(getattr(math, node.attr, None), float)
            case ast.UnaryOp(operand=inner):
                return self.constant(inner)
            case ast.BinOp(left=left, right=right):
                return self.constant(left) and self.constant(right)
            case ast.Call(args=args):
                return bool(args) and all(map(self.constant, args)) and not node.keywords
        return False

    def noted(self, node, method, *args):
        function = ast.Attribute(ast.Name("_count", ast.Load()), method, ast.Load())
        return ast.copy_location(ast.Call(function, list(args), []), node)

    def visit_BinOp(self, node):
        name = SYMBOLS.get(type(node.op))
        if name is None or self.constant(node):
            return self.generic_visit(node)
        exponent = ast.Constant(name == "pow" and self.constant(node.right))
        if name == "add" and isinstance(node.right, ast.UnaryOp):
            if isinstance(node.right.op, ast.USub) and not self.constant(node.right):
                node, name = ast.BinOp(node.left, ast.Sub(), node.right.operand), "sub"
        left, right = self.visit(node.left), self.visit(node.right)
        return self.noted(node, "operation", ast.Constant(name), left, right, exponent)

    def visit_UnaryOp(self, node):
        if not isinstance(node.op, ast.USub) or self.constant(node):
            return self.generic_visit(node)
        return self.noted(node, "negative", self.visit(node.operand))

    def visit_AugAssign(self, node):
        target = ast.parse(ast.unparse(node.target), mode="eval").body
        value = self.visit(ast.copy_location(ast.BinOp(target, node.op, node.value), node))
        return ast.copy_location(ast.Assign([self.visit(node.target)], value), node)

    def visit_Call(self, node):
        if isinstance(node.func, ast.Name) and node.func.id in ("super", "locals"):
            return node
        constant = ast.Constant(self.constant(node))
        self.generic_visit(node)
        noted = self.noted(node, "call", constant, node.func, *node.args)
        noted.keywords = node.keywords
        return noted


def noting(source, names=None):
    """Return (namespace, count): the names of a module whose functions note what they do.

    `names` are those that the text finds around it.
    """
    tree = ast.parse(source)
    constants = {
        node.targets[0].id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        and isinstance(node.targets[0], ast.Name)
    }  # fmt: skip
    for node in ast.walk(tree):  # annotations and defaults are no part of what runs
        if isinstance(node, ast.FunctionDef):
            node.returns, node.decorator_list = None, []
            for arg in ast.walk(node.args):
                if isinstance(arg, ast.arg):
                    arg.annotation = None
    count = Count()
    namespace = dict(names or {}) | {"_count": count}
    tree = ast.fix_missing_locations(Noting(constants).visit(tree))
    exec(compile(tree, "<noted>", "exec"), namespace)
    count.clear()
    return namespace, count


def flops(source, name, *args, names=None, **kwargs):
    """Return the count of calling one function of a text at some arguments.

    >>> flops("def f(x):\\n    return 2.0 * x - x**3 / 3.0", "f", 1.5)
    Count({'mul': 3, 'sub': 1, 'div': 1})
    """
    namespace, count = noting(source, names)
    namespace[name](*args, **kwargs)
    return +count
