// The sandbox's control interface, as functions. Each answers plain objects or throws a Refusal whose message a person can read.

export class Refusal extends Error {
  constructor(message, status = null) {
    super(message);
    this.status = status; // null: nobody answered
  }
}

async function call(path, body, method = body === undefined ? "GET" : "POST") {
  const init =
    body === undefined
      ? { method }
      : { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
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
  if (!response.ok)
    throw new Refusal(told?.message ?? told?.error ?? `The sandbox answered ${response.status}.`, response.status);
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
export const pins = async (person, channel) => list(await call(as(person, `channels/${channel}/pins`)));
/** With the threads that are active, which the world does not list. */
export const channels = async (person, guild) =>
  list(await call(`${as(person, "channels")}?${query({ guild_id: guild })}`));
export const directMessages = async (person) => list(await call(as(person, "dms")), "messages", "dms");
export const commands = async (person, place) =>
  list(await call(`${as(person, "commands")}?${query(place)}`), "commands");
/** `{exchanges, last}`; a very large `since` answers only how many there were. */
export const exchanges = (since) => call(`/sandbox/exchanges?${query({ since })}`);
export const auditLog = async (guild) =>
  list(await call(`/sandbox/guilds/${guild}/audit-log`), "audit_log_entries", "entries");
export const bans = async (guild) => list(await call(`/sandbox/guilds/${guild}/bans`), "bans");

export const clock = () => call("/sandbox/clock");
export const moveClock = (seconds) => call("/sandbox/clock", { seconds });
export const faults = async () => list(await call("/sandbox/faults"), "faults");
export const addFault = (body) => call("/sandbox/faults", body);
export const clearFaults = () => call("/sandbox/faults", undefined, "DELETE");

const verb = (name) => (person, body) => call(as(person, name), body);
export const say = verb("message");
export const edit = verb("edit");
export const deleteMessage = verb("delete-message");
export const react = verb("react");
export const unreact = verb("unreact");
export const pin = verb("pin");
export const unpin = verb("unpin");
export const thread = verb("thread");
export const slash = verb("slash");
export const context = verb("context");
export const click = verb("click");
export const select = verb("select");
export const submit = verb("submit");
export const moderate = verb("moderate");
export const roles = verb("roles");
export const channel = verb("channel");
export const invite = verb("invite");
export const voice = verb("voice");
export const voiceModerate = verb("voice-moderate");
export const presence = verb("presence");
export const autocomplete = async (person, body) => list(await call(as(person, "autocomplete"), body), "choices");

/** A file as the control interface takes it. */
export async function packed(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return { filename: file.name, content_type: file.type || undefined, base64: btoa(binary) };
}
