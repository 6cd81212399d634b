// Reactions below a message, and the few emoji that one reacts with here.

import { button, el, icon } from "./dom.js";

export const QUICK = ["👍", "👎", "❤️", "😂", "🎉", "😮", "😢", "😡", "👀", "✅", "❌", "🔥", "🙏", "🤔", "💯", "👋"];

/** As the control interface and Discord's routes spell it. */
const spelled = ({ id, name }) => (id ? `${name}:${id}` : name);
const shown = ({ id, name }) => (id ? `:${name}:` : name);

/** `react(message, emoji, mine)` adds one's own, or takes it away; `pick(event, message)` offers all. */
export function reactions(message, { react, pick }) {
  const all = message.reactions ?? [];
  if (!all.length) return null;
  const rows = all.map(({ emoji, count, me }) =>
    button(
      `${shown(emoji)}, ${count}`,
      () => react(message, spelled(emoji), me),
      { class: "reaction", "aria-pressed": String(me) },
      el("span", {}, shown(emoji)),
      el("span", { class: "count" }, String(count)),
    ),
  );
  const add = button(
    "Add a reaction",
    (event) => pick(event, message),
    { class: "reaction add", "aria-haspopup": "menu" },
    icon("smile"),
  );
  return el("div", { class: "reactions", role: "group", "aria-label": "Reactions" }, rows, add);
}
