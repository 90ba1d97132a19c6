"""How often the loop runs depends on the value; the derivative is that of the trips made."""


def f(x):
    k = 0
    while x > 0.3 and k < 50:
        x = x * 0.7 - 0.01 * k
        k += 1
    return x * k


POINTS = ((5.0,), (0.1,), (0.9,))
