"""Where the parts of a sandbox are, by its own address."""

from typing import NamedTuple

API = "/api/v10"
GATEWAY = "/gateway"
CDN = "/cdn"


class Addresses(NamedTuple):
    api: str
    gateway: str
    cdn: str


def addresses(url: str) -> Addresses:
    return Addresses(url + API, url.replace("http", "ws", 1) + GATEWAY, url + CDN)
