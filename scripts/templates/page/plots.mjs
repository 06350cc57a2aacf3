// Figures of BokehJS in the colours of the page, and their pictures.

const B = window.Bokeh;
const {ndarray} = B.require("core/util/ndarray");

export const ink = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const models = B;

export function newFigure(options) {
  const figure = B.Plotting.figure({toolbar_location: null, sizing_mode: "stretch_width", tools: [],
    background_fill_color: ink("--page"), border_fill_color: ink("--page"), outline_line_color: null, ...options});
  for (const line of figure.axes) {
    line.axis_label_text_color = ink("--ink");
    line.axis_label_text_font_style = "normal";
    line.axis_label_text_font = line.major_label_text_font = ink("--font");
    line.axis_label_text_font_size = "13px";
    line.major_label_text_color = ink("--soft");
    line.major_label_text_font_size = "12px";
    for (const part of ["axis", "major_tick", "minor_tick"]) line[`${part}_line_color`] = ink("--soft");
  }
  for (const grid of figure.grids) grid.grid_line_color = ink("--line");
  return figure;
}

const views = new Map(); // of each element, what is shown in it
// The element's figure is replaced by another. Resolves to the view of the figure.
export async function show(figure, element) {
  const before = views.get(element);
  const view = await B.Plotting.show(figure, element);
  if (before) before.remove();
  views.set(element, view);
  return view;
}
export const viewOf = element => views.get(element);

// RGBA of an image, for the glyph image_rgba: rows from the top.
export const picture = (pixels, [rows, columns]) => ndarray(pixels.buffer, {dtype: "uint32", shape: [rows, columns]});
export const grid = (values, [rows, columns]) => ndarray(values.buffer, {dtype: "float32", shape: [rows, columns]});

// The figures of some elements side by side, with a line of text below: a canvas.
export function composed(elements, text) {
  const drawn = elements.map(element => views.get(element)?.export("png").canvas).filter(canvas => canvas?.width);
  const ratio = window.devicePixelRatio || 1, line = 24 * ratio;
  const canvas = document.createElement("canvas");
  canvas.width = drawn.reduce((sum, one) => sum + one.width, 0);
  canvas.height = Math.max(...drawn.map(one => one.height)) + line;
  const context = canvas.getContext("2d");
  context.fillStyle = ink("--page");
  context.fillRect(0, 0, canvas.width, canvas.height);
  let left = 0;
  for (const one of drawn) { context.drawImage(one, left, 0); left += one.width; }
  context.fillStyle = ink("--ink");
  context.font = `${13 * ratio}px ${ink("--font")}`;
  context.fillText(text, 8 * ratio, canvas.height - 8 * ratio, canvas.width - 16 * ratio);
  return canvas;
}
