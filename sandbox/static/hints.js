// What to try first. Shown until it is closed; the bulb in the bar brings it back.

import { button, el, icon } from "./dom.js";
import { address, humans, myGuilds, state } from "./store.js";

const SEEN = "sandbox-hints-closed";

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

export function hints(place, { openCommand }) {
  function render() {
    place.replaceChildren();
    if (remembered()) return;
    const who = (name) => humans().find((one) => one.name === name);
    const [max, ann, ben] = ["max", "ann", "ben"].map(who);
    if (!max || !ann || !ben) return;
    const guild = state.guild ?? myGuilds()[0] ?? state.world.guilds[0];
    const go = (person, channelName) =>
      (location.hash = address({
        person,
        guild,
        channel: guild.channels.find((one) => one.name === channelName) ?? guild.channels[0],
      }));
    const act = (person, command, filled) => () => {
      go(person, "general");
      openCommand(command, filled);
    };
    const tries = [
      ["Warn Ann as Max", "a moderator; your reply is for you alone", act(max, "warn", { member: ann.id })],
      ["Look at the mod log", "what the staff sees of it, a moment later", () => go(max, "mod-log")],
      [
        "Give points as Ann",
        "a member; one earns some by talking, or is awarded some by Mel",
        act(ann, "points give", { member: ben.id }),
      ],
    ];
    place.append(
      el(
        "aside",
        { class: "hints", "aria-label": "Three things to try" },
        el(
          "div",
          { class: "hints-head" },
          el("strong", {}, "A Discord on your own machine. Three things to try:"),
          button("Close the hints", close, { class: "plain" }, icon("close")),
        ),
        el(
          "ol",
          {},
          tries.map(([label, about, run]) =>
            el("li", {}, button(label, run, { class: "as-link" }), el("span", { class: "quiet" }, about)),
          ),
        ),
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
