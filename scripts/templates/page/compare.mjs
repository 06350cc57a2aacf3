// Two trials: their labels matched by the sites they share, and where they differ.

import {sampled} from "page/layers.mjs";

// One-to-one assignment of rows to columns with the largest sum (Kuhn 1955, with potentials): column of each row.
export function assign(gain) {
  const rows = gain.length, columns = gain[0]?.length ?? 0;
  const u = new Array(rows + 1).fill(0), v = new Array(columns + 1).fill(0), rowOf = new Array(columns + 1).fill(0);
  for (let row = 1; row <= rows; row++) {
    rowOf[0] = row;
    const least = new Array(columns + 1).fill(Infinity), from = new Array(columns + 1).fill(0), used = new Array(columns + 1).fill(false);
    let column = 0;
    do {
      used[column] = true;
      let delta = Infinity, next = 0;
      for (let j = 1; j <= columns; j++) {
        if (used[j]) continue;
        const cost = -gain[rowOf[column] - 1][j - 1] - u[rowOf[column]] - v[j];
        if (cost < least[j]) [least[j], from[j]] = [cost, column];
        if (least[j] < delta) [delta, next] = [least[j], j];
      }
      for (let j = 0; j <= columns; j++) {
        if (used[j]) { u[rowOf[j]] += delta; v[j] -= delta; } else least[j] -= delta;
      }
      column = next;
    } while (rowOf[column]);
    while (column) { rowOf[column] = rowOf[from[column]]; column = from[column]; }
  }
  const found = new Array(rows).fill(-1);
  for (let j = 1; j <= columns; j++) if (rowOf[j]) found[rowOf[j] - 1] = j - 1;
  return found;
}

// New number of each label of `other`, so that the label that shares most samples with one of `one` has its number.
export function matched(one, other) {
  const count = labels => labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const size = Math.max(count(one), count(other), 1); // square: every label finds a partner, empty ones too
  const shared = Array.from({length: size}, () => new Array(size).fill(0));
  for (let i = 0; i < one.length; i++) if (one[i] >= 0 && other[i] >= 0) shared[other[i]][one[i]]++;
  return assign(shared);
}

// Labels of both trials at each sample, those of B renamed to match A, where they differ, and what differs.
export function compare(a, b) {
  const one = sampled(a), rename = matched(one, sampled(b)), other = sampled(b, rename);
  const different = new Uint8Array(one.length), pairs = new Map();
  let both = 0, differ = 0, undecided = 0;
  for (let i = 0; i < one.length; i++) {
    if (one[i] < -1 || other[i] < -1) continue;
    both++;
    if (one[i] === other[i]) continue;
    if (one[i] < 0 || other[i] < 0) undecided++; else {
      const key = `${one[i]} ${other[i]}`;
      pairs.set(key, (pairs.get(key) ?? 0) + 1);
    }
    different[i] = 1;
    differ++;
  }
  const changes = [...pairs].map(([key, n]) => ({from: Number(key.split(" ")[0]), to: Number(key.split(" ")[1]), share: n / Math.max(both, 1)}));
  return {one, other, different, share: differ / Math.max(both, 1), undecided: undecided / Math.max(both, 1),
    changes: changes.sort((p, q) => q.share - p.share)};
}
