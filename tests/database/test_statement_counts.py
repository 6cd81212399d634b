"""How many statements each action takes: a list of fifty rows takes as many as a list of one."""

import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from database.actions import action
from database.clock import clock
from database.controllers._base import BaseController
from database.models import (
    ALL_TIME,
    Act,
    ActState,
    AuditFilter,
    AutomodMode,
    CaseFilter,
    CaseKind,
    Deed,
    Delivery,
    DirectMessage,
    DraftState,
    ExportFormat,
    JobFilter,
    Key,
    MassJob,
    OutboxRow,
    Plan,
    Progress,
    Proof,
    ReportFilter,
    RestrictionKind,
    Target,
    plan_ban,
)
from database.models.case import CASES, REVISIONS
from database.models.earning import BoostSubject, Earner, Earning, RuleSubject
from database.models.hold_steps import DueHold
from database.models.level import SyncPart
from database.models.point_batch import BatchKind
from database.models.points import SHOP, Source
from database.models.proof_steps import FREEZE_LEDGER
from database.models.shop import Buyer, ShopItem
from database.models.shop_steps import BoughtBy
from database.reversing import Spent
from database.service import DatabaseService
from database.session_starts import StartLimits
from database.shards import WHOLE_BOT

ANN, BEN = 5_001, 5_002
Words = dict[str, Any]


