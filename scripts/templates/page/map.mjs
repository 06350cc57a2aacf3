// The map: layers of the image that can be blended, of one trial, of two side by side, or of two with a wipe.

import {compare} from "page/compare.mjs";
import * as layers from "page/layers.mjs";
import {ink, models as B, newFigure, picture, grid, show, viewOf} from "page/plots.mjs";
import {arrays, change, lengthUnit, listen, page, perPx, quantity, state} from "page/state.mjs";
import {wallColumns} from "page/walls.mjs";

const [ROWS, COLUMNS] = page.shape;
const WHOLE = {left: -0.5 * perPx, right: (COLUMNS - 0.5) * perPx, top: -0.5 * perPx, bottom: (ROWS - 0.5) * perPx};
const ARROWS = 26; // along the wider side of what is seen
const FILLED = 0.6; // share of the cells of a block that are needed for an arrow
const SOON = 90; // ms after the last change of the range

// What is seen, the same in both maps.
const seen = {left: WHOLE.left, right: WHOLE.right, top: WHOLE.top, bottom: WHOLE.bottom};
const sides = {}; // "one" (trial A) and "two" (trial B): element, figure, sources, renderers
export const mapElements = () => [sides.one, ...(state.view === "side" ? [sides.two] : [])].map(side => side.element);
export const elementOf = side => sides[side].element;

const pixelPlace = () => {
  const [left, right, bottom, top] = page.raster.extent;
  return {x: [left * perPx], y: [top * perPx], dw: [(right - left) * perPx], dh: [(bottom - top) * perPx]};
};
const empty = () => new Uint32Array(page.raster.shape[0] * page.raster.shape[1]);

function addPictures(side) {
  const {figure, renderers, sources} = side;
  const [rows, columns] = page.picture.shape;
  renderers.image = figure.image_url({url: [page.picture.uri], x: [WHOLE.left], y: [WHOLE.top], w: [columns * perPx], h: [rows * perPx], anchor: "top_left"});
  const place = pixelPlace();
  const of = {image: {field: "image"}, x: {field: "x"}, y: {field: "y"}, dw: {field: "dw"}, dh: {field: "dh"}};
  side.mapper = new B.LinearColorMapper({palette: page.palettes.sequential, low: 0, high: 1, nan_color: "rgba(0,0,0,0)"});
  for (const name of ["reference", "labels", "confidence", "field", "polarization", "undecided", "difference"]) {
    const image = name === "field" ? grid(new Float32Array(empty().length).fill(NaN), page.raster.shape) : picture(empty(), page.raster.shape);
    sources[name] = new B.ColumnDataSource({data: {image: [image], ...place}});
    renderers[name] = name === "field" ? figure.image({...of, color_mapper: side.mapper, source: sources[name]}) : figure.image_rgba({...of, source: sources[name]});
  }
}

function addLines(side) {
  const {figure, renderers, sources} = side;
  const lines = (name, look) => {
    sources[name] ??= new B.ColumnDataSource({data: {xs: [], ys: [], ...(name === "arrows" ? {} : {colour: [], width: [], screen: []})}});
    return figure.multi_line({field: "xs"}, {field: "ys"}, {source: sources[name], line_join: "round", line_cap: "round", ...look});
  };
  renderers.band = lines("standing", {line_color: {field: "colour"}, line_width: {field: "screen"}, line_alpha: 0.3, line_cap: "butt"});
  renderers.casing = lines("standing", {line_color: "white", line_width: 4.5});
  renderers.standing = lines("standing", {line_color: {field: "colour"}, line_width: 2.6});
  renderers.gradual = lines("gradual", {line_color: {field: "colour"}, line_width: 1.8, line_dash: "dashed"});
  renderers.arrowsCasing = lines("arrows", {line_color: "white", line_width: 2.6, line_alpha: 0.6});
  renderers.arrows = lines("arrows", {line_color: "#111111", line_width: 1.4});
  sources.columns = new B.ColumnDataSource({data: {x: [], y: [], colour: []}});
  renderers.columns = figure.scatter({field: "x"}, {field: "y"}, {source: sources.columns, size: 4, fill_color: {field: "colour"}, line_color: null});
  sources.line = new B.ColumnDataSource({data: {x: [], y: []}});
  for (const look of [{line_color: "black", line_width: 6}, {line_color: ink("--lit"), line_width: 3}])
    figure.line({field: "x"}, {field: "y"}, {source: sources.line, ...look});
  figure.scatter({field: "x"}, {field: "y"}, {source: sources.line, size: 8, fill_color: ink("--lit"), line_color: "black"});
}

