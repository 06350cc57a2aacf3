// The mean patch of each cluster of trial A, and its difference from the mean of all sites.

import {element} from "page/text.mjs";
import {arrays, page} from "page/state.mjs";
import {domainColour} from "page/layers.mjs";

function drawn(values, [rows, columns], limit, colours, centre) {
  const canvas = element("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d"), image = context.createImageData(columns, rows);
  values.forEach((value, i) => {
    const share = Math.min(Math.max(centre ? 0.5 + value / limit / 2 : (value - limit[0]) / (limit[1] - limit[0]), 0), 1);
    const hex = colours[Math.round(share * (colours.length - 1))];
    image.data.set([parseInt(hex.slice(1, 3), 16), parseInt(hex.slice(3, 5), 16), parseInt(hex.slice(5, 7), 16), 255], 4 * i);
  });
  context.putImageData(image, 0, 0);
  return canvas;
}

const GREYS = Array.from({length: 64}, (_, i) => `#${Math.round(4 * i).toString(16).padStart(2, "0").repeat(3)}`);

function figure(canvas, text, colour = null) {
  const node = element("figure"), caption = element("figcaption", text);
  if (colour) caption.style.borderBottom = `3px solid ${colour}`;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", text);
  node.append(canvas, caption);
  return node;
}

export function drawCentroids(trial) {
  const found = trial.search.centroids, of = found?.trials.find(one => one.trial === trial.trial);
  const title = element("h3", "Mean patch of each cluster");
  if (!found) return [];
  if (!of) return [title, element("p", `They are computed for the trials of the front and the selected one (${found.trials.map(one => one.trial).join(", ")}).`)];
  const [rows, columns] = found.shape, size = rows * columns, values = arrays[found.array].values;
  const patch = at => Float32Array.from(values.subarray(at * size, (at + 1) * size), v => v * found.scale + found.offset);
  const mean = patch(of.mean), parts = of.clusters.map(one => ({...one, difference: patch(one.place)}));
  const limit = Math.max(...parts.flatMap(one => [Math.max(...one.difference.map(Math.abs))])) || 1;
  const row = element("div", "", {class: "centroids"}), differences = element("div", "", {class: "centroids"});
  row.append(figure(drawn(mean, found.shape, [Math.min(...mean), Math.max(...mean)], GREYS, false), "all sites"));
  for (const one of parts) {
    const whole = one.difference.map((d, i) => d + mean[i]), text = `label ${one.label}, ${one.count} sites`;
    row.append(figure(drawn(whole, found.shape, [Math.min(...mean), Math.max(...mean)], GREYS, false), text, domainColour(one.label)));
    differences.append(figure(drawn(one.difference, found.shape, limit, page.palettes.diverging, true), `label ${one.label} minus all sites`, domainColour(one.label)));
  }
  return [title, row, differences, element("p", `${found.words} Differences are drawn to ±${limit.toPrecision(2)} (orange is brighter).`, {class: "hint"})];
}
