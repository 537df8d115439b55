#!/bin/sh
# The first start of the database: a role of the desk's own, which row-level security holds, and its database.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$DESK_PASSWORD" --username "${POSTGRES_USER:-postgres}" <<'SQL'
CREATE ROLE firstline LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE firstline OWNER firstline ENCODING 'UTF8' TEMPLATE template0;
SQL
