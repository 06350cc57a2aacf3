// Boundaries of a trial as lines, and the trials that have a wall where the reader draws a line.

import {page, perPx, state, trials, wallsOf} from "page/state.mjs";
import {ink} from "page/plots.mjs";

const FAINTEST = 6; // powers of ten; a wall is darkest from a probability of 1e-6 on
const NEAR = 1.0; // cells; as in `path_confidence`, a wall nearer than this is the same
const ALONG = 0.5; // share of the drawn line that must have a wall near
const STEP = 0.25; // cells between the places of the line that are looked at

// Colour of a boundary by the probability of such a step on a null map; unknown is the mean colour.
export function significanceColour(p) {
  const colours = page.palettes.significance;
  const share = p === null ? 0.5 : Math.min(-Math.log10(Math.max(p, 1e-12)) / FAINTEST, 1);
  return colours[Math.round(share * (colours.length - 1))];
}

// Parts of a line (y, x, ... px) left of x = cut (or right of it): lists of x and y in the unit of the map.
export function clipped(yx, cut, left) {
  const xs = [], ys = [], inside = x => cut === null || (left ? x <= cut : x >= cut);
  const put = (y, x) => { xs.push(x * perPx); ys.push(y * perPx); };
  for (let i = 0; i < yx.length; i += 2) {
    const y = yx[i], x = yx[i + 1];
    if (i) {
      const y0 = yx[i - 2], x0 = yx[i - 1];
      if (inside(x0) !== inside(x)) {
        const share = (cut - x0) / (x - x0);
        put(y0 + share * (y - y0), cut);
        if (!inside(x)) put(NaN, NaN);
      }
    }
    if (inside(x)) put(y, x);
  }
  return {xs, ys};
}

// Columns of a source of lines for some boundaries of a trial.
export function wallColumns(trial, stands, cut = null, left = true) {
  const columns = {xs: [], ys: [], colour: [], width: []};
  for (const wall of wallsOf(trial)) {
    if (wall.stands !== stands) continue;
    const {xs, ys} = clipped(wall.yx, cut, left);
    if (!xs.length) continue;
    columns.xs.push(xs);
    columns.ys.push(ys);
    columns.colour.push(stands ? significanceColour(wall.significance) : ink("--gradual"));
    columns.width.push((wall.width ?? 0) * page.cell_px * perPx); // in the unit of the map
  }
  return columns;
}

function squaredDistance(y, x, yx, i) {
  const y0 = yx[i], x0 = yx[i + 1], dy = yx[i + 2] - y0, dx = yx[i + 3] - x0;
  const t = Math.min(Math.max(((y - y0) * dy + (x - x0) * dx) / (dy * dy + dx * dx || 1), 0), 1);
  return (y0 + t * dy - y) ** 2 + (x0 + t * dx - x) ** 2;
}

export function distanceTo(wall, y, x) {
  let least = Infinity;
  for (let i = 0; i + 3 < wall.yx.length; i += 2) least = Math.min(least, squaredDistance(y, x, wall.yx, i));
  return Math.sqrt(least);
}

// Whether a wall of the trial lies within a cell of at least half of the line.
export function hasWallOn(trial, [[y0, x0], [y1, x1]]) {
  const standing = wallsOf(trial).filter(wall => wall.stands);
  if (!standing.length) return false;
  const count = Math.max(Math.round(Math.hypot(y1 - y0, x1 - x0) / (STEP * page.cell_px)), 1);
  let near = 0;
  for (let i = 0; i <= count; i++) {
    const y = y0 + (y1 - y0) * i / count, x = x0 + (x1 - x0) * i / count;
    if (standing.some(wall => distanceTo(wall, y, x) <= NEAR * page.cell_px)) near++;
  }
  return near >= ALONG * (count + 1);
}

export const withWallOn = line => new Set(line ? trials.filter(trial => state.shown.has(trial.pipeline) && hasWallOn(trial, line)).map(t => t.id) : []);
