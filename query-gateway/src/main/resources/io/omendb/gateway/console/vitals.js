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

  async #ask() {
    try {
      const [metrics, readiness] = await Promise.all([getText("/metrics", TIMEOUT_MS), this.#readiness()]);
      this.#answeredAt = Date.now();
      this.history.add(parseMetrics(metrics), this.#answeredAt / 1000);
      this.#tell(readiness);
      this.dispatchEvent(new Event("sample"));
    } catch (failure) {
      this.#tell({ state: "unreachable", detail: failure.message, since: this.#answeredAt });
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
