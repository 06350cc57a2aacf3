// Parallel coordinates: each trial is a line over its parameters and rewards; a box on an axis keeps what passes it.

import {colouring, passes} from "page/front.mjs";
import {axis, axisNames, scale, unitOf} from "page/scales.mjs";
import {change, listen, state, trials} from "page/state.mjs";
import {ink, models as B, newFigure, show, viewOf} from "page/plots.mjs";
import {element} from "page/text.mjs";

const place = document.getElementById("parallel");
const REACH = 0.3; // of the distance between axes; a box this near to an axis belongs to it
const WIDE = 0.16; // half the width of a brush on its axis

const shown = () => trials.filter(trial => state.shown.has(trial.pipeline));
// Parameters first, then rewards; what is the same in all trials is left out.
function names() {
  const varied = name => new Set(shown().map(trial => trial.values[name]).filter(v => v !== null && v !== undefined)).size > 1;
  const of = kind => axisNames.filter(name => axis(name).kind === kind && varied(name));
  return [...of("parameter"), ...of("reward"), ...of("agreement with the reference").slice(0, 1)];
}

function lines(axes) {
  const colours = colouring(), kept = trial => passes(trial);
  const order = shown().sort((a, b) => kept(a) - kept(b) || (a === state.chosen) - (b === state.chosen));
  const of = make => order.map(make);
  return {xs: of(() => axes.map((_, i) => i)), ys: of(trial => axes.map(name => unitOf(trial, name) ?? NaN)),
    colour: of(trial => trial === state.chosen ? ink("--chosen") : kept(trial) ? colours.of(trial) : ink("--out")),
    alpha: of(trial => trial === state.chosen ? 1 : kept(trial) ? 0.65 : 0.15), width: of(trial => trial === state.chosen ? 3.5 : kept(trial) ? 1.5 : 1)};
}

function brush({x0, x1, y0, y1}, axes) {
  const [left, right] = [Math.min(x0, x1), Math.max(x0, x1)], low = Math.max(Math.min(y0, y1), 0), high = Math.min(Math.max(y0, y1), 1);
  const brushes = new Map(state.brushes);
  axes.forEach((name, i) => { if (i > left - REACH && i < right + REACH) brushes.set(name, [low, high]); });
  change({brushes});
}

async function draw() {
  if (place.closest("[hidden]")) return;
  const axes = names();
  const figure = newFigure({height: 330, x_range: [-0.5, axes.length - 0.5], y_range: [-0.1, 1.1], tools: [new B.BoxSelectTool()]});
  figure.toolbar.active_drag = figure.toolbar.tools[0];
  const [across] = figure.xaxes;
  across.ticker = new B.FixedTicker({ticks: axes.map((_, i) => i)});
  across.major_label_overrides = new Map(axes.map((name, i) => [i, axis(name).label]));
  across.axis_line_color = across.major_tick_line_color = null;
  across.major_label_orientation = 0.6;
  figure.yaxes[0].visible = false;
  figure.ygrids[0].visible = false;
  figure.xgrids[0].grid_line_color = ink("--soft");
  figure.xgrids[0].ticker = across.ticker;
  const source = new B.ColumnDataSource({data: lines(axes)});
  figure.multi_line({field: "xs"}, {field: "ys"}, {source, line_color: {field: "colour"}, line_alpha: {field: "alpha"}, line_width: {field: "width"}});
  for (const [share, y, baseline] of [[0, -0.015, "top"], [1, 1.015, "bottom"]])
    figure.text({x: axes.map((_, i) => i), y: axes.map(() => y), text: axes.map(name => scale(name).text(share)), text_color: ink("--soft"), text_font_size: "11px", text_align: "center", text_baseline: baseline});
  axes.forEach((name, i) => {
    const limits = state.brushes.get(name);
    if (limits) figure.add_layout(new B.BoxAnnotation({left: i - WIDE, right: i + WIDE, bottom: limits[0], top: limits[1], fill_color: ink("--lit"), fill_alpha: 0.35, line_color: ink("--lit"), line_width: 2}));
  });
  figure.on_event("selectiongeometry", ({geometry, final}) => { if (final && geometry.type === "rect") brush(geometry, axes); });
  await show(figure, place);
}

function listBrushes() {
  document.getElementById("brushes").replaceChildren(...[...state.brushes].map(([name, [low, high]]) => {
    const found = scale(name), line = element("li", `${axis(name).label}: ${found.text(low)} to ${found.text(high)} `);
    const button = element("button", "remove", {type: "button", "aria-label": `remove the limits of ${axis(name).label}`});
    button.onclick = () => { const brushes = new Map(state.brushes); brushes.delete(name); change({brushes}); };
    line.append(button);
    return line;
  }));
}

// The same limits from lists: all values of a parameter, or tenths of the scale of a reward.
function startForm() {
  const form = document.getElementById("brush"), {axis: select, low, high} = form.elements;
  select.replaceChildren(...names().map(name => new Option(axis(name).label, name)));
  const fill = () => {
    const found = scale(select.value), values = [...new Set(trials.map(trial => unitOf(trial, select.value)).filter(v => v !== null))].sort((a, b) => a - b);
    const steps = values.length <= 25 ? values : Array.from({length: 11}, (_, i) => i / 10);
    for (const [list, last] of [[low, false], [high, true]]) {
      list.replaceChildren(...steps.map(share => new Option(found.text(share), share)));
      list.selectedIndex = last ? steps.length - 1 : 0;
    }
  };
  select.onchange = fill;
  form.onsubmit = event => {
    event.preventDefault();
    const ends = [Number(low.value), Number(high.value)].sort((a, b) => a - b);
    change({brushes: new Map(state.brushes).set(select.value, ends)});
  };
  fill();
}

export function startParallel() {
  let drawing = Promise.resolve();
  listen(["chosen", "colour", "shown", "frontOnly", "brushes", "scheme", "tab"], () => { drawing = drawing.then(draw); });
  listen(["brushes"], listBrushes);
  startForm();
}

// Place of an axis in the element, px, and of shares of its length.
export function placeOf(name, shares) {
  const {frame} = viewOf(place);
  return [frame.x_scale.compute(names().indexOf(name)), ...shares.map(share => frame.y_scale.compute(share))];
}
