"""The shape of Reeve, read from its source: what a reviewer would otherwise have to remember."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.ext import commands
from packaging.requirements import Requirement

from bot.extensions import EXTENSIONS
from bot.permissions import level_of
from database.service import DatabaseService

PROJECT = Path(__file__).resolve().parents[1]
PRODUCT = ("bot", "cogs", "database", "sandbox", "benchmarks", "soak", "alembic")
LONGEST_FILE = 300
BEGINS_AND_ENDS = {f"database/{name}.py" for name in ("transaction", "line", "savepoint")}
OPENERS = ("self._transaction(", "self._read(", "self._snapshot(", "self._report(")
NO_ACTIONS = {"guild_configs.get", "_base.figures_of"}
"""The first answers from memory within a microsecond or two, and leaves the rest to the action `read`; the second
names the numbers that an action counts in."""
CONTROLLERS = sorted(
    set((PROJECT / "database" / "controllers").glob("*.py")) - {PROJECT / "database/controllers/__init__.py"}
)
STEPS = [PROJECT / "database" / "ledger.py", *sorted((PROJECT / "database" / "models").glob("*.py"))]


def sources(*folders: str) -> list[Path]:
    """Without what pip leaves where it built the sandbox."""
    found = (path for folder in folders for path in (PROJECT / folder).rglob("*.py"))
    return sorted(path for path in found if ".build" not in path.parts)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def transactions_in(node: ast.AST) -> list[ast.AsyncWith]:
    return [
        inner
        for inner in ast.walk(node)
        if isinstance(inner, ast.AsyncWith)
        and any(ast.unparse(item.context_expr).startswith(OPENERS) for item in inner.items)
    ]


def actions() -> Iterator[Any]:
    """The public methods of the controllers."""
    for path in CONTROLLERS:
        for controller in tree_of(path).body:
            if isinstance(controller, ast.ClassDef) and controller.name.endswith("Controller"):
                for method in controller.body:
                    name = f"{path.stem}.{getattr(method, 'name', '_')}"
                    is_function = isinstance(method, ast.AsyncFunctionDef | ast.FunctionDef)
                    if is_function and "._" not in name and name not in NO_ACTIONS:
                        yield pytest.param(method, id=name)


def complaints_about(method: ast.AST) -> list[str]:
    """What keeps an action from being one visible transaction."""
    if not isinstance(method, ast.AsyncFunctionDef):
        return ["is not async"]
    found = []
    if "action" not in {ast.unparse(decorator).partition("(")[0] for decorator in method.decorator_list}:
        found.append("is not marked as an action")
    if len(transactions_in(method)) != 1:
        found.append(f"has {len(transactions_in(method))} transactions in its own body, not one")
    if any(
        isinstance(outer, ast.For | ast.AsyncFor | ast.While) and transactions_in(outer)
        for outer in ast.walk(method)
    ):
        found.append("opens its transaction in a loop")
    ids = [argument.arg for argument in method.args.args if argument.arg.endswith(("_id", "_ids"))]
    if ids:
        found.append(f"takes {', '.join(ids)} by position")
    return found


@pytest.mark.parametrize("method", list(actions()))
def test_an_action_is_one_visible_transaction_and_its_ids_have_names(method: ast.AST) -> None:
    assert complaints_about(method) == []


@pytest.mark.parametrize(
    "fault",
    [
        "def act(self): ...",
        "async def act(self): return await self._other()",
        "async def act(self, guild_id):\n async with self._transaction(guild_id=guild_id) as tx: pass",
        "async def act(self):\n for _ in ():\n  async with self._transaction(system=True) as tx: pass",
        "async def act(self):\n async with self._transaction(system=True): pass\n"
        " async with self._transaction(system=True): pass",
    ],
)
def test_the_test_above_sees_each_fault(fault: str) -> None:
    assert complaints_about(ast.parse(fault).body[0]) != []


def test_there_are_actions_to_look_at() -> None:
    assert len(list(actions())) > 15


@pytest.mark.parametrize("path", STEPS, ids=name_of)
def test_a_step_never_opens_a_transaction(path: Path) -> None:
    called = {ast.unparse(node.func) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)}
    assert [name for name in called if name.split(".")[-1].strip("_") == "transaction"] == []


def test_a_helper_of_a_controller_opens_no_transaction() -> None:
    for path in CONTROLLERS:
        public = sum(
            len(transactions_in(param.values[0]))
            for param in actions()
            if param.id.startswith(f"{path.stem}.")
        )
        assert len(transactions_in(tree_of(path))) == public, path


def test_only_the_scope_of_a_transaction_begins_commits_and_rolls_back() -> None:
    spoken = re.compile(r"^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|START TRANSACTION)\b")
    for path in sources("bot", "cogs", "database"):
        if name_of(path) in BEGINS_AND_ENDS:
            continue
        for node in ast.walk(tree_of(path)):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and not isinstance(node.value, bytes)
            ):
                assert not spoken.match(node.value), f"{name_of(path)}:{node.lineno}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in {"commit", "rollback", "begin_nested"}, (
                    f"{name_of(path)}:{node.lineno}"
                )


def test_no_init_file_hides_a_package() -> None:
    assert [name_of(path) for path in sources("tests", "alembic") if path.name == "__init__.py"] == []


def test_every_feature_is_in_the_table_of_contents() -> None:
    files = {
        ".".join(path.relative_to(PROJECT).with_suffix("").parts)
        for path in (PROJECT / "cogs").rglob("[!_]*.py")
    }
    assert files == set(EXTENSIONS)
    assert len(set(EXTENSIONS)) == len(EXTENSIONS)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_every_feature_can_be_set_up(extension: str) -> None:
    path = PROJECT / (extension.replace(".", "/") + ".py")
    assert any(isinstance(node, ast.AsyncFunctionDef) and node.name == "setup" for node in tree_of(path).body)


@pytest.mark.parametrize("path", sources(*PRODUCT), ids=name_of)
def test_a_file_is_one_idea(path: Path) -> None:
    """A migration is a list of facts, however many they are."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE or path.parent.name == "versions", f"{lines} lines: what is the second idea?"


