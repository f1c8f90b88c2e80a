-- The wall: row-level security, FORCEd (owners obey too), on every table that carries a tenant. (Partitions: ensure_season.)
SET search_path = leitai;

DO $$
DECLARE t text;
BEGIN
    FOR t IN SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = 'leitai' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
             AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') LOOP
        EXECUTE format('ALTER TABLE leitai.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE leitai.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant_wall ON leitai.%I USING (tenant_id = leitai.current_tenant())', t);
    END LOOP;
END $$;

-- What workers may do. History is never deleted and rarely updated. Partitions are reached through their parent only.
DO $$
DECLARE t text;
BEGIN
    FOR t IN SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = 'leitai' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
             AND c.relname <> 'ticket_key' LOOP -- keys are read through find_ticket_key only
        EXECUTE format('GRANT SELECT ON leitai.%I TO leitai_app', t);
    END LOOP;
END $$;
GRANT INSERT ON person, membership, bank, question, event, role_grant, rule_sheet, event_head, event_log, round,
    question_instance, entry, team_member, answer, inbox, job, result, credit_outbox TO leitai_app;
GRANT UPDATE (title, opens_at, closes_at) ON event TO leitai_app;
GRANT UPDATE (frozen_at) ON rule_sheet TO leitai_app;
GRANT UPDATE (seq, token, node_id, phase, sheet_version) ON event_head TO leitai_app;
GRANT UPDATE (state) ON question_instance TO leitai_app;
GRANT UPDATE (outcome) ON inbox TO leitai_app;
GRANT UPDATE (token, failures, retry_at, done_at) ON job TO leitai_app;
GRANT UPDATE (valid_to) ON membership TO leitai_app;
GRANT INSERT ON node TO leitai_app;
GRANT UPDATE (heartbeat_at) ON node TO leitai_app;
GRANT DELETE ON node TO leitai_app;

-- The few looks across tenants, each as narrow as can be. leitai_cross sees whole tables, callers see one row.
GRANT SELECT ON tenant, ticket_key, event, job TO leitai_cross;
CREATE POLICY cross_tenant ON tenant FOR SELECT TO leitai_cross USING (true);
CREATE POLICY cross_tenant ON ticket_key FOR SELECT TO leitai_cross USING (true);
CREATE POLICY cross_tenant ON event FOR SELECT TO leitai_cross USING (true);
CREATE POLICY cross_tenant ON job FOR SELECT TO leitai_cross USING (true);

-- Which event a join code means.
CREATE FUNCTION find_join_code(p_code text, OUT tenant_id bigint, OUT event_id bigint) RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = leitai, pg_temp
    AS $$ SELECT e.tenant_id, e.event_id FROM leitai.event e WHERE e.join_code = p_code $$;
-- The key that verifies a tenant's ticket.
CREATE FUNCTION find_ticket_key(p_tenant_code text, p_kid text, OUT tenant_id bigint, OUT alg text, OUT key_hex text)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = leitai, pg_temp
    AS $$ SELECT t.tenant_id, k.alg, encode(k.key, 'hex') FROM leitai.tenant t JOIN leitai.ticket_key k USING (tenant_id)
          WHERE t.code = p_tenant_code AND k.kid = p_kid AND k.disabled_at IS NULL $$;
-- Which tenant a code means.
CREATE FUNCTION find_tenant(p_code text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = leitai, pg_temp
    AS $$ SELECT t.tenant_id FROM leitai.tenant t WHERE t.code = p_code $$;
-- The tenants after one, in order: who reconciles the ledger must not miss one. Ids only.
CREATE FUNCTION find_tenants(p_after bigint) RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = leitai, pg_temp
    AS $$ SELECT t.tenant_id FROM leitai.tenant t WHERE t.tenant_id > p_after ORDER BY t.tenant_id LIMIT 1000 $$;
-- Jobs that are due, of whatever tenant.
CREATE FUNCTION find_job(OUT tenant_id bigint, OUT event_id bigint, OUT kind text, OUT token bigint) RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = leitai, pg_temp
    AS $$ SELECT j.tenant_id, j.event_id, j.kind, j.token FROM leitai.job j WHERE j.done_at IS NULL
          AND j.retry_at <= now() ORDER BY j.retry_at LIMIT 20 $$;
DO $$
DECLARE f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['find_join_code(text)', 'find_ticket_key(text, text)', 'find_job()', 'find_tenant(text)',
                             'find_tenants(bigint)'] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION leitai.%s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION leitai.%s TO %s', f,
                       CASE f WHEN 'find_tenants(bigint)' THEN 'leitai_relay' ELSE 'leitai_app' END);
    END LOOP;
    -- The owner's commands know tenants by their code, too, and obey the wall.
    EXECUTE format('GRANT EXECUTE ON FUNCTION leitai.find_tenant(text) TO %I', current_user);
