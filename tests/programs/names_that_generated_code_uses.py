"""Names of the user that generated code would choose itself: x_bar, x_dot, bar, tape, value, x_1."""


def f(x, x_bar):
    bar = x * x_bar
    tape = bar + x
    for value in range(3):
        x_1 = tape * bar
        tape = x_1 - value * x
    x_dot = tape * x_1
    return x_dot + value


POINT = (0.6, 1.2)
