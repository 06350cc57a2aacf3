// What is known of trial A: why it was refused, its setting, rewards, walls, domains and clusters.

import {axis, better} from "page/scales.mjs";
import {drawCentroids} from "page/centroids.mjs";
import {drawBetas, drawSpectra} from "page/spectra.mjs";
import {arrays, labelsOf, listen, nameOf, number, page, perPx, lengthUnit, quantity, raster, state, tagsOf, wallsOf} from "page/state.mjs";
import {element, list, percent, table} from "page/text.mjs";

const pmPerPx = page.pixel_size_pm ?? 1, unit = page.pixel_size_pm ? "pm" : "px";
const cell = page.cell_px * perPx;

function rewardRows(trial) {
  return trial.search.axes.filter(a => ["reward", "agreement with the reference"].includes(a.kind)).map(a => [a.label, trial.values[a.name],
    a.kind === "reward" ? (a.direction ? `objective, ${better(a.name)} is better` : "") : "agreement, not used by the search"]);
}

function wallRows(trial) {
  return wallsOf(trial).map(wall => [String(wall.number + 1), wall.stands ? (trial.search.judged ? "stands" : "traced") : "gradual", wall.significance,
    wall.width === null ? null : `${number(wall.width * cell)} ± ${number(wall.width_error === null ? null : wall.width_error * cell)}`,
    wall.jump_px === null ? null : wall.jump_px * pmPerPx, wall.confidence]);
}

// Area and mean polarization of each label, from the unit cells that lie in it.
function domainRows(trial) {
  const labels = labelsOf(trial), none = new Float32Array(arrays[`${page.cells.sites}_yx`].shape[0]).fill(NaN);
  const [py, px] = page.cells.polarization ? page.cells.polarization.parts.map(quantity) : [none, none];
  const sites = raster(trial.search.sites), cells = raster(page.cells.sites);
  const labelOfCell = new Int8Array(px.length).fill(-1), area = new Map();
  for (let i = 0; i < sites.length; i++) {
    const label = sites[i] < 0 ? -1 : labels[sites[i]];
    if (label < 0) continue;
    area.set(label, (area.get(label) ?? 0) + 1);
    if (cells[i] >= 0) labelOfCell[cells[i]] = label;
  }
  const sample = (page.raster.extent[1] - page.raster.extent[0]) / page.raster.shape[1] * perPx;
  return [...area].sort((a, b) => a[0] - b[0]).map(([label, count]) => {
    const inside = [...labelOfCell.keys()].filter(i => labelOfCell[i] === label && !Number.isNaN(px[i]));
    const mean = values => inside.reduce((sum, i) => sum + values[i], 0) / inside.length;
    const error = (values, m) => Math.sqrt(inside.reduce((sum, i) => sum + (values[i] - m) ** 2, 0) / inside.length / Math.max(inside.length - 1, 1));
    const [x, y] = [mean(px), mean(py)];
    return [`label ${label}`, count * sample ** 2, inside.length, `${number(x)} ± ${number(error(px, x))}`, `${number(-y)} ± ${number(error(py, y))}`,
      Math.hypot(x, y), Math.atan2(-y, x) * 180 / Math.PI];
  });
}

function drawMeasured(trial) {
  const place = document.getElementById("measured"), left = element("div"), right = element("div");
  left.append(element("h3", "Walls and other boundaries"));
  const walls = wallRows(trial);
  left.append(walls.length ? table("walls", ["wall", "", "p on null maps", `width (${lengthUnit})`, `jump (${unit})`, "found in other trials"], walls) : element("p", "No boundary."));
  if (walls.length && !trial.selected) left.append(element("p", "Width and jump are measured for the selected trial.", {class: "hint"}));
  if (!(trial.selected && trial.search.tables.domains)) left.append(element("h3", "Labels"), table("labels", ["label", `area (${lengthUnit}²)`, "cells", `P to the right (${unit})`, `P up (${unit})`, `|P| (${unit})`, "direction (°)"], domainRows(trial)));
  right.append(element("h3", "Rewards and agreement"), table("rewards", ["name", "value", ""], rewardRows(trial)));
  const both = element("div", "", {class: "two"});
  both.append(left, right);
  place.replaceChildren(both, ...workflowTables(trial), ...drawCentroids(trial), ...drawSpectra(trial), ...drawBetas(trial));
}

const TITLES = {domains: "Domains of the selected trial", walls: "Walls of the selected trial"};
// Tables that the workflow wrote for the selected trial.
function workflowTables(trial) {
  if (!trial.selected) return [];
  return Object.entries(trial.search.tables).filter(([name]) => name in TITLES).flatMap(([name, {columns, rows}]) => [
    element("h3", TITLES[name]), table(TITLES[name], columns, rows)]);
}

function draw() {
  const trial = state.chosen, lines = [trial.words.join(", ")];
  if (trial.why) lines.unshift(`Refused: ${trial.why}`);
  if (trial.selected) lines.push(...trial.search.confidence);
  const undecided = labelsOf(trial).reduce((sum, label) => sum + (label < 0), 0) / labelsOf(trial).length;
  const standing = wallsOf(trial).filter(wall => wall.stands).length;
  const count = wallsOf(trial).length, found = trial.search.judged ? `${standing} of ${count} boundaries stand as walls` : `${count} boundaries traced, none judged`;
  lines.push(`${found}; ${percent(undecided)} of the sites are undecided`);
  const objectives = Object.keys(page.objectives).filter(name => name in trial.values).map(name => `${axis(name).label} ${number(trial.values[name])}`);
  document.getElementById("trial").replaceChildren(element("h3", `A: ${nameOf(trial)}`), element("p", [...tagsOf(trial), ...objectives].join(", ")), list(lines));
  document.getElementById("config-line").textContent = trial.line;
  if (!document.getElementById("panel-trial").hidden || state.printing) drawMeasured(trial);
}

export function startTrial() {
  listen(["chosen", "tab"], draw);
  draw();
}
export const sitesOf = trial => arrays[`${trial.search.sites}_yx`].values;
