#!/bin/sh
# Runs once, on a new server. Reeve connects as a plain role: a superuser would see through row-level security.
# The role of the replica may copy the server, and nothing else.
set -eu
reeve=$(cat "$REEVE_DATABASE_PASSWORD_FILE")
replicator=$(cat "$REPLICATION_PASSWORD_FILE")
# Over standard input: a command line would show the passwords to others.
psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<SQL
SET log_statement = 'none';
CREATE ROLE reeve LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD '$reeve';
CREATE ROLE replicator LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS REPLICATION PASSWORD '$replicator';
CREATE DATABASE reeve OWNER reeve;
SQL
echo "host replication replicator all scram-sha-256" >> "$PGDATA/pg_hba.conf"
