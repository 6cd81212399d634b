// What a person does with a message: react, pin, edit, begin a thread, delete, use an app on it.

import { dismiss, useOn } from "./acts.js";
import * as api from "./api.js";
import { MESSAGE, menuCommands } from "./commands.js";
import { anchored, copy, page, told } from "./doing.js";
import { toast } from "./dom.js";
import { openMenu } from "./menu.js";
import { may } from "./powers.js";
import { QUICK } from "./reactions.js";
import { state } from "./store.js";
import { isSystem } from "./system.js";
import { newThread } from "./threads.js";

const EPHEMERAL = 1 << 6;
const WITH_THREADS = [0, 5];

export function react(message, emoji, mine) {
  const act = mine ? api.unreact : api.react;
  return doing(() => act(state.person.id, { message_id: message.id, emoji }));
}

export function pick(event, message) {
  const grid = QUICK.map((emoji) => ({ label: emoji, act: () => react(message, emoji, reacted(message, emoji)) }));
  openMenu(event, { title: "React with", items: [{ grid }] });
}

const reacted = (message, emoji) =>
  (message.reactions ?? []).some((one) => one.me && !one.emoji.id && one.emoji.name === emoji);

export function unpin(message) {
  return doing(() => api.unpin(state.person.id, { message_id: message.id }));
}

function pin(message) {
  return doing(() => api.pin(state.person.id, { message_id: message.id }));
}

async function doing(work) {
  if (await told(work)) page.refreshMessages();
}

export function edit(message) {
  page.list.mend(message.id);
}

export function edited() {
  state.editing = null;
  page.list.render();
  page.refreshMessages();
  page.writing.focusText();
}

/** What this person wrote last here; answers whether there is such a message. */
export function editLast() {
  const last = state.messages.findLast((one) => isMine(one) && isWritten(one));
  if (last) edit(last);
  return Boolean(last);
}

export function jump(id) {
  if (!page.list.jump(id)) toast("That message is not among those shown here.");
}

const isMine = (message) => String(message.author.id) === state.person.id;
const isWritten = (message) => !isSystem(message) && !(message.flags & EPHEMERAL);

export async function openMessageMenu(event, message) {
  event.preventDefault();
  event.stopPropagation();
  const at = anchored(event);
  const { guild, channel, person } = state;
  const written = isWritten(message);
  const commands = isSystem(message) ? [] : await menuCommands(MESSAGE).catch(() => []);
  const apps = commands.map((command) => ({ label: command.name, act: () => useOn(command.name, message.id) }));
  const items = [
    ...(apps.length ? [{ heading: "Apps" }, ...apps, null] : []),
    !(message.flags & EPHEMERAL) && { label: "Add a reaction…", act: () => pick(at, message) },
    written && isMine(message) && { label: "Edit message", act: () => edit(message) },
    written && (!guild || may(guild, person.id, "PINS")) && pinItem(message),
    written &&
      guild &&
      !message.thread &&
      WITH_THREADS.includes(channel.type) && { label: "Create thread…", act: () => newThread(channel, message) },
    { label: "Copy text", act: () => copy(message.content) },
    { label: "Copy message ID", act: () => copy(message.id) },
    (isMine(message) || may(guild, person.id, "MESSAGES")) && {
      label: "Delete message",
      danger: true,
      act: () => dismiss(message),
    },
  ];
  openMenu(at, { title: "This message", items: items.filter((item) => item !== false) });
}

const pinItem = (message) =>
  message.pinned
    ? { label: "Unpin message", act: () => unpin(message) }
    : { label: "Pin message", act: () => pin(message) };