function addKeys(side) {
  const {figure} = side;
  const box = {background_fill_color: "white", background_fill_alpha: 0.85};
  const cells = () => new (B.require("models/annotations/dimensional").CustomDimensional)({basis: {cells: [1, "cells"]}, ticks: [1, 2, 5, 10, 20, 50, 100, 200]});
  figure.add_layout(new B.ScaleBar({range: side.x, unit: lengthUnit, dimensional: lengthUnit === "nm" ? new B.Metric({base_unit: "m"}) : cells(),
    orientation: "horizontal", location: "bottom_left", bar_length: 0.25, bar_line_width: 3, border_line_color: null, label_text_color: "black",
    bar_line_color: "black", ...box}));
  side.wipe = new B.Span({dimension: "height", location: 0, line_color: "white", line_width: 3, visible: false, editable: true});
  figure.add_layout(side.wipe);
  side.wipe.properties.location.change.connect(() => {
    const wipe = Math.min(Math.max((side.wipe.location - WHOLE.left) / (WHOLE.right - WHOLE.left), 0), 1);
    if (Math.abs(wipe - state.wipe) > 1e-4) change({wipe});
  });
}

async function build(name) {
  const side = {element: document.getElementById(`map-${name}`), sources: {}, renderers: {}, painted: {},
    x: new B.Range1d({start: seen.left, end: seen.right}), y: new B.Range1d({start: seen.bottom, end: seen.top})};
  const wheel = new B.WheelZoomTool(), pan = new B.PanTool();
  side.figure = newFigure({x_range: side.x, y_range: side.y, x_axis_type: null, y_axis_type: null, sizing_mode: "scale_width", aspect_ratio: COLUMNS / ROWS,
    width: 600, height: Math.round(600 * ROWS / COLUMNS), min_border: 0, tools: [wheel, pan], background_fill_color: "white"});
  for (const one of side.figure.grids) one.visible = false;
  side.figure.toolbar.active_scroll = wheel;
  side.figure.toolbar.active_drag = pan;
  sides[name] = side;
  addPictures(side);
  addLines(side);
  addKeys(side);
  await show(side.figure, side.element);
}

function setPixels(side, name, pixels) {
  side.sources[name].data = {image: [picture(pixels, page.raster.shape)], ...pixelPlace()};
}

// The samples of A left of the wipe, and of B right of it.
function wiped(one, other) {
  const columns = page.raster.shape[1], cut = Math.round(state.wipe * columns), found = one.slice();
  for (let start = 0; start < one.length; start += columns) found.set(other.subarray(start + cut, start + columns), start + cut);
  return found;
}

let compared = {key: ""};
export function comparison() {
  const key = `${state.chosen.id}|${state.other.id}`;
  if (compared.key !== key) compared = {key, ...compare(state.chosen, state.other)};
  return compared;
}

function samplesOf(name) {
  if (state.view === "one") return layers.sampled(state.chosen);
  const {one, other} = comparison();
  return state.view === "wipe" ? wiped(one, other) : name === "one" ? one : other;
}

const trialOf = side => side === sides.two ? state.other : state.chosen;

// What each layer draws in one of the two maps; it is painted when it is seen.
const PAINTERS = {
  labels: side => setPixels(side, "labels", layers.labelPixels(side.samples)),
  undecided: side => setPixels(side, "undecided", layers.undecidedPixels(side.samples)),
  difference: side => setPixels(side, "difference", state.view === "one" ? empty() : layers.differentPixels(comparison().different)),
  confidence: side => setPixels(side, "confidence", trialOf(side).selected ? layers.doubtPixels(trialOf(side).search) : empty()),
  reference: side => setPixels(side, "reference", layers.referencePixels()),
  polarization: side => setPixels(side, "polarization", layers.polarizationPixels()),
  columns: paintColumns,
  field: paintField,
};
const OF_TRIAL = ["labels", "undecided", "difference", "confidence"];

