// One small chart over the last minutes: a heading with the figures of now, or of where the pointer is.

import uPlot from "/console/uplot.js";
import { el, setText } from "/console/element.js";
import { WINDOW_S } from "/console/history.js";
import { onTheme } from "/console/theme.js";

const HEIGHT = 130;
const SHOWN_S_MIN = 60;

/** Lines differ in their dashes too: not everybody tells colours apart. */
const DASHES = [[], [7, 4], [2, 3]];

const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export class Chart {
  element;
  #spec;
  #values;
  #empty;
  #frame;
  #when;
  #plot = null;
  #data = null;
  #pointed = null;

  /**
   * @param spec title, note, lines: [{label}], format: a figure in words, axis: a figure for the axis, max: the top of
   *     the scale where it is fixed, steps: what ticks may be apart where not decimal, empty: what is said while there is nothing to draw
   */
  constructor(spec) {
    this.#spec = spec;
    this.#values = spec.lines.map((line, i) => ({
      swatch: el("span", { class: `swatch line-${i}`, "aria-hidden": "true" }),
      text: el("strong", { text: "–" }),
    }));
    this.#when = el("span", { class: "dim when" });
    this.#frame = el("div", { class: "plot", role: "img", "aria-label": spec.title });
    this.#empty = el("p", { class: "dim none", text: spec.empty });
    this.element = el("figure", { class: "chart", "data-chart": spec.name },
      el("figcaption", {},
        el("span", { class: "title", text: spec.title }), el("span", { class: "dim note", text: spec.note }), this.#when,
        el("span", { class: "now" }, ...spec.lines.map((line, i) =>
          el("span", {}, this.#values[i].swatch, el("span", { class: "dim", text: line.label }), " ", this.#values[i].text)))),
      el("div", { class: "stage" }, this.#frame, this.#empty));
    new ResizeObserver(() => this.#fit()).observe(this.#frame);
    onTheme(() => this.#plot?.redraw(false));
  }

  /** @param data times, then the values of each line */
  show(data) {
    this.#data = data;
    const drawn = data.slice(1).some(values => values.some(value => value !== null));
    this.#empty.hidden = drawn;
    this.element.dataset.points = String(drawn ? data[0].length : 0);
    if (this.#plot) this.#plot.setData(data);
    else this.#fit();
    this.#figures();
  }

  #fit() {
    const width = this.#frame.clientWidth;
    if (width === 0 || this.#data === null) return;
    if (this.#plot) this.#plot.setSize({ width, height: HEIGHT });
    else this.#plot = new uPlot(this.#options(width), this.#data, this.#frame);
  }

  #options(width) {
    const dim = () => getComputedStyle(this.#when).color;
    const grid = { stroke: () => getComputedStyle(this.#frame).borderTopColor, width: 1 };
    return {
      width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: { x: { time: true, range: this.#shown }, y: { range: (plot, min, max) => this.#range(max) } },
      series: [{}, ...this.#spec.lines.map((line, i) => ({
        stroke: () => getComputedStyle(this.#values[i].swatch).color, width: 1.75, dash: DASHES[i], spanGaps: false, points: { show: this.#isLonely },
      }))],
      axes: [
        { stroke: dim, grid: { show: false }, ticks: { show: false }, size: 22, space: 90, values: this.#clock },
        { stroke: dim, grid, ticks: { show: false }, size: 60, space: 22, incrs: this.#spec.steps, values: (plot, ticks) => ticks.map(this.#spec.axis) },
      ],
      hooks: { setCursor: [plot => this.#point(plot.cursor.idx ?? null)] },
    };
  }

  /** Seconds only where the ticks would else repeat each other. */
  #clock = (plot, ticks, axis, space, step) => ticks.map(at => clock.format(at * 1000).slice(0, step < 60 ? 8 : 5));

  /** A minute at least: the first seconds would else be stretched over the whole width. */
  #shown = plot => {
    const times = plot.data[0], last = times.at(-1) ?? 0;
    return [Math.min(times[0] ?? 0, last - SHOWN_S_MIN), last];
  };

  /** From zero up: a line that only trembles should look as if it did. */
  #range(max) {
    return [0, this.#spec.max ?? Math.max(max ?? 0, this.#spec.least) * 1.1];
  }

  /** A point without neighbours would be invisible as a line. */
  #isLonely = (plot, series) => plot.data[series].filter(value => value !== null).length < 3;

  #point(index) {
    this.#pointed = index;
    this.#figures();
  }

  #figures() {
    const times = this.#data?.[0] ?? [];
    const pointed = this.#pointed !== null && this.#pointed < times.length;
    const at = pointed ? this.#pointed : times.length - 1;
    const words = this.#spec.lines.map((line, i) => this.#spec.format(this.#data?.[i + 1][at] ?? NaN));
    words.forEach((text, i) => setText(this.#values[i].text, text));
    setText(this.#when, pointed ? "at " + clock.format(times[at] * 1000) : "");
    const spoken = this.#spec.lines.map((line, i) => `${line.label} ${words[i]}`.trim()).join(", ");
    this.#frame.setAttribute("aria-label", `${this.#spec.title} over the last ${WINDOW_S / 60} minutes; ${pointed ? "there" : "now"}: ${spoken}`);
  }
}
