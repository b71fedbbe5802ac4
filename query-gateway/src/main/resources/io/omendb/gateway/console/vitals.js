// What is asked for all the time: metrics and readiness. Both are answered even by an overloaded gateway.

import { getText, Problem } from "/console/api.js";
import { History } from "/console/history.js";
import { Poller } from "/console/poller.js";
import { parseMetrics } from "/console/prometheus.js";

const EVERY_MS = 2_000;
const TIMEOUT_MS = 5_000;

/** Fires `sample` with every scrape and `state` with {state, detail, since}. */
export class Vitals extends EventTarget {
  history = new History();
  #answeredAt = null;
  #poller = new Poller(() => this.#ask(), EVERY_MS);

  start() {
    this.#poller.start();
  }

  /** Asks at once. */
  now() {
    this.#poller.now();
  }

  async #ask() {
    try {
      const [metrics, readiness] = await Promise.all([this.#metrics(), this.#readiness()]);
      this.#answeredAt = Date.now();
      if (metrics instanceof Problem) {
        const refused = { state: metrics.status === 401 ? "locked" : "refused", detail: metrics.message };
        this.#tell(readiness.state === "ready" ? refused : readiness);
        return;
      }
      this.history.add(parseMetrics(metrics), this.#answeredAt / 1000);
      this.#tell(readiness);
      this.dispatchEvent(new Event("sample"));
    } catch (failure) {
      this.#tell({ state: "unreachable", detail: failure.message, since: this.#answeredAt });
    }
  }

  /** They are for keys that allow it; the rest of the page may do without. */
  async #metrics() {
    try {
      return await getText("/metrics", TIMEOUT_MS);
    } catch (failure) {
      if (failure instanceof Problem && (failure.status === 401 || failure.status === 403)) return failure;
      throw failure;
    }
  }

  async #readiness() {
    try {
      await getText("/health/ready", TIMEOUT_MS);
      return { state: "ready", detail: "ready" };
    } catch (failure) {
      if (failure instanceof Problem) return { state: "waiting", detail: failure.message };
      throw failure;
    }
  }

  #tell(detail) {
    this.dispatchEvent(new CustomEvent("state", { detail }));
  }
}
