// The page as a whole: reads the address, listens to what changes, draws what is to be seen.

import * as acts from "./acts.js";
import { breaking } from "./break.js";
import { composer } from "./composer.js";
import { use } from "./doing.js";
import { el, button, icon, toast } from "./dom.js";
import { hints } from "./hints.js";
import { coalesced, follow, followClock } from "./live.js";
import { closeMenu } from "./menu.js";
import * as messageacts from "./messageacts.js";
import { messageList } from "./messages.js";
import { unban } from "./moderation.js";
import * as panels from "./panels.js";
import { pins } from "./pins.js";
import * as placeacts from "./placeacts.js";
import { may } from "./powers.js";
import * as sidebar from "./sidebar.js";
import { correctAddress, goTo, loadMessages, loadThreads, loadWorld, state } from "./store.js";
import * as threads from "./threads.js";
import { freshenTimes, now, setAhead } from "./times.js";
import * as voice from "./voice.js";
import { wire } from "./wire.js";

const at = (id) => document.getElementById(id);
const WORLDLY = /^(GUILD|CHANNEL|THREAD|VOICE_STATE|PRESENCE|APPLICATION|USER)/;
const NARROW = matchMedia("(max-width: 860px)");
const WIDE = matchMedia("(min-width: 1100px)");
const PANELS = {
  pins: ["Pinned", "pin"],
  members: ["Members", "people"],
  audit: ["Audit log", "log"],
  wire: ["Wire", "wire"],
  breaking: ["Break things", "storm"],
};

const FRESHEN_MS = 5000;
const NOTICED_MS = 1000;

let stopFollowing = () => {};
let followed = null;
let moving = false;
let shownPlace = null;
let panel = null;
let looking = null; // a panel that looks again by itself

const writing = composer({
  runCommand: (name, options) => acts.runCommand(name, options),
  onSent: () => refreshMessages(),
  editLast: messageacts.editLast,
});
const list = messageList(at("messages"), {
  openPerson: acts.openPersonMenu,
  openMessage: messageacts.openMessageMenu,
  openThread: threads.openThread,
  react: messageacts.react,
  pick: messageacts.pick,
  edited: messageacts.edited,
  jump,
  showPins: () => choosePanel("pins"),
  press: acts.press,
  dismiss: acts.dismiss,
  forgetNote: acts.forgetNote,
});
const aside = {
  open: placeacts.openChannelMenu,
  openServer: placeacts.openServerMenu,
  openStatus: placeacts.openStatus,
  openPerson: acts.openPersonMenu,
  hang: voice.hang,
  post: threads.newPost,
};
const hintCard = hints(at("hints"), {
  openCommand: writing.openCommand,
  openPerson: acts.openPersonMenu,
  write: writing.focusText,
});

const refreshMessages = coalesced(async () => {
  const place = shownPlace;
  const gone = (await quietly(loadMessages)) === false;
  list.render();
  if (place === shownPlace) at("messages").setAttribute("aria-busy", "false");
  if (gone) refreshWorld();
  if (state.unread.delete(state.channel?.id)) drawPlaces();
});
const refreshWorld = coalesced(async () => {
  await quietly(async () => {
    await loadWorld();
    goTo(location.hash, { stay: !moving });
    await loadThreads();
  });
  await arrive({ stay: !moving });
});

async function quietly(work) {
  try {
    const answer = await work();
    document.body.classList.remove("lost");
    return answer;
  } catch (refusal) {
    document.body.classList.add("lost");
    at("messages").setAttribute("aria-busy", "false");
    console.info(refusal.message);
  }
}

/** `{}`: something, so look at everything. */
function onChange(changed) {
  const { event, channel_id: channelId } = changed;
  if (!event || WORLDLY.test(event)) refreshWorld();
  if (event === "MESSAGE_CREATE" && channelId !== state.channel?.id) {
    state.unread.set(channelId, changed.guild_id ?? null);
    drawPlaces();
  }
  if (event?.startsWith("MESSAGE") && (channelId === state.channel?.id || !state.channel?.id)) refreshMessages();
  if (panel === "audit" && (!event || event.startsWith("GUILD"))) drawPanel();
  if (panel === "pins" && (!event || (event.startsWith("MESSAGE_") && channelId === state.channel?.id))) drawPanel();
}

async function move() {
  closeMenu();
  moving = true;
  const before = `${state.person?.id}/${state.guild?.id}`;
  goTo(location.hash);
  if (followed !== state.person?.id) {
    stopFollowing();
    followed = state.person.id;
    state.unread.clear();
    await quietly(acts.look);
    stopFollowing = follow(followed, onChange, (mode) => (document.body.dataset.stream = mode));
  }
  if (before !== `${state.person.id}/${state.guild?.id}`) {
    state.threads = [];
    await quietly(loadThreads);
  }
  moving = false;
  await arrive();
}

/** Where the address leads now, which may be elsewhere than before. */
async function arrive({ stay = false } = {}) {
  goTo(location.hash, { stay });
  state.unread.delete(state.channel?.id);
  const { person, guild, channel } = state;
  const here = [person.id, guild?.id, guild ? channel?.id : channel?.name].join("/");
  if (here !== shownPlace) {
    shownPlace = here;
    at("messages").setAttribute("aria-busy", "true");
    state.messages = [];
    state.editing = null;
    document.body.classList.remove("drawer");
    writing.renew();
  }
  if (!moving) correctAddress();
  writing.relabel();
  drawPlaces();
  await refreshMessages();
}

