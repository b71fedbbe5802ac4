// The table of collections: names from the catalogue, figures from the last scrape.

import { byId, el, data, setText } from "/console/element.js";
import { creating, emptyState } from "/console/curl.js";
import { brief, bytes, count, milliseconds } from "/console/format.js";
import { byLabel } from "/console/prometheus.js";

const COLUMNS = [
  ["vectors", null, count],
  ["points/s", "omendb_insertion_rate_per_sec", brief],
  ["lag, records", "omendb_lag_records", count],
  ["lag, time", "omendb_freshness_lag_ms", milliseconds],
  ["waiting rows", "omendb_index_build_queue_size", count],
  ["dead letters", "omendb_dead_letters", count],
  ["memory", "omendb_memory_usage_bytes", bytes],
  ["disk", "omendb_disk_usage_bytes", bytes],
];

function head() {
  const first = ["name", "vectors are"].map(text => el("th", { scope: "col", text }));
  return [...first, ...COLUMNS.map(([text]) => el("th", { scope: "col", class: "n", text }))];
}

/** Rows stay the same elements while they live: the focus on a name survives a refresh. */
class Row {
  element;
  #name;
  #button;
  #cells;

  constructor({ name, dimension, metric }, choose) {
    this.#name = name;
    this.#button = el("button", { type: "button", class: "link", "aria-pressed": "false", onclick: choose }, data(name));
    this.#cells = COLUMNS.map(([label]) => el("td", { class: "n", "data-label": label }));
    this.element = el("tr", { "data-collection": name }, el("th", { scope: "row" }, this.#button),
      el("td", { "data-label": "vectors are", text: `${metric}, ${dimension} d` }), ...this.#cells);
  }

  show(vectors, metrics, chosen) {
    this.#button.setAttribute("aria-pressed", String(chosen));
    COLUMNS.forEach(([, metric, format], i) => {
      const value = metric === null ? vectors : byLabel(metrics, metric, "collection").get(this.#name);
      setText(this.#cells[i], format(value ?? NaN));
    });
  }
}

export function showCollections(vitals, catalogue) {
  const rows = new Map();
  byId("collections-head").append(...head());
  const row = collection => {
    const key = JSON.stringify([collection.name, collection.dimension, collection.metric]);
    if (!rows.has(key)) rows.set(key, new Row(collection, () => catalogue.choose(catalogue.chosen === collection.name ? null : collection.name)));
    return rows.get(key);
  };
  const draw = () => {
    const problem = byId("collections-problem");
    problem.hidden = catalogue.problem === null;
    setText(problem, catalogue.problem === null ? "" : "The collections are not known now: " + catalogue.problem.message);
    if (catalogue.collections === null) return;
    const none = catalogue.collections.length === 0, empty = byId("collections-empty");
    byId("collections-frame").hidden = none;
    if (none && empty.hidden) empty.replaceChildren(emptyState("There is no collection yet. Make one:", creating()));
    empty.hidden = !none;
    const shown = catalogue.collections.map(collection => {
      const found = row(collection);
      found.show(collection.vectors, vitals.history.latest ?? new Map(), collection.name === catalogue.chosen);
      return found.element;
    });
    const body = byId("collections");
    if (shown.length !== body.children.length || shown.some((element, i) => body.children[i] !== element)) body.replaceChildren(...shown);
  };
  catalogue.addEventListener("list", draw);
  catalogue.addEventListener("chosen", draw);
  vitals.addEventListener("sample", draw);
}
