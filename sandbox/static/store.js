// What this window knows: the world, who the visitor is, where they are. The address's fragment says the last two, so a second
// window is a second person: #/max/Green/mod-log, and #/max/@me/Reeve for direct messages.

import * as api from "./api.js";
import { rolesOf, memberOf, seesChannel } from "./powers.js";
import { setAhead } from "./times.js";

export const DIRECT = "@me";
const TEXT_CHANNELS = [0, 5];
export const VOICE_CHANNELS = [2, 13];
export const FORUMS = [15, 16];
export const CATEGORY = 4;

export const state = {
  world: { guilds: [], people: [], applications: [] },
  person: null,
  guild: null, // null in direct messages
  channel: null, // {id, name, type}; in direct messages {id or null, name, type: 1, botId}
  threads: [], // the active ones that this person sees in this server
  archive: new Map(), // id -> a thread that is not active, or was not when it was told
  editing: null, // the id of the message that is being edited
  messages: [],
  directs: [],
  unread: new Map(), // channel id -> its server's id, null for a direct channel
  notes: new Map(), // channel id -> lines that only this window shows: what failed
};

const text = (value) => (value === null || value === undefined ? value : String(value));

function normal(world) {
  const guilds = world.guilds.map((guild) => ({
    ...guild,
    id: text(guild.id),
    owner_id: text(guild.owner_id),
    voice_states: guild.voice_states ?? [],
    channels: guild.channels.map((channel) => ({ ...channel, id: text(channel.id) })),
    roles: guild.roles.map((role) => ({ ...role, id: text(role.id) })),
    members: guild.members.map((member) => ({
      ...member,
      user_id: text(member.user_id ?? member.user?.id),
      role_ids: (member.role_ids ?? member.roles ?? []).map(text),
    })),
  }));
  const people = world.people.map((one) => ({
    ...one,
    id: text(one.id),
    name: one.name ?? one.username,
  }));
  const applications = world.applications.map((one) => ({
    ...one,
    id: text(one.id),
    bot_user_id: text(one.bot_user_id),
  }));
  return { ...world, guilds, people, applications };
}

export async function loadWorld() {
  const [world, clock] = await Promise.all([api.world(), api.clock()]);
  state.world = normal(world);
  setAhead(clock.ahead_seconds);
}

export async function loadThreads() {
  const { person: who, guild } = state;
  const told = guild ? await api.channels(who.id, guild.id) : [];
  if (state.person?.id !== who.id || state.guild?.id !== guild?.id) return;
  const active = told.filter((one) => one.thread_metadata);
  const listed = new Set(active.map((one) => one.id));
  for (const one of state.threads) if (!listed.has(one.id)) state.archive.set(one.id, archived(one));
  state.threads = active;
}

const archived = (thread) => ({ ...thread, thread_metadata: { ...thread.thread_metadata, archived: true } });

export function forgetThread(id) {
  state.archive.delete(id);
  state.threads = state.threads.filter((one) => one.id !== id);
}

/** Of the active ones it is told how they are; what is known of the others may be old. */
export const threadsOf = (guild) =>
  [...new Map([...state.archive, ...state.threads.map((one) => [one.id, one])]).values()].filter(
    (one) => one.guild_id === guild.id,
  );

export const bots = () =>
  state.world.applications.map((one) => ({
    id: one.bot_user_id,
    name: personName(one.bot_user_id) ?? one.name,
    application: one,
  }));
export const humans = () => state.world.people.filter((person) => !person.bot);
export const person = (id) => state.world.people.find((one) => one.id === String(id)) ?? null;
const personName = (id) => person(id)?.name;

const named = (all, key) =>
  all.find((one) => one.id === key) ?? all.find((one) => one.name?.toLowerCase() === key?.toLowerCase()) ?? null;
export const myGuilds = () => state.world.guilds.filter((guild) => memberOf(guild, state.person?.id));
export const visibleChannels = (guild) =>
  guild.channels.filter((channel) => seesChannel(guild, state.person.id, channel));
const channelsOf = (guild) =>
  visibleChannels(guild).filter((channel) => TEXT_CHANNELS.includes(channel.type ?? 0));

/** Ids where a name would be ambiguous. */
const key = (all, one) =>
  one.thread_metadata || all.filter((each) => each.name === one.name).length > 1 || /[/%]/.test(one.name)
    ? one.id
    : encodeURIComponent(one.name);

export function address({ person: who = state.person, guild = state.guild, channel = state.channel } = {}) {
  const head = `#/${key(state.world.people, who)}`;
  if (!guild) return `${head}/${DIRECT}/${channel ? encodeURIComponent(channel.name) : ""}`;
  return `${head}/${key(state.world.guilds, guild)}${channel ? `/${key(guild.channels, channel)}` : ""}`;
}

const withId = (all, one) => (one?.id ? all.find((each) => each.id === one.id) : null);
let cameBy = null;

