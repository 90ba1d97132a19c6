"""The entries of a Jacobian by strategy: tangents side by side, or one reverse sweep for each output.

A strategy is given what is to be differentiated and returns equations, the primal ones among them, and
the entries; one that is not there is zero by structure. More strategies are more functions in STRATEGIES.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from adjgen.diff import integrals
from adjgen.diff.active import active_variables
from adjgen.diff.elimination import eliminated
from adjgen.diff.floats import elements_as_floats
from adjgen.diff.forward import Forward
from adjgen.diff.masked import masked_variables
from adjgen.diff.reverse import Adjoints, Reverse
from adjgen.diff.rules import ONE, is_zero, operand, real_power_check, zero_like
from adjgen.elementary.row import call
from adjgen.elementary.sequences import depth, inside
from adjgen.elementary.trace import atom_of
from adjgen.ir.build import Builder
from adjgen.ir.core import Atom, Block, Call, Eqn, For, Var
from adjgen.ir.query import equations, kinds
from adjgen.ir.types import INT, is_mutable, seq

Found = dict[tuple[int, int], Atom]
MANY = 8  # a strategy with so many times the sweeps of the other one is not tried


@dataclass
class Task:
    """A block whose results are to be differentiated by its inputs.

    `wanted` has the pairs (output, input) whose entries are needed; helpers give the names of the jvp and
    vjp of functions that the block calls.
    """

    body: Block
    inputs: Sequence[Var]
    outputs: Sequence[Atom]
    wanted: set[tuple[int, int]]
    jvp: integrals.Helpers
    vjp: Callable[..., str]
    settle: Callable[[Block], Block]  # removes guards that cannot strike

    def active(self, inputs: Sequence[Var], outputs: Sequence[Atom]) -> set[Var]:
        """Return the variables between some inputs and some outputs."""
        return active_variables(self.body, inputs, outputs)


def takes_tangents(body: Block, inputs: Sequence[Var]) -> bool:
    """Whether `columns` applies."""
    return not any(is_mutable(v.type) for v in inputs) and Call not in kinds(body)


def spares_tapes(body: Block, inputs: Sequence[Var]) -> bool:
    """Whether tangents keep the promise of a loop that asks for checkpoints, by which only the first row would go."""
    loops = equations(body) if For in kinds(body) else ()
    asked = any(isinstance(eqn.op, For) and bool(eqn.op.checkpoint) for eqn in loops)
    return asked and takes_tangents(body, inputs)


Strategy = Callable[[Task], tuple[list[Eqn], Found] | None]


def columns(task: Task) -> tuple[list[Eqn], Found] | None:
    """Write the tangents along every input beside each other, in one sweep forward.

    Not for lists and arrays as inputs, nor where functions are called: each sweep would call them.

    Griewank and Walther, section 3.1, with the unit vectors as directions; what a direction does not
    reach has no tangent.
    """
    if not takes_tangents(task.body, task.inputs):
        return None
    sweeps = [_direction(task, j, v) for j, v in enumerate(task.inputs)]
    builder = Builder(derivative=True)
    for eqn in task.body.eqns:
        builder.loc = eqn.loc
        if isinstance(eqn.op, str):
            _side_by_side(sweeps, eqn, builder)
            continue
        current = [eqn]
        for sweep in sweeps:
            arm = builder.nested()
            sweep.block(Block((), tuple(current), ()), arm)
            current = arm.eqns
        builder.eqns += current
    found = {
        (i, j): sweeps[j].dot(task.outputs[i], builder)
        for i, j in sorted(task.wanted)
        if task.outputs[i] in sweeps[j].dots
    }
    found = {place: dot for place, dot in found.items() if not is_zero(dot)}
    return elements_as_floats(builder.eqns, found)


def _direction(task: Task, j: int, var: Var) -> Forward:
    """Return the sweep along one input."""
    outputs = [output for i, output in enumerate(task.outputs) if (i, j) in task.wanted]
    active = task.active([var], outputs)
    sweep = Forward(active, task.jvp)
    sweep.whole.learn(task.body)
    if var in active:
        sweep.dots[var] = ONE
    return sweep


def _side_by_side(sweeps: Sequence[Forward], eqn: Eqn, builder: Builder) -> None:
    """Append a row with its tangents along all directions."""
    for sweep in sweeps:
        sweep.begin(eqn, builder)
    builder.append(eqn)
    check = real_power_check(eqn)
    if check:
        builder.append(check)
    for sweep in sweeps:
        sweep.plain(eqn, builder)


def rows(task: Task) -> tuple[list[Eqn], Found] | None:
    """Write a reverse sweep for each output, behind one sweep forward that all of them share.

    Of a list or an array it is a loop over unit vectors as adjoints of that.

    Griewank and Walther, section 3.2.
    """
    primal, builder = task.body, Builder(derivative=True)
    found: Found = {}
    for i, output in enumerate(task.outputs):
        wanted = [j for j in range(len(task.inputs)) if (i, j) in task.wanted]
        inputs = [task.inputs[j] for j in wanted]
        # the sweep before may have put other equations in the place of a loop
        sweep = Reverse(active_variables(primal, inputs, [output]), task.vjp, task.jvp)
        sweep.masked = masked_variables(primal)
        if is_mutable(output.type):
            units = _Units(sweep, primal, output, inputs)
            array = output.type.dtype
            slopes = units.array(builder) if array else units.nested(output, (), builder)
            found |= {(i, j): slope for j, slope in zip(wanted, slopes)}
            primal = units.primal
        elif output in sweep.active:
            primal, bars = _row(sweep, primal, output, ONE, builder)
            reached = [j for j in wanted if task.inputs[j] in bars]
            for j in reached:
                var = task.inputs[j]
                found[i, j] = sweep.whole.of(bars[var], var, builder)
    return [*primal.eqns, *builder.eqns], found


def _row(
    sweep: Reverse, primal: Block, output: Atom, seed: Atom, builder: Builder
) -> tuple[Block, Adjoints]:
    """Append a reverse sweep; return the primal block, with what the sweep has it keep, and the adjoints."""
    bars: Adjoints = {}
    builder.loc = None
    sweep.add(bars, output, seed, builder)
    eqns = sweep.block(primal, bars, builder)
    return Block(primal.params, tuple(eqns), primal.results), bars


@dataclass
class _Units:
    """A loop of reverse sweeps over the elements of an output, which are as many as there are when it runs."""

    sweep: Reverse
    primal: Block  # grows by what the sweep has it keep
    output: Atom
    inputs: Sequence[Var]

    def array(self, builder: Builder) -> list[Atom]:
        """Append the loop over an array; return for each input one of the gradients of all elements."""
        arm, unit = builder.nested(), Var("unit", self.output.type)
        (walked,) = builder.emit("unit_arrays", (self.output,), [seq(self.output.type)])
        rows = self.loop(walked, arm.block(self.slopes(unit, arm), [unit]), builder)
        pairs = zip(rows, self.inputs)
        return [_one_array(out, self.output, v, builder) for out, v in pairs]

    def nested(self, items: Atom, where: Sequence[Atom], builder: Builder) -> list[Atom]:
        """Append the loop over a list, or over the one at a place in it; return for each input the gradients."""
        arm, k = builder.nested(), Var("k", INT)
        (length,) = builder.emit("len", (items,), [INT])
        (walked,) = builder.emit("range", (length,), [seq(INT)])
        if depth(items.type) > 1:
            (row,) = arm.emit("item", (items, k), [inside(items.type, 1)])
            slopes = self.nested(row, [*where, k], arm)
        else:
            zeros = zero_like(arm, self.output)
            args = (zeros, ONE, *where, k)
            slopes = self.slopes(arm.emit("with_item", args, [zeros.type], ["unit"])[0], arm)
        return self.loop(walked, arm.block(slopes, [k]), builder)

    def slopes(self, seed: Atom, arm: Builder) -> list[Atom]:
        """Append a sweep; return the adjoints of the inputs."""
        self.sweep.whole.mark(seed, self.output)
        self.primal, bars = _row(self.sweep, self.primal, self.output, seed, arm)
        return [
            self.sweep.whole.of(bars[v], v, arm) if v in bars else zero_like(arm, v)
            for v in self.inputs
        ]

    def loop(self, walked: Atom, body: Block, builder: Builder) -> list[Atom]:
        """Append the loop itself."""
        hints = [f"{v.label()}_rows" for v in self.inputs]
        types = [seq(slope.type) for slope in body.results]
        rows = builder.emit(For(1, 0), (walked,), types, hints, [body])
        same = [slope is body.params[0] for slope in body.results]  # of a value that is the input
        return [walked if unit else row for unit, row in zip(same, rows)]


def _one_array(rows: Atom, output: Atom, var: Var, builder: Builder) -> Atom:
    """Write the array that the gradients of the elements of an array are together."""
    found = call("array_of_rows", *(operand(builder, atom) for atom in (rows, output, var)))
    array = atom_of(found)
    if isinstance(array, Var):
        array.hint = f"{var.label()}_jacobian"
    return array


STRATEGIES: dict[str, Strategy] = {
    "reverse": rows, "forward": columns, "markowitz": eliminated,
    "markowitz-last": partial(eliminated, last=True),
}  # fmt: skip


ELIMINATIONS = ("markowitz", "markowitz-last")


def order(n: int, m: int) -> list[str]:
    """Return the strategies worth trying for n inputs and m outputs; what comes first wins where counts are equal."""
    names = ["reverse", "forward"] if m <= n else ["forward", "reverse"]
    sweeps = {"reverse": m, "forward": n}
    names = [name for name in names if sweeps[name] <= MANY * min(n, m) or name == "reverse"]
    return [*names, *ELIMINATIONS]
