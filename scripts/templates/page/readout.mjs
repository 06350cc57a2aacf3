// Values under the pointer, in physical units.

import {onMap, middle, samplesShown} from "page/map.mjs";
import {sampleAt} from "page/layers.mjs";
import {arrays, lengthUnit, number, page, perPx, quantity, raster, state, wallsOf} from "page/state.mjs";
import {distanceTo} from "page/walls.mjs";

const NEAR = 0.6; // cells; the wall that is meant
const pmPerPx = page.pixel_size_pm ?? 1, unit = page.pixel_size_pm ? "pm" : "px";

function cellWords(sample) {
  const cell = raster(page.cells.sites)[sample];
  if (cell < 0) return [];
  const {parts, sigma} = page.cells.polarization ?? {parts: []}, [y, x] = parts.map(part => quantity(part)[cell]);
  const words = !parts.length ? [] : Number.isNaN(x) || Number.isNaN(y) ? ["P unknown"] : [`P ${number(Math.hypot(x, y))} ${unit} at ${number(Math.round(Math.atan2(-y, x) * 180 / Math.PI))}°` +
    (sigma ? ` (standard error ± ${number(sigma)} ${unit})` : "")];
  const fields = page.cells.fields.filter(f => ["a", "b", "alpha", state.field].includes(f.name));
  return [...words, ...fields.map(f => `${f.label} ${number(quantity(f)[cell])} ${f.unit}`.trim())];
}

function siteWords(sample, trial, side) {
  const label = samplesShown(side)?.[sample], words = [label === undefined || label < -1 ? "no site" : label === -1 ? "undecided" : `label ${label}`];
  const site = raster(trial.search.sites)[sample];
  if (trial.selected && site >= 0) {
    const share = arrays[`${trial.pipeline} confidence`].values[site];
    if (share <= 250) words.push(`confidence ${(share / 250).toFixed(2)}`);
  }
  const other = raster(page.reference.sites)[sample];
  if (other >= 0) words.push(`reference ${arrays.reference.values[other] < 0 ? "unknown" : `label ${arrays.reference.values[other]}`}`);
  return words;
}

function wallWords(trial, y, x) {
  const near = wallsOf(trial).map(wall => [distanceTo(wall, y, x), wall]).filter(([far]) => far < NEAR * page.cell_px).sort((a, b) => a[0] - b[0])[0];
  if (!near) return [];
  const wall = near[1], cell = page.cell_px * perPx;
  return [`${wall.stands ? "wall" : "gradual boundary"} ${wall.number + 1}: p ${number(wall.significance)}, width ${number(wall.width === null ? null : wall.width * cell)} ${lengthUnit}, ` +
    `jump ${number(wall.jump_px === null ? null : wall.jump_px * pmPerPx)} ${unit}`];
}

export function read(y, x, side = "one") {
  const trial = side === "two" || (state.view === "wipe" && x > state.wipe * page.shape[1]) ? state.other : state.chosen;
  const sample = sampleAt(y, x), place = `x ${number(x * perPx)}, y ${number(y * perPx)} ${lengthUnit}`;
  if (sample < 0) return place;
  return [place, ...siteWords(sample, trial, side), ...cellWords(sample), ...wallWords(trial, y, x)].join("; ");
}

export function startReadout() {
  const output = document.getElementById("readout");
  let next = null;
  onMap("mousemove", (event, side) => {
    const idle = next === null;
    next = [event.y / perPx, event.x / perPx, side];
    if (idle) requestAnimationFrame(() => { output.textContent = read(...next); next = null; });
  });
  document.getElementById("maps").addEventListener("keyup", event => {
    if (!/^(Arrow|[+\-=0])/.test(event.key)) return;
    const {x, y} = middle();
    output.setAttribute("aria-live", "polite");
    output.textContent = `middle of the map: ${read(y, x)}`;
  });
}
