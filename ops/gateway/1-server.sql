-- The gateway's database, step 1, as a superuser: the wrapper, the foreign server, and who owns what comes next.
--
--   psql -v owner=fs_owner -v host=fs.example.no -v port=3306 -f 1-server.sql
--
-- The password of the reading user comes from the environment (GATEWAY_PASSWORD) and into the user mapping, which its owner
-- and superusers can read; it stands in no argument and in no log. TLS: the options ssl_ca, ssl_cert and ssl_key.

\set ON_ERROR_STOP on
\getenv password GATEWAY_PASSWORD

CREATE EXTENSION IF NOT EXISTS mysql_fdw;

-- An address or a host's name, not "localhost": with that, MariaDB's library goes to a socket of its own choice.
CREATE SERVER fs FOREIGN DATA WRAPPER mysql_fdw
    OPTIONS (host :'host', port :'port', character_set 'utf8mb4', fetch_size '1000',
        init_command 'SET SESSION TRANSACTION READ ONLY');

GRANT USAGE ON FOREIGN SERVER fs TO :"owner";

SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
CREATE USER MAPPING FOR :"owner" SERVER fs OPTIONS (username 'resutveksl_gateway', password :'password');
RESET log_statement;
RESET log_min_duration_statement;
RESET log_min_error_statement;

-- From here on the owner, who is no superuser, does the rest.
SELECT format('GRANT CREATE ON DATABASE %I TO %I', current_database(), :'owner') \gexec
