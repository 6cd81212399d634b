// Lines that only this window shows: that something is being sent, or that it failed.

import { avatar, el } from "./dom.js";
import { timeElement } from "./times.js";

export function localNote(note, actions) {
  const forget = el(
    "button",
    { type: "button", class: "as-link", on: { click: () => actions.forgetNote(note) } },
    "Dismiss",
  );
  return el(
    "div",
    { class: `message note ${note.kind}`, role: note.kind === "failed" ? "alert" : "status" },
    el("div", { class: "above" }, el("strong", {}, "You"), " used ", el("span", { class: "mention" }, note.command)),
    avatar("!", note.kind, "mark"),
    el(
      "div",
      { class: "body" },
      el("div", {}, note.text),
      note.kind === "failed" && el("div", { class: "only-you" }, timeElement(el, note.at, "R"), " • ", forget),
    ),
  );
}
