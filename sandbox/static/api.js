// The sandbox's control interface, as functions. Each answers plain objects or throws a Refusal whose message a person can read.

export class Refusal extends Error {}

async function call(path, body) {
  const init =
    body === undefined
      ? {}
      : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new Refusal("The sandbox does not answer: is it still running?");
  }
  const text = await response.text();
  let told = null;
  try {
    told = text ? JSON.parse(text) : null;
  } catch {
    told = { message: text.slice(0, 300) };
  }
  if (!response.ok) throw new Refusal(told?.message ?? told?.error ?? `The sandbox answered ${response.status}.`);
  return told;
}

/** Lists come bare or under a name. */
const list = (told, ...names) =>
  Array.isArray(told) ? told : (names.map((name) => told?.[name]).find(Array.isArray) ?? []);
const query = (given) =>
  new URLSearchParams(Object.entries(given).filter(([, value]) => value !== null && value !== undefined));
const as = (person, act) => `/sandbox/people/${person}/${act}`;

export const world = () => call("/sandbox/world");
export const messages = async (person, channel, limit = 100) =>
  list(await call(`${as(person, `channels/${channel}/messages`)}?${query({ limit })}`), "messages");
export const directMessages = async (person) => list(await call(as(person, "dms")), "messages", "dms");
export const commands = async (person, place) =>
  list(await call(`${as(person, "commands")}?${query(place)}`), "commands");
/** `{exchanges, last}`; a very large `since` answers only how many there were. */
export const exchanges = (since) => call(`/sandbox/exchanges?${query({ since })}`);
export const auditLog = async (guild) =>
  list(await call(`/sandbox/guilds/${guild}/audit-log`), "audit_log_entries", "entries");
export const bans = async (guild) => list(await call(`/sandbox/guilds/${guild}/bans`), "bans");

export const say = (person, body) => call(as(person, "message"), body);
export const deleteMessage = (person, body) => call(as(person, "delete-message"), body);
export const slash = (person, body) => call(as(person, "slash"), body);
export const context = (person, body) => call(as(person, "context"), body);
export const click = (person, body) => call(as(person, "click"), body);
export const select = (person, body) => call(as(person, "select"), body);
export const submit = (person, body) => call(as(person, "submit"), body);
export const moderate = (person, body) => call(as(person, "moderate"), body);
export const autocomplete = async (person, body) => list(await call(as(person, "autocomplete"), body), "choices");

/** A file as the control interface takes it. */
export async function packed(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return { filename: file.name, content_type: file.type || undefined, base64: btoa(binary) };
}
