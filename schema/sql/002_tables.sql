-- The contest's own tables. tenant_id leads every primary key; foreign keys carry it too, because their checks pass by row security.
-- Points and credits are signed hundredths (suffix _c), times of answers microseconds (_us).
SET search_path = leitai;

CREATE TABLE tenant (
    tenant_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code       text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,31}$'),
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Keys that verify the study platform's tickets. The algorithm is pinned to the key id.
CREATE TABLE ticket_key (
    tenant_id   bigint NOT NULL REFERENCES tenant,
    kid         text NOT NULL CHECK (length(kid) BETWEEN 1 AND 64),
    alg         text NOT NULL CHECK (alg IN ('HS256', 'RS256', 'ES256')),
    key         bytea NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz,
    PRIMARY KEY (tenant_id, kid)
);

CREATE TABLE region (
    tenant_id bigint NOT NULL REFERENCES tenant,
    region_id bigint GENERATED ALWAYS AS IDENTITY,
    parent_id bigint,
    level     smallint NOT NULL CHECK (level BETWEEN 0 AND 4), -- 0 province, 1 city, 2 county, 3 township, 4 village
    code      text NOT NULL,
    name      text NOT NULL,
    PRIMARY KEY (tenant_id, region_id),
    UNIQUE (tenant_id, code),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES region
);

CREATE TABLE unit (
    tenant_id  bigint NOT NULL REFERENCES tenant,
    unit_id    bigint GENERATED ALWAYS AS IDENTITY,
    region_id  bigint NOT NULL,
    code       text NOT NULL,
    kind       text NOT NULL, -- 国家机关, 国有企业, 学校, 医院, 村(社区): data, not an enumeration
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    registered integer NOT NULL DEFAULT 0 CHECK (registered >= 0),
    PRIMARY KEY (tenant_id, unit_id),
    UNIQUE (tenant_id, code),
    FOREIGN KEY (tenant_id, region_id) REFERENCES region
);

CREATE TABLE person (
    tenant_id  bigint NOT NULL REFERENCES tenant,
    person_id  bigint GENERATED ALWAYS AS IDENTITY,
    ext_id     text NOT NULL CHECK (length(ext_id) BETWEEN 1 AND 64), -- the study platform's id; guests: 'guest:' and a random id
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    leader     boolean NOT NULL DEFAULT false, -- 领导干部
    guest      boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, person_id),
    UNIQUE (tenant_id, ext_id)
);

CREATE TABLE membership (
    tenant_id  bigint NOT NULL,
    person_id  bigint NOT NULL,
    unit_id    bigint NOT NULL,
    valid_from date NOT NULL DEFAULT CURRENT_DATE,
    valid_to   date,
    PRIMARY KEY (tenant_id, person_id, valid_from),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person,
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit,
    CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
-- One current unit a person.
CREATE UNIQUE INDEX membership_current ON membership (tenant_id, person_id) WHERE valid_to IS NULL;

CREATE TABLE bank (
    tenant_id bigint NOT NULL REFERENCES tenant,
    bank_id   bigint GENERATED ALWAYS AS IDENTITY,
    code      text NOT NULL,
    name      text NOT NULL,
    PRIMARY KEY (tenant_id, bank_id),
    UNIQUE (tenant_id, code)
);

-- `body` is the JSON that the engine reads: content and key together. It never leaves the server as it is.
CREATE TABLE question (
    tenant_id   bigint NOT NULL,
    question_id bigint GENERATED ALWAYS AS IDENTITY,
    bank_id     bigint NOT NULL,
    code        text NOT NULL,
    topic       text NOT NULL,
    type        text NOT NULL CHECK (type IN ('single', 'multiple', 'truefalse', 'fill', 'order')),
    difficulty  smallint NOT NULL CHECK (difficulty BETWEEN 1 AND 3),
    audience    text NOT NULL,
    body        json NOT NULL,
    PRIMARY KEY (tenant_id, question_id),
    UNIQUE (tenant_id, bank_id, code),
    FOREIGN KEY (tenant_id, bank_id) REFERENCES bank
);

CREATE TABLE event (
    tenant_id  bigint NOT NULL REFERENCES tenant,
    event_id   bigint GENERATED ALWAYS AS IDENTITY,
    code       text NOT NULL, -- the organiser's own code, stable over imports
    title      text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    season     smallint NOT NULL CHECK (season BETWEEN 2000 AND 2999), -- year; the answers' partition
    join_code  text NOT NULL UNIQUE CHECK (join_code ~ '^[0-9]{6,8}$'),
    opens_at   timestamptz,
    closes_at  timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, event_id),
    UNIQUE (tenant_id, code)
);

-- Who may do what. event_id 0 is every event of the tenant.
CREATE TABLE role_grant (
    tenant_id  bigint NOT NULL,
    person_id  bigint NOT NULL,
    role       text NOT NULL CHECK (role IN ('admin', 'organiser', 'host', 'judge')),
    event_id   bigint NOT NULL DEFAULT 0,
    granted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, person_id, role, event_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person
);

