"""Rows of the test functions of scipy.optimize: rosen and its derivative."""

from adjgen.elementary.arrays.typing import array_row, like, of_rank, rank_of
from adjgen.elementary.row import call

X = (("x", ...),)
HOME = "scipy.optimize"
array_row(
    "rosen", home=HOME, signature=X,
    typed=lambda args: of_rank(None if rank_of(args[0]) is None else (rank_of(args[0]) or 1) - 1),
    jvp=lambda args, y, dot: call("np.sum", call("optimize.rosen_der", args[0]) * dot(0), 0, False),
    vjp=lambda k, args, y, bar: bar * call("optimize.rosen_der", args[0]),
)  # fmt: skip
array_row(  # the second derivatives are symmetric
    "rosen_der", home=HOME, signature=X, typed=like(),
    jvp=lambda args, y, dot: call("optimize.rosen_hess_prod", args[0], dot(0)),
    vjp=lambda k, args, y, bar: call("optimize.rosen_hess_prod", args[0], bar),
)  # fmt: skip
array_row(
    "rosen_hess_prod", home=HOME, signature=(*X, ("p", ...)), typed=like(),
    refusal="the third derivative of the Rosenbrock function has no rule.",
)  # fmt: skip
