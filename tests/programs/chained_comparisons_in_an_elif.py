"""A test that is known from the test before it is known in arms of both."""


def f(x):
    if -0.5 < x <= 0.5:
        x = x * x
    elif -0.5 < x <= 1.0:
        x = x * 3.0
    else:
        x = x * x * x
    return x + 1.5


POINTS = ((0.4,), (0.7,), (3.0,), (-3.0,))