CREATE TABLE rule_sheet (
    tenant_id  bigint NOT NULL,
    event_id   bigint NOT NULL,
    version    integer NOT NULL CHECK (version > 0),
    sheet      json NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    frozen_at  timestamptz,
    PRIMARY KEY (tenant_id, event_id, version),
    FOREIGN KEY (tenant_id, event_id) REFERENCES event
);
CREATE FUNCTION rule_sheet_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rule sheet version % of event % is frozen', OLD.version, OLD.event_id USING ERRCODE = '23514';
END $$;
CREATE TRIGGER rule_sheet_frozen BEFORE UPDATE OR DELETE ON rule_sheet
    FOR EACH ROW WHEN (OLD.frozen_at IS NOT NULL) EXECUTE FUNCTION rule_sheet_frozen();

-- Processes that may drive events. Not a tenant's: it holds no word of theirs.
CREATE TABLE node (
    node_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text NOT NULL,
    started_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    heartbeat_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Where the log ends and who may append to it. `token` fences: it grows with each takeover.
CREATE TABLE event_head (
    tenant_id     bigint NOT NULL,
    event_id      bigint NOT NULL,
    epoch         bigint NOT NULL DEFAULT 1,
    seq           bigint NOT NULL DEFAULT 0,
    token         bigint NOT NULL DEFAULT 0,
    node_id       bigint,
    sheet_version integer NOT NULL,
    phase         text NOT NULL DEFAULT 'draft'
        CHECK (phase IN ('draft', 'lobby', 'running', 'paused', 'finished', 'final')),
    PRIMARY KEY (tenant_id, event_id),
    FOREIGN KEY (tenant_id, event_id, sheet_version) REFERENCES rule_sheet (tenant_id, event_id, version)
);

CREATE TABLE event_log (
    tenant_id bigint NOT NULL,
    event_id  bigint NOT NULL,
    seq       bigint NOT NULL CHECK (seq > 0),
    epoch     bigint NOT NULL,
    token     bigint NOT NULL,
    at_us     bigint NOT NULL, -- cluster time, microseconds since 1970
    kind      text NOT NULL,
    payload   text NOT NULL,   -- canonical JSON, kept byte for byte
    PRIMARY KEY (tenant_id, event_id, seq),
    FOREIGN KEY (tenant_id, event_id) REFERENCES event_head
);

CREATE TABLE round (
    tenant_id bigint NOT NULL,
    event_id  bigint NOT NULL,
    round_no  smallint NOT NULL CHECK (round_no > 0),
    title     text NOT NULL,
    mode      text NOT NULL,
    PRIMARY KEY (tenant_id, event_id, round_no),
    FOREIGN KEY (tenant_id, event_id) REFERENCES event
);

-- A question as asked in an event: frozen content and key. Its `state` is the gate that every answer passes under FOR SHARE.
CREATE TABLE question_instance (
    tenant_id   bigint NOT NULL,
    event_id    bigint NOT NULL,
    qi          smallint NOT NULL CHECK (qi >= 0),
    round_no    smallint NOT NULL,
    question_id bigint NOT NULL,
    body        json NOT NULL,
    state       text NOT NULL DEFAULT 'none'
        CHECK (state IN ('none', 'armed', 'open', 'closing', 'closed', 'revealed')),
    PRIMARY KEY (tenant_id, event_id, qi),
    FOREIGN KEY (tenant_id, event_id, round_no) REFERENCES round,
    FOREIGN KEY (tenant_id, question_id) REFERENCES question
);

CREATE TABLE entry (
    tenant_id bigint NOT NULL,
    event_id  bigint NOT NULL,
    entry_id  bigint GENERATED ALWAYS AS IDENTITY,
    kind      text NOT NULL CHECK (kind IN ('person', 'team')),
    person_id bigint,          -- kind person
    unit_id   bigint,
    name      text NOT NULL,   -- as shown, frozen at joining
    unit_name text NOT NULL DEFAULT '',
    guest     boolean NOT NULL DEFAULT false,
    joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, event_id, entry_id),
    UNIQUE (tenant_id, event_id, person_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES event,
    CHECK ((kind = 'person') = (person_id IS NOT NULL))
);

CREATE TABLE team_member (
    tenant_id bigint NOT NULL,
    event_id  bigint NOT NULL,
    entry_id  bigint NOT NULL,
    person_id bigint NOT NULL,
    captain   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, event_id, person_id),
    FOREIGN KEY (tenant_id, event_id, entry_id) REFERENCES entry,
    FOREIGN KEY (tenant_id, person_id) REFERENCES person
);
CREATE UNIQUE INDEX team_captain ON team_member (tenant_id, event_id, entry_id) WHERE captain;

