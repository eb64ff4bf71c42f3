#!/bin/sh
# Run once by the PostgreSQL image, on an empty volume: a role and a database per service, each closed to the others.
set -eu

for name in order aftersale cs kb analytics; do
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set name="aftercare_$name" --set password="$name-$AFTERCARE_DB_PASSWORD" \
        --username "$POSTGRES_USER" --dbname postgres <<-'SQL'
		CREATE ROLE :"name" LOGIN PASSWORD :'password';
		CREATE DATABASE :"name" OWNER :"name";
		REVOKE CONNECT, TEMPORARY ON DATABASE :"name" FROM PUBLIC;
	SQL
done
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --command 'REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC'
