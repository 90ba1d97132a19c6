"""Cases for the rows of arrays: an expression over x, y, z, the shapes of these, and where their numbers lie."""

from dataclasses import dataclass

LAYOUTS = ("C", "F", "reversed", "float32")
ANY = ((), (0,), (1,), (3,), (2, 3), (2, 3, 2))
AXES = ((0,), (1,), (3,), (2, 3), (2, 3, 2))
DEEP = ((2, 3), (1, 1), (0, 3), (2, 3, 2))
SQUARE = ((1, 1), (2, 2), (3, 3))
MANY = ((3, 3), (2, 3, 3))  # a matrix, and one for each of several
PAIRS = (
    ((), ()), ((3,), ()), ((), (2, 3)), ((1,), (3,)), ((0,), (1,)), ((2, 3), (3,)), ((2, 1), (1, 3)),
    ((2, 3, 2), (3, 1)), ((3,), (3,)),
)  # fmt: skip
VECTORS = (((3,), (3,)), ((1,), (1,)), ((0,), (0,)))
SAME = (((3,), (3,)), ((2, 3), (2, 3)), ((2, 3, 2), (2, 3, 2)))
PRODUCTS = (
    ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 2)), ((2, 2, 3), (3, 2)),
    ((0,), (0,)), ((1, 3), (3, 1)),
)  # fmt: skip
BATCHED = (((2, 2, 3), (2, 3, 2)), ((3,), (2, 3, 2)), ((2, 2, 3), (3,)), ((2, 1, 2, 3), (2, 3, 2)))
RANKS = (
    ((3,), (3,)),
    ((2, 2), (3,)),
    ((3,), (2, 2)),
    ((2, 2), (1, 2)),
    ((), (3,)),
    ((2, 1, 2), (2, 1)),
)


@dataclass(frozen=True)
class Case:
    """An expression and the shapes of its arguments."""

    text: str
    shapes: tuple
    low: float = 0.31
    high: float = 1.93
    diagonal: float = 0.0  # what is added to the diagonals of matrices
    second: bool = True
    ranks: bool = True  # whether the numbers of dimensions can also be told

    def __str__(self):
        return self.text

    @property
    def names(self):
        return "xyz"[: len(self.shapes[0])]


def one(text, shapes=ANY, *args, **about):
    return Case(text, tuple((shape,) for shape in shapes), *args, **about)


def two(text, shapes=PAIRS, *args, **about):
    return Case(text, shapes, *args, **about)


