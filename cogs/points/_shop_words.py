"""Items and purchases in words."""

from collections.abc import Iterator
from datetime import timedelta

import discord
from discord.utils import format_dt

from bot.durations import format_duration
from bot.typed import cut, one_line, shown
from cogs.points._group import points_in_words
from cogs.points._mentions import role_mention
from database.models.shop import LONGEST_DESCRIPTION, Purchase, PurchaseState, ShopItem
from database.models.shop_steps import Bought


def item_name(item: ShopItem) -> str:
    return f"**{one_line(item.name, 60)}**"


def item_in_words(guild: discord.Guild, item: ShopItem, longest: int = 2 * LONGEST_DESCRIPTION) -> str:
    """A line with its price, and what is to be known before it is bought. `longest`: of its description, escaped."""
    lines = [f"{item_name(item)} · {points_in_words(item.price)}"]
    if item.description:
        lines.append(shown(cut(item.description, LONGEST_DESCRIPTION), longest))
    if facts := " · ".join(_facts(guild, item)):
        lines.append(f"-# {facts}")
    return "\n".join(lines)


def _facts(guild: discord.Guild, item: ShopItem) -> Iterator[str]:
    if item.role_id is not None:
        kept = "" if item.seconds is None else f" for {format_duration(timedelta(seconds=item.seconds))}"
        yield f"the role {role_mention(guild, item.role_id)}{kept}"
    if item.stock is not None:
        yield f"{item.stock:,} left" if item.stock else "sold out"
    if item.most_each is not None:
        yield f"at most {item.most_each:,} each"
    if item.required_role_id is not None:
        yield f"only for {role_mention(guild, item.required_role_id)}"
    if item.required_level is not None:
        yield f"from level {item.required_level:,}"
    if item.sells_until is not None:
        yield f"until {format_dt(item.sells_until, 'f')}"


def outcome_in_words(purchase: Purchase, name: str, left: int | None) -> str:
    """What came of a purchase, for who bought it. `left`: what they could spend after it; None: not said."""
    price = points_in_words(purchase.price)
    match purchase.state:
        case PurchaseState.HELD:
            return (
                f"{name} is on its way: {price} are held until you have the role. "
                "`/shop inventory` shows what came of it."
            )
        case PurchaseState.REFUSED:
            return f"You did not get {name} and keep your {price}. {purchase.trouble or ''}".rstrip()
        case PurchaseState.UNDONE:
            return f"You bought {name}, and it was refunded: {price}."
        case PurchaseState.EXPIRED:
            return f"You bought {name} for {price}. Its time is over."
    has = f"You bought {name} for {price}{'' if left is None else f' and have {left:,} left'}."
    if purchase.role_id is None:
        return has
    until = f" until {format_dt(purchase.expires_at, 'f')}" if purchase.expires_at else ""
    return f"{has} The role <@&{purchase.role_id}> is yours{until}."


def bought_in_words(guild: discord.Guild, bought: Bought) -> str:
    """A line of an inventory."""
    role = f" · {role_mention(guild, bought.role_id)}" if bought.role_id else ""
    start = f"`{bought.purchase_id}` **{one_line(bought.name, 60)}** · {bought.price:,}{role}"
    return f"{start} · {_state_in_words(bought)} · {format_dt(bought.created_at, 'd')}"


def buyer_in_words(bought: Bought) -> str:
    """A line of an item's buyers."""
    start = f"`{bought.purchase_id}` <@{bought.buyer_id}> · {bought.price:,}"
    return f"{start} · {_state_in_words(bought, 'has it')} · {format_dt(bought.created_at, 'd')}"


def _state_in_words(bought: Bought, has: str = "yours") -> str:
    match bought.state:
        case PurchaseState.DONE if bought.expires_at:
            return f"until {format_dt(bought.expires_at, 'R')}"
        case PurchaseState.DONE:
            return has
        case PurchaseState.HELD:
            return "on its way"
        case PurchaseState.REFUSED:
            return f"not paid: {one_line(bought.trouble or 'it could not be given', 120)}"
        case PurchaseState.UNDONE:
            return "refunded"
        case PurchaseState.EXPIRED:
            return "over"
