// A text field with a list below it: people, roles, channels, choices, whatever a bot suggests while one types.

import { avatar, el } from "./dom.js";

let count = 0;

/**
 * `source(query)` answers (a promise of) `[{name, value, hint?, color?, person?}]`. Enter and Tab take the marked choice, which is the first.
 * With `free` what is typed is a value too; `multiple` keeps several. `wait` is the time in ms without typing before `source` is asked.
 * The node has `.value` (null, a value, or a list), `.pick(choice)` and `.focusField()`.
 */
export function picker({
  label,
  source,
  free = false,
  multiple = false,
  most = 1,
  wait = 0,
  placeholder = "",
  onChange = () => {},
  describedBy = null,
}) {
  count += 1;
  const id = `picker-${count}`;
  const state = { choices: [], active: -1, picked: [], asked: 0, timer: null };
  const field = el("input", {
    type: "text",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    placeholder,
    "aria-label": label,
    "aria-expanded": "false",
    "aria-controls": id,
    "aria-autocomplete": "list",
    "aria-describedby": describedBy,
  });
  const listbox = el("ul", { class: "choices", role: "listbox", id, hidden: true, "aria-label": label });
  const chips = el("span", { class: "chips" });
  const node = el("div", { class: "picker" }, chips, field, listbox);

  const isOpen = () => !listbox.hidden;

  function close() {
    listbox.hidden = true;
    state.active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function show(choices) {
    state.choices = choices;
    const kept =
      state.picked.length && !multiple ? choices.findIndex((choice) => choice.value === state.picked[0].value) : 0;
    state.active = choices.length ? Math.max(kept, 0) : -1;
    listbox.replaceChildren(...choices.map(row));
    if (!choices.length)
      listbox.append(
        el("li", { class: "none" }, free ? "No suggestion: what you type is sent as it is." : "Nothing fits."),
      );
    listbox.hidden = false;
    field.setAttribute("aria-expanded", "true");
    mark();
  }

  function row(choice, place) {
    const press = (event) => {
      event.preventDefault();
      pick(choice);
    };
    const picture = choice.person
      ? avatar(choice.name, choice.value, "small")
      : choice.color
        ? el("span", { class: "dot", vars: { ink: choice.color } })
        : null;
    const hint = choice.hint ? el("span", { class: "quiet" }, choice.hint) : null;
    return el(
      "li",
      { role: "option", id: `${id}-${place}`, on: { mousedown: press } },
      picture,
      el("span", { class: "choice-name" }, choice.name),
      hint,
    );
  }

  function mark() {
    [...listbox.querySelectorAll("[role=option]")].forEach((each, place) => {
      each.setAttribute("aria-selected", String(place === state.active));
      if (place === state.active) each.scrollIntoView({ block: "nearest" });
    });
    if (state.active >= 0) field.setAttribute("aria-activedescendant", `${id}-${state.active}`);
    else field.removeAttribute("aria-activedescendant");
  }

  /** A later question makes the answers of earlier ones stale. */
  function ask(afterMs) {
    clearTimeout(state.timer);
    state.asked += 1;
    const mine = state.asked;
    const text = state.picked.length && !multiple ? "" : field.value;
    const run = async () => {
      let choices = [];
      try {
        choices = await source(text);
      } catch (wrong) {
        choices = [];
        field.title = wrong.message;
      }
      if (mine === state.asked && document.activeElement === field) show(choices);
    };
    if (afterMs) state.timer = setTimeout(run, afterMs);
    else run();
  }

  function pick(choice) {
    state.asked += 1;
    clearTimeout(state.timer);
    if (multiple) {
      if (!state.picked.some((each) => each.value === choice.value) && state.picked.length < most)
        state.picked.push(choice);
      field.value = "";
    } else {
      state.picked = [choice];
      field.value = choice.name;
    }
    close();
    changed();
  }

  function changed() {
    chips.replaceChildren(...(multiple ? state.picked.map(chip) : []));
    field.classList.toggle("has-choice", !multiple && state.picked.length > 0);
    onChange(node.value);
  }

  function chip(choice) {
    const remove = () => {
      state.picked = state.picked.filter((each) => each !== choice);
      changed();
      field.focus();
    };
    return el(
      "button",
      { type: "button", class: "chip", "aria-label": `Remove ${choice.name}`, on: { click: remove } },
      choice.name,
      el("span", { "aria-hidden": "true" }, "×"),
    );
  }

  function onKey(event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen()) return ask(0);
      const step = event.key === "ArrowDown" ? 1 : -1;
      const length = state.choices.length;
      if (length) state.active = (state.active + step + length) % length;
      mark();
    } else if ((event.key === "Enter" || event.key === "Tab") && isOpen() && state.active >= 0 && !event.shiftKey) {
      if (event.key === "Enter") event.preventDefault();
      pick(state.choices[state.active]);
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Backspace" && multiple && !field.value && state.picked.length) {
      state.picked.pop();
      changed();
    }
  }

  field.addEventListener("input", () => {
    if (!multiple) state.picked = [];
    state.active = -1; // what is listed fitted what was typed before
    mark();
    changed();
    ask(wait);
  });
  field.addEventListener("focus", () => (free && field.value) || ask(0)); // what was typed there is not to be replaced by Enter
  field.addEventListener("click", () => isOpen() || ask(0));
  field.addEventListener("blur", close);
  field.addEventListener("keydown", onKey);

  Object.defineProperty(node, "value", {
    get() {
      if (multiple) return state.picked.map((each) => each.value);
      if (state.picked.length) return state.picked[0].value;
      return free && field.value !== "" ? field.value : null;
    },
  });
  Object.defineProperty(node, "typed", { get: () => field.value });
  node.pick = pick;
  node.type = (text) => {
    field.value = text;
    changed();
  };
  node.focusField = () => field.focus();
  return node;
}

/** Those whose name begins with what was typed, then those that contain it. */
export function fitting(choices, query, most = 25) {
  const wanted = query.trim().toLowerCase().replace(/^[@#]/, "");
  const scored = choices.map((choice) => {
    const texts = [choice.name, choice.also ?? ""].map((text) => String(text).toLowerCase());
    const score =
      !wanted || texts.some((text) => text.startsWith(wanted))
        ? 0
        : texts.some((text) => text.includes(wanted))
          ? 1
          : 2;
    return { choice, score };
  });
  const kept = scored.filter(({ score, choice }) => score < 2 || String(choice.value) === wanted);
  return kept
    .sort((one, other) => one.score - other.score)
    .map(({ choice }) => choice)
    .slice(0, most);
}
