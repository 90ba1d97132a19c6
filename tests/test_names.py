"""What names stand for: in files that are only parsed, and around live functions."""

import ast
import importlib
import importlib.util
import itertools
import json
import math
import os
import subprocess
import sys
import textwrap
import types

import pytest

from adjgen.diagnostics import AdjgenError
from adjgen.read.names import (
    ABSENT,
    Callee,
    Constant,
    External,
    Known,
    Missing,
    ModuleName,
    Place,
    did_you_mean,
)
from adjgen.read.source import find, functions, of_function, read_file, read_text
from adjgen.read.static import StaticScope


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))


def scope_of(text, path="a.py"):
    return StaticScope(read_text(textwrap.dedent(text), path))


def resolved(scope, dotted):
    """What a dotted name stands for."""
    first, *rest = dotted.split(".")
    binding = scope.resolve(first)
    for attribute in rest:
        binding = scope.resolve_attribute(binding, attribute)
    return binding


def short(binding):
    """A binding in a word or two."""
    if isinstance(binding, Known):
        return binding.dotted
    if isinstance(binding, Constant):
        return repr(binding.value)
    if isinstance(binding, Callee):
        return f"def {binding.definition.qualname}"
    if isinstance(binding, ModuleName):
        return f"module {binding.dotted}"
    return type(binding).__name__.lower()


# ---- one file that is only parsed: name, text, what it stands for

