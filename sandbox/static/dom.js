// Elements are made here and nowhere else: text becomes text nodes, so nothing that a person or a bot writes is ever markup.

const SVG = "http://www.w3.org/2000/svg";

/** `props`: `class`, `on: {event: handler}`, `vars: {name: value}` (CSS custom properties), any attribute, any DOM property. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (key === "vars")
      for (const [name, text] of Object.entries(value)) node.style.setProperty(`--${name}`, text);
    else if (key === "data") Object.assign(node.dataset, value);
    else if (key in node && typeof value !== "string") node[key] = value;
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const ICONS = {
  menu: "M3 6h18M3 12h18M3 18h18",
  close: "M5 5l14 14M19 5L5 19",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.3c2.2.7 3.5 2.7 3.5 5.7",
  wire: "M2 12h4l3-8 5 16 3-8h5",
  log: "M6 3h12v18H6zM9 8h6M9 12h6M9 16h4",
  plus: "M12 5v14M5 12h14",
  window: "M4 8h12v12H4zM8 8V4h12v12h-4",
  hash: "M5 9h15M4 15h15M10 3L8 21M16 3l-2 18",
  at: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM16 8v5.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-3.5 7.1",
  send: "M3 20l18-8L3 4v6l10 2-10 2z",
  pin: "M9 3h6l-1 7 4 4H6l4-4zM12 14v7",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5h.01M15 9.5h.01",
  thread: "M4 5h16v10h-8l-5 4v-4H4zM8 9h8M8 12h5",
  shield: "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6z",
  voice: "M4 10v4h4l5 4V6L8 10zM16.5 9a4 4 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11",
  posts: "M4 4h16v5H4zM4 13h16v7H4z",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  leave: "M10 4H5v16h5M14 8l5 4-5 4M19 12H9",
  storm: "M13 2L5 13h6l-2 9 9-12h-6z",
  hint: "M9 18h6M10 21h4M12 3a6 6 0 0 0-3.5 10.9c.8.7 1 1.3 1 2.1h5c0-.8.2-1.4 1-2.1A6 6 0 0 0 12 3z",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function button(label, onClick, props = {}, ...children) {
  const shown = children.length ? children : [label];
  return el(
    "button",
    {
      type: "button",
      "aria-label": children.length ? label : null,
      title: children.length ? label : null,
      on: { click: onClick },
      ...props,
    },
    ...shown,
  );
}

/** Puts `nodes` into `parent` in this order, moving as little as possible: what stays keeps its focus and scroll. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, place) => {
    if (parent.childNodes[place] !== node) parent.insertBefore(node, parent.childNodes[place] ?? null);
  });
}

const HUES = [
  "#4f6bed",
  "#1f8a5f",
  "#b3541e",
  "#9a3fb5",
  "#c2334d",
  "#0f7c91",
  "#6a6f1d",
  "#5a55c9",
  "#a3396f",
  "#3c7a1f",
];

export function avatar(name, id, extra = "") {
  const digits = String(id ?? name)
    .split("")
    .reduce((sum, one) => Math.imul(sum ^ one.charCodeAt(0), 16777619) >>> 0, 2166136261);
  const words = String(name).trim().split(/\s+/).map((word) => [...word]); // by letters: an emoji is two units
  const initials = (words.length > 1 ? words[0][0] + words[1][0] : words[0].slice(0, 2).join("")).toUpperCase();
  return el(
    "span",
    { class: `avatar ${extra}`, vars: { hue: HUES[(digits >>> 8) % HUES.length] }, "aria-hidden": "true" },
    initials,
  );
}

/** A short word at the edge of the page, spoken by screen readers too. */
export function toast(text, kind = "bad") {
  const place = document.getElementById("toasts");
  const note = el("div", { class: `toast ${kind}`, role: kind === "bad" ? "alert" : "status" }, text);
  place.append(note);
  setTimeout(() => note.remove(), 7000);
}
