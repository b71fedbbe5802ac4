// JSON whose whole numbers survive: beyond 2^53 they become BigInts, which a double would round.

const WHOLE = /^-?\d+$/;

export function parse(text) {
  return JSON.parse(text, (key, value, context) =>
    typeof value === "number" && !Number.isSafeInteger(value) && WHOLE.test(context?.source ?? "") ? BigInt(context.source) : value);
}

/** A whole number as it was typed; throws where this browser could only send a rounded one. */
export function whole(text) {
  if (!WHOLE.test(text)) throw new Error(`found ${text || "nothing"}, expected a whole number`);
  if (Number.isSafeInteger(Number(text))) return Number(text);
  if (JSON.rawJSON) return JSON.rawJSON(BigInt(text).toString());
  throw new Error(`${text} is more than this browser can send exactly`);
}
