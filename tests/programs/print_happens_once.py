"""What the function prints is printed once and in order, in forward and in reverse sweeps."""


def f(x, n):
    for i in range(n):
        x = x * 1.5
        print("turn", i, x)
        if x > 3.0:
            print(f"left at {x:.3f}")
            break
    return x


POINTS = ((0.5, 3), (2.5, 3))
