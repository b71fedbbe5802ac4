// One collection in full: its schema, what background work has left to do, its shards.

import { byId, el, data } from "/console/element.js";
import { emptyState, writing } from "/console/curl.js";
import { bytes, count, milliseconds, plural } from "/console/format.js";

const pair = (name, ...value) => el("div", {}, el("dt", { text: name }), el("dd", {}, ...value));

function work(full) {
  const waiting = full.index_queue ?? 0, dead = full.deleted ?? 0;
  if (waiting === 0 && dead === 0) return "none: every row is indexed and stored";
  const parts = [];
  if (waiting > 0) parts.push(`${plural(waiting, "row")} wait for posting lists or the disk, searchable meanwhile`);
  if (dead > 0) parts.push(`${plural(dead, "dead row")} wait for a merge`);
  return parts.join("; ");
}

const moment = iso => String(iso).replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");

const index = full => (full.index?.in_use?.length ? full.index.in_use.join(", ") : "none yet") + ` (asked for: ${full.index?.kind ?? "auto"})`;

function fields(full) {
  const declared = Object.entries(full.fields ?? {});
  if (declared.length === 0) return [el("span", { class: "dim", text: "none declared: nothing can be filtered" })];
  return declared.map(([name, type]) => el("span", { class: "chip" }, data(name), el("span", { class: "dim", text: " " + type })));
}

function facts(full) {
  return el("dl", { class: "figures" },
    pair("Vectors", count(full.vectors)), pair("Dead rows", count(full.deleted)), pair("Segments", count(full.segments)),
    pair("Index", index(full)), pair("Memory", bytes(full.memory_bytes)), pair("Disk", bytes(full.disk_bytes)),
    pair("Topic", data(`${full.topic}, ${plural(full.partitions, "partition")}`)), pair("Made", data(moment(full.created_at))),
    pair("Background work", work(full)), el("div", { class: "broad" }, el("dt", { text: "Fields" }), el("dd", {}, ...fields(full))));
}

const applied = positions => Object.entries(positions ?? {}).map(([source, offset]) => `${source}: ${offset}`).join("\n");

function shard(of) {
  const cell = (label, text, kind = "n") => el("td", { class: kind, "data-label": label }, data(text));
  return el("tr", {}, el("th", { scope: "row", text: String(of.id) }), cell("address", of.address, ""), cell("vectors", count(of.vectors)),
    cell("lag, records", count(of.lag_records)), cell("lag, time", milliseconds(of.lag_ms)), cell("applied up to", applied(of.applied), "offsets"));
}

function shards(full) {
  const head = [["shard", ""], ["address", ""], ["vectors", "n"], ["lag, records", "n"], ["lag, time", "n"], ["applied up to", ""]];
  return el("div", { class: "wide" }, el("table", { "aria-label": "Shards" },
    el("thead", {}, el("tr", {}, ...head.map(([text, kind]) => el("th", { scope: "col", class: kind, text })))),
    el("tbody", {}, ...full.shards.map(shard))));
}

function inFull(full) {
  const first = full.vectors === 0 ? emptyState("It holds no point yet. Write one:", writing(full.name, full.dimension)) : null;
  return el("div", {}, facts(full), first, el("h4", { text: plural(full.shards.length, "shard") }), shards(full));
}

export function showDetail(catalogue) {
  const section = byId("detail");
  const title = el("h3", { id: "detail-title" }), search = el("a", { class: "button", text: "Search it" });
  const notice = el("div", { class: "notice bad", role: "status", hidden: true }), body = el("div");
  section.setAttribute("aria-labelledby", "detail-title");
  section.append(el("div", { class: "heading" }, title, search), notice, body);
  catalogue.addEventListener("chosen", () => {
    section.hidden = catalogue.chosen === null;
    title.replaceChildren("Collection ", data(catalogue.chosen ?? ""));
    search.href = "#/search?collection=" + encodeURIComponent(catalogue.chosen ?? "");
    body.replaceChildren(el("p", { class: "dim", text: "asking …" }));
    notice.hidden = true;
  });
  catalogue.addEventListener("detail", ({ detail: problem }) => {
    notice.hidden = problem === null;
    notice.textContent = problem === null ? "" : `Not known now: ${problem.message}`;
    if (problem !== null && catalogue.full === null) body.replaceChildren();
    // A reader who selects or focuses something in here is not disturbed.
    else if (problem === null && !body.contains(document.activeElement) && !selects(body)) body.replaceChildren(inFull(catalogue.full));
  });
}

function selects(element) {
  const selection = getSelection();
  return selection.type === "Range" && element.contains(selection.anchorNode);
}
