"""Text of files and of live functions: what can be read, and what is said of what cannot."""

import ast
import functools
import importlib
import importlib.util
import itertools
import linecache
import math
import os
import subprocess
import sys
import textwrap
import time

import pytest

from adjgen.diagnostics import AdjgenError, UnsupportedError
from adjgen.read.decode import SourceError
from adjgen.read.names import ABSENT
from adjgen.read.source import (
    find,
    functions,
    module_name,
    of_function,
    read_bytes,
    read_file,
    read_text,
)


def problem_of(call, *args):
    """The first problem of what a call raises."""
    with pytest.raises(AdjgenError) as caught:
        call(*args)
    return caught.value.diagnostics[0]


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text if isinstance(text, bytes) else textwrap.dedent(text).encode()
    path.write_bytes(data)
    return str(path)


@pytest.fixture
def live(tmp_path, monkeypatch):
    """A function that writes a module and imports it under a name that was not used before."""
    monkeypatch.syspath_prepend(str(tmp_path))
    numbers = itertools.count()

    def load(text):
        name = f"live_{abs(hash(tmp_path))}_{next(numbers)}"
        write(tmp_path, f"{name}.py", text)
        importlib.invalidate_caches()
        return importlib.import_module(name)

    return load


# ---- bytes to text

F = "def f(x):\n    return x\n"
READABLE = {
    "plain": F.encode(),
    "byte order mark": b"\xef\xbb\xbf" + F.encode(),
    "CRLF": F.replace("\n", "\r\n").encode(),
    "CR": F.replace("\n", "\r").encode(),
    "form feed": b"\x0c" + F.encode(),
    "tabs": b"def f(x):\n\treturn x\n",
    "no newline at the end": F.rstrip().encode(),
    "latin-1": b"# -*- coding: latin-1 -*-\n# temp\xe9rature\n" + F.encode(),
    "cookie in line 2": b"#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\n# \x80\n"
    + F.encode(),
    "Greek": "def f(x):\n    β = x  # 𝛼\n    return β\n".encode(),
    "no Python warnings": rb"def f(x):" + b'\n    "\\d"\n    return x\n',
}


@pytest.mark.parametrize("name", READABLE)
def test_readable(name, tmp_path):
    path = write(tmp_path, "a.py", READABLE[name])
    file = read_file(path)
    assert functions(file) == ["f"] == functions(read_bytes(READABLE[name], "-"))
    assert "\r" not in file.text and not file.text.startswith("\ufeff")


