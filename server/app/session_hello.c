/* Hello: from a ticket, a session token or a join code to a member of an event. Reads top to
 * bottom:
 *
 *   ticket → key looked up → verified ─┐
 *   join code → event looked up ───────┼→ event held → play: joined (committed) → entered
 *   session token → verified ──────────┘             → desk: role checked → entered, or listed
 *                                                    → stage: entered
 *
 * A spectator comes with the share code of a board (session_watch.c). A home page needs no event: who it is is all (session_home.c). A stage without a credential shows a
 * code first (session_pairing.c).
 */
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "session_internal.h"
#include <assert.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_US = 60 * 1000 * 1000, NAME_CHARS = 20 };

static void hello_open(struct session *s);

void session_hello_done(struct session *s)
{
    free(s->hello);
    free(s->ticket);
    s->hello = NULL;
    s->ticket = NULL;
}

/* A step that cannot go on. */
static void hello_fail(struct session *s, int err)
{
    session_refuse(s, err, NULL, 0);
}

/* ---- by ticket ---- */

static int key_for(void *arg, const char *tenant_code, const char *kid, struct lt_ticket_key *ret)
{
    struct session *s = arg;
    struct lt_found found;
    int err = lt_keys_get(s->all->keys, LT_LOOKUP_TICKET_KEY, tenant_code, kid, &found);
    if (err == LT_OK) {
        *ret = found.key;
        s->who.tenant = found.tenant;
    }
    return err;
}

static void on_key(void *arg, int err);

static void hello_ticket(struct session *s, bool asked)
{
    struct lt_ticket *t = calloc(1, sizeof *t);
    if (!t) {
        hello_fail(s, LT_EFULL);
        return;
    }
    free(s->ticket);
    s->ticket = t;
    int64_t now_s = lt_cluster_now_us(lt_hub_cluster(s->all->hub)) / 1000000;
    int err = lt_ticket_verify(s->hello->token, key_for, s, now_s, t);
    if (err == LT_EBUSY &&
        !asked) { /* its key is not in the cache; the ticket names tenant and key id */
        session_hold(s);
        err = lt_keys_fetch(s->all->keys, LT_LOOKUP_TICKET_KEY, t->tenant_code, t->kid, on_key, s);
        if (err == LT_OK)
            return;
        s->pending--;
    }
    if (err != LT_OK) {
        hello_fail(s, err == LT_ENOENT ? LT_ETICKET : err);
        return;
    }
    lt_metric_add(LT_M_TICKETS, 1);
    s->who.event.v = s->hello->has_event ? s->hello->event : t->event.v;
    if (t->event.v != 0 && t->event.v != s->who.event.v) {
        hello_fail(s, LT_EFORBIDDEN);
        return;
    }
    snprintf(s->who.name, sizeof s->who.name, "%s", t->name);
    hello_open(s);
}

static void on_key(void *arg, int err)
{
    struct session *s = arg;
    if (!session_back(s))
        return;
    if (err == LT_OK)
        hello_ticket(s, true);
    else
        hello_fail(s, err);
}

/* ---- by join code ---- */

bool session_limit(struct session *s, enum limit what, int per_minute)
{
    struct lt_sessions *all = s->all;
    int64_t now_us = lt_loop_now(all->loop).mono_us;
    uint64_t hash = 1469598103934665603ULL ^ (unsigned)what; /* FNV-1a */
    for (const char *p = lt_conn_peer(s->conn); *p; p++)
        hash = (hash ^ (unsigned char)*p) * 1099511628211ULL;
    size_t slot = hash % LIMIT_SLOTS;
    if (all->limits[slot].hash != hash || now_us - all->limits[slot].since_us >= MINUTE_US) {
        all->limits[slot].hash = hash;
        all->limits[slot].since_us = now_us;
        all->limits[slot].n = 0;
    }
    return ++all->limits[slot].n <= per_minute;
}

