"""AutoMod: who may make which rules, what sets them off, and what follows."""

import discord
import pytest

from sandbox.errors import Refused, UnknownName
from sandbox.permissions import Permission

BLOCK = {"type": 1}


@pytest.fixture
def green(sandbox):
    """In which the bot may manage the server."""
    guild = next(guild for guild in sandbox.world.guilds.values() if guild.name == "Green")
    role = next(role for role in guild.roles.values() if role.bot_id)
    role.permissions |= int(Permission.MANAGE_GUILD)
    return guild


def bots_role(guild):
    return next(role for role in guild.roles.values() if role.bot_id)


def rule(kind=1, actions=(BLOCK,), **more):
    body = {
        "name": "Rule",
        "event_type": 2 if kind == 6 else 1,
        "trigger_type": kind,
        "enabled": True,
        "actions": list(actions),
    }
    metadata = {1: {"keyword_filter": ["spam"]}, 4: {"presets": [1]}, 5: {"mention_total_limit": 2}}
    return {**body, "trigger_metadata": metadata.get(kind, {}), **more}


def make(sandbox, **more):
    return sandbox.people.automod("olga", "create", rule=rule(**more))


def heard(sandbox, name):
    return [
        each.response for each in sandbox.recorder.since() if each.kind == "gateway" and each.route == name
    ]


def said(sandbox, channel="general"):
    return [one["content"] for one in sandbox.people.sees("olga", channel)]


def entries(guild, action):
    return [entry for entry in guild.audit if entry.action_type == action]


async def test_a_bot_makes_changes_and_removes_a_rule(green, sandbox, bot):
    guild = bot.guild()
    made = bot.wait_for("automod_rule_create")
    action = discord.AutoModRuleAction(custom_message="Not here")
    created = await guild.create_automod_rule(
        name="Words",
        event_type=discord.AutoModRuleEventType.message_send,
        trigger=discord.AutoModTrigger(keyword_filter=["spam*"], regex_patterns=["(b|c)at"]),
        actions=[action],
        enabled=True,
        exempt_roles=[discord.utils.get(guild.roles, name="moderator")],
        exempt_channels=[bot.channel("staff")],
        reason="order",
    )
    assert (await made).id == created.id
    assert (created.creator_id, created.trigger.keyword_filter) == (bot.user.id, ["spam*"])
    changed = bot.wait_for("automod_rule_update")
    trigger = discord.AutoModTrigger(keyword_filter=["eggs"], regex_patterns=["(b|c)at"])
    await created.edit(trigger=trigger, enabled=False, reason="hungry")
    assert (await changed).trigger.keyword_filter == ["eggs"]
    assert [one.name for one in await guild.fetch_automod_rules()] == ["Words"]
    assert (await guild.fetch_automod_rule(created.id)).enabled is False
    log = [entry async for entry in guild.audit_logs(action=discord.AuditLogAction.automod_rule_update)]
    assert (log[0].target.name, log[0].reason, log[0].after.enabled) == ("Words", "hungry", False)
    assert (log[0].before.trigger.keyword_filter, log[0].after.trigger.keyword_filter) == (
        ["spam*"],
        ["eggs"],
    )
    removed = bot.wait_for("automod_rule_delete")
    await created.delete(reason="enough")
    assert (await removed).id == created.id
    assert [entry.action_type for entry in green.audit] == [140, 141, 142]
    [creation] = entries(green, 140)
    assert {each["key"] for each in creation.changes} >= {
        "name",
        "trigger_type",
        "trigger_metadata",
        "actions",
    }
    with pytest.raises(discord.NotFound):
        await guild.fetch_automod_rule(created.id)


