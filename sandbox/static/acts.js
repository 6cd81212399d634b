// What a person does here beyond writing: commands, buttons, the menu of a person.

import * as api from "./api.js";
import { USER, menuCommands } from "./commands.js";
import { modalDialog } from "./dialogs.js";
import { anchored, copy, page, told } from "./doing.js";
import { el, button, icon } from "./dom.js";
import { closeMenu, openMenu } from "./menu.js";
import { byHand } from "./moderation.js";
import { memberOf, rolesOf } from "./powers.js";
import { everybody } from "./sidebar.js";
import { address, displayName, isBot, names, person, place, state } from "./store.js";
import { now } from "./times.js";

const SLOW_MS = 250;

let notes = 0;

export async function look() {
  state.directs = await api.directMessages(state.person.id);
}

// Lines that only this window shows.

function addNote(kind, command, text) {
  notes += 1;
  const note = { id: `note-${notes}`, kind, command, text, at: new Date(now()), channelId: state.channel?.id };
  state.notes.set(note.channelId, [...(state.notes.get(note.channelId) ?? []), note]);
  page.list.render();
  return note;
}

export function forgetNote(note) {
  state.notes.set(
    note.channelId,
    (state.notes.get(note.channelId) ?? []).filter((each) => each !== note),
  );
  page.list.render();
}

// Interactions.

/** While the bot has not answered there is a line that says so; a failure stays until it is dismissed. */
async function interact(command, ask, { quiet = false } = {}) {
  let waiting = null;
  const timer = quiet ? null : setTimeout(() => (waiting = addNote("waiting", command, "Sending…")), SLOW_MS);
  let answer = null;
  try {
    answer = await ask();
  } catch (refusal) {
    answer = { failed: refusal.message };
  }
  clearTimeout(timer);
  if (waiting) forgetNote(waiting);
  if (answer.failed) addNote("failed", command, sentence(answer.failed));
  if (answer.modal) openModal(command, answer);
  page.refreshMessages();
  return answer;
}

function sentence(failed) {
  return failed === "did not respond" ? "The application did not respond" : failed;
}

export function runCommand(name, options) {
  const who = state.person.id;
  const body = { ...place(), command: name, options };
  return interact(`/${name}`, () => api.slash(who, body));
}

export async function press(message, component, values, node) {
  const body = { channel_id: message.channel_id, message_id: message.id, custom_id: component.custom_id };
  node?.setAttribute("aria-busy", "true");
  if (node && "disabled" in node) node.disabled = true;
  const act =
    values === null ? () => api.click(state.person.id, body) : () => api.select(state.person.id, { ...body, values });
  await interact(component.label ?? component.placeholder ?? "a menu", act, { quiet: true });
  node?.removeAttribute("aria-busy");
  if (node && "disabled" in node) node.disabled = false;
}

function openModal(command, { interaction_id: interactionId, modal }) {
  const who = state.person.id;
  const send = async (fields) => {
    const answer = await api.submit(who, { interaction_id: modal.interaction_id ?? interactionId, fields });
    if (answer.failed) throw new Error(sentence(answer.failed));
    page.refreshMessages();
  };
  modalDialog(modal, { names: names(openPersonMenu), send });
}

export async function dismiss(message) {
  await told(() => api.deleteMessage(state.person.id, { message_id: message.id }));
  page.refreshMessages();
}

// Menus.

export async function openPersonMenu(event, userId) {
  event.preventDefault();
  event.stopPropagation();
  const at = anchored(event);
  const commands = state.guild ? await menuCommands(USER).catch(() => []) : [];
  const name = displayName(userId);
  const member = memberOf(state.guild, userId);
  const roles = rolesOf(state.guild, member)
    .map((role) => role.name)
    .join(", ");
  const apps = commands.map((command) => ({ label: command.name, act: () => useOn(command.name, userId) }));
  const items = [
    { label: "Mention", act: () => page.writing.insert(`<@${userId}>`) },
    person(userId) !== null &&
      !isBot(userId) &&
      userId !== state.person.id && {
        label: `Be ${name}`,
        act: () => (location.hash = address({ person: person(userId) })),
      },
    { label: "Copy user ID", act: () => copy(userId) },
    ...(apps.length ? [null, { heading: "Apps" }, ...apps] : []),
    ...byHand(userId, name, member),
  ];
  openMenu(at, {
    title: name,
    titleId: userId,
    about: roles || (state.guild && !member ? "not in this server" : (person(userId)?.name ?? "")),
    items: items.filter((item) => item !== false),
  });
}

export function useOn(command, targetId) {
  const body = { ...place(), command, target_id: targetId };
  return interact(command, () => api.context(state.person.id, body));
}

// Who one is.

export function chooseAnybody() {
  closeMenu();
  const node = el("dialog", { "aria-label": "Be somebody else", on: { close: () => node.remove() } });
  node.append(
    el(
      "div",
      { class: "dialog-head" },
      el("h2", {}, "Be somebody else"),
      button("Close", () => node.close(), { class: "plain" }, icon("close")),
    ),
    el(
      "div",
      { class: "dialog-body" },
      everybody(() => node.close()),
    ),
  );
  document.body.append(node);
  node.showModal();
}