/* 1 to 20 characters that are not all space. */
bool session_name_ok(const char *name)
{
    int chars = 0;
    bool visible = false;
    for (const unsigned char *p = (const unsigned char *)name; *p; p++) {
        chars += (*p & 0xc0) != 0x80;
        visible = visible || *p > ' ';
        if (*p < ' ' || *p == 0x7f)
            return false;
    }
    return visible && chars <= NAME_CHARS;
}

static void on_code(void *arg, int err);

static void hello_code(struct session *s, bool asked)
{
    struct lt_found found;
    int err = lt_keys_get(s->all->keys, LT_LOOKUP_JOIN_CODE, s->hello->code, NULL, &found);
    if (err == LT_EBUSY && !asked) {
        session_hold(s);
        err = lt_keys_fetch(s->all->keys, LT_LOOKUP_JOIN_CODE, s->hello->code, NULL, on_code, s);
        if (err == LT_OK)
            return;
        s->pending--;
    }
    if (err != LT_OK) {
        hello_fail(s, err == LT_ENOENT ? LT_ENOEVENT : err);
        return;
    }
    s->who.tenant = found.tenant;
    s->who.event = found.event;
    hello_open(s);
}

static void on_code(void *arg, int err)
{
    struct session *s = arg;
    if (!session_back(s))
        return;
    if (err == LT_OK)
        hello_code(s, true);
    else
        hello_fail(s, err);
}

/* ---- by session token ---- */

static const enum lt_session_role role_of[] = {
    [LT_ROLE_ID_PLAY] = LT_SESSION_PLAY, [LT_ROLE_ID_STAGE] = LT_SESSION_STAGE,
    [LT_ROLE_ID_DESK] = LT_SESSION_DESK, [LT_ROLE_ID_JUDGE] = LT_SESSION_JUDGE,
    [LT_ROLE_ID_HOME] = LT_SESSION_HOME, [LT_ROLE_ID_WATCH] = LT_SESSION_WATCH};

static void hello_session(struct session *s)
{
    int64_t now_s = lt_cluster_now_us(lt_hub_cluster(s->all->hub)) / 1000000;
    int err = lt_session_verify(&s->all->key, s->hello->token, now_s, &s->who);
    if (err == LT_OK && s->who.role != role_of[s->hello->role])
        err = LT_ESESSION;
    if (err == LT_OK && s->hello->has_event && s->who.role == LT_SESSION_DESK)
        s->who.event.v = s->hello->event; /* a desk may choose; its role is checked below */
    else if (err == LT_OK && s->who.screen == 0 && s->hello->has_event &&
             s->hello->event != s->who.event.v)
        err = LT_ESESSION;
    if (err != LT_OK) {
        hello_fail(s, err == LT_EEXPIRED ? LT_ESESSION : err);
        return;
    }
    lt_metric_add(LT_M_SESSIONS_RESUMED, 1);
    if (s->who.screen != 0)
        session_screen(s);
    else
        hello_open(s);
}

/* ---- joining as a player ---- */

static void on_joined(void *arg, int err, const struct lt_joined *j)
{
    struct session *s = arg;
    if (!session_back(s))
        return;
    struct lt_contest *c = s->member.contest;
    lt_hub_leave(&s->member); /* it held the event while joining */
    if (err != LT_OK) {
        hello_fail(s, err);
        return;
    }
    s->who.person = j->person;
    s->who.entry = j->entry;
    s->who.guest = j->guest;
    snprintf(s->who.name, sizeof s->who.name, "%s", j->name);
    snprintf(s->who.unit, sizeof s->who.unit, "%s", j->unit);
    struct lt_entry *e =
        lt_contest_entry_add(c, j->entry.v, j->person.v, j->name, j->unit, j->guest);
    if (e)
        session_enter(s, c, e->players);
    else
        hello_fail(s, LT_EFULL);
}

/* ---- somebody who is known ---- */