async def test_all_of_it_needs_manage_guild_and_a_time_out_moderate_members(green, sandbox, api):
    rules = f"/guilds/{green.id}/auto-moderation/rules"
    made = make(sandbox)
    role, owns = bots_role(green), bots_role(green).permissions
    timing_out = rule(5, [{"type": 3, "metadata": {"duration_seconds": 60}}])
    role.permissions = owns & ~int(Permission.MODERATE_MEMBERS)
    assert (await api("POST", rules, timing_out))[1]["code"] == 50013
    role.permissions = owns
    assert (await api("POST", rules, timing_out))[0] == 200
    role.permissions = owns & ~int(Permission.MANAGE_GUILD)
    calls = [("GET", rules), ("POST", rules, rule(3)), ("GET", f"{rules}/{made['id']}")]
    calls += [("PATCH", f"{rules}/{made['id']}", {"name": "x"}), ("DELETE", f"{rules}/{made['id']}")]
    assert [(await api(*call))[1]["code"] for call in calls] == [50013] * 5
    with pytest.raises(Refused, match="50013"):
        sandbox.people.automod("max", "create", rule=rule(3))


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        (rule(name="x" * 101), "name"),
        (rule(trigger_type=2), "trigger_type"),
        (rule(event_type=2), "event_type"),
        (rule(6, [{"type": 4}], event_type=1), "event_type"),
        (rule(actions=[]), "actions"),
        (rule(actions=[BLOCK] * 6), "actions"),
        (rule(actions=[{"type": 9}]), "actions.0.type"),
        (rule(actions=[{"type": 4}]), "actions.0.type"),
        (rule(3, [{"type": 3, "metadata": {"duration_seconds": 1}}]), "actions.0.type"),
        (rule(6, [BLOCK]), "actions.0.type"),
        (rule(actions=[{**BLOCK, "metadata": {"custom_message": "x" * 151}}]), "actions.0.metadata.custom_message"),
        (rule(actions=[{"type": 2}]), "actions.0.metadata.channel_id"),
        (rule(actions=[{"type": 2, "metadata": {"channel_id": "1"}}]), "actions.0.metadata.channel_id"),
        (rule(actions=[{"type": 3, "metadata": {"duration_seconds": 9**9}}]), "actions.0.metadata.duration_seconds"),
        (rule(exempt_roles=[str(n) for n in range(21)]), "exempt_roles"),
        (rule(exempt_channels=[str(n) for n in range(51)]), "exempt_channels"),
        (rule(trigger_metadata={"keyword_filter": ["x" * 61]}), "trigger_metadata.keyword_filter.0"),
        (rule(trigger_metadata={"keyword_filter": ["x"] * 1001}), "trigger_metadata.keyword_filter"),
        (rule(trigger_metadata={"regex_patterns": ["x" * 261]}), "trigger_metadata.regex_patterns.0"),
        (rule(trigger_metadata={"regex_patterns": ["x"] * 11}), "trigger_metadata.regex_patterns"),
        (rule(trigger_metadata={"regex_patterns": ["ok", "(?=no)"]}), "trigger_metadata.regex_patterns.1"),
        (rule(trigger_metadata={"allow_list": ["x"] * 101}), "trigger_metadata.allow_list"),
        (rule(4, trigger_metadata={"allow_list": ["x"] * 1001}), "trigger_metadata.allow_list"),
        (rule(4, trigger_metadata={"presets": [9]}), "trigger_metadata.presets.0"),
        (rule(5, trigger_metadata={"mention_total_limit": 51}), "trigger_metadata.mention_total_limit"),
    ],
    ids=lambda each: each if isinstance(each, str) else "rule",
)  # fmt: skip
async def test_a_rule_outside_of_the_limits_is_refused_at_its_place(green, api, asked, place):
    status, body = await api("POST", f"/guilds/{green.id}/auto-moderation/rules", asked)
    assert (status, body["code"]) == (400, 50035)
    node = body["errors"]
    for key in place.split("."):
        node = node[key]
    assert node["_errors"]
    assert green.automod_rules == {}


@pytest.mark.parametrize(("kind", "most"), [(1, 6), (3, 1), (4, 1), (5, 1), (6, 1)])
async def test_there_are_only_so_many_rules_of_a_type(green, api, kind, most):
    asked = rule(kind, [{"type": 4}] if kind == 6 else [BLOCK])
    path = f"/guilds/{green.id}/auto-moderation/rules"
    assert [(await api("POST", path, asked))[0] for _ in range(most + 1)] == [200] * most + [400]


async def test_a_change_leaves_what_it_does_not_name_and_tells_nothing_if_nothing_changes(
    green, sandbox, api
):
    made = make(sandbox)
    path = f"/guilds/{green.id}/auto-moderation/rules/{made['id']}"
    assert await api("PATCH", path, {"name": "Other"}) == (200, {**made, "name": "Other"})
    assert await api("PATCH", path, {"name": "Other"}) == (200, {**made, "name": "Other"})
    assert len(entries(green, 141)) == 1
    assert (await api("PATCH", path, {"event_type": 2}))[1]["code"] == 50035


async def test_a_blocked_message_is_never_posted_and_its_author_reads_why(green, sandbox, bot):
    block = {**BLOCK, "metadata": {"custom_message": "No spam, please."}}
    alert = {"type": 2, "metadata": {"channel_id": "mod-log"}}
    timeout = {"type": 3, "metadata": {"duration_seconds": 60}}
    made = make(sandbox, actions=[block, alert, timeout])
    with pytest.raises(Refused, match=r"blocked by automatic moderation: No spam, please \(200000\)"):
        sandbox.people.message("ann", "buy SPAM now")
    assert said(sandbox) == []
    told = heard(sandbox, "AUTO_MODERATION_ACTION_EXECUTION")
    assert [each["action"]["type"] for each in told] == [1, 2, 3]
    ann = next(user.id for user in sandbox.world.users.values() if user.username == "ann")
    for each in told:
        assert (each["rule_id"], each["rule_trigger_type"], each["user_id"]) == (made["id"], 1, str(ann))
        assert (each["content"], each["matched_keyword"], each["matched_content"]) == (
            "buy SPAM now",
            "spam",
            "SPAM",
        )
        assert "message_id" not in each
    [seen] = sandbox.people.sees("max", "mod-log")
    assert (seen["type"], seen["content"], seen["author"]["username"]) == (24, "", "ann")
    assert (seen["embeds"][0]["type"], seen["embeds"][0]["description"]) == (
        "auto_moderation_message",
        "buy SPAM now",
    )
    facts = {field["name"]: field["value"] for field in seen["embeds"][0]["fields"]}
    assert (facts["rule_name"], facts["keyword"], facts["keyword_matched_content"]) == (
        "Rule",
        "spam",
        "SPAM",
    )
    assert ["alert_system_message_id" in each for each in told] == [False, True, False]
    assert told[1]["alert_system_message_id"] == seen["id"]
    assert green.members[ann].communication_disabled_until > sandbox.core.now()
    assert [entry.action_type for entry in green.audit[-3:]] == [143, 144, 145]
    for entry in green.audit[-3:]:
        options = {"auto_moderation_rule_name": "Rule", "auto_moderation_rule_trigger_type": "1"}
        assert entry.options.items() >= options.items()
        assert (entry.target_id, "channel_id" in entry.options) == (ann, True)