function drawPlaces() {
  if (state.person) keepingFocus(drawAround);
}

function drawAround() {
  document.title = `${state.guild ? `#${state.channel?.name ?? ""} | ${state.guild.name}` : (state.channel?.name ?? "")} (${state.person.name})`;
  sidebar.servers(at("servers"));
  sidebar.channels(at("channels"), aside);
  sidebar.people(at("people"), acts.chooseAnybody);
  drawBar();
  drawPanel();
  hintCard.render();
}

function drawBar() {
  const offered = Object.entries(PANELS).filter(
    ([name]) => name !== "audit" || may(state.guild, state.person.id, "AUDIT_LOG"),
  );
  const toggles = offered.map(([name, [title, sign]]) =>
    button(
      title,
      () => choosePanel(panel === name ? null : name),
      { class: "plain toggle", "aria-pressed": String(panel === name) },
      icon(sign),
      el("span", {}, title),
    ),
  );
  at("bar").replaceChildren(
    button(
      "Servers and channels",
      () => document.body.classList.toggle("drawer"),
      { class: "plain burger" },
      icon("menu"),
    ),
    el("h2", {}, icon(placeSign()), placeName()),
    el("span", { class: "quiet topic" }, state.channel?.topic ?? ""),
    el(
      "span",
      { class: "tools" },
      button("Things to try", () => hintCard.open(), { class: "plain" }, icon("hint")),
      toggles,
    ),
  );
  fitBar();
}

/** The buttons keep their words as long as these and the whole name of the place have room. */
function fitBar() {
  const bar = at("bar");
  bar.classList.remove("tight");
  const cut = [bar, bar.querySelector(".place-name"), bar.querySelector("h2")];
  bar.classList.toggle("tight", cut.some((node) => node && node.scrollWidth > node.clientWidth));
}

/** Somebody moved the clock, perhaps from a shell. */
function followTime(ahead) {
  const before = now();
  setAhead(ahead);
  freshenTimes();
  if (Math.abs(now() - before) > NOTICED_MS) refreshWorld();
}

function placeSign() {
  if (!state.guild) return "at";
  return state.channel?.thread_metadata ? "thread" : "hash";
}

function placeName() {
  const { channel, guild } = state;
  if (!guild || !channel) return channel?.name;
  const open = (event) => placeacts.openChannelMenu(event, channel);
  return button(channel.name, open, { class: "place-name", "aria-haspopup": "menu" });
}

/** On a phone the panel lies above the messages. */
function jump(id) {
  if (NARROW.matches) choosePanel(null);
  messageacts.jump(id);
}

function choosePanel(name) {
  panel = name;
  drawPanel(true);
  keepingFocus(drawBar);
}

function drawPanel(anew = false) {
  const place = at("panel");
  place.hidden = !panel;
  if (anew || !place.firstChild) {
    looking?.stop();
    looking = null;
    const body = el("div", { class: "panel-body" });
    place.replaceChildren(
      el(
        "div",
        { class: "panel-head" },
        el("h2", {}, PANELS[panel]?.[0] ?? ""),
        button("Close", () => choosePanel(null), { class: "plain" }, icon("close")),
      ),
      body,
    );
    if (panel === "wire") looking = wire(body);
    if (panel === "breaking") looking = breaking(body, { onMoved: refreshWorld });
    looking?.start();
  }
  const body = place.querySelector(".panel-body");
  if (panel === "members") panels.members(body, acts.openPersonMenu);
  const openPerson = acts.openPersonMenu;
  const told = (work) => work.catch((refusal) => toast(refusal.message));
  if (panel === "audit") told(panels.auditLog(body, { unban, openPerson }));
  if (panel === "pins") told(pins(body, { jump, unpin: messageacts.unpin, openPerson }));
}

/** Whoever just starts to type means the message field. */
function shortcuts(event) {
  if (event.key === "Escape") document.body.classList.remove("drawer");
  const elsewhere =
    event.target.closest("input, textarea, select, dialog, [role=menu]") ||
    (event.key === " " && event.target.closest("button, a, summary, [role=button]"));
  if (elsewhere || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
  writing.focusText();
}

/** What is drawn anew takes the keyboard's place over from what it replaces. */
function keepingFocus(draw) {
  const before = document.activeElement;
  const keyOf = (node) => node.getAttribute("href") ?? node.getAttribute("aria-label") ?? node.textContent;
  const place = before?.closest("#people, #servers, #channels, #bar, #panel, #hints");
  draw();
  if (!place || before.isConnected) return;
  [...place.querySelectorAll("a, button")]
    .find((node) => keyOf(node) === keyOf(before))
    ?.focus({ preventScroll: true });
}

async function start() {
  at("composer").append(writing);
  at("main").addEventListener("click", () => document.body.classList.remove("drawer"), true);
  document.addEventListener("keydown", shortcuts);
  setInterval(freshenTimes, FRESHEN_MS);
  followClock(followTime);
  new ResizeObserver(fitBar).observe(at("bar"));
  panel = WIDE.matches ? "members" : null;
  use({ refreshMessages, refreshWorld, drawPlaces, writing, list });
  try {
    await loadWorld();
  } catch (refusal) {
    toast(refusal.message);
    setTimeout(start.again, 1000);
    return;
  }
  addEventListener("hashchange", move);
  await move();
}

start.again = () => location.reload();
start();
