// What all acts share: the page that they change, a refusal that is told, the place of a menu.

import { toast } from "./dom.js";

export let page = null;

/** The page's own functions: `{refreshMessages, refreshWorld, drawPlaces, writing, list}`. */
export function use(functions) {
  page = functions;
}

export async function told(work) {
  try {
    await work();
    return true;
  } catch (refusal) {
    toast(refusal.message);
    return false;
  }
}

/** An act after which the world looks different. */
export async function changing(work) {
  if (await told(work)) page.refreshWorld();
}

/** The event's place outlives the waiting for the commands. */
export function anchored(event) {
  const { clientX, clientY, currentTarget } = event;
  return { clientX, clientY, currentTarget, target: currentTarget, preventDefault() {}, stopPropagation() {} };
}

export async function copy(text) {
  const done = await told(() => navigator.clipboard.writeText(text));
  if (done) toast("Copied.", "good");
}
