"""Facts from Discord's documentation: the audit log, AutoMod, permissions of commands.

The notation is explained in conformance_facts.py.
Sources: resources/audit-log, auto-moderation, interactions/application-commands of the documentation.
"""

MODERATION = """
command_permission
  id                       snowflake
  type                     1..3
  permission               boolean

automod_rule
  id                       snowflake
  guild_id                 snowflake
  name                     string
  creator_id               snowflake
  event_type               1 2
  trigger_type             automod_trigger
  trigger_metadata         automod_metadata
  actions                  [automod_action]
  enabled                  boolean
  exempt_roles             [snowflake]
  exempt_channels          [snowflake]

automod_trigger = 1 3..6

automod_metadata
  keyword_filter?          [string]
  regex_patterns?          [string]
  presets?                 [keyword_preset]
  allow_list?              [string]
  mention_total_limit?     integer
  mention_raid_protection_enabled?  boolean

keyword_preset = 1..3

automod_action
  type                     1..4
  metadata?                automod_action_metadata

automod_action_metadata
  channel_id?              snowflake
  duration_seconds?        integer
  custom_message?          string

audit_entry
  target_id                ?string
  changes?                 [audit_change]
  user_id                  ?snowflake
  id                       snowflake
  action_type              audit_event
  options?                 audit_options
  reason?                  string

audit_event = older_audit_event | newer_audit_event
older_audit_event = 1 10..15 20..28 30..32 40..42 50..52 60..62
newer_audit_event = 72..75 80..85 90..92 100..102 110..112 121 130..132 140..146 150 151 163..167 190..193

audit_change
  new_value?               anything
  old_value?               anything
  key                      string

audit_options
  application_id?          snowflake
  auto_moderation_rule_name?  string
  auto_moderation_rule_trigger_type?  string
  channel_id?              snowflake
  count?                   bitfield
  delete_member_days?      bitfield
  id?                      snowflake
  members_removed?         bitfield
  message_id?              snowflake
  role_name?               string
  type?                    "0" "1"
  integration_type?        string
  status?                  string
"""
