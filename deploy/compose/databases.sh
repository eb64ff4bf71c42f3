#!/bin/sh
# Run once by the PostgreSQL image, on an empty volume: a database per service, closed to the others, with a role that owns and
# migrates its tables, and the role that the service runs as.
set -eu

for name in order aftersale cs kb analytics; do
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set name="aftercare_$name" --set password="$name-$AFTERCARE_DB_PASSWORD" \
        --set owner="aftercare_${name}_owner" --set owner_password="$name-owner-$AFTERCARE_DB_PASSWORD" \
        --username "$POSTGRES_USER" --dbname postgres <<-'SQL'
		CREATE ROLE :"name" LOGIN PASSWORD :'password';
		CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password';
		CREATE DATABASE :"name" OWNER :"owner";
		REVOKE CONNECT, TEMPORARY ON DATABASE :"name" FROM PUBLIC;
		GRANT CONNECT ON DATABASE :"name" TO :"name";
	SQL
done
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --command 'REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC'
