"""What only Snakemake needs: checked config, code digests, jobs and their messages. No other room imports it."""
