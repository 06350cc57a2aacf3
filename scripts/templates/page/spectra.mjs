// The mean spectrum of each label of trial A, for grids of spectra.

import {domainColour} from "page/layers.mjs";
import {arrays, labelsOf, number, page} from "page/state.mjs";
import {element} from "page/text.mjs";

const WIDE = 300, TALL = 170, LEFT = 44, BOTTOM = 30, TOP = 8;
const drawn = (name, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
};

// Mean spectrum of each label, and of all sites under -1.
function means(trial) {
  const {array, scale, offset, axis} = page.spectra, {values} = arrays[array], steps = axis.length, labels = labelsOf(trial), found = new Map();
  for (let site = 0; site < labels.length; site++) {
    for (const label of labels[site] < 0 ? [-1] : [-1, labels[site]]) {
      const own = found.get(label) ?? {sum: new Float64Array(steps), count: 0};
      for (let k = 0; k < steps; k++) own.sum[k] += values[site * steps + k];
      own.count++;
      found.set(label, own);
    }
  }
  return [...found].sort((a, b) => a[0] - b[0]).map(([label, {sum, count}]) => ({label, count, mean: Array.from(sum, v => v / count * scale + offset)}));
}

function line(mean, place, look) {
  const {axis, closed} = page.spectra, points = axis.map((v, k) => place(v, mean[k]));
  if (closed) points.push(points[0]);
  return drawn("polyline", {points: points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "), fill: "none", ...look});
}

// An empty picture with its axes, and the place in it of (axis, response).
function framed(ends, [low, high], name, label) {
  const place = (v, r) => [LEFT + (v - ends[0]) / (ends[1] - ends[0]) * (WIDE - LEFT - 6), TOP + (high - r) / (high - low || 1) * (TALL - BOTTOM - TOP)];
  const svg = drawn("svg", {viewBox: `0 0 ${WIDE} ${TALL}`, width: WIDE, height: TALL, role: "img", "aria-label": label});
  const text = (x, y, words, anchor) => { const node = drawn("text", {x, y, "text-anchor": anchor, "font-size": 11, fill: "currentColor"}); node.textContent = words; svg.append(node); };
  svg.append(drawn("path", {d: `M${LEFT},${TOP}V${TALL - BOTTOM}H${WIDE - 6}`, fill: "none", stroke: "currentColor", "stroke-width": 0.8}));
  text(LEFT - 4, TOP + 8, number(high), "end");
  text(LEFT - 4, TALL - BOTTOM, number(low), "end");
  text(LEFT, TALL - BOTTOM + 13, number(ends[0]), "start");
  text(WIDE - 6, TALL - BOTTOM + 13, number(ends[1]), "end");
  text((LEFT + WIDE) / 2, TALL - 5, name, "middle");
  return {svg, place};
}

function picture(one, all, limits) {
  const {axis, labels: [name]} = page.spectra, ends = [Math.min(...axis), Math.max(...axis)];
  const {svg, place} = framed(ends, limits, name, `mean spectrum of label ${one.label}`);
  svg.append(line(all.mean, place, {stroke: "#999999", "stroke-width": 1}), line(one.mean, place, {stroke: domainColour(one.label), "stroke-width": 2}));
  const node = element("figure"), caption = element("figcaption", `label ${one.label}, ${one.count} sites`);
  caption.style.borderBottom = `3px solid ${domainColour(one.label)}`;
  node.append(svg, caption);
  return node;
}

// Loops that the selected trial's model generates along its leading latent variable at each beta.
export function drawBetas(trial) {
  const found = trial.search.betas;
  if (!found) return [];
  const {array, scale, offset, axis, labels, rows, points} = found, {values} = arrays[array], steps = axis.length, ramp = page.palettes.sequential;
  const every = Array.from(values, v => v * scale + offset), limits = [Math.min(...every), Math.max(...every)], ends = [Math.min(...axis), Math.max(...axis)];
  const row = element("div", "", {class: "spectra"});
  rows.forEach(({beta, own, divergence}, r) => {
    const {svg, place} = framed(ends, limits, labels[0], `generated loops at beta ${number(beta)}`), figure = element("figure");
    for (let p = 0; p < points; p++) {
      const of = every.slice((r * points + p) * steps, (r * points + p + 1) * steps), at = axis.map((v, k) => place(v, of[k])), colour = ramp[Math.round(p / Math.max(points - 1, 1) * (ramp.length - 1))];
      svg.append(drawn("polyline", {points: (page.spectra.closed ? [...at, at[0]] : at).map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "), fill: "none", stroke: colour, "stroke-width": 1.5}));
    }
    figure.append(svg, element("figcaption", `β ${number(beta)}${own ? " (selected)" : ""}: ${number(divergence)} nats`));
    row.append(figure);
  });
  const words = `${labels[1]}; of the selected trial: each curve is a value of the latent variable that says most, from its 2nd to its 98th percentile over the sites. Nats: its divergence from the prior.`;
  return [element("h3", "Generated loops over β"), row, element("p", words, {class: "hint"})];
}

export function drawSpectra(trial) {
  if (!page.spectra) return [];
  const [all, ...each] = means(trial), every = [all, ...each].flatMap(one => one.mean), limits = [Math.min(...every), Math.max(...every)];
  const row = element("div", "", {class: "spectra"});
  row.append(...each.map(one => picture(one, all, limits)));
  return [element("h3", "Mean spectrum of each label"), row, element("p", `${page.spectra.labels[1]}; grey: mean of all sites.`, {class: "hint"})];
}
