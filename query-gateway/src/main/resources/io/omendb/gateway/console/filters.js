// The filter builder: a row a condition, with the fields of the chosen collection's schema.

import { byId, el } from "/console/element.js";
import { clause, joined, operators, takesValue } from "/console/clauses.js";

/** One condition. */
class Condition {
  element;
  #fields;
  #field;
  #operator;
  #value;
  #valueLabel;
  #error;

  constructor(fields, remove) {
    this.#fields = fields;
    this.#field = el("select", { class: "field", onchange: () => this.#offerOperators() }, ...Object.keys(fields).map(name => new Option(name, name)));
    this.#operator = el("select", { class: "operator", onchange: () => this.#offerValue() });
    this.#valueLabel = el("span", { class: "value-of" });
    this.#error = el("span", { class: "error", role: "alert" });
    this.element = el("fieldset", { class: "condition" }, el("legend", { class: "hidden", text: "Condition" }),
      el("label", {}, el("span", { class: "hidden", text: "Field" }), this.#field),
      el("label", {}, el("span", { class: "hidden", text: "Operator" }), this.#operator),
      el("label", { class: "grow" }, el("span", { class: "hidden", text: "Value" }), this.#valueLabel),
      el("button", { type: "button", class: "quiet", text: "Remove", onclick: remove }), this.#error);
    this.#offerOperators();
  }

  focus() {
    this.#field.focus();
  }

  get #type() {
    return this.#fields[this.#field.value];
  }

  get #chosen() {
    return operators(this.#type)[this.#operator.selectedIndex];
  }

  #offerOperators() {
    this.#operator.replaceChildren(...operators(this.#type).map(({ operator }) => new Option(operator, operator)));
    this.#offerValue();
  }

  #offerValue() {
    const type = this.#type, kept = this.#value?.tagName === "INPUT" ? this.#value.value : "";
    if (!takesValue(this.#chosen)) this.#value = null;
    else if (type === "bool") this.#value = el("select", { class: "value" }, new Option("true"), new Option("false"));
    else this.#value = el("input", { class: "value", type: "text", autocomplete: "off", spellcheck: "false",
      inputmode: type === "double" || type === "long" ? "decimal" : null, placeholder: this.#chosen.list ? `${type}, ${type}, …` : type });
    if (this.#value?.tagName === "INPUT") this.#value.value = kept;
    this.#valueLabel.replaceChildren(...(this.#value ? [this.#value] : []));
  }

  /** [field, clause]; says beside itself what is wrong before it throws. */
  read() {
    this.#error.textContent = "";
    this.#value?.removeAttribute("aria-invalid");
    try {
      return [this.#field.value, clause(this.#type, this.#chosen, this.#value?.value ?? "")];
    } catch (wrong) {
      this.#error.textContent = wrong.message;
      this.#value?.setAttribute("aria-invalid", "true");
      this.#value?.focus();
      throw new Error(`Filter on ${this.#field.value}: ${wrong.message}`, { cause: wrong });
    }
  }
}

export class Filters {
  #fields = {};
  #conditions = [];

  constructor() {
    byId("add-condition").addEventListener("click", () => this.#add());
  }

  /** Begins anew for a schema. */
  offer(fields) {
    if (JSON.stringify(fields) === JSON.stringify(this.#fields)) return;
    this.#fields = fields;
    this.#conditions = [];
    byId("conditions").replaceChildren();
    const none = Object.keys(fields).length === 0;
    byId("add-condition").disabled = none;
    byId("no-fields").hidden = !none;
    byId("no-fields").textContent = none ? "This collection declares no fields, so nothing can be filtered: name them under fields when you make one." : "";
    this.#showJoin();
  }

  /** The filter, or null for none. */
  read() {
    return joined(this.#conditions.map(condition => condition.read()), byId("join").value);
  }

  #add() {
    const condition = new Condition(this.#fields, () => this.#remove(condition));
    this.#conditions.push(condition);
    byId("conditions").append(condition.element);
    this.#showJoin();
    condition.focus();
  }

  #remove(condition) {
    this.#conditions = this.#conditions.filter(other => other !== condition);
    condition.element.remove();
    this.#showJoin();
    byId("add-condition").focus();
  }

  #showJoin() {
    byId("join-label").hidden = this.#conditions.length < 2;
  }
}
