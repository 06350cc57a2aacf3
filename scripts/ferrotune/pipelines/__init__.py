"""What a pipeline and a setting are: parts by name, parameters, and the space that is searched."""
