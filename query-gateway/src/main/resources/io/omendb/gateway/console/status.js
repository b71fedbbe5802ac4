// Whether the gateway answers and is ready, in the corner; where it does not answer, in a line of its own.

import { byId, setText } from "/console/element.js";

const time = new Intl.DateTimeFormat("en", { timeStyle: "medium", hourCycle: "h23" });

function unreachable({ detail, since }) {
  const last = since ? ` It last answered at ${time.format(since)}.` : "";
  return `The gateway at ${location.host} does not answer (${detail}).${last} What is shown may be old; trying again every two seconds.`;
}

const LABELS = { unreachable: "unreachable", waiting: "not ready", locked: "API key wanted", refused: "no metrics", ready: "ready" };

/** What is said in a line of its own; nothing where all is well. */
function told(detail) {
  switch (detail.state) {
    case "unreachable": return unreachable(detail);
    case "waiting": return detail.detail;
    case "locked": return "The gateway wants an API key. " + detail.detail;
    case "refused": return "The charts stay empty. " + detail.detail;
    default: return "";
  }
}

export function showStatus(vitals) {
  const status = byId("status"), banner = byId("unreachable");
  vitals.addEventListener("state", ({ detail }) => {
    status.dataset.state = detail.state;
    setText(status, LABELS[detail.state]);
    status.title = detail.detail;
    const problem = told(detail);
    banner.classList.toggle("bad", detail.state === "unreachable");
    setText(banner, problem);
    banner.hidden = problem === "";
  });
}
