-- Self-paced play: papers (timed, survival, a side of a duel), duels, findings, certificates.
SET search_path = leitai;

-- Whom an event addresses, out of its sheet; empty: everybody.
ALTER TABLE event ADD COLUMN self_paced boolean NOT NULL DEFAULT false;
ALTER TABLE event ADD COLUMN audience_kinds text[] NOT NULL DEFAULT '{}';
ALTER TABLE event ADD COLUMN audience_regions bigint[] NOT NULL DEFAULT '{}';
ALTER TABLE event ADD COLUMN audience_leaders boolean NOT NULL DEFAULT false;
ALTER TABLE event ADD CHECK (NOT self_paced OR (opens_at IS NOT NULL AND closes_at > opens_at));

-- What a draw looks at, frozen with the question.
ALTER TABLE question_instance ADD COLUMN difficulty smallint NOT NULL DEFAULT 1 CHECK (difficulty BETWEEN 1 AND 3);
ALTER TABLE question_instance ADD COLUMN audience text NOT NULL DEFAULT 'all';

CREATE TABLE duel (
    tenant_id  bigint NOT NULL,
    event_id   bigint NOT NULL,
    duel_id    bigint GENERATED ALWAYS AS IDENTITY,
    round_no   smallint NOT NULL,
    seed       bigint NOT NULL,
    size       smallint NOT NULL CHECK (size IN (2, 4)),
    robots     smallint NOT NULL DEFAULT 0 CHECK (robots >= 0 AND robots < size),
    started_us bigint NOT NULL,
    ended_us   bigint, -- rated and told; the outcome itself follows from the papers
    PRIMARY KEY (tenant_id, event_id, duel_id),
    FOREIGN KEY (tenant_id, event_id, round_no) REFERENCES round
);
CREATE TABLE duel_rating (
    tenant_id bigint NOT NULL,
    person_id bigint NOT NULL,
    rating    integer NOT NULL DEFAULT 1200,
    games     integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, person_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person
);

-- One person's drawn set of questions: seed, times and choices are the truth. points_c, correct, answered and time_us are what they
-- gave when it was handed in, for lists; results are computed anew. No foreign key: it would be checked for each paper. A row is
-- updated in place many times, so none of the columns that a save changes is indexed, and pages keep room.
CREATE TABLE paper (
    season       smallint NOT NULL,
    state        smallint NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3), -- open, submitted, expired, forfeited
    round_no     smallint NOT NULL,
    attempt      smallint NOT NULL CHECK (attempt > 0),
    rev          integer NOT NULL DEFAULT 0, -- saves so far
    ordinal      integer NOT NULL DEFAULT 0, -- disjoint draws: how-many-eth paper of the round
    tenant_id    bigint NOT NULL,
    event_id     bigint NOT NULL,
    person_id    bigint NOT NULL,
    entry_id     bigint NOT NULL,
    duel_id      bigint,
    seed         bigint NOT NULL,
    started_us   bigint NOT NULL, -- cluster time
    deadline_us  bigint NOT NULL,
    submitted_us bigint,
    points_c     bigint,
    time_us      bigint,
    correct      smallint,
    answered     smallint,
    device       bytea, -- HMAC of the browser's random id, 8 bytes
    address      bytea, -- HMAC of the address, 8 bytes
    choices      text NOT NULL DEFAULT '[]', -- as domain/paper.h writes them
    PRIMARY KEY (tenant_id, event_id, person_id, round_no, attempt, season)
) PARTITION BY LIST (season);
CREATE INDEX paper_open ON paper (deadline_us) WHERE state = 0;
CREATE INDEX paper_duel ON paper (tenant_id, event_id, duel_id) WHERE duel_id IS NOT NULL;

-- What looks odd, for the organiser to judge; never a punishment.
CREATE TABLE finding (
    tenant_id  bigint NOT NULL,
    event_id   bigint NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('too_fast', 'same_timing', 'shared_device', 'shared_address', 'exposed_question',
                                             'same_pair', 'sandbagging')),
    subject    text NOT NULL, -- what it is about: persons, a pair, a question; unique with the kind
    evidence   text NOT NULL, -- JSON
    found_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, event_id, kind, subject),
    FOREIGN KEY (tenant_id, event_id) REFERENCES event
);

-- A certificate is made when its owner first asks for it; anybody who has the code may check it.
CREATE TABLE certificate (
    tenant_id bigint NOT NULL,
    event_id  bigint NOT NULL,
    person_id bigint NOT NULL,
    code      text NOT NULL UNIQUE CHECK (code ~ '^[0-9A-HJKMNP-TV-Z]{16}$'), -- 80 random bits, Crockford's base 32
    name      text NOT NULL,
    unit_name text NOT NULL,
    points_c  bigint NOT NULL,
    rank      integer NOT NULL,
    entries   integer NOT NULL,
    issued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, event_id, person_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES event,
    FOREIGN KEY (tenant_id, person_id) REFERENCES person
);

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['duel', 'duel_rating', 'paper', 'finding', 'certificate'] LOOP
        EXECUTE format('ALTER TABLE leitai.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE leitai.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant_wall ON leitai.%I USING (tenant_id = leitai.current_tenant())', t);
        EXECUTE format('GRANT SELECT, INSERT ON leitai.%I TO leitai_app', t);
    END LOOP;
