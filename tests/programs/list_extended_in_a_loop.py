"""A loop extends the caller's list by +=: the name stays with its list, and so does another one."""


def f(xs, x):
    ys = [x]
    us = ys
    for k in range(3):
        if xs[k] > 0.5:
            xs += [xs[k] * x, x]
        ys += [y * x for y in ys]
    us.append(x)
    return xs, ys[-1] * xs[-2] + us[1]


POINT = ([0.6, 1.2, 0.3], 0.7)
