// The list of messages: each is written anew only when it changed, so open menus and the keyboard's place survive updates.

import { arrange, avatar, button, el, icon } from "./dom.js";
import { editor } from "./editor.js";
import { attachment, embed, outside } from "./embeds.js";
import { components } from "./components.js";
import { markdown } from "./markdown.js";
import { localNote } from "./notes.js";
import { reactions } from "./reactions.js";
import { displayName, isBot, nameColor, names, state } from "./store.js";
import { isSystem, systemMessage } from "./system.js";
import { stamp, written } from "./times.js";

const EPHEMERAL = 1 << 6;
const LOADING = 1 << 7;
const SUPPRESS_EMBEDS = 1 << 2;
const TOGETHER_MS = 7 * 60 * 1000;
const NEAR_END_PX = 120;

export function messageList(place, actions) {
  let written_ = new Map();
  let shownPlace = null;
  let stays = true; // at the end, also when a picture comes late
  const nearEnd = () => place.scrollHeight - place.scrollTop - place.clientHeight < NEAR_END_PX;
  const toEnd = () => (place.scrollTop = place.scrollHeight);
  place.addEventListener("scroll", () => (stays = nearEnd()));
  place.addEventListener("load", () => stays && toEnd(), true);

  function render() {
    const here = `${state.person?.id}/${state.guild?.id}/${state.channel?.id ?? state.channel?.name}`;
    if (here !== shownPlace) written_ = new Map();
    stays = here !== shownPlace || nearEnd();
    shownPlace = here;
    const kept = new Map();
    const nodes = [];
    let before = null;
    for (const message of state.messages) {
      const day = new Date(message.timestamp).toDateString();
      if (!before || new Date(before.timestamp).toDateString() !== day)
        nodes.push(reused(kept, `day-${day}`, day, () => divider(new Date(message.timestamp))));
      const follows = continues(message, before);
      const { id: authorId } = message.author;
      const when = stamp(new Date(message.timestamp));
      const looks = [message, follows, nameColor(authorId), displayName(authorId), when];
      const key = state.editing === message.id ? "edited by hand" : JSON.stringify(looks);
      nodes.push(reused(kept, message.id, key, () => line(message, follows, actions)));
      before = message;
    }
    for (const note of state.notes.get(state.channel?.id) ?? [])
      nodes.push(reused(kept, note.id, note.text, () => localNote(note, actions)));
    if (!nodes.length) nodes.push(beginning());
    written_ = kept;
    arrange(place, nodes);
    if (stays) toEnd();
  }

  function reused(kept, id, key, make) {
    const old = written_.get(id);
    const entry = old?.key === key ? old : { key, node: make() };
    kept.set(id, entry);
    return entry.node;
  }

  function jump(id) {
    const node = id && place.querySelector(`[data-message-id="${CSS.escape(id)}"]`);
    if (!node) return false;
    node.scrollIntoView({ block: "center" });
    node.focus({ preventScroll: true });
    return true;
  }

  function mend(id) {
    state.editing = id;
    render();
    place.querySelector(".editor")?.begin();
    if (stays) toEnd();
  }

  return { render, jump, mend };
}

function continues(message, before) {
  if (!before || message.interaction_metadata || message.message_reference) return false;
  if (before.author.id !== message.author.id || before.author.username !== message.author.username) return false;
  if (isSystem(before) || isSystem(message)) return false;
  if ((before.flags ^ message.flags) & EPHEMERAL) return false;
  return (
    new Date(message.timestamp) - new Date(before.timestamp) < TOGETHER_MS &&
    new Date(message.timestamp).toDateString() === new Date(before.timestamp).toDateString()
  );
}

function divider(date) {
  return el("div", { class: "day", role: "separator" }, el("span", {}, written(date, "D")));
}

function beginning() {
  const where = state.guild
    ? `This is the beginning of #${state.channel?.name ?? ""}.`
    : `This is the beginning of your direct messages with ${state.channel?.name ?? "a bot"}.`;
  return el(
    "div",
    { class: "beginning" },
    el("p", {}, where),
    el("p", { class: "quiet" }, "Write something, or type / for the bot's commands."),
  );
}

function line(message, follows, actions) {
  const author = message.author;
  const ephemeral = Boolean(message.flags & EPHEMERAL);
  const known = names(actions.openPerson);
  const openPerson = (event) => actions.openPerson(event, author.id);
  const open = (event) => actions.openMessage(event, message);
  const name = displayName(author.id, state.guild, author);
  const ink = nameColor(author.id);
  const head = follows
    ? el("span", { class: "when" }, written(new Date(message.timestamp), "t"))
    : el(
        "button",
        {
          type: "button",
          class: "face",
          "aria-label": `About ${name}`,
          on: { click: openPerson, contextmenu: openPerson },
        },
        avatar(name, author.id),
      );
  return el(
    "div",
    {
      class: `message${follows ? " follows" : ""}${ephemeral ? " ephemeral" : ""}${mentionsMe(message) ? " mentions-me" : ""}`,
      data: { messageId: message.id },
      role: "article",
      tabIndex: -1,
      on: { contextmenu: (event) => (event.target.closest("a[href], input") ? null : open(event)) },
    },
    isSystem(message)
      ? [systemMessage(message, known, actions)]
      : [
          above(message, known),
          head,
          el(
            "div",
            { class: "body" },
            !follows && nameLine(message, { author, name, ink, openPerson }),
            message.flags & LOADING ? thinking(name) : inside(message, known, actions),
            reactions(message, actions),
            message.thread && threadLink(message.thread, actions),
            ephemeral && onlyYou(message, actions),
          ),
        ],
    el(
      "div",
      { class: "acts" },
      !ephemeral &&
        button(
          "React",
          (event) => actions.pick(event, message),
          { class: "act react", "aria-haspopup": "menu" },
          icon("smile"),
        ),
      button("More", open, { class: "act more", "aria-haspopup": "menu" }, icon("more")),
    ),
  );
}

