-- The log is written through functions alone: they run as leitai_log, which owns nothing else, cannot log in and stands behind the same
-- tenant walls as everybody (policy tenant_wall is for all roles). A worker can no longer write a row, a token or a hash past the fence.
SET search_path = leitai;

DO $$
BEGIN
    -- Roles belong to the whole cluster: another database's migration may create it at this moment.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'leitai_log') THEN
        CREATE ROLE leitai_log NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;
-- A driver lets go of its event. (Here, because the first statement after the role takes a lock that is new to this transaction: only then
-- does it hear of a role that another database made at this moment.)
CREATE FUNCTION release_event(p_event bigint, p_token bigint) RETURNS void LANGUAGE sql
    AS $$ UPDATE leitai.event_head h SET node_id = NULL
          WHERE h.tenant_id = leitai.current_tenant() AND h.event_id = p_event AND h.token = p_token $$;

GRANT USAGE ON SCHEMA leitai TO leitai_log;
GRANT EXECUTE ON FUNCTION current_tenant(), content_digest(bigint),
    log_row_hash(bytea, bigint, bigint, bigint, bigint, bigint, bigint, text, text, text) TO leitai_log;
GRANT SELECT, UPDATE (seq, token, node_id, phase, hash) ON event_head TO leitai_log;
GRANT INSERT ON event_log TO leitai_log;
GRANT SELECT, UPDATE (state) ON question_instance TO leitai_log; -- close_gate; content_digest
GRANT SELECT ON node, rule_sheet TO leitai_log;                  -- claim_event; content_digest

-- Giving a function away needs CREATE on the schema for a moment.
GRANT CREATE ON SCHEMA leitai TO leitai_log;
DO $$
DECLARE f text;
BEGIN
    FOREACH f IN ARRAY ARRAY[
        'append_log(bigint, bigint, bigint, bigint, text, text, text)',
        'claim_event(bigint, bigint, bigint, bigint, bigint, bigint, text)',
        'close_gate(bigint, bigint, smallint, smallint)',
        'release_event(bigint, bigint)',
        'chain_log(bigint, bigint, bigint, bigint, bigint, text, text, text)'] LOOP
        EXECUTE format('ALTER FUNCTION leitai.%s SECURITY DEFINER SET search_path = leitai, pg_temp', f);
        EXECUTE format('REVOKE ALL ON FUNCTION leitai.%s FROM PUBLIC, leitai_app', f);
        IF f NOT LIKE 'chain_log%' THEN
            -- The demo is loaded by the owner of the tables.
            EXECUTE format('GRANT EXECUTE ON FUNCTION leitai.%s TO leitai_app, %I', f, current_user);
        END IF;
        EXECUTE format('ALTER FUNCTION leitai.%s OWNER TO leitai_log', f);
    END LOOP;
END $$;
REVOKE CREATE ON SCHEMA leitai FROM leitai_log;

REVOKE INSERT ON event_head, event_log FROM leitai_app;
REVOKE UPDATE (seq, token, node_id, phase, sheet_version, hash) ON event_head FROM leitai_app;
REVOKE ALL ON FUNCTION content_digest(bigint),
    log_row_hash(bytea, bigint, bigint, bigint, bigint, bigint, bigint, text, text, text) FROM leitai_app;
