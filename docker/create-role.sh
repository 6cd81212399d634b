#!/bin/sh
# Reeve connects as a plain role: a superuser would see through row-level security.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set password="$REEVE_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE reeve LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE reeve OWNER reeve;
SQL
