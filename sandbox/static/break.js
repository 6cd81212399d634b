// The panel in which one breaks things on purpose, and moves the time on.

import * as api from "./api.js";
import { labelled } from "./dialogs.js";
import { button, el, toast } from "./dom.js";
import { now, setAhead, written } from "./times.js";

const LOOK_MS = 1000;
const HOUR = 3600;
const STEPS = [
  ["+1 hour", HOUR],
  ["+1 day", 24 * HOUR],
  ["+30 days", 720 * HOUR],
];
const OF_GATEWAY = [
  ["Drop the bot's sockets", "drop"],
  ["Ask the bot to reconnect", "reconnect"],
  ["Invalidate its session", "invalid"],
  ["Deliver the next interaction twice", "duplicate"],
];
const ROUTES = [
  "POST /interactions/*/*/callback",
  "POST /channels/*/messages",
  "PATCH /webhooks/*/*/messages/@original",
  "PUT /guilds/*/bans/*",
  "PATCH /guilds/*/members/*",
  "GET /**",
  "* /**",
];
const ANSWERS = [
  ["502 Bad Gateway", "502"],
  ["500 Internal Server Error", "500"],
  ["429 Too Many Requests", "429"],
  ["403 Forbidden", "403"],
  ["The connection is cut", "reset"],
  ["No answer at all", "timeout"],
];

/** Fills `place`, and looks between `start()` and `stop()`. `onMoved` is called when the time was moved from here. */
export function breaking(place, { onMoved }) {
  let timer = null;
  let shown = null;
  const clock = el("p", { class: "clock", role: "status" });
  const list = el("ul", { class: "faults", "aria-label": "Faults that are set" });
  const clear = button("Clear all faults", () => told(api.clearFaults), { class: "button plain-text" });

  async function told(work) {
    try {
      await work();
      await look();
    } catch (refusal) {
      toast(refusal.message);
    }
  }

  function move(seconds) {
    return told(async () => {
      setAhead((await api.moveClock(seconds)).ahead_seconds);
      onMoved();
    });
  }

  async function look() {
    const [faults, { ahead_seconds: ahead }] = await Promise.all([api.faults(), api.clock()]);
    setAhead(ahead);
    clock.textContent = written(new Date(now()), "F");
    const text = JSON.stringify(faults);
    if (text === shown) return;
    shown = text;
    list.replaceChildren(...(faults.length ? faults.map(row) : [el("li", { class: "quiet" }, "None is set.")]));
    clear.disabled = !faults.length;
  }

  place.replaceChildren(
    section("Time", clock, buttons(STEPS.map(([label, seconds]) => plain(label, () => move(seconds))))),
    section(
      "The bot's connection",
      buttons(OF_GATEWAY.map(([label, gateway]) => plain(label, () => told(() => api.addFault({ gateway }))))),
    ),
    section("The next answer to a request", answerForm((body) => told(() => api.addFault(body)))),
    section("Faults", list, clear),
  );
  return {
    start() {
      const quietly = () => look().catch((refusal) => console.info(refusal.message));
      quietly();
      timer ??= setInterval(quietly, LOOK_MS);
    },
    stop() {
      timer = clearInterval(timer) ?? null;
    },
  };
}

const section = (title, ...children) => el("section", { class: "breaking" }, el("h3", {}, title), ...children);
const buttons = (all) => el("div", { class: "buttons" }, all);
const plain = (label, act) => button(label, act, { class: "button" });

function answerForm(add) {
  const route = el("input", { type: "text", list: "routes", value: ROUTES[0], required: true, spellcheck: "false" });
  const answer = el(
    "select",
    {},
    ANSWERS.map(([text, value]) => el("option", { value }, text)),
  );
  const times = el("input", { type: "number", min: 1, max: 1000000, value: "1" });
  const applied = el("input", { type: "checkbox" });
  const form = el(
    "form",
    { class: "break-form" },
    labelled("Request", route, { hint: "* is one part of the path, ** the rest" }),
    el(
      "datalist",
      { id: "routes" },
      ROUTES.map((each) => el("option", { value: each })),
    ),
    labelled("Answer", answer),
    labelled("How often", times),
    el("label", { class: "check" }, applied, " What was asked is done all the same"),
    el("button", { type: "submit", class: "button danger" }, "Break it"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const status = Number(answer.value) || answer.value;
    add({ route: route.value.trim(), status, applied: applied.checked, times: Number(times.value) });
  });
  return form;
}

function row(fault) {
  const name = fault.route ?? OF_GATEWAY.find(([, gateway]) => gateway === fault.gateway)?.[0] ?? fault.gateway;
  const answer = fault.route && [
    fault.status ?? "Discord's own answer",
    fault.applied ? "done all the same" : null,
    fault.after_seconds ? `${fault.after_seconds} s late` : null,
  ];
  return el(
    "li",
    { class: fault.hits >= fault.times ? "quiet" : null },
    el("div", {}, name),
    answer && el("div", { class: "quiet" }, answer.filter((each) => each !== null).join(", ")),
    el("div", { class: "quiet" }, `hit ${fault.hits} of ${fault.times}`),
  );
}