ELEMENTWISE = [
    two("x + y"), two("x - y"), two("x * y"), two("x / y"), two("x ** y"), one("x ** 2"), one("x ** 3"),
    one("x ** 0.5"), one("2.0 ** x"), one("-x"), one("+x"), one("abs(x)"), two("x % y", second=False),
    one("np.sqrt(x)"), one("np.exp(x)"), one("np.log(x)"), one("np.log1p(x)"), one("np.expm1(x)"),
    one("np.log2(x)"), one("np.log10(x)"), one("np.exp2(x)"), one("np.cbrt(x)"), one("np.sin(x)"),
    one("np.cos(x)"), one("np.tan(x)", ANY, 0.1, 1.2), one("np.arcsin(x)", ANY, -0.8, 0.8),
    one("np.arccos(x)", ANY, -0.8, 0.8), one("np.arctan(x)"), one("np.sinh(x)"), one("np.cosh(x)"),
    one("np.tanh(x)"), one("np.arcsinh(x)"), one("np.arccosh(x)", ANY, 1.2, 2.5),
    one("np.arctanh(x)", ANY, -0.8, 0.8), two("np.arctan2(x, y)"), two("np.hypot(x, y)"),
    two("np.logaddexp(x, y)"), two("np.maximum(x, y)"), two("np.minimum(x, y)"), two("np.fmax(x, y)"),
    two("np.fmin(x, y)"), two("np.power(x, y)"), two("np.float_power(x, y)"), one("np.square(x)"),
    one("np.reciprocal(x)"), one("np.abs(x)"), one("np.absolute(x)"), one("np.fabs(x)"),
    one("np.degrees(x)"), one("np.radians(x)"), one("np.rad2deg(x)"), one("np.deg2rad(x)"),
    two("np.copysign(x, -y)"), two("np.fmod(x, y)", second=False), two("np.remainder(x, y)", second=False),
    two("np.mod(x, y)", second=False), two("np.add(x, y)"), two("np.subtract(x, y)"),
    two("np.multiply(x, y)"), two("np.divide(x, y)"), one("np.negative(x)"), one("np.positive(x)"),
    one("x * np.sign(x)"), one("x * np.rint(x)", ((3,), (2, 3)), 0.6, 1.4), one("x + np.floor(x)"),
    one("x + np.ceil(x)"), one("x + np.trunc(x)"), two("x * np.heaviside(x, y)"),
    two("np.where(x > 1.0, x * y, x + y)"), two("np.where(x > y, x * x, y)"),
    one("np.where((x > 0.5) & (x < 1.5), x * x, 0.0)"), one("np.where(np.logical_or(x > 1.5, x < 0.5), x, x * x)"),
    one("np.where(np.logical_not(x >= 1.0), x, x * x)"), one("(x > 1.0) * x"),
    one("np.clip(x, 0.6, 1.5)"), two("np.clip(x, y, 1.5)"), two("np.clip(1.1, x, y)"),
    one("np.clip(x, 0.6, None)"), one("np.clip(x, a_min=None, a_max=1.5)"), one("x.clip(max=1.5)"), two("np.select([x > 1.5, x > 0.5], [x, x * y], default=y)"),
    one("np.where(x[0], 2.0, np.zeros(3) + x)", ((3,),)), one("np.where(x[0] > 5.0, 2.0, x * x)", ((3,),)), two("np.where(x > 1.0, y, 2.0 * y)", (((), (3,)),)),
    one("np.where((x > 1.5) | ~(x > 0.5), x * x, x)", AXES), one("np.where((x > 0.5) ^ (x > 1.5), x, x ** 3)"),
    one("np.nan_to_num(x)"), one("np.nan_to_num(x * x, nan=1.0)"), one("np.float64(2.0) * x"),
    one("special.i0(x)"), one("special.i1(x)"), one("special.j0(x)"), one("special.j1(x)"), one("special.k0(x)"), one("special.k1(x)"), one("special.y0(x)"), one("special.y1(x)"),
    one("special.erf(x)"), one("special.erfc(x)"), one("special.expit(x)"), one("special.log_expit(x)"),
    one("special.logit(x)", ANY, 0.1, 0.9), one("special.gamma(x)"), one("special.gammaln(x)"),
    one("special.psi(x)"), *[one(f"special.{name}(x)") for name in ("j0", "j1", "y0", "y1", "i0", "i1", "k0", "k1")], two("special.xlogy(x, y)"), two("special.xlog1py(x, y)"), one("special.erfcx(x)"),
    one("special.erfinv(x)", ANY, -0.8, 0.8), one("special.ndtr(x)"), one("special.log_ndtr(x)"),
    one("special.ndtri(x)", ANY, 0.1, 0.9), one("special.expm1(x)"), one("special.log1p(x)"),
    one("special.cbrt(x)"), one("special.exp2(x)"), one("stats.norm.pdf(x)"), one("stats.norm.logpdf(x)"),
    one("stats.norm.cdf(x)"), one("stats.norm.sf(x)"), one("stats.norm.logcdf(x)"),
    one("stats.norm.logsf(x)"), one("stats.norm.ppf(x)", ANY, 0.1, 0.9), one("1.0 / (1.0 + np.exp(-x))"),
]  # fmt: skip