ONE_FILE = [
    # imports
    ("math.exp", "import math", "math.exp"),
    ("m.exp", "import math as m", "math.exp"),
    ("e", "from math import exp as e", "math.exp"),
    ("exp", "from math import *", "math.exp"),
    ("__name__", "from math import *", "external"),
    ("max", "from math import *", "builtins.max"),
    ("pow", "from math import *", "math.pow"),
    ("math.pi", "import math", "math.pi"),
    ("math.ln", "import math", "math.ln"),
    ("cexp", "from cmath import exp as cexp", "cmath.exp"),
    ("np.sqrt", "import numpy as np", "numpy.sqrt"),
    ("np.abs", "import numpy as np", "numpy.absolute"),
    ("asin", "from numpy import arcsin as asin", "numpy.arcsin"),
    ("np.linalg.norm", "import numpy as np", "numpy.linalg.norm"),
    ("norm", "from numpy.linalg import norm", "numpy.linalg.norm"),
    ("la.norm", "import numpy.linalg as la", "numpy.linalg.norm"),
    ("numpy.linalg", "import numpy.linalg", "module numpy.linalg"),
    ("s.erf", "import scipy.special as s", "scipy.special.erf"),
    ("scipy.special.erf", "import scipy.special", "scipy.special.erf"),
    ("exp", "from numpy import *", "numpy.exp"),
    ("max", "from numpy import *", "external"),
    ("f", "from numpy import *", "missing"),
    ("f", "def f(x): return x\nfrom numpy import *", "def f"),
    ("np.add.reduce", "import numpy as np", "numpy.add.reduce"),
    ("join", "from os.path import join", "os.path.join"),
    ("os.path.join", "import os", "os.path.join"),
    ("path", "from os import path", "module os.path"),
    ("nothing", "import nothing", "external"),
    ("f", "from nothing import f", "external"),
    ("f", "from nothing import *", "external"),
    ("max", "from nothing import *", "external"),
    ("f", "from nothing import *\ndef f(): pass", "def f"),
    ("annotations", "from __future__ import annotations", "missing"),
    ("njit", "from numba import njit", "numba.njit"),
    ("stop_gradient", "from adjgen import stop_gradient", "adjgen.stop_gradient"),
    ("g", "from math import exp\ng = exp", "math.exp"),
    ("g", "import math\ng = math.exp", "math.exp"),
    ("np.sqrt", "import numpy\nnp = numpy", "numpy.sqrt"),
    ("f", "from .there import f", "external"),
    # builtins
    ("max", "", "builtins.max"),
    ("float", "", "builtins.float"),
    ("ValueError", "", "builtins.ValueError"),
    ("nope", "", "missing"),
    ("exit", "", "missing"),
    ("max", "def max(a, b): return a", "def max"),
    ("max", "max = min", "builtins.min"),
    ("max", "max = 3", "3"),
    ("max", "max = 3\ndel max", "builtins.max"),
    ("k", "k = 3\ndel k", "missing"),
    # definitions
    ("f", "def f(x): return x", "def f"),
    ("f", "f = lambda x: x", "def f"),
    ("g", "def f(x): return x\ng = f", "def f"),
    ("A", "class A: pass", "external"),
    ("A.k", "class A:\n    k = 2.5", "2.5"),
    ("A.k", "class A:\n    k = 2.5\n    k = 3", "external"),
    ("A.k", "from enum import Enum\nclass A(Enum):\n    k = 2.5", "external"),
    ("A.f", "class A:\n    @staticmethod\n    def f(x): return x", "def A.f"),
    ("A.f", "class A:\n    def f(self, x): return x", "def A.f"),
    ("A.f", "class A:\n    @property\n    def f(self): return 1", "external"),
    ("A.g", "class A:\n    def f(self, x): return x", "external"),
    # constants
    ("k", "k = 2.5", "2.5"),
    ("k", "k: float = 2.5", "2.5"),
    ("k", "k: float", "missing"),
    ("k", "k = -2", "-2"),
    ("k", "k = 'text'", "'text'"),
    ("k", "k = None", "None"),
    ("k", "k = True", "True"),
    ("k", "k = 2j", "external"),
    ("k", "k = b'1'", "external"),
    ("b", "a = b = 2.5", "2.5"),
    ("b", "a, b = 1, 2.5", "2.5"),
    ("b", "(a, [b, c]) = 1, (2.5, 3)", "2.5"),
    ("b", "a, *b = 1, 2.5", "external"),
    ("b", "a, b = range(2)", "external"),
    ("k", "k = 1 / 3", repr(1 / 3)),
    ("k", "k = 2 * (3.5 - 1) / 4", "1.25"),
    ("k", "a = 2.0\nk = a * a", "4.0"),
    ("k", "import math\nk = 2 * math.pi", repr(2 * math.pi)),
    ("k", "from math import pi, e\nk = pi + e", repr(math.pi + math.e)),
    ("k", "from math import tau\nk = tau", "math.tau"),
    ("k", "import numpy as np\nk = 2 * np.pi", repr(2 * math.pi)),
    ("k", "from math import sqrt\nk = sqrt(2.0)", repr(math.sqrt(2.0))),
    ("k", "import sys\nk = 2 * sys.float_info.epsilon", repr(2 * sys.float_info.epsilon)),
    ("k", "k = float('inf')", "inf"),
    ("k", "k = float('nan')", "nan"),
    ("k", "k = -0.0", "-0.0"),
    ("k", "def sqrt(x): return x\nk = sqrt(2.0)", "external"),
    ("k", "from math import log\nk = log(2.0)", "external"),
    ("k", "k = 2 ** 0.5", "external"),
    ("k", "k = 1 / 0", "external"),
    ("k", "k = 1e308 * 10", "inf"),
    ("k", "k = 10 ** 400 / 1", "external"),
    ("k", "from math import sqrt\nk = sqrt(-1.0)", "external"),
    ("k", "k = 'a' + 'b'", "external"),
    ("k", "k = float('x')", "external"),
    ("k", "k = [1.0, 2.0]", "external"),
    ("k", "k = 1\nk += 2", "3"),
    ("k", "k = 1\nk //= 2", "external"),
    # rebound, conditional
    ("k", "k = 1\nk = 2.5", "2.5"),
    ("exp", "from math import exp\nfrom cmath import exp", "cmath.exp"),
    ("b", "a = 1\nb = a\na = 2", "1"),
    ("a", "a = 1\nb = a\na = 2", "2"),
    ("f", "def f(x): return x\nf = 3", "3"),
    ("k", "import sys\nif sys.platform == 'x':\n    k = 1\nelse:\n    k = 2", "external"),
    ("k", "import sys\nif sys.platform == 'x':\n    k = 1\nelse:\n    k = 1", "external"),
    ("k", "import sys\nk = 1\nif sys.platform == 'x':\n    k = 1", "1"),
    ("k", "import sys\nk = 1\nif sys.platform == 'x':\n    k = 2", "external"),
    ("k", "import sys\nif sys.platform == 'x':\n    k = 1\nk = 2", "2"),
    ("k", "if True:\n    k = 1\nelse:\n    k = 2", "1"),
    ("k", "USE = False\nif not USE:\n    k = 1\nelse:\n    k = 2", "1"),
    ("k", "USE = False\nif USE or 1:\n    k = 1\nelse:\n    k = 2", "1"),
    ("k", "k = 1\nif __name__ == '__main__':\n    k = 2", "1"),
    ("k", "from typing import TYPE_CHECKING\nk = 1\nif TYPE_CHECKING:\n    k = 2", "1"),
    ("k", "import sys\nif sys.version_info >= (3, 8):\n    k = 1\nelse:\n    k = 2", "1"),
    ("k", "import sys\nif sys.version_info < (3, 9):\n    k = 1\nelse:\n    k = 2", "2"),
    ("k", "import sys\nif sys.version_info >= (3, 13):\n    k = 1\nelse:\n    k = 2", "external"),
    ("k", "for k in range(3): pass", "external"),
    ("k", "k = 1\nwhile k < 3:\n    k = k + 1", "external"),
    ("k", "k = 1\ndef f():\n    global k\n    k = 2", "external"),
    ("k", "k = 1\ndef f():\n    k = 2", "1"),
    ("k", "with open('x') as k: pass", "external"),
    ("k", "from warnings import catch_warnings\nwith catch_warnings():\n    k = 1", "1"),
    ("k", "from contextlib import suppress\nwith suppress(OSError):\n    k = 1", "external"),
    ("k", "k = 1\n(k := 2)", "external"),
    ("k", "k = 1\nmatch 3:\n    case k: pass", "external"),
    ("k", "k = 1\nglobals()['k'] = 2", "external"),
    ("max", "globals().update(max=min)", "external"),
    ("k", "IS_K = 'k' in globals()\nk = 1", "1"),
    ("k", "k = 1\nIS_K = 'k' in globals()", "1"),
    ("k", "k = 1\nexec('k = 2')", "external"),
    ("k", "k = k", "missing"),
    # rebound in ways that are no assignment to the name
    ("A.k", "class A:\n    k = 2.5\nA.k = 3", "external"),
    ("A.k", "class A:\n    k = 2.5\nB = A\nB.k += 3", "external"),
    ("A.k", "class A:\n    k = 2.5\nA.j = 3\nk = 3", "2.5"),
    ("A.k", "class A:\n    k = 2.5\nclass B:\n    pass\nB.k = 3", "2.5"),
    ("A.k", "class A:\n    k = 2.5\nsetattr(A, 'k', 3)", "external"),
    ("A.k", "class A:\n    k = 2.5\nsetattr(A, 'j', 3)", "2.5"),
    ("A.k", "class A:\n    k = 2.5\nfor n in 'jk':\n    setattr(A, n, 3)", "external"),
    ("A.k", "class A:\n    k = 2.5\ndef f():\n    A.k = 3", "external"),
    ("A.k", "class A:\n    k = 2.5\ndef f(a):\n    a.k = 3", "external"),
    ("A.k", "class A:\n    k = 2.5\n    def f(self):\n        self.k = 3", "2.5"),
    ("A.k", "class A:\n    k = 2.5\n    def f(self):\n        type(self).k = 3", "external"),
    ("A.k", "class A:\n    k = 2.5\n    @classmethod\n    def f(cls):\n        cls.k = 3", "external"),
    ("A.k", "class A:\n    k = 2.5\n    k += 1", "external"),
    ("A.k", "class A:\n    k = 2.5\n    (k := 3)", "external"),
    ("A.k", "class A:\n    k = 2.5\n    match 3:\n        case k: pass", "external"),
    ("k", "class A:\n    k = 2.5\nk = 3\nA.k = 4", "3"),
    ("k", "import sys\nk = 1\nsys.modules[__name__].k = 2", "external"),
    ("k", "import sys\nk = 1\nsetattr(sys.modules[__name__], 'k', 2)", "external"),
    ("k", "import sys\nk = 1\nsys.modules[__name__].__dict__['k'] = 2", "external"),
    ("k", "import sys\nk = 1\nvars(sys.modules[__name__]).update(k=2)", "external"),
    ("k", "def f():\n    globals()['k'] = 2\nk = 1\nf()", "external"),
    ("k", "def f():\n    globals().update(j=2, k=2)\nk = 1\nf()", "external"),
    ("k", "def f():\n    space = globals()\n    space['k'] = 2\nk = 1\nf()", "external"),
    ("k", "def f():\n    return globals()['k']\nk = 1\nf()", "1"),
    ("k", "def f():\n    globals()['k'] = 2\nk = 1", "1"),
    ("k", "class A:\n    globals()['k'] = 2\nk = 1", "external"),
    ("k", "k = 1\nclass A:\n    global k\n    k = 2", "external"),
    ("k", "k = 1\ndel (k)", "missing"),
    ("k", "k = j = 1\ndel (j, k)", "missing"),
    ("k", "k = 1\nif k > 2:\n    pass\nelif (k := 2):\n    pass", "external"),
    ("k", "k = 1\ndef f(a=(k := 2)): pass", "external"),
    ("k", "k = 1\nclass A((k := object)): pass", "external"),
    ("k", "k = 1\nj = [k := i for i in (2, 3)]", "external"),
    ("k", "k = 1\nwith open('/dev/null') as f, (k := f): pass", "external"),
    ("k", "k = 1\nmatch 3:\n    case i if (k := i): pass", "external"),
    ("k", "k = 1\nmatch [3, 4]:\n    case [_, *k]: pass", "external"),
    ("k", "k = 1\nfor k in (2, 3): pass", "external"),
    ("k", "k = 1\nfor i, k in ((2, 3),): pass", "external"),
    ("k", "k = 1\ntry:\n    1 / 0\nexcept ZeroDivisionError as k:\n    pass", "external"),
    ("k", "k = 1\nimport os as k", "module os"),
    ("k", "k = 1\nfrom nothing import *", "external"),
    ("k", "class C:\n    def __enter__(s): pass\n    def __exit__(s, *a): return True\nwith C():\n    k = 1", "external"),
    # try
    ("exp", "try:\n    from math import exp\nexcept ImportError:\n    exp = None", "math.exp"),
    ("exp", "try:\n    from nothing import exp\nexcept ImportError:\n    from math import exp", "math.exp"),
    ("exp", "try:\n    import nothing\nexcept Exception:\n    from math import exp", "math.exp"),
    ("cbrt", "try:\n    from math import cbrt\nexcept:\n    def cbrt(x): return x", "math.cbrt"),
    ("ln", "try:\n    from math import ln\nexcept ImportError:\n    def ln(x): return x", "def ln"),
    ("HAS", "try:\n    import nothing\n    HAS = True\nexcept ImportError:\n    HAS = False", "False"),
    ("HAS", "try:\n    import math\n    HAS = True\nexcept ImportError:\n    HAS = False", "True"),
    ("HAS", "try:\n    import math\nexcept ImportError:\n    HAS = 0\nelse:\n    HAS = 1", "1"),
    ("k", "try:\n    k = open('x')\nexcept OSError:\n    k = 2", "external"),
    ("k", "try:\n    k = 1\nexcept OSError:\n    k = 2", "1"),
    ("k", "try:\n    k = other\nexcept NameError:\n    k = 2", "external"),
    ("k", "try:\n    import nothing\nexcept OSError:\n    k = 2\nk = 1", "1"),
    ("k", "try:\n    pass\nfinally:\n    k = 1", "1"),
    ("f", "try:\n    import nothing\n    f = 1\nexcept ImportError:\n    f = lambda x: x", "def f"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "expected"), ONE_FILE)
