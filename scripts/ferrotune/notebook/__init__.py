"""What a notebook calls: results opened as labelled datasets, and the stages of the workflow run in memory."""