REDUCTIONS = [
    one("np.sum(x)"), one("np.sum(x, axis=0)", AXES), one("np.sum(x, axis=-1, keepdims=True)", AXES),
    one("np.sum(x, axis=(0, 1))", DEEP), one("x.sum()"), one("x.sum(axis=1)", DEEP), one("sum(x)", AXES),
    one("np.mean(x)", ((), (1,), (3,), (2, 3))), one("np.mean(x, axis=0)", ((1,), (3,), (2, 3), (2, 3, 2))),
    one("np.mean(x, axis=(0, -1), keepdims=True)", ((2, 3), (2, 3, 2))), one("x.mean(axis=1)", ((2, 3),)),
    one("np.prod(x)"), one("np.prod(x, axis=0)", AXES), one("np.prod(x, axis=-1, keepdims=True)", AXES), one("np.prod(x, axis=(0, 1))", DEEP),
    one("np.max(x)", ((), (1,), (3,), (2, 3), (2, 3, 2))), one("np.min(x)", ((1,), (3,), (2, 3))),
    one("np.max(x, axis=0)", ((1,), (3,), (2, 3), (2, 3, 2))), one("np.amin(x, axis=-1, keepdims=True)", ((3,), (2, 3))),
    one("max(x)", ((1,), (3,))), one("min(x)", ((1,), (3,))), one("np.ptp(x)", ((3,), (2, 3))),
    one("np.ptp(x, axis=1)", ((2, 3), (2, 3, 2))), one("np.var(x)", ((3,), (2, 3), (2, 3, 2))),
    one("np.var(x, axis=0, ddof=1)", ((3,), (2, 3), (2, 3, 2))), one("np.std(x)", ((3,), (2, 3))),
    one("np.std(x, axis=-1, keepdims=True)", ((3,), (2, 3), (2, 3, 2))), one("x.std(ddof=1)", ((3,), (2, 3))),
    one("np.cumsum(x)", AXES), one("np.cumsum(x, axis=-1)", AXES), one("np.cumsum(x, axis=0)", AXES),
    one("np.cumprod(x)", ((1,), (3,), (2, 3))), one("np.cumprod(x, axis=-1)", ((1,), (3,), (2, 3), (2, 3, 2))),
    one("x.cumprod(axis=0)", ((3,), (2, 3))), one("np.add.accumulate(x)", ((3,), (2, 3))),
    one("np.multiply.accumulate(x)", ((3,), (2, 3))), one("np.average(x)", ((3,), (2, 3))),
    one("np.average(x, axis=0)", ((3,), (2, 3), (2, 3, 2))), two("np.average(x, weights=y)", SAME),
    one("np.average(np.ravel(x), axis=0, weights=[1.0, 2.0, 3.0])", ((3,),)),
    two("np.average(np.reshape(x, (2, 3)), axis=0, weights=np.reshape(y, 2))", (((2, 3), (2,)),), ranks=False),
    two("np.average(np.reshape(x, (2, 3)), 1, np.reshape(y, (2, 3)), keepdims=True)", (((2, 3), (2, 3)),), ranks=False),
    one("np.add.reduce(x)", ((3,), (2, 3))), one("np.multiply.reduce(x, axis=-1)", ((3,), (2, 3))),
    one("np.maximum.reduce(x)", ((3,), (2, 3))), one("np.minimum.reduce(x, axis=1)", ((2, 3),)),
    one("np.linalg.norm(x)", ((3,), (2, 3))), one("np.linalg.norm(x, axis=0)", ((3,), (2, 3))),
    one("np.linalg.norm(x, axis=-1, keepdims=True)", ((3,), (2, 3), (2, 3, 2))),
    one("np.linalg.norm(x, ord=1, axis=0)", ((3,), (2, 3)), -1.1, 1.7), one("np.linalg.norm(x, np.inf, -1)", ((3,), (2, 3)), -1.1, 1.7),
    one("np.linalg.norm(x, -np.inf, -1)", ((3,), (2, 3)), -1.1, 1.7), one("np.linalg.norm(x, 3, 0)", ((3,), (2, 3)), -1.1, 1.7),
    one("np.linalg.norm(np.reshape(x, (2, 3)), 'fro')", ((6,),)), one("np.linalg.norm(np.ravel(x), 2)", ((3,), (2, 3))),
    one("special.logsumexp(x)", ((), (1,), (3,), (2, 3))), one("special.logsumexp(x, axis=-1, keepdims=True)", ((3,), (2, 3))),
    one("special.softmax(x)", ((1,), (3,), (2, 3))), one("special.softmax(x, axis=-1)", ((3,), (2, 3), (2, 3, 2))),
    one("special.log_softmax(x, axis=0)", ((3,), (2, 3))), one("special.log_softmax(x)", ((3,), (2, 3))),
    one("np.median(x)", ((1,), (3,), (2, 3))), one("np.median(x, axis=-1)", ((3,), (2, 3), (2, 3, 2))),
    one("np.quantile(x, 0.3)", ((3,), (2, 3))), one("np.percentile(x, 40, axis=0, keepdims=True)", ((3,), (2, 3))),
    one("np.trapezoid(x)", ((3,), (2, 3))), one("np.trapezoid(x, dx=0.5, axis=0)", ((3,), (2, 3))),
    two("np.trapezoid(x, y)", (((3,), (3,)), ((2, 3), (3,)), ((2, 3), (2, 3)))), two("np.trapezoid(x, dx=y[0])", (((3,), (1,)), ((2, 3), (1,)))),
    two("np.trapezoid(np.reshape(x, (2, 3)), np.reshape(y, 2), axis=0)", (((2, 3), (2,)),), ranks=False),
    two("integrate.trapezoid(x, y)", (((3,), (3,)), ((2, 3), (3,)))),
    one("np.diff(x)", ((1,), (3,), (2, 3))), one("np.diff(x, 2)", ((3,), (2, 3))), one("np.diff(x, axis=0)", ((3,), (2, 3))),
]  # fmt: skip

