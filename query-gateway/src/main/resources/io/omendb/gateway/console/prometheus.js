// Reads the text format of /metrics.

const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

function labels(text) {
  const found = new Map();
  for (const [, name, value] of (text ?? "").matchAll(LABEL)) {
    found.set(name, value.replace(/\\(.)/g, (all, c) => (c === "n" ? "\n" : c)));
  }
  return found;
}

const number = text => (text === "+Inf" ? Infinity : text === "-Inf" ? -Infinity : Number(text));

/** Name of a metric to its values: [{labels, value}, …]. */
export function parseMetrics(text) {
  const metrics = new Map();
  for (const line of text.split("\n")) {
    const match = line.startsWith("#") ? null : LINE.exec(line);
    if (!match) continue;
    const values = metrics.get(match[1]) ?? [];
    values.push({ labels: labels(match[2]), value: number(match[3]) });
    metrics.set(match[1], values);
  }
  return metrics;
}

/** The value of a metric that has one; NaN where there is none. */
export const single = (metrics, name) => metrics.get(name)?.[0]?.value ?? NaN;

/** The values of a metric by one of its labels. */
export const byLabel = (metrics, name, label) => new Map((metrics.get(name) ?? []).map(of => [of.labels.get(label), of.value]));
