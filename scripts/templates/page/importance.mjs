// Which parameter matters: bars of the importance that the workflow computed, one group for each reward.

import {axis, axisNames} from "page/scales.mjs";
import {number, searches} from "page/state.mjs";
import {element} from "page/text.mjs";

const OPEN = 2; // groups that are open at first: those of the objectives
const label = target => axisNames.includes(target) ? axis(target).label : target === "status" ? "whether walls stand" : target;

function bar({parameter, importance, error}, most, target) {
  const line = element("div", "", {class: "bar"}), value = Math.max(importance ?? 0, 0);
  line.append(element("span", parameter), element("meter", "", {min: 0, max: most, value, "aria-label": `${parameter}, ${label(target)}`}),
    element("span", `${number(importance)} ± ${number(error)}`));
  return line;
}

function group({target, r2, bars}, place) {
  const box = element("details", "", place < OPEN ? {open: ""} : {}), most = Math.max(...bars.map(one => one.importance), 1e-9);
  box.append(element("summary", `${label(target)}: ${bars[0].parameter} matters most`), ...bars.map(one => bar(one, most, target)),
    element("p", `A forest predicts ${number(r2)} of the variance of trials that it has not seen; a bar is by how much this falls if the parameter is shuffled.`, {class: "hint"}));
  return box;
}

export function startImportance() {
  const place = document.getElementById("importance");
  for (const search of searches.filter(one => one.tables.importance)) {
    const known = search.tables.importance.filter(one => one.known), unknown = search.tables.importance.filter(one => !one.known);
    place.append(element("h3", `Which parameter matters: ${search.name}`), ...known.map(group));
    if (unknown.length) place.append(element("p", `These trials do not show which parameter matters for ${unknown.map(one => label(one.target)).join(", ")}.`, {class: "hint"}));
  }
}