MOVES = [
    one("np.reshape(x, (3, 2))", ((6,), (2, 3))), one("x.reshape(-1)", ANY), one("np.ravel(x)"), one("x.flatten()"),
    one("np.transpose(x)"), one("np.transpose(x, (1, 0, 2))", ((2, 3, 2),)), one("x.T", ((3,), (2, 3))),
    one("np.swapaxes(x, 0, 1)", ((2, 3), (2, 3, 2))), one("np.moveaxis(x, 0, -1)", ((2, 3), (2, 3, 2))),
    one("np.expand_dims(x, 0)"), one("np.squeeze(x)", ((1,), (1, 3), (2, 1, 2))), one("np.atleast_1d(x)"), one("np.atleast_2d(x)"),
    one("np.broadcast_to(x, (2, 3))", ((3,), (1, 3), (2, 1), ())), one("np.flip(x)"), one("np.flip(x, axis=0)", AXES),
    one("np.flipud(x)", AXES), one("np.fliplr(x)", DEEP), one("np.roll(x, 1)", AXES), one("np.roll(x, -1, axis=0)", AXES),
    one("np.tril(x)", DEEP), one("np.triu(x, 1)", DEEP), one("np.copy(x)"), one("x.copy()"), one("np.asarray(x)"), one("np.array(x)"), one("np.array(x, dtype=float)"), one("np.asarray(x, dtype=float)"),
    one("np.repeat(x, 2)", ANY), one("np.repeat(x, 3, axis=-1)", AXES), one("np.repeat(x, [1, 0, 2], axis=0)", ((3,), (3, 2))),
    one("np.array([x[i] * 2.0 for i in range(len(x))])", ((1,), (3,))), two("x * [y[0], y[1], 2.0]", (((3,), (3,)),)),
    one("x.repeat(2, axis=0)", AXES), one("np.tile(x, 2)"), one("np.tile(x, (2, 1, 2))"), one("np.take(x, 1)", ((3,), (2, 3))),
    one("np.take(x, [0, 2, 0])", ((3,), (2, 3))), one("np.take(x, [[0, 1], [1, 1]], axis=-1)", ((3,), (2, 3), (2, 3, 2))),
    one("x.take(0, axis=1)", ((2, 3), (2, 3, 2))), one("np.take_along_axis(x, np.argsort(-x, axis=0), axis=0)", ((3,), (2, 3))),
    one("np.diag(x)", ((1,), (3,), (2, 3), (3, 2))), one("np.diag(x, 1)", ((3,), (2, 3))), one("np.diag(x, -1)", ((3,), (2, 3))),
    one("np.diagonal(x)", ((2, 3), (3, 2), (2, 3, 2))), one("x.diagonal(1)", ((2, 3),)), one("np.diagonal(x, -1, 0, 2)", ((2, 3, 2),)),
    one("np.trace(x)", ((2, 3), (3, 3), (2, 3, 2))), one("np.trace(x, 1)", ((2, 3),)), one("np.trace(np.reshape(x, (2, 3)))", ((6,),)),
    one("np.pad(x, 1)", ((0,), (1,), (3,), (2, 3))), one("np.pad(x, (1, 2), constant_values=3.0)", ((3,), (2, 3))),
    one("np.pad(x, ((0, 1), (2, 0)), 'constant')", ((2, 3),)), one("np.split(x, 2)[1]", ((4,), (2, 3))),
    one("np.split(x, [1, 2])[1] * np.split(x, [1, 2])[0]", ((3,),)), one("np.split(x, 2, axis=-1)[0]", ((4,), (3, 2))),
    one("np.array_split(x, 2)[0]", ((3,), (3, 2))), one("np.vsplit(x, 2)[1]", ((2, 3),)), one("np.sort(x)", ((0,), (1,), (3,), (2, 3))),
    one("np.sort(x, axis=0)", ((3,), (2, 3), (2, 3, 2))), two("np.concatenate((x, y))", VECTORS + (((2, 3), (1, 3)),)),
    two("np.concatenate([x, y, x], axis=-1)", VECTORS + (((2, 3), (2, 1)),)), two("np.stack((x, y))", SAME), two("np.stack([x, y], axis=-1)", SAME),
    two("np.vstack((x, y))", SAME + (((3,), (2, 3)),)), two("np.hstack((x, y))", SAME + (((2,), ()), ((2, 3), (2, 1)))),
    two("np.column_stack((x, y))", (((3,), (3,)), ((3,), (3, 2)))), two("np.append(x, y)", (((3,), (2,)), ((2, 3), ()))),
    two("np.append(x, y, axis=0)", (((3,), (2,)), ((2, 3), (1, 3)))), two("np.array([x, y])", (((), ()), ((3,), (3,)))),
    two("np.array([[x, 1.0], [y, x]])", (((), ()),)), two("np.meshgrid(x, y)[0]", (((3,), (2,)),)),
    two("np.meshgrid(x, y)[1] * np.meshgrid(x, y, indexing='ij')[0].T", (((3,), (2,)),)), two("np.linspace(x, y, 4)", (((), ()), ((2,), (2,)))),
    two("np.linspace(x, y, 4, endpoint=False)", (((), ()),)), two("np.full((2, 3), x) * y", (((), (3,)),)), two("np.full_like(y, x)", (((), (2, 3)),)),
    one("x.astype(float)"), one("x * x.astype(int)", ((3,), (2, 3)), 1.1, 1.9),
    one("np.ones_like(x) * x + np.zeros_like(x)"), one("x * np.arange(3)", ((3,), (2, 3))), one("x @ np.eye(3)", ((3,), (2, 3))),
    one("x * np.shape(x)[0] + np.size(x) + np.ndim(x)", AXES), one("x * np.zeros(1, dtype=x.dtype).size", AXES), one("np.broadcast_to(x, np.shape(np.zeros((2, 3))))", ((3,),)),
    one("float(x)", ((),), ranks=False), one("x.item()", ((1,), ()), ranks=False), one("np.polyder(x)", ((1,), (3,))),
]  # fmt: skip

