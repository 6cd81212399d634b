"""Facts from Discord's documentation: what each gateway event carries. An event's table has its name.

The notation is explained in conformance_facts.py.
Source: events/gateway-events of the documentation.
"""

EVENTS = """
READY
  v                        10
  user                     user
  guilds                   [unavailable_guild]
  session_id               string
  resume_gateway_url       url
  shard?                   [integer]
  application              partial application

RESUMED
  _trace?                  [string]

RECONNECT = null
INVALID_SESSION = boolean

CLOSE
  code                     1000 1001 4000..4005 4007..4014
  reason                   ?string

application
  id                       snowflake
  name                     string
  icon                     ?string
  description              string
  flags                    integer

APPLICATION_COMMAND_PERMISSIONS_UPDATE
  id                       snowflake
  application_id           snowflake
  guild_id                 snowflake
  permissions              [command_permission]

AUTO_MODERATION_RULE_CREATE : automod_rule
AUTO_MODERATION_RULE_UPDATE : automod_rule
AUTO_MODERATION_RULE_DELETE : automod_rule

AUTO_MODERATION_ACTION_EXECUTION
  guild_id                 snowflake
  action                   automod_action
  rule_id                  snowflake
  rule_trigger_type        automod_trigger
  user_id                  snowflake
  channel_id?              snowflake
  message_id?              snowflake
  alert_system_message_id?  snowflake
  content?                 string
  matched_keyword          ?string
  matched_content?         ?string

CHANNEL_CREATE : guild_channel
CHANNEL_UPDATE : guild_channel
CHANNEL_DELETE : guild_channel
THREAD_CREATE : new_thread
THREAD_UPDATE : thread

CHANNEL_PINS_UPDATE
  guild_id?                snowflake
  channel_id               snowflake
  last_pin_timestamp?      ?timestamp

THREAD_DELETE
  id                       snowflake
  guild_id                 snowflake
  parent_id                snowflake
  type                     10..12

THREAD_LIST_SYNC
  guild_id                 snowflake
  channel_ids?             [snowflake]
  threads                  [thread]
  members                  [thread_member]

THREAD_MEMBER_UPDATE : thread_member
  id                       snowflake
  user_id                  snowflake
  guild_id                 snowflake

THREAD_MEMBERS_UPDATE
  id                       snowflake
  guild_id                 snowflake
  member_count             integer
  added_members?           [added_thread_member]
  removed_member_ids?      [snowflake]

added_thread_member : thread_member
  id                       snowflake
  user_id                  snowflake
  presence?                ?presence

GUILD_CREATE : guild
  joined_at                timestamp
  large                    boolean
  unavailable?             boolean
  member_count             integer
  voice_states             [partial voice_state]
  members                  [whole_member]
  channels                 [guild_channel]
  threads                  [thread]
  presences                [partial presence]
  stage_instances          [anything]
  guild_scheduled_events   [anything]
  soundboard_sounds        [anything]

GUILD_UPDATE : guild
GUILD_DELETE : unavailable_guild

GUILD_AUDIT_LOG_ENTRY_CREATE : audit_entry
  guild_id                 snowflake

GUILD_BAN_ADD
  guild_id                 snowflake
  user                     user

GUILD_BAN_REMOVE : GUILD_BAN_ADD
GUILD_MEMBER_REMOVE : GUILD_BAN_ADD

GUILD_MEMBER_ADD : whole_member
  guild_id                 snowflake

GUILD_MEMBER_UPDATE : whole_member - permissions deaf mute flags
  avatar                   ?string
  banner                   ?string
  guild_id                 snowflake
  deaf?                    boolean
  mute?                    boolean

GUILD_MEMBERS_CHUNK
  guild_id                 snowflake
  members                  [whole_member]
  chunk_index              integer
  chunk_count              integer
  not_found?               [snowflake]
  presences?               [presence]
  nonce?                   string

GUILD_ROLE_CREATE
  guild_id                 snowflake
  role                     role

GUILD_ROLE_UPDATE : GUILD_ROLE_CREATE

GUILD_ROLE_DELETE
  guild_id                 snowflake
  role_id                  snowflake

GUILD_EMOJIS_UPDATE
  guild_id                 snowflake
  emojis                   [emoji]

GUILD_STICKERS_UPDATE
  guild_id                 snowflake
  stickers                 [sticker]

GUILD_INTEGRATIONS_UPDATE
  guild_id                 snowflake

INVITE_CREATE
  channel_id               snowflake
  code                     string
  created_at               timestamp
  guild_id?                snowflake
  inviter?                 user
  max_age                  integer
  max_uses                 integer
  target_type?             1 2
  target_user?             user
  target_application?      partial application
  temporary                boolean
  uses                     integer
  expires_at               ?timestamp
  role_ids?                [snowflake]

INVITE_DELETE
  channel_id               snowflake
  guild_id?                snowflake
  code                     string

MESSAGE_CREATE : message
  guild_id?                snowflake
  member?                  partial member_in_message
  mentions                 [mentioned_user]
  channel_type?            0..3 5 10..13

MESSAGE_UPDATE : MESSAGE_CREATE

MESSAGE_DELETE
  id                       snowflake
  channel_id               snowflake
  guild_id?                snowflake

MESSAGE_DELETE_BULK
  ids                      [snowflake]
  channel_id               snowflake
  guild_id?                snowflake

MESSAGE_REACTION_ADD : MESSAGE_REACTION_REMOVE
  member?                  whole_member
  message_author_id?       snowflake
  burst_colors?            [string]

MESSAGE_REACTION_REMOVE
  user_id                  snowflake
  channel_id               snowflake
  message_id               snowflake
  guild_id?                snowflake
  emoji                    partial emoji
  burst                    boolean
  type                     0 1

MESSAGE_REACTION_REMOVE_ALL
  channel_id               snowflake
  message_id               snowflake
  guild_id?                snowflake

MESSAGE_REACTION_REMOVE_EMOJI : MESSAGE_REACTION_REMOVE_ALL
  emoji                    partial emoji

MESSAGE_POLL_VOTE_ADD
  user_id                  snowflake
  channel_id               snowflake
  message_id               snowflake
  guild_id?                snowflake
  answer_id                integer

MESSAGE_POLL_VOTE_REMOVE : MESSAGE_POLL_VOTE_ADD
PRESENCE_UPDATE : presence

TYPING_START
  channel_id               snowflake
  guild_id?                snowflake
  user_id                  snowflake
  timestamp                integer
  member?                  whole_member

VOICE_STATE_UPDATE : voice_state

VOICE_SERVER_UPDATE
  token                    string
  guild_id                 snowflake
  endpoint                 ?string

WEBHOOKS_UPDATE
  guild_id                 snowflake
  channel_id               snowflake

SOUNDBOARD_SOUNDS
  soundboard_sounds        [anything]
  guild_id                 snowflake

CHANNEL_INFO
  guild_id                 snowflake
  channels                 [channel_info]

channel_info
  id                       snowflake
  status?                  ?string
  voice_start_time?        ?integer

USER_UPDATE : user
INTERACTION_CREATE : interaction

RATE_LIMITED
  opcode                   integer
  retry_after              number
  meta                     rate_limit_meta

rate_limit_meta
  guild_id                 snowflake
  nonce?                   string
"""
