"""Differentiation: activity, forward sweeps, reverse sweeps, and the products built from them."""