ITEMS = [
    one("x[0]", ((1,), (3,))), one("x[-1] * x[0]", ((1,), (3,))), one("x[1, :] * x[0, 1]", ((2, 3),)), one("x[1:]", AXES), one("x[::-1]", AXES), one("x[..., 0]", ((3,), (2, 3))),
    one("x[:, 1]", ((2, 3), (2, 3, 2))), one("x[1, ::2]", ((2, 3),)), one("x[None]", ANY[1:]), one("x[np.newaxis, :] * x[:, np.newaxis]", ((3,),)),
    one("x[[0, 2, 0]]", ((3,), (3, 2))), one("x[np.array([1, 0])]", ((3,), (2, 3))), one("x[x > 1.0]", ((3,), (2, 3))),
    one("x[np.argsort(x)]", ((3,),)), one("x[[0, 1], [2, 0]]", ((2, 3),)), one("x[1, [2, 2, 0]]", ((2, 3),)),
]  # fmt: skip

MATMULS = [
    two("x @ y", PRODUCTS + BATCHED), two("np.matmul(x, y)", PRODUCTS), two("np.dot(x, y)", PRODUCTS + (((), (2, 3)), ((2, 3), ()), ((2, 2, 3), (2, 3, 2)))),
    two("x.dot(y)", PRODUCTS), two("np.inner(x, y)", (((3,), (3,)), ((2, 3), (3,)), ((2, 3), (2, 3)), ((), (3,)), ((2, 2, 3), (2, 3)))),
    two("np.outer(x, y)", RANKS), two("np.vdot(x, y)", (((3,), (3,)), ((2, 3), (2, 3)), ((2, 3), (6,)))), two("np.multiply.outer(x, y)", RANKS),
    two("np.add.outer(x, y)", RANKS), two("np.subtract.outer(x, y)", RANKS), two("np.kron(x, y)", RANKS),
    two("np.tensordot(x, y)", (((2, 3), (2, 3)), ((2, 2, 3), (2, 3)))), two("np.tensordot(x, y, 1)", (((3,), (3,)), ((2, 3), (3, 2, 2)))), two("np.tensordot(x, y, axes=0)", RANKS),
    two("np.tensordot(x, y, axes=([1, 0], [0, 1]))", (((2, 3), (3, 2)), ((2, 3, 2), (3, 2, 2)))), two("np.tensordot(x, y, axes=(-1, 1))", (((2, 3), (2, 3)),)),
    two("np.cross(x, y)", (((3,), (3,)), ((2, 3), (3,)), ((2, 3), (2, 3)))), two("np.convolve(x, y)", (((3,), (2,)), ((2,), (3,)), ((1,), (3,)))),
    two("np.convolve(x, y, 'same')", (((3,), (2,)), ((2,), (3,)), ((4,), (4,)), ((5,), (3,)), ((6,), (4,)))), two("np.convolve(x, y, mode='valid')", (((3,), (2,)), ((2,), (4,)))),
    one("np.einsum('ij->ji', x)", DEEP[:2]), one("np.einsum('ii', x)", SQUARE), one("np.einsum('ii->i', x)", SQUARE), one("np.einsum('ij->', x)", DEEP[:2]),
    one("np.einsum('ij->j', x)", DEEP[:2]), two("np.einsum('ij,jk->ik', x, y)", (((2, 3), (3, 2)), ((2, 1), (3, 2)), ((2, 3), (1, 2)))),
    two("np.einsum('i,i->', x, y)", (((3,), (3,)), ((3,), (1,)), ((1,), (3,)))), two("np.einsum('i,j', x, y)", (((3,), (2,)),)),
    two("np.einsum('...ij,...jk->...ik', x, y)", (((2, 3), (3, 2)), ((2, 2, 3), (3, 2)), ((2, 2, 3), (1, 3, 2)))), two("np.einsum('bi,bij,bj->b', x, y, x)", (((2, 3), (2, 3, 3)),)),
    two("np.einsum('...i->...', x) * y", (((2, 3), (2,)),)), two("np.polyval(x, y)", (((3,), ()), ((1,), (3,)), ((4,), (2, 3)))), one("np.polyval([1.0, -2.0, 3.0], x)"),
    one("0.001 * optimize.rosen(x)", ((3,), (4,))), one("optimize.rosen_der(x)", ((3,), (4,)), second=False), one("np.vander(x)", ((1,), (3,))), one("np.vander(x, 4)", ((3,),)), one("np.vander(x, N=4, increasing=True)", ((3,),)),
    Case("np.interp(x, y, z)", (((), (3,), (3,)), ((2, 3), (3,), (3,)), ((4,), (2,), (2,)))), one("np.interp(x, [0.0, 1.0, 2.5], [1.0, 3.0, -2.0])"),
    two("np.interp(1.3, [0.0, 1.0, 2.5], x) * y", (((3,), (2,)),)),
]  # fmt: skip