/* The entry of a person, or of the team whose member the person is. */
static void on_known(void *arg, int err, const struct lt_pg_result *r)
{
    struct session *s = arg;
    if (!session_back(s))
        return;
    struct lt_contest *c = s->member.contest;
    lt_hub_leave(&s->member);
    if (err == LT_OK && lt_pg_rows(r, 0) != 1)
        err = c->sheet.teams ? LT_ENOTEAM : LT_ELATEJOIN;
    if (err != LT_OK) {
        hello_fail(s, err);
        return;
    }
    s->who.person.v = lt_pg_i64(r, 0, 0, 0);
    s->who.entry.v = lt_pg_i64(r, 0, 0, 2);
    snprintf(s->who.name, sizeof s->who.name, "%s", lt_pg_text(r, 0, 0, 1));
    snprintf(s->who.unit, sizeof s->who.unit, "%s", lt_pg_text(r, 0, 0, 4));
    struct lt_entry *e =
        lt_contest_entry_add(c, s->who.entry.v, c->sheet.teams ? 0 : s->who.person.v,
                             lt_pg_text(r, 0, 0, 3), s->who.unit, false);
    struct lt_player *p = e ? lt_contest_player_add(c, e, s->who.person.v, s->who.name) : NULL;
    if (p)
        session_enter(s, c, p);
    else
        hello_fail(s, LT_EFULL);
}

static void hello_known(struct session *s, struct lt_contest *c)
{
    char event[24];
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), s->who.tenant);
    assert(r);
    snprintf(event, sizeof event, "%lld", (long long)c->event.v);
    lt_pg_req_add(r, LT_SQL_PLAYER_OF, (const char *[]){event, s->ticket->sub});
    session_hold(s);
    int err = lt_pg_submit(r, on_known, s);
    if (err != LT_OK) {
        s->pending--;
        hello_fail(s, err);
        return;
    }
    lt_hub_hold(c, &s->member);
}

/* Teams are registered beforehand; who is not in one cannot play. */
static void hello_team(struct session *s, struct lt_contest *c)
{
    if (!s->ticket)
        hello_fail(s, LT_ENOGUESTS);
    else if (c->engine.phase == LT_PHASE_DRAFT)
        hello_fail(s, LT_ENOTOPEN);
    else
        hello_known(s, c);
}

/* May somebody who has no entry yet join now? */
static int may_join(const struct session *s, const struct lt_contest *c)
{
    if (!s->ticket && !c->sheet.guests)
        return LT_ENOGUESTS;
    switch (c->engine.phase) {
    case LT_PHASE_DRAFT:
        return LT_ENOTOPEN;
    case LT_PHASE_LOBBY:
        return LT_OK;
    case LT_PHASE_RUNNING:
    case LT_PHASE_PAUSED:
        return c->sheet.late_join ? LT_OK : LT_ELATEJOIN;
    case LT_PHASE_FINISHED:
    case LT_PHASE_FINAL:
    case LT_PHASES:
        break;
    }
    return LT_ELATEJOIN;
}

static void guest_id(char *out, size_t cap)
{
    unsigned char random[12];
    int ok = RAND_bytes(random, sizeof random);
    assert(ok == 1);
    int n = snprintf(out, cap, "guest:");
    for (size_t i = 0; i < sizeof random; i++)
        n += snprintf(out + n, cap - (size_t)n, "%02x", random[i]);
}