/** Reads the fragment; what it names and is not there becomes the nearest thing that is. Who `stay`s is not moved by a mere new name. */
export function goTo(fragment, { stay = false } = {}) {
  const [who, where, what] = fragment.replace(/^#\/?/, "").split("/").map(decoded);
  const stays = stay && fragment === cameBy;
  cameBy = fragment;
  state.person = (stays && withId(humans(), state.person)) || named(humans(), who) || named(humans(), "max");
  state.person ??= humans()[0];
  if (where === DIRECT) {
    state.guild = null;
    state.channel = direct(named(bots(), what) ?? bots()[0]);
    return;
  }
  const mine = myGuilds();
  state.guild = (stays && withId(mine, state.guild)) || named(mine, where) || mine[0] || null;
  if (!state.guild) {
    state.channel = direct(bots()[0]);
    return;
  }
  const visible = [...channelsOf(state.guild), ...threadsOf(state.guild)];
  state.channel = (stays && withId(visible, state.channel)) || named(visible, what) || visible[0] || null;
}

/** So that a second window finds a channel under the name that it has now. */
export function correctAddress() {
  const wanted = address();
  if (location.hash !== cameBy || wanted === cameBy) return;
  history.replaceState(null, "", wanted);
  cameBy = location.hash;
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The direct channel with a bot; without an id until somebody has written there. */
function direct(bot) {
  if (!bot) return null;
  const known =
    state.directs.find((message) => String(message.author.id) === bot.id) ??
    (bots().length === 1 ? state.directs[0] : null);
  return { id: known ? String(known.channel_id) : null, name: bot.name, type: 1, botId: bot.id };
}

/** Where the visitor is, as the control interface wants it. */
export function place() {
  return { guild_id: state.guild?.id ?? null, channel_id: state.channel?.id ?? null };
}

/** Answers false when the channel is gone for this person. */
export async function loadMessages() {
  const { person: who, channel, guild } = state;
  if (!who || !channel) return true;
  if (!guild) {
    const told = await api.directMessages(who.id);
    if (state.channel !== channel || state.person !== who) return true;
    state.directs = told;
    if (!channel.id) channel.id = direct(bots().find((bot) => bot.id === channel.botId))?.id ?? null;
    state.messages = state.directs.filter((message) => String(message.channel_id) === channel.id);
    return true;
  }
  let told = [];
  try {
    told = await api.messages(who.id, channel.id);
  } catch (refusal) {
    if (!refusal.status || !channel.thread_metadata) throw refusal;
    forgetThread(channel.id);
    return false;
  }
  if (state.channel === channel && state.person === who) state.messages = told;
  for (const { thread } of told) if (thread?.thread_metadata.archived) state.archive.set(thread.id, thread);
  return true;
}

export function displayName(userId, guild = state.guild, author = null) {
  const nick = guild ? memberOf(guild, userId)?.nick : null;
  const known = person(userId);
  return nick ?? author?.global_name ?? known?.global_name ?? known?.name ?? author?.username ?? "someone";
}

const hex = (color) => (color ? `#${color.toString(16).padStart(6, "0")}` : null);

export function nameColor(userId, guild = state.guild) {
  const colored = guild ? rolesOf(guild, memberOf(guild, userId)).find((role) => role.color) : null;
  return hex(colored?.color);
}

export function isBot(userId) {
  return Boolean(person(userId)?.bot || bots().some((bot) => bot.id === String(userId)));
}

export const roleColor = (role) => hex(role.color);

/** For `markdown`: what the ids in mentions are called here. */
export function names(onPerson) {
  return {
    user: (id) => (person(id) ? { name: displayName(id), onOpen: (event) => onPerson(event, id) } : null),
    role: (id) => {
      const role =
        state.guild?.roles.find((one) => one.id === id) ??
        state.world.guilds.flatMap((guild) => guild.roles).find((one) => one.id === id);
      return role ? { name: role.name, color: roleColor(role) } : null;
    },
    channel: (id) => {
      const guild = state.world.guilds.find((one) => one.channels.some((channel) => channel.id === id));
      const thread = state.guild && threadsOf(state.guild).find((one) => one.id === id);
      if (thread) return { name: thread.name, onOpen: () => (location.hash = address({ channel: thread })) };
      const channel = guild?.channels.find((one) => one.id === id);
      if (!channel) return null;
      return { name: channel.name, onOpen: () => (location.hash = address({ guild, channel })) };
    },
  };
}

// What the pickers offer.

export function peopleChoices() {
  const here = state.guild ? state.guild.members.map((member) => member.user_id) : [];
  const others = state.world.people.map((one) => one.id).filter((id) => !here.includes(id));
  const choice = (id, hint) => ({
    name: displayName(id),
    also: personName(id),
    value: id,
    hint: hint ?? (isBot(id) ? "bot" : personName(id)),
    person: true,
  });
  return [
    ...here.filter(person).map((id) => choice(id)),
    ...others.map((id) => choice(id, state.guild ? "not in this server" : null)),
  ];
}

export function roleChoices() {
  const roles = [...(state.guild?.roles ?? [])].sort((one, other) => other.position - one.position);
  return roles.map((role) => ({
    name: role.name.startsWith("@") ? role.name : `@${role.name}`,
    also: role.name,
    value: role.id,
    color: roleColor(role) ?? "#99a",
  }));
}

export function channelChoices(types = null) {
  const visible = state.guild ? [...visibleChannels(state.guild), ...state.threads] : [];
  return visible
    .filter((channel) => !types?.length || types.includes(channel.type ?? 0))
    .map((channel) => ({ name: `#${channel.name}`, also: channel.name, value: channel.id }));
}

export function mentionableChoices() {
  return [...peopleChoices(), ...roleChoices()];
}
