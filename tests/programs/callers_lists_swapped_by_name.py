"""Names of lists are swapped where no list is changed after it; what was changed before is seen."""


def f(xs, ys):
    xs[0] = xs[0] * ys[1]
    ys.append(xs[0])
    xs, ys = ys, xs
    return xs[2] * ys[1] + xs[0]


POINT = ([0.5, 1.2], [0.7, 1.1])
