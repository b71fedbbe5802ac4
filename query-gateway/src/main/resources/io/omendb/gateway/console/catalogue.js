// The collections: their names and sizes, and one of them in full while it is chosen.

import { collectionPath, getJson } from "/console/api.js";
import { Poller } from "/console/poller.js";

const EVERY_MS = 3_000;

/** The gateway waits up to ten seconds for shards; it is left to give up first. */
const TIMEOUT_MS = 15_000;

/** Fires `list` when names or sizes were told, `detail` when the chosen one was, `chosen` on a choice. */
export class Catalogue extends EventTarget {
  /** Null until they are known. */
  collections = null;
  /** A name, or null for all. */
  chosen = null;
  /** The chosen one in full; null until it is known. */
  full = null;
  /** What went wrong the last time; null where nothing did. */
  problem = null;
  #poller = new Poller(() => this.#ask(), EVERY_MS);

  start() {
    this.#poller.start();
  }

  /** Asks at once. */
  now() {
    this.#poller.now();
  }

  choose(name) {
    if (name === this.chosen) return;
    this.chosen = name;
    this.full = null;
    this.dispatchEvent(new Event("chosen"));
    this.#poller.now();
  }

  /** One in full, for who needs its schema now. */
  describe(name) {
    return this.full?.name === name ? this.full : getJson(collectionPath(name), TIMEOUT_MS);
  }

  async #ask() {
    try {
      this.collections = (await getJson("/collections", TIMEOUT_MS)).collections;
      this.problem = null;
    } catch (failure) {
      this.problem = failure;
    }
    if (this.chosen !== null && this.collections?.every(({ name }) => name !== this.chosen)) this.choose(null);
    this.dispatchEvent(new Event("list"));
    await this.#askInFull();
  }

  async #askInFull() {
    const name = this.chosen;
    if (name === null) return;
    let full, problem = null;
    try {
      full = await getJson(collectionPath(name), TIMEOUT_MS);
    } catch (failure) {
      problem = failure;
    }
    // A choice made meanwhile is asked for at once, not after the pause.
    if (name !== this.chosen) return this.#askInFull();
    if (full) this.full = full;
    this.dispatchEvent(new CustomEvent("detail", { detail: problem }));
  }
}
