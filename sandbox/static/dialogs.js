// Dialogs: a bot's modal, a question with a reason, a list to choose from.

import { button, el, icon } from "./dom.js";
import { markdown } from "./markdown.js";
import { fitting, picker } from "./picker.js";
import { selectChoices } from "./components.js";
import { packed } from "./api.js";

let count = 0;

/** Opens a form; `onSubmit()` may throw, and then its sentence stands in the dialog, which stays. */
export function formDialog({ title, body, submitLabel, onSubmit, danger = false }) {
  const wrong = el("p", { class: "wrong", role: "alert", hidden: true });
  const submit = el("button", { type: "submit", class: `button ${danger ? "danger" : "primary"}` }, submitLabel);
  const form = el(
    "form",
    { method: "dialog", novalidate: true },
    el(
      "div",
      { class: "dialog-head" },
      el("h2", {}, title),
      button("Close", () => node.close(), { class: "plain" }, icon("close")),
    ),
    el("div", { class: "dialog-body" }, body, wrong),
    el(
      "div",
      { class: "dialog-foot" },
      el("button", { type: "button", class: "button plain-text", on: { click: () => node.close() } }, "Cancel"),
      submit,
    ),
  );
  const node = el("dialog", { "aria-label": title, on: { close: () => node.remove() } }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    try {
      await onSubmit();
      node.close();
    } catch (refusal) {
      wrong.textContent = refusal.message;
      wrong.hidden = false;
    } finally {
      submit.disabled = false;
    }
  });
  document.body.append(node);
  node.showModal();
  node.querySelector("input, textarea, select, [role=combobox]")?.focus();
  return node;
}

export function labelled(text, field, { required = false, hint = null } = {}) {
  count += 1;
  const id = `field-${count}`;
  if (field.matches("input, textarea, select")) field.id = id;
  const star = required && el("span", { class: "star", title: "required" }, " *");
  return el(
    "div",
    { class: "labelled" },
    el("label", { for: id }, text, star),
    hint && el("div", { class: "quiet" }, hint),
    field,
  );
}

// A bot's modal.

function textInput(one) {
  const long = one.style === 2;
  const props = {
    minlength: one.min_length,
    maxlength: one.max_length,
    placeholder: one.placeholder,
    "aria-label": one.label,
  };
  const field = long ? el("textarea", { ...props, rows: 4 }) : el("input", { ...props, type: "text" });
  field.value = one.value ?? "";
  return { node: field, read: () => field.value };
}

function selectInput(one) {
  const most = one.max_values ?? 1;
  const multiple = most > 1;
  const label = one.placeholder || "Make a selection";
  const node = picker({
    label,
    placeholder: label,
    multiple,
    most,
    source: async (query) => fitting(selectChoices(one), query),
  });
  const chosen = (one.options ?? []).filter((option) => option.default);
  for (const option of chosen) node.pick({ name: option.label, value: option.value });
  return { node, read: () => (multiple ? node.value : node.value === null ? [] : [node.value]) };
}

function fileInput(one) {
  const node = el("input", { type: "file", multiple: (one.max_values ?? 1) > 1 });
  return { node, read: () => Promise.all([...node.files].map(packed)) };
}

const INPUTS = {
  4: textInput,
  3: selectInput,
  5: selectInput,
  6: selectInput,
  7: selectInput,
  8: selectInput,
  19: fileInput,
};

/** `send(fields)` answers the sandbox's answer; a `failed` in it stays in the dialog. */
export function modalDialog(modal, { names, send }) {
  const readers = [];
  const field = (one, label, description) => {
    const input = INPUTS[one.type]?.(one);
    if (!input) return el("p", { class: "quiet" }, `A field of type ${one.type} that this page cannot show.`);
    readers.push([one.custom_id, input.read]);
    return labelled(label ?? one.label ?? one.custom_id, input.node, {
      required: one.required !== false,
      hint: description,
    });
  };
  const write = (one) => {
    if (one.type === 1) return one.components.map((inner) => field(inner, inner.label));
    if (one.type === 18) return field(one.component, one.label, one.description);
    return el("div", { class: "text" }, markdown(one.content ?? "", names));
  };
  const body = modal.components.map(write);
  const onSubmit = async () => {
    const fields = {};
    for (const [customId, read] of readers) fields[customId] = await read();
    await send(fields);
  };
  return formDialog({ title: modal.title, body, submitLabel: "Submit", onSubmit });
}
