"""The adjoint asks how long a list was before the caller was shown that it has grown."""


def f(xs):
    xs.extend(xs[:2])
    return xs[1] * xs[-1]


POINT = ([0.5, 1.2, 0.8],)
