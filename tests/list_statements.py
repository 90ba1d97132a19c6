"""Statements and expressions over lists, for the random programs: stores, aliases, growth, walks, rows.

A mixin of random_programs.Writer. A list has at least two items at all times, and a list of lists at
least two such lists, so that the indices 0, 1, -1, -2 and `i % 2` are always in range.
"""

from typing import Any

LISTS = ["xs", "ys", "buf", "acc", "out", "us", "vs"]
ROWS = ["A", "B", "grid"]

# Weights among the statements and expressions of random_programs, in programs with lists.
LIST_STATEMENTS = {
    "list": 5, "store": 6, "add": 4, "grow": 4, "shrink": 2, "alias": 2.5, "exchange": 2.5,
    "walk": 4, "update": 3, "slice": 1, "sort": 0.8, "helper": 1.5, "closure": 1,
    "rows": 2.5, "row": 2, "cell": 3, "roll": 1.5, "nested": 1,
}  # fmt: skip
LIST_EXPRESSIONS = {"item": 12, "total": 3, "winner": 3, "member": 2, "length": 0.6}
ZERO = dict.fromkeys([*LIST_STATEMENTS, *LIST_EXPRESSIONS], 0.0)


class ListStatements:
    """Productions that use the choices, names and expressions of a Writer."""

    rng: Any
    put: Any
    scope: Any

    # Names and places

    def one(self: Any) -> str:
        """Return an expression that names a list of numbers."""
        rows, lists = self.scope.rows, self.scope.lists
        if rows and (not lists or self.chance(0.2)):
            return f"{self.rng.choice(rows)}[{self.place()}]"
        return self.rng.choice(lists) if lists else ""

    def loose(self: Any) -> str:
        """Return a list that no loop walks here, or ""."""
        free = [name for name in self.scope.lists if name not in self.walked]
        rows = [name for name in self.scope.rows if name not in self.walked]
        if rows and (not free or self.chance(0.15)):
            return f"{self.rng.choice(rows)}[{self.place()}]"
        return self.rng.choice(free) if free else ""

    def matrix(self: Any) -> str:
        """Return a list of lists that no loop walks here, or ""."""
        free = [name for name in self.scope.rows if name not in self.walked]
        return self.rng.choice(free) if free else ""

    def place(self: Any, name: str = "") -> str:
        """Return an index that is in range, mostly."""
        rng = self.rng
        forms = ["0", "1", "-1", "0", "1", "-2"]
        if self.scope.ints:
            i = rng.choice(self.scope.ints)
            forms += [f"{i} % 2", f"{i} % 2", f"{i} % 2 - 1"]
            forms += [f"{i} % len({name})"] * 2 if name else []
            forms += [i] if self.chance(0.05) else []
        if name:
            forms.append(f"len({name}) - 1")
        return rng.choice(forms)

    def fresh_list(self: Any) -> str:
        """Return a name for a list, new or known."""
        return self.rng.choice([name for name in LISTS if name not in self.walked])

    def some(self: Any) -> str:
        """Return a display of two or three numbers."""
        return "[" + ", ".join(str(self.value(1)) for _ in range(self.rng.choice([2, 2, 3]))) + "]"

    def made(self: Any) -> str:
        """Return an expression that makes a list of at least two numbers."""
        rng, a, b = self.rng, self.one(), self.one()
        forms = [self.some(), self.some(), f"[{rng.choice(['0.0', '1.0', '0', self.atom()])}] * 3"]
        forms.append(f"[{self.unit(1)} * k_ for k_ in range({rng.choice(['2', '3', '4'])})]")
        if not a:
            return rng.choice(forms)
        forms += [
            f"list({a})",
            f"{a}[:]",
            f"{a}.copy()",
            f"{a} + {b}[:2]",
            f"sorted({a})",
            f"{a}[::-1]",
        ]
        forms += [f"{a}[1:] + [{self.value(1)}]", f"[{self.value(1)}] + {a}[:-1]"]
        forms += [
            f"[v_ * {self.unit(0)} for v_ in {a}]",
            f"[*{a}]" if self.chance(0.2) else a + "[:]",
        ]
        forms += [f"[{self.value(1)}] * len({a})"]
        forms += [f"[v_ for v_ in {a} if v_ > {self.threshold()}] + {self.some()}"]
        forms += [f"[u_ - {self.unit(0)} * v_ for u_, v_ in zip({a}, {b})]"]
        forms += [f"[{a}[k_] * 0.5 for k_ in range(len({a}))]"]
        forms += [f"{a} if {self.condition(0)} else {self.some()}", f"{self.some()} + {a}"]
        return rng.choice(forms)

    # Expressions

    def real_item(self: Any, depth: int) -> Any:
        """a[i], A[i][j]"""
        a = self.one()
        return self.text(f"{a}[{self.place(a)}]") if a else self.atom()

    def real_total(self: Any, depth: int) -> Any:
        """sum(a), max(a), fsum(a), sum(v * v for v in a)"""
        a, b, m = self.one(), self.one(), self.spell
        if not a:
            return self.atom()
        name = "sum" if self.hidden != "sum" else m("fsum")
        e = self.unit(0)
        forms = [
            f"{name}({a})", f"{m('fsum')}({a})", f"{name}([v_ * v_ for v_ in {a}])",
            f"{name}(v_ * {e} for v_ in {a} if v_ < {self.threshold()})",
            f"{name}(u_ * v_ for u_, v_ in zip({a}, {b}))",
            f"{name}({a}[1:])", f"{name}(k_ * v_ for k_, v_ in enumerate({a}))",
            f"{m('prod')}({a})",
        ]  # fmt: skip
        return type(self.atom())(self.rng.choice(forms), 200.0)

    def real_winner(self: Any, depth: int) -> Any:
        """max(a), min(a), sorted(a)[0]"""
        a = self.one()
        if not a:
            return self.atom()
        name = "max" if self.hidden == "min" else self.rng.choice(["max", "min"])
        forms = [
            f"{name}({a})",
            f"{name}(abs(v_) for v_ in {a})",
            f"sorted({a})[0]",
            f"{name}({a}[:2])",
        ]
        forms += [f"sorted({a}, reverse=True)[1]", f"{name}({a}[0], {a}[-1])"]
        return self.text(self.rng.choice(forms))

    def real_member(self: Any, depth: int) -> Any:
        """A[i][j]"""
        if not self.scope.rows:
            return self.atom()
        name = self.rng.choice(self.scope.rows)
        return self.text(f"{name}[{self.place(name)}][{self.place()}]")

    def real_length(self: Any, depth: int) -> Any:
        """len(a)"""
        a = self.one()
        return self.text(f"len({a})") if a else self.atom()

    # Statements

    def put_list(self: Any) -> None:
        """a = [...]"""
        made, name = self.made(), self.fresh_list()
        self.put(f"{name} = {made}")
        self.bind(name)

    def put_store(self: Any) -> None:
        """a[i] = e"""
        a = self.loose()
        if not a:
            return self.put_list()
        forms = [f"{a}[{self.place(a)}] = {self.value(2)}"] * 4
        forms += [f"{a}[{self.place(a)}] = {self.target_of_two()} = {self.value(1)}"]
        self.put(self.rng.choice(forms))
        return None

    def target_of_two(self: Any) -> str:
        """Return a known real variable."""
        return self.rng.choice(self.scope.reals)

    def put_add(self: Any) -> None:
        """a[i] += e"""
        a = self.loose()
        if not a:
            return self.put_list()
        e, place = self.damped(self.real(2), 1.0), self.place(a)
        self.put(f"{a}[{place}] {self.rng.choice(['+=', '-=', '+='])} {e}")
        if self.chance(0.5):
            self.put(f"{a}[{place}] *= {self.unit(1)}")
        return None

    def put_grow(self: Any) -> None:
        """a.append(e), a.extend(b), a += [...]"""
        a, b = self.loose(), self.one()
        if not a or "[" in a:
            return self.put_list()
        e = self.value(1)
        forms = [f"{a}.append({e})"] * 4 + [f"{a}.extend({self.some()})", f"{a} += [{e}]"]
        forms += [f"{a}.extend(v_ * 0.5 for v_ in {b}[:2])", f"{a}.insert(0, {e})"]
        forms += [f"{a}.extend({b}[:2])", f"{a} = {a} + [{e}]", f"{a}.insert({self.place()}, {e})"]
        self.put_growth(a, self.rng.choice(forms))
        return None

    def put_growth(self: Any, a: str, line: str) -> None:
        """if len(a) < 9: a.append(e), wherever a may be a list that a loop walks"""
        if not self.loops and not self.called:
            return self.put(line)
        self.put(f"if len({a}) < 9:")
        self.put("    " + line)
        return None

    def put_shrink(self: Any) -> None:
        """t = a.pop()"""
        a, t = self.loose(), self.target()
        if not a or "[" in a:
            return self.put_list()
        pop = self.rng.choice([f"{t} = {a}.pop()"] * 3 + [f"{t} = {a}.pop(0)", f"del {a}[0]"])
        if self.chance(0.5):
            self.put(f"{a}.append({self.value(1)})")
            self.put(pop)
            self.bind(*[t] * (not pop.startswith("del")))
            return None
        self.put(f"if len({a}) > 2:")
        self.put(f"    {pop}")
        return None

    def put_alias(self: Any) -> None:
        """b = a"""
        a, name = self.one(), self.fresh_list()
        if not a:
            return self.put_list()
        form = self.rng.randrange(8)
        if form < 5:
            self.put(f"{name} = {a}")
        elif form == 5:
            self.put(f"{name} = {a} if {self.condition(0)} else {self.one()}")
        elif form == 6:
            self.put(f"{name} = {self.made()}")
            self.put(f"if {self.condition(0)}:")
            self.put(f"    {name} = {a}")
        else:
            self.put(f"pair_ = ({a}, {self.value(1)})")
            self.put(f"{name} = pair_[0]")
        self.bind(name)
        return None

    def put_exchange(self: Any) -> None:
        """a[i], a[j] = a[j], a[i]; a, b = b, a"""
        a = self.loose()
        free = [name for name in self.scope.lists if name not in self.walked]
        if len(free) > 1 and self.chance(0.4):
            a, b = self.rng.sample(free, 2)
            self.put(f"{a}, {b} = {b}, {a}")
        elif a:
            i, j = self.place(a), self.place(a)
            self.put(f"{a}[{i}], {a}[{j}] = {a}[{j}], {a}[{i}]")
        else:
            self.put_list()

    def put_walk(self: Any) -> None:
        """for v in a, for i, v in enumerate(a), for u, v in zip(a, b), for v in reversed(a)"""
        a, b = self.one(), self.one()
        if not a or self.trips > 12 or len(self.loops) > 1:
            return self.put_list()
        u, v = self.rng.sample(self.names, 2)
        counter = self.rng.choice(
            [k for k in ("i", "j", "k", "m", "_i") if k not in self.scope.kept]
        )
        forms = [(f"for {v} in {a}:", [v], "")] * 3
        forms += [(f"for {counter}, {v} in enumerate({a}):", [v], counter)] * 2
        forms += [(f"for {u}, {v} in zip({a}, {b}):", [u, v], "")]
        forms += [(f"for {v} in reversed({a}):", [v], ""), (f"for {v} in {a}[1:]:", [v], "")]
        forms += [(f"for {u}, {v} in zip({a}[1:], {a}):", [u, v], "")]
        forms += [(f"for {counter}, ({u}, {v}) in enumerate(zip({a}, {b})):", [u, v], counter)]
        line, names, index = self.rng.choice(forms)
        before, walked = self.scope, self.walked
        self.put(line)
        self.scope = before.copy()
        self.bind(*names)
        self.scope.ints += [index] * (bool(index) and index not in self.scope.ints)
        if not self.chance(0.03):
            self.walked = walked | {a.partition("[")[0], b.partition("[")[0]}
        self.body(3.0, [])
        self.scope, self.walked = before, walked
        return None

    def put_update(self: Any) -> None:
        """for i in range(len(a)): a[i] = e"""
        a = self.loose()
        if not a or self.trips > 12 or len(self.loops) > 1:
            return self.put_list()
        i = self.rng.choice([k for k in ("i", "j", "k", "m") if k not in self.scope.kept])
        before = self.scope
        bounds = self.rng.choice([f"len({a})", f"1, len({a})", f"len({a}) - 1", f"0, len({a}), 2"])
        self.put(f"for {i} in range({bounds}):")
        self.scope = before.copy()
        self.scope.ints += [i] * (i not in self.scope.ints)
        self.scope.kept.append(i)
        kept = self.walked  # its length is that of the range
        self.loops.append("any")
        with self.indented(3.0):
            e = self.value(2)
            more = self.rng.choice(["i", "i", "i - 1"]).replace("i", i)
            forms = [f"{a}[{i}] = {e}", f"{a}[{i}] = {self.unit(1)} * {a}[{more}]"]
            forms += [
                f"{a}[{i}] += {self.damped(self.real(1), 1.0)}",
                f"{a}[{i}] -= {a}[{more}] * {self.unit(0)}",
            ]
            self.put(self.rng.choice(forms))
            if self.chance(0.4):
                self.block(1)
        self.loops.pop()
        self.scope, self.walked = before, kept
        return None

    def put_slice(self: Any) -> None:
        """a[:] = b, a[0:2] = [e, g]"""
        a, b = self.loose(), self.one()
        if not a or "[" in a:
            return self.put_list()
        e, g = self.value(1), self.value(1)
        forms = [
            f"{a}[:] = {b}",
            f"{a}[0:2] = [{e}, {g}]",
            f"{a}[1:] = [{e}, {g}]",
            f"{a}[:1] = {b}[:2]",
        ]
        self.put_growth(a, self.rng.choice(forms))
        return None

    def put_sort(self: Any) -> None:
        """a.sort(), a.reverse()"""
        a = self.loose()
        if not a:
            return self.put_list()
        self.put(f"{a}.{self.rng.choice(['sort', 'reverse', 'reverse'])}()")
        return None

    def put_helper(self: Any) -> None:
        """a call of a function that takes a list, as a statement"""
        ready = [
            g for g in self.known
            if self.affordable(g) and any(p.kind in ("list", "rows") for p in g.parameters)
        ]  # fmt: skip
        if ready:
            self.put(self.application(self.rng.choice(ready)))
        else:
            self.put_store()

    def put_closure(self: Any) -> None:
        """def push(u): a.append(u); push(e)"""
        a = self.loose()
        if not a:
            return self.put_list()
        plain = "[" not in a
        forms = [f"{a}[0] = u + {a}[1] * 0.5", f"{a}[1] += {self.damped(self.text('u'), 1.0)}"]
        forms += [f"{a}.append(u)"] * plain
        self.put("def push(u):")
        with self.indented():
            self.put_growth(a, self.rng.choice(forms))
            if self.chance(0.3):
                self.put(f"return {a}[0] * 0.5")
        if self.chance(0.3):
            self.put_alias() if self.chance(0.3) else self.put_store()
        if self.chance(0.3):
            self.put(f"if {self.condition(0)}:")
            self.put(f"    push({self.value(1)})")
        for _ in range(self.rng.choice([1, 1, 2])):
            self.put(f"push({self.value(1)})")
        return None

    # Lists of lists

    def put_rows(self: Any) -> None:
        """A = [[...], [...]]"""
        rng, old = self.rng, self.rng.choice(self.scope.rows) if self.scope.rows else ""
        free = [name for name in ROWS if name not in self.walked]
        if not free:
            return self.put_assign()
        name = rng.choice(free)
        forms = [f"[{self.some()}, {self.some()}]"] * 3
        forms += [f"[[0.0] * {rng.choice('23')} for _ in range({rng.choice('23')})]"] * 2
        forms += [f"[[{self.unit(1)} * (i_ - j_) for j_ in range(2)] for i_ in range(3)]"]
        forms += [f"[{self.some()} for _ in range(2)]"]
        if old:
            forms += [f"[row_[:] for row_ in {old}]"] * 3
            forms += [f"[[v_ * 0.5 for v_ in row_] for row_ in {old}]"]
            forms += [
                f"[list(row_) for row_ in {old}]",
                f"{old}",
                f"{old}[:]",
                f"{old} + [{self.some()}]",
            ]
            forms += [f"[{old}[1][:], {self.some()}]", f"[row_ for row_ in {old}]"]
            forms += [f"[{old}[1], {old}[0]]", f"[{old}[0], {self.some()}]", f"{old}[::-1]"]
            forms += [f"[[{old}[j_][i_] for j_ in range(2)] for i_ in range(2)]"]
        if self.scope.lists:
            a, b = rng.choice(self.scope.lists), rng.choice(self.scope.lists)
            forms += [f"[{a}[:], {b}[:]]", f"[{a}[:], {b}[:]]", f"[{a}, {b}]"]
            forms += [f"[[u_ * v_ for v_ in {a}] for u_ in {b}]"]
        self.put(f"{name} = {rng.choice(forms)}")
        self.bind(name)

    def put_cell(self: Any) -> None:
        """A[i][j] = e"""
        name = self.matrix()
        if not name:
            return self.put_rows()
        place = f"{name}[{self.place(name)}][{self.place()}]"
        forms = [f"{place} = {self.value(2)}"] * 3 + [
            f"{place} += {self.damped(self.real(1), 1.0)}"
        ] * 2
        i, j = self.place(), self.place()
        forms += [f"{place}, {name}[{i}][{j}] = {name}[{i}][{j}], {place}"]
        self.put(self.rng.choice(forms))
        return None

    def put_row(self: Any) -> None:
        """r = A[i], A[i], A[j] = A[j], A[i], A[i] = [...], A.append([...])"""
        name = self.matrix()
        if not name:
            return self.put_rows()
        rng, i, j = self.rng, self.place(name), self.place()
        form = rng.randrange(10)
        if form < 3:
            row = self.fresh_list()
            self.put(f"{row} = {name}[{i}]" + rng.choice(["", "[:]"]))
            self.bind(row)
            if self.chance(0.7):
                self.put(f"{row}[{self.place()}] = {self.value(1)}")
        elif form < 5:
            self.put(f"{name}[{i}], {name}[{j}] = {name}[{j}], {name}[{i}]")
        elif form < 7:
            self.put(f"{name}[{i}] = {self.made()}")
        elif form < 8:
            self.put_growth(name, f"{name}.append({self.made()})")
        elif form < 9:
            self.put(f"{name}.reverse()")
        else:
            self.put(f"{name}[{i}] = {name}[{j}]" + rng.choice(["", "[:]", "[:]"]))
        return None

    def put_roll(self: Any) -> None:
        """for r in A: ..., for i in range(len(A)): for j in ..."""
        name = self.matrix()
        if not name or self.trips > 6 or len(self.loops) > 1:
            return self.put_rows()
        before, walked = self.scope, self.walked
        i, j = self.rng.sample(["i", "j", "k", "m"], 2)
        if {i, j} & set(before.kept):
            return None
        if self.chance(0.4):
            row = self.fresh_list()
            self.put(f"for {row} in {name}:")
            self.scope = before.copy()
            self.bind(row)
            self.walked = walked | {name} | ({row} if self.chance(0.9) else set())
            self.body(3.0, [])
        else:
            self.put(f"for {i} in range(len({name})):")
            self.scope = before.copy()
            self.scope.ints += [i] * (i not in self.scope.ints)
            with self.indented(3.0):
                self.put(f"for {j} in range({self.rng.choice(['2', f'len({name}[{i}])', i])}):")
                self.scope.ints += [j] * (j not in self.scope.ints)
                self.scope.kept += [i, j]
                with self.indented(2.0):
                    place = f"{name}[{i}][{j} % 2]"
                    forms = [
                        f"{place} = {self.value(2)}",
                        f"{place} += {self.damped(self.real(1), 1.0)}",
                    ]
                    forms += [f"{place} = {self.unit(0)} * {name}[{j} % 2][{i} % 2]"]
                    self.put(self.rng.choice(forms))
        self.scope, self.walked = before, walked
        return None

    def put_nested(self: Any) -> None:
        """p = [f(v) for r in A for v in r if v > 0] + [...]"""
        if not self.scope.rows:
            return self.put_rows()
        old, name = self.rng.choice(self.scope.rows), self.fresh_list()
        forms = [
            f"[v_ * 0.5 for row_ in {old} for v_ in row_]",
            f"[sum(row_) * 0.1 for row_ in {old}]",
        ]
        forms += [
            f"[v_ for row_ in {old} for v_ in row_ if v_ > {self.threshold()}] + {self.some()}"
        ]
        forms += [f"[max(row_) for row_ in {old}]", f"[row_[0] * row_[1] * 0.1 for row_ in {old}]"]
        forms += [f"[min(r_, s_) for r_, s_ in zip({old}[0], {old}[1])] * 2"]
        form = self.rng.choice(forms)
        if self.hidden and self.hidden + "(" in form:
            form = forms[0]
        self.put(f"{name} = {form}")
        self.bind(name)
        return None
