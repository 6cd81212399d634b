// The commands that this person is offered here: found by name, told in one line each.

import * as api from "./api.js";
import { place, state } from "./store.js";

const CHAT = 1;
export const USER = 2;
export const MESSAGE = 3;
const LONG_ENOUGH = 3; // letters, to look into descriptions too
const GROUP = 2; // sub-commands and groups of them are options of type 1 and 2

/** Asked anew each time somebody opens a list: Discord tells nobody when a bot registers commands. */
export async function offered() {
  const where = place();
  if (!where.channel_id) return [];
  return api.commands(state.person.id, where);
}

/** Every spelled-out command ("points give") with its description and its options. */
export function leaves(command, before = "") {
  const name = `${before} ${command.name}`.trim();
  const nested = (command.options ?? []).filter((option) => option.type <= GROUP);
  if (nested.length) return nested.flatMap((option) => leaves(option, name));
  return [{ name, description: command.description, options: command.options ?? [] }];
}

export async function chatCommands() {
  const all = (await offered()).filter((command) => command.type === CHAT);
  const spelled = all.flatMap((command) =>
    leaves(command).map((leaf) => ({ ...leaf, applicationId: command.application_id })),
  );
  return spelled.sort((one, other) => one.name.localeCompare(other.name));
}

export async function menuCommands(type) {
  return (await offered()).filter((command) => command.type === type);
}

/** Names that begin as typed come first; then those with a word that does; then those that say it in the description. */
export function fittingCommands(all, typed) {
  const wanted = typed.toLowerCase().trim();
  const score = (leaf) => {
    if (leaf.name.startsWith(wanted)) return 0;
    if (leaf.name.split(" ").some((word) => word.startsWith(wanted))) return 1;
    if (leaf.name.includes(wanted)) return 2;
    return wanted.length >= LONG_ENOUGH && leaf.description?.toLowerCase().includes(wanted) ? 3 : 4;
  };
  const scored = all.map((leaf) => ({ leaf, score: score(leaf) })).filter((each) => each.score < 4);
  return scored.sort((one, other) => one.score - other.score).map((each) => each.leaf);
}
