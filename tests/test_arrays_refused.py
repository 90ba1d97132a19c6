"""Calls on arrays that have no rule are refused with a reason, and keywords are never ignored."""

import pytest

import adjgen

HEADER = "import numpy as np\nfrom scipy import special\n"
EXPRESSIONS = {  # expression -> a word of the reason
    "np.linalg.svd(x)[1].sum()": "not unique", "np.linalg.qr(x)[0].sum()": "cholesky", "np.linalg.eig(x)[0].sum()": "complex",
    "np.linalg.eigvals(x).sum()": "eigvalsh", "np.linalg.lstsq(x, y)[0].sum()": "lstsq", "np.linalg.cond(x)": "cond",
    "np.partition(x, 1)[0]": "np.sort", "np.correlate(x, y)[0]": "np.convolve", "np.arange(x[0])[0]": "linspace", "np.logspace(x[0], 1.0)[0]": "linspace",
    "np.geomspace(x[0], 1.0)[0]": "linspace", "np.sum(x, dtype=float)": "sum", "np.sum(x, where=y > 0)": "sum", "np.sum(x, initial=1.0)": "sum",
    "np.prod(x, initial=2.0)": "prod", "np.max(x, initial=0.0)": "max", "np.mean(x, out=y)": "mean", "np.mean(x, dtype=np.float32)": "mean",
    "np.add(x, y, out=y)[0]": "add", "np.exp(x, where=y > 0)[0]": "exp", "np.multiply(x, y, dtype=float)[0]": "multiply",
    "np.median(x, overwrite_input=True)": "median", "np.quantile(x, y[0])": "quantile", "np.quantile(x, 0.5, method='lower')": "quantile",
    "np.quantile(x, [0.1, 0.9])[0]": "quantile", "np.pad(x, 1, mode='reflect')[0]": "pad", "np.pad(x, 1, mode='edge')[0]": "pad", "np.pad(x, 1, constant_values=y[0])[0]": "pad",
    "np.take(x, [0], mode='clip')[0]": "take", "np.average(x, returned=True)[0]": "average", "np.average(x, axis=0, weights=y)": "average",
    "np.interp(x, [0.0, 1.0], [0.0, 1.0], left=5.0)[0]": "interp", "np.linalg.norm(x, 2)": "norm", "np.linalg.norm(x, 'nuc')": "norm",
    "np.linalg.norm(x, 0.5, 0)": "norm", "np.einsum('i,i->', x, y, optimize=True)": "einsum", "np.einsum(x, [0], y, [0])": "einsum",
    "np.cumsum(x, dtype=float)[0]": "cumsum", "np.std(x, where=y > 0)": "std", "np.nan_to_num(x, copy=False)[0]": "nan_to_num", "np.clip(x, 0.0, 1.0, out=y)[0]": "clip",
    "np.sort(x, kind='stable')[0]": "sort", "np.sort(x, axis=None)[0]": "sort", "np.trapezoid(x, y, axis=0)": "trapezoid", "np.split(x, y)[0]": "split",
    "np.meshgrid(x, y, sparse=True)[0]": "meshgrid", "np.linalg.matrix_power(x, 40)[0, 0]": "matrix_power", "np.linalg.pinv(x, 0.1)[0, 0]": "pinv",
    "np.cross(x, y, axisa=0)[0]": "cross", "np.nansum(x)": "nansum", "np.fft.fft(x)[0]": "fft", "np.unique(x)[0]": "unique", "np.diff(x, prepend=0.0)[0]": "diff",
    "special.logsumexp(x, b=y)": "logsumexp", "special.hyp2f1(x, 1.0, 2.0, 0.5)[0]": "hyp2f1", "np.bincount([0, 1], weights=x)[0]": "bincount", "np.sum(x, None, None, y)": "sum",
    "np.concatenate((x, y), out=y)[0]": "concatenate", "np.concatenate((x, y), axis=None)[0]": "concatenate", "np.linspace(x[0], 1.0, retstep=True)[0]": "linspace",
    "x.sum(dtype=float)": "sum", "x.astype(complex)[0]": "astype", "x.astype(float, copy=False)[0]": "astype", "np.apply_along_axis(np.sum, 0, x)": "apply_along_axis",
}  # fmt: skip
STATEMENTS = {
    "r = x.copy(); r.sort()": "sort", "r = x.copy(); r.resize(2)": "resize", "r = x.copy(); r.partition(1)": "partition", "r = x.copy(); np.random.shuffle(r)": "shuffle",
    "r = np.zeros(3); np.multiply(x, y, out=r)": "multiply", "r = np.zeros(3); np.put(r, [0], x)": "put", "r = np.zeros(3); np.place(r, r == 0.0, x)": "place",
    "r = np.zeros(3); np.copyto(r, x, where=y > 0)": "copyto", "r = np.zeros((3, 3)); np.fill_diagonal(r, x)": "fill_diagonal", "r = np.zeros(3); np.multiply.at(r, [0], x)": "multiply.at",
    "r = np.zeros(3); np.sum(x, out=r[0:1])": "sum", "r = np.zeros(3); x.sum(out=r)": "sum",
}  # fmt: skip


def refusal(body):
    text = f"{HEADER}def f(x, y):\n" + "".join(f"    {line}\n" for line in body)
    with pytest.raises(adjgen.UnsupportedError) as caught:
        adjgen.generate(text, target="numpy", wrt="x")
    return str(caught.value)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_refused_expression(text):
    assert EXPRESSIONS[text] in refusal([f"return {text}"])


@pytest.mark.parametrize("text", STATEMENTS)
def test_refused_statement(text):
    assert STATEMENTS[text] in refusal([*text.split("; "), "return np.sum(r)"])
