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
  trigger_metadata         automod_metadata of trigger_type
  actions                  [automod_action]
  enabled                  boolean
  exempt_roles             [snowflake]
  exempt_channels          [snowflake]

automod_trigger = 1 3..6

nothing

automod_metadata by trigger_type
  1 6   keyword_metadata
  4     preset_metadata
  5     mention_metadata
  else  nothing

keyword_metadata
  keyword_filter           [string]
  regex_patterns           [string]
  allow_list               [string]

preset_metadata
  presets                  [keyword_preset]
  allow_list               [string]

mention_metadata
  mention_total_limit      integer
  mention_raid_protection_enabled  boolean

keyword_preset = 1..3

automod_action
  type                     1..4
  metadata?                automod_action_metadata of type

automod_action_metadata by type
  1     blocking_metadata
  2     alerting_metadata
  3     time_out_metadata
  else  nothing

blocking_metadata
  custom_message?          string

alerting_metadata
  channel_id               snowflake

time_out_metadata
  duration_seconds         integer

audit_entry
  target_id                ?string
  changes?                 [audit_change]
  user_id                  ?snowflake
  id                       snowflake
  action_type              audit_event
  options?                 audit_options of action_type
  reason?                  string

audit_event = older_audit_event | newer_audit_event
older_audit_event = 1 10..15 20..28 30..32 40..42 50..52 60..62
newer_audit_event = 72..75 80..85 90..92 100..102 110..112 121 130..132 140..146 150 151 163..167 190..193

audit_change
  new_value?               anything
  old_value?               anything
  key                      string

audit_options by action_type
  13 14 15     options_of_an_overwrite
  20 25        options_of_an_integration
  21           options_of_a_prune
  26 72        options_of_counted_places
  27 73        options_of_counted
  74 75        options_of_a_pin
  83 84 85     options_of_a_place
  121          options_of_permissions
  143 144 145  options_of_automod
  146          options_of_automod
  192          options_of_a_status
  193          options_of_a_place
  else         nothing

options_of_an_overwrite = options_for_a_role | options_for_a_member

options_for_a_member
  id                       snowflake
  type                     "1"

options_for_a_role
  id                       snowflake
  type                     "0"
  role_name                string

options_of_an_integration
  integration_type?        string

options_of_a_prune
  delete_member_days       bitfield
  members_removed          bitfield

options_of_counted
  count                    bitfield

options_of_a_place
  channel_id               snowflake

options_of_counted_places : options_of_counted
  channel_id               snowflake

options_of_a_pin : options_of_a_place
  message_id               snowflake

options_of_permissions
  application_id           snowflake

options_of_automod
  channel_id?              snowflake
  auto_moderation_rule_name  string
  auto_moderation_rule_trigger_type  string

options_of_a_status : options_of_a_place
  status                   string
"""
