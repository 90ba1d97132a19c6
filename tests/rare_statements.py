"""Rarer statements of the random programs: what raises, binds on one path only, deletes, carries, nests.

A mixin of random_programs.Writer; each method is a production, chosen by the weights below.
"""

from typing import Any

# Weights among the statements of random_programs.STATEMENTS.
RARE_STATEMENTS = {
    "refuse": 1.0, "perhaps": 1.0, "forget": 0.6, "inner": 0.8, "attempt": 0.7, "star": 0.6,
}  # fmt: skip
ERRORS = ["ValueError", "ArithmeticError", "RuntimeError", "KeyError", "IndexError"]


class RareStatements:
    """Productions that use the choices, names and expressions of a Writer."""

    rng: Any
    put: Any
    scope: Any

    # What raises

    def put_refuse(self: Any) -> None:
        """if p: return e; ...; if q: raise ValueError(...), in one block or one chain"""
        chain = self.leaving_if() if self.chance(0.7) else False
        if chain and self.chance(0.3):
            word = "elif"
        else:
            word = "if"
            if self.chance(0.4):
                self.put_assign()
        self.refusal(word)
        if word == "elif" and self.chance(0.5):
            self.put("else:")
            before, self.scope = self.scope, self.scope.copy()
            with self.indented():
                self.put_assign()
            self.scope = before

    def leaving_if(self: Any) -> bool:
        """Write an if that returns, breaks or continues; tell whether its last line is at this level."""
        before = self.scope
        self.put(f"if {self.condition()}:")
        self.scope = before.copy()
        with self.indented():
            if self.chance(0.3):
                self.put_assign()
            words = ["break", "continue"][: 1 if self.loops[-1:] == ["break"] else 2]
            if self.loops and self.chance(0.6):
                self.put(self.rng.choice(words))
            else:
                self.put_return()
        self.scope = before
        return True

    def refusal(self: Any, word: str) -> None:
        """Write `if p: raise ...` or an assertion, which come true at some points."""
        rng = self.rng
        test = f"{self.real(1)} {rng.choice(['> 1.9', '>= 2.5', '< -2.0', '> 1.5'])}"
        text = rng.choice(
            ["'out of range'", f"f'{{{self.integer()}}} is too much'", f"{self.atom()}"]
        )
        if word == "if" and self.chance(0.25):
            self.put(f"assert not {test}" + rng.choice(["", f", {text}"]))
            return
        self.put(f"{word} {test}:")
        with self.indented():
            if self.chance(0.2):
                self.put("print('refused')")
            if self.chance(0.2):
                self.put(f"if {self.condition(0)}:")
                self.put(f"    raise {rng.choice(ERRORS)}({text})")
            self.put(f"raise {rng.choice(ERRORS)}({text})")

    # Names that have no value on some paths

    def fresh(self: Any) -> str:
        """Return a name that surely has no value that anybody counts on."""
        known = set(self.scope.reals)
        return self.rng.choice([name for name in self.names if name not in known] or ["only"])

    def mostly(self: Any) -> str:
        """Return a condition that usually holds."""
        if self.chance(0.3):
            return str(self.condition())
        return f"{self.atom()} > {self.rng.choice(['-1.6', '-1.9', '-3.0'])}"

    def put_perhaps(self: Any) -> None:
        """if p: t = e ... use t"""
        t, form = self.fresh(), self.rng.randrange(4)
        if form == 0:
            self.put(f"if {self.mostly()}:")
            self.put(f"    {t} = {self.value(1)}")
        elif form == 1:
            bounds, trips, _ = self.bounds()
            self.put(f"for _ in range({bounds}):")
            with self.indented(max(1.0, trips)):
                self.put(f"{t} = {self.value(1)}")
                if self.chance(0.4):
                    self.put(f"{self.rng.choice(self.scope.reals)} = {self.spell('sin')}({t})")
        elif form == 2:
            self.put(f"if ({self.mostly()}) and ({t} := {self.value(1)}) > -3.0:")
            with self.indented():
                self.put("pass")
        else:
            self.put(f"for _i in range({self.integer()}):")
            with self.indented(3.0):
                self.put(f"if _i > 0 and {self.atom()} < 9.0:")
                self.put(f"    {self.rng.choice(self.scope.reals)} = {self.spell('cos')}({t})")
                if self.chance(0.3):
                    self.put(f"if {self.condition(0)}:")
                    self.put("    continue")
                self.put(f"if {self.mostly()}:")
                self.put(f"    {t} = {self.value(1)}")
        self.use(t, 0.5)

    def use(self: Any, name: str, p: float) -> None:
        """Write what may stand between, and (or) a statement that reads a name."""
        if self.chance(0.3):
            self.put_assign()
        if self.chance(p):
            target = self.target()
            self.put(f"{target} = {self.damped(self.real(0))} * {self.spell('tanh')}({name})")
            self.bind(target)

    def put_forget(self: Any) -> None:
        """t = e; del t"""
        t = self.fresh()
        self.put(f"{t} = {self.value(1)}")
        self.use(t, 0.7)
        if t in self.scope.reals:  # what stood between assigned it
            return
        if self.chance(0.3):
            self.put(f"if not {self.mostly()}:")
            self.put(f"    del {t}")
            self.use(t, 0.7)
            return
        self.put(f"del {t}")
        if self.chance(0.5):
            self.put(f"{t} = {self.value(1)}")
            self.bind(t)

    # Functions inside functions, passive code that fails, stars

    def put_inner(self: Any) -> None:
        """def h(u, k=e): ... or h = lambda u, k=e: ..., and calls of it"""
        name, default = self.rng.choice(["inner", "helper", "h"]), self.damped(self.real(0), 3.0)
        before = self.scope
        lines, kept = self.lines, self.cost
        self.lines, self.scope, self.walruses = [], before.copy(), False
        self.scope.reals = ["u", "k_", *self.rng.sample(before.reals, min(2, len(before.reals)))]
        body = str(self.value(2))
        early = f"if {self.condition(0)}:\n    return {self.atom()}" if self.chance(0.4) else ""
        self.lines, self.scope, self.cost, self.walruses = lines, before, kept, True
        if self.chance(0.4):
            self.put(f"{name} = lambda u, k_={default}: {body}")
        else:
            self.put(f"def {name}(u, {'*, ' * self.chance(0.3)}k_={default}):")
            with self.indented(2.0):
                for line in early.splitlines():
                    self.put(line)
                self.put(f"return {body}")
        if self.chance(0.4):
            self.put_assign()
        for _ in range(self.rng.choice([1, 1, 2])):
            more = self.rng.choice(["", f", k_={self.damped(self.real(0))}"])
            target, value = self.target(), f"{name}({self.damped(self.real(1))}{more})"
            self.put(f"{target} = {self.damped(self.text(value))}")
            self.bind(target)

    def put_attempt(self: Any) -> None:
        """try: k = passive ... except ...: k = 1"""
        free = [k for k in ("i", "j", "k", "m", "count") if k not in self.scope.kept]
        if not free:
            return
        k, i, error = self.rng.choice(free), self.integer(), "ZeroDivisionError"
        code = f"{k} = 6 // ({i})"
        if self.chance(0.5):
            code, error = f"{k} = [2, 0, 5][{i}]", "IndexError"
        elif self.strings:
            code, error = f"{k} = ['a', 'c'].index({self.rng.choice(self.strings)})", "ValueError"
        handled, sure = f"{k} = {self.rng.randint(0, 5)}", True
        form = self.rng.randrange(6)
        self.put("try:")
        self.put(f"    {code}")
        if form == 0:
            self.put(f"except {error} as failure:")
            handled = f"{k} = len(str(failure)) % 4"
        else:
            self.put(f"except ({error}, KeyError):" if form == 1 else f"except {error}:")
        if form == 2:
            handled = self.rng.choice(["raise RuntimeError('no') from None", "raise"])
        elif form == 3:
            handled, sure = "pass", k in self.scope.ints
        self.put(f"    {handled}")
        if form == 4:
            self.put("else:")
            self.put(f"    {k} = {k} + 1")
        elif form == 5:
            self.put("finally:")
            self.put(f"    {self.rng.choice(free)} = 1")
        if sure:
            self.scope.ints += [k] * (k not in self.scope.ints)
        else:
            self.use(k, 0.5)

    def put_star(self: Any) -> None:
        """p = (e, g); h(*p), a, b, c = (*p, e)"""
        e = [self.damped(self.real(1)) for _ in range(2)]
        self.put(f"pair = ({e[0]}, {e[1]})")
        ready = [
            g for g in self.known
            if g.shape is None and self.affordable(g)
            and [p.kind for p in g.parameters if p.default is None] == ["real", "real"]
        ]  # fmt: skip
        names = self.rng.sample(self.names, 3)
        forms = [f"{names[0]}, {names[1]}, {names[2]} = (*pair, {self.atom()})"]
        forms += [f"{names[0]} = {self.spell('hypot')}(*pair) * 0.5", f"{names[0]} = max(*pair)"]
        forms += [f"{names[0]} = {g.name}(*pair)" for g in ready[:1]]
        forms += [f"{names[0]} = {self.spell('fsum')}([*pair, {self.atom()}]) * 0.3"]
        form = self.rng.choice(forms)
        self.put(form)
        self.bind(*(names if form.count("=") == 1 and ", " in form.split("=")[0] else names[:1]))
