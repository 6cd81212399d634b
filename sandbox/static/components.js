// Action rows, buttons, select menus, and the newer layout components of a message.

import { el } from "./dom.js";
import { picture, size } from "./embeds.js";
import { link, markdown } from "./markdown.js";
import { fitting, picker } from "./picker.js";
import { channelChoices, mentionableChoices, peopleChoices, roleChoices } from "./store.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };
const SOURCES = { 5: peopleChoices, 6: roleChoices, 7: mentionableChoices, 8: channelChoices };

/** `press(component, values, node)`: `values` is null for a button. */
export function components(all, { names, press }) {
  const write = (one) =>
    WRITE[one.type]?.(one, { names, press, write }) ??
    el("div", { class: "quiet" }, `A component of type ${one.type} that this page cannot show.`);
  return all.map(write);
}

function button(one, { press }) {
  const shown = [one.emoji?.name, one.label].filter(Boolean).join(" ");
  if (one.style === 5) return link(one.url, el("span", { class: "button link" }, shown, " ↗"));
  const props = {
    type: "button",
    class: `button ${STYLES[one.style] ?? "secondary"}`,
    disabled: Boolean(one.disabled),
    data: { customId: one.custom_id },
  };
  const node = el("button", { ...props, on: { click: () => press(one, null, node) } }, shown);
  return node;
}

export function selectChoices(one) {
  if (one.type === 3)
    return one.options.map((option) => ({
      name: [option.emoji?.name, option.label].filter(Boolean).join(" "),
      value: option.value,
      hint: option.description,
    }));
  return one.type === 8 ? channelChoices(one.channel_types) : SOURCES[one.type]();
}

/** Choosing the one value sends it at once; of several, what is chosen is sent with the button beside it. */
function select(one, { press }) {
  const most = one.max_values ?? 1;
  const least = one.min_values ?? 1;
  const label = one.placeholder || "Make a selection";
  if (one.disabled) return el("div", { class: "select disabled" }, label);
  const several = most > 1 || least === 0;
  const send = el(
    "button",
    { type: "button", class: "button secondary", hidden: true, on: { click: () => press(one, node.value, send) } },
    "Choose",
  );
  const onChange = (value) => {
    if (several) send.hidden = value.length < least;
    else if (value !== null) press(one, [value], node);
  };
  const node = picker({
    label,
    placeholder: label,
    multiple: several,
    most,
    source: async (query) => fitting(selectChoices(one), query),
    onChange,
  });
  node.dataset.customId = one.custom_id;
  const chosen = (one.options ?? []).filter((option) => option.default);
  if (chosen.length && !several) node.type(chosen[0].label);
  return el("div", { class: "select" }, node, several && send);
}

function section(one, { write }) {
  return el(
    "div",
    { class: "section" },
    el("div", { class: "section-text" }, one.components.map(write)),
    one.accessory && write(one.accessory),
  );
}

function container(one, { write }) {
  const bar =
    one.accent_color === null || one.accent_color === undefined
      ? {}
      : { bar: `#${one.accent_color.toString(16).padStart(6, "0")}` };
  return el("div", { class: "container", vars: bar }, one.components.map(write));
}

function file(one) {
  const path = new URL(one.file.url, location.href);
  return el(
    "div",
    { class: "file" },
    el("a", { href: path.pathname, download: one.name ?? "" }, one.name ?? "file"),
    el("span", { class: "quiet" }, one.size ? size(one.size) : ""),
  );
}

const WRITE = {
  1: (one, tools) => el("div", { class: "row" }, one.components.map(tools.write)),
  2: button,
  3: select,
  5: select,
  6: select,
  7: select,
  8: select,
  9: section,
  10: (one, { names }) => el("div", { class: "text" }, markdown(one.content, names)),
  11: (one) => picture({ ...one.media, description: one.description }, "thumbnail"),
  12: (one) =>
    el(
      "div",
      { class: "gallery" },
      one.items.map((item) => picture({ ...item.media, description: item.description }, "large")),
    ),
  13: file,
  14: (one) => el("hr", { class: one.divider === false ? "gap" : "" }),
  17: container,
};
