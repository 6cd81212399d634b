// What nobody wrote: pins, threads, who came, what AutoMod stopped.

import { button, el, icon } from "./dom.js";
import { markdown } from "./markdown.js";
import { displayName, state } from "./store.js";
import { stamp, written } from "./times.js";

const [ADDED, REMOVED, RENAMED, PINNED, CAME, BRANCHED, STARTER, ALERT] = [1, 2, 4, 6, 7, 18, 21, 24];
const SIGNS = { [PINNED]: "pin", [BRANCHED]: "thread", [STARTER]: "thread", [ALERT]: "shield" };

const shownName = (user) => displayName(user.id, state.guild, user);
const strong = (text) => el("strong", {}, text);
const link = (text, act) => button(text, act, { class: "as-link" });

const SENTENCES = {
  [ADDED]: (who, message) => [who, " added ", whom(message), " to the thread."],
  [REMOVED]: (who, message) => [who, " removed ", whom(message), " from the thread."],
  [RENAMED]: (who, message) => [who, " changed the name of this thread to ", strong(message.content), "."],
  [PINNED]: (who, message, actions) => [
    who,
    " pinned ",
    link("a message", () => actions.jump(message.message_reference?.message_id)),
    " to this channel. See all ",
    link("pinned messages", actions.showPins),
    ".",
  ],
  [CAME]: (who) => [who, " joined the server."],
  [BRANCHED]: (who, message, actions) => [
    who,
    " started a thread: ",
    link(message.content, () => actions.openThread(message.message_reference.channel_id, message.content)),
  ],
  [STARTER]: (_who, message, _actions, known) => starter(message.referenced_message, known),
  [ALERT]: alerted,
};

export const isSystem = (message) => message.type in SENTENCES;

export function systemMessage(message, known, actions) {
  const who = button(shownName(message.author), (event) => actions.openPerson(event, message.author.id), {
    class: "name",
  });
  return [
    el("span", { class: "face sign" }, icon(SIGNS[message.type] ?? "people")),
    el(
      "div",
      { class: "body system" },
      el("div", {}, SENTENCES[message.type](who, message, actions, known), " ", time(message)),
    ),
  ];
}

function time(message) {
  const date = new Date(message.timestamp);
  return el("time", { class: "quiet", datetime: message.timestamp, title: written(date, "F") }, stamp(date));
}

const whom = (message) => strong(message.mentions.map(shownName).join(", "));

function starter(first, known) {
  if (!first) return ["The message that this thread began with was deleted."];
  return [
    "The thread began with what ",
    strong(shownName(first.author)),
    " wrote:",
    el("div", { class: "content carried" }, markdown(first.content || "an embed or a file", known)),
  ];
}

function alerted(who, message, _actions, known) {
  const [card] = message.embeds;
  const facts = Object.fromEntries((card?.fields ?? []).map(({ name, value }) => [name, value]));
  const about = [
    ["Rule", facts.rule_name],
    ["Keyword", facts.keyword],
    ["Found", facts.keyword_matched_content],
  ];
  const told = about.filter(([, value]) => value);
  return [
    strong("AutoMod"),
    " noticed a message of ",
    who,
    " in ",
    markdown(`<#${facts.channel_id}>`, known).flatMap((block) => [...block.childNodes]),
    el("div", { class: "content carried" }, markdown(card?.description ?? "", known)),
    el("div", { class: "quiet" }, told.map(([name, value]) => `${name}: ${value}`).join(" • ")),
  ];
}
