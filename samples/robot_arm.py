"""A robot arm with two links that moves in a plane."""

from math import cos, hypot, sin


def hand(shoulder, elbow, upper=0.4, lower=0.3):
    """The coordinates of the hand and the direction in which it points."""
    direction = shoulder + elbow
    x = upper * cos(shoulder) + lower * cos(direction)
    y = upper * sin(shoulder) + lower * sin(direction)
    return (x, y), direction


def miss(shoulder, elbow, target_x, target_y):
    """The distance from the hand to a target."""
    (x, y), _ = hand(shoulder, elbow)
    return hypot(x - target_x, y - target_y)
