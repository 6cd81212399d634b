// What a person does with places: threads, voice channels, channels by hand, invites; and whether one is there oneself.

import * as api from "./api.js";
import { formDialog, labelled } from "./dialogs.js";
import { anchored, copy, page, told } from "./doing.js";
import { el, toast } from "./dom.js";
import { openMenu } from "./menu.js";
import { may } from "./powers.js";
import { STATUSES } from "./status.js";
import { CATEGORY, FORUMS, VOICE_CHANNELS, address, forgetThread, person, state, threadsOf } from "./store.js";

const KINDS = ["text", "voice", "category", "announcement", "stage", "forum", "media"];
const LONGEST_SLOWMODE = 21600; // seconds

const me = () => state.person.id;
const here = () => ({ guild_id: state.guild.id });

async function doing(work) {
  if (await told(work)) page.refreshWorld();
}

// Threads.

export function openThread(id, name) {
  const known = threadsOf(state.guild).find((one) => one.id === id);
  const archived = { id, name, guild_id: state.guild.id, parent_id: state.channel.id, thread_metadata: { archived: true } };
  if (!known) state.archive.set(id, archived);
  location.hash = address({ channel: known ?? archived });
}

function thread(action, channel, more = {}) {
  return doing(() => api.thread(me(), { action, channel_id: channel.id, ...more }));
}

/** From a message, or without one. */
export function newThread(channel, message = null) {
  const name = el("input", { type: "text", maxlength: 100 });
  const secret = el("input", { type: "checkbox" });
  const onSubmit = async () => {
    const from = message ? { message_id: message.id } : { channel_id: channel.id, private: secret.checked };
    came(await api.thread(me(), { action: "create", name: name.value.trim(), ...from }));
  };
  const body = [labelled("Name", name), !message && el("label", { class: "check" }, secret, " For those who are added only")];
  formDialog({ title: "New thread", body, submitLabel: "Create", onSubmit });
}

export function newPost(channel) {
  const name = el("input", { type: "text", maxlength: 100 });
  const content = el("textarea", { rows: 4, maxlength: 2000 });
  const tags = (channel.available_tags ?? []).map((tag) => [tag.name, el("input", { type: "checkbox" })]);
  const onSubmit = async () => {
    const chosen = tags.filter(([, box]) => box.checked).map(([tag]) => tag);
    const body = { action: "create", channel_id: channel.id, name: name.value.trim(), content: content.value, tags: chosen };
    came(await api.thread(me(), body));
  };
  const body = [
    labelled("Title", name),
    labelled("Message", content),
    tags.map(([tag, box]) => el("label", { class: "check" }, box, ` ${tag}`)),
  ];
  formDialog({ title: `New post in ${channel.name}`, body, submitLabel: "Post", onSubmit });
}

function came(made) {
  forgetThread(made.id);
  state.threads.push(made);
  location.hash = address({ channel: made });
}

function rename(channel) {
  const name = el("input", { type: "text", maxlength: 100, value: channel.name });
  const onSubmit = async () => {
    await api.thread(me(), { action: "rename", channel_id: channel.id, name: name.value.trim() });
    page.refreshWorld();
  };
  formDialog({ title: "Rename the thread", body: [labelled("Name", name)], submitLabel: "Rename", onSubmit });
}

function threadItems(channel) {
  const { archived, locked } = channel.thread_metadata;
  const moderates = may(state.guild, me(), "THREADS");
  const tends = moderates || String(channel.owner_id) === me();
  const to = (label, action) => ({ label, act: () => thread(action, channel) });
  return [
    channel.member ? to("Leave thread", "leave") : to("Join thread", "join"),
    tends && { label: "Rename…", act: () => rename(channel) },
    tends && (archived ? to("Unarchive thread", "unarchive") : to("Archive thread", "archive")),
    moderates && (locked ? to("Unlock thread", "unlock") : to("Lock thread", "lock")),
    { label: "Copy thread ID", act: () => copy(channel.id) },
    moderates && { ...to("Delete thread", "delete"), danger: true },
  ];
}

// Voice.

const voiceOf = (userId) => state.guild.voice_states.find((one) => one.user_id === userId);

/** Into the channel, or out of it if one is there. */
export function hang(channel) {
  const leaves = voiceOf(me())?.channel_id === channel.id;
  return doing(() => api.voice(me(), leaves ? here() : { ...here(), channel_id: channel.id }));
}

function speaking(channel) {
  const mine = voiceOf(me());
  if (mine?.channel_id !== channel.id) return [];
  const { self_mute: self, self_deaf: deaf } = mine;
  const say = (changed) => doing(() => api.voice(me(), { ...here(), channel_id: channel.id, self_mute: self, self_deaf: deaf, ...changed }));
  return [
    { label: self ? "Unmute yourself" : "Mute yourself", act: () => say({ self_mute: !self }) },
    { label: deaf ? "Hear again" : "Deafen yourself", act: () => say({ self_deaf: !deaf }) },
  ];
}

