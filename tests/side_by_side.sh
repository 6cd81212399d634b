#!/bin/sh
# All tests, in three processes at once, because each often waits: those of the database; those of the sandbox and its
# page, which are held against Discord's own words; and all the others, whose progress is shown.
set -u
python=$1
told=$(mktemp -d)
"$python" -m pytest tests/database tests/soak >"$told/database" 2>&1 &
database=$!
"$python" -m pytest tests/conformance tests/page tests/sandbox >"$told/sandbox" 2>&1 &
sandbox=$!
trap 'kill "$database" "$sandbox"; rm -rf "$told"; exit 130' INT TERM
"$python" -m pytest tests --ignore=tests/database --ignore=tests/soak \
    --ignore=tests/conformance --ignore=tests/page --ignore=tests/sandbox
failed=$?
wait "$sandbox" || failed=$?
wait "$database" || failed=$?
cat "$told/sandbox" "$told/database"
rm -rf "$told"
exit "$failed"
