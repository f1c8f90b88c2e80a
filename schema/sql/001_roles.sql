-- Roles. Login roles get no password here: an installation sets one (ALTER ROLE … PASSWORD) or uses peer authentication.
--   leitai_app    workers and jobs: every table behind its row-security wall, never DELETE on history
--   leitai_relay  posts credits: reads and marks the outbox of all tenants, writes the study record
--   leitai_cross  owns the few SECURITY DEFINER functions that must look across tenants; nobody logs in as it
DO $$
DECLARE r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['leitai_app', 'leitai_relay', 'leitai_cross'] LOOP
        -- Roles belong to the whole cluster: another database's migration may create them at this moment.
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
                EXECUTE format('CREATE ROLE %I %s NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', r,
                               CASE WHEN r = 'leitai_cross' THEN 'NOLOGIN' ELSE 'LOGIN' END);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;
END $$;

-- leitai itself was made by `leitai migrate`, for its own table.
CREATE SCHEMA study;
REVOKE ALL ON SCHEMA leitai, study FROM PUBLIC;
GRANT USAGE ON SCHEMA leitai TO leitai_app, leitai_relay, leitai_cross;
GRANT USAGE ON SCHEMA study TO leitai_relay;

-- The tenant of the running transaction; NULL (matching no row) when none was set.
CREATE FUNCTION leitai.current_tenant() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('app.tenant_id', true), '')::bigint;
GRANT EXECUTE ON FUNCTION leitai.current_tenant() TO leitai_app, leitai_relay, leitai_cross;
