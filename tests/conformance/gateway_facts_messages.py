"""Facts from Discord's documentation: messages and what is in them, but for components.

The notation is explained in conformance_facts.py.
Sources: resources/message and poll of the documentation.
"""

MESSAGES = """
message
  id                       snowflake
  channel_id               snowflake
  author                   user
  content                  string
  timestamp                timestamp
  edited_timestamp         ?timestamp
  tts                      boolean
  mention_everyone         boolean
  mentions                 [user]
  mention_roles            [snowflake]
  mention_channels?        [channel_mention]
  attachments              [attachment]
  embeds                   [embed]
  reactions?               [reaction]
  nonce?                   string | integer
  pinned                   boolean
  webhook_id?              snowflake
  type                     0..12 14..29 31 32 36..39 44 46
  activity?                anything
  application?             partial application
  application_id?          snowflake
  flags?                   integer
  message_reference?       message_reference
  message_snapshots?       [message_snapshot]
  referenced_message?      ?message
  interaction_metadata?    interaction_metadata
  interaction?             message_interaction
  thread?                  channel
  components?              [component]
  sticker_items?           [sticker_item]
  stickers?                [sticker]
  position?                integer
  role_subscription_data?  anything
  resolved?                resolved
  poll?                    poll
  call?                    anything
  shared_client_theme?     anything

interaction_metadata
  id                       snowflake
  type                     interaction_type
  user                     user
  authorizing_integration_owners  {snowflake}
  original_response_message_id?  snowflake
  target_user?             user
  target_message_id?       snowflake
  interacted_message_id?   snowflake
  triggering_interaction_metadata?  interaction_metadata

message_interaction
  id                       snowflake
  type                     interaction_type
  name                     string
  user                     user
  member?                  partial member

interaction_type = 1..5

message_reference
  type?                    0 1
  message_id?              snowflake
  channel_id?              snowflake
  guild_id?                snowflake
  fail_if_not_exists?      boolean

message_snapshot
  message                  partial message

message_pin
  pinned_at                timestamp
  message                  message

channel_mention
  id                       snowflake
  guild_id                 snowflake
  type                     integer
  name                     string

reaction
  count                    integer
  count_details            reaction_counts
  me                       boolean
  me_burst                 boolean
  emoji                    partial emoji
  burst_colors             [string]

reaction_counts
  burst                    integer
  normal                   integer

sticker_item
  id                       snowflake
  name                     string
  format_type              1..4

attachment
  id                       snowflake
  filename                 string
  title?                   string
  description?             string
  content_type?            string
  size                     integer
  url                      url
  proxy_url                url
  height?                  ?integer
  width?                   ?integer
  placeholder?             string
  placeholder_version?     integer
  ephemeral?               boolean
  duration_secs?           number
  waveform?                string
  flags?                   integer
  clip_participants?       [user]
  clip_created_at?         timestamp
  application?             ?anything

embed
  title?                   string
  type?                    string
  description?             string
  url?                     string
  timestamp?               timestamp
  color?                   integer
  footer?                  embed_footer
  image?                   embed_media
  thumbnail?               embed_media
  video?                   partial embed_media
  provider?                embed_provider
  author?                  embed_author
  fields?                  [embed_field]
  flags?                   integer

embed_media
  url                      string
  proxy_url?               string
  height?                  integer
  width?                   integer
  content_type?            string
  placeholder?             string
  placeholder_version?     integer
  description?             string
  flags?                   integer

embed_provider
  name?                    string
  url?                     string

embed_author
  name                     string
  url?                     string
  icon_url?                string
  proxy_icon_url?          string

embed_footer
  text                     string
  icon_url?                string
  proxy_icon_url?          string

embed_field
  name                     string
  value                    string
  inline?                  boolean

poll
  question                 poll_media
  answers                  [poll_answer]
  expiry                   ?timestamp
  allow_multiselect        boolean
  layout_type              1
  results?                 anything

poll_media
  text?                    string
  emoji?                   partial emoji

poll_answer
  answer_id                integer
  poll_media               poll_media
"""
