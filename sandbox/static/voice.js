// In and out of voice channels; there one is silent, deaf, or put out by a moderator.

import * as api from "./api.js";
import { changing } from "./doing.js";
import { may } from "./powers.js";
import { state } from "./store.js";

const here = () => ({ guild_id: state.guild.id });

const voiceOf = (userId) => state.guild.voice_states.find((one) => one.user_id === userId);

/** Into the channel, or out of it if one is there. */
export function hang(channel) {
  const leaves = voiceOf(state.person.id)?.channel_id === channel.id;
  return changing(() => api.voice(state.person.id, leaves ? here() : { ...here(), channel_id: channel.id }));
}

function speaking({ channel_id, self_mute, self_deaf }) {
  const say = (changed) =>
    changing(() => api.voice(state.person.id, { ...here(), channel_id, self_mute, self_deaf, ...changed }));
  return [
    { label: self_mute ? "Unmute yourself" : "Mute yourself", act: () => say({ self_mute: !self_mute }) },
    { label: self_deaf ? "Hear again" : "Deafen yourself", act: () => say({ self_deaf: !self_deaf }) },
  ];
}

export function voiceItems(channel) {
  const mine = voiceOf(state.person.id);
  const act = () => hang(channel);
  if (mine?.channel_id !== channel.id) return [{ label: "Join voice channel", act }];
  return [{ label: "Leave voice channel", act }, ...speaking(mine)];
}

/** What may be done to somebody who is in a voice channel. */
export function voiceModeration(userId) {
  const theirs = voiceOf(userId);
  if (!theirs) return [];
  const to = (label, action) => ({
    label,
    danger: true,
    act: () => changing(() => api.voiceModerate(state.person.id, { ...here(), action, target_id: userId })),
  });
  const [mutes, moves] = ["MUTE", "MOVE"].map((power) => may(state.guild, state.person.id, power));
  return [
    mutes && (theirs.mute ? to("Unmute in voice", "unmute") : to("Mute in voice", "mute")),
    moves && to("Disconnect from voice", "disconnect"),
  ];
}
