"""From the table of trials to the answer: Pareto front, selected trial, confidence, facts of the series."""
