// The API key that the gateway is asked with, if it wants one. It stays in this tab, and goes with it.

const NAME = "omen-api-key";

/** Fires `wanted` when the gateway refuses what came without a key, or with one that does not hold; `changed` when there is another. */
class Access extends EventTarget {
  get key() {
    return sessionStorage.getItem(NAME);
  }

  /** @param key null for none */
  use(key) {
    if (key === null) sessionStorage.removeItem(NAME);
    else sessionStorage.setItem(NAME, key);
    this.dispatchEvent(new Event("changed"));
  }

  /** The headers of a request. */
  headers() {
    return this.key === null ? {} : { authorization: "Bearer " + this.key };
  }

  refused(reason) {
    this.dispatchEvent(new CustomEvent("wanted", { detail: reason }));
  }
}

export const access = new Access();
