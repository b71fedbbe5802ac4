// Makes elements. Data reaches the page as text nodes and attributes only: nothing here parses HTML.

/**
 * An element: `on…` properties listen, `text` and `class` are what they say, others are attributes
 * (true: an empty one; null and false: none).
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "text") element.textContent = value;
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

export const byId = id => document.getElementById(id);

/** Text of unknown origin: it cannot change the direction or the width of what is around it. */
export const data = (text, kind = "") => el("span", { class: ("data " + kind).trim(), dir: "auto", text: String(text) });

/** Sets the text only where it changed, so that a screen reader and a selection are left alone. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
