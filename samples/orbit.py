"""Kepler's problem: where a body on an elliptic orbit is at a given time."""

from math import cos, pi, sin, sqrt


def eccentric_anomaly(mean_anomaly, eccentricity):
    """The solution E of Kepler's equation M = E - e*sin(E), by Newton's method."""
    anomaly = mean_anomaly + eccentricity * sin(mean_anomaly)
    for _ in range(50):
        excess = anomaly - eccentricity * sin(anomaly) - mean_anomaly
        step = excess / (1.0 - eccentricity * cos(anomaly))
        anomaly -= step
        if abs(step) < 1e-13:
            break
    return anomaly


def position(time, semi_major, eccentricity, period):
    """The coordinates in the plane of the orbit, with the focus at the origin."""
    anomaly = eccentric_anomaly(2.0 * pi * time / period, eccentricity)
    x = semi_major * (cos(anomaly) - eccentricity)
    y = semi_major * sqrt(1.0 - eccentricity**2) * sin(anomaly)
    return x, y