END $$;
GRANT UPDATE (state, rev, deadline_us, submitted_us, points_c, time_us, correct, answered, choices) ON paper TO leitai_app;
GRANT UPDATE (ended_us) ON duel TO leitai_app;
GRANT UPDATE (rating, games) ON duel_rating TO leitai_app;
GRANT UPDATE (evidence, found_at) ON finding TO leitai_app;
GRANT UPDATE (audience_kinds, audience_regions, audience_leaders, self_paced) ON event TO leitai_app;

-- A season has a partition of answers and one of papers.
CREATE OR REPLACE FUNCTION ensure_season(p_season smallint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_parent text;
    v_table text;
BEGIN
    FOREACH v_parent IN ARRAY ARRAY['answer', 'paper'] LOOP
        v_table := v_parent || '_' || p_season;
        CONTINUE WHEN to_regclass('leitai.' || v_table) IS NOT NULL;
        EXECUTE format('CREATE TABLE leitai.%I PARTITION OF leitai.%I FOR VALUES IN (%s)%s', v_table, v_parent, p_season,
                       CASE v_parent WHEN 'paper' THEN ' WITH (fillfactor = 60)' ELSE '' END);
        EXECUTE format('ALTER TABLE leitai.%I ENABLE ROW LEVEL SECURITY', v_table);
        EXECUTE format('ALTER TABLE leitai.%I FORCE ROW LEVEL SECURITY', v_table);
        EXECUTE format('CREATE POLICY tenant_wall ON leitai.%I USING (tenant_id = leitai.current_tenant())', v_table);
    END LOOP;
END $$;
SELECT ensure_season(y::smallint) FROM generate_series(2025, 2030) AS y;

-- Looks across tenants: which events have something due, and a certificate by its code.
GRANT SELECT ON paper, certificate, event_head, inbox TO leitai_cross;
CREATE POLICY cross_tenant ON paper FOR SELECT TO leitai_cross USING (true);
CREATE POLICY cross_tenant ON certificate FOR SELECT TO leitai_cross USING (true);
CREATE POLICY cross_tenant ON event_head FOR SELECT TO leitai_cross USING (true);
CREATE POLICY cross_tenant ON inbox FOR SELECT TO leitai_cross USING (true);
-- Self-paced events with a command to decide, a window to open or to close, or (closed) results to make.
CREATE FUNCTION find_paced(OUT tenant_id bigint, OUT event_id bigint) RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = leitai, pg_temp
    AS $$ SELECT e.tenant_id, e.event_id FROM leitai.event e JOIN leitai.event_head h USING (tenant_id, event_id)
          WHERE e.self_paced AND h.phase <> 'final'
            AND ((h.phase = 'lobby' AND e.opens_at <= now()) OR (h.phase = 'running' AND e.closes_at <= now()) OR h.phase = 'finished'
                 OR EXISTS (SELECT FROM leitai.inbox i WHERE (i.tenant_id, i.event_id) = (e.tenant_id, e.event_id)
                            AND i.outcome IS NULL))
          LIMIT 100 $$;
-- Events with papers whose deadline is past by p_grace_us at p_now_us.
CREATE FUNCTION find_expired(p_now_us bigint, p_grace_us bigint, OUT tenant_id bigint, OUT event_id bigint, OUT season smallint)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = leitai, pg_temp
    AS $$ SELECT DISTINCT p.tenant_id, p.event_id, p.season FROM (
              SELECT tenant_id, event_id, season FROM leitai.paper
              WHERE state = 0 AND deadline_us < p_now_us - p_grace_us ORDER BY deadline_us LIMIT 1000) p $$;
CREATE FUNCTION find_certificate(p_code text, OUT tenant text, OUT title text, OUT name text, OUT unit_name text, OUT points_c bigint,
                                 OUT rank integer, OUT entries integer, OUT issued_on date)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = leitai, pg_temp
    AS $$ SELECT t.name, e.title, c.name, c.unit_name, c.points_c, c.rank, c.entries, c.issued_at::date
          FROM leitai.certificate c JOIN leitai.event e USING (tenant_id, event_id) JOIN leitai.tenant t USING (tenant_id)
          WHERE c.code = p_code $$;
DO $$
DECLARE f text;
BEGIN
    EXECUTE 'GRANT CREATE ON SCHEMA leitai TO leitai_cross';
    FOREACH f IN ARRAY ARRAY['find_paced()', 'find_expired(bigint, bigint)', 'find_certificate(text)'] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION leitai.%s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION leitai.%s TO leitai_app', f);
        EXECUTE format('ALTER FUNCTION leitai.%s OWNER TO leitai_cross', f);
    END LOOP;
    EXECUTE 'REVOKE CREATE ON SCHEMA leitai FROM leitai_cross';
END $$;