MATRICES = [
    two("np.linalg.solve(x, y)", (((2, 2), (2,)), ((3, 3), (3, 2)), ((2, 3, 3), (2, 3, 1)), ((2, 3, 3), (3,)), ((3, 3), (2, 3, 1))), diagonal=2.0),
    two("np.linalg.solve(np.reshape(x, (3, 3)), np.reshape(y, 3))", (((3, 3), (3,)),), diagonal=2.0, ranks=False),
    two("np.linalg.solve(np.reshape(x, (3, 3)), np.reshape(y, (3, 2)))", (((3, 3), (3, 2)),), diagonal=2.0, ranks=False),
    one("np.linalg.inv(x)", MANY, diagonal=2.0), one("np.linalg.det(x)", (*SQUARE, (2, 3, 3)), diagonal=1.0), one("np.linalg.slogdet(x)[1]", MANY, diagonal=2.0),
    one("np.linalg.cholesky(x)", (*SQUARE, (2, 3, 3)), diagonal=5.0), one("np.linalg.eigvalsh(x)", (*SQUARE, (2, 3, 3))), one("np.linalg.eigvalsh(x, 'U')", SQUARE),
    one("np.linalg.eigh(x)[0]", (*SQUARE, (2, 3, 3))), one("np.linalg.eigh(x)[1] ** 2", (*SQUARE, (2, 3, 3))), one("np.linalg.eigh(x, UPLO='U')[1] ** 2", SQUARE),
    one("np.linalg.matrix_power(x, 3)", MANY), one("np.linalg.matrix_power(x, 0) * x", SQUARE), one("np.linalg.matrix_power(x, -2)", SQUARE, diagonal=2.0),
    one("np.linalg.pinv(x)", ((2, 3), (3, 2), (3, 3)), diagonal=2.0),
]  # fmt: skip

