"""Domain walls of a label raster."""

from ferrotune.walls.finding import Walls, find_walls

__all__ = ["Walls", "find_walls"]
