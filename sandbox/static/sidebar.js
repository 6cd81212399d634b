// Servers, channels, and who one is.

import { avatar, button, el, icon } from "./dom.js";
import { memberOf, rolesOf } from "./powers.js";
import { address, bots, channelsOf, displayName, humans, myGuilds, nameColor, state } from "./store.js";

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
    const unread = guild !== state.guild && guild.channels.some((channel) => state.unread.has(channel.id));
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
  if ([...state.unread].some((id) => isDirect(id))) direct.classList.add("unread");
  place.replaceChildren(direct, el("hr"), ...all);
}

const isDirect = (channelId) =>
  !state.world.guilds.some((guild) => guild.channels.some((channel) => channel.id === channelId));

export function channels(place) {
  const rows = state.guild ? channelsOf(state.guild).map(channelRow) : bots().map(directRow);
  place.replaceChildren(
    el("h1", { class: "server-name" }, state.guild?.name ?? "Direct messages"),
    el(
      "nav",
      { class: "channel-list", "aria-label": "Channels" },
      rows.length ? rows : el("p", { class: "quiet" }, "No channel here is visible to you."),
    ),
    myself(),
  );
}

function channelRow(channel) {
  const current = channel === state.channel;
  const unread = !current && state.unread.has(channel.id);
  return el(
    "a",
    { class: `channel${unread ? " unread" : ""}`, href: address({ channel }), "aria-current": current ? "page" : null },
    icon("hash"),
    el("span", {}, channel.name),
  );
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

function myself() {
  const name = displayName(state.person.id);
  const role = roleIn(home(), state.person)?.name;
  const about = el("div", {}, el("strong", {}, name), el("div", { class: "quiet" }, role ?? "in no server"));
  return el("div", { class: "myself" }, avatar(name, state.person.id, "small"), about, ownWindow());
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
