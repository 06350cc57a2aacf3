// The mean patch of each cluster of trial A, and its difference from the mean of all sites.

import {element} from "page/text.mjs";
import {arrays, page} from "page/state.mjs";
import {domainColour} from "page/layers.mjs";

function drawn(values, [rows, columns], limit, colours, centre) {
  const canvas = element("canvas");
  canvas.width = columns;
  canvas.height = rows;
  canvas.style.aspectRatio = `${columns} / ${rows}`;
  const context = canvas.getContext("2d"), image = context.createImageData(columns, rows);
  values.forEach((value, i) => {
    const share = Math.min(Math.max(centre ? 0.5 + value / limit / 2 : (value - limit[0]) / (limit[1] - limit[0] || 1), 0), 1);
    const hex = colours[Math.round(share * (colours.length - 1))];
    image.data.set([parseInt(hex.slice(1, 3), 16), parseInt(hex.slice(3, 5), 16), parseInt(hex.slice(5, 7), 16), 255], 4 * i);
  });
  context.putImageData(image, 0, 0);
  return canvas;
}

const GREYS = Array.from({length: 64}, (_, i) => `#${Math.round(4 * i).toString(16).padStart(2, "0").repeat(3)}`);

function figure(canvases, text, colour = null) {
  const node = element("figure"), caption = element("figcaption", text);
  if (colour) caption.style.borderBottom = `3px solid ${colour}`;
  canvases.forEach((canvas, i) => {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", i ? `${text}, minus all sites` : text);
  });
  node.append(...canvases, caption);
  return node;
}

// The middle of a patch, as large as the trial's window.
function cropped(values, [rows, columns], [tall, wide]) {
  const top = (rows - tall) / 2, left = (columns - wide) / 2;
  return Float32Array.from({length: tall * wide}, (_, i) => values[(top + Math.floor(i / wide)) * columns + left + i % wide]);
}

export function drawCentroids(trial) {
  const found = trial.search.centroids, of = found?.trials.find(one => one.trial === trial.trial);
  const title = element("h3", "Mean patch of each cluster");
  if (!found) return [];
  if (!of) return [title, element("p", `They are computed for the selected trial and the front: trials ${found.trials.map(one => one.trial).join(", ")}.`)];
  const {shape} = found, size = shape[0] * shape[1], {values} = arrays[found.array], {window} = of;
  const patch = at => cropped(Float32Array.from(values.subarray(at * size, (at + 1) * size), v => v * found.scale + found.offset), shape, window);
  const mean = patch(of.mean), limits = [Math.min(...mean), Math.max(...mean)], parts = of.clusters.map(one => ({...one, difference: patch(one.place)}));
  const far = Math.max(...parts.flatMap(one => Array.from(one.difference, Math.abs))) || 1;
  const row = element("div", "", {class: "centroids"});
  row.append(figure([drawn(mean, window, limits, GREYS, false)], "all sites"));
  for (const one of parts) {
    const whole = one.difference.map((d, i) => d + mean[i]), pictures = [drawn(whole, window, limits, GREYS, false), drawn(one.difference, window, far, page.palettes.diverging, true)];
    row.append(figure(pictures, `label ${one.label}, ${one.count} sites`, domainColour(one.label)));
  }
  const words = `Above: the mean patch; below: its difference from the mean of all sites. Around the sites of one sublattice, in the trial's window of ${window.join(" × ")} px. Differences are drawn to ±${far.toPrecision(2)} of the normalised intensity; orange is brighter.`;
  return [title, row, element("p", words, {class: "hint"})];
}
