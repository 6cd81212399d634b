"""How the words of a shell are read: one sentence and 64 when they make no sense."""

import argparse
from typing import NoReturn

USAGE = 64  # sysexits.h, EX_USAGE


class Wording(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sentence = f"{message[0].upper()}{message[1:]}".rstrip(".")
        self.exit(USAGE, f"{sentence}. `{self.prog} --help` tells what there is.\n")
