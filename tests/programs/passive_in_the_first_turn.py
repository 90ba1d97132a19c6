"""A carried value that starts as an int constant and becomes active after the first turn."""


def f(x):
    total = 0
    product = 1
    for i in range(4):
        total += product * x
        product = product * x + i
    return total * product


POINT = (0.8,)
