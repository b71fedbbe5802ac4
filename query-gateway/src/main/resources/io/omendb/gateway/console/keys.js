// Keys that work anywhere but in a field.

import { byId } from "/console/element.js";

const isField = element => element?.closest("input, textarea, select, [contenteditable]") !== null;

/** @param actions what each key does */
export function listenToKeys(actions) {
  const dialog = byId("keys");
  const all = { ...actions, "?": () => dialog.showModal() };
  byId("keys-open").addEventListener("click", () => dialog.showModal());
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]") !== null || isField(event.target)) return;
    const action = Object.hasOwn(all, event.key) ? all[event.key] : null;
    if (action === null) return;
    event.preventDefault();
    action();
  });
}
