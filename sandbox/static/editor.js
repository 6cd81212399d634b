// One's own message, mended where it stands.

import * as api from "./api.js";
import { button, el } from "./dom.js";
import { state } from "./store.js";

const TALLEST_PX = 300;

/**
 * Enter saves, Escape leaves it as it was; `done()` either way. What Discord refuses stays, with its sentence.
 * The node has `begin()`, for who puts it in the page: in the same task, or a fast typist writes elsewhere.
 */
export function editor(message, done) {
  const text = el("textarea", { rows: 1, "aria-label": "Edit the message", maxlength: 4000 });
  const wrong = el("p", { class: "wrong", role: "alert", hidden: true });
  text.value = message.content;

  function grow() {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight + 2, TALLEST_PX)}px`;
  }

  async function save() {
    try {
      if (text.value !== message.content)
        await api.edit(state.person.id, { message_id: message.id, content: text.value.trim() });
      done();
    } catch (refusal) {
      wrong.textContent = refusal.message;
      wrong.hidden = false;
    }
  }

  text.addEventListener("input", grow);
  text.addEventListener("keydown", (event) => {
    if (event.isComposing || !["Enter", "Escape"].includes(event.key) || event.shiftKey) return;
    event.preventDefault();
    if (event.key === "Enter") save();
    else done();
  });
  const node = el(
    "div",
    { class: "editor" },
    text,
    wrong,
    el(
      "div",
      { class: "quiet" },
      "Escape to ",
      button("cancel", done, { class: "as-link" }),
      " • Enter to ",
      button("save", save, { class: "as-link" }),
    ),
  );
  node.begin = () => {
    grow();
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  };
  return node;
}
