"""Results in the formats of other programs: tables, walls, images, label maps, and a paragraph for a paper."""
