// What is pinned in this channel.

import * as api from "./api.js";
import { button, el } from "./dom.js";
import { embed } from "./embeds.js";
import { markdown } from "./markdown.js";
import { may } from "./powers.js";
import { displayName, names, state } from "./store.js";
import { stamp } from "./times.js";

export async function pins(place, { jump, unpin, openPerson }) {
  const { channel, person, guild } = state;
  const found = channel?.id ? await api.pins(person.id, channel.id) : [];
  if (channel?.id !== state.channel?.id || person.id !== state.person.id) return;
  const known = names(openPerson);
  const row = (message) =>
    el(
      "article",
      { class: "entry pinned" },
      el("div", {}, el("strong", {}, displayName(message.author.id, guild, message.author)), " ", when(message)),
      message.content && el("div", { class: "content" }, markdown(message.content, known)),
      (message.embeds ?? []).map((one) => embed(one, known)),
      (message.attachments ?? []).map((one) => el("div", { class: "quiet" }, one.filename)),
      el(
        "div",
        { class: "links" },
        button("Jump", () => jump(message.id), { class: "as-link" }),
        (!guild || may(guild, person.id, "PINS")) && button("Unpin", () => unpin(message), { class: "as-link" }),
      ),
    );
  place.replaceChildren(
    ...(found.length ? found.map(row) : [el("p", { class: "quiet pad" }, "Nothing is pinned here.")]),
  );
}

const when = (message) => el("span", { class: "quiet" }, stamp(new Date(message.timestamp)));
