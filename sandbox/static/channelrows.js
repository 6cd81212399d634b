// The channels of a server: categories, threads below their channels, who is in voice.

import { avatar, button, el, icon } from "./dom.js";
import { isPrivate, may, memberOf } from "./powers.js";
import { CATEGORY, FORUMS, VOICE_CHANNELS, address, displayName, state, threadsOf, visibleChannels } from "./store.js";

const isVoice = (channel) => VOICE_CHANNELS.includes(channel.type);
const isForum = (channel) => FORUMS.includes(channel.type);
const inOrder = (one, other) =>
  isVoice(one) - isVoice(other) || one.position - other.position || one.id.localeCompare(other.id);

/** As Discord's client lists them: first what is in no category, voice below text. */
export function guildRows(guild, actions) {
  const visible = visibleChannels(guild).sort(inOrder);
  const below = (parent) =>
    visible
      .filter((one) => one.type !== CATEGORY && (one.parent_id ?? null) === (parent?.id ?? null))
      .flatMap((one) => rowsOf(guild, one, actions));
  const categories = visible.filter((one) => one.type === CATEGORY).map((one) => [one, below(one)]);
  const hidden = visible.filter((one) => one.parent_id && !categories.some(([{ id }]) => id === one.parent_id));
  const shown = categories.filter(([, rows]) => rows.length || may(guild, state.person.id, "CHANNELS"));
  return [
    ...below(null),
    ...hidden.flatMap((one) => rowsOf(guild, one, actions)),
    ...shown.flatMap(([category, rows]) => [heading(category, actions), ...rows]),
  ];
}

function heading(category, actions) {
  const open = (event) => actions.open(event, category);
  return el(
    "h2",
    { class: "category" },
    button(`${category.name}: the category's menu`, open, { "aria-haspopup": "menu" }, category.name),
  );
}

function rowsOf(guild, channel, actions) {
  if (isVoice(channel)) return [voiceRow(guild, channel, actions), inside(guild, channel, actions)];
  const threads = threadsOf(guild).filter(
    (one) => one.parent_id === channel.id && (!one.thread_metadata.archived || one.id === state.channel?.id),
  );
  const own = isForum(channel) ? forumRow(guild, channel, actions) : row(guild, channel, "hash", actions);
  return [own, ...threads.map((one) => row(guild, one, "thread", actions))];
}

function row(guild, channel, sign, actions) {
  const current = channel.id === state.channel?.id;
  const thread = channel.thread_metadata;
  const states = [
    !current && state.unread.has(channel.id) && "unread",
    thread && "thread",
    thread && !channel.member && "elsewhere",
  ];
  const open = (event) => actions.open(event, channel);
  return el(
    "a",
    {
      class: ["channel", ...states.filter(Boolean)].join(" "),
      href: address({ channel }),
      "aria-current": current ? "page" : null,
      title: thread && !channel.member ? "You have not joined this thread" : null,
      on: { contextmenu: open },
    },
    icon(sign),
    el("span", {}, channel.name),
    (thread?.locked || isPrivate(guild, channel) || channel.type === 12) && lock(thread?.locked ? "Locked" : "Private"),
  );
}

const lock = (label) => el("span", { class: "lock", role: "img", "aria-label": label, title: label }, icon("lock"));

/** A finger has no right button: where a tap does something else, the menu has a button of its own. */
function withMenu(actions, channel, ...given) {
  const open = (event) => actions.open(event, channel);
  const node = button(...given);
  node.addEventListener("contextmenu", open);
  const more = { class: "plain more", "aria-haspopup": "menu" };
  return el("div", { class: "with-menu" }, node, button(`${channel.name}: menu`, open, more, icon("more")));
}

/** A forum has no messages of its own: one begins a post there. */
function forumRow(guild, channel, actions) {
  return withMenu(
    actions,
    channel,
    `${channel.name}: new post`,
    () => actions.post(channel),
    { class: "channel", "aria-haspopup": "dialog" },
    icon("posts"),
    el("span", {}, channel.name),
    isPrivate(guild, channel) && lock("Private"),
  );
}

function voiceRow(guild, channel, actions) {
  const mine = guild.voice_states.some((one) => one.user_id === state.person.id && one.channel_id === channel.id);
  return withMenu(
    actions,
    channel,
    `${channel.name}, voice channel`,
    () => actions.hang(channel),
    { class: "channel voice", title: mine ? "Leave" : "Join", "aria-pressed": String(mine) },
    icon("voice"),
    el("span", {}, channel.name),
    channel.user_limit > 0 && el("span", { class: "quiet" }, `at most ${channel.user_limit}`),
    isPrivate(guild, channel) && lock("Private"),
  );
}

function inside(guild, channel, actions) {
  const here = guild.voice_states.filter((one) => one.channel_id === channel.id && memberOf(guild, one.user_id));
  return (
    here.length > 0 &&
    el(
      "ul",
      { class: "inside", "aria-label": `In ${channel.name}` },
      here.map((one) => el("li", {}, speaker(one, actions))),
    )
  );
}

function speaker(one, actions) {
  const name = displayName(one.user_id);
  const open = (event) => actions.openPerson(event, one.user_id);
  const marks = [
    (one.mute || one.self_mute) && "muted",
    (one.deaf || one.self_deaf) && "deaf",
    one.suppress && "listens",
  ].filter(Boolean);
  return el(
    "button",
    { type: "button", class: "speaker", on: { click: open, contextmenu: open } },
    avatar(name, one.user_id, "small"),
    el("span", {}, name),
    marks.length > 0 && el("span", { class: "quiet" }, marks.join(", ")),
  );
}
