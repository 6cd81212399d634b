"""Facts from Discord's documentation: users, members, roles, presences, voice states.

The notation is explained in conformance_facts.py.
Sources: resources/user, guild, voice, topics/permissions, events/gateway-events of the documentation.
"""

PEOPLE = """
user
  id                       snowflake
  username                 string
  discriminator            string
  global_name              ?string
  avatar                   ?string
  bot?                     boolean
  system?                  boolean
  mfa_enabled?             boolean
  banner?                  ?string
  accent_color?            ?integer
  locale?                  string
  verified?                boolean
  email?                   ?string
  flags?                   integer
  premium_type?            0..3
  public_flags?            integer
  avatar_decoration_data?  ?avatar_decoration
  collectibles?            ?collectibles
  primary_guild?           ?primary_guild

avatar_decoration
  asset                    string
  sku_id                   snowflake

collectibles
  nameplate?               nameplate

nameplate
  sku_id                   snowflake
  asset                    string
  label                    string
  palette                  string

primary_guild
  identity_guild_id        ?snowflake
  identity_enabled         ?boolean
  tag                      ?string
  badge                    ?string

member
  user?                    user
  nick?                    ?string
  avatar?                  ?string
  banner?                  ?string
  roles                    [snowflake]
  joined_at                ?timestamp
  premium_since?           ?timestamp
  deaf                     boolean
  mute                     boolean
  flags                    integer
  pending?                 boolean
  permissions?             bitfield
  communication_disabled_until?  ?timestamp
  avatar_decoration_data?  ?avatar_decoration
  collectibles?            ?collectibles

whole_member : member
  user                     user

resolved_member : member - deaf mute user

member_in_message : member - pending user

mentioned_user : user
  member?                  member_in_message

role
  id                       snowflake
  name                     string
  color                    integer
  colors                   role_colors
  hoist                    boolean
  icon?                    ?string
  unicode_emoji?           ?string
  position                 integer
  permissions              bitfield
  managed                  boolean
  mentionable              boolean
  tags?                    role_tags
  flags                    integer

role_colors
  primary_color            integer
  secondary_color          ?integer
  tertiary_color           ?integer

role_tags
  bot_id?                  snowflake
  integration_id?          snowflake
  premium_subscriber?      null
  subscription_listing_id? snowflake
  available_for_purchase?  null
  guild_connections?       null

ban
  reason                   ?string
  user                     user

voice_state
  guild_id?                snowflake
  channel_id               ?snowflake
  user_id                  snowflake
  member?                  member
  session_id               string
  deaf                     boolean
  mute                     boolean
  self_deaf                boolean
  self_mute                boolean
  self_stream?             boolean
  self_video               boolean
  suppress                 boolean
  request_to_speak_timestamp  ?timestamp

presence
  user                     partial user
  guild_id                 snowflake
  status                   status
  activities               [activity]
  client_status            client_status

status = "online" "idle" "dnd" "offline"

client_status
  desktop?                 status
  mobile?                  status
  web?                     status
  vr?                      status

activity
  name                     string
  type                     0..5
  url?                     ?string
  created_at               integer
  timestamps?              anything
  application_id?          snowflake
  status_display_type?     ?integer
  details?                 ?string
  details_url?             ?string
  state?                   ?string
  state_url?               ?string
  emoji?                   ?partial emoji
  party?                   anything
  assets?                  anything
  secrets?                 anything
  instance?                boolean
  flags?                   integer
  buttons?                 [anything]
"""
