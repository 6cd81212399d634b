// Servers, channels, and who one is.

import { guildRows } from "./channelrows.js";
import { avatar, button, el, icon } from "./dom.js";
import { memberOf, rolesOf } from "./powers.js";
import { statusDot } from "./status.js";
import { address, bots, displayName, humans, myGuilds, nameColor, state } from "./store.js";

const SHOWN_PEOPLE = 6;

export function servers(place) {
  const direct = el(
    "a",
    {
      class: "server direct",
      href: address({ guild: null, channel: null }),
      title: "Direct messages",
      "aria-label": "Direct messages",
      "aria-current": state.guild ? null : "page",
    },
    icon("at"),
  );
  const all = myGuilds().map((guild) => {
    const unread = guild !== state.guild && [...state.unread.values()].includes(guild.id);
    const current = guild === state.guild ? "page" : null;
    return el(
      "a",
      {
        class: `server${unread ? " unread" : ""}`,
        href: address({ guild, channel: null }),
        title: guild.name,
        "aria-label": guild.name,
        "aria-current": current,
      },
      avatar(guild.name, guild.id, "square"),
    );
  });
  if ([...state.unread.values()].includes(null)) direct.classList.add("unread");
  place.replaceChildren(direct, el("hr"), ...all);
}

/** `open(event, channel)` is a channel's menu, `openServer(event)` the server's, `hang(channel)` goes into voice or out of it. */
export function channels(place, actions) {
  const rows = state.guild ? guildRows(state.guild, actions) : bots().map(directRow);
  const { guild } = state;
  const name = guild
    ? button(`${guild.name}: the server's menu`, actions.openServer, { "aria-haspopup": "menu" }, guild.name)
    : "Direct messages";
  const parts = [
    el("h1", { class: "server-name" }, name),
    el(
      "nav",
      { class: "channel-list", "aria-label": "Channels" },
      rows.length ? rows : el("p", { class: "quiet" }, "No channel here is visible to you."),
    ),
    inVoice(actions),
    myself(actions),
  ];
  place.replaceChildren(...parts.filter(Boolean));
}

function directRow(bot) {
  const current = state.channel?.botId === bot.id;
  return el(
    "a",
    {
      class: "channel",
      href: address({ guild: null, channel: { name: bot.name } }),
      "aria-current": current ? "page" : null,
    },
    avatar(bot.name, bot.id, "small"),
    el("span", {}, bot.name),
    el("span", { class: "tag" }, "APP"),
  );
}

function inVoice(actions) {
  const mine = state.guild?.voice_states.find((one) => one.user_id === state.person.id);
  const channel = mine && state.guild.channels.find((one) => one.id === mine.channel_id);
  const open = (event) => actions.open(event, channel);
  return (
    channel &&
    el(
      "div",
      { class: "in-voice" },
      icon("voice"),
      el("span", {}, `In ${channel.name}`),
      button("Your voice", open, { class: "plain", "aria-haspopup": "menu" }, icon("more")),
      button("Leave the voice channel", () => actions.hang(channel), { class: "plain" }, icon("leave")),
    )
  );
}

function myself(actions) {
  const name = displayName(state.person.id);
  const role = roleIn(home(), state.person)?.name;
  const face = button(
    "Your status",
    actions.openStatus,
    { class: "face-of-mine", "aria-haspopup": "menu" },
    avatar(name, state.person.id, "small"),
    statusDot(state.person.id),
  );
  const about = el("div", {}, el("strong", {}, name), el("div", { class: "quiet" }, role ?? "in no server"));
  return el("div", { class: "myself" }, face, about, ownWindow());
}

function ownWindow() {
  const label = "Open a second window, to be a second person there";
  return el(
    "a",
    { class: "plain", href: location.href, target: "_blank", rel: "noopener", title: label, "aria-label": label },
    icon("window"),
  );
}

const roleIn = (guild, one) => rolesOf(guild, memberOf(guild, one.id))[0];
const rankIn = (guild, one) => roleIn(guild, one)?.position ?? -1;

/** In direct messages too roles are told: those of the first server. */
const home = () => state.guild ?? myGuilds()[0];

/** One of each role, and the current one: enough to try everything. The rest is behind "All". */
function prominent() {
  const { person } = state;
  const guild = home();
  const seen = new Set();
  const here = humans().filter((one) => !guild || memberOf(guild, one.id));
  const sorted = guild ? here.sort((one, other) => rankIn(guild, other) - rankIn(guild, one)) : here;
  const shown = sorted.filter((one) => {
    const role = guild ? roleIn(guild, one)?.id : one.id;
    const fresh = !seen.has(role);
    seen.add(role);
    return fresh;
  });
  const few = shown.slice(0, SHOWN_PEOPLE);
  return few.includes(person) ? few : [...few, person];
}

export function people(place, onAll) {
  const tabs = prominent().map((one) => {
    const role = roleIn(home(), one)?.name;
    const name = displayName(one.id);
    return el(
      "a",
      {
        class: "person",
        href: address({ person: one }),
        "aria-current": one === state.person ? "true" : null,
        title: `Be ${name}`,
      },
      avatar(name, one.id, "small"),
      el("span", {}, name),
      role && el("span", { class: "quiet role" }, role),
    );
  });
  place.replaceChildren(
    el("span", { class: "quiet you-are" }, "You are"),
    ...tabs,
    button("Everybody…", onAll, { class: "person all" }),
  );
  tabs.find((tab) => tab.hasAttribute("aria-current"))?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Everybody there is, to become one of them: here, or in a window of its own. */
export function everybody(close) {
  const guild = state.guild;
  const rows = humans().map((one) => {
    const name = displayName(one.id);
    const role = guild
      ? memberOf(guild, one.id)
        ? (roleIn(guild, one)?.name ?? "member")
        : "not in this server"
      : null;
    const href = address({ person: one });
    const here = el(
      "a",
      { class: "someone", href, on: { click: close } },
      avatar(name, one.id, "small"),
      el("span", { class: "inked", vars: nameColor(one.id) ? { ink: nameColor(one.id) } : {} }, name),
      el("span", { class: "quiet" }, role),
    );
    const apart = el(
      "a",
      {
        class: "plain",
        href,
        target: "_blank",
        rel: "noopener",
        title: `${name} in a second window`,
        "aria-label": `${name} in a second window`,
      },
      icon("window"),
    );
    return el("li", {}, here, apart);
  });
  return el("ul", { class: "everybody" }, rows);
}
