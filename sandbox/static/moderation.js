// Discord's own moderation, by hand.

import * as api from "./api.js";
import { formDialog, labelled } from "./dialogs.js";
import { page, told } from "./doing.js";
import { el } from "./dom.js";
import { may, outranks, rolesToGive, timedOutUntil } from "./powers.js";
import { roleColor, state } from "./store.js";
import { voiceModeration } from "./voice.js";

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

/** The part of a person's menu that is for those who outrank them. */
export function byHand(userId, name, member) {
  const { guild } = state;
  const me = state.person.id;
  if (!guild || userId === me || (member && !outranks(guild, me, userId))) return [];
  const until = timedOutUntil(member);
  const can = (power) => may(guild, me, power);
  const items = [
    member && can("ROLES") && { label: "Roles…", act: () => chooseRoles(userId, name, member) },
    member && can("NICKNAMES") && { label: "Change nickname…", act: () => rename(userId, name, member) },
    ...(member ? voiceModeration(userId) : []),
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

function chooseRoles(userId, name, member) {
  const boxes = rolesToGive(state.guild, state.person.id).map((role) => {
    const held = member.role_ids.includes(role.id);
    return { role, held, box: el("input", { type: "checkbox", checked: held }) };
  });
  const onSubmit = async () => {
    const changed = (wanted) =>
      boxes.filter(({ held, box }) => held !== wanted && box.checked === wanted).map(({ role }) => role.id);
    const body = { guild_id: state.guild.id, user_id: userId, add: changed(true), remove: changed(false) };
    await api.roles(state.person.id, body);
    page.refreshWorld();
  };
  const ink = ({ role }) => (roleColor(role) ? { ink: roleColor(role) } : {});
  const body = boxes.map((each) =>
    el("label", { class: "check" }, each.box, " ", el("span", { class: "inked", vars: ink(each) }, each.role.name)),
  );
  formDialog({ title: `Roles of ${name}`, body, submitLabel: "Save", onSubmit });
}

function rename(userId, name, member) {
  const nick = el("input", { type: "text", maxlength: 32, value: member.nick ?? "" });
  const onSubmit = () => moderate({ action: "nick", target_id: userId, nick: nick.value.trim() });
  formDialog({ title: `Nickname of ${name}`, body: [labelled("Nickname", nick)], submitLabel: "Save", onSubmit });
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
