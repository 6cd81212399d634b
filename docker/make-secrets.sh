#!/bin/sh
# Makes what docker-compose.yml mounts as secrets: long random passwords, and the addresses that hold them. What is
# there already stays. The token is yours to write: secrets/discord_token.
set -eu
cd "${1:-$(dirname "$0")/..}"
umask 077
mkdir -p secrets
chmod 700 secrets # the wall: the files below are for the users inside of the containers, who are none of this machine

keep() { # a file that has its content from standard input, unless it is there
    if [ -s "secrets/$1" ]; then cat > /dev/null; else cat > "secrets/$1.part" && mv "secrets/$1.part" "secrets/$1"; fi
    chmod 444 "secrets/$1"
}
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

for name in postgres_password reeve_password replication_password; do random | keep "$name"; done
password=$(cat secrets/reeve_password)
printf 'postgresql://reeve:%s@postgres:5432/reeve\n' "$password" | keep database_url
printf 'postgresql://reeve:%s@pgbouncer:6432/reeve\n' "$password" | keep pooled_database_url
printf 'postgresql://reeve:%s@replica:5432/reeve\n' "$password" | keep replica_database_url
printf '"reeve" "%s"\n' "$password" | keep pgbouncer_users
[ -s secrets/discord_token ] || echo "Now write the bot's token into $PWD/secrets/discord_token, and: chmod 444 secrets/discord_token"
