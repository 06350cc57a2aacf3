// Starts the page: its controls, its tabs and its keys.

import {startChoose} from "page/choose.mjs";
import {startDifferences} from "page/differences.mjs";
import {markerOf, startFront} from "page/front.mjs";
import {startImportance} from "page/importance.mjs";
import {fieldOf, fieldScale} from "page/layers.mjs";
import {elementOf, look, onMap, startMap} from "page/map.mjs";
import {startPairs} from "page/pairs.mjs";
import {startParallel} from "page/parallel.mjs";
import {startReadout} from "page/readout.mjs";
import {fillSelect} from "page/scales.mjs";
import {change, lengthUnit, listen, nameOf, number, page, perPx, searches, state} from "page/state.mjs";
import {startTable} from "page/table.mjs";
import {element} from "page/text.mjs";
import {startTrial} from "page/trial.mjs";
import {withWallOn} from "page/walls.mjs";

const by = id => document.getElementById(id);
const LAYERS = {image: "image", labels: "labels", undecided: "undecided", walls: "walls", polarization: "polarization", arrows: "arrows of P", field: "quantity",
  confidence: "doubt (white)", columns: "columns", reference: "reference", difference: "A and B differ"};

const OF_CELLS = new Set(["polarization", "arrows", "columns"]);

function startAxes() {
  fillSelect(by("axis-x"), state.x);
  fillSelect(by("axis-y"), state.y);
  fillSelect(by("axis-colour"), state.colour, [["pipeline", "pipeline"], ["status", "status"]]);
  for (const name of ["x", "y", "colour"]) by(`axis-${name}`).onchange = event => change({[name]: event.target.value});
  by("front-only").onchange = event => change({frontOnly: event.target.checked});
  const boxes = [...document.querySelectorAll("#pipelines input[value]:not(#front-only)")];
  for (const box of boxes) box.onchange = () => change({shown: new Set(boxes.filter(one => one.checked).map(one => one.value))});
  by("clear").onclick = () => { by("front-only").checked = false; change({brushes: new Map(), frontOnly: false, line: null, lit: new Set()}); by("line").reset(); };
  const signs = {circle: "●", square: "■", triangle: "▲", diamond: "◆", inverted_triangle: "▼", hex: "⬢", plus: "✚", star: "★"};
  by("markers").replaceChildren(...searches.map(search => element("span", `${signs[markerOf(search.name)]} ${search.name}`)),
    ...["✕ no wall stands", "◯ knee", "★ selected", "edge around a point: front"].map(text => element("span", text)));
}

function strip(element, colours) {
  const steps = Array.from({length: 9}, (_, i) => colours[Math.round(i / 8 * (colours.length - 1))]);
  element.style.background = `linear-gradient(to right, ${steps.join(", ")})`;
}

function startLayers() {
  const cells = page.cells.polarization !== null; // a grid of spectra has no unit cells
  for (const [name, text] of Object.entries(LAYERS).filter(([name]) => cells || !OF_CELLS.has(name))) {
    const label = element("label"), slider = element("input", "", {type: "range", min: 0, max: 100, value: 100 * state.layers[name], "data-layer": name});
    slider.oninput = () => change({layers: {...state.layers, [name]: slider.value / 100}});
    label.append(element("span", text), slider);
    by("layers").append(label);
  }
  listen(["layers"], () => document.querySelectorAll("[data-layer]").forEach(slider => { slider.value = 100 * state.layers[slider.dataset.layer]; }));
  by("field").replaceChildren(...page.cells.fields.map(field => new Option(field.label + (field.unit ? ` (${field.unit})` : ""), field.name)));
  by("field").onchange = event => change({field: event.target.value, layers: {...state.layers, field: state.layers.field || 0.8}});
  strip(by("significance"), page.palettes.significance);
  const sayField = () => {
    const {low, high, colours} = fieldScale(), {label, unit} = fieldOf();
    by("field-key").hidden = !(state.layers.field > 0);
    by("field-low").textContent = `${label} ${number(low)}`;
    by("field-high").textContent = `${number(high)} ${unit}`;
    strip(by("field-colours"), colours);
  };
  listen(["field", "layers"], sayField);
  sayField();
  by("field-of").textContent = cells ? "quantity of the unit cells" : "quantity of the sites";
  if (!cells) return;
  const {full, sigma, unit} = page.cells.polarization;
  by("wheel-words").textContent = `polarization: rim ${number(full)} ${unit} or more` + (sigma ? `; standard error of a cell ${number(sigma)} ${unit}` : "");
}

