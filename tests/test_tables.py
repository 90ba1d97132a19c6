"""Tables at module level, indexed and walked: passive, and copied into a generated module if nothing changes them."""

import importlib
import inspect
import sys
import textwrap

import pytest

import adjgen
from adjgen.cli import main
from adjgen.pipeline import Options, generate
from adjgen.read.source import find, read_file

MODULE = """
    from math import log

    A = {(1, 1): 0.5, (2, 1): -1.25}
    B = {(1, 1): [1.0, 2.0], (2, 1): [3.0, 4.0]}
    C = (1.0, 2.0, 3.0)
    D = [(1.0, 2.0), (3.0, 4.0)]
    NUMBERS = {"a": 1, "b": 2}

    def by_pair(x, l=1, s=1):
        if (l, s) not in A:
            raise ValueError("not supported")
        omega = A[(l, s)]
        row = B[(l, s)]
        for k in range(2):
            omega += row[k] / x ** (k + 1)
        return omega

    def by_place(x, i=1):
        total = C[i]
        total += x
        p, q = D[i]
        for c in C:
            total += c * x
        for c, (d, e) in zip(C, D):
            total += c * d * e * x
        for k in range(len(C)):
            total += C[k] * x
        return total * p + q * x

    def by_name(x, name="a"):
        n = NUMBERS[name]
        n += 1
        return x**n * C[n] + sum(C) * x + sum(c * x**k for k, c in enumerate(C))

    def horner(x):
        total = 0.0
        for c in reversed(C[1:]):
            total = total * x + c
        return total + sum([c * x for c in C])

    def limit(atoms):
        if atoms.get("C"):
            n = atoms["C"]
        else:
            return 1.0
        return 0.55 / (4.76 * n + 1.0)

    def of_a_dict(x, atoms=None):
        if atoms is not None:
            return limit(atoms) * x
        return x * x
"""
NAMES = ("by_pair", "by_place", "by_name", "horner")


@pytest.fixture
def module(tmp_path, monkeypatch):
    (tmp_path / "of_tables.py").write_text(textwrap.dedent(MODULE))
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("of_tables")
    del sys.modules["of_tables"]


@pytest.mark.parametrize("name", NAMES)
def test_value_and_gradient(module, name):
    function = getattr(module, name)
    made = generate([find(read_file(module.__file__), name)], Options(formatted=False))
    assert not made.refused, made.refused
    assert "import of_tables" not in made.source
    space = {}
    exec(compile(made.source, "made", "exec"), space)
    slope = (function(1.5 + 1e-6) - function(1.5 - 1e-6)) / 2e-6
    for derivative in (
        space[f"{name}_value_and_grad"],
        adjgen.value_and_grad(function, wrt="x"),
    ):
        value, gradient = derivative(1.5)
        assert value == function(1.5)
        assert gradient == pytest.approx(slope, rel=1e-6)


def test_what_is_walked_backwards_is_evaluated_once(module):
    made = generate([find(read_file(module.__file__), "horner")], Options(formatted=False))
    assert made.source.split("def horner_jvp")[0].count("C[1:]") == 1


def test_keys_are_passive(module):
    made = generate([find(read_file(module.__file__), "by_pair")], Options(formatted=False))
    assert "by_pair_vjp(x, l, s, *, bar) -> (value, x_bar)" in made.source


def test_a_dict_that_a_callee_reads_is_passive(module):
    derivative = adjgen.value_and_grad(module.of_a_dict)
    assert derivative(1.5) == (2.25, 3.0)
    assert derivative(1.5, {"C": 2}) == (module.limit({"C": 2}) * 1.5, module.limit({"C": 2}))


# ---- copies


def text_of(folder, text, *names, **files):
    """Return the module generated from a text, beside other files; nothing of it is imported."""
    for name, other in files.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(other))
    path = folder / "asked.py"
    path.write_text(textwrap.dedent(text))
    source = read_file(str(path))
    made = generate([find(source, name) for name in names or ("f",)])
    assert not made.refused, made.refused
    assert "asked" not in sys.modules
    return made.source


def run(source):
    space = {}
    exec(compile(source, "made", "exec"), space)
    return space


