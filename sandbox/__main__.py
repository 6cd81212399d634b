"""`python -m sandbox`: the sandbox alone, or a person's hand on a running one."""

import sys

from sandbox.shell.cli import main

sys.exit(main(sys.argv[1:]))
