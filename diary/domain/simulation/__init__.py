"""Simulated patients: the generator behind the demo, the tests and the benchmarks, with the truth known.

Everything it says is said of simulated cohorts only. Week-1 means and the week-12 difference of Sigtermans
2009 were targets when its figures were chosen, so agreement there is fit and no evidence.
"""
