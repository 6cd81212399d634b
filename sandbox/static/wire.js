// What travels between the bot and this Discord, as it travels.

import * as api from "./api.js";
import { el } from "./dom.js";

const KEPT = 200;
const LOOK_MS = 1000;
const NOISE = new Set(["HEARTBEAT", "HEARTBEAT_ACK", "1", "11"]);

/** A list that fills itself between `start()` and `stop()`. */
export function wire(place) {
  let last = null;
  let timer = null;
  let busy = false;
  const filter = el("input", {
    type: "search",
    placeholder: "Filter: a path, an event, a status",
    "aria-label": "Filter the wire",
  });
  const rows = el("div", { class: "wire-rows" });
  const empty = el("p", { class: "quiet pad" }, "Nothing travelled yet. Is a bot running?");
  place.replaceChildren(el("div", { class: "wire-head" }, filter), empty, rows);

  async function look() {
    if (busy) return;
    busy = true;
    try {
      last ??= Math.max(0, ((await api.exchanges(Number.MAX_SAFE_INTEGER)).last ?? KEPT) - KEPT);
      const { exchanges: fresh } = await api.exchanges(last);
      if (fresh.length) last = fresh.at(-1).number;
      const worth = fresh.filter((one) => !NOISE.has(String(one.route))).slice(-KEPT);
      rows.prepend(...worth.map(row).reverse());
      while (rows.children.length > KEPT) rows.lastElementChild.remove();
      empty.hidden = rows.children.length > 0;
      if (worth.length) sift();
    } catch {
      // the next look comes in a second
    } finally {
      busy = false;
    }
  }

  function sift() {
    const wanted = filter.value.trim().toLowerCase();
    for (const each of rows.children) each.hidden = !each.dataset.text.includes(wanted);
  }

  filter.addEventListener("input", sift);
  return {
    start() {
      look();
      timer ??= setInterval(look, LOOK_MS);
    },
    stop() {
      timer = clearInterval(timer) ?? null;
    },
  };
}

/** Ids by their last four digits, tokens not at all. */
function short(path) {
  return path.replace(/\/[\w-]{40,}/g, "/…").replace(/\d{11,}(\d{4})/g, "…$1");
}

/** A bot hears SEND, and says RECEIVE: told here from the bot's side, with arrows. */
function row(one) {
  const rest = one.kind === "rest";
  const arrow = rest ? "→" : one.method === "SEND" ? "←" : "→";
  const name = rest ? `${one.method} ${short(one.path)}` : one.route;
  const putIn = one.fault && `put in ${one.fault}`;
  const text = [name, one.path, one.status, one.reason, putIn].filter(Boolean).join(" ").toLowerCase();
  const failed = rest && !(one.status < 400);
  const summary = el(
    "summary",
    {},
    el("span", { class: "quiet number" }, `${one.number}`),
    el("span", { class: "arrow", title: arrow === "→" ? "from the bot" : "to the bot" }, arrow),
    el("span", { class: "wire-name", title: one.path }, name),
    one.fault && el("span", { class: "tag put-in", title: `Not Discord's own: ${one.fault}` }, "PUT IN"),
    el("span", { class: `status ${failed ? "bad" : ""}` }, one.status ?? (rest ? "no answer" : "event")),
  );
  const node = el("details", { data: { text } }, summary);
  node.addEventListener("toggle", () => node.open && node.childElementCount === 1 && node.append(...bodies(one)), {
    once: true,
  });
  return node;
}

function bodies(one) {
  const parts = [
    ["put in", one.fault],
    ["query", Object.keys(one.query ?? {}).length ? one.query : null],
    ["reason", one.reason],
    ["files", one.files?.length ? one.files : null],
    ["request", one.request],
    [one.kind === "rest" ? "response" : "event", one.response],
  ];
  const told = parts.filter(([, value]) => value !== null && value !== undefined);
  return [
    el("div", { class: "quiet" }, one.at),
    ...told.map(([name, value]) =>
      el(
        "div",
        {},
        el("h4", {}, name),
        el("pre", {}, typeof value === "string" ? value : JSON.stringify(value, null, 2)),
      ),
    ),
  ];
}
