// The page as a whole: reads the address, listens to what changes, draws what is to be seen.

import * as acts from "./acts.js";
import { composer } from "./composer.js";
import { el, button, icon, toast } from "./dom.js";
import { hints } from "./hints.js";
import { coalesced, follow } from "./live.js";
import { messageList } from "./messages.js";
import { closeMenu } from "./menu.js";
import { may } from "./powers.js";
import * as panels from "./panels.js";
import * as sidebar from "./sidebar.js";
import { address, goTo, loadMessages, loadWorld, state } from "./store.js";
import { keepTimesFresh } from "./times.js";
import { wire } from "./wire.js";

const at = (id) => document.getElementById(id);
const WORLDLY = /^(GUILD|CHANNEL|APPLICATION|USER)/;
const WIDE = matchMedia("(min-width: 1100px)");
const PANELS = { members: "Members", audit: "Audit log", wire: "Wire" };

let stopFollowing = () => {};
let followed = null;
let panel = null;
let wireList = null;

const writing = composer({
  runCommand: (name, options) => acts.runCommand(name, options),
  onSent: () => refreshMessages(),
});
const list = messageList(at("messages"), {
  openPerson: acts.openPersonMenu,
  openMessage: acts.openMessageMenu,
  press: acts.press,
  dismiss: acts.dismiss,
  forgetNote: acts.forgetNote,
});
const hintCard = hints(at("hints"), { openCommand: openCommandAfterMoving });

const refreshMessages = coalesced(async () => {
  await quietly(loadMessages);
  list.render();
  if (state.unread.delete(state.channel?.id)) drawPlaces();
});
const refreshWorld = coalesced(async () => {
  await quietly(loadWorld);
  goTo(location.hash);
  drawPlaces();
  await refreshMessages();
});

async function quietly(work) {
  try {
    await work();
    document.body.classList.remove("lost");
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
    state.unread.add(channelId);
    drawPlaces();
  }
  if (event?.startsWith("MESSAGE") && (channelId === state.channel?.id || !state.channel?.id)) refreshMessages();
  if (panel === "audit" && (!event || event.startsWith("GUILD"))) drawPanel();
}

async function move() {
  closeMenu();
  const before = { ...state };
  goTo(location.hash);
  if (followed !== state.person?.id) {
    stopFollowing();
    followed = state.person.id;
    state.unread.clear();
    await quietly(acts.look);
    stopFollowing = follow(followed, onChange, (mode) => (document.body.dataset.stream = mode));
  }
  state.unread.delete(state.channel?.id);
  const moved = ["person", "guild", "channel"].some(
    (key) => (before[key]?.id ?? before[key]?.name) !== (state[key]?.id ?? state[key]?.name),
  );
  if (moved) {
    state.messages = [];
    document.body.classList.remove("drawer");
    writing.renew();
  }
  drawPlaces();
  await refreshMessages();
}

function drawPlaces() {
  if (state.person) keepingFocus(drawAround);
}

function drawAround() {
  document.title = `${state.guild ? `#${state.channel?.name ?? ""} | ${state.guild.name}` : (state.channel?.name ?? "")} (${state.person.name})`;
  sidebar.servers(at("servers"));
  sidebar.channels(at("channels"));
  sidebar.people(at("people"), acts.chooseAnybody);
  drawBar();
  drawPanel();
  hintCard.render();
}

function drawBar() {
  const offered = Object.entries({ members: "people", audit: "log", wire: "wire" }).filter(
    ([name]) => name !== "audit" || may(state.guild, state.person.id, "AUDIT_LOG"),
  );
  const toggles = offered.map(([name, sign]) =>
    button(
      PANELS[name],
      () => choosePanel(panel === name ? null : name),
      { class: "plain toggle", "aria-pressed": String(panel === name) },
      icon(sign),
      el("span", {}, PANELS[name]),
    ),
  );
  at("bar").replaceChildren(
    button(
      "Servers and channels",
      () => document.body.classList.toggle("drawer"),
      { class: "plain burger" },
      icon("menu"),
    ),
    el("h2", {}, icon(state.guild ? "hash" : "at"), state.channel?.name ?? ""),
    el("span", { class: "quiet topic" }, state.channel?.topic ?? ""),
    el(
      "span",
      { class: "tools" },
      button("Things to try", () => hintCard.open(), { class: "plain" }, icon("hint")),
      toggles,
    ),
  );
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
    wireList?.stop();
    wireList = null;
    const body = el("div", { class: "panel-body" });
    place.replaceChildren(
      el(
        "div",
        { class: "panel-head" },
        el("h2", {}, PANELS[panel] ?? ""),
        button("Close", () => choosePanel(null), { class: "plain" }, icon("close")),
      ),
      body,
    );
    if (panel === "wire") (wireList = wire(body)).start();
  }
  const body = place.querySelector(".panel-body");
  if (panel === "members") panels.members(body, acts.openPersonMenu);
  if (panel === "audit")
    panels
      .auditLog(body, { unban: acts.unban, openPerson: acts.openPersonMenu })
      .catch((refusal) => toast(refusal.message));
}

/** The hint changed the address: the command is chosen when we are there. */
async function openCommandAfterMoving(name, filled) {
  await move();
  await writing.openCommand(name, filled);
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
  keepTimesFresh();
  panel = WIDE.matches ? "members" : null;
  acts.use({ refreshMessages, refreshWorld, drawPlaces, writing, list });
  try {
    await loadWorld();
  } catch (refusal) {
    toast(refusal.message);
    setTimeout(start.again, 1000);
    return;
  }
  addEventListener("hashchange", move);
  await move();
  history.replaceState(null, "", address());
}

start.again = () => location.reload();
start();