PASSIVE = [
    one("x[np.nonzero(x > 1.0)]", ((3,), (2, 3))), one("x[np.where(x > 1.0)]", ((3,), (2, 3))), one("x[np.triu_indices(2)]", ((2, 2), (3, 3))),
    one("x[np.tril_indices(2)]", ((2, 2),)), one("x[np.diag_indices(2)]", ((2, 2),)), one("x[np.ix_([0, 1], [2, 0])]", ((2, 3),)),
    one("x[np.triu_indices_from(x)]", ((2, 2),)), one("x[np.tril_indices_from(x)]", ((2, 2),)), one("x.ravel()[np.flatnonzero(x > 1.0)]", ((3,), (2, 3))),
    one("x[np.argmax(x)] * x[np.argmin(x)]", ((3,),)), one("x * x.argmax()", ((3,), (2, 3))), one("x * np.count_nonzero(x > 1.0)"),
    one("x[np.argwhere(x > 1.0)]", ((3,),)), one("x * np.digitize(x, [0.0, 1.0, 2.0])", ((3,),)), one("x[np.argpartition(x, 1)]", ((3,),)),
    one("x * np.searchsorted([0.0, 1.0, 2.0], x, side='right')", ((3,),)), one("x * np.searchsorted([0.0, 1.0, 2.0], x)", ((3,), (2, 3))), one("x * x if np.any(x > 1.0) else x"), one("x * x if np.all(x > 5.0) else x"),
    two("x * x if np.array_equal(x, y) else y", SAME), one("x * np.ones((3, 3)) + np.identity(3)", ((3,), (1, 3))), one("x * np.full(3, 2.0)", ((3,),)),
]  # fmt: skip

