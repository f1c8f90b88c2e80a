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
    ended_at  timestamptz,                         -- given up: its token opens nothing any more
    PRIMARY KEY (tenant_id, screen_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES event
);
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
GRANT UPDATE (name, event_id, view, rev, ended_at) ON screen TO leitai_app;
GRANT UPDATE (view, rev) ON event_view TO leitai_app;

-- A screen that is nobody's yet. Not a tenant's before it is taken in; reached through functions only, each for one row whose code is known.
CREATE TABLE screen_pairing (
    code       text PRIMARY KEY CHECK (code ~ '^[2-9A-HJKMNP-Z]{6}$'),
    secret     bytea NOT NULL CHECK (length(secret) = 32), -- SHA-256 of what only the waiting connection knows
    expires_at timestamptz NOT NULL,
    tenant_id  bigint,
    screen_id  bigint
);
CREATE INDEX screen_pairing_expires ON screen_pairing (expires_at);
