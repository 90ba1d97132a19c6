"""Passes: each takes a block and returns one."""
def optimise(m, before): return m
