// The search page: reads the form, sends it, shows the answer.

import { found, refused } from "/console/answer.js";
import { postJson } from "/console/api.js";
import { creating, emptyState } from "/console/curl.js";
import { byId } from "/console/element.js";
import { Filters } from "/console/filters.js";
import { plural } from "/console/format.js";
import { request } from "/console/query.js";

const TIMEOUT_MS = 65_000;

export class SearchPage {
  #catalogue;
  #filters = new Filters();
  #fields = new Map();
  #searches = 0;

  constructor(catalogue) {
    this.#catalogue = catalogue;
    catalogue.addEventListener("list", () => this.#offerCollections());
    byId("search").addEventListener("submit", event => this.#submitted(event));
    byId("search").addEventListener("keydown", event => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("search").requestSubmit();
    });
    byId("search").addEventListener("change", event => event.target.name === "mode" && this.#showMode());
    byId("collection").addEventListener("change", () => this.#describe());
    byId("alpha").addEventListener("input", () => (byId("alpha-shown").textContent = byId("alpha").value));
    byId("random").addEventListener("click", () => this.#random());
    this.#showMode();
  }

  /** Chooses a collection, as a link does. */
  choose(name) {
    const select = byId("collection");
    if (![...select.options].some(({ value }) => value === name)) select.append(new Option(name, name));
    select.value = name;
    this.#describe();
  }

  /** Puts the focus where the query is typed. */
  focus() {
    byId({ vector: "vector", like: "like", hybrid: "text" }[this.#mode]).focus();
  }

  get #mode() {
    return byId("search").elements.mode.value;
  }

  #showMode() {
    for (const part of document.querySelectorAll("[data-mode]")) part.hidden = !part.dataset.mode.split(" ").includes(this.#mode);
    byId("vector-label").textContent = this.#mode === "hybrid" ? "Vector beside the text, may be left out" : "Vector, a JSON array";
    byId("exact").disabled = this.#mode === "hybrid";
  }

  #offerCollections() {
    const names = (this.#catalogue.collections ?? []).map(({ name }) => name), select = byId("collection");
    const empty = byId("search-empty"), none = this.#catalogue.collections?.length === 0;
    if (none && empty.hidden) empty.replaceChildren(emptyState("There is no collection to search yet. Make one:", creating()));
    empty.hidden = !none;
    byId("search").hidden = none;
    if (JSON.stringify([...select.options].map(({ value }) => value)) === JSON.stringify(names)) return;
    const chosen = select.value;
    select.replaceChildren(...names.map(name => new Option(name, name)));
    if (names.includes(chosen)) select.value = chosen;
    this.#describe();
  }

  async #describe() {
    const name = byId("collection").value;
    if (name === "") return;
    try {
      const { fields } = await this.#catalogue.describe(name);
      this.#fields.set(name, fields);
    } catch (failure) {
      byId("answer").replaceChildren(...refused(failure, null));
    }
    if (name === byId("collection").value) this.#filters.offer(this.#fields.get(name) ?? {});
  }

  get #dimension() {
    return this.#catalogue.collections?.find(({ name }) => name === byId("collection").value)?.dimension ?? 3;
  }

  #random() {
    byId("vector").value = JSON.stringify(Array.from({ length: this.#dimension }, () => Number((Math.random() * 2 - 1).toFixed(3))));
  }

  #form() {
    return {
      collection: byId("collection").value, dimension: this.#dimension, mode: this.#mode, k: Number(byId("k").value),
      vector: byId("vector").value, like: byId("like").value, text: byId("text").value, alpha: Number(byId("alpha").value),
      fusion: byId("fusion").value, exact: byId("exact").checked, consistency: byId("consistency").value, filters: this.#filters.read(),
    };
  }

  #like(id) {
    byId("search").elements.mode.value = "like";
    byId("like").value = id;
    this.#showMode();
    byId("search").requestSubmit();
    byId("like").focus();
  }

  /** The latest search wins, whichever is answered last. */
  async #submitted(event) {
    event.preventDefault();
    const search = ++this.#searches, isLatest = () => search === this.#searches;
    byId("searching").textContent = "searching …";
    let asked = null, shown;
    try {
      const form = this.#form();
      asked = { ...await request(form), k: form.k };
      const start = performance.now();
      const answer = await postJson(asked.path, asked.body, TIMEOUT_MS);
      shown = found(answer, asked, performance.now() - start, id => this.#like(id));
    } catch (failure) {
      shown = refused(failure, asked);
    }
    if (!isLatest()) return;
    const answer = byId("answer");
    answer.replaceChildren(...shown.filter(element => element !== null));
    // A screen reader hears the count, or the alert in the answer, rather than every hit.
    byId("searching").textContent = answer.querySelector("[role=alert]") ? "" : plural(answer.querySelectorAll(".hit").length, "hit");
  }
}