END $$;
-- Ownership decides as whom a SECURITY DEFINER function runs. Giving it away needs CREATE on the schema for a moment.
GRANT CREATE ON SCHEMA leitai TO leitai_cross;
ALTER FUNCTION find_join_code(text) OWNER TO leitai_cross;
ALTER FUNCTION find_ticket_key(text, text) OWNER TO leitai_cross;
ALTER FUNCTION find_job() OWNER TO leitai_cross;
ALTER FUNCTION find_tenant(text) OWNER TO leitai_cross;
ALTER FUNCTION find_tenants(bigint) OWNER TO leitai_cross;
REVOKE CREATE ON SCHEMA leitai FROM leitai_cross;

-- Appending is the fence: one UPDATE that only the holder of the token can make, at the place in the log that it knows.
-- Raises LT001 when the caller was deposed or has missed a record; nothing of its transaction stays.
CREATE FUNCTION append_log(p_event bigint, p_token bigint, p_seq bigint, p_at_us bigint, p_kind text, p_payload text,
                           p_phase text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_epoch bigint;
BEGIN
    UPDATE leitai.event_head h SET seq = h.seq + 1, phase = COALESCE(p_phase, h.phase)
        WHERE h.tenant_id = leitai.current_tenant() AND h.event_id = p_event AND h.token = p_token AND h.seq = p_seq - 1
        RETURNING h.epoch INTO v_epoch;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'deposed' USING ERRCODE = 'LT001';
    END IF;
    INSERT INTO leitai.event_log (tenant_id, event_id, seq, epoch, token, at_us, kind, payload)
        VALUES (leitai.current_tenant(), p_event, p_seq, v_epoch, p_token, p_at_us, p_kind, p_payload);
END $$;

-- Take an event whose driver is gone: no heartbeat for p_dead_us. The takeover is a record of the log.
CREATE FUNCTION claim_event(p_event bigint, p_node bigint, p_old_token bigint, p_dead_us bigint, p_seq bigint,
                            p_at_us bigint, p_payload text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_epoch bigint;
BEGIN
    UPDATE leitai.event_head h SET node_id = p_node, token = h.token + 1, seq = h.seq + 1
        WHERE h.tenant_id = leitai.current_tenant() AND h.event_id = p_event AND h.token = p_old_token AND h.seq = p_seq - 1
          AND NOT EXISTS (SELECT FROM leitai.node n WHERE n.node_id = h.node_id AND n.node_id <> p_node
                          AND n.heartbeat_at > clock_timestamp() - p_dead_us * interval '1 microsecond')
        RETURNING h.epoch INTO v_epoch;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'driver is alive' USING ERRCODE = 'LT001';
    END IF;
    INSERT INTO leitai.event_log (tenant_id, event_id, seq, epoch, token, at_us, kind, payload)
        VALUES (leitai.current_tenant(), p_event, p_seq, v_epoch, p_old_token + 1, p_at_us, 'driver', p_payload);
END $$;
-- Close the gate of a question: waits for the answers that hold it FOR SHARE. The head's row stays locked until commit, so no takeover comes between.
CREATE FUNCTION close_gate(p_event bigint, p_token bigint, p_qi smallint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM leitai.event_head h
        WHERE h.tenant_id = leitai.current_tenant() AND h.event_id = p_event AND h.token = p_token FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'deposed' USING ERRCODE = 'LT001';
    END IF;
    UPDATE leitai.question_instance SET state = 'closed'
        WHERE tenant_id = leitai.current_tenant() AND event_id = p_event AND qi = p_qi AND state <> 'revealed';
END $$;
REVOKE ALL ON FUNCTION close_gate(bigint, bigint, smallint), append_log(bigint, bigint, bigint, bigint, text, text, text),
    claim_event(bigint, bigint, bigint, bigint, bigint, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION close_gate(bigint, bigint, smallint), append_log(bigint, bigint, bigint, bigint, text, text, text),
    claim_event(bigint, bigint, bigint, bigint, bigint, bigint, text) TO leitai_app;

-- The relay: outbox of all tenants, nothing else.
GRANT SELECT ON credit_outbox TO leitai_relay;
GRANT UPDATE (posted_at) ON credit_outbox TO leitai_relay;
CREATE POLICY relay ON credit_outbox TO leitai_relay USING (true);
