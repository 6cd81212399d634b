// Who is there.

import { el } from "./dom.js";
import { person } from "./store.js";

export const STATUSES = { online: "Online", idle: "Idle", dnd: "Do not disturb", invisible: "Invisible" };

/** Nothing for who is offline: most people of this world never say that they are there. */
export function statusDot(userId) {
  const status = person(userId)?.status;
  if (!status || status === "offline") return null;
  const label = STATUSES[status] ?? status;
  return el("span", { class: `status-dot ${status}`, role: "img", "aria-label": label, title: label });
}
