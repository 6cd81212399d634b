// Discord's markdown, the part that bots use, as elements. Nothing is ever parsed as HTML.

import { el } from "./dom.js";
import { timeElement } from "./times.js";

const BLOCK = /```(?:([\w+-]{1,20})\n)?\n?([\s\S]+?)\n?```/;
/** In the order in which they are tried at one place. */
const INLINE = [
  { name: "escape", pattern: /\\([*_~`|>\\<#-])/y },
  { name: "code", pattern: /(`{1,2})([^`]+?)\1(?!`)/y },
  { name: "boldItalic", pattern: /\*\*\*([\s\S]+?)\*\*\*/y },
  { name: "bold", pattern: /\*\*([\s\S]+?)\*\*(?!\*)/y },
  { name: "underline", pattern: /__([\s\S]+?)__(?!_)/y },
  { name: "italic", pattern: /\*(?!\s)([^*]+?)\*(?!\*)/y },
  { name: "italic", pattern: /\b_([^_]+?)_\b/y },
  { name: "strike", pattern: /~~([\s\S]+?)~~/y },
  { name: "spoiler", pattern: /\|\|([\s\S]+?)\|\|/y },
  { name: "time", pattern: /<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y },
  { name: "user", pattern: /<@!?(\d{15,20})>/y },
  { name: "role", pattern: /<@&(\d{15,20})>/y },
  { name: "channel", pattern: /<#(\d{15,20})>/y },
  { name: "command", pattern: /<\/([\w -]{1,100}):\d{1,20}>/y },
  { name: "emoji", pattern: /<a?(:\w{2,32}:)\d{15,20}>/y },
  { name: "everyone", pattern: /@(everyone|here)\b/y },
  { name: "named", pattern: /\[([^\]\n]+)\]\(<?(https?:\/\/[^\s)>]+)>?\)/y },
  { name: "link", pattern: /<?(https?:\/\/[^\s<>]*[^\s<>.,:;!?"')\]])>?/y },
];
const SPECIAL = /[\\`*_~|<@[h]/g;

/** `names` resolves mentions: `{user(id), role(id), channel(id)}`, each `{name, color?, onOpen?}` or null. */
export function markdown(text, names) {
  const parts = [];
  let rest = String(text ?? "");
  for (let found; (found = BLOCK.exec(rest)); rest = rest.slice(found.index + found[0].length)) {
    parts.push(...lines(rest.slice(0, found.index).replace(/\n$/, ""), names));
    parts.push(el("pre", {}, el("code", {}, found[2])));
  }
  parts.push(...lines(rest.replace(/^\n/, parts.length ? "" : "\n"), names));
  return parts;
}

function lines(text, names) {
  if (!text) return [];
  const blocks = [];
  let quote = null;
  for (const line of text.split("\n")) {
    const quoted = /^> ?(?!>)(.*)$/.exec(line);
    if (!quoted) quote = null;
    else if (!quote) blocks.push((quote = el("blockquote")));
    (quote ?? { append: (node) => blocks.push(node) }).append(oneLine(quoted ? quoted[1] : line, names));
  }
  return blocks;
}

function oneLine(line, names) {
  const heading = /^(#{1,3}) +(.+)$/.exec(line);
  if (heading) return el("div", { class: `heading h${heading[1].length}` }, inline(heading[2], names));
  const subtext = /^-# +(.+)$/.exec(line);
  if (subtext) return el("div", { class: "subtext" }, inline(subtext[1], names));
  const item = /^( *)(?:[-*]|(\d+)\.) +(.+)$/.exec(line);
  if (item) {
    const deep = Math.min(3, Math.floor(item[1].length / 2));
    return el(
      "div",
      { class: `item deep${deep}`, data: { mark: item[2] ? `${item[2]}.` : "•" } },
      inline(item[3], names),
    );
  }
  return el("div", { class: line ? "line" : "line empty" }, inline(line, names));
}

function inline(text, names) {
  const nodes = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    const found = matchAt(text, at);
    if (found) {
      if (plain) nodes.push(plain);
      plain = "";
      nodes.push(WRITE[found.name](found.match, names));
      at += found.match[0].length;
      continue;
    }
    SPECIAL.lastIndex = at + 1;
    const next = SPECIAL.exec(text)?.index ?? text.length;
    plain += text.slice(at, next);
    at = next;
  }
  return plain ? [...nodes, plain] : nodes;
}

function matchAt(text, at) {
  for (const { name, pattern } of INLINE) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return { name, match };
  }
  return null;
}

function mention(sign, known, missing) {
  if (!known) return el("span", { class: "mention unknown" }, missing);
  const props = { class: "mention", vars: known.color ? { ink: known.color } : undefined };
  if (known.onOpen)
    return el("a", { ...props, role: "button", tabIndex: 0, on: { click: known.onOpen } }, sign + known.name);
  return el("span", props, sign + known.name);
}

/** Only http and https leave the page, in a new window that learns nothing of this one. */
export function link(address, ...shown) {
  if (!/^https?:\/\//i.test(address)) return el("span", {}, ...shown);
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, ...shown);
}

function moment([whole, seconds, style]) {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? whole : timeElement(el, date, style ?? "f");
}

function spoiler([, inside], names) {
  const hide = (event) => event.currentTarget.classList.toggle("shown");
  return el("span", { class: "spoiler", role: "button", tabIndex: 0, on: { click: hide } }, inline(inside, names));
}

const wrapped =
  (tag) =>
  ([, inside], names) =>
    el(tag, {}, inline(inside, names));
const WRITE = {
  escape: ([, one]) => one,
  code: ([, , inside]) => el("code", {}, inside),
  bold: wrapped("strong"),
  boldItalic: ([, inside], names) => el("strong", {}, el("em", {}, inline(inside, names))),
  italic: wrapped("em"),
  underline: wrapped("u"),
  strike: wrapped("s"),
  spoiler,
  time: moment,
  user: ([, id], names) => mention("@", names.user(id), "@unknown-user"),
  role: ([, id], names) => mention("@", names.role(id), "@deleted-role"),
  channel: ([, id], names) => mention("#", names.channel(id), "#unknown"),
  command: ([, name]) => el("span", { class: "mention" }, `/${name}`),
  emoji: ([, name]) => name,
  everyone: ([whole]) => el("span", { class: "mention" }, whole),
  named: ([, shown, address], names) => link(address, inline(shown, names)),
  link: ([, address]) => link(address, address),
};
