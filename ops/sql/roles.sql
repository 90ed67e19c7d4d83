-- The group roles of the own database, for an administrator to make where its owner may not make roles:
--
--     psql -f roles.sql                          # as a superuser, or a role with CREATEROLE; once for a cluster
--     resutveksl roles install                   # as the owner of the database: grants what each may
--
-- One of several institutions in a cluster has roles of its own: psql -v prefix=resutveksl_203 -f roles.sql, and then
-- resutveksl roles install --prefix resutveksl_203. Login roles are members: CREATE ROLE nightly LOGIN IN ROLE resutveksl_worker.

\if :{?prefix}
\else
    \set prefix resutveksl
\endif

SELECT format('CREATE ROLE %I NOLOGIN', :'prefix' || '_' || role)
FROM unnest(ARRAY['worker', 'orderer', 'case_worker', 'operator', 'monitor']) AS role
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'prefix' || '_' || role)
\gexec
