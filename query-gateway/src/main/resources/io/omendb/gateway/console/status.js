// Whether the gateway answers and is ready, in the corner; where it does not answer, in a line of its own.

import { byId, setText } from "/console/element.js";

const time = new Intl.DateTimeFormat("en", { timeStyle: "medium", hourCycle: "h23" });

function unreachable({ detail, since }) {
  const last = since ? ` It last answered at ${time.format(since)}.` : "";
  return `The gateway at ${location.host} does not answer (${detail}).${last} What is shown may be old; trying again every two seconds.`;
}

export function showStatus(vitals) {
  const status = byId("status"), banner = byId("unreachable");
  vitals.addEventListener("state", ({ detail }) => {
    status.dataset.state = detail.state;
    setText(status, detail.state === "unreachable" ? "unreachable" : detail.state === "waiting" ? "not ready" : "ready");
    status.title = detail.detail;
    const problem = detail.state === "unreachable" ? unreachable(detail) : detail.state === "waiting" ? detail.detail : "";
    banner.classList.toggle("bad", detail.state === "unreachable");
    setText(banner, problem);
    banner.hidden = problem === "";
  });
}