def test_static(name, text, expected):
    assert short(resolved(scope_of(text), name)) == expected


# What the table says of a text must be what Python does when it runs it.
RUNNABLE = [
    (name, text, expected)
    for name, text, expected in ONE_FILE
    if expected not in ("external", "missing")
    and not any(word in text for word in ("numba", "adjgen", "scipy", "ln", "nothing"))
    and name not in ("math.ln", "np.add.reduce")
]


@pytest.mark.parametrize(("name", "text", "expected"), RUNNABLE)
def test_static_agrees_with_python(name, text, expected):
    space = {"__name__": "somewhere"}
    exec(text, space)
    value = eval(name, space)
    binding = resolved(scope_of(text), name)
    if isinstance(binding, Constant):
        assert (type(value), repr(value)) == (type(binding.value), repr(binding.value))
    elif isinstance(binding, Known):
        module, attribute = binding.home()
        assert value is eval(attribute, vars(importlib.import_module(module))) or (
            isinstance(value, float) and value == getattr(math, attribute)
        )
    elif isinstance(binding, ModuleName):
        assert value is sys.modules[binding.dotted]
    else:
        node = binding.definition.node
        decorators = getattr(node, "decorator_list", [])
        assert value.__code__.co_firstlineno == (decorators or [node])[0].lineno


