"""docker-compose.yml, read as a reviewer reads it: no Docker engine runs here, so its rules are held on the text."""

import copy
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.shards import read_shards
from database.models import Shards

PROJECT = Path(__file__).resolve().parents[1]
TEXT = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
DOCUMENTED = set(
    re.findall(r"^#?(\w+)=", (PROJECT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
)
BOTS = {"bot", "bot-2"}


def complaints(compose: dict[str, Any]) -> list[str]:
    found = [wrong for name, service in compose["services"].items() for wrong in wrong_with(name, service)]
    if not compose["networks"]["database"].get("internal"):
        found.append("the database's network has a way out")
    found += [
        f"the secret {name} is no file" for name, of in compose["secrets"].items() if set(of) != {"file"}
    ]
    used = {secret for service in compose["services"].values() for secret in service.get("secrets", [])}
    found += [f"the secret {name} is not declared" for name in used - compose["secrets"].keys()]
    found += [f"the secret {name} is for nobody" for name in compose["secrets"].keys() - used]
    return found


def wrong_with(name: str, service: dict[str, Any]) -> list[str]:
    limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
    rules = {
        "can write to its own files": service.get("read_only") is True,
        "keeps capabilities": service.get("cap_drop") == ["ALL"] and "cap_add" not in service,
        "may gain privileges": service.get("security_opt") == ["no-new-privileges:true"],
        "runs as root": str(service.get("user", "root")).partition(":")[0] not in ("root", "0"),
        "is privileged": not service.get("privileged"),
        "publishes a port": "ports" not in service,
        "has no limits": {"cpus", "memory", "pids"} <= limits.keys(),
        "has no health check": "test" in service.get("healthcheck", {}) or name == "migrate",
        "has no time to stop": "stop_grace_period" in service,
        "fills the disk with logs": "max-size" in service.get("logging", {}).get("options", {}),
        "sees Discord and need not": "discord" not in service["networks"] or name in BOTS,
        "does not see the database": "database" in service["networks"],
    }
    found = [f"{name} {wrong}" for wrong, holds in rules.items() if not holds]
    for variable, value in service.get("environment", {}).items():
        is_secret = re.search("PASSWORD|TOKEN|DATABASE.*_URL", variable) is not None
        if is_secret and not variable.endswith("_FILE"):
            found.append(f"{name} has {variable} in its environment")
        for secret in re.findall(r"^/run/secrets/(\w+)$", str(value)):
            if secret not in service["secrets"]:
                found.append(f"{name} is not given the secret {secret}")
    return found


def test_every_container_is_closed_as_far_as_it_can_be() -> None:
    assert complaints(COMPOSE) == []


def removed(service: str, *path: str) -> Callable[[dict[str, Any]], None]:
    def remove(compose: dict[str, Any]) -> None:
        part = compose["services"][service]
        for step in path[:-1]:
            part = part[step]
        del part[path[-1]]

    return remove


def put(service: str, key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda compose: compose["services"][service].update({key: value})


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        (removed("bot", "read_only"), "bot can write to its own files"),
        (removed("replica", "cap_drop"), "replica keeps capabilities"),
        (put("bot", "cap_add", ["NET_ADMIN"]), "bot keeps capabilities"),
        (removed("pgbouncer", "security_opt"), "pgbouncer may gain privileges"),
        (removed("postgres", "user"), "postgres runs as root"),
        (put("bot-2", "user", "0:0"), "bot-2 runs as root"),
        (put("postgres", "ports", ["5432:5432"]), "postgres publishes a port"),
        (removed("bot", "deploy", "resources", "limits", "memory"), "bot has no limits"),
        (removed("pgbouncer", "healthcheck"), "pgbouncer has no health check"),
        (removed("bot", "stop_grace_period"), "bot has no time to stop"),
        (put("postgres", "networks", ["database", "discord"]), "postgres sees Discord and need not"),
        (put("bot", "environment", {"DISCORD_TOKEN": "x"}), "bot has DISCORD_TOKEN in its environment"),
        (put("bot", "environment", {"DATABASE_URL": "x"}), "bot has DATABASE_URL in its environment"),
        (put("bot", "secrets", []), "bot is not given the secret discord_token"),
    ],
)
def test_the_review_finds_each_fault(fault: Callable[[dict[str, Any]], None], complaint: str) -> None:
    broken = copy.deepcopy(COMPOSE)
    fault(broken)
    assert complaint in complaints(broken)


def test_every_variable_is_explained_in_the_example() -> None:
    assert set(re.findall(r"\$\{(\w+)", TEXT)) - DOCUMENTED == set()


def test_nothing_has_a_default_password() -> None:
    assert re.findall(r"(?i)\$\{\w*(?:password|token)\w*:?-", TEXT) == []


def test_each_profile_and_what_is_mounted_is_there() -> None:
    services = COMPOSE["services"].values()
    profiles = {profile for service in services for profile in service.get("profiles", [])}
    assert profiles == {"replica", "pgbouncer", "shards"}
    page = (PROJECT / "docs" / "deployment.md").read_text(encoding="utf-8")
    assert [profile for profile in profiles if f"`{profile}`" not in page] == []
    for service in services:
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or (PROJECT / source).is_file(), volume


def test_the_orchestrators_example_is_closed_in_the_same_way() -> None:
    page = (PROJECT / "docs" / "deployment.md").read_text(encoding="utf-8")
    documents = [
        part
        for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
        for part in yaml.safe_load_all(block)
    ]
    pods = [part["spec"]["template"]["spec"] for part in documents if part["kind"] in ("StatefulSet", "Job")]
    assert len(pods) == 2
    for pod in pods:
        assert pod["securityContext"]["runAsNonRoot"]
        assert not pod["automountServiceAccountToken"]
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"]
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert not context["allowPrivilegeEscalation"]
            assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
            assert [
                one["name"] for one in container.get("env", []) if re.search("TOKEN$|_URL$", one["name"])
            ] == []
    [bots] = [part for part in documents if part["kind"] == "StatefulSet"]
    [bot] = bots["spec"]["template"]["spec"]["containers"]
    assert {bot[f"{kind}Probe"]["httpGet"]["path"] for kind in ("liveness", "readiness")} == {
        "/livez",
        "/readyz",
    }
    words = [
        *bot["command"],
        *(word.replace("python -m bot run", "printenv REEVE_SHARDS") for word in bot["args"]),
    ]
    numbers = {one["name"]: one["value"] for one in bot["env"]}
    for ordinal in range(bots["spec"]["replicas"]):
        environment = {"PATH": os.environ["PATH"], "HOSTNAME": f"reeve-{ordinal}", **numbers}
        written = subprocess.run(words, env=environment, check=True, capture_output=True, text=True).stdout
        assert read_shards(written) == Shards(tuple(range(4 * ordinal, 4 * ordinal + 4)), 16)
