// What a person does here beyond writing: commands, buttons, menus, Discord's own moderation.

import * as api from "./api.js";
import { MESSAGE, USER, menuCommands } from "./commands.js";
import { formDialog, labelled, modalDialog } from "./dialogs.js";
import { el, button, icon, toast } from "./dom.js";
import { closeMenu, openMenu } from "./menu.js";
import { may, memberOf, outranks, rolesOf, timedOutUntil } from "./powers.js";
import { everybody } from "./sidebar.js";
import { address, displayName, isBot, names, person, place, state } from "./store.js";

const SLOW_MS = 250;
const PERIODS = [
  ["60 seconds", 60],
  ["10 minutes", 600],
  ["1 hour", 3600],
  ["1 day", 86400],
  ["1 week", 604800],
];
const DELETIONS = [
  ["Nothing", 0],
  ["The last hour", 3600],
  ["The last day", 86400],
  ["The last 7 days", 604800],
];

let page = null;
let notes = 0;

/** The page's own functions: `{refreshMessages, refreshWorld, drawPlaces, writing, list}`. */
export function use(functions) {
  page = functions;
}

export async function look() {
  state.directs = await api.directMessages(state.person.id);
}

// Lines that only this window shows.

function addNote(kind, command, text) {
  notes += 1;
  const note = { id: `note-${notes}`, kind, command, text, at: new Date(), channelId: state.channel?.id };
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

async function told(work) {
  try {
    await work();
    return true;
  } catch (refusal) {
    toast(refusal.message);
    return false;
  }
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

/** The event's place outlives the waiting for the commands. */
function anchored(event) {
  const { clientX, clientY, currentTarget } = event;
  return { clientX, clientY, currentTarget, target: currentTarget, preventDefault() {}, stopPropagation() {} };
}

function useOn(command, targetId) {
  const body = { ...place(), command, target_id: targetId };
  return interact(command, () => api.context(state.person.id, body));
}

export async function openMessageMenu(event, message) {
  event.preventDefault();
  event.stopPropagation();
  const at = anchored(event);
  const commands = await menuCommands(MESSAGE).catch(() => []);
  const apps = commands.map((command) => ({ label: command.name, act: () => useOn(command.name, message.id) }));
  const mine = String(message.author.id) === state.person.id;
  const items = [
    ...(apps.length ? [{ heading: "Apps" }, ...apps, null] : []),
    { label: "Copy text", act: () => copy(message.content) },
    { label: "Copy message ID", act: () => copy(message.id) },
    (mine || may(state.guild, state.person.id, "MESSAGES")) && {
      label: "Delete message",
      danger: true,
      act: () => dismiss(message),
    },
  ];
  openMenu(at, { title: "This message", items: items.filter((item) => item !== false) });
}

async function copy(text) {
  const done = await told(() => navigator.clipboard.writeText(text));
  if (done) toast("Copied.", "good");
}

// Discord's own moderation, by hand.

function byHand(userId, name, member) {
  const { guild } = state;
  const me = state.person.id;
  if (!guild || userId === me || (member && !outranks(guild, me, userId))) return [];
  const until = timedOutUntil(member);
  const can = (power) => may(guild, me, power);
  const items = [
    member && can("TIMEOUT") && { label: `Time out ${name}…`, danger: true, act: () => timeOut(userId, name) },
    member &&
      until &&
      can("TIMEOUT") && { label: "End the time-out", act: () => moderate({ action: "untimeout", target_id: userId }) },
    member &&
      can("KICK") && { label: `Kick ${name}…`, danger: true, act: () => withReason("kick", `Kick ${name}`, userId) },
    can("BAN") && { label: `Ban ${name}…`, danger: true, act: () => ban(userId, name) },
  ].filter(Boolean);
  return items.length ? [null, { heading: "By hand, as in Discord" }, ...items] : [];
}

async function moderate(body) {
  await api.moderate(state.person.id, { guild_id: state.guild.id, ...body });
  page.refreshWorld();
}

export function unban(userId) {
  return told(() => moderate({ action: "unban", target_id: userId }));
}

function reasonField() {
  return el("input", { type: "text", maxlength: 512, placeholder: "For the audit log", "aria-label": "Reason" });
}

function choice(label, options) {
  return el(
    "select",
    { "aria-label": label },
    options.map(([text, value]) => el("option", { value: String(value) }, text)),
  );
}

function withReason(action, title, targetId, more = { fields: [], read: () => ({}) }) {
  const reason = reasonField();
  const onSubmit = () => moderate({ action, target_id: targetId, reason: reason.value.trim() || null, ...more.read() });
  formDialog({ title, body: [...more.fields, labelled("Reason", reason)], submitLabel: title, danger: true, onSubmit });
}

function timeOut(userId, name) {
  const period = choice("For how long", PERIODS);
  withReason("timeout", `Time out ${name}`, userId, {
    fields: [labelled("For how long", period)],
    read: () => ({ seconds: Number(period.value) }),
  });
}

function ban(userId, name) {
  const deletion = choice("Delete messages of", DELETIONS);
  withReason("ban", `Ban ${name}`, userId, {
    fields: [labelled("Delete messages of", deletion)],
    read: () => ({ delete_message_seconds: Number(deletion.value) }),
  });
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
