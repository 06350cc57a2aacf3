"""Images at the instrument: a folder is watched, and each image that is whole gets a map with walls within seconds."""