function startViews() {
  const radios = [...document.querySelectorAll("input[name=view]")], wipe = by("wipe");
  for (const radio of radios) radio.onchange = () => change({view: radio.value});
  wipe.oninput = () => change({wipe: wipe.value / 100});
  const say = () => {
    for (const radio of radios) radio.checked = radio.value === state.view;
    by("wipe-label").hidden = state.view !== "wipe";
    wipe.value = 100 * state.wipe;
    by("name-one").textContent = state.view === "wipe" ? `left of the line A: ${nameOf(state.chosen)}; right of it B: ${nameOf(state.other)}` : `A: ${nameOf(state.chosen)}`;
    by("name-two").textContent = `B: ${nameOf(state.other)}`;
  };
  listen(["view", "wipe", "chosen", "other"], say);
  say();
}

const CLOSER = 0.7, STEP = 0.12; // of what is seen
const MOVES = {"+": {zoom: CLOSER}, "=": {zoom: CLOSER}, "-": {zoom: 1 / CLOSER}, "0": {whole: true},
  ArrowLeft: {right: -STEP}, ArrowRight: {right: STEP}, ArrowUp: {down: -STEP}, ArrowDown: {down: STEP}};
function startMoves() {
  const named = {in: MOVES["+"], out: MOVES["-"], whole: MOVES["0"]};
  for (const button of document.querySelectorAll("[data-look]")) button.onclick = () => look(named[button.dataset.look]);
  by("maps").addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || !(event.key in MOVES)) return;
    event.preventDefault();
    look(MOVES[event.key]);
  });
}

// A line on the map: by two clicks, or by the four numbers of its ends.
function startLine() {
  const form = by("line"), draw = by("draw"), ends = ["y0", "x0", "y1", "x1"];
  form.querySelector(".unit").textContent = lengthUnit;
  const found = line => {
    const lit = withWallOn(line);
    change({line, lit});
    by("line-found").textContent = `${lit.size} trials have a wall within a cell of at least half of the line; they light up on the front.`;
  };
  const clicked = [];
  draw.onclick = () => { clicked.length = 0; draw.setAttribute("aria-pressed", draw.getAttribute("aria-pressed") !== "true"); };
  onMap("tap", event => {
    if (draw.getAttribute("aria-pressed") !== "true") return;
    clicked.push([event.y / perPx, event.x / perPx]);
    if (clicked.length < 2) { change({line: [...clicked]}); return; }
    clicked.flat().forEach((value, i) => { form.elements[ends[i]].value = (value * perPx).toFixed(2); });
    draw.setAttribute("aria-pressed", "false");
    found(clicked.splice(0));
  });
  form.onsubmit = event => {
    event.preventDefault();
    const [y0, x0, y1, x1] = ends.map(name => Number(form.elements[name].value) / perPx);
    found([[y0, x0], [y1, x1]]);
  };
  form.onreset = () => { by("line-found").textContent = ""; change({line: null, lit: new Set()}); };
}

function startTabs() {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const open = tab => {
    for (const one of tabs) {
      one.setAttribute("aria-selected", one === tab);
      one.tabIndex = one === tab ? 0 : -1;
      by(one.getAttribute("aria-controls")).hidden = one !== tab;
    }
    change({tab: tab.id});
  };
  tabs.forEach((tab, i) => {
    tab.onclick = () => open(tab);
    tab.onkeydown = event => {
      const next = {ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: tabs.length - 1}[event.key];
      if (next === undefined) return;
      event.preventDefault();
      const to = tabs[(next + tabs.length) % tabs.length];
      open(to);
      to.focus();
    };
  });
}

startAxes();
startLayers();
startViews();
await Promise.all([startFront(), startMap()]);
startMoves();
startLine();
startReadout();
startTrial();
startTable();
startDifferences();
startParallel();
startImportance();
startPairs();
startChoose();
startTabs();
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => change({scheme: Date.now()}));
window.addEventListener("beforeprint", () => { state.printing = true; change({tab: state.tab}); });
window.addEventListener("afterprint", () => { state.printing = false; });
elementOf("one").dataset.ready = "yes";
document.documentElement.dataset.ready = Math.round(performance.now()); // ms from the start of loading
