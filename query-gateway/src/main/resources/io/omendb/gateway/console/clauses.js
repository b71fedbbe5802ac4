// What can be asked of a field of each type, and the filter that asks it. Knows nothing of the page.

import { whole } from "/console/json.js";

const words = text => text.split(",").map(word => word.trim()).filter(word => word !== "");

function finite(text) {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new Error(`found ${text || "nothing"}, expected a number`);
  return value;
}

function some(list) {
  if (list.length === 0) throw new Error("found nothing, expected values separated by commas");
  return list;
}

function nonEmpty(text) {
  if (text === "") throw new Error("found nothing, expected a value");
  return text;
}

const READ = { keyword: nonEmpty, "keyword[]": nonEmpty, text: nonEmpty, double: finite, long: whole, bool: text => text === "true" };

const one = (operator, make) => ({ operator, list: false, make: (text, read) => make(read(text.trim())) });
const many = (operator, make) => ({ operator, list: true, make: (text, read) => make(some(words(text)).map(read)) });

const IS = one("is", value => value);
const IS_NOT = one("is not", value => ({ $ne: value }));
const IS_ONE = many("is one of", values => ({ $in: values }));
const IS_NONE = many("is none of", values => ({ $nin: values }));
const EXISTS = { operator: "exists", list: false, make: () => ({ $exists: true }) };
const MISSING = { operator: "is missing", list: false, make: () => ({ $exists: false }) };
const CONTAINS = one("contains", value => ({ $contains: value }));
const CONTAINS_NOT = one("does not contain", value => ({ $not: { $contains: value } }));
const ANY_OF = many("has one of", values => ({ $in: values }));
const RANGE = [["≥", "$gte"], ["≤", "$lte"], [">", "$gt"], ["<", "$lt"]].map(([sign, name]) => one(sign, value => ({ [name]: value })));

const NUMBER = [...RANGE, IS, IS_NOT, IS_ONE, IS_NONE, EXISTS, MISSING];
const OPERATORS = {
  keyword: [IS, IS_NOT, IS_ONE, IS_NONE, EXISTS, MISSING],
  "keyword[]": [CONTAINS, CONTAINS_NOT, ANY_OF, EXISTS, MISSING],
  double: NUMBER,
  long: NUMBER,
  bool: [IS, EXISTS, MISSING],
  text: [CONTAINS, CONTAINS_NOT, EXISTS, MISSING],
};

/** What a field of a type can be asked; one that this console does not know can be there or not. */
export const operators = type => OPERATORS[type] ?? [EXISTS, MISSING];

export const takesValue = operator => operator !== EXISTS && operator !== MISSING;

/** What one condition says of its field; throws with what was found and what was expected. */
export function clause(type, operator, text) {
  return operator.make(text, READ[type] ?? nonEmpty);
}

/** One filter of all clauses: [[field, clause], …]. Null where there are none. */
export function joined(clauses, join) {
  if (clauses.length === 0) return null;
  const distinct = new Set(clauses.map(([field]) => field)).size === clauses.length;
  if (clauses.length === 1 || (join === "all" && distinct)) return Object.fromEntries(clauses);
  return { [join === "all" ? "$and" : "$or"]: clauses.map(of => Object.fromEntries([of])) };
}