async def test_what_is_only_flagged_is_posted_and_named(green, sandbox, bot):
    make(sandbox, actions=[{"type": 2, "metadata": {"channel_id": "mod-log"}}])
    executed = bot.wait_for("automod_action")
    one = sandbox.people.message("ann", "some spam here")
    execution = await executed
    assert (execution.message_id, execution.content) == (one.id, "some spam here")
    assert said(sandbox) == ["some spam here"]


async def test_the_words_are_hidden_from_a_bot_without_the_content_intent(green, sandbox, login):
    make(sandbox)
    intents = discord.Intents.all()
    intents.message_content = False
    async with login(sandbox, intents=intents):
        with pytest.raises(Refused):
            sandbox.people.message("ann", "spam")
    [told] = heard(sandbox, "AUTO_MODERATION_ACTION_EXECUTION")
    assert (told["content"], told["matched_content"], told["matched_keyword"]) == ("", "", "spam")


@pytest.mark.parametrize("missing", ["intents", "permission"])
async def test_a_bot_without_intents_or_manage_guild_hears_nothing_of_it(green, sandbox, login, missing):
    intents = discord.Intents.all()
    if missing == "intents":
        intents.auto_moderation = False
    else:
        bots_role(green).permissions &= ~int(Permission.MANAGE_GUILD)
    async with login(sandbox, intents=intents):
        make(sandbox)
        with pytest.raises(Refused):
            sandbox.people.message("ann", "spam")
    assert (
        heard(sandbox, "AUTO_MODERATION_ACTION_EXECUTION")
        == heard(sandbox, "AUTO_MODERATION_RULE_CREATE")
        == []
    )


async def test_rules_spare_bots_managers_exempt_roles_and_channels_and_rest_when_disabled(
    green, sandbox, bot
):
    made = make(sandbox, exempt_roles=["moderator"], exempt_channels=["staff"])
    await bot.channel().send("spam")
    for name in ("olga", "max"):
        sandbox.people.message(name, "spam")
    sandbox.people.message("mel", "spam", channel_id="staff")
    for name in ("mel", "ann"):
        with pytest.raises(Refused):
            sandbox.people.message(name, "spam")
    sandbox.people.automod("olga", "edit", rule_id=made["id"], rule={"enabled": False})
    sandbox.people.message("ann", "spam")
    assert said(sandbox) == ["spam"] * 4


def test_too_many_mentions_are_blocked_each_counted_once(green, sandbox):
    make(sandbox, kind=5)
    ids = list(green.members)[:3]
    sandbox.people.message("ann", f"<@{ids[0]}> <@!{ids[0]}> <@{ids[1]}>")
    with pytest.raises(Refused):
        sandbox.people.message("ann", f"<@{ids[0]}> <@{ids[1]}> <@&{ids[2]}>")


def test_preset_lists_are_small_and_harmless_and_spam_rules_are_only_kept(green, sandbox):
    make(sandbox, kind=4)
    make(sandbox, kind=3)
    with pytest.raises(Refused):
        sandbox.people.message("ann", "Heck!")
    sandbox.people.message("ann", "free free free money money")


async def test_people_make_rules_by_hand_with_names(green, sandbox, http):
    url = f"{sandbox.url}/sandbox/people/olga/automod"
    async with http.post(url, json={"action": "create", "rule": rule(exempt_roles=["moderator"])}) as answer:
        made = await answer.json()
        assert (answer.status, made["name"]) == (200, "Rule")
    moderator = next(role for role in green.roles.values() if role.name == "moderator")
    assert made["exempt_roles"] == [str(moderator.id)]
    edited = sandbox.people.automod("olga", "edit", rule_id="rule", rule={"name": "Words"}, reason="clearer")
    assert edited["name"] == "Words"
    sandbox.people.automod("olga", "delete", rule_id="Words")
    assert [entry.action_type for entry in green.audit] == [140, 141, 142]
    with pytest.raises(UnknownName, match="has no rule"):
        sandbox.people.automod("olga", "delete", rule_id="Words")
    with pytest.raises(UnknownName, match="There is no action"):
        sandbox.people.automod("olga", "praise")
