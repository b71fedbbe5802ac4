// Asks again and again, a while after each answer, and not while nobody looks at the page. Lives as long as the page.

export class Poller {
  #ask;
  #everyMs;
  #timer = 0;
  #asking = false;

  /** @param ask what to do each time; it handles its own failures */
  constructor(ask, everyMs) {
    this.#ask = ask;
    this.#everyMs = everyMs;
  }

  start() {
    document.addEventListener("visibilitychange", this.#looked);
    this.#looked();
  }

  /** Asks at once. */
  now() {
    clearTimeout(this.#timer);
    this.#turn();
  }

  #looked = () => {
    document.documentElement.dataset.polling = document.hidden ? "paused" : "on";
    if (document.hidden) clearTimeout(this.#timer);
    else this.now();
  };

  async #turn() {
    if (this.#asking) return;
    this.#asking = true;
    try {
      await this.#ask();
    } finally {
      this.#asking = false;
      if (!document.hidden) this.#timer = setTimeout(() => this.#turn(), this.#everyMs);
    }
  }
}
