// The last minutes of /metrics, and the lines that the charts draw from them. One sample is what one scrape said.

import { byLabel, single } from "/console/prometheus.js";
import { buckets, gained, quantile } from "/console/quantile.js";

export const WINDOW_S = 300;

/** Latency is that of the searches in the last half minute: fewer would say little of a p99. */
const LATENCY_S = 30;

/** Samples further apart than this have a gap between them, not a line. */
const GAP_S = 10;

export const sum = values => [...values].reduce((a, b) => a + b, 0);
export const most = values => [...values].reduce((a, b) => (b > a || Number.isNaN(a) ? b : a), NaN);

export class History {
  #samples = [];

  /** @param metrics a parsed scrape; @param at seconds */
  add(metrics, at) {
    const last = this.#samples.at(-1);
    if (last && at - last.at > GAP_S) this.#samples.push({ at: last.at + 1, gap: true });
    this.#samples.push({ at, metrics, searches: buckets(metrics, "omendb_search_latency_seconds") });
    while (this.#samples[0].at < at - WINDOW_S - LATENCY_S) this.#samples.shift();
  }

  get latest() {
    return this.#samples.at(-1)?.metrics;
  }

  get size() {
    return this.#samples.length;
  }

  /** The times, then one list of values per reader; a null is a gap. */
  lines(readers) {
    const since = (this.#samples.at(-1)?.at ?? 0) - WINDOW_S;
    const shown = this.#samples.filter(sample => sample.at >= since);
    const value = (sample, read) => {
      const found = sample.gap ? NaN : read(sample, this);
      return Number.isFinite(found) ? found : null;
    };
    return [shown.map(sample => sample.at), ...readers.map(read => shown.map(sample => value(sample, read)))];
  }

  /** Milliseconds within which a share of the searches was answered. */
  latency(sample, q) {
    const before = this.#samples.findLast(other => !other.gap && other.at < sample.at && other.at <= sample.at - LATENCY_S)
      ?? this.#samples.find(other => !other.gap);
    return before === sample ? NaN : quantile(q, gained(sample.searches, before.searches)) * 1000;
  }
}

/** Reads a metric of collections: of one, or of all together. */
export function ofCollections(name, together, chosen) {
  return sample => {
    const values = byLabel(sample.metrics, name, "collection");
    return chosen === null ? together(values.values()) : values.get(chosen) ?? NaN;
  };
}

export const reader = name => sample => single(sample.metrics, name);
export const latency = q => (sample, history) => history.latency(sample, q);
