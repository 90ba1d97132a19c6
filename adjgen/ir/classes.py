"""Classes of values that may be one and the same thing, such as a list under several names."""

from adjgen.ir.core import Atom


class Classes:
    """Disjoint sets of values (Cormen et al., Introduction to Algorithms, the chapter of that name)."""

    def __init__(self) -> None:
        self.above: dict[Atom, Atom] = {}

    def of(self, atom: Atom) -> Atom:
        """Return the value that stands for the class of a value."""
        path = []
        while (above := self.above.get(atom)) is not None:
            path.append(atom)
            atom = above
        self.above.update(dict.fromkeys(path, atom))
        return atom

    def join(self, one: Atom, other: Atom) -> None:
        """Make two classes one."""
        a, b = self.of(one), self.of(other)
        if a is not b:
            self.above[a] = b
