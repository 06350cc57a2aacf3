"""Loops: the response of a site at each step of a voltage that goes down and up again."""
