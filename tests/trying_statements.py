"""Try statements of the random programs, around active code that raises at some points.

A mixin of random_programs.Writer. A body binds its own name first and another last, so that no
handler reads what the body may have assigned.
"""

from typing import Any

TRYING_STATEMENTS = {"risk": 1.0}
CATCHES = [
    "except ValueError:", "except (ValueError, ArithmeticError):", "except ZeroDivisionError:",
    "except ValueError as failure:", "except ArithmeticError:",
]  # fmt: skip


class TryingStatements:
    """Productions that use the choices, names and expressions of a Writer."""

    def put_risk(self: Any) -> None:
        """try: part = e; y = g ... except ...: ..."""
        start, before, name = len(self.lines), self.scope, self.target()
        self.put("try:")
        self.scope = before.copy()
        with self.indented():
            self.risky_body(name)
        body, after = self.lines[start:], self.scope
        if any(":=" in line for line in body):  # it would bind in the middle
            del self.lines[start:]
            self.scope = before
            return
        last = body[-1].strip()
        ends = [] if last.startswith("return") else [after]
        for catch in self.rng.sample(CATCHES, self.rng.choice([1, 1, 1, 2])):
            self.put(catch)
            self.scope = before.copy()
            with self.indented():
                finished = self.handle(name)
            if not finished:
                ends.append(self.scope)
        if self.chance(0.2) and not last.startswith("return"):
            self.scope = after
            self.put("else:")
            with self.indented():
                self.put_augment()
        if self.chance(0.15):
            self.put("finally:")
            self.put("    print('done')")
        self.scope = ends[0] if ends else before
        for other in ends[1:]:
            self.scope = self.scope.meet(other)

    def risky_body(self: Any, name: str) -> None:
        """Write the body of a try, which binds a name last or returns."""
        known = list(self.scope.reals)
        if self.chance(0.6):
            self.put(f"part = {self.real_risky(1)}")
            self.scope.reals.append("part")
        if self.chance(0.25):
            self.put(f"if {self.condition()}:")
            with self.indented():
                leave = self.loops and self.loops[-1] != "break" and self.chance(0.5)
                self.put("continue" if leave else f"return {self.result(self.shape)}")
        if self.chance(0.2) and not self.loops:
            self.put(f"return {self.result(self.shape)}")
            return
        self.put(f"{name} = {self.damped(self.real_risky(1))} + {self.value(1)}")
        self.scope.reals = known
        self.bind(name)

    def handle(self: Any, name: str) -> bool:
        """Write a handler; return whether it leaves."""
        form = self.rng.randrange(7)
        if form == 0:
            self.put(f"return {self.result(self.shape)}")
        elif form == 1 and self.loops:
            self.put("break" if self.loops[-1] == "break" else "continue")
        elif form == 2:
            self.put(self.rng.choice(["raise", "raise LookupError('nothing')"]))
        elif form == 3:
            self.put("pass")
            return False
        else:
            self.put(f"{name} = {self.value(2)}")
            self.bind(name)
            return False
        return True
