-- Self-paced play: papers (timed, survival, a side of a duel), duels, findings, certificates.
SET search_path = leitai;

-- Whom an event addresses, out of its sheet; empty: everybody.
ALTER TABLE event ADD COLUMN self_paced boolean NOT NULL DEFAULT false;
ALTER TABLE event ADD COLUMN audience_kinds text[] NOT NULL DEFAULT '{}';
ALTER TABLE event ADD COLUMN audience_regions bigint[] NOT NULL DEFAULT '{}';
ALTER TABLE event ADD COLUMN audience_leaders boolean NOT NULL DEFAULT false;
ALTER TABLE event ADD COLUMN at_once boolean NOT NULL DEFAULT false; -- self-paced, and its board moves with each paper
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
CREATE INDEX duel_open ON duel (started_us, tenant_id, event_id) WHERE ended_us IS NULL;
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
    no           smallint NOT NULL CHECK (no > 0), -- how-many-eth paper of this person in the event: of two starts that have seen the
                                                   -- same papers one is made, so that limits over all rounds hold
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
    CHECK ((state = 0) = (submitted_us IS NULL)),
    PRIMARY KEY (tenant_id, event_id, person_id, round_no, attempt, season)
) PARTITION BY LIST (season);
CREATE UNIQUE INDEX paper_no ON paper (tenant_id, event_id, person_id, no, season);
CREATE INDEX paper_open ON paper (deadline_us, tenant_id, event_id) WHERE state = 0;
CREATE INDEX paper_duel ON paper (tenant_id, event_id, duel_id) WHERE duel_id IS NOT NULL;

-- Who stands beside whom is read from results by rank; a personal history by person.
DROP INDEX result_rank;
CREATE INDEX result_place ON result (tenant_id, event_id, rank, entry_id);
CREATE INDEX team_member_person ON team_member (tenant_id, person_id);

-- How many entries were ranked when the event became final: counting them for each person's history would read them all.
ALTER TABLE event_head ADD COLUMN ranked integer;
UPDATE event_head h SET ranked = (SELECT count(*) FROM result r WHERE r.tenant_id = h.tenant_id AND r.event_id = h.event_id AND r.rank > 0)
    WHERE h.phase = 'final';
GRANT UPDATE (ranked) ON event_head TO leitai_app;

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
GRANT UPDATE (evidence, found_at), DELETE ON finding TO leitai_app; -- looked at again, an event has those that there are now
GRANT UPDATE (audience_kinds, audience_regions, audience_leaders, self_paced, at_once) ON event TO leitai_app;

-- SHA-256 over the rule sheet in force and the questions; of a self-paced event with what a draw looks at.
CREATE OR REPLACE FUNCTION content_digest(p_event bigint) RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT encode(sha256(convert_to(s.sheet::text || E'\n' || (
              SELECT string_agg(q.qi || ' ' || q.body::text || CASE WHEN e.self_paced
                  THEN concat_ws(' ', '', q.round_no, q.difficulty, q.audience) ELSE '' END, E'\n' ORDER BY q.qi)
              FROM leitai.question_instance q
              WHERE q.tenant_id = h.tenant_id AND q.event_id = h.event_id), 'UTF8')), 'hex')
          FROM leitai.event_head h JOIN leitai.event e USING (tenant_id, event_id)
          JOIN leitai.rule_sheet s ON (s.tenant_id, s.event_id, s.version) = (h.tenant_id, h.event_id, h.sheet_version)
          WHERE h.tenant_id = leitai.current_tenant() AND h.event_id = p_event $$;
-- SHA-256 over all papers of an event, NULL when there is none: people in 256 parts by their id, so that no aggregate grows with
-- the event. A part is the hash over the hashes of its papers, in order of person, round and attempt.
CREATE FUNCTION papers_digest(p_event bigint, p_season smallint) RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT encode(sha256(string_agg(d.part, ''::bytea ORDER BY d.no)), 'hex') FROM (
              SELECT p.person_id % 256 AS no, sha256(string_agg(sha256(convert_to(concat_ws('|', p.person_id, p.round_no, p.attempt,
                  p.entry_id, p.duel_id, p.ordinal, p.seed, p.started_us, p.deadline_us, p.submitted_us, p.state, p.choices), 'UTF8')),
                  ''::bytea ORDER BY p.person_id, p.round_no, p.attempt)) AS part
              FROM leitai.paper p WHERE p.tenant_id = leitai.current_tenant() AND p.event_id = p_event AND p.season = p_season
              GROUP BY 1) d $$;
CREATE OR REPLACE FUNCTION event_digest(p_event bigint, p_season smallint) RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT encode(sha256(convert_to(leitai.answers_digest(p_event, 0, 32767, p_season, 0, true) || COALESCE((
              SELECT string_agg(concat_ws('|', i.command_id, i.person_id, i.action, i.expect_q, i.args, i.outcome), E'\n'
                  ORDER BY i.inbox_no) FROM leitai.inbox i WHERE i.tenant_id = leitai.current_tenant() AND i.event_id = p_event
                  AND i.action IN ('answer', 'press', 'stake')), '') || COALESCE(leitai.papers_digest(p_event, p_season), ''), 'UTF8')),
              'hex') $$;