def test_reasons():
    scope = scope_of("def f():\n    global k\n    k = 1\nif f():\n    j = 1\nelse:\n    j = 2")
    assert scope.resolve("k").reason == "`global k` in line 2 rebinds it"
    assert scope.resolve("j").reason == "`j` is several things (line 5, 7)"
    assert scope_of("from x import *").resolve("j").reason == (
        "`from x import *` in line 1 may bind it"
    )


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("from math import log\nk = log(2.0)", True),
        ("from math import log\nk = (1.0, log(2.0))", True),
        ("from math import log\na = log(2.0)\nk = 2 * a", True),
        ("k = 2 ** 0.5", True),
        ("k = 1 if 2 < 3 else 4", True),
        ("k = [1.0, 2.0]", False),
        ("k = {}", False),
        ("k = input()", False),
        ("from random import random\nk = random()", False),
        ("def g(): return 1\nk = g()", False),
        ("k = range(3).stop", False),
    ],
)
def test_expressions_with_one_value_are_kept(text, fixed):
    """What is not folded but never changes comes with its expression."""
    binding = scope_of(text).resolve("k")
    assert isinstance(binding, External) and (binding.node is not None) == fixed


def test_an_expression_is_kept_with_the_names_of_its_moment():
    binding = scope_of("from math import log\na = 2.0\nk = log(a)\na = 3.0").resolve("k")
    assert binding.scope.resolve("a") == Constant(2.0)


def test_defaults():
    text = """
        from math import pi
        k = 2.5
        def f(a, b=1.5, c=k, d=-1, e=2 * pi, g=None, h=pi, *, i=True, j=[], l=(1, 2)): return a
        k = 3
        class A:
            k = 4
            def m(self, x=k): return x
    """
    file = read_text(textwrap.dedent(text), "a.py")
    defaults = dict(find(file, "f").defaults)
    assert isinstance(defaults.pop("j"), ast.List) and isinstance(defaults.pop("l"), ast.Tuple)
    numbers = {"b": 1.5, "c": 2.5, "d": -1, "e": 2 * math.pi, "h": math.pi}
    assert defaults == numbers | {"g": None, "i": True}
    kept = find(file, "A.m").defaults["x"]
    assert ast.unparse(kept) == "A.m.__defaults__[0]"  # the class's k, not the module's


def test_defaults_that_change_after_the_definition():
    text = """
        class A:
            k = 1.0
        def g(): return 1.0
        k = j = g()
        def f(a=k, b=j, c=A.k, *, d=k, e=[k], h=g()): return a
        k = 3
        A.k = 2.0
    """
    defaults = find(read_text(textwrap.dedent(text), "a.py"), "f").defaults
    assert {name: ast.unparse(tree) for name, tree in defaults.items()} == {
        "a": "f.__defaults__[0]",
        "b": "j",
        "c": "f.__defaults__[2]",
        "d": "f.__kwdefaults__['d']",
        "e": "f.__kwdefaults__['e']",
        "h": "f.__kwdefaults__['h']",
    }


# ---- several files that are only parsed

PACKAGE = {
    "pyproject.toml": "",
    "script.py": """
        import flow
        import flow.friction as ff
        from flow.friction import colebrook
        from flow import *
        from helper_module import double
        from flow.deep import nothing_here
    """,
    "helper_module.py": "def double(x): return 2 * x\n",
    "flow/__init__.py": """
        from .friction import *
        from .constants import g as gravity
        from . import circle_a
        __all__ = ["colebrook", "gravity"]
        __all__ += circle_a.__all__
        from .circle_a import *
    """,
    "flow/constants.py": """
        from math import sqrt
        g = 9.80665
        twice = 2 * g
        root_two = sqrt(2.0)
        _private = 1.0
        table = [1.0]
    """,
    "flow/friction.py": """
        from math import log10 as log
        from .constants import *
        from .constants import _private as hidden
        from flow.constants import twice as doubled
        import flow.constants
        from .. import outside
        def colebrook(x): return log(x) * g
        def _internal(x): return x
    """,
    "flow/circle_a.py": """
        from .circle_b import b
        __all__ = ["a", "b"]
        a = 1.0
    """,
    "flow/circle_b.py": """
        from .circle_a import a
        b = a
        c = 2.0
    """,
    "flow/deep/__init__.py": "from ..friction import colebrook as renamed\n",
    "flow/deep/deeper.py": "from ...flow.constants import g\nfrom .. import friction\nfrom . import renamed\n",
    "flow/broken.py": "def f(:\n",
    "flow/uses_broken.py": "from .broken import f\nfrom .broken import *\n",
    "flow/computed.py": "__all__ = sorted(['a'])\na = 1\nmax = min\n",
    "flow/uses_computed.py": "from .computed import *\n",
    "flow/lazy.py": "def __getattr__(name): return 1\n",
    "flow/uses_lazy.py": "from .lazy import anything\n",
}  # fmt: skip
SEVERAL_FILES = [
    ("script.py", "flow.colebrook", "def colebrook"),
    ("script.py", "flow.friction.colebrook", "def colebrook"),
    ("script.py", "flow.friction._internal", "def _internal"),
    ("script.py", "flow.friction.log", "math.log10"),
    ("script.py", "ff.colebrook", "def colebrook"),
    ("script.py", "colebrook", "def colebrook"),
    ("script.py", "gravity", "9.80665"),
    ("script.py", "a", "1.0"),
    ("script.py", "g", "missing"),
    ("script.py", "double", "def double"),
    ("script.py", "nothing_here", "missing"),
    ("script.py", "flow.nothing", "missing"),
    ("script.py", "flow.constants.table", "external"),
    ("flow/friction.py", "g", "9.80665"),
    ("flow/friction.py", "twice", "19.6133"),
    ("flow/friction.py", "root_two", repr(math.sqrt(2.0))),
    ("flow/friction.py", "_private", "missing"),
    ("flow/friction.py", "hidden", "1.0"),
    ("flow/friction.py", "doubled", "19.6133"),
    ("flow/friction.py", "sqrt", "math.sqrt"),
    ("flow/friction.py", "flow.constants.g", "9.80665"),
    ("flow/friction.py", "outside", "missing"),
    ("flow/circle_b.py", "b", "1.0"),
    ("flow/circle_a.py", "b", "1.0"),
    ("flow/deep/deeper.py", "g", "9.80665"),
    ("flow/deep/deeper.py", "friction.colebrook", "def colebrook"),
    ("flow/deep/deeper.py", "renamed", "def colebrook"),
    ("flow/uses_broken.py", "f", "external"),
    ("flow/uses_broken.py", "max", "external"),
    ("flow/uses_computed.py", "a", "external"),
    ("flow/uses_computed.py", "max", "external"),
    ("flow/uses_computed.py", "min", "builtins.min"),
    ("flow/uses_lazy.py", "anything", "external"),
    ("flow/__init__.py", "constants", "external"),
]  # fmt: skip


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    write(folder, PACKAGE)
    return folder


