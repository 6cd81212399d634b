// The place to write: plain text, a file, or a command after a slash.

import * as api from "./api.js";
import { commandForm } from "./commandform.js";
import { chatCommands, fittingCommands } from "./commands.js";
import { button, el, icon, toast } from "./dom.js";
import { place, state } from "./store.js";

const MOST_SHOWN = 60;
const NARROW_PX = 600;

/**
 * `runCommand(name, options)` sends a command, `editLast()` opens what one wrote last. The node has `focusText()`, `renew()` for another
 * place, `relabel()` for changes of this one, `openCommand(name, filled)` and `insert(text)`.
 */
export function composer({ runCommand, onSent, editLast }) {
  let commands = [];
  let active = 0;
  let form = null;
  let files = [];
  const text = el("textarea", {
    rows: 1,
    "aria-label": "Message",
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": "palette",
    "aria-autocomplete": "list",
    maxlength: 4000,
  });
  const palette = el("ul", {
    id: "palette",
    class: "palette",
    role: "listbox",
    "aria-label": "Commands",
    hidden: true,
  });
  const upload = el("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files to send" });
  const chosen = el("div", { class: "chips" });
  const bar = el(
    "div",
    { class: "writing" },
    button("Send a file", () => upload.click(), { class: "plain" }, icon("plus")),
    upload,
    text,
    button("Send", send, { class: "plain send" }, icon("send")),
  );
  const wrong = el("p", { class: "wrong", role: "alert", hidden: true });
  const about = el("p", { class: "quiet about", hidden: true });
  const node = el("div", { class: "composer" }, palette, wrong, chosen, bar, about);

  function complain(sentence) {
    wrong.textContent = sentence ?? "";
    wrong.hidden = !sentence;
  }

  const typedCommand = () => (/^\/[^\n]*$/.test(text.value) ? text.value.slice(1) : null);

  function grow() {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 200)}px`;
  }

  async function onInput() {
    grow();
    complain(null);
    const typed = typedCommand();
    if (typed === null) return closePalette();
    if (palette.hidden) await refresh();
    showPalette(typedCommand());
  }

  async function refresh() {
    try {
      commands = await chatCommands();
    } catch (refusal) {
      toast(refusal.message);
    }
  }

  function showPalette(typed) {
    if (typed === null) return;
    const found = fittingCommands(commands, typed).slice(0, MOST_SHOWN);
    active = 0;
    palette.replaceChildren(...found.map(paletteRow));
    if (!found.length) palette.append(el("li", { class: "none" }, nothingFits()));
    palette.hidden = false;
    text.setAttribute("aria-expanded", "true");
    mark();
  }

  function nothingFits() {
    if (!state.channel?.id) return "Write a first message here: then commands can be used too.";
    return commands.length ? "No command fits that." : "No bot offers you commands here. Is it running?";
  }

  function paletteRow(leaf, place_) {
    const press = (event) => {
      event.preventDefault();
      choose(leaf);
    };
    const options = leaf.options.map((option) =>
      el("span", { class: option.required ? "needs" : "takes" }, option.name),
    );
    const row = el(
      "li",
      { role: "option", id: `command-${place_}`, on: { mousedown: press } },
      el("span", { class: "command-name" }, `/${leaf.name}`, " ", options),
      el("span", { class: "quiet" }, leaf.description),
    );
    row.leaf = leaf;
    return row;
  }

  function mark() {
    const rows = [...palette.querySelectorAll("[role=option]")];
    rows.forEach((row, at) => {
      row.setAttribute("aria-selected", String(at === active));
      if (at === active) row.scrollIntoView({ block: "nearest" });
    });
    if (rows[active]) text.setAttribute("aria-activedescendant", `command-${active}`);
    else text.removeAttribute("aria-activedescendant");
  }

  function closePalette() {
    palette.hidden = true;
    text.setAttribute("aria-expanded", "false");
    text.removeAttribute("aria-activedescendant");
  }

  function choose(leaf, filled = {}) {
    closePalette();
    form?.remove();
    const run = (name, options) => {
      closeForm();
      runCommand(name, options);
    };
    form = commandForm(leaf, { run, close: closeForm, filled });
    text.value = "";
    bar.hidden = true;
    node.append(form);
    form.begin();
  }

  function closeForm() {
    form?.remove();
    form = null;
    bar.hidden = false;
    relabel();
    text.focus();
  }

  function onKey(event) {
    if (event.isComposing) return;
    const rows = palette.hidden ? [] : [...palette.querySelectorAll("[role=option]")];
    if (rows.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      active = (active + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length;
      mark();
    } else if (rows.length && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      choose(rows[active].leaf);
    } else if (event.key === "Escape") {
      closePalette();
    } else if (event.key === "ArrowUp" && !text.value) {
      if (editLast()) event.preventDefault();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  }

  /** Enter was faster than the list. */
  async function chooseTyped() {
    await onInput();
    const leaf = commands.find((each) => each.name === typedCommand()?.trim());
    if (leaf) choose(leaf);
  }

  /** The field is free for the next message at once; what is refused comes back before what was written since. */
  async function send() {
    const written = text.value;
    const content = written.trim();
    if (!content && !files.length) return;
    if (typedCommand() !== null) return chooseTyped();
    const where = state.channel.type === 1 && !state.channel.id ? { to: state.channel.botId } : place();
    const sent = files;
    text.value = "";
    files = [];
    keep([]);
    grow();
    complain(null);
    try {
      const attachments = await Promise.all(sent.map(api.packed));
      await api.say(state.person.id, { ...where, content, ...(attachments.length ? { attachments } : {}) });
      onSent();
    } catch (refusal) {
      text.value = [written, text.value].filter(Boolean).join("\n");
      keep(sent);
      grow();
      complain(refusal.message);
    }
  }

  function keep(added) {
    files = [...files, ...added].slice(0, 10);
    const drop = (file) => {
      files = files.filter((each) => each !== file);
      keep([]);
    };
    chosen.replaceChildren(
      ...files.map((file) => button(`Remove ${file.name}`, () => drop(file), { class: "chip" }, file.name, " ×")),
    );
  }

  function relabel() {
    const { rate_limit_per_user: seconds, thread_metadata: thread } = state.channel ?? {};
    const told = [
      thread?.locked && "This thread is locked.",
      thread?.archived && "This thread is archived: who writes brings it back.",
      seconds > 0 && `Slow mode: one message in ${seconds} s.`,
    ].filter(Boolean);
    about.textContent = told.join(" ");
    about.hidden = !told.length;
    const name = `${state.guild && !thread ? "#" : ""}${state.channel?.name ?? ""}`;
    text.placeholder = innerWidth < NARROW_PX ? `Message ${name} or /` : `Message ${name} — or / for commands`;
  }

  text.addEventListener("input", onInput);
  text.addEventListener("keydown", onKey);
  text.addEventListener("blur", closePalette);
  text.addEventListener("paste", (event) => event.clipboardData.files.length && keep([...event.clipboardData.files]));
  upload.addEventListener("change", () => {
    keep([...upload.files]);
    upload.value = "";
  });

  node.renew = () => {
    closePalette();
    if (form) closeForm();
    complain(null);
    relabel();
  };
  node.relabel = relabel;
  node.focusText = () => text.focus();
  node.insert = (added) => {
    text.value = `${text.value}${text.value && !text.value.endsWith(" ") ? " " : ""}${added} `;
    text.focus();
  };
  /** For the hints: as if somebody had chosen it from the list. Without such a command its name stands in the field. */
  node.openCommand = async (name, filled = {}) => {
    await refresh();
    const leaf = commands.find((each) => each.name === name);
    if (leaf) return choose(leaf, filled);
    text.value = `/${name}`;
    text.focus();
    showPalette(name);
  };
  return node;
}
