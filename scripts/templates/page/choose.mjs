// The selection: a line for the config, a file for --configfile, and pictures.

import {composed, viewOf} from "page/plots.mjs";
import {mapElements} from "page/map.mjs";
import {change, listen, nameOf, page, state} from "page/state.mjs";

export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// The file holds what was picked of every pipeline; words in quotes are the same in YAML and JSON.
export function selectionYaml(picked) {
  const lines = [...picked].map(([pipeline, trial]) => `    ${JSON.stringify(pipeline)}: ${trial}\n`);
  return `select:\n  ${JSON.stringify(page.image)}:\n${lines.join("")}`;
}

const isPicked = () => state.picked.get(state.chosen.pipeline) === state.chosen.trial;

function say() {
  document.getElementById("choose").textContent = isPicked() ? "do not choose A" : "choose A";
  const words = [...state.picked].map(([pipeline, trial]) => `${pipeline}: ${trial}`).join(", ");
  document.getElementById("picked").textContent = words ? `The file selects ${words}.` : "Nothing is chosen yet; the file would select trial A.";
}

function download() {
  const picked = state.picked.size ? state.picked : new Map([[state.chosen.pipeline, state.chosen.trial]]);
  save(new Blob([selectionYaml(picked)], {type: "application/yaml"}), "selection.yaml");
}

function savePicture() {
  const shown = [document.getElementById("front"), ...mapElements()].filter(element => viewOf(element));
  const words = `${page.image}. A: ${nameOf(state.chosen)}` + (state.view === "one" ? "" : `. B: ${nameOf(state.other)}`);
  composed(shown, words).toBlob(blob => save(blob, `${page.image}.png`));
}

export function startChoose() {
  document.getElementById("choose").onclick = () => {
    const picked = new Map(state.picked), {pipeline, trial} = state.chosen;
    if (!isPicked()) picked.set(pipeline, trial); else picked.delete(pipeline);
    change({picked});
  };
  document.getElementById("download").onclick = download;
  document.getElementById("picture").onclick = savePicture;
  const copy = document.getElementById("copy");
  copy.onclick = () => navigator.clipboard?.writeText(state.chosen.line).then(() => { copy.textContent = "copied"; });
  listen(["chosen"], () => { copy.textContent = "copy"; });
  listen(["picked", "chosen"], say);
  say();
}