@pytest.mark.parametrize(("file", "name", "expected"), SEVERAL_FILES)
def test_several_files(file, name, expected, package):
    scope = StaticScope(read_file(str(package / file)))
    assert short(resolved(scope, name)) == expected
    assert "flow" not in sys.modules


def test_the_files_that_answers_needed(package):
    """They do not depend on what was asked of the same files before."""

    def needed(*names):
        definition = find(file, "colebrook")
        definition.scope.files.clear()
        for name in names:
            resolved(definition.scope, name)
        return {os.path.basename(file.path) for file in definition.scope.files}

    file = read_file(str(package / "flow/friction.py"))
    assert needed("x") == {"friction.py", "constants.py"}  # a star import may bind it
    assert needed("colebrook") == {"friction.py"}
    assert needed("flow.circle_a.b") >= {"circle_a.py", "circle_b.py"}
    assert needed("colebrook") == {"friction.py"}


def test_circles_of_imports_are_answered_the_same_from_everywhere(tmp_path):
    files = {
        "a.py": "from b import x, y\nfrom c import *\nz = 1.0\n",
        "b.py": "from c import x\nfrom a import z as y\n",
        "c.py": "from a import y as x\nfrom b import *\nw = 2.0\n",
    }
    write(tmp_path, files)
    answers = []
    for order in itertools.permutations("xyzw"):
        scopes = [StaticScope(read_file(str(tmp_path / "a.py")))]
        found = {name: short(scopes[0].resolve(name)) for name in order}
        answers.append(sorted(found.items()))
    assert all(answer == answers[0] for answer in answers)


def test_a_constant_that_another_file_rebinds(tmp_path):
    """It is not what its own module says, and importing that alone would not tell."""
    files = {
        "units.py": "k = 1.0\nj = 2.0\nclass A:\n    g = 9.8\ndef f(x): return x * k",
        "a.py": "import units\nfrom units import k, A, f\nunits.k = 2\nA.g = 3.7\nsetattr(units, 'f', 3)",
    }
    write(tmp_path, files)
    scope = StaticScope(read_file(str(tmp_path / "a.py")))
    for name in ("units.k", "k", "units.A.g", "A.g", "units.f", "f"):
        binding = resolved(scope, name)
        assert isinstance(binding, External) and binding.place is None, name
        assert "a.py rebinds it" in binding.reason
    assert short(resolved(scope, "units.j")) == "2.0"


def test_a_file_that_changes_is_read_again(tmp_path):
    write(tmp_path, {"other.py": "k = 1", "a.py": "from other import k\ndef f(x): return k * x"})
    file = read_file(str(tmp_path / "a.py"))
    definition = find(file, "f")
    assert short(definition.scope.resolve("k")) == "1" and find(file, "f") is definition
    write(tmp_path, {"other.py": "k = 2.5"})
    assert short(find(file, "f").scope.resolve("k")) == "2.5"
    (tmp_path / "other.py").unlink()
    importlib.invalidate_caches()
    assert short(find(file, "f").scope.resolve("k")) == "external"


def test_places(package):
    scope = StaticScope(read_file(str(package / "script.py")))
    assert resolved(scope, "flow.constants.table").place == Place("flow.constants", "table")
    assert scope.resolve("colebrook").place == Place("flow.friction", "colebrook")
    assert scope.resolve("colebrook").definition.place == Place("flow.friction", "colebrook")
    assert scope_of("k = []").resolve("k").place is None  # text that is no file


def test_imports_inside_a_function(package):
    scope = StaticScope(read_file(str(package / "flow/friction.py")))
    node = ast.parse("from .constants import g as h").body[0]
    assert scope.imported(node, node.names[0]) == Constant(9.80665)
    node = ast.parse("import flow.constants").body[0]
    assert short(scope.imported(node, node.names[0])) == "module flow"


def test_a_file_beside_with_the_name_of_a_module_of_python(tmp_path):
    """Which one `import` finds depends on how the program is started."""
    write(tmp_path, {"math.py": "def exp(x): return x", "a.py": "from math import exp, sin"})
    scope = StaticScope(read_file(str(tmp_path / "a.py")))
    assert short(scope.resolve("exp")) == "external"
    write(tmp_path, {"statistics.py": "import statistics\nmean = statistics.mean"})
    scope = StaticScope(read_file(str(tmp_path / "statistics.py")))
    assert short(scope.resolve("mean")) == "statistics.mean"


def test_folders_without_init(tmp_path):
    write(tmp_path, {"space/a.py": "k = 1\n", "b.py": "import space.a\nfrom space.a import k\n"})
    scope = StaticScope(read_file(str(tmp_path / "b.py")))
    assert short(scope.resolve("k")) == "1" == short(resolved(scope, "space.a.k"))
    write(tmp_path, {"space/c.py": "from .a import k\n"})
    assert short(StaticScope(read_file(str(tmp_path / "space/c.py"))).resolve("k")) == "1"


def test_source_folder_of_a_project(tmp_path):
    write(
        tmp_path,
        {"pyproject.toml": "", "src/mine/__init__.py": "k = 1", "samples/a.py": "import mine"},
    )
    scope = StaticScope(read_file(str(tmp_path / "samples/a.py")))
    assert short(resolved(scope, "mine.k")) == "1"


