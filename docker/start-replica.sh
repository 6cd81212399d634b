#!/bin/sh
# A streaming standby: copied from the primary on the first start, and following it from then on.
set -eu
primary=${PRIMARY_HOST:-postgres}
umask 077
export PGPASSFILE="${TMPDIR:-/tmp}/primary.pgpass" # in memory, made anew at each start; the standby looks there, too
printf '*:*:*:replicator:%s\n' "$(cat "$REPLICATION_PASSWORD_FILE")" > "$PGPASSFILE"

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    copy="$PGDATA.copy" # becomes the standby when it is whole
    rm -rf "$copy"
    # The slot makes the primary keep what the standby has not read yet, up to max_slot_wal_keep_size.
    found=$(psql --no-psqlrc --no-align --tuples-only --host "$primary" --username replicator --dbname postgres \
        --command "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'reeve_replica'")
    [ "$found" = 0 ] && create=--create-slot || create=
    # shellcheck disable=SC2086 # one word or none
    pg_basebackup --host "$primary" --username replicator --pgdata "$copy" --wal-method stream --checkpoint fast \
        --write-recovery-conf --slot reeve_replica $create
    rm -rf "$PGDATA"
    mv "$copy" "$PGDATA"
fi
exec postgres "$@"