function paint() {
  for (const [name, side] of Object.entries(sides)) {
    if (name === "two" && state.view !== "side") continue;
    for (const [layer, make] of Object.entries(PAINTERS)) {
      if (side.painted[layer] || !(state.layers[layer] > 0)) continue;
      make(side);
      side.painted[layer] = true;
    }
  }
}

function repaintTrials() {
  for (const [name, side] of Object.entries(sides)) {
    if (name === "two" && state.view !== "side") continue;
    side.samples = samplesOf(name);
    for (const layer of OF_TRIAL) side.painted[layer] = false;
    paintWalls(side, trialOf(side));
  }
  paint();
}

function paintWalls(side, trial) {
  const cut = state.wipe * COLUMNS - 0.5;
  const columns = stands => {
    if (state.view !== "wipe") return wallColumns(trial, stands);
    const left = wallColumns(state.chosen, stands, cut, true), right = wallColumns(state.other, stands, cut, false);
    return Object.fromEntries(Object.keys(left).map(key => [key, [...left[key], ...right[key]]]));
  };
  side.lines = {standing: columns(true)};
  side.sources.gradual.data = columns(false);
  scaleBands();
}

function paintField(side) {
  const {colours, low, high} = layers.fieldScale();
  side.mapper.setv({palette: colours, low, high});
  side.sources.field.data = {image: [grid(layers.fieldGrid(), page.raster.shape)], ...pixelPlace()};
}

function paintColumns(side) {
  const {values} = arrays.columns, colours = ["#d55e00", "#0072b2"], kind = Array.from(arrays.sublattice.values, s => colours[s] ?? "#777777");
  const along = offset => Float32Array.from(kind, (_, i) => values[2 * i + offset] * perPx);
  side.sources.columns.data = {x: along(1), y: along(0), colour: kind};
}

const LINES = {walls: {band: 0.3, casing: 0.9, standing: 1, gradual: 1}, arrows: {arrows: 1, arrowsCasing: 0.6}};
function blend() {
  paint();
  for (const side of Object.values(sides)) {
    for (const [name, strength] of Object.entries(state.layers)) {
      for (const [line, most] of Object.entries(LINES[name] ?? {})) {
        side.renderers[line].visible = strength > 0;
        side.renderers[line].glyph.line_alpha = {value: strength * most};
      }
      const shown = side.renderers[name];
      if (!shown || name in LINES) continue;
      shown.visible = strength > 0;
      if (name === "columns") shown.glyph.fill_alpha = {value: strength}; else shown.glyph.global_alpha = {value: strength};
    }
  }
  document.getElementById("polarization-key").hidden = !(state.layers.polarization > 0 || state.layers.arrows > 0);
  if (state.layers.arrows > 0) drawArrows();
}

// Walls are as wide as they were measured, at any zoom.
function scaleBands() {
  const width = viewOf(sides.one.element)?.frame?.bbox.width ?? 600;
  const perUnit = width / (seen.right - seen.left);
  for (const side of Object.values(sides)) {
    const {standing} = side.lines ?? {};
    if (standing) side.sources.standing.data = {...standing, screen: standing.width.map(w => w * perUnit)};
  }
}

