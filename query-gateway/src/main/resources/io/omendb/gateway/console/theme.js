// Dark, light, or as the system has it. Loaded before the first paint, so that the page never flashes.

const KEY = "omendb-theme";
const THEMES = ["system", "dark", "light"];
const changed = new EventTarget();
let theme = read();

/** Storage may be forbidden; the choice then lasts as long as the page. */
function read() {
  try {
    const stored = localStorage.getItem(KEY);
    return THEMES.includes(stored) ? stored : "system";
  } catch (forbidden) {
    return "system";
  }
}

function apply() {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  changed.dispatchEvent(new Event("change"));
}

export const currentTheme = () => theme;

export function nextTheme() {
  theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  try {
    localStorage.setItem(KEY, theme);
  } catch (forbidden) {
    // As above.
  }
  apply();
}

/** Hears of every change, the system's too. */
export const onTheme = listener => changed.addEventListener("change", listener);

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
apply();
