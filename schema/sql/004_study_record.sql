-- The study record's side: credits, posted once, never changed. It may live in a database of its own; nothing here refers to leitai's tables.
SET search_path = study;

CREATE TABLE policy (
    tenant_id    bigint PRIMARY KEY,
    annual_cap_c bigint CHECK (annual_cap_c >= 0) -- contest credits a person may be granted in a year; NULL: no cap
);

CREATE TABLE record (
    tenant_id bigint NOT NULL,
    ext_id    text NOT NULL,
    total_c   bigint NOT NULL DEFAULT 0, -- granted, all years
    last_no   integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, ext_id)
);

CREATE TABLE ledger (
    tenant_id   bigint NOT NULL,
    ext_id      text NOT NULL,
    no          integer NOT NULL CHECK (no > 0), -- gap-free per person
    key         text NOT NULL,                   -- idempotency key
    year        smallint NOT NULL,
    requested_c bigint NOT NULL,
    granted_c   bigint NOT NULL,                 -- what the cap left of it
    reason      text NOT NULL,
    posted_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, ext_id, no),
    UNIQUE (tenant_id, key),
    FOREIGN KEY (tenant_id, ext_id) REFERENCES record
);
CREATE INDEX ledger_year ON ledger (tenant_id, ext_id, year);

CREATE FUNCTION ledger_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is never changed; post a correction' USING ERRCODE = '23514';
END $$;
CREATE TRIGGER ledger_is_immutable BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_is_immutable();
CREATE TRIGGER ledger_is_not_truncated BEFORE TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_immutable();

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['policy', 'record', 'ledger'] LOOP
        EXECUTE format('ALTER TABLE study.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE study.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant_wall ON study.%I USING (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), '''')::bigint)', t);
    END LOOP;
END $$;
GRANT SELECT ON policy, record, ledger TO leitai_relay;
GRANT INSERT ON record, ledger TO leitai_relay;
GRANT UPDATE (total_c, last_no) ON record TO leitai_relay;

-- Post one credit for the tenant of this transaction. Returns what was granted, or NULL when the key had been posted before.
-- Callers post several in one transaction in the order of ext_id: the record's row is locked until the end of it.
CREATE FUNCTION post(p_ext_id text, p_key text, p_year smallint, p_requested_c bigint, p_reason text) RETURNS bigint
    LANGUAGE plpgsql AS $$
DECLARE
    v_tenant bigint := NULLIF(current_setting('app.tenant_id', true), '')::bigint;
    v_cap bigint;
    v_granted bigint := p_requested_c;
    v_no integer;
BEGIN
    INSERT INTO study.record (tenant_id, ext_id) VALUES (v_tenant, p_ext_id) ON CONFLICT DO NOTHING;
    SELECT last_no + 1 INTO STRICT v_no FROM study.record WHERE tenant_id = v_tenant AND ext_id = p_ext_id FOR UPDATE;
    PERFORM FROM study.ledger WHERE tenant_id = v_tenant AND key = p_key;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    SELECT annual_cap_c INTO v_cap FROM study.policy WHERE tenant_id = v_tenant;
    IF v_cap IS NOT NULL AND p_requested_c > 0 THEN
        SELECT LEAST(p_requested_c, GREATEST(0, v_cap - COALESCE(sum(granted_c), 0))) INTO v_granted
            FROM study.ledger WHERE tenant_id = v_tenant AND ext_id = p_ext_id AND year = p_year;
    END IF;
    INSERT INTO study.ledger (tenant_id, ext_id, no, key, year, requested_c, granted_c, reason)
        VALUES (v_tenant, p_ext_id, v_no, p_key, p_year, p_requested_c, v_granted, p_reason);
    UPDATE study.record SET total_c = total_c + v_granted, last_no = v_no WHERE tenant_id = v_tenant AND ext_id = p_ext_id;
    RETURN v_granted;
END $$;
REVOKE ALL ON FUNCTION post(text, text, smallint, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION post(text, text, smallint, bigint, text) TO leitai_relay;