def test_who_may_import_whom() -> None:
    checked = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-cache",
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.fixture(scope="module")
async def tree() -> app_commands.CommandTree[Any]:
    """All features, set up without Discord or a database."""
    bot: Any = commands.Bot(command_prefix="!", intents=discord.Intents.none(), help_command=None)
    bot.database = DatabaseService("postgresql://nowhere/reeve")
    bot.settings, bot.deliverers = SimpleNamespace(), {}
    bot.add_cog, cogs = collecting(bot)
    for extension in EXTENSIONS:
        await importlib.import_module(extension).setup(bot)
    assert cogs
    return bot.tree


def collecting(bot: Any) -> tuple[Any, list[commands.Cog]]:
    """`add_cog` without its start-up: no worker begins, only the commands are registered."""
    cogs: list[commands.Cog] = []

    async def add_cog(cog: commands.Cog, **_: Any) -> None:
        cogs.append(cog)
        if cog.app_command is not None:
            bot.tree.add_command(cog.app_command)
        else:
            for command in cog.get_app_commands():
                bot.tree.add_command(command)

    return add_cog, cogs


async def test_every_command_is_described(tree: app_commands.CommandTree[Any]) -> None:
    missing = []
    for command in tree.walk_commands():
        if command.description.strip() in {"", "…"}:
            missing.append(f"/{command.qualified_name}")
        if isinstance(command, app_commands.Command):
            missing += [
                f"/{command.qualified_name} {option.name}"
                for option in command.parameters
                if str(option.description).strip() in {"", "…"}
            ]
    assert missing == []


async def test_every_command_says_who_may_use_it(tree: app_commands.CommandTree[Any]) -> None:
    commands_and_menus = [
        *(command for command in tree.walk_commands() if isinstance(command, app_commands.Command)),
        *tree.get_commands(type=discord.AppCommandType.user),
        *tree.get_commands(type=discord.AppCommandType.message),
    ]
    assert len(commands_and_menus) > 10
    assert [command.qualified_name for command in commands_and_menus if level_of(command) is None] == []


MOST_CHARACTERS = 8_000
"""https://discord.com/developers/docs/interactions/application-commands#slash-commands: of a command with all in it."""


def characters(spec: Mapping[str, Any]) -> int:
    """Of names, descriptions and values, with those of all options and choices."""
    own = sum(len(str(spec.get(key, ""))) for key in ("name", "description", "value"))
    return own + sum(characters(each) for key in ("options", "choices") for each in spec.get(key) or ())


async def test_every_command_is_as_small_as_discord_wants_it(tree: app_commands.CommandTree[Any]) -> None:
    left = {each.name: MOST_CHARACTERS - characters(each.to_dict(tree)) for each in tree.get_commands()}
    said = ", ".join(f"{name} {left[name]:,}" for name in sorted(left, key=left.__getitem__)[:5])
    print(f"Characters left: {said}.")
    assert min(left.values()) >= 0, said


def constraints() -> dict[str, str]:
    lines = (PROJECT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line), line
    return {canonical(name): version for name, version in (line.split("==") for line in lines)}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_tested_versions_are_within_the_promised_ranges() -> None:
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*declared["project"]["dependencies"], *declared["dependency-groups"]["dev"]]
    tested = constraints()
    for requirement in map(Requirement, wanted):
        version = tested[canonical(requirement.name)]
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement} but {version}"


def test_no_file_names_a_package_registry() -> None:
    """Reeve is installed from whatever index the machine is set to."""
    registry = re.compile(
        rb"(pypi|pythonhosted|npmjs|jsdelivr|unpkg|cdnjs)\.(org|com|net)|--(extra-)?index[-]url|\[\[?tool\.(uv|poetry)\.(index|source)"
    )
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True).stdout
    tracked = [PROJECT / name for name in listed.decode().split("\0") if name]
    guilty = [
        name_of(path)
        for path in tracked
        if path.is_file() and path != Path(__file__) and registry.search(path.read_bytes())
    ]
    assert guilty == []
