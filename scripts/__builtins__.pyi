"""Tells editors of the name that Snakemake puts into scripts."""

from snakemake.script import Snakemake

snakemake: Snakemake
