// Commands that a reader can paste into a shell.

import { access } from "/console/access.js";
import { el } from "/console/element.js";

const SHOWN_DIMENSIONS = 8;
const quoted = text => "'" + text.replaceAll("'", "'\\''") + "'";

/** The command that sends a body. */
export function curl(method, path, body) {
  const options = method === "GET" ? "" : `-X ${method} `;
  const sent = body === null ? "" : ` -H 'content-type: application/json' \\\n  -d ${quoted(body)}`;
  // The key itself would stay in the shell's history.
  const key = access.key === null ? "" : ` -H "authorization: Bearer $OMEN_API_KEY"`;
  return `curl -s ${options}${quoted(location.origin + path)}${key}${sent}`;
}

export const creating = () =>
  curl("PUT", "/collections/products", JSON.stringify({ dimension: 4, metric: "cosine", fields: { category: "keyword", price: "double" } }));

/** A first point of a collection; wide vectors are left to the reader. */
export function writing(name, dimension) {
  const vector = dimension <= SHOWN_DIMENSIONS
    ? JSON.stringify(Array.from({ length: dimension }, (_, i) => Math.round(100 / (i + 1)) / 100))
    : `[… ${dimension} numbers …]`;
  return curl("POST", `/collections/${encodeURIComponent(name)}/points?wait=true`, `{"points":[{"id":"first","vector":${vector},"metadata":{}}]}`);
}

/** A command in a box, and a button that copies it. */
export function command(text) {
  const copy = el("button", { type: "button", class: "quiet copy", text: "Copy", onclick: async () => {
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
    } catch (forbidden) {
      // Browsers allow it on a secure origin only; the text can still be selected.
      getSelection().selectAllChildren(code);
      copy.textContent = "Selected";
    }
  } });
  const code = el("code", { text });
  return el("div", { class: "command" }, el("pre", { tabindex: "0" }, code), copy);
}

/** Says that something is not there yet, and the command that changes it. */
export const emptyState = (sentence, text) => el("div", { class: "empty" }, el("p", { text: sentence }), command(text));