function inside(message, known, actions) {
  return state.editing === message.id ? editor(message, actions.edited) : content(message, known, actions);
}

function threadLink(thread, actions) {
  const number = thread.message_count === 1 ? "1 message" : `${thread.message_count} messages`;
  return button(
    `Open the thread ${thread.name}`,
    () => actions.openThread(thread.id, thread.name),
    { class: "thread-link" },
    icon("thread"),
    el("strong", {}, thread.name),
    el("span", { class: "quiet" }, thread.thread_metadata.archived ? `${number}, archived` : number),
  );
}

function nameLine(message, { author, name, ink, openPerson }) {
  return el(
    "div",
    { class: "name-line" },
    el(
      "button",
      { type: "button", class: "name", vars: ink ? { ink } : {}, on: { click: openPerson, contextmenu: openPerson } },
      name,
    ),
    (author.bot || isBot(author.id)) && el("span", { class: "tag" }, "APP"),
    el(
      "time",
      { class: "quiet", datetime: message.timestamp, title: written(new Date(message.timestamp), "F") },
      stamp(new Date(message.timestamp)),
    ),
  );
}

/** Who used which command, or what is replied to. */
function above(message, known) {
  const metadata = message.interaction_metadata;
  if (metadata?.user && (message.type === 20 || message.type === 23)) {
    const who = displayName(metadata.user.id, state.guild, metadata.user);
    const what = message.interaction?.name ?? metadata.name ?? "a command";
    return el(
      "div",
      { class: "above" },
      el("strong", {}, who),
      " used ",
      el("span", { class: "mention" }, message.type === 20 ? `/${what}` : what),
    );
  }
  return message.referenced_message ? replyLine(message.referenced_message, known) : null;
}

/** What is for somebody else's eyes only is not told here either. */
function replyLine(replied, known) {
  if (replied.flags & EPHEMERAL && String(replied.interaction_metadata?.user?.id) !== state.person.id) return null;
  const who = displayName(replied.author.id, state.guild, replied.author);
  const text = replied.content
    ? markdown(replied.content.split("\n")[0], known).flatMap((block) => [...block.childNodes])
    : "an embed or a file";
  return el(
    "div",
    { class: "above" },
    "In reply to ",
    el("strong", {}, who),
    " ",
    el("span", { class: "reply-text" }, text),
  );
}

function content(message, known, actions) {
  const text = message.content ? el("div", { class: "content" }, markdown(message.content, known)) : null;
  if (message.edited_timestamp) {
    const edited = el("span", { class: "edited", title: written(new Date(message.edited_timestamp), "F") }, "(edited)");
    if (text?.lastElementChild?.tagName === "DIV") text.lastElementChild.append(" ", edited);
    else if (text) text.append(edited);
  }
  const press = (component, values, node) => actions.press(message, component, values, node);
  const embeds = message.flags & SUPPRESS_EMBEDS ? [] : (message.embeds ?? []);
  return [
    text,
    (message.message_snapshots ?? []).map((each) => forwarded(each.message, known)),
    embeds.map((one) => embed(one, known)),
    files(message.attachments, embeds),
    (message.components ?? []).length > 0 &&
      el("div", { class: "components" }, components(message.components, { names: known, press })),
    !text && message.edited_timestamp && el("span", { class: "edited" }, "(edited)"),
  ];
}

function files(attachments, embeds) {
  const loose = outside(attachments ?? [], embeds);
  return loose.length > 0 && el("div", { class: "attachments" }, loose.map(attachment));
}

function forwarded(one, known) {
  return el(
    "div",
    { class: "carried", role: "group", "aria-label": "Forwarded message" },
    el("div", { class: "quiet" }, "Forwarded"),
    one.content && el("div", { class: "content" }, markdown(one.content, known)),
    (one.embeds ?? []).map((each) => embed(each, known)),
    files(one.attachments, one.embeds ?? []),
    el("div", { class: "quiet" }, stamp(new Date(one.timestamp))),
  );
}

function thinking(name) {
  return el(
    "div",
    { class: "thinking", role: "status" },
    el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
    `${name} is thinking…`,
  );
}

function onlyYou(message, actions) {
  const dismiss = el(
    "button",
    { type: "button", class: "as-link", on: { click: () => actions.dismiss(message) } },
    "Dismiss message",
  );
  return el("div", { class: "only-you" }, "Only you can see this • ", dismiss);
}

function mentionsMe(message) {
  const mine = state.guild?.members.find((member) => member.user_id === state.person.id)?.role_ids ?? [];
  return (
    message.mention_everyone ||
    (message.mentions ?? []).some((user) => String(user.id) === state.person.id) ||
    (message.mention_roles ?? []).some((id) => mine.includes(String(id)))
  );
}
