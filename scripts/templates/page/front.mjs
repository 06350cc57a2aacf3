// The trials of all pipelines as points over two rewards or parameters.

import {brushed, axis, better, has, scale, unitOf} from "page/scales.mjs";
import {change, listen, nameOf, number, page, searches, state, tagsOf, trials} from "page/state.mjs";
import {ink, models as B, newFigure, show, viewOf} from "page/plots.mjs";

const MARKERS = ["circle", "square", "triangle", "diamond", "inverted_triangle", "hex", "plus", "star"];
const REACH = 14; // px on the screen; a click further from every point chooses none
const element = document.getElementById("front");
const sources = {};
const TOOLTIP = '<div style="max-width: 20rem; font-size: 12px; white-space: normal"><b>@name</b><br>@tags<br>@numbers<br>@words<br>@why</div>';

export const markerOf = name => MARKERS[searches.findIndex(search => search.name === name) % MARKERS.length];
export const passes = trial => state.shown.has(trial.pipeline) && (!state.frontOnly || trial.front) && brushed(trial, state.brushes);
const present = trial => state.shown.has(trial.pipeline) && (!state.frontOnly || trial.front);
const drawn = () => trials.filter(t => present(t) && has(t, state.x) && has(t, state.y));

// Trials in the order of the horizontal axis: the arrow keys go along it.
export function inOrder() {
  const found = trials.filter(t => passes(t) && has(t, state.x) && has(t, state.y));
  return found.sort((a, b) => unitOf(a, state.x) - unitOf(b, state.x) || unitOf(a, state.y) - unitOf(b, state.y));
}

// Colour of a trial, and what the colours mean: categories, or a parameter with its scale.
export function colouring() {
  const {domains, sequential} = page.palettes, name = state.colour;
  const listed = (names, of) => ({categories: names.map((text, i) => ({text, colour: domains[i % domains.length]})),
    of: trial => domains[Math.max(names.indexOf(of(trial)), 0) % domains.length]});
  if (name === "pipeline") return listed(searches.map(s => s.name), t => t.pipeline);
  if (name === "status") return listed([...new Set(trials.map(t => t.status))], t => t.status);
  const found = scale(name);
  if (found.categories) return listed(found.categories, t => String(t.values[name]));
  const of = trial => has(trial, name) ? sequential[Math.round(unitOf(trial, name) * (sequential.length - 1))] : ink("--out");
  return {scale: found, of};
}

function edgeOfFront(name) {
  const {x, y} = state, front = drawn().filter(t => t.front && t.pipeline === name);
  const wanted = Object.keys(page.objectives);
  if (wanted.length !== 2 || x === y || !wanted.includes(x) || !wanted.includes(y) || front.length < 2) return null;
  const points = front.map(t => [t.values[x], t.values[y]]).sort((a, b) => a[0] - b[0]);
  const line = {xs: [], ys: []};
  const worseFirst = (page.objectives[x] === "maximise"); // the step then goes down before it goes on
  points.forEach(([px, py], i) => {
    if (i) {
      line.xs.push(worseFirst ? points[i - 1][0] : px);
      line.ys.push(worseFirst ? py : points[i - 1][1]);
    }
    line.xs.push(px);
    line.ys.push(py);
  });
  return line;
}

function drawEdges(figure, colours) {
  for (const search of searches) {
    const line = edgeOfFront(search.name);
    if (line) figure.line(line.xs, line.ys, {line_color: state.colour === "pipeline" ? colours.of({pipeline: search.name}) : ink("--soft"),
      line_width: 1.5, line_alpha: 0.8});
  }
}

function dressAxis(line, name) {
  const found = scale(name), want = {less: "less is better", more: "more is better"}[better(name)];
  line.axis_label = axis(name).label + (want ? ` (${want})` : "");
  if (found.categories) {
    line.ticker = new B.FixedTicker({ticks: found.categories.map((_, i) => i)});
    line.major_label_overrides = new Map(found.categories.map((text, i) => [i, text]));
  }
}

function rangeOf(name) {
  const found = scale(name);
  if (found.categories) return [-0.6, found.categories.length - 0.4];
  if (found.log) return [found.low / 1.25, found.high * 1.25];
  const pad = (found.high - found.low) * 0.06 || Math.abs(found.high) * 0.1 || 1;
  return [found.low - pad, found.high + pad];
}