COPIED = {
    "T = (1.0, 2.0)": "T[0] * T[i] * x",
    "T = [1.0, -2.5e-300]": "T[0] * T[i] * x",
    "T = [[1.0, 2.0], [3.0, 4.0]]": "T[i][0] * x + len(T) + sum(row[1] * x for row in T)",
    "T = {'a': 1.0, 'b': [2.0, 3.0]}": "T['a'] * x + T['b'][i] * x + T.get('c', 1.0)",
    "T = {(1, 2): (1.0, None)}": "T[1, 2][0] * x if (1, 2) in T else x",
    "from math import pi, inf\nK = 2 * pi\nT = (K, -K, inf, float('nan'))": "T[i] * T[0] * x",
    "T = {1, 2, 3}": "x * x if i in T else x",
    "T = frozenset({'a'})": "x * x if 'a' in T else x",
    "A = (1.0, 2.0)\nT = (A, A)": "T[0][i] * x",
    "A = T = (1.0, 2.0)": "T[i] * A[0] * x",
    "T: list[float] = [1.0, 2.0]": "sum(t * x for t in T)",
    "T = [1.0, 2.0]\ndef g(t, x): return t[0] * x": "g(T, x)",
    "T = [1.0, 2.0]\ndef g(x, t=T): return t[0] * x": "g(x)",
    "T = [1.0, 2.0]\nU = T + [3.0]": "T[i] * x",
    "T = [1.0, 2.0]\nfor t in T: print(t)": "T[i] * x",
    "T = []": "x * x if not T else x",
    "T = [1.0]\ndef g():\n    from math import fsum as s\n    return s(T)": "T[0] * x",
    "T = [1.0, 2.0]\nU = (T, [3.0])\nfor u in U[0]: print(u)": "T[i] * x",
    "T = [[1.0], [2.0]]\ndef g(i):\n    a, b = T[i], T[0]\n    return a[0]": "T[i][0] * x",
}


@pytest.mark.parametrize("table", COPIED)
def test_what_is_written_out_and_only_read_is_copied(tmp_path, table):
    source = text_of(tmp_path, f"{table}\ndef f(x, i=1):\n    return {COPIED[table]}\n")
    assert "asked" not in source.split('"""', 2)[2], source
    there, here = run(table + f"\ndef f(x, i=1):\n    return {COPIED[table]}\n"), run(source)
    assert repr(here["T"]) == repr(there["T"])
    assert here["f"](1.5) == there["f"](1.5)


IMPORTED = {
    "changed at top level": "T = [1.0, 2.0]\nT.append(3.0)",
    "an item is stored": "T = [1.0, 2.0]\nT[0] = 3.0",
    "a row is stored into": "T = [[1.0], [2.0]]\nfor row in T:\n    row[0] = 3.0",
    "changed by another function": "T = [1.0, 2.0]\ndef g():\n    T.pop()",
    "changed through a name": "T = [1.0, 2.0]\ndef g():\n    t = T\n    t[0] = 3.0",
    "lengthened through a name": "T = [1.0, 2.0]\ndef g():\n    t = T\n    t += [3.0]",
    "changed as an argument": "T = [1.0, 2.0]\ndef h(t):\n    t[0] = 3.0\ndef g():\n    h(T)",
    "changed as a default": "T = [1.0, 2.0]\ndef g(t=T):\n    t[0] = 3.0",
    "handed to what is not known": "import os\nT = [1.0, 2.0]\nos.walk(T)",
    "handed to a name of a function": "T = [1.0, 2.0]\ndef g(len):\n    len(T)",
    "handed to a local function": "T = [1.0]\ndef g():\n    def len(t): t[0] = 3.0\n    len(T)",
    "kept": "T = [1.0, 2.0]\ndef g(d):\n    d['t'] = T",
    "kept in a table that changes": "T = [1.0, 2.0]\nU = {'t': T}\nU['t'].append(3.0)",
    "another name": "T = [1.0, 2.0]\nU = T",
    "two names at once": "U = T = [1.0, 2.0]",
    "returned": "T = [1.0, 2.0]\ndef g():\n    return T",
    "compared as an object": "T = [1.0, 2.0]\ndef g(t):\n    return t is T",
    "bound again": "T = [1.0]\nT += [2.0]",
    "bound by a function": "T = (1.0, 2.0)\ndef g():\n    global T\n    T = (3.0, 4.0)",
    "bound as an attribute": "import asked\nT = (1.0, 2.0)\nasked.T = (3.0, 4.0)",
    "through its module": "import asked\nT = [1.0, 2.0]\nasked.T[0] = 3.0",
    "under a condition": "import os\nif os.sep:\n    T = (1.0, 2.0)\nelse:\n    T = (3.0, 4.0)",
    "computed": "T = [1.0 * k for k in range(2)]",
    "made by a call": "T = tuple(range(3))",
    "with a part that is computed": "from math import log\nT = (1.0, log(2.0))",
    "in another table": "U = [1.0]\nT = (U, 2.0)",
    "an array": "import numpy as np\nT = np.array([1.0, 2.0])",
}


@pytest.mark.parametrize("case", IMPORTED)
def test_what_may_change_is_imported(tmp_path, case):
    source = text_of(tmp_path, f"{IMPORTED[case]}\ndef f(x, i=1):\n    return T[i] * x\n")
    assert "# Imports asked.\n" in source
    assert "asked.T[i] * x" in source


def test_what_another_file_changes_is_imported(tmp_path):
    """Of the files that were read: here that of a function that is called."""
    files = {
        "tables": "T = [1.0, 2.0]\n",
        "other": "from tables import T as U\ndef g(x):\n    return x\nU.append(3.0)\n",
    }
    text = "from tables import T\nfrom other import g\ndef f(x):\n    return T[0] * g(x)\n"
    assert "tables.T[0]" in text_of(tmp_path, text, **files)
    files["other"] = files["other"].replace("U.append(3.0)", "print(U[0])")
    assert "\nT = [1.0, 2.0]\n" in text_of(tmp_path, text, **files)


