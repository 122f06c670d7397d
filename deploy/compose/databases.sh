#!/usr/bin/env bash
# A database and a login for each service; none may connect to another's. Runs once, when the cluster is made.
set -euo pipefail
for service in accounts metering billing payments collections notifications; do
  password=$(cat "/run/secrets/${service}_database_password")
  psql --set=ON_ERROR_STOP=1 --username postgres --set=service="$service" --set=password="$password" <<'SQL'
create role :"service" login password :'password';
create database :"service" owner :"service" encoding 'UTF8' template template0;
revoke connect on database :"service" from public;
SQL
done
