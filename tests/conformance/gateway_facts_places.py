"""Facts from Discord's documentation: servers, channels, threads, webhooks, invites.

The notation is explained in conformance_facts.py.
Sources: resources/guild, channel, emoji, sticker, webhook, invite of the documentation.
"""

PLACES = """
unavailable_guild
  id                       snowflake
  unavailable?             boolean

guild
  id                       snowflake
  name                     string
  icon                     ?string
  icon_hash?               ?string
  splash                   ?string
  discovery_splash         ?string
  owner?                   boolean
  owner_id                 snowflake
  permissions?             bitfield
  region?                  ?string
  afk_channel_id           ?snowflake
  afk_timeout              60 300 900 1800 3600
  widget_enabled?          boolean
  widget_channel_id?       ?snowflake
  verification_level       0..4
  default_message_notifications  0 1
  explicit_content_filter  0..2
  roles                    [role]
  emojis                   [emoji]
  features                 [string]
  mfa_level                0 1
  application_id           ?snowflake
  system_channel_id        ?snowflake
  system_channel_flags     integer
  rules_channel_id         ?snowflake
  max_presences?           ?integer
  max_members?             integer
  vanity_url_code          ?string
  description              ?string
  banner                   ?string
  premium_tier             0..3
  premium_subscription_count?  integer
  preferred_locale         locale
  public_updates_channel_id  ?snowflake
  max_video_channel_users? integer
  max_stage_video_channel_users?  integer
  approximate_member_count?  integer
  approximate_presence_count?  integer
  welcome_screen?          anything
  nsfw_level               0..3
  stickers?                [sticker]
  premium_progress_bar_enabled  boolean
  safety_alerts_channel_id  ?snowflake
  incidents_data           ?incidents

incidents
  invites_disabled_until   ?timestamp
  dms_disabled_until       ?timestamp
  dm_spam_detected_at?     ?timestamp
  raid_detected_at?        ?timestamp

emoji
  id                       ?snowflake
  name                     ?string
  roles?                   [snowflake]
  user?                    user
  require_colons?          boolean
  managed?                 boolean
  animated?                boolean
  available?               boolean

sticker
  id                       snowflake
  pack_id?                 snowflake
  name                     string
  description              ?string
  tags                     string
  type                     1 2
  format_type              1..4
  available?               boolean
  guild_id?                snowflake
  user?                    user
  sort_value?              integer

channel
  id                       snowflake
  type                     0..5 10..16
  guild_id?                snowflake
  position?                integer
  permission_overwrites?   [overwrite]
  name?                    ?string
  topic?                   ?string
  nsfw?                    boolean
  last_message_id?         ?snowflake
  bitrate?                 integer
  user_limit?              integer
  rate_limit_per_user?     integer
  recipients?              [user]
  icon?                    ?string
  owner_id?                snowflake
  application_id?          ?snowflake
  managed?                 boolean
  parent_id?               ?snowflake
  last_pin_timestamp?      ?timestamp
  rtc_region?              ?string
  video_quality_mode?      1 2
  message_count?           integer
  member_count?            integer
  thread_metadata?         thread_metadata
  member?                  thread_member
  default_auto_archive_duration?  60 1440 4320 10080
  permissions?             bitfield
  app_permissions?         bitfield
  flags?                   integer
  total_message_sent?      integer
  available_tags?          [forum_tag]
  applied_tags?            [snowflake]
  default_reaction_emoji?  ?default_reaction
  default_thread_rate_limit_per_user?  integer
  default_sort_order?      ?sort_order
  default_forum_layout?    0..2

sort_order = 0 1

guild_channel : channel
  guild_id                 snowflake
  name                     string
  position                 integer
  permission_overwrites    [overwrite]

thread : channel
  type                     10..12
  guild_id                 snowflake
  parent_id                snowflake
  name                     string
  owner_id                 snowflake
  message_count            integer
  member_count             integer
  thread_metadata          thread_metadata

new_thread : thread
  newly_created?           boolean

overwrite
  id                       snowflake
  type                     0 1
  allow                    bitfield
  deny                     bitfield

thread_metadata
  archived                 boolean
  auto_archive_duration    60 1440 4320 10080
  archive_timestamp        timestamp
  locked                   boolean
  invitable?               boolean
  create_timestamp?        ?timestamp

thread_member
  id?                      snowflake
  user_id?                 snowflake
  join_timestamp           timestamp
  flags                    integer
  member?                  member

default_reaction
  emoji_id                 ?snowflake
  emoji_name               ?string

forum_tag
  id                       snowflake
  name                     string
  moderated                boolean
  emoji_id                 ?snowflake
  emoji_name               ?string

webhook
  id                       snowflake
  type                     1..3
  guild_id?                ?snowflake
  channel_id               ?snowflake
  user?                    user
  name                     ?string
  avatar                   ?string
  token?                   string
  application_id           ?snowflake
  source_guild?            partial guild
  source_channel?          partial channel
  url?                     string

invite
  type                     0..2
  code                     string
  guild?                   partial guild
  channel                  ?partial channel
  inviter?                 user
  target_type?             1 2
  target_user?             user
  target_application?      partial application
  approximate_presence_count?  integer
  approximate_member_count?  integer
  expires_at               ?timestamp
  guild_scheduled_event?   anything
  flags?                   integer
  roles?                   [partial role]
"""