def test_import_that_does_not_fail_twice(tmp_path):
    """A `try` is decided by the other file's names too."""
    text = "try:\n    from other import {}\nexcept ImportError:\n    k = f = 2"
    write(tmp_path, {"other.py": "f = 1", "a.py": text.format("f"), "b.py": text.format("g")})
    assert short(StaticScope(read_file(str(tmp_path / "a.py"))).resolve("f")) == "1"
    assert short(StaticScope(read_file(str(tmp_path / "b.py"))).resolve("f")) == "2"


# ---- real packages, read where they are installed

REAL = {  # function -> names in it -> what they stand for
    "fluids/friction.py::Fang_2011": {"log": "math.log"},
    "fluids/friction.py::Churchill_1977": {"log": "math.log"},
    "fluids/friction.py::Colebrook": {"lambertw": "external", "secant": "def secant"},
    "fluids/friction.py::helical_Re_crit": {"g": "9.80665", "inch": "0.0254", "cbrt": "math.cbrt"},
    "fluids/packed_tower.py::Robbins": {"sqrt": "math.sqrt", "g": "9.80665", "pi": "math.pi"},
    "fluids/geometry.py::SA_partial_vertical_ellipsoidal_head": {"acos": "math.acos", "pi": "math.pi"},
    "chemicals/iapws.py::iapws92_Psat": {
        "exp": "math.exp",
        "sqrt": "math.sqrt",
        "iapws95_Pc": "22064000.0",
        "iapws95_Tc_inv": repr(1.0 / 647.096),
    },
    "chemicals/iapws.py::iapws97_dGr_dtau_region5": {"horner": "def horner"},
    "chemicals/interface.py::Aleem": {"N_A": "6.02214076e+23", "root_two": repr(math.sqrt(2.0))},
    "ht/conv_internal.py::turbulent_ESDU": {
        "exp": "math.exp",
        "LAMINAR_TRANSITION_PIPE": "2040.0",
        "Clamond": "def Clamond",
    },
    "ht/conv_free_immersed.py::Nu_vertical_cylinder_Carne_Morgan": {"bool": "builtins.bool"},
}  # fmt: skip


def installed(path):
    top = path.split("/")[0]
    folder = importlib.util.find_spec(top).submodule_search_locations[0]
    return os.path.join(os.path.dirname(folder), path)


@pytest.mark.parametrize("selector", REAL)
def test_real_functions(selector):
    path, name = selector.split("::")
    definition = find(read_file(installed(path)), name)
    found = {name: short(definition.scope.resolve(name)) for name in REAL[selector]}
    assert found == REAL[selector]
    assert definition.file.path == path


def test_real_packages_are_not_imported():
    code = """
        import importlib.util, json, os, sys
        from adjgen.read.source import find, read_file
        folder = importlib.util.find_spec("fluids").submodule_search_locations[0]
        definition = find(read_file(os.path.join(folder, "friction.py")), "Colebrook")
        for name in ("lambertw", "secant", "inch", "exp", "np", "max"):
            definition.scope.resolve(name)
        print(json.dumps(sorted(sys.modules)))
    """
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    environment = os.environ | {"PYTHONPATH": root}
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert not {"fluids", "numpy", "scipy", "sympy"} & set(json.loads(done.stdout))


@pytest.mark.parametrize(
    "name", ["fluids.friction", "fluids.geometry", "chemicals.utils", "ht.core"]
)
def test_static_agrees_with_the_imported_module(name):
    """Everything said of a real module's names is so once it is imported."""
    module = importlib.import_module(name)
    scope = StaticScope(read_file(module.__file__))
    certain = 0
    for key, value in vars(module).items():
        binding = scope.resolve(key)
        certain += agrees(binding, value)
    assert certain > 10


def agrees(binding, value):
    if isinstance(binding, Constant):
        assert (type(value), repr(value)) == (type(binding.value), repr(binding.value))
    elif isinstance(binding, Known) and binding.dotted not in ("math.pi", "numpy.pi"):
        home, attribute = binding.home()
        assert getattr(importlib.import_module(home), attribute) is value
    elif isinstance(binding, Callee) and not binding.definition.node.decorator_list:
        assert value.__code__.co_firstlineno == binding.definition.node.lineno
        assert value.__code__.co_filename == binding.definition.file.file
    else:
        return 0
    return 1


# ---- live functions

LIVE = """
    import math
    import math as m
    import os.path
    from math import exp as e, pi
    import numpy as np
    from numpy import absolute as magnitude
    from types import SimpleNamespace
    K = 2.5
    N = 3
    TEXT = "text"
    TABLE = [1.0]
    def helper(x): return K * x
    square = lambda x: x * x
    class A:
        scale = 2.0
        def __init__(self): self.own = 3.0
        def method(self, x): return x
        @staticmethod
        def static(x): return x
        @classmethod
        def of_class(cls, x): return x
        @property
        def prop(self): raise RuntimeError("run")
    a = A()
    space = SimpleNamespace(k=4.0, f=helper)
    def f(x): return x
    def max(a, b): return a
    abs = e
"""
LIVE_NAMES = {
    "math.exp": "math.exp",
    "m.exp": "math.exp",
    "e": "math.exp",
    "abs": "math.exp",
    "max": "def max",
    "min": "builtins.min",
    "float": "builtins.float",
    "pi": repr(math.pi),
    "math.pi": "math.pi",
    "math.ln": "math.ln",
    "np.exp": "numpy.exp",
    "np.abs": "numpy.absolute",
    "magnitude": "numpy.absolute",
    "np.pi": "numpy.pi",
    "np.linalg.norm": "numpy.linalg.norm",
    "np.r_": "numpy.r_",
    "os.path.join": "os.path.join",
    "os.path": "module os.path",
    "K": "2.5",
    "N": "3",
    "TEXT": "'text'",
    "TABLE": "external",
    "helper": "def helper",
    "square": "def <lambda>",
    "f": "def f",
    "nope": "missing",
    "A": "external",
    "A.scale": "2.0",
    "A.method": "def A.method",
    "A.static": "def A.static",
    "A.of_class": "def A.of_class",
    "a.method": "def A.method",
    "a.static": "def A.static",
    "a.of_class": "def A.of_class",
    "a.scale": "2.0",
    "a.own": "3.0",
    "a.prop": "external",
    "a.nope": "external",
    "space.k": "4.0",
    "space.f": "def helper",
    "helper.attribute": "external",
}