UNREADABLE = {
    "NUL": (b"def f(x):\n    return x\0\n", "ADJ007", "NUL byte at offset 22", 2),
    "latin-1": (b"def f(x):\n    # temp\xe9rature\n", "ADJ007", "byte 0xe9 at offset 20", 2),
    "head": (b"# temp\xe9rature\n", "ADJ007", "byte 0xe9 at offset 6", 1),
    "UTF-16": ("x = 1\n".encode("utf-16"), "ADJ007", "NUL byte", 1),
    "UTF-16 without NUL": (b"\xff\xfe" + "αβ".encode("utf-16-le"), "ADJ007", "0xff at offset 0", 1),
    "unknown cookie": (b"# coding: klingon\n", "ADJ007", "klingon", 1),
    "cookie of no text": (b"# coding: hex\n", "ADJ007", "encoding cannot be used", 1),
    "BOM against cookie": (b"\xef\xbb\xbf# coding: latin-1\n", "ADJ007", "encoding", 1),
    "syntax": (b"x = 1\ndef f(:\n", "ADJ001", "syntax error", 2),
    "indentation": (b"def f(x):\nreturn x\n", "ADJ001", "expected an indented block", 2),
    "not Python": (b"PK\x03\x04 and so on", "ADJ001", "syntax error", 1),
    "prose": (b"Dear all, see below.\n", "ADJ001", "syntax error", 1),
    "huge integer": (b"x = " + b"9" * 5000, "ADJ001", "4300", 1),
    "parentheses": (b"(" * 300 + b")" * 300, "ADJ001", "nested parentheses", 1),
    "powers": (b"**".join([b"x"] * 9000), "ADJ008", "nested more deeply", 0),
    "sum": (b"+".join([b"x"] * 200_000), "ADJ008", "nested more deeply", 0),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable(name, tmp_path):
    data, code, words, line = UNREADABLE[name]
    path = write(tmp_path, "a.py", data)
    problem = problem_of(read_file, path)
    assert (problem.code, problem.line) == (code, line)
    assert words in problem.what and problem.path.endswith("a.py")
    assert problem_of(read_bytes, data, "-").code == code


def test_syntax_error_shows_line_and_caret():
    problem = problem_of(read_text, "x = 1\nαβ = (2 +* 3)\n", "a.py")
    assert str(problem).splitlines() == [
        "a.py:2:10: ADJ001 syntax error: invalid syntax",
        "    2 | αβ = (2 +* 3)",
        "      |          ^",
    ]


def test_wrong_byte_shows_its_place():
    problem = problem_of(read_bytes, "é = 1\nβ = '".encode() + b"\xff'\n", "a.py")
    assert (problem.line, problem.col, problem.text) == (2, 5, "β = '\ufffd'")


FILES = {
    "missing": ("nothing.py", "No such file"),
    "folder": (".", "it is a folder"),
    "device": ("/dev/null", "it is a device"),
    "NUL in the name": ("a\0b.py", "null"),
    "too long a name": ("a" * 5000, "name too long"),
}


@pytest.mark.parametrize("name", FILES)
def test_no_file(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path, words = FILES[name]
    problem = problem_of(read_file, path)
    assert problem.code == "ADJ006" and words in problem.what


def test_pipe(tmp_path):
    read, write = os.pipe()
    with os.fdopen(write, "wb") as stream:
        stream.write(F.encode())
    try:
        assert functions(read_file(f"/dev/fd/{read}")) == ["f"]
    finally:
        os.close(read)


# ---- long and deep texts

LONG = {
    "sum of 2,000 terms": "def f(x):\n    return " + " + ".join(["x"] * 2000) + "\n",
    "500 elif arms": "def f(x):\n    if x > 0:\n        y = 0\n"
    + "".join(f"    elif x > -{k}:\n        y = {k}\n" for k in range(1, 500))
    + "    else:\n        y = x\n    return y\n",
    "10,000 statements": "def f(x):\n" + "    x = x + 1\n" * 10_000 + "    return x\n",
    "500 minus signs": f"def f(x):\n    return {'-' * 500}x\n",
    "500 conditional expressions": "def f(x):\n    return " + "x if x else " * 500 + "x\n",
    "module constant": "k = " + " + ".join(["1.0"] * 2000) + "\n" + F,
    "500 elif arms at top level": "import sys\nif sys.platform == '':\n    k = 0\n"
    + "".join(f"elif sys.platform == '{k}':\n    k = {k}\n" for k in range(500))
    + F,
}


@pytest.mark.parametrize("name", LONG)
def test_long(name):
    definition = find(read_text(LONG[name], "a.py"), "f")
    assert definition.node.args.args[0].arg == "x"
    definition.scope.resolve("k")


@pytest.mark.parametrize("depth", [0, 300])
def test_long_sum_from_deep_inside_a_program(depth):
    """The recursion limit counts the caller's frames too, and is what it was afterwards."""

    def call(depth):
        return call(depth - 1) if depth else read_text(LONG["sum of 2,000 terms"], "a.py")

    before = sys.getrecursionlimit()
    assert functions(call(depth)) == ["f"]
    assert sys.getrecursionlimit() == before


# ---- what a SourceFile knows


def test_columns_are_characters():
    file = read_text("α = 1\ndef f(x):\n    return x if x else 'é' + β*x\n", "a.py")
    name = file.tree.body[1].body[0].value.orelse.right
    assert name.col_offset == 30
    loc = file.loc(name)
    assert (loc.line, loc.col, loc.path) == (3, 29, "a.py")
    problem = file.problem(name, "ADJ301", "what", "why")
    assert problem.text[problem.col : problem.end_col] == "β*x"


def test_problem_at_a_function_shows_its_first_line():
    file = read_text("def f(x):  # comment\n    return x\n", "a.py")
    problem = file.problem(file.tree.body[0], "ADJ602", "what")
    assert problem.text[problem.col : problem.end_col] == "def f(x):"
    assert file.problem(None, "ADJ002", "what").line == 0


def test_passive_comments():
    lines = ["x = 1  # adjgen: passive", "y = '# adjgen: passive'", "z = 2  #adjgen: passive, why"]
    file = read_text("\n".join(lines), "a.py")
    assert file.comments_of("passive") == {1: 7, 3: 7}


PATHS = {  # files; the file read; path, module
    "alone": ({"a.py": ""}, "a.py", None, "a"),
    "project": ({"pyproject.toml": "", "src/a.py": ""}, "src/a.py", "src/a.py", "a"),
    "package": (
        {"p/__init__.py": "", "p/q/__init__.py": "", "p/q/a.py": "", "pyproject.toml": ""},
        "p/q/a.py",
        "p/q/a.py",
        "p.q.a",
    ),
    "package file": ({"p/__init__.py": ""}, "p/__init__.py", None, "p"),
    "installed": (
        {"pyproject.toml": "", "v/site-packages/p/__init__.py": "", "v/site-packages/p/a.py": ""},
        "v/site-packages/p/a.py",
        "p/a.py",
        "p.a",
    ),
    "no identifier": ({"a-b.py": ""}, "a-b.py", None, ""),
}


@pytest.mark.parametrize("name", PATHS)
def test_paths_and_modules(name, tmp_path):
    files, chosen, shown, module = PATHS[name]
    for path, text in files.items():
        write(tmp_path, path, text)
    file = read_file(str(tmp_path / chosen))
    assert file.path == (shown or str(tmp_path / chosen))
    assert file.module == module == module_name(str(tmp_path / chosen))
    assert not os.path.isabs(file.label) and file.label.endswith(os.path.basename(chosen))


def test_the_name_given_is_shown(tmp_path, monkeypatch):
    write(tmp_path, "a.py", F)
    monkeypatch.chdir(tmp_path)
    assert read_file("a.py").path == "a.py" == read_file("./a.py").path.removeprefix("./")


def test_a_file_is_parsed_once_until_it_changes(tmp_path):
    path = write(tmp_path, "a.py", F)
    file = read_file(path)
    assert read_file(path) is file
    write(tmp_path, "a.py", F.replace("f(", "longer("))
    assert functions(read_file(path)) == ["longer"]


# ---- selectors

SELECTABLE = """
    import math
    from math import exp
    def friction_factor(re): return 64.0 / re
    class Pipe:
        def area(self, d): return d * d
        @staticmethod
        def volume(d, l=2.0): return d * l
        class Wall:
            def thickness(self, d): return d
    cube = lambda x: x * x * x
    alias = friction_factor
    constant = 3.0
    async def later(x): return x
    def twice(x): return x
    if math.pi > 3:
        def twice(x): return 2 * x
        def once(x): return x
    def rebound(x): return x
    rebound = 3
    def again(x): return x
    def again(y): return y
"""


def selectable():
    return read_text(textwrap.dedent(SELECTABLE), "pipes.py")


def test_functions():
    expected = ["friction_factor", "cube", "later", "once", "again"]
    assert functions(selectable()) == expected


@pytest.mark.parametrize(
    ("selector", "qualname", "bound", "static"),
    [
        ("friction_factor", "friction_factor", 0, False),
        ("alias", "friction_factor", 0, False),
        ("cube", "cube", 0, False),
        ("Pipe.area", "Pipe.area", 1, False),
        ("Pipe.volume", "Pipe.volume", 0, True),
        ("Pipe.Wall.thickness", "Pipe.Wall.thickness", 1, False),
        ("once", "once", 0, False),
    ],
)
def test_find(selector, qualname, bound, static):
    found = find(selectable(), selector)
    assert (found.qualname, found.bound, found.static) == (qualname, bound, static)
    assert found.live is None and found.self_value is ABSENT


def test_the_last_definition_is_found():
    assert find(selectable(), "again").node.args.args[0].arg == "y"


@pytest.mark.parametrize(
    ("selector", "words"),
    [
        ("friction_facter", "Did you mean `friction_factor`?"),
        ("Friction_Factor", "Did you mean `friction_factor`?"),
        ("area", "Did you mean `Pipe.area`?"),
        ("Pipe", "`Pipe` is a class, not a function"),
        ("Pipe", "Did you mean `Pipe.area`?"),
        ("Pipe.aera", "Did you mean `Pipe.area`?"),
        ("constant", "`constant` is not a function"),
        ("exp", "`exp` is imported, not defined here"),
        ("twice", "`twice` is bound in several places"),
        ("rebound", "`rebound` is bound in several places"),
        ("", "there is no function"),
        ("zzz", "The file defines `friction_factor`, `cube`"),
        ("Pipe.", "there is no function"),
        ("..", "there is no function"),
    ],
)
def test_not_found(selector, words):
    problem = problem_of(find, selectable(), selector)
    assert problem.code == "ADJ003" and words in str(problem)


def test_empty_file():
    assert functions(read_text("", "a.py")) == []
    assert "defines no function" in problem_of(find, read_text("", "a.py"), "f").why


# ---- live functions

LIVE = '''
    import functools, math
    def plain(x): return 1 * x
    @functools.cache
    def unrelated(x): return x
    def mark(f): return f
    @mark
    @mark
    def decorated(x):
        """Text."""
        return 2 * x
    def loud(f):
        @functools.wraps(f)
        def wrapper(*args):
            return f(*args)
        return wrapper
    @loud
    def wrapped(x): return 3 * x
    one, two = (lambda x: 4 * x), (lambda x: 5 * x)
    nested_lambda = lambda x: (lambda y: x * 6 * y)
    items = [lambda x, k=k: x * k for k in range(3)]
    in_comprehension = [(lambda x: x * k) for k in range(3)]
    def factory(k):
        def inner(x):
            def innermost(y): return k * y
            return innermost(x)
        return inner
    class A:
        scale = 2.0
        def method(self, x):
            return x
        @staticmethod
        def static(x): return 8 * x
        @classmethod
        def of_class(cls, x): return 9 * x
        @property
        def prop(self): return 1
        def __private(self, x): return self.__class__ is A and super().__hash__() * x
        get = __private
        class B:
            def method(self, x): return 10 * x
        def called(x): return 11 * x
        def __call__(self, x): return x
    if True:
        try:
            def buried(x): return 12 * x
        finally:
            pass
    match 1:
        case 1:
            def matched(x): return 13 * x
    def generic(x, *args, y=1, **kw): return x
    async def coroutine(x): return x
    def generator(x): yield x
    def uses_module(x): return math.sin(x) + math.pi
    multi = lambda x: (
        x
        + 14
    )
'''
NODES = {  # expression -> words of the text of its node
    "m.plain": "1 * x",
    "m.decorated": "2 * x",
    "m.wrapped": "f(*args)",
    "m.one": "4 * x",
    "m.two": "5 * x",
    "m.nested_lambda": "lambda y: x * 6 * y",
    "m.nested_lambda(1)": "lambda y: x * 6 * y",
    "m.items[1]": "x * k",
    "m.in_comprehension[1]": "x * k",
    "m.factory(2)": "def innermost",
    "m.A.method": "return x",
    "m.A().method": "return x",
    "m.A.static": "8 * x",
    "m.A().static": "8 * x",
    "m.A.of_class": "9 * x",
    "m.A.prop.fget": "return 1",
    "m.A.get": "self.__class__ is A",
    "m.A().get": "self.__class__ is A",
    "m.A.B().method": "10 * x",
    "m.A.called": "11 * x",
    "m.A().__call__": "return x",
    "m.buried": "12 * x",
    "m.matched": "13 * x",
    "m.generic": "return x",
    "m.coroutine": "return x",
    "m.generator": "yield x",
    "m.uses_module": "math.sin(x)",
    "m.multi": "14",
    "functools.partial(m.plain, 1)": "1 * x",
    "functools.partial(m.A().method, 1)": "return x",
}


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    folder = tmp_path_factory.mktemp("live")
    path = write(folder, "several.py", LIVE)
    spec = importlib.util.spec_from_file_location("several", path)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules["several"] = loaded
    spec.loader.exec_module(loaded)
    yield loaded
    del sys.modules["several"]


@pytest.mark.parametrize("expression", NODES)
def test_live(expression, module):
    function = eval(expression, {"m": module, "functools": functools})
    definition = of_function(function)
    assert NODES[expression] in ast.get_source_segment(definition.file.text, definition.node)
    assert not definition.warnings


def test_live_bound(module):
    a = module.A()
    method = of_function(a.method)
    assert (method.bound, method.self_value, method.live) == (1, a, module.A.method)
    unbound = of_function(module.A.method)
    assert (unbound.bound, unbound.self_value) == (1, ABSENT)
    assert of_function(module.A.of_class).self_value is module.A
    assert of_function(module.A.static).static and not of_function(module.A.static).bound
    assert not of_function(module.A.called).bound


def test_definitions_are_equal_for_the_same_function(module):
    assert of_function(module.plain) == of_function(module.plain)
    assert of_function(module.factory(1)) != of_function(module.factory(1))
    assert of_function(module.A().method) != of_function(module.A().method)
    assert hash(of_function(module.plain)) == hash(of_function(module.plain))


def f_of_four(a, b, /, c=3.0, *, d=4.0):
    return a + b + c + d


@pytest.mark.parametrize(
    ("partial", "fixed", "preset"),
    [
        (functools.partial(f_of_four, 1.0), {"a": 1.0}, {}),
        (functools.partial(f_of_four, 1.0, d=9), {"a": 1.0}, {"d": 9}),
        (functools.partial(f_of_four, c=7), {}, {"c": 7}),
        (functools.partial(functools.partial(f_of_four, 1.0), 2.0), {"a": 1.0, "b": 2.0}, {}),
    ],
)
def test_partial(partial, fixed, preset):
    definition = of_function(partial)
    assert (definition.fixed, definition.preset) == (fixed, preset)
    assert definition.defaults == {"c": 3.0, "d": 4.0} | preset


@pytest.mark.parametrize(
    "partial",
    [
        functools.partial(f_of_four, 1, 2, 3, 4),
        functools.partial(f_of_four, a=1),
        functools.partial(f_of_four, z=1),
    ],
)
def test_wrong_partial(partial):
    assert problem_of(of_function, partial).code == "ADJ304"


class Callable:
    def __call__(self, x):
        return x


@functools.lru_cache
def cached(x):
    return x


NO_FUNCTIONS = {
    "C function": (math.exp, "`exp` is not written in Python", "lambda x: exp(x)"),
    "builtin": (max, "`max` is not written in Python", ""),
    "class": (Callable, "`Callable` is a class", ""),
    "object": (Callable(), "object of the class `Callable`", "__call__"),
    "lru_cache": (cached, "_lru_cache_wrapper around a function", "`cached.__wrapped__`"),
    "number": (3.0, "type `float` is not a function", ""),
    "partial of a C function": (functools.partial(math.pow, 2.0), "`pow` is not written", ""),
    "C method": ([].append, "`append` is not written in Python", ""),
}


@pytest.mark.parametrize("name", NO_FUNCTIONS)
def test_no_function(name):
    value, what, why = NO_FUNCTIONS[name]
    problem = problem_of(of_function, value)
    assert problem.code == "ADJ302" and what in problem.what and why in problem.why


def test_no_text():
    space = {}
    exec("def f(x): return x", space)
    assert problem_of(of_function, space["f"]).code == "ADJ101"
    exec(compile("def f(x): return x", "<stdin>", "exec"), space)
    assert problem_of(of_function, space["f"]).code == "ADJ102"
    exec(compile("def f(x): return x", "gone.py", "exec"), space)
    assert problem_of(of_function, space["f"]).code == "ADJ101"


@pytest.mark.parametrize("options", [["-c"], ["-X", "no_debug_ranges", "-c"]])
def test_command_line_program(options):
    code = "from adjgen.read.source import of_function\ndef f(x): return x\nof_function(f)"
    done = subprocess.run([sys.executable, *options, code], capture_output=True, text=True)
    assert "ADJ101" in done.stderr


def test_text_in_linecache():
    """IPython, Jupyter and adjgen itself keep text that is in no file there."""
    text = "def f(x):\n    return x * x\n"
    linecache.cache["<cell 1>"] = len(text), None, text.splitlines(True), "<cell 1>"
    space = {"__name__": "__main__"}
    exec(compile(text, "<cell 1>", "exec"), space)
    definition = of_function(space["f"])
    assert definition.file.path == "<cell 1>" and definition.file.file == ""
    del linecache.cache["<cell 1>"]


EDITS = {  # old text, new text; whether the function is still the same
    "value": ("def f(x):\n    return x * 2\n", "def f(x):\n    return x * 3\n", False),
    "argument": ("def f(x):\n    return x\n", "def f(y):\n    return y\n", False),
    "sign of zero": ("def f(x):\n    return x + 0.0\n", "def f(x):\n    return x + -0.0\n", False),
    "other function": (
        "def f(x):\n    return x\ndef g(x):\n    return x\n",
        "def g(x):\n    return x\ndef f(x):\n    return 2 * x\n",
        False,
    ),
    "gone": ("def f(x):\n    return x\n", "k = 1\n", False),
    "moved down": ("def f(x):\n    return x * 2\n", "k = 1\n\ndef f(x):\n    return x * 2\n", True),
    "comment": ("def f(x):\n    return x\n", "def f(x):\n    return x  # same\n", True),
    "not Python": ("def f(x):\n    return x\n", "def f(x:\n", False),
}


@pytest.mark.parametrize("name", EDITS)
def test_edited_after_import(name, live):
    old, new, same = EDITS[name]
    module = live(old)
    linecache.checkcache()
    write_back(module, new)
    if same:
        definition = of_function(module.f)
        assert (
            definition.node.body[0].lineno
            == new.splitlines().index(next(line for line in new.splitlines() if "return" in line))
            + 1
        )
    else:
        assert problem_of(of_function, module.f).code in ("ADJ103", "ADJ001")


def write_back(module, text):
    with open(module.__file__, "w") as stream:
        stream.write(text)
    later = time.time() + 10
    os.utime(module.__file__, (later, later))


def test_text_from_before_the_edit_is_used_if_python_has_it(live):
    module = live("def f(x):\n    return x * 2\n")
    linecache.getlines(module.__file__)
    write_back(module, "def f(x):\n    return x * 3\n")
    assert of_function(module.f).node.body[0].value.right.value == 2


def test_reloaded(live):
    module = live("def f(x):\n    return x * 2\n")
    of_function(module.f)
    write_back(module, "def f(x):\n    return x * 3\n")
    importlib.reload(module)
    assert of_function(module.f).node.body[0].value.right.value == 3


def test_asserts_that_pytest_rewrote():
    def f(x):
        assert x > 0
        return x

    assert not of_function(f).warnings


def test_import_hook_that_changes_code(live):
    """Then the text is not what runs, and a warning says so."""
    module = live("def f(x):\n    return x * 2\n")
    source = "def f(x):\n    return x * 3\n"

    class Hook:
        pass

    space = {"__name__": "hooked", "__loader__": Hook()}
    exec(compile(source, module.__file__, "exec"), space)
    (warning,) = of_function(space["f"]).warnings
    assert warning.code == "ADJ103" and "import hook" in warning.why


def test_lambdas_without_columns(tmp_path):
    """Without the places of instructions, lambdas that differ are told apart by their code."""
    text = """
        from adjgen.read.source import of_function
        f, g = (lambda x: x + 1), (lambda x: x - 1)
        print(type(of_function(f).node.body.op).__name__, type(of_function(g).node.body.op).__name__)
        h, i = (lambda x: x if x else 1), (lambda x: 1 if not x else x)
        print(of_function(h).node.body.body.id)
    """
    path = write(tmp_path, "lambdas.py", text)
    command = [sys.executable, "-X", "no_debug_ranges", path]
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    assert done.stdout.startswith("Add Sub\n"), done.stderr


def environment():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return os.environ | {"PYTHONPATH": root}


def test_every_function_of_a_package_is_found():
    """Compiled again, each is what runs: closures, classes, decorators, future imports, all of it."""
    import dataclasses
    import fractions
    import statistics
    import typing

    count = 0
    for module in (dataclasses, fractions, statistics, typing, textwrap, ast):
        for function in functions_in(vars(module), module.__name__):
            if function.__code__.co_filename == module.__file__:
                assert not of_function(function).warnings
                count += 1
    assert count > 300


def functions_in(names, module, depth=2):
    for value in list(names.values()):
        value = getattr(value, "__func__", value)
        if isinstance(value, type(functions_in)):
            yield value
        elif isinstance(value, type) and value.__module__ == module and depth:
            yield from functions_in(vars(value), module, depth - 1)


def test_fast(live):
    """A function of 50 statements in a file that was parsed before: under 2 ms of the processor."""
    body = "".join(f"    x = math.sin(x) * {k}.5 + x\n" for k in range(50))
    module = live(f"import math\ndef g(x):\n    return x\ndef f(x):\n{body}    return x\n")
    of_function(module.g)
    start = time.process_time()
    of_function(module.f)
    first = time.process_time() - start
    start = time.process_time()
    for _ in range(10):
        of_function(module.f)
    assert (time.process_time() - start) / 10 < 0.002
    assert first < 0.02


def test_errors_are_what_they_say():
    assert issubclass(SourceError, AdjgenError) and not issubclass(SourceError, SyntaxError)
    with pytest.raises(UnsupportedError) as caught:
        read_text("def f(:\n", "a.py")
    assert (caught.value.filename, caught.value.lineno) == ("a.py", 1)


def test_the_line_of_a_statement_beside_a_match():
    """A case has no line of its own."""
    text = "match (\n    3\n):\n    case 3:\n        y = (\n            4)\n"
    file = read_text(text, "a.py")
    assert [file.statement(line) for line in (1, 5)] == ["match (3):", "y = (4)"]
