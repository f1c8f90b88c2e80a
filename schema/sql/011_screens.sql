-- The stage as a system: named screens of a tenant, paired by a code, showing what a desk assigns.
SET search_path = leitai;

CREATE TABLE screen (
    tenant_id bigint NOT NULL REFERENCES tenant,
    screen_id bigint GENERATED ALWAYS AS IDENTITY,
    name      text NOT NULL CHECK (length(name) BETWEEN 1 AND 20),
    event_id  bigint,                              -- whose contest it shows
    view      text NOT NULL DEFAULT '{"view":"auto"}', -- canonical JSON, as the protocol's View
    rev       bigint NOT NULL DEFAULT 1,
    paired_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at   timestamptz,                         -- the node that has its connection says so every 2 s; null: it left
    ended_at  timestamptz,                         -- given up: its token opens nothing any more
    PRIMARY KEY (tenant_id, screen_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES event
) WITH (fillfactor = 50);
CREATE INDEX screen_event ON screen (tenant_id, event_id) WHERE ended_at IS NULL;

-- What screens without a name show, and those that are paired from now on.
CREATE TABLE event_view (
    tenant_id bigint NOT NULL,
    event_id  bigint NOT NULL,
    view      text NOT NULL,
    rev       bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, event_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES event
);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['screen', 'event_view'] LOOP
        EXECUTE format('ALTER TABLE leitai.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE leitai.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant_wall ON leitai.%I USING (tenant_id = leitai.current_tenant())', t);
        EXECUTE format('GRANT SELECT, INSERT ON leitai.%I TO leitai_app', t);
    END LOOP;
END $$;
GRANT UPDATE (name, event_id, view, rev, seen_at, ended_at) ON screen TO leitai_app;
REVOKE INSERT ON screen FROM leitai_app; -- a screen is made by whoever has its code
GRANT UPDATE (view, rev) ON event_view TO leitai_app;

-- A screen that is nobody's yet. Not a tenant's before it is taken in; reached through functions only, each for one row whose code or secret is known.
CREATE TABLE screen_pairing (
    code       text PRIMARY KEY CHECK (code ~ '^[2-9A-HJKMNP-Z]{6}$'),
    secret     bytea NOT NULL CHECK (length(secret) = 32), -- random, known to the waiting connection alone, which may have several codes in a row
    expires_at timestamptz NOT NULL,
    tenant_id  bigint,
    screen_id  bigint,
    CHECK ((tenant_id IS NULL) = (screen_id IS NULL))
);
CREATE INDEX screen_pairing_expires ON screen_pairing (expires_at);
CREATE INDEX screen_pairing_secret ON screen_pairing (secret);
ALTER TABLE screen_pairing ENABLE ROW LEVEL SECURITY;
ALTER TABLE screen_pairing FORCE ROW LEVEL SECURITY;
CREATE POLICY pairing ON screen_pairing TO leitai_cross USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON screen_pairing TO leitai_cross;
-- They make screens and count them, behind the wall of whose desk calls.
GRANT SELECT, INSERT ON screen TO leitai_cross;
GRANT SELECT ON event_view TO leitai_cross;

-- A code for a screen that waits. False: it is taken, or too many wait already.
CREATE FUNCTION open_pairing(p_code text, p_secret bytea, p_life_s integer) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = leitai, pg_temp AS $$
BEGIN
    DELETE FROM screen_pairing WHERE expires_at < clock_timestamp();
    IF (SELECT count(*) FROM screen_pairing) >= 10000 THEN
        RETURN false;
    END IF;
    INSERT INTO screen_pairing (code, secret, expires_at) VALUES (p_code, p_secret, clock_timestamp() + p_life_s * interval '1 second')
        ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;
-- A desk takes the screen with this code in, for an event of its tenant. NULL: no such code waits; 0: the tenant has enough screens.
CREATE FUNCTION claim_pairing(p_code text, p_event bigint, p_name text, p_screens_max integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = leitai, pg_temp AS $$
DECLARE
    v_tenant bigint := leitai.current_tenant();
    v_screen bigint;
BEGIN
    PERFORM FROM screen_pairing p WHERE p.code = p_code AND p.tenant_id IS NULL AND p.expires_at > clock_timestamp() FOR UPDATE;
    IF NOT FOUND OR v_tenant IS NULL THEN
        RETURN NULL;
    END IF;
    IF (SELECT count(*) FROM screen s WHERE s.tenant_id = v_tenant AND s.ended_at IS NULL) >= p_screens_max THEN
        RETURN 0;
    END IF;
    INSERT INTO screen (tenant_id, name, event_id, view)
        VALUES (v_tenant, p_name, p_event, COALESCE((SELECT v.view FROM event_view v WHERE v.tenant_id = v_tenant AND v.event_id = p_event),
                                                    '{"view":"auto"}'))
        RETURNING screen.screen_id INTO v_screen;
    UPDATE screen_pairing p SET tenant_id = v_tenant, screen_id = v_screen WHERE p.code = p_code;
    RETURN v_screen;
END $$;
-- Whether somebody has taken the screen in whose connection has this secret.
CREATE FUNCTION ask_pairing(p_secret bytea, OUT tenant_id bigint, OUT screen_id bigint) RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = leitai, pg_temp
    AS $$ SELECT p.tenant_id, p.screen_id FROM leitai.screen_pairing p WHERE p.secret = p_secret AND p.tenant_id IS NOT NULL LIMIT 1 $$;
-- The connection is gone, or has what it waited for.
CREATE FUNCTION close_pairing(p_secret bytea) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = leitai, pg_temp
    AS $$ DELETE FROM leitai.screen_pairing p WHERE p.secret = p_secret $$;
DO $$
DECLARE f text;
BEGIN
    GRANT CREATE ON SCHEMA leitai TO leitai_cross;
    FOREACH f IN ARRAY ARRAY['open_pairing(text, bytea, integer)', 'claim_pairing(text, bigint, text, integer)',
                             'ask_pairing(bytea)', 'close_pairing(bytea)'] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION leitai.%s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION leitai.%s TO leitai_app', f);
        EXECUTE format('ALTER FUNCTION leitai.%s OWNER TO leitai_cross', f);
    END LOOP;
    REVOKE CREATE ON SCHEMA leitai FROM leitai_cross;
END $$;