function colourBar(figure, found) {
  const mapper = new (found.log ? B.LogColorMapper : B.LinearColorMapper)({palette: page.palettes.sequential, low: found.low, high: found.high});
  figure.add_layout(new B.ColorBar({color_mapper: mapper, width: 10, padding: 4, major_label_text_color: ink("--soft"), background_fill_alpha: 0, bar_line_color: null}), "right");
}

function columnsOf(some, colours) {
  const of = make => some.map(make);
  return {id: of(t => t.id), x: of(t => scale(state.x).of(t.values[state.x])), y: of(t => scale(state.y).of(t.values[state.y])),
    colour: of(t => passes(t) ? colours.of(t) : ink("--out")), edge: of(t => t.front ? ink("--ink") : colours.of(t)),
    marker: of(t => t.status === "ok" ? markerOf(t.pipeline) : "x"), alpha: of(t => !passes(t) ? 0.25 : t.front ? 1 : 0.75),
    size: of(t => t.front ? 10 : 7), name: of(nameOf), tags: of(t => tagsOf(t).join(", ")), words: of(t => t.words.join(", ")),
    why: of(t => t.why),
    numbers: of(t => [state.x, state.y].map(name => `${axis(name).label} ${number(t.values[name])}`).join(", "))};
}

function ringsOf(test) {
  const some = drawn().filter(test);
  return {x: some.map(t => scale(state.x).of(t.values[state.x])), y: some.map(t => scale(state.y).of(t.values[state.y]))};
}

const RINGS = {
  lit: {marker: "circle", size: 22, line_color: "--lit", line_width: 4, of: t => state.lit.has(t.id)},
  knee: {marker: "circle", size: 17, line_color: "--ink", line_width: 1.3, of: t => t.knee},
  selected: {marker: "star", size: 17, line_color: "--page", line_width: 1, fill: "--chosen", of: t => t.selected},
  other: {marker: "square", size: 21, line_color: "--other", line_width: 2.5, of: t => t === state.other && state.view !== "one"},
  chosen: {marker: "circle", size: 22, line_color: "--chosen", line_width: 2.5, of: t => t === state.chosen},
};

function mark() {
  for (const [name, ring] of Object.entries(RINGS)) if (sources[name]) sources[name].data = ringsOf(ring.of);
}

function drawRings(figure) {
  for (const [name, ring] of Object.entries(RINGS)) {
    sources[name] = new B.ColumnDataSource({data: ringsOf(ring.of)});
    figure.scatter({field: "x"}, {field: "y"}, {source: sources[name], marker: ring.marker, size: ring.size, line_color: ink(ring.line_color),
      line_width: ring.line_width, fill_color: ring.fill ? ink(ring.fill) : null});
  }
}

// The trial whose point is nearest on the screen; null if none is near.
function nearest(event, view) {
  let best = null, least = REACH;
  for (const trial of drawn()) {
    const dx = view.frame.x_scale.compute(scale(state.x).of(trial.values[state.x])) - view.frame.x_scale.compute(event.x);
    const dy = view.frame.y_scale.compute(scale(state.y).of(trial.values[state.y])) - view.frame.y_scale.compute(event.y);
    const far = Math.hypot(dx, dy) - (passes(trial) ? 1e-3 : 0);
    if (far < least) [best, least] = [trial, far];
  }
  return best;
}

function brushBoth({x0, x1, y0, y1}) {
  const brushes = new Map(state.brushes);
  for (const [name, low, high] of [[state.x, x0, x1], [state.y, y0, y1]]) {
    const found = scale(name), last = found.categories ? Math.max(found.categories.length - 1, 1) : 1;
    const clipped = value => found.log ? Math.min(Math.max(value, found.low), found.high) : value;
    const unit = value => Math.min(Math.max(found.categories ? value / last : found.unit(clipped(value)), 0), 1);
    brushes.set(name, [unit(Math.min(low, high)), unit(Math.max(low, high))]);
  }
  change({brushes});
}

