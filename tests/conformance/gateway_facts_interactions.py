"""Facts from Discord's documentation: components and interactions.

The notation is explained in conformance_facts.py.
Sources: components/reference, interactions/receiving-and-responding of the documentation.
"""

INTERACTIONS = """
component by type
  1   action_row
  2   button
  3   string_select
  4   text_input
  5   other_select
  6   other_select
  7   other_select
  8   channel_select
  9   section
  10  text_display
  11  thumbnail
  12  media_gallery
  13  file
  14  separator
  17  container
  18  label
  19  file_upload
  21  radio_group
  22  checkbox_group
  23  checkbox

any_component
  type                     integer
  id                       integer

action_row : any_component
  components               [component]

button : any_component
  style                    1..6
  label?                   string
  emoji?                   partial emoji
  custom_id?               string
  sku_id?                  snowflake
  url?                     string
  disabled?                boolean

any_select : any_component
  custom_id                string
  placeholder?             string
  min_values?              integer
  max_values?              integer
  required?                boolean
  disabled?                boolean

string_select : any_select
  options                  [select_option]

other_select : any_select
  default_values?          [default_value]

channel_select : other_select
  channel_types?           [integer]

select_option
  label                    string
  value                    string
  description?             string
  emoji?                   partial emoji
  default?                 boolean

default_value
  id                       snowflake
  type                     "user" "role" "channel"

text_input : any_component
  custom_id                string
  style                    1 2
  min_length?              integer
  max_length?              integer
  required?                boolean
  value?                   string
  placeholder?             string

section : any_component
  components               [component]
  accessory                component

text_display : any_component
  content                  string

thumbnail : any_component
  media                    media_item
  description?             ?string
  spoiler?                 boolean

media_gallery : any_component
  items                    [gallery_item]

gallery_item
  media                    media_item
  description?             ?string
  spoiler?                 boolean

file : any_component
  file                     media_item
  spoiler?                 boolean
  name?                    string
  size?                    integer

media_item
  url                      string
  proxy_url?               string
  height?                  ?integer
  width?                   ?integer
  placeholder?             string
  placeholder_version?     integer
  content_type?            string
  flags?                   integer
  attachment_id?           snowflake

separator : any_component
  divider?                 boolean
  spacing?                 1 2

container : any_component
  components               [component]
  accent_color?            ?integer
  spoiler?                 boolean

label : any_component
  label                    string
  description?             string
  component                component

file_upload : any_component
  custom_id                string
  min_values?              integer
  max_values?              integer
  required?                boolean
  file_types?              [string]

radio_group : any_component
  custom_id                string
  options                  [select_option]
  required?                boolean

checkbox_group : radio_group
  min_values?              integer
  max_values?              integer

checkbox : any_component
  custom_id                string
  default?                 boolean

interaction
  id                       snowflake
  application_id           snowflake
  type                     interaction_type
  data?                    interaction_data
  guild?                   partial guild
  guild_id?                snowflake
  channel?                 partial channel
  channel_id?              snowflake
  member?                  whole_member
  user?                    user
  token                    string
  version                  1
  message?                 message
  app_permissions          bitfield
  locale?                  locale
  guild_locale?            locale
  entitlements             [anything]
  authorizing_integration_owners  {snowflake}
  context?                 0..2
  attachment_size_limit    integer

interaction_data = command_data | pressed_data | form_data

command_data
  id                       snowflake
  name                     string
  type                     1..4
  resolved?                resolved
  options?                 [given_option]
  guild_id?                snowflake
  target_id?               snowflake

given_option
  name                     string
  type                     1..11
  value?                   string | integer | number | boolean
  options?                 [given_option]
  focused?                 boolean

pressed_data
  custom_id                string
  component_type           2 3 5..8
  values?                  [string]
  resolved?                resolved

form_data
  custom_id                string
  components               [filled_component]
  resolved?                resolved

filled_component by type
  1   filled_row
  3   filled_select
  4   filled_text
  5   filled_select
  6   filled_select
  7   filled_select
  8   filled_select
  10  filled_component_base
  18  filled_label
  19  filled_choice
  21  filled_text_or_none
  22  filled_choice
  23  filled_checkbox

filled_component_base
  type                     integer
  id                       integer

filled_row : filled_component_base
  components               [filled_component]

filled_label : filled_component_base
  component                filled_component

filled_choice : filled_component_base
  custom_id                string
  values                   [string]

filled_select : filled_choice
  resolved?                resolved

filled_text : filled_component_base
  custom_id                string
  value                    string

filled_text_or_none : filled_component_base
  custom_id                string
  value                    ?string

filled_checkbox : filled_component_base
  custom_id                string
  value                    boolean

resolved
  users?                   {user}
  members?                 {resolved_member}
  roles?                   {role}
  channels?                {resolved_channel}
  messages?                {partial message}
  attachments?             {attachment}

resolved_channel : channel
  permissions              bitfield
"""