@pytest.fixture
def live(tmp_path, monkeypatch):
    """A function that writes a module and imports it under a name that was not used before."""
    monkeypatch.syspath_prepend(str(tmp_path))
    numbers = itertools.count()

    def load(text):
        name = f"names_{abs(hash(tmp_path))}_{next(numbers)}"
        write(tmp_path, {f"{name}.py": text})
        importlib.invalidate_caches()
        return importlib.import_module(name)

    return load


def test_live_names(live):
    module = live(LIVE)
    scope = of_function(module.f).scope
    assert {name: short(resolved(scope, name)) for name in LIVE_NAMES} == LIVE_NAMES


def test_live_places(live):
    module = live(LIVE)
    name = module.__name__
    scope = of_function(module.f).scope
    assert scope.resolve("K") == Constant(2.5, Place(name, "K"))
    assert resolved(scope, "space.k").place == Place(name, "space.k")
    assert resolved(scope, "a.own").place == Place(name, "a.own")
    assert scope.resolve("TABLE").value is module.TABLE
    assert scope.resolve("TABLE").place == Place(name, "TABLE")
    assert resolved(scope, "a.method").definition.self_value is module.a
    assert resolved(scope, "A.method").definition.self_value is ABSENT
    assert of_function(module.f).place == Place(name, "f")
    module.K = 3.5
    assert scope.resolve("K").value == 3.5


def test_closures():
    k = 2.5

    def helper(x):
        return x

    def f(x):
        return k * helper(x) * unset

    if k < 0:
        unset = 1.0

    definition = of_function(f)
    constant = definition.scope.resolve("k")
    assert constant.value == 2.5 and constant.place.name == "k"
    assert definition.scope.resolve("helper").definition.live is helper
    k = 3.5
    assert constant.place.holder.k == 3.5
    assert isinstance(definition.scope.resolve("unset"), Missing)
    with pytest.raises(NameError):
        _ = constant.place.holder.unset
    assert definition.place.holder.function is f


def test_each_closure_has_its_own_place():
    def scaled(k, inner):
        return lambda x: k * inner(x)

    outer = of_function(scaled(2.0, scaled(3.0, None)))
    inner = outer.scope.resolve("inner").definition
    places = [definition.scope.resolve("k").place for definition in (outer, inner)]
    assert [place.holder.k for place in places] == [2.0, 3.0]
    assert places[0].module != places[1].module
    assert inner != outer and inner.node is outer.node


def test_modules_that_cannot_be_imported(tmp_path):
    write(tmp_path, {"loose.py": "k = 2.5\ndef f(x): return k * x\n"})
    spec = importlib.util.spec_from_file_location("loose", tmp_path / "loose.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    place = of_function(module.f).scope.resolve("k").place
    assert place.holder.k == 2.5
    module.k = 3.5
    assert place.holder.k == 3.5
    del module.k
    with pytest.raises(NameError):
        _ = place.holder.k
    assert of_function(module.f).place.holder.function is module.f


def test_recursion(live):
    module = live("def f(x, n): return g(x, n)\ndef g(x, n): return f(x, n - 1) if n else x\n")
    definition = of_function(module.f)
    g = definition.scope.resolve("g").definition
    assert g.scope.resolve("f").definition is definition


def test_a_wrapper_is_what_it_is(live):
    text = """
        import functools
        def loud(f):
            @functools.wraps(f)
            def wrapper(x): return 2 * f(x)
            return wrapper
        @loud
        def f(x): return x
        def g(x): return f(x)
    """
    module = live(text)
    wrapper = of_function(module.g).scope.resolve("f").definition
    assert wrapper.node.name == "wrapper" and wrapper.name == "f"
    assert wrapper.scope.resolve("f").definition.node.name == "f"


def test_an_object_around_a_function_is_no_callee(live):
    module = live("import functools\n@functools.cache\ndef f(x): return x\ndef g(x): return f(x)\n")
    binding = of_function(module.g).scope.resolve("f")
    assert isinstance(binding, External) and "_lru_cache_wrapper" in binding.reason


def test_a_users_module_with_the_name_of_one_of_pythons(live, monkeypatch):
    module = live("def mean(x): return x\n")
    monkeypatch.setitem(sys.modules, "statistics", module)
    module.__name__ = module.mean.__module__ = "statistics"
    user = live("import statistics\nfrom statistics import mean\ndef f(x): return mean(x)\n")
    assert short(of_function(user.f).scope.resolve("mean")) == "def mean"
    assert short(resolved(of_function(user.f).scope, "statistics.mean")) == "def mean"


def test_a_patched_function_of_math_is_the_patch(live, monkeypatch):
    module = live("import math\ndef f(x): return math.exp(x)\n")

    def exp(x):
        return x

    monkeypatch.setattr(math, "exp", exp)
    assert resolved(of_function(module.f).scope, "math.exp").definition.live is exp


def test_modules_that_compute_their_attributes(live):
    other = live("def __getattr__(name): raise RuntimeError('run')\n")
    module = live(f"import {other.__name__} as other\ndef f(x): return other.g(x)\n")
    assert isinstance(resolved(of_function(module.f).scope, "other.g"), External)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("from math import exp as e", "math.exp"),
        ("import math", "module math"),
        ("import os.path as p", "module os.path"),
        ("import os.path", "module os"),
        ("from colorsys import nothing", "colorsys.nothing"),
        ("from nothing_at_all import f", "external"),
    ],
)
def test_live_imports_inside_a_function(statement, expected, live):
    scope = of_function(live("def f(x): return x").f).scope
    node = ast.parse(statement).body[0]
    assert short(scope.imported(node, node.names[0])) == expected


