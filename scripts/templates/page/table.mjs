// The table of all trials. The columns on the answer come first; the table follows the chosen trial.

import {passes} from "page/front.mjs";
import {axis, axisNames} from "page/scales.mjs";
import {change, listen, nameOf, number, state, tagsOf, trials} from "page/state.mjs";
import {element} from "page/text.mjs";

const FIRST = ["n_walls", "ari"];
const names = [...FIRST.filter(name => axisNames.includes(name)), ...axisNames.filter(name => !FIRST.includes(name))];
const sorting = {column: null, down: false};
const body = element("tbody");
const rows = new Map();

const valueOf = (trial, column) => ({trial: trial.trial, pipeline: trial.pipeline, status: trial.status}[column] ?? trial.values[column] ?? null);

function makeRow(trial) {
  const row = element("tr", "", {"data-trial": trial.id}), first = element("th", "", {scope: "row"});
  const button = element("button", String(trial.trial), {type: "button", "aria-label": `choose ${nameOf(trial)}`});
  button.onclick = () => change({chosen: trial});
  first.append(button);
  row.append(first, element("td", trial.pipeline, {class: "word"}), element("td", [tagsOf(trial).join(", "), trial.why.split(": ")[1]].filter(Boolean).join("; "), {class: "word"}));
  row.append(...names.map(name => element("td", number(trial.values[name]))));
  rows.set(trial, row);
}

function sort(column) {
  sorting.down = sorting.column === column && !sorting.down;
  sorting.column = column;
  const order = (a, b) => {
    const [p, q] = [valueOf(a, column), valueOf(b, column)];
    if (p === null || q === null) return (p === null) - (q === null);
    return (typeof p === "number" && typeof q === "number" ? p - q : String(p).localeCompare(String(q))) * (sorting.down ? -1 : 1);
  };
  body.append(...[...trials].sort(order).map(trial => rows.get(trial)));
}

function follow() {
  for (const [trial, row] of rows) {
    row.classList.toggle("shown", trial === state.chosen);
    row.toggleAttribute("aria-current", trial === state.chosen);
    row.hidden = !passes(trial) && trial !== state.chosen;
  }
  const frame = document.querySelector("#panel-table .table"), row = rows.get(state.chosen);
  if (!frame.closest("[hidden]")) frame.scrollTop = row.offsetTop - frame.clientHeight / 2;
}

export function startTable() {
  const head = element("tr"), top = element("thead");
  for (const [column, text] of [["trial", "trial"], ["pipeline", "pipeline"], ["status", "status"], ...names.map(name => [name, axis(name).label])]) {
    const cell = element("th", "", {scope: "col", class: ["pipeline", "status"].includes(column) ? "word" : ""}), button = element("button", text, {type: "button"});
    button.onclick = () => { sort(column); head.querySelectorAll("th").forEach(th => th.removeAttribute("aria-sort")); cell.setAttribute("aria-sort", sorting.down ? "descending" : "ascending"); };
    cell.append(button);
    head.append(cell);
  }
  top.append(head);
  trials.forEach(makeRow);
  body.append(...rows.values());
  document.getElementById("trials").append(top, body);
  listen(["chosen", "shown", "frontOnly", "brushes", "tab"], follow);
  follow();
}