static void hello_join(struct session *s, struct lt_contest *c)
{
    struct lt_join j = {.tenant = c->tenant, .event = c->event, .guest = !s->ticket};
    int err = may_join(s, c);
    if (err == LT_ELATEJOIN && s->ticket) { /* too late for new ones; who joined in time is back */
        hello_known(s, c);
        return;
    }
    if (err == LT_OK && j.guest && !session_name_ok(s->hello->name))
        err = LT_ENAME;
    /* Guests come without a ticket: bound how many identities one address can make. */
    if (err == LT_OK && j.guest &&
        !session_limit(s, LIMIT_GUESTS, s->all->opts.guests_per_minute)) {
        lt_metric_add(LT_M_GUESTS_LIMITED, 1);
        err = LT_EFLOOD;
    }
    if (err != LT_OK) {
        hello_fail(s, err);
        return;
    }
    if (j.guest) {
        guest_id(j.ext_id, sizeof j.ext_id);
        snprintf(j.name, sizeof j.name, "%s", s->hello->name);
    } else {
        snprintf(j.ext_id, sizeof j.ext_id, "%s", s->ticket->sub);
        snprintf(j.name, sizeof j.name, "%s",
                 s->ticket->name[0] ? s->ticket->name : s->ticket->sub);
        snprintf(j.unit_code, sizeof j.unit_code, "%s", s->ticket->unit);
    }
    session_hold(s);
    err = lt_join_add(s->all->joins, &j, on_joined, s);
    if (err != LT_OK) {
        s->pending--;
        hello_fail(s, err);
        return;
    }
    lt_hub_hold(c, &s->member); /* keeps the event here until the commit */
}

static void hello_play(struct session *s, struct lt_contest *c)
{
    if (c->sheet.self_paced) { /* it is played from the home page */
        hello_fail(s, LT_EFORBIDDEN);
        return;
    }
    struct lt_player *p = lt_contest_player(c, s->who.person.v);
    if (s->who.entry.v == 0) {
        (c->sheet.teams ? hello_team : hello_join)(s, c);
        return;
    }
    if (p && p->entry->id == s->who.entry.v) {
        session_enter(s, c, p);
        return;
    }
    struct lt_entry *e = lt_contest_entry(c, s->who.entry.v);
    if (!e && !c->sheet.teams)
        e = lt_contest_entry_add(c, s->who.entry.v, s->who.person.v, s->who.name, s->who.unit,
                                 s->who.guest);
    if (!p && e) /* of a team that this node knows; the token says that the person is in it */
        p = lt_contest_player_add(c, e, s->who.person.v, s->who.name);
    if (p && p->entry->id == s->who.entry.v)
        session_enter(s, c, p);
    else
        hello_fail(s, e ? LT_ESESSION : LT_ENOTEAM);
}

/* ---- desks and judges ---- */

static void on_staff(void *arg, int err, const struct lt_pg_result *r)
{
    struct session *s = arg;
    if (!session_back(s))
        return;
    struct lt_contest *c = s->member.contest;
    if (c)
        lt_hub_leave(&s->member);
    int column = s->who.role == LT_SESSION_JUDGE ? 4 : 3;
    bool may = err == LT_OK && lt_pg_rows(r, 0) == 1 &&
               (lt_pg_bool(r, 0, 0, column) || s->who.event.v == 0);
    if (err != LT_OK || !may) {
        hello_fail(s, err != LT_OK ? err : LT_EFORBIDDEN);
        return;
    }
    s->who.person.v = lt_pg_i64(r, 0, 0, 0);
    snprintf(s->who.name, sizeof s->who.name, "%s", lt_pg_text(r, 0, 0, 1));
    snprintf(s->who.unit, sizeof s->who.unit, "%s", lt_pg_text(r, 0, 0, 2));
    if (c)
        session_enter(s, c, NULL);
    else
        session_list_events(s);
}

/* Roles are read at every hello: taking one away takes effect with the next. */
static void hello_staff(struct session *s, struct lt_contest *c)
{
    char event[24], person[24];
    struct lt_pg_req *r = lt_pg_req_new(lt_hub_pg(s->all->hub), s->who.tenant);
    assert(r);
    snprintf(event, sizeof event, "%lld", (long long)s->who.event.v);
    snprintf(person, sizeof person, "%lld", (long long)s->who.person.v);
    lt_pg_req_add(r, LT_SQL_STAFF,
                  (const char *[]){s->ticket ? s->ticket->sub : "", event, person});
    session_hold(s);
    int err = lt_pg_submit(r, on_staff, s);
    if (err != LT_OK) {
        s->pending--;
        hello_fail(s, err);
        return;
    }
    if (c)
        lt_hub_hold(c, &s->member);
}

