// One field for each option of a command, by its type; and what the field holds, as the control interface takes it.

import * as api from "./api.js";
import { button, el } from "./dom.js";
import { fitting, picker } from "./picker.js";
import { channelChoices, mentionableChoices, peopleChoices, roleChoices } from "./store.js";

const AUTOCOMPLETE_AFTER_MS = 250;
const STRING = 3;
const INTEGER = 4;
const BOOLEAN = 5;
const CHANNEL = 7;
const ATTACHMENT = 11;
const PEOPLE = { 6: peopleChoices, 8: roleChoices, 9: mentionableChoices };
const YES_OR_NO = [
  { name: "True", value: true },
  { name: "False", value: false },
];

/** `suggest(name, typed)` asks the bot. A field is `{node, read(), write(value), focus()}`; `read` answers null for "not given" and may throw. */
export function fieldOf(option, suggest) {
  if (option.type === ATTACHMENT) return fileField(option);
  if (option.choices?.length)
    return chosenFrom(option, async () => option.choices.map(({ name, value }) => ({ name, value })));
  if (option.autocomplete) return suggested(option, suggest);
  if (option.type in PEOPLE) return chosenFrom(option, async () => PEOPLE[option.type]());
  if (option.type === CHANNEL) return chosenFrom(option, async () => channelChoices(option.channel_types));
  if (option.type === BOOLEAN) return chosenFrom(option, async () => YES_OR_NO);
  return option.type === STRING ? textField(option) : numberField(option);
}

function chosenFrom(option, source) {
  const node = picker({
    label: option.name,
    source: async (typed) => fitting(await source(), typed),
    placeholder: placeholder(option),
  });
  const read = () => {
    if (node.value === null && node.typed.trim())
      throw new Error(`Choose ${option.name} from the list: nothing there is called "${node.typed.trim()}".`);
    return node.value;
  };
  const write = async (value) => {
    const choice = (await source()).find((each) => each.value === value || each.also === value || each.name === value);
    if (choice) node.pick(choice);
  };
  return { node, read, write, focus: node.focusField };
}

function suggested(option, suggest) {
  const node = picker({
    label: option.name,
    free: true,
    wait: AUTOCOMPLETE_AFTER_MS,
    source: (typed) => suggest(option.name, typed),
    placeholder: placeholder(option),
  });
  const read = () => (option.type === STRING || node.value === null ? node.value : number(option, String(node.value)));
  return { node, read, write: node.type, focus: node.focusField };
}

function textField(option) {
  const node = el("input", {
    type: "text",
    autocomplete: "off",
    "aria-label": option.name,
    maxlength: option.max_length,
    placeholder: placeholder(option),
  });
  return {
    node,
    read: () => node.value.trim() || null,
    write: (value) => (node.value = value),
    focus: () => node.focus(),
  };
}

function numberField(option) {
  const whole = option.type === INTEGER;
  const range = { min: option.min_value, max: option.max_value, step: whole ? 1 : "any" };
  const node = el("input", {
    type: "number",
    inputmode: whole ? "numeric" : "decimal",
    "aria-label": option.name,
    placeholder: placeholder(option),
  });
  for (const [key, value] of Object.entries(range))
    if (value !== undefined && value !== null) node.setAttribute(key, value);
  const read = () => {
    if (node.validity.badInput) throw new Error(`${option.name} takes a number.`);
    return node.value === "" ? null : number(option, node.value);
  };
  return { node, read, write: (value) => (node.value = value), focus: () => node.focus() };
}

function number(option, written) {
  const value = Number(written);
  if (written.trim() === "" || Number.isNaN(value)) throw new Error(`${option.name} takes a number.`);
  if (option.type === INTEGER && !Number.isInteger(value)) throw new Error(`${option.name} takes a whole number.`);
  const { min_value: least, max_value: most } = option;
  if (least !== undefined && value < least) throw new Error(`${option.name} is at least ${least}.`);
  if (most !== undefined && value > most) throw new Error(`${option.name} is at most ${most}.`);
  return value;
}

function fileField(option) {
  const field = el("input", { type: "file", "aria-label": option.name });
  return {
    node: field,
    read: async () => (field.files.length ? api.packed(field.files[0]) : null),
    write: () => {},
    focus: () => field.focus(),
  };
}

function placeholder(option) {
  const { min_value: least, max_value: most } = option;
  if (least !== undefined && most !== undefined) return `${least} to ${most}`;
  if (least !== undefined) return `${least} or more`;
  return most === undefined ? "" : `at most ${most}`;
}

/** Buttons that bring the fields which may be left out. */
export function optionalButtons(options, add) {
  return options.map((option) =>
    button(`+ ${option.name}`, () => add(option), {
      class: "chip add",
      title: option.description,
      data: { option: option.name },
    }),
  );
}
