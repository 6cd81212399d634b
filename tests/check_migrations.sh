#!/bin/sh
# Migrations from the shell, on an embedded server of their own: up, no difference to the models, down, up.
set -eu
bin=$1
REEVE_DATA_DIR=$(mktemp -d "${TMPDIR:-/tmp}/reeve-XXXXXX")
export REEVE_DATA_DIR
unset DATABASE_URL DATABASE_URL_FILE
export REEVE_ENV_FILE=    # an operator's .env names their own database: never touch it
trap 'rm -rf "$REEVE_DATA_DIR"' EXIT
for words in "upgrade head" "check" "downgrade base" "upgrade head" "current"; do
    # shellcheck disable=SC2086  # two words on purpose
    "$bin/alembic" $words
done
