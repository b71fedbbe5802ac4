// Asks for the API key when the gateway wants one, and whenever the reader likes.

import { access } from "/console/access.js";
import { byId, setText } from "/console/element.js";

/** What a header can have. */
const KEY = /^[\x21-\x7e]+$/;

export function showLogin() {
  const dialog = byId("login"), field = byId("login-key"), open = byId("login-open"), forget = byId("login-forget");
  let dismissed = false;

  function ask(reason) {
    open.hidden = false;
    forget.hidden = access.key === null;
    setText(byId("login-reason"), reason);
    if (!dialog.open) dialog.showModal();
  }

  access.addEventListener("wanted", ({ detail }) => {
    open.hidden = false;
    // Whoever closed it has seen it: what is asked again every two seconds does not open it again.
    if (!dismissed) ask(detail);
  });
  open.addEventListener("click", () => ask(access.key === null ? "None is used now." : "One is used now."));
  open.hidden = access.key === null;
  dialog.addEventListener("close", () => {
    dismissed = true;
    field.value = "";
  });
  byId("login-form").addEventListener("submit", event => {
    event.preventDefault();
    const key = field.value.trim();
    if (!KEY.test(key)) {
      setText(byId("login-reason"), "That is no key: expected letters, digits and signs without spaces.");
      return;
    }
    dialog.close();
    dismissed = false;
    access.use(key);
  });
  byId("login-close").addEventListener("click", () => dialog.close());
  forget.addEventListener("click", () => {
    dialog.close();
    access.use(null);
  });
}
