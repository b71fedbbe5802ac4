// Asks for the API key when the gateway wants one, and whenever the reader likes.

import { access } from "/console/access.js";
import { byId, setText } from "/console/element.js";

/** What a header can have. */
const KEY = /^[\x21-\x7e]+$/;

export function showLogin() {
  const dialog = byId("login"), field = byId("login-key"), open = byId("login-open"), forget = byId("login-forget");
  let dismissed = false, answered = false;

  function ask(reason) {
    open.hidden = false;
    forget.hidden = access.key === null;
    setText(byId("login-reason"), reason);
    dialog.showModal();
  }

  access.addEventListener("wanted", ({ detail }) => {
    open.hidden = false;
    // Whoever closed it has seen it, and whoever has it open is at it: the same is heard every two seconds.
    if (!dismissed && !dialog.open) ask(detail);
  });
  open.addEventListener("click", () => ask(access.key === null ? "None is used now." : "One is used now."));
  open.hidden = access.key === null;
  dialog.addEventListener("close", () => { // told a moment after it was
    dismissed = !answered;
    answered = false;
    field.value = "";
  });
  byId("login-form").addEventListener("submit", event => {
    event.preventDefault();
    const key = field.value.trim();
    if (!KEY.test(key)) {
      setText(byId("login-reason"), "That is no key: expected letters, digits and signs without spaces.");
      return;
    }
    answered = true;
    dialog.close();
    access.use(key);
  });
  byId("login-close").addEventListener("click", () => dialog.close());
  forget.addEventListener("click", () => {
    answered = true;
    dialog.close();
    access.use(null);
  });
}
