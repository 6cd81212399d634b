#!/bin/sh
# All tests, in four processes at once, because each often waits: those of the database; those of the sandbox and its
# page, which are held against Discord's own words, with the soak in small; half of those that play with a whole bot; and
# the other half, with all the others. Each takes about as long as the others: whoever adds much looks at that again.
set -u
python=$1
unset PYTHONDONTWRITEBYTECODE           # hundreds of processes are started: each would compile all of Reeve anew
told=$(mktemp -d)
export CONFORMANCE_USED="$told/used"    # each process writes there which exceptions from Discord's words it needed
mkdir "$CONFORMANCE_USED"
"$python" -m pytest tests/database >"$told/database" 2>&1 &
database=$!
"$python" -m pytest tests/conformance tests/page tests/sandbox tests/soak >"$told/sandbox" 2>&1 &
sandbox=$!
"$python" -m pytest tests/e2e/test_[!a-i]*.py >"$told/played" 2>&1 &
played=$!
trap 'kill "$database" "$sandbox" "$played"; rm -rf "$told"; exit 130' INT TERM
"$python" -m pytest tests/e2e/test_[a-i]*.py tests/bot tests/cogs tests/test_*.py
failed=$?
wait "$played" || failed=$?
wait "$sandbox" || failed=$?
wait "$database" || failed=$?
cat "$told/played" "$told/sandbox" "$told/database"
[ "$failed" -ne 0 ] || "$python" tests/conformance/conformance_unused.py "$CONFORMANCE_USED" || failed=$?
rm -rf "$told"
exit "$failed"
