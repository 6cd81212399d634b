// What to try here: commands that are offered, if there are any. Shown until it is closed; the bulb in the bar brings it back.

import { chatCommands } from "./commands.js";
import { button, el, icon } from "./dom.js";
import { memberOf, rolesOf } from "./powers.js";
import { displayName, humans, state } from "./store.js";

const SEEN = "sandbox-hints-closed";
const MOST_COMMANDS = 2;
const MOST = 3;
const PERSON = 6; // the type of an option

const remembered = () => {
  try {
    return localStorage.getItem(SEEN) === "yes";
  } catch {
    return false;
  }
};

const remember = (closed) => {
  try {
    localStorage.setItem(SEEN, closed ? "yes" : "no");
  } catch {
    // a browser that keeps nothing shows the hint again
  }
};

/** Somebody whom most can act on: of the lowest role. */
function somebodyElse() {
  const rank = (one) => rolesOf(state.guild, memberOf(state.guild, one.id))[0]?.position ?? -1;
  const others = humans().filter((one) => one !== state.person && memberOf(state.guild, one.id));
  return others.sort((one, other) => rank(one) - rank(other))[0] ?? null;
}

const required = (leaf) => leaf.options.filter((option) => option.required);
const aboutPerson = (leaf) => required(leaf).find((option) => option.type === PERSON);

/** Commands about another person, and those that take most, show most of a bot. */
function telling(commands) {
  const score = (leaf) => (aboutPerson(leaf) ? 10 : 0) + required(leaf).length;
  return [...commands].sort((one, other) => score(other) - score(one)).slice(0, MOST_COMMANDS);
}

export function hints(place, { openCommand, openPerson, write }) {
  let shown = null;

  async function render() {
    const { person, guild, channel } = state;
    if (remembered() || !guild || !channel || channel.thread_metadata) return show(null, []);
    const commands = await chatCommands().catch(() => []);
    if (state.person !== person || state.channel !== channel || remembered()) return;
    const one = somebodyElse();
    const tries = telling(commands).map((leaf) => {
      const option = one && aboutPerson(leaf);
      const filled = option ? { [option.name]: one.id } : {};
      return [`/${leaf.name}`, leaf.description, () => openCommand(leaf.name, filled)];
    });
    if (one)
      tries.push([`The menu of ${displayName(one.id)}`, "What you can do to a person", (event) => openPerson(event, one.id)]);
    tries.push(["Write a message", "To everybody here", write]);
    show(`${person.id}/${channel.id}`, tries.slice(0, MOST));
  }

  /** What is the same stays, and with it the keyboard's place. */
  function show(where, tries) {
    const key = where && JSON.stringify([where, tries]);
    if (key === shown) return;
    shown = key;
    place.replaceChildren();
    if (!where) return;
    const buttons = tries.map(([label, about, act]) =>
      el("button", { type: "button", class: "as-link", title: about, on: { click: act } }, label),
    );
    place.append(
      el(
        "aside",
        { class: "hints", "aria-label": "Things to try" },
        el("span", { class: "quiet" }, "Try:"),
        buttons,
        button("Close the hints", close, { class: "plain" }, icon("close")),
      ),
    );
  }

  function close() {
    remember(true);
    render();
  }

  return {
    render,
    open() {
      remember(false);
      render();
    },
  };
}
