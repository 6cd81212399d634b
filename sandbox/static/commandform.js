// A chosen command: its options as labelled fields. Enter and Tab go on from what a list took, Enter sends, Escape closes.

import * as api from "./api.js";
import { button, el, icon } from "./dom.js";
import { fieldOf, optionalButtons } from "./options.js";
import { place, state } from "./store.js";

/** `run(name, options)` sends it; `close()` goes back to plain writing. `filled` are values to begin with. */
export function commandForm(leaf, { run, close, filled = {} }) {
  const fields = new Map();
  const wrong = el("p", { class: "wrong", role: "alert", hidden: true });
  const grid = el("div", { class: "options" });
  const more = el("div", { class: "chips" });
  const hint = el("p", { class: "quiet option-hint", "aria-live": "polite" }, leaf.description);
  const node = el(
    "form",
    { class: "command-form", "aria-label": `/${leaf.name}`, novalidate: true },
    el(
      "div",
      { class: "command-head" },
      el("strong", {}, `/${leaf.name}`),
      hint,
      button("Close", close, { class: "plain" }, icon("close")),
    ),
    grid,
    el(
      "div",
      { class: "command-foot" },
      more,
      wrong,
      el("button", { type: "submit", class: "button primary" }, "Send"),
    ),
  );

  function add(option, focus = true) {
    const field = fieldOf(option, suggest);
    fields.set(option.name, { option, field });
    const remove = () => {
      fields.delete(option.name);
      box.remove();
      offerMore();
    };
    const box = el(
      "div",
      { class: "option", data: { option: option.name } },
      el(
        "span",
        { class: "option-name" },
        option.name,
        option.required
          ? el("span", { class: "star", title: "required" }, "*")
          : button(`Remove ${option.name}`, remove, { class: "plain" }, "×"),
      ),
      field.node,
    );
    box.addEventListener("focusin", () => (hint.textContent = option.description));
    grid.append(box);
    offerMore();
    if (focus) field.focus();
    return field;
  }

  function offerMore() {
    more.replaceChildren(
      ...optionalButtons(
        leaf.options.filter((option) => !fields.has(option.name)),
        add,
      ),
    );
  }

  /** What is filled in so far goes along, as on Discord; fields that do not hold anything sensible yet stay out. */
  async function suggest(focused, typed) {
    const options = {};
    for (const [name, { option, field }] of fields)
      if (name !== focused && option.type !== 11) options[name] = silently(field.read);
    options[focused] = typed;
    const choices = await api.autocomplete(state.person.id, { ...place(), command: leaf.name, options, focused });
    return choices.map(({ name, value }) => ({ name, value }));
  }

  async function read() {
    const options = {};
    for (const [name, { option, field }] of fields) {
      const value = await field.read();
      if (value !== null) options[name] = value;
      else if (option.required) {
        field.focus();
        throw new Error(`${name} is required: ${option.description}`);
      }
    }
    return options;
  }

  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      run(leaf.name, await read());
    } catch (refusal) {
      wrong.textContent = refusal.message;
      wrong.hidden = false;
    }
  });
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.target.tagName !== "INPUT" || event.isComposing || event.shiftKey) return;
    const taken = event.key === "Enter" && event.defaultPrevented;
    if (taken || event.key === "Tab") {
      if (goOn(event.target)) event.preventDefault();
    } else if (event.key === "Enter") {
      event.preventDefault();
      node.requestSubmit();
    }
  });

  /** To the next option; from the last one Tab leads out of them. */
  function goOn(input) {
    const all = [...fields.values()].map(({ field }) => field);
    const next = all[all.findIndex((field) => field.node.contains(input)) + 1];
    next?.focus();
    return Boolean(next);
  }

  for (const option of leaf.options) if (option.required) add(option, false);
  async function fill(name, value) {
    const option = leaf.options.find((each) => each.name === name);
    if (option) await (fields.get(name)?.field ?? add(option, false)).write(value);
  }

  offerMore();
  /** The first field that is still to be filled in. */
  node.begin = async () => {
    for (const [name, value] of Object.entries(filled)) await fill(name, value);
    const empty = [...fields.values()].find(({ field }) => silently(field.read) === null) ?? [...fields.values()][0];
    if (empty) empty.field.focus();
    else node.querySelector("[type=submit]").focus();
  };
  return node;
}

function silently(read) {
  try {
    return read();
  } catch {
    return null;
  }
}