def test_live_relative_imports_inside_a_function(tmp_path, monkeypatch):
    name = f"relative_{abs(hash(tmp_path))}"
    text = "from . import other\ndef f(x):\n    from .other import k\n    from .third import j\n    return k * x\n"
    files = {"__init__.py": "", "a.py": text, "other.py": "k = 2.5", "third.py": "j = 3.5"}
    write(tmp_path / name, files)
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module(f"{name}.a")
    definition = of_function(module.f)
    first, second = definition.node.body[:2]
    found = definition.scope.imported(first, first.names[0])
    assert found == Constant(2.5, Place(f"{name}.other", "k"))
    assert definition.scope.imported(second, second.names[0]) == Constant(
        3.5, Place(f"{name}.third", "j")
    )
    assert f"{name}.third" not in sys.modules


# ---- while the module is still being imported: a decorator sees what is bound so far

DECORATED = """
    import math
    from adjgen.read.source import of_function
    found = {}
    def differentiable(f):
        definition = of_function(f)
        for name in definition.node.body[0].value.elts:
            found[name.id] = definition.scope.resolve(name.id)
        return f
    early = 1
    exp = math.exp
    def twice(x): return x
    @differentiable
    def f(x):
        return early, exp, twice, later, later_exp, helper, f, nope, maybe
    early = 2.5
    later = 3.5
    from math import sin as later_exp
    def twice(x): return 2 * x
    def helper(x): return later * x
    if math.pi > helper(1):
        maybe = 1
    else:
        maybe = 2
"""


def test_names_that_are_still_to_come(live):
    module = live(DECORATED)
    assert {name: short(binding) for name, binding in module.found.items()} == {
        "early": "2.5",
        "exp": "math.exp",
        "twice": "def twice",
        "later": "3.5",
        "later_exp": "math.sin",
        "helper": "def helper",
        "f": "def f",
        "nope": "missing",
        "maybe": "external",
    }
    place = Place(module.__name__, "later")
    assert module.found["later"].place == place
    assert module.found["twice"].definition.node.lineno == module.twice.__code__.co_firstlineno
    helper = module.found["helper"]
    assert helper.place == Place(module.__name__, "helper")
    assert helper.definition.scope.resolve("later") == Constant(3.5, place)
    assert module.found["maybe"].place == Place(module.__name__, "maybe")


def test_a_program_that_is_run(tmp_path):
    """`__main__` is a module like others."""
    text = DECORATED + "    print(sorted(type(b).__name__ for b in found.values()))\n"
    write(tmp_path, {"program.py": text})
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    done = subprocess.run(
        [sys.executable, str(tmp_path / "program.py")],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": root},
    )
    kinds = ["Callee"] * 3 + ["Constant"] * 2 + ["External"] + ["Known"] * 2 + ["Missing"]
    assert done.stdout.strip() == str(kinds), done.stderr


def test_nested_function_that_is_being_decorated():
    found = {}

    def differentiable(f):
        found["inner"] = of_function(f).scope.resolve("inner")
        found["coming"] = of_function(f).scope.resolve("coming")
        return f

    @differentiable
    def inner(x):
        return inner(x) + coming

    coming = 1.0
    assert found["inner"].definition.live is inner
    assert found["coming"] == Missing("coming")
    assert of_function(inner).scope.resolve("coming").value == coming


# ---- vocabulary


def test_constants_are_equal_by_type_and_sign():
    values = [0.0, -0.0, 0, False, None, "0", math.nan]
    assert len({Constant(value) for value in values}) == len(values)
    assert Constant(math.nan) == Constant(math.nan)
    assert Constant(1.0) != Constant(1.0, Place("m", "k"))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ln", "log"),
        ("arcsin", "asin"),
        ("Power", "pow"),
        ("sqr", "sqrt"),
        ("cosh_", "cosh"),
        ("zz", ""),
    ],
)
def test_did_you_mean(name, meant):
    assert did_you_mean(name, [name for name in dir(math) if name[0] != "_"]) == meant


def test_texts_that_surprise():
    """Nothing that parses may end in anything but a binding."""
    for text in SURPRISES:
        file = read_text(text, "a.py")
        scope = StaticScope(file)
        for name in {n.id for n in ast.walk(file.tree) if isinstance(n, ast.Name)} | {"k"}:
            binding = scope.resolve(name)
            scope.resolve_attribute(binding, "x")
        for function in functions(file):
            find(file, function)


SURPRISES = [
    "k = k.k = k",
    "del k",
    "from . import k",
    "from .... import k",
    "from .k import *",
    "import k.k.k as k",
    "from k import k as k",
    "__all__ = 3\nfrom math import *",
    "k = lambda: k\nk = k()",
    "try:\n    pass\nexcept* OSError as k:\n    pass",
    "async def k(): pass\nasync def j():\n    async with k as x: pass",
    "for k.x, (k[0], *k) in k: pass",
    "[k for k in k]",
    "class k(k):\n    k = k\n    def k(self, k=k): return k",
    "match k:\n    case {'x': k, **j}: pass\n    case [k, *j]: pass\n    case k() as j: pass",
    "k: k = k",
    "@k\ndef k(k=k, *, j=k): pass",
    "def f(x=lambda y=k: y): return x",
    "k = f'{k!r:{k}}'",
    "global k\nk = 1",
    "k = float()\nj = float(k, k)\ni = float(x=k)",
    "k = -(-(+k))\nj = not k\ni = ~1",
    "k = " + "(" * 90 + "1" + ")" * 90,
    "k = 1e400 - 1e400",
    "import math as k\nk = k.k.k",
    "if k:\n    pass\nelif k:\n    import k\nelse:\n    from k import k",
]


def test_errors_of_of_function_are_adjgens():
    for value in (None, 1, "f", math, types.SimpleNamespace(), print, type, object(), [].append):
        with pytest.raises(AdjgenError):
            of_function(value)
