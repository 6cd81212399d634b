"""`python -m sandbox`: the sandbox alone, or a person's hand on a running one."""

import sys

from sandbox.shell.cli import main


def run() -> None:
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
