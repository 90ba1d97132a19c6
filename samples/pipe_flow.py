"""The pressure that a flow through a rough pipe costs."""

from math import log10, pi, sqrt


def friction_factor(reynolds, roughness):
    """The Darcy friction factor: laminar, or from Colebrook's equation."""
    if reynolds < 2300.0:
        return 64.0 / reynolds
    x = -2.0 * log10(roughness / 3.7 + 5.74 / reynolds**0.9)
    change = 1.0
    while abs(change) > 1e-12:
        change = -2.0 * log10(roughness / 3.7 + 2.51 * x / reynolds) - x
        x += change
    return 1.0 / x**2


def pressure_drop(flow, diameter, length, density, viscosity, roughness):
    """The drop over a length of pipe, in pascal, for a flow in cubic metres a second."""
    speed = flow / (pi * diameter**2 / 4)
    reynolds = density * abs(speed) * diameter / viscosity
    factor = friction_factor(reynolds, roughness / diameter)
    return factor * length / diameter * density * speed**2 / 2


def safe_diameter(flow, limit=2.0):
    """The diameter at which the speed stays at a limit."""
    return sqrt(4.0 * abs(flow) / (pi * limit))
