#!/bin/sh
# All tests, in two processes at once: those of the database alone, and those that play on the sandbox.
set -u
python=$1
told=$(mktemp)
"$python" -m pytest tests/database tests/soak >"$told" 2>&1 &
database=$!
trap 'kill "$database"; rm -f "$told"; exit 130' INT TERM
"$python" -m pytest --ignore=tests/database --ignore=tests/soak
sandbox=$?
wait "$database"
database=$?
cat "$told"
rm -f "$told"
exit $((sandbox ? sandbox : database))
