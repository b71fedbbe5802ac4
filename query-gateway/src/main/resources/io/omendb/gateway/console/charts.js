// Which charts there are, and what each reads.

import { Chart } from "/console/chart.js";
import { byId, setText } from "/console/element.js";
import { brief, bytes, count, milliseconds, ratio, roughMilliseconds } from "/console/format.js";
import { latency, most, ofCollections, reader, sum } from "/console/history.js";

/** Bytes are told in KiB and MiB, so their ticks are whole ones of these. */
const POWERS_OF_TWO = Array.from({ length: 50 }, (_, i) => 2 ** i);

const CHARTS = [
  { name: "ingest", title: "Ingest", note: "points applied a second", lines: [{ label: "", of: ["omendb_insertion_rate_per_sec", sum] }],
    format: value => brief(value) + " /s", axis: brief, least: 1, empty: "No collection yet." },
  { name: "freshness", title: "Freshness", note: "how far shards are behind the log", lines: [{ label: "", of: ["omendb_freshness_lag_ms", most] }],
    format: value => milliseconds(value), axis: value => milliseconds(value), least: 10, empty: "Not known: shards or Kafka do not answer." },
  { name: "latency", title: "Search latency", note: "searches of half a minute", lines: [0.5, 0.95, 0.99].map(q => ({ label: "p" + q * 100, read: latency(q) })),
    format: roughMilliseconds, axis: value => milliseconds(value), least: 0.1, empty: "No search in the last half minute." },
  { name: "recall", title: "Live recall", note: "of 10 hits, searches run again exactly", lines: [{ label: "", read: reader("omendb_recall_at_10") }],
    format: ratio, axis: value => value.toFixed(2), max: 1.02, least: 1, empty: "Not measured yet: some searches are run again exactly." },
  { name: "queue", title: "Background work", note: "rows waiting for the index or the disk", lines: [{ label: "", of: ["omendb_index_build_queue_size", sum] }],
    format: count, axis: brief, least: 10, empty: "No collection yet." },
  { name: "space", title: "Space", note: "of all shards", lines: [{ label: "memory", of: ["omendb_memory_usage_bytes", sum] }, { label: "disk", of: ["omendb_disk_usage_bytes", sum] }],
    format: bytes, axis: bytes, steps: POWERS_OF_TWO, least: 1024, empty: "No collection yet." },
];

const readers = (spec, chosen) => spec.lines.map(({ read, of }) => read ?? ofCollections(...of, chosen));

export function showCharts(vitals, catalogue) {
  const charts = CHARTS.map(spec => ({ spec, chart: new Chart(spec) }));
  byId("charts").append(...charts.map(({ chart }) => chart.element));
  const draw = () => {
    setText(byId("scope"), catalogue.chosen === null ? "all collections" : "collection " + catalogue.chosen);
    for (const { spec, chart } of charts) chart.show(vitals.history.lines(readers(spec, catalogue.chosen)));
  };
  vitals.addEventListener("sample", draw);
  catalogue.addEventListener("chosen", draw);
}