let drawing = Promise.resolve();
async function draw() {
  const colours = colouring(), x = rangeOf(state.x), y = rangeOf(state.y);
  const type = name => scale(name).log ? "log" : "linear";
  const figure = newFigure({height: 430, x_range: x, y_range: y, x_axis_type: type(state.x), y_axis_type: type(state.y),
    tools: [new B.BoxSelectTool(), new B.WheelZoomTool(), new B.TapTool()]});
  figure.toolbar.active_scroll = figure.toolbar.tools[1];
  figure.toolbar.active_drag = figure.toolbar.tools[0];
  dressAxis(figure.xaxes[0], state.x);
  dressAxis(figure.yaxes[0], state.y);
  drawEdges(figure, colours);
  const rank = t => t.front ? 2 : t.status === "ok" ? 1 : 0;
  const source = new B.ColumnDataSource({data: columnsOf(drawn().sort((a, b) => rank(a) - rank(b)), colours)});
  const points = figure.scatter({field: "x"}, {field: "y"}, {source, marker: {field: "marker"}, size: {field: "size"}, fill_color: {field: "colour"},
    line_color: {field: "edge"}, alpha: {field: "alpha"}, nonselection_alpha: {field: "alpha"}, line_width: 1.2});
  points.nonselection_glyph = null;
  points.selection_glyph = null;
  drawRings(figure);
  if (colours.scale) colourBar(figure, colours.scale);
  figure.add_tools(new B.HoverTool({renderers: [points], tooltips: TOOLTIP}));
  figure.on_event("selectiongeometry", ({geometry, final}) => { if (final && geometry.type === "rect") brushBoth(geometry); });
  figure.on_event("tap", event => {
    const trial = nearest(event, viewOf(element));
    if (trial) change(event.modifiers?.shift ? {other: trial, view: state.view === "one" ? "side" : state.view} : {chosen: trial});
  });
  await show(figure, element);
  drawKey(colours);
  say();
}

function drawKey({categories}) {
  const key = document.getElementById("colours");
  key.replaceChildren(...(categories ?? []).map(({text, colour}) => {
    const entry = document.createElement("span"), patch = document.createElement("i");
    patch.style.background = colour;
    entry.append(patch, ` ${text.replaceAll("_", " ")}`);
    return entry;
  }));
  if (!categories) key.append(Object.assign(document.createElement("span"), {textContent: `colour: ${axis(state.colour).label}, dark is ${number(scale(state.colour).low)}, yellow is ${number(scale(state.colour).high)}`}));
  const left = trials.filter(present).length - drawn().length;
  if (left) key.append(Object.assign(document.createElement("span"), {textContent: `${left} trials have no value on these axes`}));
  const limits = [...state.brushes].map(([name, [low, high]]) => `${axis(name).label} ${scale(name).text(low)} to ${scale(name).text(high)}`);
  document.getElementById("limits").textContent = limits.length ? `only ${limits.join("; ")}` : "";
  document.getElementById("count").textContent = `${trials.filter(passes).length} of ${trials.length} trials`;
}

// What a screen reader says of the point, as the value of a slider.
function say() {
  const order = inOrder(), place = order.indexOf(state.chosen);
  element.setAttribute("aria-valuemin", 1);
  element.setAttribute("aria-valuemax", Math.max(order.length, 1));
  element.setAttribute("aria-valuenow", Math.max(place + 1, 1));
  element.setAttribute("aria-valuetext", `${nameOf(state.chosen)}, ${tagsOf(state.chosen).join(", ")}, ` +
    `${axis(state.x).label} ${number(state.chosen.values[state.x])}, ${axis(state.y).label} ${number(state.chosen.values[state.y])}`);
}

function walk(event) {
  const order = inOrder(), step = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1}[event.key];
  const to = {Home: 0, End: order.length - 1}[event.key];
  if (!order.length || (step === undefined && to === undefined)) return;
  event.preventDefault();
  const from = order.indexOf(event.shiftKey ? state.other : state.chosen);
  const next = order[to ?? (from < 0 ? 0 : (from + step + order.length) % order.length)];
  change(event.shiftKey ? {other: next, view: state.view === "one" ? "side" : state.view} : {chosen: next});
}

export function startFront() {
  const redraw = () => { drawing = drawing.then(draw); };
  listen(["x", "y", "colour", "shown", "frontOnly", "brushes", "scheme"], redraw);
  listen(["chosen", "other", "view", "lit"], () => { mark(); say(); });
  element.addEventListener("keydown", walk);
  drawing = draw();
  return drawing;
}
// Place of a trial's point in the element, px.
export function placeOf(trial) {
  const {frame} = viewOf(element);
  return [frame.x_scale.compute(scale(state.x).of(trial.values[state.x])), frame.y_scale.compute(scale(state.y).of(trial.values[state.y]))];
}
