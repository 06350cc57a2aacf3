// What differs between trials A and B, in words and numbers.

import {comparison} from "page/map.mjs";
import {axis} from "page/scales.mjs";
import {listen, nameOf, number, state} from "page/state.mjs";
import {element, percent, table} from "page/text.mjs";

function settingRows(a, b) {
  const names = [...new Set([...a.search.parameters, ...b.search.parameters])];
  const of = (trial, name) => trial.search.parameters.includes(name) ? trial.values[name] : null;
  return names.filter(name => of(a, name) !== of(b, name)).map(name => [name, of(a, name), of(b, name)]);
}

function rewardRows(a, b) {
  const names = a.search.axes.filter(one => one.kind !== "parameter").map(one => one.name).filter(name => name in b.values);
  return names.filter(name => a.values[name] !== b.values[name]).map(name => [axis(name).label, a.values[name], b.values[name]]);
}

function draw() {
  if (document.getElementById("panel-compare").hidden && !state.printing) return;
  const {chosen: a, other: b} = state, found = comparison(), place = document.getElementById("compare");
  const lines = [`${percent(found.share)} of the area that both describe differs, after labels are matched by the sites they share; ` +
    `${percent(found.undecided)} because one of the two is undecided there.`];
  lines.push(...found.changes.slice(0, 4).map(({from, to, share}) => `${percent(share)}: label ${from} of A is label ${to} of B`));
  const list = element("ul");
  list.append(...lines.map(line => element("li", line)));
  const two = element("div", "", {class: "two"}), left = element("div"), right = element("div");
  left.append(element("h3", "Settings that differ"), table("settings that differ", ["parameter", "A", "B"], settingRows(a, b)));
  right.append(element("h3", "Numbers that differ"), table("numbers that differ", ["name", "A", "B"], rewardRows(a, b)));
  two.append(left, right);
  place.replaceChildren(element("h2", `A: ${nameOf(a)}; B: ${nameOf(b)}`), list, two);
  if (a === b) place.prepend(element("p", "A and B are the same trial. Click on another trial with Shift, or move B with Shift and an arrow key."));
  document.getElementById("compare").dataset.share = number(found.share);
}

export function startDifferences() {
  listen(["chosen", "other", "tab"], draw);
}
