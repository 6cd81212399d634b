// Context menus, for the mouse, the finger and the keyboard.

import { avatar, el } from "./dom.js";

const ITEMS = "[role^=menuitem]";

let open = null;

export function closeMenu() {
  open?.node.remove();
  open?.returnTo?.focus?.({ preventScroll: true });
  open = null;
}

/** `items`: `{label, act, danger?}`, `{grid: items}`, `{heading}` or `null` for a line. */
export function openMenu(event, { title, titleId, about, items }) {
  event.preventDefault();
  event.stopPropagation();
  closeMenu();
  const node = el("div", { class: "menu", role: "menu", "aria-label": title });
  if (titleId)
    node.append(
      el(
        "div",
        { class: "menu-head" },
        avatar(title, titleId),
        el("div", {}, el("strong", {}, title), el("div", { class: "quiet" }, about)),
      ),
    );
  for (const item of items) node.append(row(item));
  document.body.append(node);
  open = { node, returnTo: document.activeElement };
  const { x, y } = positionOf(event);
  node.style.left = `${Math.max(4, Math.min(x, innerWidth - node.offsetWidth - 8))}px`;
  node.style.top = `${Math.max(4, Math.min(y, innerHeight - node.offsetHeight - 8))}px`;
  node.querySelector(ITEMS)?.focus({ preventScroll: true });
  node.addEventListener("keydown", onKey);
}

function row(item) {
  if (!item) return el("hr");
  if (item.heading) return el("div", { class: "menu-heading" }, item.heading);
  if (item.grid) return el("div", { class: "menu-grid" }, item.grid.map(row));
  const act = () => {
    closeMenu();
    item.act();
  };
  return el(
    "button",
    {
      type: "button",
      role: item.checked === undefined ? "menuitem" : "menuitemradio",
      "aria-checked": item.checked === undefined ? null : String(item.checked),
      class: item.danger ? "danger" : "",
      on: { click: act },
    },
    item.label,
  );
}

function positionOf(event) {
  if (event.clientX || event.clientY) return { x: event.clientX, y: event.clientY };
  const box = event.currentTarget?.getBoundingClientRect?.() ?? event.target.getBoundingClientRect();
  return { x: box.left + 20, y: box.bottom };
}

function onKey(event) {
  const items = [...open.node.querySelectorAll(ITEMS)];
  const at = items.indexOf(document.activeElement);
  const [next, before] = [at + 1, at - 1];
  const arrows = { ArrowDown: next, ArrowRight: next, ArrowUp: before, ArrowLeft: before };
  const steps = { ...arrows, Home: 0, End: items.length - 1 };
  if (event.key in steps) {
    event.preventDefault();
    items[(steps[event.key] + items.length) % items.length]?.focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation(); // what lies below the menu stays open
    closeMenu();
  }
}

addEventListener("pointerdown", (event) => open && !open.node.contains(event.target) && closeMenu());
addEventListener("resize", closeMenu);
