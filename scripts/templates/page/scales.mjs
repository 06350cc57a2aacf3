// Scales of parameters, rewards and agreement: each trial's place from 0 to 1 on each of them.

import {number, searches, trials} from "page/state.mjs";

const RATIO = 30; // as in the figures, an axis is logarithmic if its values span a larger ratio

const axes = new Map();
for (const search of searches) for (const axis of search.axes) if (!axes.has(axis.name)) axes.set(axis.name, axis);

const KINDS = ["reward", "agreement with the reference", "parameter", "other"];
export const axisNames = [...axes.values()].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind)).map(a => a.name);
export const axis = name => axes.get(name);
export const kinds = KINDS;

export const better = name => ({minimise: "less", maximise: "more"})[axis(name).direction] ?? "";

function makeScale(name) {
  const found = trials.map(trial => trial.values[name]).filter(value => value !== null && value !== undefined);
  const words = found.some(value => typeof value === "string");
  if (words || !found.length) {
    const categories = [...new Set(found.map(String))].sort();
    const last = Math.max(categories.length - 1, 1);
    return {name, categories, log: false, low: 0, high: last, of: value => categories.indexOf(String(value)),
      unit: value => categories.indexOf(String(value)) / last, text: share => categories[Math.round(share * last)] ?? "–",
      back: share => share * last};
  }
  const low = Math.min(...found), high = Math.max(...found), log = low > 0 && high / low > RATIO;
  const [from, to] = log ? [Math.log(low), Math.log(high)] : [low, high];
  const span = to - from || 1;
  const back = share => log ? Math.exp(from + share * span) : from + share * span;
  return {name, categories: null, log, low, high, of: value => value, unit: value => ((log ? Math.log(value) : value) - from) / span,
    text: share => number(back(share)), back};
}

const scales = new Map();
export function scale(name) {
  if (!scales.has(name)) scales.set(name, makeScale(name));
  return scales.get(name);
}

export const has = (trial, name) => trial.values[name] !== null && trial.values[name] !== undefined;
export const unitOf = (trial, name) => has(trial, name) ? scale(name).unit(trial.values[name]) : null;

// Whether a trial is on the axis of every brush, and between its ends.
export function brushed(trial, brushes) {
  for (const [name, [low, high]] of brushes) {
    const unit = unitOf(trial, name);
    if (unit === null || unit < low - 1e-9 || unit > high + 1e-9) return false;
  }
  return true;
}

// Adds the options of all axes to a <select>, in groups.
export function fillSelect(select, chosen, before = []) {
  select.replaceChildren(...before.map(([value, text]) => new Option(text, value, false, value === chosen)));
  for (const kind of KINDS) {
    const names = axisNames.filter(name => axis(name).kind === kind);
    if (!names.length) continue;
    const group = document.createElement("optgroup");
    group.label = kind;
    group.append(...names.map(name => new Option(axis(name).label, name, false, name === chosen)));
    select.append(group);
  }
}
