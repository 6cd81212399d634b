// Threads and a forum's posts: begun, opened, joined, left, put away.

import * as api from "./api.js";
import { formDialog, labelled } from "./dialogs.js";
import { changing, copy, page } from "./doing.js";
import { el } from "./dom.js";
import { may } from "./powers.js";
import { address, forgetThread, state, threadsOf } from "./store.js";

export function openThread(id, name) {
  const known = threadsOf(state.guild).find((one) => one.id === id);
  const place = { guild_id: state.guild.id, parent_id: state.channel.id };
  const archived = { id, name, ...place, thread_metadata: { archived: true } };
  if (!known) state.archive.set(id, archived);
  location.hash = address({ channel: known ?? archived });
}

function thread(action, channel, more = {}) {
  return changing(() => api.thread(state.person.id, { action, channel_id: channel.id, ...more }));
}

/** From a message, or without one. */
export function newThread(channel, message = null) {
  const name = el("input", { type: "text", maxlength: 100 });
  const secret = el("input", { type: "checkbox" });
  const onSubmit = async () => {
    const from = message ? { message_id: message.id } : { channel_id: channel.id, private: secret.checked };
    came(await api.thread(state.person.id, { action: "create", name: name.value.trim(), ...from }));
  };
  const privately = el("label", { class: "check" }, secret, " For those who are added only");
  const body = [labelled("Name", name), !message && privately];
  formDialog({ title: "New thread", body, submitLabel: "Create", onSubmit });
}

export function newPost(channel) {
  const name = el("input", { type: "text", maxlength: 100 });
  const content = el("textarea", { rows: 4, maxlength: 2000 });
  const tags = (channel.available_tags ?? []).map((tag) => [tag.name, el("input", { type: "checkbox" })]);
  const onSubmit = async () => {
    const chosen = tags.filter(([, box]) => box.checked).map(([tag]) => tag);
    const post = { name: name.value.trim(), content: content.value, tags: chosen };
    came(await api.thread(state.person.id, { action: "create", channel_id: channel.id, ...post }));
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
    await api.thread(state.person.id, { action: "rename", channel_id: channel.id, name: name.value.trim() });
    page.refreshWorld();
  };
  formDialog({ title: "Rename the thread", body: [labelled("Name", name)], submitLabel: "Rename", onSubmit });
}

export function threadItems(channel) {
  const { archived, locked } = channel.thread_metadata;
  const moderates = may(state.guild, state.person.id, "THREADS");
  const tends = moderates || String(channel.owner_id) === state.person.id;
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
