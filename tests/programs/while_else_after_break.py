"""The else of a loop runs unless the loop was left by break; here it depends on the point."""


def f(x):
    k = 0
    while k < 4:
        k += 1
        x = x * x * 0.9
        if x > 1.5:
            break
    else:
        x = x - 3.0 * x * x
    return x


POINTS = ((0.7,), (1.4,))
