// Any JSON value as a tree of names and values: metadata, explanations, the rest of a problem document.

import { el, data } from "/console/element.js";

const LONG_TEXT = 300;
const MANY = 50;

function scalar(value) {
  const text = String(value);
  const kind = value === null ? "null" : typeof value;
  if (text.length <= LONG_TEXT) return data(text, "value " + kind);
  return el("details", { class: "long" }, el("summary", {}, data(text.slice(0, LONG_TEXT) + "…", "value " + kind)), data(text, "value " + kind));
}

const isNested = value => value !== null && typeof value === "object";

function entries(value) {
  const all = Array.isArray(value) ? value.map((of, i) => [`[${i}]`, of]) : Object.entries(value);
  return { shown: all.slice(0, MANY), left: all.length - MANY };
}

/** A list of scalars reads best in a line. */
const isShortList = value => Array.isArray(value) && value.length <= MANY && !value.some(isNested);

export function tree(value) {
  if (!isNested(value)) return scalar(value);
  if (isShortList(value)) return el("span", { class: "list" }, ...value.map(scalar));
  const { shown, left } = entries(value);
  if (shown.length === 0) return el("span", { class: "dim", text: Array.isArray(value) ? "[ ]" : "{ }" });
  return el("dl", { class: "tree" },
    ...shown.map(([name, of]) => el("div", { class: isNested(of) && !isShortList(of) ? "nested" : "" }, el("dt", {}, data(name)), el("dd", {}, tree(of)))),
    left > 0 ? el("div", { class: "dim", text: `and ${left} more` }) : null);
}
