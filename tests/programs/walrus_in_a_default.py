"""A default is evaluated around the function, so := in it binds there, in each turn of a loop."""


def f(x):
    total, w = 0.0, 1.0
    for k in range(3):
        total += (lambda y, z=(w := w * x + k): y * z)(x)

    def h(y, *, z=(v := x * x)):
        return y * z

    return total * w + h(x) * v


POINT = (1.3,)