DO $$
BEGIN -- the log's own role, where the log has one, digests what is published
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'leitai_log') THEN
        GRANT SELECT ON leitai.event TO leitai_log;
    END IF;
END $$;
REVOKE ALL ON FUNCTION papers_digest(bigint, smallint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION papers_digest(bigint, smallint) TO leitai_app;

-- Ends a duel: its papers are handed in, the ratings move, ended_us is set; all of it or nothing. What is passed was computed from
-- rows of these revisions and deadlines and from these ratings: 'stale' if others stand meanwhile, 'was' if the duel had ended, 'none'.
-- Papers are locked in the order in which batches write them.
CREATE FUNCTION close_duel(p_event bigint, p_duel bigint, p_season smallint, p_ended_us bigint, p_person bigint[], p_rev integer[],
                           p_deadline bigint[], p_state smallint[], p_submitted bigint[], p_points bigint[], p_time bigint[],
                           p_correct integer[], p_answered integer[], p_before integer[], p_after integer[]) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    v_tenant bigint := leitai.current_tenant();
    v_ended bigint;
    v_n integer := cardinality(p_person);
BEGIN
    SELECT d.ended_us INTO v_ended FROM leitai.duel d
        WHERE d.tenant_id = v_tenant AND d.event_id = p_event AND d.duel_id = p_duel FOR UPDATE;
    IF NOT FOUND THEN RETURN 'none'; END IF;
    IF v_ended IS NOT NULL THEN RETURN 'was'; END IF;
    PERFORM FROM leitai.paper p WHERE p.tenant_id = v_tenant AND p.event_id = p_event AND p.duel_id = p_duel AND p.season = p_season
        ORDER BY p.person_id FOR UPDATE;
    IF v_n <> (SELECT count(*) FROM leitai.paper p JOIN unnest(p_person, p_rev, p_deadline) AS i(person_id, rev, deadline_us)
                   USING (person_id, rev, deadline_us)
               WHERE p.tenant_id = v_tenant AND p.event_id = p_event AND p.duel_id = p_duel AND p.season = p_season) THEN
        RETURN 'stale';
    END IF;
    IF v_n > 1 THEN -- who plays robots only is not rated
        INSERT INTO leitai.duel_rating (tenant_id, person_id) SELECT v_tenant, i.person_id FROM unnest(p_person) AS i(person_id)
            ORDER BY i.person_id ON CONFLICT DO NOTHING;
        PERFORM FROM leitai.duel_rating r WHERE r.tenant_id = v_tenant AND r.person_id = ANY (p_person) ORDER BY r.person_id FOR UPDATE;
        IF v_n <> (SELECT count(*) FROM leitai.duel_rating r JOIN unnest(p_person, p_before) AS i(person_id, rating)
                       USING (person_id, rating) WHERE r.tenant_id = v_tenant) THEN
            RETURN 'stale';
        END IF;
        UPDATE leitai.duel_rating r SET rating = i.rating, games = r.games + 1 FROM unnest(p_person, p_after) AS i(person_id, rating)
            WHERE r.tenant_id = v_tenant AND r.person_id = i.person_id;
    END IF;
    UPDATE leitai.paper p SET rev = p.rev + 1, state = CASE p.state WHEN 0 THEN i.state ELSE p.state END,
            submitted_us = COALESCE(p.submitted_us, i.submitted_us), points_c = i.points_c, time_us = i.time_us,
            correct = i.correct, answered = i.answered
        FROM unnest(p_person, p_state, p_submitted, p_points, p_time, p_correct, p_answered)
            AS i(person_id, state, submitted_us, points_c, time_us, correct, answered)
        WHERE p.tenant_id = v_tenant AND p.event_id = p_event AND p.duel_id = p_duel AND p.season = p_season
            AND p.person_id = i.person_id;
    UPDATE leitai.duel d SET ended_us = p_ended_us WHERE d.tenant_id = v_tenant AND d.event_id = p_event AND d.duel_id = p_duel;
    RETURN 'closed';
END $$;
REVOKE ALL ON FUNCTION close_duel(bigint, bigint, smallint, bigint, bigint[], integer[], bigint[], smallint[], bigint[], bigint[],
                                  bigint[], integer[], integer[], integer[], integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION close_duel(bigint, bigint, smallint, bigint, bigint[], integer[], bigint[], smallint[], bigint[], bigint[],
                                     bigint[], integer[], integer[], integer[], integer[]) TO leitai_app;
-- Hands in papers whose deadline is past: those of the same index in all arrays. One by one, each by its key: joined to an array the
-- papers of an event that the statistics do not know yet would be read all, by a planner that expects one or two.
CREATE FUNCTION hand_in_papers(p_event bigint, p_season smallint, p_person bigint[], p_round smallint[], p_attempt smallint[],
                               p_submitted_us bigint[], p_points_c bigint[], p_time_us bigint[], p_correct integer[], p_answered integer[])
    RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    FOR i IN 1 .. cardinality(p_person) LOOP
        UPDATE leitai.paper p SET state = 2, rev = p.rev + 1, submitted_us = p_submitted_us[i], points_c = p_points_c[i],
            time_us = p_time_us[i], correct = p_correct[i], answered = p_answered[i]
        WHERE p.tenant_id = leitai.current_tenant() AND p.event_id = p_event AND p.person_id = p_person[i]
            AND p.round_no = p_round[i] AND p.attempt = p_attempt[i] AND p.season = p_season AND p.state + 0 = 0;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION hand_in_papers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hand_in_papers TO leitai_app;

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
GRANT SELECT ON paper, duel, certificate, event_head, inbox TO leitai_cross;
CREATE POLICY cross_tenant ON duel FOR SELECT TO leitai_cross USING (true);
CREATE POLICY cross_tenant ON paper FOR SELECT TO leitai_cross USING (true);
CREATE POLICY cross_tenant ON certificate FOR SELECT TO leitai_cross USING (true);
CREATE POLICY cross_tenant ON event_head FOR SELECT TO leitai_cross USING (true);
CREATE POLICY cross_tenant ON inbox FOR SELECT TO leitai_cross USING (true);
-- Self-paced events with a command to decide, a window to open or to close, or (closed) results to make.
CREATE FUNCTION find_paced(OUT tenant_id bigint, OUT event_id bigint) RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = leitai, pg_temp
    AS $$ SELECT e.tenant_id, e.event_id FROM leitai.event e JOIN leitai.event_head h USING (tenant_id, event_id)
          WHERE e.self_paced AND h.phase <> 'final'
            AND ((h.phase = 'lobby' AND e.opens_at <= now()) OR (h.phase = 'running' AND e.closes_at <= now())
                 OR (h.phase = 'finished' AND NOT EXISTS (SELECT FROM leitai.job j
                     WHERE (j.tenant_id, j.event_id, j.token) = (h.tenant_id, h.event_id, h.token)))
                 OR EXISTS (SELECT FROM leitai.inbox i WHERE (i.tenant_id, i.event_id) = (e.tenant_id, e.event_id)
                            AND i.outcome IS NULL))
          LIMIT 100 $$;
-- Self-paced events whose board is to be written whole from time to time.
CREATE FUNCTION find_moving(OUT tenant_id bigint, OUT event_id bigint, OUT phase text) RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = leitai, pg_temp
    AS $$ SELECT e.tenant_id, e.event_id, h.phase FROM leitai.event e JOIN leitai.event_head h USING (tenant_id, event_id)
          WHERE e.at_once AND h.phase IN ('running', 'finished') ORDER BY 1, 2 LIMIT 200 $$;
-- Events with papers whose deadline is past by p_grace_us at p_now_us.
CREATE FUNCTION find_expired(p_now_us bigint, p_grace_us bigint, OUT tenant_id bigint, OUT event_id bigint, OUT season smallint)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = leitai, pg_temp
    AS $$ SELECT DISTINCT p.tenant_id, p.event_id, p.season FROM (
              SELECT tenant_id, event_id, season FROM leitai.paper
              WHERE state = 0 AND deadline_us < p_now_us - p_grace_us ORDER BY deadline_us LIMIT 1000) p $$;
-- Duels that have not ended though none of their papers can be written any more.
CREATE FUNCTION find_left_duels(p_now_us bigint, p_grace_us bigint, OUT tenant_id bigint, OUT event_id bigint, OUT season smallint,
                                OUT duel_id bigint)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = leitai, pg_temp
    AS $$ SELECT d.tenant_id, d.event_id, e.season, d.duel_id FROM leitai.duel d JOIN leitai.event e USING (tenant_id, event_id)
          WHERE d.ended_us IS NULL AND d.started_us < p_now_us - p_grace_us AND NOT EXISTS (SELECT FROM leitai.paper p
              WHERE p.tenant_id = d.tenant_id AND p.event_id = d.event_id AND p.duel_id = d.duel_id AND p.season = e.season
                AND p.state = 0 AND p.deadline_us >= p_now_us - p_grace_us)
          ORDER BY d.started_us LIMIT 100 $$;
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
    FOREACH f IN ARRAY ARRAY['find_paced()', 'find_moving()', 'find_expired(bigint, bigint)', 'find_left_duels(bigint, bigint)', 'find_certificate(text)'] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION leitai.%s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION leitai.%s TO leitai_app', f);
        EXECUTE format('ALTER FUNCTION leitai.%s OWNER TO leitai_cross', f);
    END LOOP;
    EXECUTE 'REVOKE CREATE ON SCHEMA leitai FROM leitai_cross';
END $$;