/* ---- the event ---- */

static void on_contest(void *arg, int err, struct lt_contest *c)
{
    struct session *s = arg;
    if (!session_back(s))
        return;
    if (err != LT_OK) {
        hello_fail(s, err);
        return;
    }
    switch (s->hello->role) {
    case LT_ROLE_ID_PLAY:
        hello_play(s, c);
        break;
    case LT_ROLE_ID_STAGE:
        session_enter(s, c, NULL);
        break;
    case LT_ROLE_ID_DESK:
    case LT_ROLE_ID_JUDGE:
        hello_staff(s, c);
        break;
    case LT_ROLE_ID_WATCH:
        session_watch_enter(s, c);
        break;
    case LT_ROLE_ID_HOME:
        hello_fail(s, LT_EFORBIDDEN);
        break;
    case LT_ROLE_IDS:
        assert(false);
    }
}

void session_open_event(struct session *s)
{
    hello_open(s);
}

static void hello_open(struct session *s)
{
    s->who.role = role_of[s->hello->role];
    if (s->who.role == LT_SESSION_HOME) {
        session_home(s);
        return;
    }
    if (s->who.role == LT_SESSION_DESK && s->who.event.v == 0) {
        hello_staff(s, NULL);
        return;
    }
    if (s->who.event.v == 0) {
        hello_fail(s, LT_ENOEVENT);
        return;
    }
    session_hold(s);
    lt_hub_open(s->all->hub, s->who.tenant, s->who.event, on_contest, s);
}

static struct hello *hello_new(const struct lt_hello_in *m)
{
    const char *token = m->has_ticket ? m->ticket : m->has_session ? m->session : "";
    size_t n = strlen(token) + 1;
    struct hello *h = malloc(sizeof *h + n);
    if (!h)
        return NULL;
    *h = (struct hello){.role = m->role,
                        .has_event = m->has_event,
                        .has_epoch = m->has_epoch,
                        .has_seq = m->has_seq,
                        .event = m->event,
                        .epoch = m->epoch,
                        .seq = m->seq};
    memcpy(h->code, m->code, sizeof h->code);
    memcpy(h->name, m->name, sizeof h->name);
    memcpy(h->token, token, n);
    return h;
}

void session_hello(struct session *s, const struct lt_hello_in *m)
{
    int n_ways = m->has_ticket + m->has_session + m->has_code;
    bool fresh = m->role == LT_ROLE_ID_STAGE && n_ways == 0, ways = n_ways == 1 || fresh;
    bool fits = !(m->role == LT_ROLE_ID_STAGE && !m->has_session && !fresh) &&
                !(m->role == LT_ROLE_ID_WATCH && !m->has_code) &&
                !((m->role == LT_ROLE_ID_DESK || m->role == LT_ROLE_ID_JUDGE) && m->has_code);
    lt_loop_timer_cancel(s->all->loop, &s->hello_timer);
    session_state(s, SESSION_JOINING);
    s->who = (struct lt_session){0};
    s->hello = hello_new(m);
    if (!s->hello || !ways || !fits) {
        hello_fail(s, !s->hello ? LT_EFULL : !ways ? LT_ENOENT : LT_EFORBIDDEN);
        return;
    }
    if (m->role == LT_ROLE_ID_HOME && m->has_code) { /* guests have no record to come back to */
        hello_fail(s, LT_ENOGUESTS);
        return;
    }
    if (fresh)
        session_pairing(s);
    else if (m->has_ticket)
        hello_ticket(s, false);
    else if (m->has_session)
        hello_session(s);
    else if (m->role == LT_ROLE_ID_WATCH)
        session_watch(s);
    else
        hello_code(s, false);
}
