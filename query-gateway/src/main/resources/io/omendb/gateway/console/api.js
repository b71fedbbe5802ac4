// Talks to the gateway this page came from.

import { access } from "/console/access.js";
import { parse } from "/console/json.js";

/** An answer that is an error, as a problem document (RFC 9457) or whatever came instead. */
export class Problem extends Error {
  constructor(status, document) {
    super(document.detail || `The gateway answered ${status}.`);
    this.status = status;
    this.title = document.title || "";
    this.code = document.code || "";
    const { type, title, status: repeated, detail, code, ...rest } = document;
    this.more = rest;
  }
}

/** The gateway could not be reached at all, or not in time. */
export class Unreachable extends Error {}

async function send(path, options, timeoutMs) {
  const headers = { ...options.headers, ...access.headers() };
  try {
    const response = await fetch(path, { cache: "no-store", credentials: "same-origin", ...options, headers, signal: AbortSignal.timeout(timeoutMs) });
    return { response, text: await response.text() };
  } catch (cause) {
    const late = cause.name === "TimeoutError";
    throw new Unreachable(late ? `no answer within ${timeoutMs / 1000} s` : "no connection", { cause });
  }
}

function problem(response, text) {
  const problem = told(response, text);
  if (problem.status === 401) access.refused(problem.message);
  return problem;
}

function told(response, text) {
  try {
    const document = parse(text);
    if (document && typeof document === "object") return new Problem(response.status, document);
  } catch (notJson) {
    // A proxy in between answers in HTML.
  }
  return new Problem(response.status, { title: response.statusText, detail: text.slice(0, 500) });
}

export async function getText(path, timeoutMs) {
  const { response, text } = await send(path, {}, timeoutMs);
  if (!response.ok) throw problem(response, text);
  return text;
}

export const getJson = async (path, timeoutMs) => parse(await getText(path, timeoutMs));

/** Posts a body that is JSON already. */
export async function postJson(path, body, timeoutMs) {
  const { response, text } = await send(path, { method: "POST", headers: { "content-type": "application/json" }, body }, timeoutMs);
  if (!response.ok) throw problem(response, text);
  return parse(text);
}

export const collectionPath = name => "/collections/" + encodeURIComponent(name);

/** A path cannot name every id: browsers resolve these two away before they send anything. */
export function pointPath(collection, id) {
  if (id === "." || id === "..") throw new Error(`A URL cannot name the point ${id}; paste its vector instead.`);
  return collectionPath(collection) + "/points/" + encodeURIComponent(id);
}