class World:
    """One guild with rows of everything."""

    def __init__(self, database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> None:
        self.database, self.new_id = database, new_id
        self.guild: Words = {"guild_id": guild_id}
        self.claimed: list[OutboxRow] = []
        self.acts: list[Act] = []
        self.open_reports: list[int] = []
        self.worked_on = self.rounds = 0

    @property
    def request(self) -> Words:
        return {**self.guild, "interaction_id": self.new_id()}

    @property
    def opening(self) -> Words:
        people = {"target_id": 11, "target_name": "ann", "moderator_id": 22, "moderator_name": "max"}
        return {
            **self.request,
            **people,
            "kind": CaseKind.WARN,
            "reason": "spam",
            "proof": [Proof("p", b"x")],
        }

    @property
    def award(self) -> Words:
        receiver = {"receiver_id": ANN, "receiver_is_bot": False}
        return {**self.request, **receiver, "amount": 9, "reason": f"r{self.new_id()}", "actor_id": 1}

    def deed(self, kind: CaseKind) -> Words:
        """By hand, with an id that is newer than all others, of somebody else each time."""
        people = {
            "target_id": self.new_id(),
            "target_name": "ben",
            "moderator_id": 22,
            "moderator_name": "max",
        }
        return {**self.guild, "deed": Deed(entry_id=self.new_id(), kind=kind, at=clock.now(), **people)}

    def change(self, value: int) -> Words:
        return {**self.request, "setting": "message_cooldown_seconds", "value": value, "changed_by_id": 1}

    def edit(self) -> Words:
        return {**self.request, "number": 1, "reason": f"r{self.new_id()}", "editor_id": 1}

    def work(self) -> Words:
        """On a case that nobody has worked on before."""
        return {**self.request, "number": self.worked_on, "editor_id": 1}

    @property
    def appealing(self) -> Words:
        return {"appellant_id": 11, "limit": 3, "cooldown_days": 7}

    def appeal(self) -> int:
        """The one that this round makes."""
        return self.rounds

    @property
    def asking(self) -> Words:
        files = [Proof("a", b"x")] * 5
        return {**self.request, "question": "moment_ago", "asked_by_id": 22, "request": {}, "proof": files}

    @property
    def report(self) -> Words:
        people = {
            "target_id": ANN,
            "target_name": "ann",
            "reporter_id": self.new_id(),
            "reporter_name": "ben",
        }
        return {**self.request, **people, "reason": "rude", "channel_id": 1, "message_id": self.new_id()}

    async def promise(self) -> DueHold:
        """One more that is over and open."""
        over = clock.now()
        await self.database.holds.hold(**{**self.holding, "expires_at": over})
        [due] = await self.database.holds.due(since=over - timedelta.resolution, now=over, limit=2)
        return due

    @property
    def reward(self) -> Words:
        """Of the level that this round gives one, and takes it from."""
        return {**self.request, "level": self.rounds, "changed_by_id": 1}

    @property
    def by_staff(self) -> Words:
        return {**self.request, "reason": "x", "actor_id": 1}

    @property
    def numbered(self) -> Words:
        return {**self.guild, "source": Source.INTERACTION, "external_id": self.new_id(), "actor_id": 1}

    @property
    def holding(self) -> Words:
        return {**self.numbered, "debit_id": ANN, "credit_id": SHOP, "amount": 1, "note": None}

    def said(self) -> list[Earning]:
        return [Earning(self.new_id(), self.new_id(), clock.now()) for _ in range(50)]

    def expiry(self) -> Words:
        due = self.due.pop()
        return {**self.guild, "hold_id": due.hold_id, "transfer_id": due.transfer_id, "actor_id": 1}

    def press(self, number: int = 1) -> Words:
        return {**self.request, "number": number, "moderator_id": 22}

    async def grow(self, rows: int) -> None:
        """So many more of everything that a list shows, and an outbox from which enough is claimed."""
        database = self.database
        self.rounds += 1
        for _ in range(rows):
            self.worked_on = (await database.cases.open(**self.opening, tell_target=True)).number
            await database.cases.edit_reason(**self.edit())
            await database.points.award(**self.award)
            await database.points.award(**{**self.award, "receiver_id": BEN})
            await database.guild_configs.change(**self.change(self.new_id() % 86_400))
            report = await database.reports.make(**self.report)
            await database.reports.answer(**self.press(report.number), answer="Thank you.")
            self.open_reports.append(report.number)
        await self.prove(rows)
        self.due = [await self.promise() for _ in range(2)]
        self.hold_id = (await database.holds.hold(**self.holding)).operation_id
        self.awarded_id = (await database.points.award(**self.award)).operation_id
        draft = await database.drafts.keep(**self.asking)
        self.draft = {**self.guild, "interaction_id": draft.interaction_id}
        whole = await database.reports.whole(**self.guild, number=1)
        self.reply_id = whole.replies[0].reply_id
        self.claimed += await database.outbox.claim(now=clock.now() + timedelta(seconds=1), limit=2)
        await self.ban_many(rows)
        await self.trade(rows)
        while await database.boards.refresh(**self.guild, now=clock.now()) is not Progress.DONE:
            pass

    async def prove(self, rows: int) -> None:
        """A batch of so many that is done, one that is not, and a ledger that was frozen and is thawed."""
        database, now = self.database, clock.now()
        self.thawing = {**self.by_staff}
        async with database.transaction(**self.guild) as tx:
            await tx.exec(FREEZE_LEDGER, **self.guild, now=now, why="a test")
        await database.checks.thaw(**self.thawing)
        self.batch = {**self.batching, "amounts": dict.fromkeys(range(6_000, 6_000 + rows), 1)}
        for words in (self.batching, self.batch):
            self.batch_id = (await database.batches.open(**words)).batch_id
            await database.batches.carry_on(**self.guild, batch_id=self.batch_id)
        self.batch_id = (await database.batches.open(**{**self.batch, **self.request})).batch_id

    @property
    def batching(self) -> Words:
        return {**self.by_staff, "change": BatchKind.AWARD, "amounts": {ANN: 1}}

    async def trade(self, rows: int) -> None:
        """Ann has bought so many, and five more are under way, each with a role of its own."""
        shop = self.database.shop
        self.pear = await shop.add(self.goods())
        for _ in range(rows):
            await shop.add(self.goods())
            await self.database.purchases.buy(**self.buying(self.pear))
        roles = [await shop.add(self.goods(role_id=self.new_id(), seconds=60)) for _ in range(5)]
        self.held = [(await self.database.purchases.buy(**self.buying(each))).purchase for each in roles]
        self.bought = (await self.database.purchases.buy(**self.buying(self.pear))).purchase
        self.expired = await self.database.purchase_work.given(self.held.pop())

    def goods(self, **more: Any) -> ShopItem:
        name = f"g{self.new_id()}"
        return ShopItem(**self.request, name=name, price=1, stock=99, added_by_id=1, **more)

    def buying(self, item: ShopItem) -> Words:
        who = {"buyer": Buyer(ANN), "proposal_id": self.new_id()}
        return {**self.guild, **who, "item_id": item.item_id, "shown_price": 1}

    async def ban_many(self, people: int) -> None:
        """Three jobs: one that is done, one whose people were sent, and one that has just begun."""
        self.mass_done, self.mass_sent, self.mass_begun = [await self.mass_job(people) for _ in range(3)]
        for job in (self.mass_done, self.mass_sent):
            planned = await self.database.mass_work.plan(job, left_out={})
            self.mass_acts = [act.act_id for act in planned]
            if job is self.mass_done:
                await self.database.mass_work.settle(**self.settling)
                await self.database.mass_work.end_turn(job, next_at=clock.now())

    async def mass_job(self, people: int) -> MassJob:
        targets = [Target(self.new_id(), "raider") for _ in range(people)]
        by = {"moderator_id": 22, "moderator_name": "max", "reason": "raid"}
        await self.database.mass_jobs.begin(**self.request, **by, targets=targets)
        claimed = await self.database.mass_work.claim(now=clock.now(), limit=1000)
        return next(job for job in claimed if job.guild_id == self.guild["guild_id"])

    @property
    def settling(self) -> Words:
        return {**self.guild, "act_ids": self.mass_acts, "refused": {}, "notes": {}}

    async def ban(self) -> None:
        """One that stands, and nothing of it is on its way."""
        banned = {**self.opening, "target_id": self.new_id(), "kind": CaseKind.BAN}
        standing = Plan(wants=plan_ban(until=None).wants)
        self.ban_number = (await self.database.cases.open(**banned, plan=standing)).number

    async def plan(self, acts: int = 8) -> None:
        """Bans that were asked for, taken and not carried out yet."""
        for _ in range(acts):
            asked = {**self.opening, "target_id": self.new_id(), "kind": CaseKind.BAN}
            await self.database.cases.open(**asked, plan=plan_ban(until=clock.now() + timedelta(days=1)))
            taken = await self.database.acts.take(**self.guild, interaction_id=asked["interaction_id"])
            self.acts += taken

    async def statements_of(self, name: str, words: Words) -> int:
        """What one run takes, by the figures that `/metrics` shows."""
        topic, verb = name.split(".")
        figures = self.database.figures.of(name)
        before = figures.statements
        running = getattr(getattr(self.database, topic), verb)(*words.pop("row", ()), **words)
        if inspect.isasyncgen(running):
            assert [row async for row in running]
        else:
            await running
        return figures.statements - before


@pytest.fixture
def world(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> World:
    return World(database, guild_id, new_id)


TAKES: dict[str, tuple[int, Callable[[World], Words]]] = {
    "acts.absent": (8, lambda w: {"row": [w.acts.pop()], "reason": "gone"}),
    "acts.claim": (1, lambda _: {"now": clock.now() - timedelta(days=9)}),
    "acts.done": (8, lambda w: {"row": [w.acts.pop()]}),
    "acts.hurry": (1, lambda w: {**w.guild, "now": clock.now()}),
    "acts.hurry_all": (1, lambda _: {"now": clock.now()}),
    "acts.keep": (1, lambda w: {"row": [w.acts[-1]]}),
    "acts.lost": (5, lambda w: {"row": [w.acts.pop()], "reason": "nobody can tell"}),
    "acts.of_case": (1, lambda w: {**w.guild, "number": w.ban_number}),
    "acts.postponed": (
        3,
        lambda w: {"row": [w.acts.pop()], "state": ActState.UNKNOWN, "error": "502", "next_at": clock.now()},
    ),
    "acts.refused": (8, lambda w: {"row": [w.acts.pop()], "reason": "no", "next_at": clock.now()}),
    "acts.retry_now": (1, lambda w: {**w.guild, "act_id": 1}),
    "acts.send": (5, lambda w: {"row": [w.acts[-1]]}),
    "acts.take": (1, lambda w: w.request),
    "appeals.may": (2, lambda w: {**w.guild, **w.appealing, "case_number": 1}),
    "appeals.of_case": (1, lambda w: {**w.guild, "case_number": 1}),
    "appeals.led_to": (1, lambda w: {**w.guild, "case_number": 1}),
    "appeals.own": (1, lambda _: {"appellant_id": 11}),
    "appeals.own_cases": (1, lambda w: {"target_id": 11, "first_guild_id": w.guild["guild_id"]}),
    "appeals.make": (
        7, lambda w: {**w.request, **w.appealing, "case_number": 3 - w.appeal(), "appeal": "it was not me"},
    ),
    "appeals.decide": (
        9,
        lambda w: {
            **w.request, "number": w.appeal(), "is_approved": False, "reviewer_id": 5, "reviewer_name": "mia",
        },
    ),
    "appeals.get": (1, lambda w: {**w.guild, "number": w.appeal()}),
    "appeals.posted": (
        1, lambda w: {**w.guild, "number": w.appeal(), "channel_id": 1, "message_id": 2, "digest": bytes(32)},
    ),
    "appeals.show_again": (1, lambda w: w.guild),
    "appeals.told": (3, lambda w: {**w.guild, "number": w.appeal(), "outcome": DirectMessage.SENT}),
    "audit.count": (1, lambda w: {**w.guild, "matching": AuditFilter()}),
    "audit.export": (1, lambda w: {**w.guild, "matching": AuditFilter()}),
    "audit.page": (1, lambda w: {**w.guild, "matching": AuditFilter(), "limit": 100}),
    "case_edits.void": (5, lambda w: w.work()),
    "case_edits.tell_void": (3, lambda w: {**w.guild, "number": w.worked_on}),
    "case_edits.void_told": (
        2, lambda w: {**w.guild, "number": w.worked_on, "outcome": DirectMessage.SENT},
    ),
    "case_edits.restore": (6, lambda w: w.work()),
    "case_edits.revert": (6, lambda w: {**w.work(), "revision": 2, "seen": 2}),
    "case_edits.duration": (
        8,
        lambda w: {
            **w.request, "number": w.ban_number, "editor_id": 1,
            "expires_at": clock.now() + timedelta(days=w.worked_on),
        },
    ),
    "case_evidence.add": (5, lambda w: {**w.request, "number": 1, "added_by_id": 1, "proof": [Proof("a", b"x")] * 5}),
    "case_evidence.contents": (1, lambda w: {**w.guild, "number": 1, "positions": range(1, 50)}),
    "case_evidence.let_go": (1, lambda _: {"now": clock.now()}),
    "case_exports.note": (
        2,
        lambda w: {
            **w.request, "matching": CaseFilter(), "format": ExportFormat.CSV, "cases": 1, "exported_by_id": 1,
        },
    ),
    "case_exports.stream": (1, lambda w: {**w.guild, "matching": CaseFilter()}),
    "case_notes.write": (
        5, lambda w: {**w.request, "number": 1, "note": "x", "author_id": 1, "author_name": "a"},
    ),
    "batches.carry_on": (6, lambda w: {**w.guild, "batch_id": w.batch_id}),
    "batches.differences": (1, lambda w: {**w.guild, "amounts": w.batch["amounts"]}),
    "batches.left_out": (1, lambda w: {**w.guild, "batch_id": w.batch_id}),
    "batches.open": (2, lambda w: {**w.batch, **w.request}),
    "batches.open_reversal": (
        4, lambda w: {**w.by_staff, "of_batch_id": w.batch["interaction_id"], "policy": Spent.DEBT},
    ),
    "batches.operations": (1, lambda w: {**w.guild, "batch_id": w.batch_id}),
    "batches.recent": (1, lambda w: w.guild),
    "batches.unfinished": (1, lambda _: {}),
    "batches.would_move_back": (5, lambda w: {**w.guild, "operation_id": w.awarded_id, "policy": Spent.DEBT}),
    "boards.after": (2, lambda w: {**w.guild, "board": ALL_TIME, "key": Key(9, 9)}),
    "boards.around": (3, lambda w: {**w.guild, "board": ALL_TIME, "user_id": ANN}),
    "boards.at": (2, lambda w: {**w.guild, "board": ALL_TIME, "key": Key(9, 9)}),
    "boards.before": (4, lambda w: {**w.guild, "board": ALL_TIME, "key": Key(2**62, 9)}),
    "boards.behind": (1, lambda w: {"guild_ids": [w.guild["guild_id"]]}),
    "boards.forget_old": (3, lambda w: {**w.guild, "now": clock.now()}),
    "boards.page": (2, lambda w: {**w.guild, "board": ALL_TIME}),
    "boards.place": (1, lambda w: {**w.guild, "user_id": ANN}),
    "boards.refresh": (7, lambda w: {**w.guild, "now": clock.now()}),
    "by_hand.advance": (1, lambda w: {**w.guild, "entry_id": 1}),
    "by_hand.begin": (1, lambda w: {**w.guild, "entry_id": 1}),
    "by_hand.cursor": (1, lambda w: w.guild),
    "by_hand.known": (1, lambda w: {**w.guild, "entry_ids": list(range(50))}),
    "by_hand.note": (4, lambda w: w.deed(CaseKind.BAN)),
    "by_hand.own": (
        2, lambda w: {**w.guild, "entry_id": w.new_id(), "number": 1, "target_id": 11, "kind": CaseKind.BAN},
    ),
    "by_hand.seen": (5, lambda w: w.deed(CaseKind.BAN)),
    "by_hand.unreadable": (3, lambda w: {**w.guild, "entry_id": 1, "now": clock.now()}),
    "cases.count": (1, lambda w: {**w.guild, "matching": CaseFilter()}),
    "cases.edit_reason": (5, World.edit),
    "cases.export": (1, lambda w: {**w.guild, "matching": CaseFilter()}),
    "cases.get": (1, lambda w: {**w.guild, "number": 1}),
    "cases.logged": (1, lambda w: {**w.guild, "number": 1, "channel_id": 1, "message_id": 2, "digest": bytes(32)}),
    "cases.lost_posts": (1, lambda w: {**w.guild, "post_ids": range(1, 99), "due_at": clock.now()}),
    "cases.of_interaction": (1, lambda w: w.request),
    "cases.open": (2, lambda w: w.opening),
    "cases.page": (1, lambda w: {**w.guild, "matching": CaseFilter(text="sp"), "before": [10**9], "limit": 50}),
    "cases.reasons": (1, lambda w: {**w.guild, "typed": "", "longest": 99, "limit": 50}),
    "cases.record": (1, lambda w: {**w.guild, "target_id": 11}),
    "cases.suggest": (1, lambda w: {**w.guild, "typed": "s", "limit": 50}),
    "cases.told": (3, lambda w: {**w.guild, "number": 1, "outcome": DirectMessage.SENT}),
    "cases.whole": (1, lambda w: {**w.guild, "number": 1}),
    "digests.get": (1, lambda w: {**w.guild, "week": 202647}),
    "digests.plan": (1, lambda w: {**w.guild, "week": 202647, "due_at": clock.now()}),
    "digests.posted": (1, lambda w: {**w.guild, "week": 202647, "message_id": 1}),
    "digests.sent": (
        1, lambda w: {**w.guild, "week": 202647, "channel_id": 1, "sent_at": clock.now(), "seen_at": None},
    ),
    "digests.servers": (1, lambda _: {}),
    "digests.skip": (1, lambda w: {**w.guild, "week": 202647}),
    "drafts.answer": (
        2, lambda w: {**w.draft, "question": "moment_ago", "answered_by_id": 22, "state": DraftState.CONFIRMED},
    ),
    "drafts.forget_old": (1, lambda _: {"now": clock.now()}),
    "drafts.get": (1, lambda w: w.draft),
    "drafts.keep": (3, lambda w: w.asking),
    "drafts.posted": (3, lambda w: {**w.draft, "channel_id": 1, "message_id": 2}),
    "drafts.proof": (1, lambda w: w.draft),
    "drafts.show_again": (2, lambda w: w.draft),
    "drafts.shown": (2, lambda w: w.draft),
    "drafts.waiting": (1, lambda w: {**w.guild, "question": "moment_ago"}),
    "earning_rules.all": (2, lambda w: w.guild),
    "earning_rules.boost": (
        9,
        lambda w: {
            **w.request, "subject": BoostSubject.SERVER, "percent": 200, "lasts": timedelta(hours=1),
            "changed_by_id": 1,
        },
    ),
    "earning_rules.change": (
        8,
        lambda w: {
            **w.request, "subject": RuleSubject.ROLE, "subject_id": 7, "percent": 1 + w.new_id() % 99,
            "changed_by_id": 1,
        },
    ),
    "earning_rules.end_boost": (3, lambda w: {**w.request, "boost_id": 1, "changed_by_id": 1}),
    "earnings.choose_zone": (1, lambda w: {**w.guild, "user_id": ANN, "time_zone": "UTC"}),
    "earnings.daily": (7, lambda w: {**w.request, "user_id": w.new_id()}),
    "earnings.earn": (8, lambda w: {**w.guild, "earner": Earner.MESSAGE, "earnings": w.said()}),
    "earnings.forget_old": (1, lambda _: {"now": clock.now()}),
    "earnings.next_daily": (2, lambda w: {**w.guild, "user_id": ANN}),
    "earnings.preview": (4, lambda w: {**w.guild, "user_id": ANN, "imagined": {Earner.MESSAGE: w.said()[0]}}),
    "earnings.thank": (
        7,
        lambda w: {
            **w.request, "giver_id": w.new_id(), "receiver_id": BEN, "receiver_is_bot": False, "note": None,
        },
    ),
    "guild_configs.automod_rules": (1, lambda w: w.guild),
    "guild_configs.change": (6, lambda w: w.change(w.new_id() % 86_400)),
    "guild_configs.change_automod_rule": (
        8,
        lambda w: {
            **w.request, "rule_id": 5, "mode": AutomodMode.WARN, "points": w.new_id() % 100, "changed_by_id": 1,
        },
    ),
    "guild_configs.change_template": (
        8, lambda w: {**w.request, "template": "warn", "text": f"t{w.new_id()}", "changed_by_id": 1},
    ),
    "guild_configs.read": (1, lambda w: w.guild),
    "guild_configs.templates": (1, lambda w: w.guild),
    "guild_configs.warm_up": (1, lambda w: {"guild_ids": [w.guild["guild_id"], *range(1, 99)]}),
    "jobs.alert": (1, lambda w: {**w.guild, "case_number": 1}),
    "jobs.alert_over": (1, lambda w: {**w.guild, "case_number": 1}),
    "jobs.alerted": (1, lambda w: {**w.guild, "case_number": 1, "channel_id": 1, "message_id": 2}),
    "jobs.count": (1, lambda w: {**w.guild, "matching": JobFilter()}),
    "jobs.export": (1, lambda w: {**w.guild, "matching": JobFilter()}),
    "jobs.page": (1, lambda w: {**w.guild, "matching": JobFilter(case_number=1), "limit": 50}),
    "jobs.waiting": (1, lambda _: {"now": clock.now()}),
    "ladders.add_step": (
        8,
        lambda w: {
            **w.request, "threshold": w.worked_on, "kind": CaseKind.KICK, "changed_by_id": 1,
        },
    ),
    "ladders.consequences_of": (1, lambda w: {**w.guild, "number": 1}),
    "ladders.presets": (1, lambda w: w.guild),
    "ladders.put_preset": (
        8,
        lambda w: {
            **w.request, "name": "ads", "reason": "No ads.", "weight": 2, "is_new": True, "changed_by_id": 1,
        },
    ),
    "ladders.remove_preset": (8, lambda w: {**w.request, "name": "ads", "changed_by_id": 1}),
    "ladders.remove_step": (8, lambda w: {**w.request, "threshold": w.worked_on, "changed_by_id": 1}),
    "ladders.standing": (1, lambda w: {**w.guild, "target_id": 11}),
    "ladders.steps": (1, lambda w: w.guild),
    "mass_jobs.begin": (
        4,
        lambda w: {
            **w.request, "targets": [Target(w.new_id(), "raider") for _ in range(50)], "moderator_id": 22,
            "moderator_name": "max", "reason": "raid",
        },
    ),
    "mass_jobs.results": (1, lambda w: {**w.guild, "number": w.mass_done.number}),
    "mass_jobs.banned_for_a_time": (1, lambda w: {**w.guild, "user_ids": [11, 12]}),
    "mass_jobs.show": (2, lambda w: {**w.guild, "number": w.mass_done.number}),
    "mass_jobs.state": (2, lambda w: {**w.guild, "number": w.mass_done.number}),
    "mass_jobs.undo": (
        9, lambda w: {**w.request, "number": w.mass_done.number, "editor_id": 22, "editor_name": "max"},
    ),
    "mass_work.claim": (1, lambda _: {"now": clock.now() - timedelta(days=9)}),
    "mass_work.keep": (2, lambda w: {"row": [w.mass_sent], "act_ids": w.mass_acts}),
    "mass_work.upcoming": (4, lambda w: {"row": [w.mass_sent]}),
    "mass_work.plan": (12, lambda w: {"row": [w.mass_begun], "left_out": {}}),
    "mass_work.leave_out_rest": (2, lambda w: {"row": [w.mass_begun], "reason": "no"}),
    "mass_work.release": (1, lambda w: {**w.guild, "act_ids": w.mass_acts, "error": "502"}),
    "mass_work.settle": (6, lambda w: w.settling),
    "mass_work.end_turn": (6, lambda w: {"row": [w.mass_sent], "next_at": clock.now()}),
    "mass_jobs.stop": (3, lambda w: {**w.guild, "number": w.mass_begun.number, "moderator_id": 22}),
    "outbox.claim": (1, lambda _: {"now": clock.now(), "limit": 50}),
    "outbox.claim_one": (
        1, lambda w: {**w.guild, "delivery": Delivery.CASE_LOG, "subject_id": 1, "now": clock.now()},
    ),
    "outbox.delivered": (1, lambda w: {"row": [w.claimed.pop()]}),
    "outbox.try_later": (1, lambda w: {"row": [w.claimed.pop()], "next_at": clock.now(), "error": "no"}),
    "outbox.hurry": (1, lambda w: {**w.guild, "now": clock.now()}),
    "outbox.hurry_all": (1, lambda _: {"now": clock.now()}),
    "outbox.pending": (1, lambda w: w.guild),
    "fines.behind": (1, lambda _: {"limit": 50}),
    "fines.catch_up": (2, lambda w: {**w.guild, "number": 1}),
    "holds.capture": (4, lambda w: {**w.numbered, "hold_id": w.hold_id}),
    "holds.due": (1, lambda _: {"since": clock.now(), "now": clock.now(), "limit": 50}),
    "holds.expire": (4, lambda w: w.expiry()),
    "holds.hold": (2, lambda w: w.holding),
    "holds.void": (4, lambda w: {**w.numbered, "hold_id": w.due.pop().hold_id}),
    "levels.add_reward": (9, lambda w: {**w.reward, "role_id": w.new_id()}),
    "levels.ask_roles": (1, lambda w: {**w.guild, "user_ids": range(1_000, 1_050)}),
    "levels.can_give": (2, lambda w: {**w.guild, "role_id": 1}),
    "levels.cannot_give": (1, lambda w: {**w.guild, "role_id": 1}),
    "levels.newest": (1, lambda w: {**w.guild, "user_id": ANN}),
    "levels.next_of_sync": (1, lambda w: {**w.guild, "limit": 50}),
    "levels.rewards": (1, lambda w: w.guild),
    "levels.roles": (5, lambda w: {**w.guild, "user_id": ANN}),
    "levels.standing": (2, lambda w: {**w.guild, "user_id": ANN}),
    "levels.sync": (1, lambda w: w.guild),
    "levels.synced": (1, lambda w: {**w.guild, "part": SyncPart(1, 0, []), "reached_id": ANN}),
    "levels.told": (1, lambda w: {**w.guild, "role_id": 1}),
    "levels.remove_reward": (9, lambda w: w.reward),
    "points.award": (2, lambda w: w.award),
    "points.award_many": (
        4,
        lambda w: {**w.request, "amounts": {w.new_id(): 1 for _ in range(50)}, "reason": "r", "actor_id": 1},
    ),
    "points.award_reasons": (1, lambda w: {**w.guild, "typed": "", "longest": 99, "limit": 50}),
    "points.balance": (1, lambda w: {**w.guild, "user_id": ANN}),
    "points.balance_at": (1, lambda w: {**w.guild, "user_id": ANN, "at": clock.now()}),
    "points.funds": (1, lambda w: {**w.guild, "user_id": ANN}),
    "points.history": (1, lambda w: {**w.guild, "user_id": ANN, "limit": 50}),
    "points.transfer": (
        3,
        lambda w: {
            **w.request, "giver_id": ANN, "receiver_id": BEN, "receiver_is_bot": False, "amount": 1, "note": None,
        },
    ),
    "processes.draw_requests": (1, lambda _: {}),
    "processes.leases": (1, lambda _: {}),
    "processes.release_leases": (1, lambda _: {"holder": "a"}),
    "processes.renew_leases": (3, lambda _: {"holder": "a", "shards": WHOLE_BOT}),
    "processes.take_turn": (
        2,
        lambda _: {
            "slot": 0, "slots": 1, "limits": StartLimits(1000, 1000, clock.now()), "least_seconds": 5,
        },
    ),
    "purchase_work.begin": (2, lambda w: {"purchase": w.held[0]}),
    "purchase_work.claim": (1, lambda _: {"now": clock.now()}),
    "purchase_work.given": (7, lambda w: {"purchase": w.held[1]}),
    "purchase_work.postponed": (2, lambda w: {"purchase": w.held[2], "error": "away", "next_at": clock.now()}),
    "purchase_work.refused": (8, lambda w: {"purchase": w.held[3], "reason": "no"}),
    "purchase_work.taken": (2, lambda w: {"purchase": w.expired}),
    "purchases.buy": (8, lambda w: w.buying(w.pear)),
    "purchases.page": (1, lambda w: {**w.guild, "matching": BoughtBy(ANN), "limit": 50}),
    "purchases.refund": (
        9,
        lambda w: {**w.request, "purchase_id": w.bought.purchase_id, "restock": True, "note": None, "actor_id": 1},
    ),
    "purchases.would_leave": (4, lambda w: {**w.guild, "item_id": w.pear.item_id, "buyer": Buyer(ANN)}),
    "reports.answer": (9, lambda w: {**w.press(), "answer": "Thank you."}),
    "reports.close": (9, lambda w: {**w.press(w.open_reports.pop()), "answer": "Done."}),
    "reports.count": (1, lambda w: {**w.guild, "matching": ReportFilter()}),
    "reports.export": (1, lambda w: {**w.guild, "matching": ReportFilter()}),
    "reports.forget_snapshots": (2, lambda _: {"now": clock.now()}),
    "reports.keep_snapshot": (5, lambda w: {**w.request, "proofs": [Proof("a", b"x")] * 5}),
    "reports.make": (8, lambda w: w.report),
    "reports.page": (1, lambda w: {**w.guild, "matching": ReportFilter(waiting=True), "limit": 50}),
    "reports.posted": (1, lambda w: {**w.guild, "number": 1, "channel_id": 1, "message_id": 2, "digest": bytes(32)}),
    "reports.replied": (3, lambda w: {**w.guild, "reply_id": w.reply_id, "outcome": DirectMessage.SENT}),
    "reports.reply": (1, lambda w: {**w.guild, "reply_id": w.reply_id}),
    "reports.show_again": (1, lambda w: w.guild),
    "reports.snapshot": (1, lambda w: w.request),
    "reports.take": (6, World.press),
    "reports.release": (6, World.press),
    "reports.whole": (1, lambda w: {**w.guild, "number": 1}),
    "restrictions.banned": (1, lambda w: {**w.guild, "typed": ""}),
    "restrictions.came_back": (2, lambda w: {**w.guild, "user_id": 12, "now": clock.now()}),
    "restrictions.get": (1, lambda w: {**w.guild, "subject_id": 11, "kind": RestrictionKind.BAN}),
    "restrictions.lift": (1, lambda w: {**w.guild, "number": 1}),
    "restrictions.roles_differ": (
        1, lambda w: {**w.guild, "user_id": 12, "role_ids": [1, 2], "now": clock.now()},
    ),
    "restrictions.standing": (1, lambda w: {**w.guild, "subject_id": 11}),
    "checks.days": (1, lambda w: {**w.guild, "first": clock.now().date()}),
    "checks.follow": (6, lambda w: {**w.guild, "now": clock.now()}),
    "checks.frozen": (1, lambda w: w.guild),
    "checks.look_in_turn": (6, lambda w: {**w.guild, "now": clock.now()}),
    "checks.look_at_accounts": (3, lambda w: {**w.guild, "place": 0, "now": clock.now()}),
    "checks.look_at_operations": (2, lambda w: {**w.guild, "place": 0, "now": clock.now()}),
    "checks.thaw": (3, lambda w: w.thawing),
    "checks.totals": (1, lambda w: w.guild),
    "ledger_exports.stream": (2, lambda w: w.guild),
    "staff_points.freeze": (3, lambda w: {**w.by_staff, "member_id": BEN}),
    "staff_points.reverse": (5, lambda w: {**w.by_staff, "operation_id": w.awarded_id, "policy": Spent.DEBT}),
    "staff_points.set": (
        2, lambda w: {**w.by_staff, "member_id": BEN, "member_is_bot": False, "balance": w.new_id() % 10_000},
    ),
    "staff_points.take": (2, lambda w: {**w.by_staff, "member_id": ANN, "amount": 1}),
    "staff_points.unfreeze": (3, lambda w: {**w.by_staff, "member_id": BEN}),
    "shop.add": (3, lambda w: {"item": w.goods()}),
    "shop.edit": (2, lambda w: {**w.guild, "item_id": w.pear.item_id, "changes": {"stock": 99}}),
    "shop.item": (1, lambda w: {**w.guild, "item_id": w.pear.item_id}),
    "shop.named": (1, lambda w: {**w.guild, "name": w.pear.name}),
    "shop.remove": (2, lambda w: {**w.guild, "item_id": w.pear.item_id}),
    "shop.shelf": (1, lambda w: {**w.guild, "limit": 50}),
    "shop.suggest": (1, lambda w: {**w.guild, "typed": ""}),
    "seasons.start": (5, lambda w: {**w.request, "name": "one", "actor_id": 1}),
    "seasons.would_take": (2, lambda w: {**w.guild, "name": "one"}),
    "seasons.end": (
        5, lambda w: {**w.request, "name": "one", "reset": False, "actor_id": 1},
    ),
    "seasons.get": (1, lambda w: {**w.guild, "number": 1}),
    "seasons.list": (1, lambda w: w.guild),
    "staff_guards.get": (1, lambda w: {**w.guild, "moderator_id": 22}),
    "staff_guards.paused": (1, lambda w: w.guild),
    "staff_guards.resume": (3, lambda w: {**w.request, "moderator_id": 22, "changed_by_id": 1}),
    "statistics.of_days": (3, lambda w: {**w.guild, "days": [clock.now().date()], "time_zone": "UTC"}),
    "statistics.record": (1, lambda w: {**w.guild, "target_id": 11, "time_zone": "UTC", "now": clock.now()}),
    "users.get": (1, lambda w: {**w.guild, "user_id": ANN}),
    "users.names": (1, lambda w: {**w.guild, "user_ids": [ANN, BEN]}),
    "users.left": (2, lambda w: {**w.guild, "user_id": ANN, "name": "a", "display_name": "a", "left_at": clock.now()}),
    "users.seen": (1, lambda w: {**w.guild, "user_id": ANN, "name": "a", "display_name": "a", "seen_at": clock.now()}),
}  # fmt: skip


def actions_of(*controllers: BaseController) -> Iterator[str]:
    for controller in controllers:
        for name, method in inspect.getmembers(type(controller), inspect.isfunction):
            if hasattr(method, "is_repeatable"):
                yield f"{controller.topic}.{name}"


async def test_every_action_says_here_how_many_statements_it_takes(database: DatabaseService) -> None:
    controllers = [each for each in vars(database).values() if isinstance(each, BaseController)]
    assert sorted(actions_of(*controllers)) == sorted(TAKES)


async def test_an_action_takes_as_many_statements_for_fifty_rows_as_for_one(world: World) -> None:
    expected = {name: takes for name, (takes, _) in TAKES.items()}
    await world.grow(2)
    await world.ban()
    await world.plan()
    few = {name: await world.statements_of(name, words(world)) for name, (_, words) in TAKES.items()}
    await world.grow(50)
    await world.plan()
    many = {name: await world.statements_of(name, words(world)) for name, (_, words) in TAKES.items()}
    assert few == expected
    assert many == expected


async def test_an_action_that_asks_again_for_each_row_would_be_seen(world: World) -> None:
    class Forgetful(BaseController):
        topic = "forgetful"

        @action(repeatable=True)
        async def look(self, *, guild_id: int) -> None:
            async with self._read(guild_id=guild_id) as tx:
                for case in await CASES.find(tx, guild_id=guild_id):
                    await REVISIONS.find(tx, guild_id=guild_id, number=case.number)

    forgetful: Any = world.database
    forgetful.forgetful = Forgetful(forgetful)
    cases, counted = [], []
    for rows in (1, 3):
        await world.grow(rows)
        cases.append(await world.database.cases.count(**world.guild, matching=CaseFilter()))
        counted.append(await world.statements_of("forgetful.look", world.guild))
    assert cases[0] < cases[1]
    assert counted == [1 + number for number in cases], "one for all of them, and one for each"
