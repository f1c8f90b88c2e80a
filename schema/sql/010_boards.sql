-- Boards beside that of entries: units as they were when an event's lobby opened, series over several events, and who may look.
SET search_path = leitai;

-- Where a region stands in a map-like grid, column and row from 0; data of whoever projects it.
ALTER TABLE region ADD COLUMN grid_x smallint CHECK (grid_x BETWEEN 0 AND 31);
ALTER TABLE region ADD COLUMN grid_y smallint CHECK (grid_y BETWEEN 0 AND 31);

-- Head counts, kinds and regions are frozen with the rules: a participation must not change because somebody is hired meanwhile.
CREATE TABLE event_unit (
    tenant_id   bigint NOT NULL,
    event_id    bigint NOT NULL,
    unit_id     bigint NOT NULL,
    kind        text NOT NULL,
    registered  integer NOT NULL CHECK (registered >= 0),
    county_id   bigint, -- regions; null: it hangs above that level
    city_id     bigint,
    province_id bigint,
    PRIMARY KEY (tenant_id, event_id, unit_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES event,
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit
);

-- Several events ranked together: the themed and special competitions of a year (专题赛、专项赛).
CREATE TABLE series (
    tenant_id bigint NOT NULL REFERENCES tenant,
    series_id bigint GENERATED ALWAYS AS IDENTITY,
    code      text NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,31}$'),
    title     text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    kind      text NOT NULL CHECK (kind IN ('person', 'team')), -- events of persons, or of teams: these are ranked by their unit
    best      smallint NOT NULL DEFAULT 0 CHECK (best >= 0),    -- only the best so many events of each count, 0: all
    boards    json NOT NULL DEFAULT '[]',                       -- roll-ups, as in a rule sheet
    PRIMARY KEY (tenant_id, series_id),
    UNIQUE (tenant_id, code)
);
CREATE TABLE series_event (
    tenant_id bigint NOT NULL,
    series_id bigint NOT NULL,
    event_id  bigint NOT NULL,
    PRIMARY KEY (tenant_id, series_id, event_id),
    FOREIGN KEY (tenant_id, series_id) REFERENCES series,
    FOREIGN KEY (tenant_id, event_id) REFERENCES event
);
CREATE INDEX series_event_event ON series_event (tenant_id, event_id);

-- A board is public once it has a share code; taking that away makes it private again.
CREATE TABLE board_share (
    tenant_id  bigint NOT NULL REFERENCES tenant,
    share      text NOT NULL UNIQUE CHECK (share ~ '^[0-9A-HJKMNP-TV-Z]{12}$'), -- 60 random bits, Crockford's base 32
    event_id   bigint,
    series_id  bigint,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz,
    PRIMARY KEY (tenant_id, share),
    FOREIGN KEY (tenant_id, event_id) REFERENCES event,
    FOREIGN KEY (tenant_id, series_id) REFERENCES series,
    CHECK ((event_id IS NULL) <> (series_id IS NULL))
);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['event_unit', 'series', 'series_event', 'board_share'] LOOP
        EXECUTE format('ALTER TABLE leitai.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE leitai.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant_wall ON leitai.%I USING (tenant_id = leitai.current_tenant())', t);
        EXECUTE format('GRANT SELECT ON leitai.%I TO leitai_app', t);
    END LOOP;
END $$;
GRANT INSERT (tenant_id, code, title, kind, best, boards), UPDATE (title, best, boards) ON series TO leitai_app;
GRANT INSERT, DELETE ON series_event TO leitai_app;
GRANT INSERT (tenant_id, share, event_id, series_id), UPDATE (ended_at) ON board_share TO leitai_app;

-- Units that the event addresses. Written by whoever appends to the log (leitai_log), in the transaction that opens the lobby.
CREATE FUNCTION freeze_units() RETURNS trigger LANGUAGE plpgsql SET search_path = leitai, pg_temp AS $$
BEGIN
    WITH RECURSIVE up AS (
        SELECT r.region_id AS of_id, r.region_id, r.parent_id, r.level FROM region r WHERE r.tenant_id = NEW.tenant_id
        UNION ALL
        SELECT u.of_id, r.region_id, r.parent_id, r.level FROM up u
            JOIN region r ON r.tenant_id = NEW.tenant_id AND r.region_id = u.parent_id)
    INSERT INTO event_unit (tenant_id, event_id, unit_id, kind, registered, county_id, city_id, province_id)
        SELECT u.tenant_id, NEW.event_id, u.unit_id, u.kind, u.registered, max(up.region_id) FILTER (WHERE up.level = 2),
            max(up.region_id) FILTER (WHERE up.level = 1), max(up.region_id) FILTER (WHERE up.level = 0)
        FROM event e JOIN unit u ON u.tenant_id = e.tenant_id AND (e.audience_kinds = '{}' OR u.kind = ANY (e.audience_kinds))
            JOIN up ON up.of_id = u.region_id
        WHERE e.tenant_id = NEW.tenant_id AND e.event_id = NEW.event_id
        GROUP BY u.tenant_id, u.unit_id, u.kind, u.registered, e.audience_regions
        HAVING e.audience_regions = '{}' OR e.audience_regions && array_agg(up.region_id);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION freeze_units() FROM PUBLIC;
CREATE TRIGGER freeze_units AFTER UPDATE OF phase ON event_head
    FOR EACH ROW WHEN (OLD.phase = 'draft' AND NEW.phase = 'lobby') EXECUTE FUNCTION freeze_units();
GRANT SELECT (tenant_id, event_id, audience_kinds, audience_regions) ON event TO leitai_log;
GRANT SELECT (tenant_id, unit_id, region_id, kind, registered) ON unit TO leitai_log;
GRANT SELECT (tenant_id, region_id, parent_id, level) ON region TO leitai_log;
GRANT INSERT ON event_unit TO leitai_log;

-- Whose board a share code shows: the one look across tenants that a public page makes.
GRANT SELECT ON board_share TO leitai_cross;
CREATE POLICY cross_tenant ON board_share FOR SELECT TO leitai_cross USING (true);
CREATE FUNCTION find_share(p_share text, OUT tenant_id bigint, OUT event_id bigint, OUT series_id bigint) RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = leitai, pg_temp
    AS $$ SELECT s.tenant_id, s.event_id, s.series_id FROM leitai.board_share s WHERE s.share = p_share AND s.ended_at IS NULL $$;
GRANT CREATE ON SCHEMA leitai TO leitai_cross;
REVOKE ALL ON FUNCTION find_share(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_share(text) TO leitai_app;
ALTER FUNCTION find_share(text) OWNER TO leitai_cross;
REVOKE CREATE ON SCHEMA leitai FROM leitai_cross;
