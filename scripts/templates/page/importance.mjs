// Which parameter matters: bars of the importance that the workflow computed.

import {searches} from "page/state.mjs";
import {element} from "page/text.mjs";

function bars({columns, rows}, name) {
  const at = wanted => columns.indexOf(wanted), box = element("div");
  box.append(element("h3", `Which parameter matters: ${name}`));
  const rewards = [...new Set(rows.map(row => row[at("reward")]))];
  for (const reward of rewards) {
    box.append(element("h4", String(reward).replaceAll("_", " ")));
    const own = rows.filter(row => row[at("reward")] === reward).sort((a, b) => b[at("importance")] - a[at("importance")]);
    const most = Math.max(...own.map(row => row[at("importance")]), 1e-9);
    for (const row of own) {
      const value = row[at("importance")], line = element("div", "", {class: "bar"});
      line.append(element("span", row[at("parameter")]), element("meter", "", {min: 0, max: most, value: Math.max(value, 0), "aria-label": `${row[at("parameter")]}, ${reward}`}),
        element("span", Number(value).toPrecision(2)));
      box.append(line);
    }
  }
  return box;
}

export function startImportance() {
  const found = searches.filter(search => search.tables.importance);
  document.getElementById("importance").replaceChildren(...found.map(search => bars(search.tables.importance, search.name)));
}
