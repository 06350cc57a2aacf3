// "Left or right?": a few pairs of trials find the one that the reader prefers.
//
// A preference is taken as weights of the objectives: of two trials, the one whose weighted loss is smaller in its worst
// objective is preferred (augmented Chebyshev; it reaches every trial of a front, also in its hollows). Each answer keeps
// the weights that agree with it; the next pair is the one that halves them best.

import {axis} from "page/scales.mjs";
import {change, nameOf, number, page, state, trials} from "page/state.mjs";
import {element} from "page/text.mjs";

const MOST = 12; // pairs
const STEPS = {2: 400, 3: 36, 4: 16}; // of a weight from 0 to 1: 400 to 1000 sets of weights
const SUM = 0.05; // weight of the sum beside the worst objective

// All weights (lists that add up to 1) in equal steps.
export function weightsOf(count, steps = STEPS[count]) {
  if (count === 1) return [[1]];
  const found = [];
  const add = (start, left) => {
    if (start.length === count - 1) { found.push([...start, left / steps]); return; }
    for (let n = 0; n <= left; n++) add([...start, n / steps], left - n);
  };
  add([], steps);
  return found;
}

// Losses of candidates, 0 for the best and 1 for the worst of each objective.
export function lossesOf(values, directions) {
  const signed = values.map(row => row.map((value, k) => directions[k] === "maximise" ? -value : value));
  const low = directions.map((_, k) => Math.min(...signed.map(row => row[k]))), high = directions.map((_, k) => Math.max(...signed.map(row => row[k])));
  return signed.map(row => row.map((value, k) => high[k] > low[k] ? (value - low[k]) / (high[k] - low[k]) : 0));
}

const loss = (weights, row) => Math.max(...row.map((value, k) => weights[k] * value)) + SUM * row.reduce((sum, value, k) => sum + weights[k] * value, 0);

// The search for the preferred candidate: `pair()` is the next question, null at the end; `answer` keeps what agrees.
export function questions(losses) {
  let scores = weightsOf(losses[0].length).map(weights => losses.map(row => loss(weights, row)));
  const best = row => row.indexOf(Math.min(...row));
  const asked = [];
  const ahead = () => [...new Set(scores.map(best))];
  return {
    count: () => asked.length,
    left: () => ahead().length,
    favourite: () => {
      const votes = new Map();
      for (const row of scores) votes.set(best(row), (votes.get(best(row)) ?? 0) + 1);
      return [...votes].sort((a, b) => b[1] - a[1])[0][0];
    },
    pair: () => {
      const able = ahead();
      if (able.length < 2 || asked.length >= MOST) return null;
      let found = null, closest = Infinity;
      for (let i = 0; i < able.length; i++) for (let j = i + 1; j < able.length; j++) {
        const share = scores.filter(row => row[able[i]] < row[able[j]]).length / scores.length;
        if (Math.abs(share - 0.5) < closest) [found, closest] = [[able[i], able[j]], Math.abs(share - 0.5)];
      }
      return found;
    },
    answer: (preferred, other) => {
      const agree = scores.filter(row => row[preferred] < row[other]);
      if (agree.length) scores = agree;
      asked.push([preferred, other]);
    },
  };
}

function candidates() {
  const names = Object.keys(page.objectives);
  return trials.filter(trial => trial.front && state.shown.has(trial.pipeline) && names.every(name => typeof trial.values[name] === "number"));
}

function ask(search, able) {
  const place = document.getElementById("pairs"), pair = search.pair();
  if (pair === null) return finish(search, able);
  const [left, right] = pair.map(i => able[i]), names = Object.keys(page.objectives);
  change({chosen: left, other: right, view: "side"});
  const choice = (text, preferred, other) => {
    const box = element("div"), button = element("button", `${text}: ${nameOf(able[preferred])}`, {type: "button", "data-side": text});
    button.onclick = () => { search.answer(preferred, other); ask(search, able); };
    box.append(button, element("p", names.map(name => `${axis(name).label} ${number(able[preferred].values[name])}`).join(", "), {class: "soft"}));
    return box;
  };
  const row = element("div", "", {class: "pair"});
  row.append(choice("left", pair[0], pair[1]), choice("right", pair[1], pair[0]));
  place.replaceChildren(element("p", `Pair ${search.count() + 1} of at most ${MOST}. Which of the two maps above do you prefer? ${search.left()} trials are left.`), row);
  row.querySelector("button").focus({preventScroll: true});
}

function finish(search, able) {
  const trial = able[search.favourite()];
  change({chosen: trial, view: "one", picked: new Map(state.picked).set(trial.pipeline, trial.trial)});
  const place = document.getElementById("pairs");
  place.replaceChildren(element("p", `After ${search.count()} pairs: ${nameOf(trial)}. It is trial A now, and in selection.yaml.`), element("p", trial.line), again("ask again"));
}

function again(text) {
  const button = element("button", text, {type: "button", id: "start-pairs"});
  button.onclick = () => {
    const able = candidates();
    if (able.length < 2) { button.after(element("p", "The front of the pipelines that are shown has fewer than two trials: there is nothing to ask.")); return; }
    const names = Object.keys(page.objectives);
    ask(questions(lossesOf(able.map(trial => names.map(name => trial.values[name])), names.map(name => page.objectives[name]))), able);
  };
  return button;
}

export function startPairs() {
  document.getElementById("pairs").replaceChildren(element("p", `Two trials of the front are shown side by side. You say which you prefer. After at most ${MOST} pairs the page names the trial that agrees with your answers.`), again("start"));
}