function voiceItems(channel) {
  const there = voiceOf(me())?.channel_id === channel.id;
  return [{ label: there ? "Leave voice channel" : "Join voice channel", act: () => hang(channel) }, ...speaking(channel)];
}

/** What may be done to somebody who is in a voice channel. */
export function voiceModeration(userId) {
  const theirs = voiceOf(userId);
  if (!theirs) return [];
  const to = (label, action) => ({
    label,
    danger: true,
    act: () => doing(() => api.voiceModerate(me(), { ...here(), action, target_id: userId })),
  });
  const [mutes, moves] = ["MUTE", "MOVE"].map((power) => may(state.guild, me(), power));
  return [
    mutes && (theirs.mute ? to("Unmute in voice", "unmute") : to("Mute in voice", "mute")),
    moves && to("Disconnect from voice", "disconnect"),
  ];
}

// Channels.

function channelDialog(channel, category) {
  const name = el("input", { type: "text", maxlength: 100, value: channel?.name ?? "" });
  const kind = el(
    "select",
    {},
    KINDS.map((each) => el("option", { value: each }, each)),
  );
  const topic = el("input", { type: "text", maxlength: 1024, value: channel?.topic ?? "" });
  const slow = el("input", { type: "number", min: 0, max: LONGEST_SLOWMODE, value: String(channel?.rate_limit_per_user ?? 0) });
  const talks = channel && "topic" in channel;
  const onSubmit = async () => {
    const what = channel
      ? { action: "edit", channel_id: channel.id, ...(talks ? { topic: topic.value, slowmode: Number(slow.value) } : {}) }
      : { action: "create", type: kind.value, ...(category && kind.value !== "category" ? { category: category.id } : {}) };
    await api.channel(me(), { ...here(), name: name.value.trim(), ...what });
    page.refreshWorld();
  };
  const body = [
    labelled("Name", name),
    !channel && labelled("Kind", kind),
    talks && labelled("Topic", topic),
    talks && labelled("Slow mode, in seconds", slow),
  ];
  const title = channel ? `Edit ${channel.name}` : "New channel";
  formDialog({ title, body, submitLabel: channel ? "Save" : "Create", onSubmit });
}

function remove(channel) {
  const onSubmit = async () => {
    await api.channel(me(), { ...here(), action: "delete", channel_id: channel.id });
    page.refreshWorld();
  };
  const body = [el("p", {}, "What was written there goes with it.")];
  formDialog({ title: `Delete ${channel.name}`, body, submitLabel: "Delete", danger: true, onSubmit });
}

function invite(channel) {
  return told(async () => {
    const { code } = await api.invite(me(), { ...here(), channel_id: channel.id });
    await navigator.clipboard.writeText(code);
    toast(`Copied the invite ${code}.`, "good");
  });
}

function channelItems(channel) {
  const manages = may(state.guild, me(), "CHANNELS");
  const category = channel.type === CATEGORY ? channel : { id: channel.parent_id };
  const branches = [0, 5].includes(channel.type);
  return [
    FORUMS.includes(channel.type) && { label: "New post…", act: () => newPost(channel) },
    ...(VOICE_CHANNELS.includes(channel.type) ? voiceItems(channel) : []),
    branches && { label: "New thread…", act: () => newThread(channel) },
    channel.type !== CATEGORY && { label: "Invite people", act: () => invite(channel) },
    { label: "Copy channel ID", act: () => copy(channel.id) },
    manages && null,
    manages && { label: "Edit channel…", act: () => channelDialog(channel) },
    manages && { label: "New channel…", act: () => channelDialog(null, category.id ? category : null) },
    manages && { label: "Delete channel…", danger: true, act: () => remove(channel) },
  ];
}

export function openChannelMenu(event, channel) {
  const items = channel.thread_metadata ? threadItems(channel) : channelItems(channel);
  openMenu(anchoredNow(event), { title: channel.name, items: items.filter((item) => item !== false) });
}

export function openServerMenu(event) {
  const [first] = state.guild.channels.filter((one) => one.type !== CATEGORY);
  const items = [
    first && { label: "Invite people", act: () => invite(first) },
    { label: "Copy server ID", act: () => copy(state.guild.id) },
    may(state.guild, me(), "CHANNELS") && { label: "New channel…", act: () => channelDialog(null, null) },
  ];
  openMenu(anchoredNow(event), { title: state.guild.name, items: items.filter(Boolean) });
}

function anchoredNow(event) {
  event.preventDefault();
  event.stopPropagation();
  return anchored(event);
}

// Oneself.

export function openStatus(event) {
  const now = person(me())?.status ?? "offline";
  const items = Object.entries(STATUSES).map(([status, label]) => ({
    label,
    checked: status === now || (status === "invisible" && now === "offline"),
    act: () => doing(() => api.presence(me(), { status })),
  }));
  openMenu(event, { title: "Your status", items });
}