CONSTANTS = [  # beside an array, which alone has a derivative
    one("np.outer(2.0, x)", ((3,), (2, 2))), one("np.outer(x, [1.0, 2.0])", ((3,), (2, 2))), one("np.vdot([1.0, 2.0, 3.0], x)", ((3,),)), one("np.dot(2.0, x)"),
    one("np.dot(x, [1.0, 2.0, 3.0])", ((3,), (2, 3))), one("np.inner(2.0, x)", ((3,), (2, 3))), one("np.kron(x, [1.0, 2.0])", ((3,), (2, 2))), one("np.kron(2.0, x)", ((3,), (2, 2))),
    one("np.tensordot([1.0, 2.0], x, 1)", ((2,), (2, 3))), one("np.multiply.outer(2.0, x)"), one("np.add.outer([1.0, 2.0], x)"), one("np.convolve([1.0, -2.0], x)", ((1,), (3,))),
    one("np.cross([1.0, 2.0, 3.0], x)", ((3,), (2, 3))), one("np.hstack((1.0, x, [2.0, 3.0]))", ((3,),)), one("np.vstack((x, [1.0, 2.0, 3.0]))", ((3,), (2, 3))), one("np.append(x, 1.0)"),
    one("np.append([1.0, 2.0], x)"), one("np.concatenate(([1.0], x))", ((0,), (3,))), one("np.stack((x, [1.0, 2.0, 3.0]))", ((3,),)), one("np.array([x[0], 1.0, x[1]])", ((3,),)),
    one("np.linspace(0.0, x, 3)", ((), (2,))), one("np.linspace(x, 5.0, 3)", ((), (2,))), one("np.einsum('i,ij->j', [1.0, 2.0], x)", ((2, 3),)), one("np.where([True, False, True], x, 2.0)", ((3,), (2, 3))),
    one("np.average([1.0, 2.0, 4.0], weights=x)", ((3,),)), one("np.polyval(x, 1.5)", ((1,), (3,))), one("np.polyval(x, [1.5, 0.5])", ((3,),)), one("np.linalg.solve([[2.0, 1.0], [0.0, 3.0]], x)", ((2,), (2, 3))),
    one("np.linalg.solve(x, [1.0, 2.0])", ((2, 2), (3, 2, 2)), diagonal=2.0), one("np.maximum(x, 1.01)"), one("np.minimum([1.01, 1.02, 1.03], x)", ((3,), (2, 3))), one("np.trapezoid(x, [0.0, 1.0, 3.0])", ((3,), (2, 3))),
    one("np.trapezoid([1.0, 2.0, 0.5], x)", ((3,),)), one("[1.0, 2.0, 3.0] * x", ((3,), (2, 3))), one("np.take([1.0, 2.0, 3.0], [0, 1]) * x", ((2,),)), one("x @ [1.0, 2.0, 3.0]", ((3,), (2, 3))), one("np.full((2, 3), x) + 1.0", ((), (3,))),
    one("np.interp([0.2, 1.1], [0.0, 1.0, 2.5], x)", ((3,),)), one("np.clip(1.0, x, 3.0)"),
    one("np.arctan2(1.0, x)"), one("np.hypot(x, 2.0)"), one("special.xlogy(2.0, x)"), one("np.meshgrid(x, [1.0, 2.0])[0]", ((3,),)), one("np.broadcast_to(x, (2, 3)) * [[1.0], [2.0]]", ((3,),)),
]  # fmt: skip

CASES = [*ELEMENTWISE, *REDUCTIONS, *MOVES, *ITEMS, *MATMULS, *MATRICES, *PASSIVE, *CONSTANTS]

# Statements: the body of a function of x and y whose value is r.
STATEMENTS = {
    "r = x.copy(); r[0] = y": (((3,), ()), ((2, 3), ())), "r = x.copy(); r[1:] += y": (((3,), ()), ((3,), (2,))), "r = x * 1.0; r *= y": SAME,
    "r = x * 1.0; r += y": (((2, 3), (3,)), ((3,), ())), "r = x * 1.0; r -= y * y": SAME, "r = x * 1.0; r /= y": SAME,
    "r = x * 1.0; np.add.at(r, [0, 0, 1], y)": (((3,), (3,)), ((3,), ())), "r = x * 1.0; np.subtract.at(r, [0, 0, 1], y)": (((3,), (3,)),),
    "r = x * 1.0; r[[0, 2]] = y": (((3,), (2,)),), "r = x * 1.0; r[r > 1.0] = y * 2.0": (((3,), ()),), "r = np.zeros(3); r[:] = x; r[0] *= y": (((3,), ()),),
    "r = x.copy(); r.fill(y); r = r * x": (((3,), ()), ((2, 3), ())), "r = x.copy(); np.copyto(r, y); r = r * x": SAME, "r = x * 1.0; r[::2] -= y": (((3,), ()),),
    "r = np.empty(3); r[:] = x; r = r * y": (((3,), ()),), "r = np.empty_like(x); r[...] = x * y": SAME, "n = len(x); r = np.reshape(x, (n, 1)) * y": (((3,), (2,)),),
    "r = np.zeros((2, 3)); r[0] = x; r[1] = x * y": (((3,), ()), ((3,), (3,))), "a, b = np.split(x, 2); r = a * b * y": (((4,), (2,)),),
    "a, b = np.meshgrid(x, y); r = a * b": (((3,), (2,)),), "s, l = np.linalg.slogdet(x); r = s * l * y": (((2, 2), ()),), "w, v = np.linalg.eigh(x); r = (v * w) @ v.T * y": (((2, 2), ()),),
}  # fmt: skip