-- Answers, one partition a season so that an old one can be detached. No foreign key: it would be checked for each answer.
CREATE TABLE answer (
    season      smallint NOT NULL,
    tenant_id   bigint NOT NULL,
    event_id    bigint NOT NULL,
    qi          smallint NOT NULL,
    person_id   bigint NOT NULL,
    attempt     smallint NOT NULL DEFAULT 1,
    entry_id    bigint NOT NULL,
    answer_id   text NOT NULL,     -- the client's
    body        text NOT NULL,     -- canonical JSON of the response
    late        boolean NOT NULL,  -- came to the gate after it closed: kept, never counted
    "right"     boolean NOT NULL,
    points_c    bigint NOT NULL,
    used_us     bigint NOT NULL,
    received_us bigint NOT NULL,   -- cluster time
    PRIMARY KEY (tenant_id, event_id, qi, person_id, attempt, season)
) PARTITION BY LIST (season);

-- A partition is a table of its own: it gets its own wall and nobody is granted anything on it.
CREATE FUNCTION ensure_season(p_season smallint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_table text := 'answer_' || p_season;
BEGIN
    IF to_regclass('leitai.' || v_table) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE leitai.%I PARTITION OF leitai.answer FOR VALUES IN (%s)', v_table, p_season);
    EXECUTE format('ALTER TABLE leitai.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE leitai.%I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY tenant_wall ON leitai.%I USING (tenant_id = leitai.current_tenant())', v_table);
END $$;
REVOKE ALL ON FUNCTION ensure_season(smallint) FROM PUBLIC;
SELECT ensure_season(y::smallint) FROM generate_series(2025, 2030) AS y;

-- Host commands on their way to the driver. The client's command id makes each happen once.
CREATE TABLE inbox (
    tenant_id  bigint NOT NULL,
    event_id   bigint NOT NULL,
    command_id text NOT NULL CHECK (length(command_id) BETWEEN 1 AND 40),
    inbox_no   bigint GENERATED ALWAYS AS IDENTITY,
    person_id  bigint NOT NULL,
    action     text NOT NULL,
    expect_q   integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    outcome    text, -- 'ok' or an error code, once the driver decided
    PRIMARY KEY (tenant_id, event_id, command_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES event
);
CREATE INDEX inbox_pending ON inbox (tenant_id, event_id, inbox_no) WHERE outcome IS NULL;

-- Work for job processes. `token` is the driver's: the job's transaction compares it.
CREATE TABLE job (
    tenant_id  bigint NOT NULL,
    event_id   bigint NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('finalise')),
    token      bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    failures   integer NOT NULL DEFAULT 0,
    retry_at   timestamptz NOT NULL DEFAULT clock_timestamp(), -- not before; a job that fails must not keep others waiting
    done_at    timestamptz,
    PRIMARY KEY (tenant_id, event_id, kind),
    FOREIGN KEY (tenant_id, event_id) REFERENCES event
);
CREATE INDEX job_pending ON job (retry_at) WHERE done_at IS NULL;
CREATE FUNCTION job_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('leitai_jobs', '');
    RETURN NULL;
END $$;
CREATE TRIGGER job_wake AFTER INSERT OR UPDATE OF token ON job FOR EACH ROW EXECUTE FUNCTION job_wake();

CREATE TABLE result (
    tenant_id bigint NOT NULL,
    event_id  bigint NOT NULL,
    entry_id  bigint NOT NULL,
    rank      integer NOT NULL CHECK (rank > 0),
    points_c  bigint NOT NULL,
    correct   integer NOT NULL,
    time_us   bigint NOT NULL,
    answered  integer NOT NULL,
    PRIMARY KEY (tenant_id, event_id, entry_id),
    FOREIGN KEY (tenant_id, event_id, entry_id) REFERENCES entry
);
CREATE INDEX result_rank ON result (tenant_id, event_id, rank);

-- Credits to post, written in the transaction that finalises the event. The key is the ledger's idempotency key.
CREATE TABLE credit_outbox (
    tenant_id  bigint NOT NULL,
    event_id   bigint NOT NULL,
    person_id  bigint NOT NULL,
    rule       text NOT NULL,
    ext_id     text NOT NULL,
    key        text NOT NULL GENERATED ALWAYS AS ('leitai/e' || event_id::text || '/p' || person_id::text || '/' || rule) STORED,
    year       smallint NOT NULL, -- the event's season: the annual cap counts in it, whenever the posting happens
    amount_c   bigint NOT NULL CHECK (amount_c <> 0),
    reason     text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    posted_at  timestamptz,
    PRIMARY KEY (tenant_id, event_id, person_id, rule),
    FOREIGN KEY (tenant_id, event_id) REFERENCES event,
    FOREIGN KEY (tenant_id, person_id) REFERENCES person
);
-- The relay posts a tenant's credits in the order of people: the ledger locks a person's record.
CREATE INDEX credit_outbox_pending ON credit_outbox (tenant_id, ext_id, key) WHERE posted_at IS NULL;
