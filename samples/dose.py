"""How much of a drug is in the blood: one compartment, taken by mouth."""

from math import exp


def single_dose(time, dose, absorption, elimination, volume):
    """The concentration at a time after one dose (Bateman's function)."""
    if time <= 0.0:
        return 0.0
    if absorption == elimination:
        return dose / volume * elimination * time * exp(-elimination * time)
    decay = exp(-elimination * time) - exp(-absorption * time)
    return dose / volume * absorption / (absorption - elimination) * decay


def repeated_doses(time, dose, interval, doses, absorption, elimination, volume):
    """The concentration when the dose is taken again after every interval."""
    total = 0.0
    for k in range(doses):
        total += single_dose(time - k * interval, dose, absorption, elimination, volume)
    return total
