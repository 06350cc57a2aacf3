"""Domain walls of a label raster."""

from ferrotune.walls.finding import NO_WALLS_AT_ALL, Walls, find_walls

__all__ = ["NO_WALLS_AT_ALL", "Walls", "find_walls"]
