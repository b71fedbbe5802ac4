// What the form asks for, as a request. "Like a point" looks its vector up first.

import { collectionPath, getJson, pointPath } from "/console/api.js";

const LOOKUP_MS = 15_000;

function vector(text, dimension) {
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch (syntax) {
    throw new Error(`The vector is no JSON array: ${syntax.message}`, { cause: syntax });
  }
  if (!Array.isArray(parsed) || parsed.some(component => typeof component !== "number")) {
    throw new Error(`The vector: expected a JSON array of ${dimension} numbers, such as [0.1, 0.2, …].`);
  }
  return parsed;
}

const common = form => ({
  ...(form.filters === null ? {} : { filters: form.filters }),
  ...(form.consistency === "eventual" ? {} : { consistency: form.consistency }),
});

const exact = form => (form.exact ? { exact: true } : {});

async function like(form) {
  if (form.like === "") throw new Error("The id of the point: found nothing, expected the id of a stored point.");
  const point = await getJson(pointPath(form.collection, form.like) + "?include=vector", LOOKUP_MS);
  // It finds itself first: one more is asked for and it is left out.
  return { path: "/search", body: { vector: point.vector.map(Number), k: form.k + 1, ...exact(form), ...common(form) }, without: form.like };
}

function hybrid(form) {
  if (form.text.trim() === "") throw new Error("The text: found nothing, expected words to find.");
  const dense = form.vector.trim() === "" ? {} : { vector: vector(form.vector, form.dimension) };
  return { path: "/hybrid_search", body: { ...dense, text: form.text, k: form.k, alpha: form.alpha, fusion: form.fusion, ...common(form), explain: true } };
}

const byVector = form => ({ path: "/search", body: { vector: vector(form.vector, form.dimension), k: form.k, ...exact(form), ...common(form) } });

/** {path, body, without}: the body as text, `without` an id to leave out of the hits. */
export async function request(form) {
  if (!Number.isInteger(form.k) || form.k < 1) throw new Error("Hits: expected a whole number from 1 up.");
  const { path, body, without = null } = form.mode === "like" ? await like(form) : form.mode === "hybrid" ? hybrid(form) : byVector(form);
  return { path: collectionPath(form.collection) + path, body: JSON.stringify(body), without };
}
