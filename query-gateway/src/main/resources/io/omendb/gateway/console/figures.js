// Single figures of the gateway, below the charts; those of GPUs where there are any.

import { byId, el } from "/console/element.js";
import { bytes, count } from "/console/format.js";
import { byLabel, single } from "/console/prometheus.js";

const FIGURES = [
  ["Searches in 24 hours", "omendb_daily_searches", count],
  ["Points over HTTP", "omendb_points_accepted_total", count],
  ["Requests in flight", "omendb_requests_in_flight", count],
  ["Collections", "omendb_active_collections", count],
];

const pair = (name, value) => el("div", {}, el("dt", { text: name }), el("dd", { text: value }));

function gpus(metrics) {
  const resident = byLabel(metrics, "omendb_gpu_resident_bytes", "id");
  return (metrics.get("omendb_gpu_searches") ?? []).map(({ labels, value }) =>
    pair(labels.get("gpu"), `${count(value)} searches, ${bytes(resident.get(labels.get("id")))} resident`));
}

export function showFigures(vitals) {
  vitals.addEventListener("sample", () => {
    const metrics = vitals.history.latest;
    const own = FIGURES.map(([name, metric, format]) => pair(name, format(single(metrics, metric))));
    byId("figures").replaceChildren(...own, ...gpus(metrics));
  });
}