// Mean polarization in square blocks of what is seen, as arrows.
function drawArrows() {
  const {parts, full} = page.cells.polarization, [py, px] = parts.map(quantity), {values: yx} = arrays[`${page.cells.sites}_yx`];
  const block = Math.max((seen.right - seen.left), (seen.bottom - seen.top)) / ARROWS;
  const blocks = new Map();
  for (let i = 0; i < px.length; i++) {
    if (Number.isNaN(px[i]) || Number.isNaN(py[i])) continue;
    const y = yx[2 * i] * perPx, x = yx[2 * i + 1] * perPx;
    if (x < seen.left || x > seen.right || y < seen.top || y > seen.bottom) continue;
    const key = `${Math.floor(y / block)} ${Math.floor(x / block)}`, sum = blocks.get(key) ?? [0, 0, 0, 0, 0];
    [1, y, x, py[i], px[i]].forEach((value, k) => { sum[k] += value; });
    blocks.set(key, sum);
  }
  const counts = [...blocks.values()].map(sum => sum[0]).sort((a, b) => a - b), enough = FILLED * (counts[Math.floor(0.9 * counts.length)] ?? 0);
  const xs = [], ys = [];
  for (const [n, y, x, sumY, sumX] of blocks.values()) {
    if (n < enough) continue;
    const long = 0.85 * block / full, dy = sumY / n * long, dx = sumX / n * long;
    const tip = [x / n + dx / 2, y / n + dy / 2], head = turn => [tip[0] - 0.35 * (dx * Math.cos(turn) - dy * Math.sin(turn)), tip[1] - 0.35 * (dx * Math.sin(turn) + dy * Math.cos(turn))];
    const line = [[x / n - dx / 2, y / n - dy / 2], tip, head(0.5), tip, head(-0.5)];
    xs.push(line.map(p => p[0]));
    ys.push(line.map(p => p[1]));
  }
  for (const side of Object.values(sides)) side.sources.arrows.data = {xs, ys};
}

let waiting = 0, moving = false;
// The reader moved one of the maps; while both are moved from here, their ranges change one after another.
function rangeChanged(by) {
  if (moving) return;
  const {x, y} = sides[by];
  see({left: x.start, right: x.end, bottom: y.start, top: y.end});
}

function see(part) {
  if (Object.entries(part).every(([edge, value]) => seen[edge] === value)) return;
  Object.assign(seen, part);
  moving = true;
  for (const {x, y} of Object.values(sides)) {
    x.setv({start: seen.left, end: seen.right});
    y.setv({start: seen.bottom, end: seen.top});
  }
  moving = false;
  clearTimeout(waiting);
  waiting = setTimeout(() => { scaleBands(); if (state.layers.arrows > 0) drawArrows(); }, SOON);
}

function arrange() {
  document.getElementById("map-two").parentElement.hidden = state.view !== "side";
  const {wipe} = sides.one;
  wipe.visible = state.view === "wipe";
  wipe.location = WHOLE.left + state.wipe * (WHOLE.right - WHOLE.left);
}

// Zoom about the middle (factor below 1: closer), and move by shares of what is seen.
export function look({zoom = 1, right = 0, down = 0, whole = false}) {
  if (whole) { see(WHOLE); return; }
  const wide = seen.right - seen.left, tall = seen.bottom - seen.top, {x, y} = middle();
  const [across, along] = [x * perPx + right * wide, y * perPx + down * tall];
  see({left: across - wide * zoom / 2, right: across + wide * zoom / 2, top: along - tall * zoom / 2, bottom: along + tall * zoom / 2});
}
export const ranges = () => Object.values(sides).map(({x, y}) => [x.start, x.end, y.end, y.start].map(edge => edge / perPx));
export const middle = () => ({x: (seen.left + seen.right) / 2 / perPx, y: (seen.top + seen.bottom) / 2 / perPx});
export const onMap = (kind, act) => Object.entries(sides).forEach(([name, side]) => side.figure.on_event(kind, event => act(event, name)));
export const samplesShown = name => sides[name].samples;

function drawLine() {
  const line = state.line ?? [];
  for (const side of Object.values(sides)) side.sources.line.data = {x: line.map(([, x]) => x * perPx), y: line.map(([y]) => y * perPx)};
}

export async function startMap() {
  await Promise.all([build("one"), build("two")]);
  for (const [name, {x, y}] of Object.entries(sides)) for (const range of [x, y]) range.change.connect(() => rangeChanged(name));
  listen(["chosen", "other", "view", "wipe"], () => { arrange(); repaintTrials(); });
  listen(["layers"], blend);
  listen(["field"], () => { for (const side of Object.values(sides)) side.painted.field = false; paint(); });
  listen(["line"], drawLine);
  arrange();
  repaintTrials();
  blend();
}
