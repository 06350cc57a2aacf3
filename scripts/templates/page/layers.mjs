// Colours of the layers of the map, one for each sample of the raster, as RGBA in one number.

import {arrays, labelsOf, page, quantity, raster, state} from "page/state.mjs";

const CLEAR = 0;
const size = page.raster.shape[0] * page.raster.shape[1];

export function rgba(hex, alpha = 255) {
  const value = parseInt(hex.slice(1), 16);
  return ((alpha << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0; // little endian: A B G R
}
const DOMAINS = page.palettes.domains.map(hex => rgba(hex));
const UNDECIDED = rgba("#d0006f"), DIFFERENT = rgba("#d0006f"), DOUBT = rgba("#ffffff");
export const domainColour = label => page.palettes.domains[label % page.palettes.domains.length];

// Each sample takes the colour of its site.
export function spread(name, colours, into = new Uint32Array(size)) {
  const sites = raster(name);
  for (let i = 0; i < size; i++) into[i] = sites[i] < 0 ? CLEAR : colours[sites[i]];
  return into;
}

// Label of each sample, -1 where there is none; -2 where there is no site.
export function sampled(trial, rename = null) {
  const labels = labelsOf(trial), sites = raster(trial.search.sites), found = new Int8Array(size);
  for (let i = 0; i < size; i++) {
    const label = sites[i] < 0 ? -2 : labels[sites[i]];
    found[i] = label < 0 || rename === null ? label : rename[label];
  }
  return found;
}

// A number for each sample, from the value there.
function painted(values, colourOf) {
  const pixels = new Uint32Array(size);
  for (let i = 0; i < size; i++) pixels[i] = colourOf(values[i]);
  return pixels;
}
export const labelPixels = samples => painted(samples, label => label < 0 ? CLEAR : DOMAINS[label % DOMAINS.length]);
export const undecidedPixels = samples => painted(samples, label => label === -1 ? UNDECIDED : CLEAR);
export const differentPixels = different => painted(different, one => one ? DIFFERENT : CLEAR);

export function polarizationPixels() {
  const {values} = arrays[page.cells.polarization.colours];
  const colours = new Uint32Array(values.length / 3);
  for (let i = 0; i < colours.length; i++) colours[i] = (0xff000000 | (values[3 * i + 2] << 16) | (values[3 * i + 1] << 8) | values[3 * i]) >>> 0;
  return spread(page.cells.sites, colours);
}

export const referencePixels = () => spread(page.reference.sites,
  Uint32Array.from(arrays.reference.values, label => label < 0 ? CLEAR : DOMAINS[label % DOMAINS.length]));

// White over the sites of the selected trial that other trials near the front do not confirm.
export function doubtPixels(search) {
  const share = arrays[`${search.name} confidence`].values;
  return spread(search.sites, Uint32Array.from(share, one => one > 250 ? CLEAR : (DOUBT & 0xffffff | ((250 - one) << 24)) >>> 0));
}

export const fieldOf = () => page.cells.fields.find(field => field.name === state.field);
// Colours of the quantity: symmetric about its median, as in the figures.
export function fieldScale() {
  const {limits: [low, median, high], colours} = fieldOf(), far = Math.max(high - median, median - low) || 1;
  return {colours: page.palettes[colours], low: median - far, high: median + far};
}
export function fieldGrid() {
  const values = quantity(fieldOf()), sites = raster(page.cells.sites), found = new Float32Array(size);
  for (let i = 0; i < size; i++) found[i] = sites[i] < 0 ? NaN : values[sites[i]];
  return found;
}

// Index of the sample at a place of the image, px; -1 outside.
export function sampleAt(y, x) {
  const [rows, columns] = page.raster.shape, [left, right, bottom, top] = page.raster.extent;
  const row = Math.floor((y - top) / (bottom - top) * rows), column = Math.floor((x - left) / (right - left) * columns);
  return row < 0 || column < 0 || row >= rows || column >= columns ? -1 : row * columns + column;
}
