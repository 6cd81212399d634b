// The panel at the side: members, the audit log, the wire.

import * as api from "./api.js";
import { avatar, button, el } from "./dom.js";
import { memberOf, rolesOf, may, timedOutUntil } from "./powers.js";
import { statusDot } from "./status.js";
import { displayName, isBot, nameColor, person, state, threadsOf } from "./store.js";
import { stamp, timeElement } from "./times.js";

const MOST_ROWS = 100; // of one role

export function members(place, openPerson) {
  const guild = state.guild;
  if (!guild) {
    place.replaceChildren(el("p", { class: "quiet pad" }, "You and the bot."));
    return;
  }
  const groups = new Map();
  for (const member of guild.members.filter((one) => person(one.user_id))) {
    const role = rolesOf(guild, member)[0];
    const key = role?.id ?? "";
    if (!groups.has(key)) groups.set(key, { role, rows: [] });
    groups.get(key).rows.push(() => memberRow(member, openPerson));
  }
  const sorted = [...groups.values()].sort((one, other) => (other.role?.position ?? -1) - (one.role?.position ?? -1));
  place.replaceChildren(
    ...sorted.map(({ role, rows }) =>
      el(
        "section",
        {},
        el("h3", {}, `${role?.name ?? "no role"} — ${rows.length}`),
        rows.slice(0, MOST_ROWS).map((make) => make()),
        more(rows.length),
      ),
    ),
  );
}

function more(number) {
  return number > MOST_ROWS && el("p", { class: "quiet pad" }, `and ${number - MOST_ROWS} more`);
}

function memberRow(member, openPerson) {
  const id = member.user_id;
  const name = displayName(id);
  const until = timedOutUntil(member);
  const open = (event) => openPerson(event, id);
  const ink = nameColor(id);
  return el(
    "button",
    { type: "button", class: "member", on: { click: open, contextmenu: open } },
    el("span", { class: "presence" }, avatar(name, id, "small"), statusDot(id)),
    el("span", { class: "name", vars: ink ? { ink } : {} }, name),
    isBot(id) && el("span", { class: "tag" }, "APP"),
    until && el("span", { class: "quiet" }, "timed out, ends ", timeElement(el, until, "R")),
  );
}

const ACTS = {
  10: "created the channel",
  11: "changed the channel",
  12: "deleted the channel",
  13: "set permissions in",
  14: "changed permissions in",
  15: "removed permissions in",
  1: "changed the server",
  20: "kicked",
  21: "pruned members",
  22: "banned",
  23: "unbanned",
  24: "updated",
  25: "changed the roles of",
  26: "moved in voice",
  27: "disconnected from voice",
  28: "added the bot",
  30: "created a role",
  31: "changed a role",
  32: "deleted a role",
  40: "created an invite",
  42: "deleted an invite",
  50: "created a webhook",
  51: "changed a webhook",
  52: "deleted a webhook",
  72: "deleted messages of",
  73: "deleted many messages in",
  74: "pinned a message of",
  75: "unpinned a message of",
  110: "created the thread",
  111: "changed the thread",
  112: "deleted the thread",
  121: "changed who may use a command",
  140: "created an AutoMod rule",
  141: "changed an AutoMod rule",
  142: "deleted an AutoMod rule",
  143: "was stopped by AutoMod:",
  144: "was noticed by AutoMod:",
  145: "was timed out by AutoMod:",
};

export async function auditLog(place, { unban, openPerson }) {
  const guild = state.guild;
  if (!guild || !may(guild, state.person.id, "AUDIT_LOG")) {
    place.replaceChildren(el("p", { class: "quiet pad" }, "You may not see the audit log here: become a moderator."));
    return;
  }
  const [entries, bans] = await Promise.all([api.auditLog(guild.id), api.bans(guild.id)]);
  if (guild !== state.guild) return;
  const banned = bans.map((ban) => banRow(ban, unban));
  const rows = entries.map((entry) => auditRow(entry, openPerson));
  place.replaceChildren(
    el(
      "section",
      {},
      el("h3", {}, `Bans — ${banned.length}`),
      banned.length ? banned : el("p", { class: "quiet pad" }, "Nobody is banned."),
    ),
    el(
      "section",
      {},
      el("h3", {}, "Audit log"),
      rows.length ? rows : el("p", { class: "quiet pad" }, "Nothing happened yet."),
    ),
  );
}

function banRow(ban, unban) {
  const lift =
    may(state.guild, state.person.id, "BAN") && button("Unban", () => unban(ban.user.id), { class: "as-link" });
  return el(
    "div",
    { class: "entry" },
    el("strong", {}, displayName(ban.user.id, null, ban.user)),
    lift,
    ban.reason && el("div", { class: "quiet" }, ban.reason),
  );
}

function auditRow(entry, openPerson) {
  const when = new Date(Number((BigInt(entry.id) >> 22n) + 1420070400000n));
  const who = el(
    "button",
    { type: "button", class: "name", on: { click: (event) => openPerson(event, entry.user_id) } },
    displayName(entry.user_id),
  );
  const target = entry.target_id && nameOf(entry);
  return el(
    "div",
    { class: "entry" },
    el("div", {}, who, " ", act(entry), " ", target && el("strong", {}, target)),
    entry.reason && el("div", {}, "“", entry.reason, "”"),
    el("div", { class: "quiet" }, stamp(when)),
  );
}

function act(entry) {
  const change = (entry.changes ?? []).find((each) => each.key === "communication_disabled_until");
  if (entry.action_type === 24 && change) return change.new_value ? "timed out" : "ended the time-out of";
  return ACTS[entry.action_type] ?? `did act ${entry.action_type} to`;
}

function nameOf(entry) {
  if (person(entry.target_id) || memberOf(state.guild, entry.target_id)) return displayName(entry.target_id);
  const channel = [...state.guild.channels, ...threadsOf(state.guild)].find((one) => one.id === entry.target_id);
  if (channel) return `#${channel.name}`;
  const names = (entry.changes ?? []).filter((each) => each.key === "name");
  return names.map((each) => each.new_value ?? each.old_value).join("");
}