FILES = {
    "tables": "from more import K\nT = [1.0, K]\nD = {'a': 1.0}\nP = (1.0, 2.0)\n",
    "more": "K = 4.0\n",
}


def test_tables_of_other_modules(tmp_path):
    text = """
        import tables
        import tables as t
        from tables import T as U, P
        def f(x, name="a"):
            return tables.T[1] * U[0] * t.D[name] * x
        def g(x, T=tables.T, p=P):
            return sum(a * b * x for a, b in zip(T, p)) + tables.T[0]
    """
    source = text_of(tmp_path, text, "f", "g", **FILES)
    assert source.count("[1.0, 4.0]") == 1  # one copy, whatever it is called
    assert "import tables" not in source
    assert "def g(x: float, T: list[float] = T_, p: tuple[float, ...] = P) -> float:" in source
    space = run(source)
    assert space["f_value_and_grad"](3.0) == (12.0, 4.0)
    assert space["g"](3.0) == 28.0


def test_the_hash_covers_the_files_of_tables(tmp_path):
    def mark(**files):
        text = "import tables\nfrom calls import g\ndef f(x):\n    return g(x)\n"
        calls = "from tables import T\ndef g(x):\n    return T[1] * x\n"
        source = text_of(tmp_path, text, calls=calls, **(FILES | files))
        return source.split("source=sha256:")[1].split()[0]

    first = mark()
    assert mark() == first
    assert mark(tables=FILES["tables"].replace("1.0", "1.5")) != first
    assert mark(more="K = 5.0\n") != first


def test_large_tables(tmp_path):
    numbers = [k / 7 for k in range(5000)]
    named = {f"name {k}": (k / 3, None) for k in range(300)}
    text = f"T = {numbers}\nD = {named}\nP = {tuple(numbers[:9])}\n"
    text += "def f(x, name='name 1', i=1):\n    return T[i] * x + D[name][0] + P[i]\n"
    source = text_of(tmp_path, text)
    assert run(source)["T"] == numbers and run(source)["D"] == named
    assert max(map(len, source.split('"""', 2)[2].split("\n"))) <= 88
    assert source.count("\n") < 1500
    import black

    assert black.format_str(source, mode=black.Mode()) == source


def test_verify_does_not_run_the_module(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "open('ran', 'w').close()\nT = [1.0, 2.0]\ndef f(x: float):\n    return T[1] * x * x\n"
    (tmp_path / "asked.py").write_text(text)
    for words in (["verify", "asked.py::f"], ["generate", "asked.py", "-o", "made.py", "--verify"]):
        with pytest.raises(SystemExit) as leaving:
            main(args=words, prog_name="adjgen")
        assert not leaving.value.code
    assert not (tmp_path / "ran").exists()


def test_the_api_reads_tables_where_they_are(module, monkeypatch):
    derivative = adjgen.value_and_grad(module.by_pair, wrt="x")
    monkeypatch.setitem(module.A, (1, 1), 7.5)
    assert derivative(1.5)[0] == module.by_pair(1.5)
    assert "of_tables" in inspect.getsource(derivative)


COPIES = """
    L = [1.0, 2.0]
    T = (1.0, 2.0)
    def whole(x):
        y = L[:]
        y[0] = x
        return y[0] * y[1]
    def part(x):
        y = L[1:]
        y[0] += x
        return y[0] * L[1]
    def listed(x):
        y = list(L)
        y.append(x)
        return y[2] * y[1]
    def of_tuple(x):
        y = list(T)
        y[1] = x * x
        return y[0] * y[1]
    def copied(x):
        y = L.copy()
        for k in range(2):
            y[k] *= x
        return y[0] * y[1]
"""


@pytest.mark.parametrize("name", ["whole", "part", "listed", "of_tuple", "copied"])
def test_a_copy_of_a_table_is_a_list_of_its_own(tmp_path, monkeypatch, name):
    made = run(text_of(tmp_path, COPIES, name))
    monkeypatch.syspath_prepend(tmp_path)
    function = getattr(importlib.import_module("asked"), name)
    slope = (function(1.5 + 1e-6) - function(1.5 - 1e-6)) / 2e-6
    try:
        for derivative in (made[f"{name}_value_and_grad"], adjgen.value_and_grad(function)):
            for _ in range(2):
                value, gradient = derivative(1.5)
                assert value == function(1.5)
                assert gradient == pytest.approx(slope, rel=1e-6)
    finally:
        del sys.modules["asked"]


def test_names_that_mean_two_things(tmp_path):
    text = """
        T = (1.0, 2.0)
        math = (3.0, 4.0)
        def f(x, T=T):
            T_ = 2 * x
            return T[0] * T_ * math[1]
    """
    source = text_of(tmp_path, text)
    assert "T: tuple[float, ...] = T__" in source
    assert run(source)["f_value_and_grad"](1.5) == (12.0, 8.0)
