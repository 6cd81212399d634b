// Who may do what, as Discord's client works it out before it shows a button. The sandbox decides again, for real.

import { now } from "./times.js";

const BIT = {
  KICK: 1n << 1n,
  BAN: 1n << 2n,
  ADMINISTRATOR: 1n << 3n,
  CHANNELS: 1n << 4n,
  AUDIT_LOG: 1n << 7n,
  VIEW: 1n << 10n,
  SEND: 1n << 11n,
  MESSAGES: 1n << 13n,
  MUTE: 1n << 22n,
  MOVE: 1n << 24n,
  NICKNAMES: 1n << 27n,
  ROLES: 1n << 28n,
  THREADS: 1n << 34n,
  TIMEOUT: 1n << 40n,
  PINS: 1n << 51n,
};
const ALL = (1n << 60n) - 1n;

export function memberOf(guild, userId) {
  return guild?.members.find((member) => member.user_id === String(userId)) ?? null;
}

export function rolesOf(guild, member) {
  const held = new Set(member?.role_ids ?? []);
  return (guild?.roles ?? []).filter((role) => held.has(role.id)).sort((one, other) => other.position - one.position);
}

function permissions(guild, userId) {
  if (guild.owner_id === userId) return ALL;
  const member = memberOf(guild, userId);
  if (!member) return 0n;
  const everyone = guild.roles.find((role) => role.id === guild.id);
  const granted = [everyone, ...rolesOf(guild, member)].reduce((sum, role) => sum | BigInt(role?.permissions ?? 0), 0n);
  return granted & BIT.ADMINISTRATOR ? ALL : granted;
}

export function may(guild, userId, power) {
  return Boolean(guild && permissions(guild, userId) & BIT[power]);
}

/** Overwrites where the world tells them; a channel without them is open. */
export function seesChannel(guild, userId, channel) {
  const base = permissions(guild, userId);
  if (base === ALL) return true;
  const overwrites = channel.permission_overwrites ?? channel.overwrites ?? [];
  const mine = new Set(memberOf(guild, userId)?.role_ids ?? []);
  const apply = (granted, rules) => {
    const deny = rules.reduce((sum, rule) => sum | BigInt(rule.deny), 0n);
    const allow = rules.reduce((sum, rule) => sum | BigInt(rule.allow), 0n);
    return (granted & ~deny) | allow;
  };
  const inOrder = [
    overwrites.filter((rule) => String(rule.id) === guild.id),
    overwrites.filter((rule) => mine.has(String(rule.id))),
    overwrites.filter((rule) => String(rule.id) === userId),
  ];
  return Boolean(inOrder.reduce(apply, base) & BIT.VIEW);
}

function rank(guild, userId) {
  if (guild.owner_id === userId) return Infinity;
  return rolesOf(guild, memberOf(guild, userId))[0]?.position ?? 0;
}

export function outranks(guild, userId, targetId) {
  return userId !== targetId && rank(guild, userId) > rank(guild, targetId);
}

/** Whether not everybody of the server sees it. */
export function isPrivate(guild, channel) {
  const everyone = (channel.permission_overwrites ?? []).find((rule) => String(rule.id) === guild.id);
  return Boolean(everyone && BigInt(everyone.deny) & BIT.VIEW);
}

/** Roles that this person may give and take: those below the highest of their own, and no bot's. */
export function rolesToGive(guild, userId) {
  const mine = rank(guild, userId);
  return guild.roles.filter((role) => role.id !== guild.id && !role.managed && role.position < mine);
}

export function timedOutUntil(member) {
  const until = member?.communication_disabled_until ? new Date(member.communication_disabled_until) : null;
  return until && until > now() ? until : null;
}
