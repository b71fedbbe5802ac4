// What a search found: how long it took, how fresh it is, the hits, or what was wrong.

import { Problem } from "/console/api.js";
import { command, curl } from "/console/curl.js";
import { el, data } from "/console/element.js";
import { count, milliseconds, plural } from "/console/format.js";
import { tree } from "/console/tree.js";

const figure = value => el("span", { class: "figure", text: Number(value).toPrecision(6).replace(/\.?0+$/, "") });
const fact = (name, value) => el("div", {}, el("dt", { text: name }), el("dd", {}, value));

/** The part of a hit that ranks it. */
function measure(hit) {
  const parts = [];
  if (hit.score !== undefined) parts.push(fact("score", figure(hit.score)));
  if (hit.distance !== undefined) parts.push(fact("distance", figure(hit.distance)));
  for (const [name, value] of Object.entries(hit.scores ?? {})) parts.push(fact(name, value === null ? "–" : figure(value)));
  return el("dl", { class: "measure" }, ...parts);
}

function hitElement(hit, like) {
  const { id, explain } = hit;
  const hasMetadata = hit.metadata && Object.keys(hit.metadata).length > 0;
  return el("li", { class: "hit", "data-id": id },
    el("div", { class: "hit-head" }, el("h3", {}, data(id)), measure(hit), el("button", { type: "button", class: "quiet", text: "More like this", onclick: () => like(id) })),
    hit.text ? el("p", { class: "text" }, tree(hit.text)) : null,
    hasMetadata ? el("div", { class: "metadata" }, tree(hit.metadata)) : el("p", { class: "dim", text: "no metadata" }),
    explain === undefined ? null : el("details", { class: "explain" }, el("summary", { text: "Explain" }), tree(explain)));
}

function freshness(answer) {
  const { lag_records: records, lag_ms: ms } = answer.freshness ?? {};
  if (records === null || records === undefined) return "lag unknown: Kafka does not answer";
  return records === 0 ? "nothing unread in the log" : `${plural(records, "record")} behind, newest applied ${milliseconds(ms)} ago`;
}

function partial(answer) {
  const { total, answered } = answer.shards ?? {};
  return answered < total ? el("p", { class: "notice bad", text: `Only ${answered} of ${total} shards answered: hits may be missing.` }) : null;
}

export function found(answer, request, tookMs, like) {
  const hits = answer.hits.filter(hit => hit.id !== request.without).slice(0, request.k);
  const facts = el("dl", { class: "facts" },
    fact("hits", count(hits.length)), fact("searched in", milliseconds(answer.took_ms)), fact("there and back", milliseconds(tookMs)),
    fact("freshness", freshness(answer)), fact("shards", `${answer.shards?.answered ?? "–"} of ${answer.shards?.total ?? "–"}`),
    answer.device ? fact("on", answer.device) : null);
  const { hits: shown, ...rest } = answer;
  return [
    el("h3", { class: "hidden", text: "Answer" }), facts, partial(answer),
    hits.length === 0 ? el("div", { class: "empty" }, el("p", { text: "Nothing found. Loosen the filter, or see on the overview whether the collection holds points." })) : null,
    el("ol", { class: "hits" }, ...hits.map(hit => hitElement(hit, like))),
    el("details", {}, el("summary", { text: "The answer besides its hits" }), tree(rest)),
    asked(request),
  ];
}

const asked = request => el("details", {}, el("summary", { text: "The request, with curl" }), command(curl("POST", request.path, request.body)));

/** @param request null where it could not even be made */
export function refused(failure, request) {
  const isProblem = failure instanceof Problem;
  const head = isProblem ? `${failure.status} ${failure.title}` : "Not searched";
  return [
    el("div", { class: "notice bad", role: "alert" }, el("strong", { text: head }), el("p", {}, data(failure.message)),
      isProblem && failure.code ? el("p", { class: "dim", text: `code ${failure.code}` }) : null,
      isProblem && Object.keys(failure.more).length > 0 ? tree(failure.more) : null),
    request === null ? null : asked(request),
  ].filter(element => element !== null);
}
