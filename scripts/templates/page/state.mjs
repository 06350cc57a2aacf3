// The values of the page, and what the reader has chosen. A part of the page that shows a choice listens to it.

import {measured, summed, unpack} from "page/arrays.mjs";

export const page = JSON.parse(document.getElementById("page").textContent);
export const arrays = await unpack(document.getElementById("arrays").textContent, page.arrays);
export const searches = page.searches;
export const trials = searches.flatMap(search => search.trials.map((trial, place) => (
  {...trial, search, place, id: `${trial.pipeline} ${trial.trial}`})));
export const byId = new Map(trials.map(trial => [trial.id, trial]));

export const inNm = page.pixel_size_pm !== null;
export const perPx = inNm ? page.pixel_size_pm / 1000 : 1 / page.cell_px; // length of a pixel, in `lengthUnit`
export const lengthUnit = inNm ? "nm" : "cells";

const rasters = new Map();
// Index of the site that is drawn at each sample of the map, -1 for none.
export function raster(name) {
  if (!rasters.has(name)) rasters.set(name, summed(arrays[name].values));
  return rasters.get(name);
}

const quantities = new Map();
export function quantity(packed) {
  if (!quantities.has(packed.array))
    quantities.set(packed.array, measured(arrays[packed.array].values, packed.scale, packed.offset));
  return quantities.get(packed.array);
}

export const labelsOf = trial => {
  const {values, shape} = arrays[`${trial.pipeline} labels`];
  return values.subarray(trial.place * shape[1], (trial.place + 1) * shape[1]);
};

// Boundaries of each trial: measured numbers, null where there is none, and points (y, x, y, x, ...) in px.
for (const search of searches) {
  const {scale, offset, count, measured: names} = search.walls, name = `${search.name} walls`;
  const points = measured(arrays[name].values, scale, offset), index = arrays[`${name} of`].values, numbers = arrays[`${name} measured`].values;
  search.wallsOf = search.trials.map(() => []);
  for (let i = 0, start = 0; i < count; i++) {
    const [place, number, length, stands] = index.subarray(4 * i, 4 * i + 4);
    const wall = {number, stands: Boolean(stands), yx: points.subarray(2 * start, 2 * (start + length))};
    names.forEach((key, k) => {
      const value = numbers[names.length * i + k];
      wall[key] = Number.isNaN(value) ? null : value;
    });
    search.wallsOf[place].push(wall);
    start += length;
  }
}
export const wallsOf = trial => trial.search.wallsOf[trial.place];

const first = trials.find(t => t.selected) ?? trials.find(t => t.knee) ?? trials[0];
const rival = trials.find(t => t.front && t !== first) ?? trials.find(t => t !== first) ?? first;
const objectives = Object.keys(page.objectives);

export const state = {
  chosen: first, // trial A, to which all of the page belongs
  other: rival, // trial B, which A is compared with
  view: "one", // or "side", or "wipe"
  wipe: 0.5,
  shown: new Set(searches.map(search => search.name)), // pipelines
  frontOnly: false,
  x: objectives[0], y: objectives[1] ?? objectives[0], colour: "pipeline",
  brushes: new Map(), // name of a parameter or reward -> [low, high] of its scale, 0 to 1
  line: null, // drawn on the map: [[y, x], [y, x]] px
  lit: new Set(), // trials that have a wall on this line
  field: page.cells.fields[0].name,
  layers: {image: 1, labels: 0.55, undecided: 0.7, walls: 1, polarization: 0, arrows: 0, field: 0, confidence: 0,
    columns: 0, reference: 0, difference: 0},
  tab: "tab-trial", printing: false,
  picked: new Map(searches.filter(s => s.chosen_by === "config" && s.selected !== null).map(s => [s.name, s.selected])),
};

const listeners = [];
export function listen(names, act) {
  listeners.push({names: new Set(names), act});
}

export function change(part) {
  Object.assign(state, part);
  const changed = Object.keys(part);
  for (const {names, act} of listeners) if (changed.some(name => names.has(name))) act(part);
}

export const number = value => {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  if (!Number.isFinite(value)) return "–";
  const small = value !== 0 && Math.abs(value) < 1e-3;
  return (Number.isInteger(value) ? String(value) : small ? value.toExponential(1) : String(Number(value.toPrecision(3)))).replaceAll("-", "−");
};

export const nameOf = trial => `${trial.pipeline}, trial ${trial.trial}`;
export const tagsOf = trial => [trial.status.replaceAll("_", " "), trial.front ? "on the front" : trial.near ? "near the front" : "",
  trial.knee ? "knee" : "", trial.selected ? "selected" : ""].filter(Boolean);
