// Elements with text, and tables.

import {number} from "page/state.mjs";

export function element(name, text = "", attributes = {}) {
  const node = document.createElement(name);
  if (text !== "") node.textContent = text;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

export function list(lines) {
  const node = element("ul");
  node.append(...lines.map(line => element("li", line)));
  return node;
}

// A small table with a caption; `rows` are lists of values, numbers are written with 3 digits.
export function table(caption, heads, rows) {
  const frame = element("div", "", {class: "table short", tabindex: "0", role: "region", "aria-label": caption}), node = element("table");
  const head = element("tr"), body = element("tbody");
  head.append(...heads.map(text => element("th", text, {scope: "col"})));
  for (const row of rows) {
    const line = element("tr");
    line.append(...row.map((value, i) => element(i ? "td" : "th", number(value), {class: typeof value === "string" ? "word" : "", ...(i ? {} : {scope: "row"})})));
    body.append(line);
  }
  const top = element("thead");
  top.append(head);
  node.append(top, body);
  frame.append(node);
  return frame;
}

export const percent = share => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
