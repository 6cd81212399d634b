// The menus of channels and of the server, channels by hand, invites; and whether one is there oneself.

import * as api from "./api.js";
import { formDialog, labelled } from "./dialogs.js";
import { anchored, changing, copy, page, told } from "./doing.js";
import { el, toast } from "./dom.js";
import { openMenu } from "./menu.js";
import { may } from "./powers.js";
import { STATUSES } from "./status.js";
import { CATEGORY, FORUMS, VOICE_CHANNELS, person, state } from "./store.js";
import { newPost, newThread, threadItems } from "./threads.js";
import { voiceItems } from "./voice.js";

const KINDS = ["text", "voice", "category", "announcement", "stage", "forum", "media"];
const LONGEST_SLOWMODE = 21600; // seconds

const here = () => ({ guild_id: state.guild.id });

function channelDialog(channel, category) {
  const name = el("input", { type: "text", maxlength: 100, value: channel?.name ?? "" });
  const kind = el(
    "select",
    {},
    KINDS.map((each) => el("option", { value: each }, each)),
  );
  const topic = el("input", { type: "text", maxlength: 1024, value: channel?.topic ?? "" });
  const seconds = String(channel?.rate_limit_per_user ?? 0);
  const slow = el("input", { type: "number", min: 0, max: LONGEST_SLOWMODE, value: seconds });
  const talks = channel && "topic" in channel;
  const onSubmit = async () => {
    const home = category && kind.value !== "category" ? { category: category.id } : {};
    const said = talks ? { topic: topic.value, slowmode: Number(slow.value) } : {};
    const what = channel
      ? { action: "edit", channel_id: channel.id, ...said }
      : { action: "create", type: kind.value, ...home };
    await api.channel(state.person.id, { ...here(), name: name.value.trim(), ...what });
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
    await api.channel(state.person.id, { ...here(), action: "delete", channel_id: channel.id });
    page.refreshWorld();
  };
  const body = [el("p", {}, "What was written there goes with it.")];
  formDialog({ title: `Delete ${channel.name}`, body, submitLabel: "Delete", danger: true, onSubmit });
}

function invite(channel) {
  return told(async () => {
    const { code } = await api.invite(state.person.id, { ...here(), channel_id: channel.id });
    await navigator.clipboard.writeText(code);
    toast(`Copied the invite ${code}.`, "good");
  });
}

function channelItems(channel) {
  const manages = may(state.guild, state.person.id, "CHANNELS");
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
    may(state.guild, state.person.id, "CHANNELS") && { label: "New channel…", act: () => channelDialog(null, null) },
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
  const now = person(state.person.id)?.status ?? "offline";
  const items = Object.entries(STATUSES).map(([status, label]) => ({
    label,
    checked: status === now || (status === "invisible" && now === "offline"),
    act: () => changing(() => api.presence(state.person.id, { status })),
  }));
  openMenu(event, { title: "Your status", items });
}
