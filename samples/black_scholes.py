"""The price of a European call option after Black and Scholes."""

from math import erf, exp, log, sqrt


def normal_cdf(x):
    """The probability that a standard normal variable is below x."""
    return 0.5 * (1.0 + erf(x / sqrt(2.0)))


def call_price(spot, strike, rate, volatility, maturity):
    """The price of a call; its gradient holds delta, rho, vega and theta."""
    spread = volatility * sqrt(maturity)
    d1 = (log(spot / strike) + (rate + volatility**2 / 2) * maturity) / spread
    d2 = d1 - spread
    return spot * normal_cdf(d1) - strike * exp(-rate * maturity) * normal_cdf(d2)
