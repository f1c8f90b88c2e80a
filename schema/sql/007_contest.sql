-- Team contests: what commands carry, whose answers pass a gate, and a log that cannot be changed unnoticed.
SET search_path = leitai;

-- Who asked for what; with its outcome this is the record of what was refused, too.
ALTER TABLE inbox ADD COLUMN args text NOT NULL DEFAULT '{}';

-- Whose answers pass the gate while it is open: 0 anybody's, -1 nobody's. Sealed: not even late answers are kept.
ALTER TABLE question_instance ADD COLUMN gate_entry bigint NOT NULL DEFAULT 0;
ALTER TABLE question_instance DROP CONSTRAINT question_instance_state_check;
ALTER TABLE question_instance ADD CONSTRAINT question_instance_state_check
    CHECK (state IN ('none', 'armed', 'open', 'closing', 'closed', 'revealed', 'sealed'));
GRANT UPDATE (gate_entry) ON question_instance TO leitai_app;

CREATE INDEX answer_entry ON answer (tenant_id, event_id, qi, entry_id);

DROP FUNCTION close_gate(bigint, bigint, smallint);
-- Close the gates of the questions [p_from, p_to): waits for the answers that hold them FOR SHARE. The head's row stays locked until
-- commit, so no takeover comes between.
CREATE FUNCTION close_gate(p_event bigint, p_token bigint, p_from smallint, p_to smallint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM leitai.event_head h
        WHERE h.tenant_id = leitai.current_tenant() AND h.event_id = p_event AND h.token = p_token FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'deposed' USING ERRCODE = 'LT001';
    END IF;
    UPDATE leitai.question_instance SET state = 'closed'
        WHERE tenant_id = leitai.current_tenant() AND event_id = p_event AND qi >= p_from AND qi < p_to AND state <> 'revealed';
END $$;
REVOKE ALL ON FUNCTION close_gate(bigint, bigint, smallint, smallint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION close_gate(bigint, bigint, smallint, smallint) TO leitai_app;

-- The hash chain: each row of the log carries SHA-256(hash of the row before ‖ the row as text), the first one after 32 zero bytes.
-- The row that opens the lobby includes the rules and questions that were frozen with it. `leitai audit verify` computes all of it
-- again by itself.
ALTER TABLE event_head ADD COLUMN hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex') CHECK (length(hash) = 32);
ALTER TABLE event_log ADD COLUMN hash bytea CHECK (length(hash) = 32);
GRANT UPDATE (hash) ON event_head TO leitai_app;

CREATE FUNCTION log_row_hash(p_prev bytea, p_tenant bigint, p_event bigint, p_seq bigint, p_epoch bigint, p_token bigint,
                             p_at_us bigint, p_kind text, p_payload text, p_content text) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT sha256(p_prev || convert_to(concat_ws('|', p_tenant, p_event, p_seq, p_epoch, p_token, p_at_us, p_kind, p_payload,
                                                       p_content), 'UTF8')) $$;
-- SHA-256 over the rule sheet in force and the questions, in hexadecimal.
CREATE FUNCTION content_digest(p_event bigint) RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT encode(sha256(convert_to(s.sheet::text || E'\n' || (
              SELECT string_agg(q.qi || ' ' || q.body::text, E'\n' ORDER BY q.qi) FROM leitai.question_instance q
              WHERE q.tenant_id = h.tenant_id AND q.event_id = h.event_id), 'UTF8')), 'hex')
          FROM leitai.event_head h JOIN leitai.rule_sheet s ON (s.tenant_id, s.event_id, s.version)
              = (h.tenant_id, h.event_id, h.sheet_version)
          WHERE h.tenant_id = leitai.current_tenant() AND h.event_id = p_event $$;
-- SHA-256 over the answers to questions [p_from, p_to): those that count, of one entry or (0) of all; with p_late those that came
-- late, too.
CREATE FUNCTION answers_digest(p_event bigint, p_from integer, p_to integer, p_season smallint, p_entry bigint, p_late boolean)
    RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT encode(sha256(convert_to(COALESCE(string_agg(concat_ws('|', a.qi, a.person_id, a.attempt, a.entry_id, a.answer_id,
              a.body, CASE WHEN a.late THEN 1 ELSE 0 END, a.used_us, a.received_us), E'\n'
              ORDER BY a.qi, a.person_id, a.attempt), ''), 'UTF8')), 'hex')
          FROM leitai.answer a WHERE a.tenant_id = leitai.current_tenant() AND a.event_id = p_event AND a.season = p_season
              AND a.qi >= p_from AND a.qi < p_to AND (p_entry = 0 OR a.entry_id = p_entry) AND (p_late OR NOT a.late) $$;
-- SHA-256 over all that was sent in, also what came late or was refused: what the last record of an event carries.
CREATE FUNCTION event_digest(p_event bigint, p_season smallint) RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT encode(sha256(convert_to(leitai.answers_digest(p_event, 0, 32767, p_season, 0, true) || COALESCE((
              SELECT string_agg(concat_ws('|', i.command_id, i.person_id, i.action, i.expect_q, i.args, i.outcome), E'\n'
                  ORDER BY i.inbox_no) FROM leitai.inbox i WHERE i.tenant_id = leitai.current_tenant() AND i.event_id = p_event
                  AND i.action IN ('answer', 'press', 'stake')), ''), 'UTF8')), 'hex') $$;
REVOKE ALL ON FUNCTION event_digest(bigint, smallint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION event_digest(bigint, smallint) TO leitai_app;
REVOKE ALL ON FUNCTION log_row_hash(bytea, bigint, bigint, bigint, bigint, bigint, bigint, text, text, text), content_digest(bigint),
    answers_digest(bigint, integer, integer, smallint, bigint, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log_row_hash(bytea, bigint, bigint, bigint, bigint, bigint, bigint, text, text, text),
    content_digest(bigint), answers_digest(bigint, integer, integer, smallint, bigint, boolean) TO leitai_app;

-- One row more, chained. The caller holds the head's row.
CREATE FUNCTION chain_log(p_event bigint, p_epoch bigint, p_token bigint, p_seq bigint, p_at_us bigint, p_kind text, p_payload text,
                          p_content text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_hash bytea;
BEGIN
    UPDATE leitai.event_head h SET hash = leitai.log_row_hash(h.hash, h.tenant_id, h.event_id, p_seq, p_epoch, p_token, p_at_us,
            p_kind, p_payload, p_content)
        WHERE h.tenant_id = leitai.current_tenant() AND h.event_id = p_event RETURNING h.hash INTO v_hash;
    INSERT INTO leitai.event_log (tenant_id, event_id, seq, epoch, token, at_us, kind, payload, hash)
        VALUES (leitai.current_tenant(), p_event, p_seq, p_epoch, p_token, p_at_us, p_kind, p_payload, v_hash);
END $$;
CREATE OR REPLACE FUNCTION append_log(p_event bigint, p_token bigint, p_seq bigint, p_at_us bigint, p_kind text, p_payload text,
                                      p_phase text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_epoch bigint;
BEGIN
    UPDATE leitai.event_head h SET seq = h.seq + 1, phase = COALESCE(p_phase, h.phase)
        WHERE h.tenant_id = leitai.current_tenant() AND h.event_id = p_event AND h.token = p_token AND h.seq = p_seq - 1
        RETURNING h.epoch INTO v_epoch;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'deposed' USING ERRCODE = 'LT001';
    END IF;
    PERFORM leitai.chain_log(p_event, v_epoch, p_token, p_seq, p_at_us, p_kind, p_payload,
                             CASE WHEN p_phase = 'lobby' THEN leitai.content_digest(p_event) END);
END $$;
CREATE OR REPLACE FUNCTION claim_event(p_event bigint, p_node bigint, p_old_token bigint, p_dead_us bigint, p_seq bigint,
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
    PERFORM leitai.chain_log(p_event, v_epoch, p_old_token + 1, p_seq, p_at_us, 'driver', p_payload, NULL);
END $$;
REVOKE ALL ON FUNCTION chain_log(bigint, bigint, bigint, bigint, bigint, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chain_log(bigint, bigint, bigint, bigint, bigint, text, text, text) TO leitai_app;

-- Logs that were written before are chained as they stand.
DO $$
DECLARE
    e record;
    r record;
    v_hash bytea;
BEGIN
    FOR e IN SELECT tenant_id, event_id FROM leitai.event_head LOOP
        PERFORM set_config('app.tenant_id', e.tenant_id::text, true);
        v_hash := decode(repeat('00', 32), 'hex');
        FOR r IN SELECT * FROM leitai.event_log l WHERE (l.tenant_id, l.event_id) = (e.tenant_id, e.event_id) ORDER BY l.seq LOOP
            v_hash := leitai.log_row_hash(v_hash, r.tenant_id, r.event_id, r.seq, r.epoch, r.token, r.at_us, r.kind, r.payload,
                CASE WHEN r.kind = 'phase' AND r.payload LIKE '{"phase":"lobby"%' THEN leitai.content_digest(r.event_id) END);
            UPDATE leitai.event_log SET hash = v_hash
                WHERE (tenant_id, event_id, seq) = (r.tenant_id, r.event_id, r.seq);
        END LOOP;
        UPDATE leitai.event_head SET hash = v_hash WHERE (tenant_id, event_id) = (e.tenant_id, e.event_id);
    END LOOP;
    PERFORM set_config('app.tenant_id', '', true);
END $$;
ALTER TABLE event_log ALTER COLUMN hash SET NOT NULL;
