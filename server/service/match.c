/* One who looks for opponents:
 *
 *           ┌───────────── a second ─────────────┐
 *           ▼                                    │
 *   look ─► script ─► waiting ───────────────────┤
 *     ▲       ├─────► made: begin the duel ──► say so ──► read own papers ─► found
 *     │       └─────► taken by another ──────────────────►    │
 *     └───────────────────── no duel there yet ───────────────┘
 *
 * The script takes all of a match out at once and leaves a mark on each for some seconds, so that
 * nobody is matched twice while the duel is written. The node that asked writes it. If it dies, the
 * marks run out and everybody waits on with the time waited so far. Redis may forget queue and marks:
 * then somebody may be in two matches, and the database makes one duel of them (duel_start.c).
 *
 * Rejected: one node that matches for all (its death would stop matching until another is found), and
 * queues in PostgreSQL (a row to update for each who waits each second). */
#include "service/match.h"
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "service/event_channel.h"
#include "service/sql.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOOK_US = 1000 * 1000,
    LOOKS_PER_READ =
        5, /* the database is read so often by somebody who waits, whatever Redis says */
    WAITING_MAX = 5000, /* in one queue */
    WIDEN_MS = 5000,    /* where no robot plays */
    KEY_BYTES = 96,
    KEYS = 4,
    MARKS_MAX = 4096,
};

/* Who waited until the rule is wide open comes first, longest first; then who is nearest. Looks at
 * the hundred who wait longest. */
const char lt_match_script[] =
    "local now, op, me = tonumber(ARGV[1]), ARGV[2], ARGV[3] "
    "local wait, seen, about, taken = KEYS[1], KEYS[2], KEYS[3], KEYS[4] "
    "local function out(p) redis.call('ZREM', wait, p) redis.call('ZREM', seen, p) "
    "redis.call('HDEL', about, p) end "
    "for _, p in ipairs(redis.call('ZRANGEBYSCORE', seen, '-inf', now - 5000, 'LIMIT', 0, 100)) do "
    "out(p) end "
    "redis.call('ZREMRANGEBYSCORE', taken, '-inf', now - 5000) "
    "if op == 'free' then for i = 3, #ARGV do redis.call('ZREM', taken, ARGV[i]) end return {0, 0} "
    "end "
    "if op == 'stop' then out(me) return {0, redis.call('ZCARD', wait)} end "
    "if redis.call('ZSCORE', taken, me) then return {2, redis.call('ZCARD', wait)} end "
    "local since, old = tonumber(ARGV[4]), redis.call('ZSCORE', wait, me) "
    "if old and tonumber(old) < since then since = tonumber(old) end "
    "if not old and redis.call('ZCARD', wait) >= tonumber(ARGV[12]) then "
    "return {3, redis.call('ZCARD', wait)} end "
    "redis.call('ZADD', wait, since, me) redis.call('ZADD', seen, now, me) "
    "redis.call('HSET', about, me, table.concat({ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11]}, ' "
    "')) "
    "local rule, widen, need = ARGV[6], tonumber(ARGV[14]), tonumber(ARGV[5]) - 1 "
    "local rating, region, parent = tonumber(ARGV[7]), ARGV[8], ARGV[9] "
    "local all = redis.call('ZRANGE', wait, 0, 99, 'WITHSCORES') "
    "local people, fit = {}, {} "
    "for i = 1, #all, 2 do if all[i] ~= me then people[#people + 1] = all[i] end end "
    "local told = #people > 0 and redis.call('HMGET', about, unpack(people)) or {} "
    "local at = {} for i = 1, #all, 2 do at[all[i]] = tonumber(all[i + 1]) end "
    "for i, p in ipairs(people) do "
    "local r, g, u, d, a = string.match(told[i] or '', '^(%S+) (%S+) (%S+) (%S+) (%S+)$') "
    "if r then "
    "local waited, far = now - math.min(since, at[p]), 0 "
    "if rule == 'region' then "
    "if g == region and g ~= '0' then far = 0 "
    "elseif parent ~= '0' and (u == parent or g == parent) or u ~= '0' and u == region then far = "
    "1 "
    "else far = 2 end "
    "elseif rule == 'rating' then far = math.abs(tonumber(r) - rating) end "
    "local open = waited >= 2 * widen "
    "local reach = rule == 'rating' and 100 + 400 * waited / (2 * widen) or (waited >= widen and 1 "
    "or 0) "
    "if open or far <= reach then "
    "fit[#fit + 1] = {p = p, d = d, a = a, far = now - at[p] >= 2 * widen and -1 or far, i = i} "
    "end "
    "end end "
    "local robot = ARGV[13] == '1' "
    "if #fit < need and not robot then return {0, redis.call('ZCARD', wait)} end "
    "table.sort(fit, function(x, y) if x.far ~= y.far then return x.far < y.far end return x.i < "
    "y.i end) "
    "local made = {1, redis.call('ZCARD', wait), me, ARGV[10], ARGV[11]} "
    "out(me) redis.call('ZADD', taken, now, me) "
    "for i = 1, math.min(need, #fit) do local f = fit[i] "
    "out(f.p) redis.call('ZADD', taken, now, f.p) "
    "made[#made + 1] = f.p made[#made + 1] = f.d made[#made + 1] = f.a end "
    "for _, k in ipairs(KEYS) do redis.call('EXPIRE', k, 60) end "
    "return made";

struct lt_seek {
    struct lt_matching *all;
    struct lt_paced *event;           /* pinned */
    struct lt_event_channel *channel; /* shared by the seeks and matches of an event */
    struct lt_seek_who who;
    int64_t since_us;            /* cluster time */
    bool busy, read, over, gone; /* gone: its owner left; over: fn was told the last */
    int looks;
    struct lt_seek_state said;
    bool said_any;
    struct lt_timer timer;
    lt_seek_fn *fn;
    void *arg;
    struct lt_seek *next, **prev;
};
struct lt_matching {
    struct lt_loop *loop;
    struct lt_pg *pg;
    struct lt_redis *redis;
    struct lt_cluster *cluster;
    bool stopped;
    int n_seeks;
    struct lt_seek *seeks;
    struct lt_event_channels channels;
};

static void look(struct lt_seek *s);

static int64_t now_us(const struct lt_matching *m)
{
    return lt_cluster_now_us(m->cluster);
}

static const struct lt_paper_rule *rule_of(const struct lt_seek *s)
{
    return &s->event->sheet.rounds[s->who.round - 1].paper;
}

static int64_t robot_us(const struct lt_seek *s)
{
    int after_s = rule_of(s)->robot_after_s;
    return after_s > 0 ? s->since_us + after_s * INT64_C(1000000) : 0;
}

static bool robot_due(const struct lt_seek *s)
{
    int64_t at_us = robot_us(s);
    return at_us != 0 && now_us(s->all) >= at_us;
}

/* ---- the channel ---- */

/* "B person person …": what they were taken for has been decided. */
static void on_message(void *arg, const char *channel, const char *p, size_t n)
{
    struct lt_event_channel *c = arg;
    struct lt_matching *m = c->all->owner;
    (void)channel;
    (void)n;
    if (p[0] != 'B')
        return;
    for (p++; *p == ' ';) {
        char *rest;
        int64_t person = strtoll(p, &rest, 10);
        struct lt_seek *s, *next;
        for (s = m->seeks; s; s = next) {
            next = s->next;
            if (s->channel != c || s->who.person.person != person)
                continue;
            s->read = true;
            look(s);
        }
        p = rest;
    }
}

/* ---- scripts ---- */

struct script {
    char keys[KEYS][KEY_BYTES];
    const char *argv[3 + KEYS + 16];
    int argc;
};

static void script_begin(struct script *s, const struct lt_event_channel *c, int round)
{
    static const char *const names[KEYS] = {"wait", "seen", "about", "taken"};
    s->argv[0] = "EVAL";
    s->argv[1] = lt_match_script;
    s->argv[2] = "4";
    for (int k = 0; k < KEYS; k++) {
        snprintf(s->keys[k], KEY_BYTES, "lt:{%" PRId64 ":%" PRId64 "}:match:%d:%s", c->key.tenant,
                 c->key.event, round, names[k]);
        s->argv[3 + k] = s->keys[k];
    }
    s->argc = 3 + KEYS;
}

static void script_add(struct script *s, const char *text)
{
    s->argv[s->argc++] = text;
}

static int script_send(struct lt_matching *m, const struct script *s, lt_redis_fn *fn, void *arg)
{
    return lt_redis_up(m->redis) ? lt_redis_cmd(m->redis, fn, arg, s->argc, s->argv, NULL)
                                 : LT_EREDIS;
}

struct num {
    char s[24];
};
static struct num num(int64_t v)
{
    struct num n;
    snprintf(n.s, sizeof n.s, "%" PRId64, v);
    return n;
}

static void send_stop(struct lt_seek *s)
{
    struct script q;
    struct num now = num(now_us(s->all) / 1000), me = num(s->who.person.person);
    script_begin(&q, s->channel, s->who.round);
    script_add(&q, now.s);
    script_add(&q, "stop");
    script_add(&q, me.s);
    script_send(s->all, &q, NULL, NULL);
}

/* ---- who looks ---- */

static void forget(struct lt_seek *s)
{
    lt_loop_timer_cancel(s->all->loop, &s->timer);
    *s->prev = s->next;
    if (s->next)
        s->next->prev = s->prev;
    lt_event_channel_drop(s->channel);
    lt_paced_unpin(s->event);
    lt_metric_set(LT_M_SEEKING, --s->all->n_seeks);
    free(s);
}

/* A callback came back. False: nobody waits for it any more, and the seek is gone. */
static bool back(struct lt_seek *s)
{
    s->busy = false;
    if (!s->gone)
        return true;
    forget(s);
    return false;
}

static void tell_last(struct lt_seek *s, enum lt_seek_news news, const struct lt_seek_state *state)
{
    send_stop(s);
    s->over = true;
    s->fn(s->arg, news, state);
    forget(s);
}

static void tell_waiting(struct lt_seek *s, int waiting, int err)
{
    const struct lt_seek_state was = s->said;
    lt_seek_state(s, &s->said);
    s->said.waiting = waiting > 0 ? waiting : 1;
    s->said.err = err;
    if (!s->said_any || was.waiting != s->said.waiting || was.err != s->said.err)
        s->fn(s->arg, LT_SEEK_WAITING, &s->said);
    s->said_any = true;
}

static void again(struct lt_seek *s, int64_t wait_us)
{
    int64_t robot = robot_us(s), now = now_us(s->all);
    if (robot > now && robot - now < wait_us)
        wait_us = robot - now + 1000;
    lt_loop_timer(s->all->loop, &s->timer, wait_us);
}

static void on_timer(struct lt_timer *t, int64_t mono_us)
{
    (void)mono_us;
    look(t->arg);
}

/* ---- a match is made ---- */

struct making {
    struct lt_matching *all;
    struct lt_event_channel *channel;
    struct lt_seek *seek;
    int round, n;
    struct lt_duel_person persons[LT_DUEL_PLAYERS_MAX];
};

/* Who is not in it may look again at once; everybody is told to see what there is. */
static void say_made(struct making *k, const bool *in)
{
    struct script q;
    struct num now = num(now_us(k->all) / 1000), person[LT_DUEL_PLAYERS_MAX];
    char text[8 + 24 * LT_DUEL_PLAYERS_MAX] = "B";
    size_t used = 1;
    script_begin(&q, k->channel, k->round);
    script_add(&q, now.s);
    script_add(&q, "free");
    for (int i = 0; i < k->n; i++) {
        person[i] = num(k->persons[i].person);
        used += (size_t)snprintf(text + used, sizeof text - used, " %s", person[i].s);
        if (!in[i])
            script_add(&q, person[i].s);
    }
    script_send(k->all, &q, NULL, NULL);
    if (lt_redis_up(k->all->redis))
        lt_redis_cmdv(k->all->redis, NULL, NULL, "PUBLISH", k->channel->text, text, (char *)NULL);
}

static void on_begun(void *arg, int err, const bool *in)
{
    struct making *k = arg;
    struct lt_seek *s = k->seek;
    say_made(k, in);
    lt_event_channel_drop(k->channel);
    free(k);
    if (!back(s))
        return;
    if (err == LT_EPHASE) {
        tell_last(s, LT_SEEK_OVER, &(struct lt_seek_state){.err = err});
        return;
    }
    s->read = true;
    if (err == LT_OK || err == LT_EBUSY)
        look(s);
    else
        again(s, LOOK_US);
}

static void make(struct lt_seek *s, const struct lt_duel_person *persons, int n)
{
    struct making *k = calloc(1, sizeof *k);
    assert(k);
    *k = (struct making){.all = s->all,
                         .channel = lt_event_channel_take(&s->all->channels, s->event->key.tenant,
                                                          s->event->key.event),
                         .seek = s,
                         .round = s->who.round,
                         .n = n};
    for (int i = 0; i < n; i++)
        k->persons[i] = persons[i];
    s->busy = true;
    lt_duel_begin(s->all->loop, s->all->pg, s->all->cluster, s->event, s->who.round, k->persons, n,
                  robot_due(s), on_begun, k);
}

/* ---- what the script said ---- */

static void copy_mark(const struct lt_redis_reply *r, char ret[LT_PAPER_MARK_HEX + 1])
{
    const char *text = lt_redis_str(r, NULL);
    snprintf(ret, LT_PAPER_MARK_HEX + 1, "%s", strcmp(text, "-") == 0 ? "" : text);
}

static void made(struct lt_seek *s, const struct lt_redis_reply *r)
{
    struct lt_duel_person persons[LT_DUEL_PLAYERS_MAX];
    int n = 0;
    for (size_t i = 2; i + 2 < lt_redis_len(r) && n < LT_DUEL_PLAYERS_MAX; i += 3, n++) {
        persons[n].person = strtoll(lt_redis_str(lt_redis_at(r, i), NULL), NULL, 10);
        copy_mark(lt_redis_at(r, i + 1), persons[n].device);
        copy_mark(lt_redis_at(r, i + 2), persons[n].address);
    }
    make(s, persons, n);
}

/* Nobody can be found; a robot comes as it was said. */
static void alone(struct lt_seek *s, int err)
{
    tell_waiting(s, 1, err);
    if (robot_due(s))
        make(s, &s->who.person, 1);
    else
        again(s, LOOK_US);
}

static void on_looked(void *arg, int err, const struct lt_redis_reply *r)
{
    struct lt_seek *s = arg;
    if (!back(s))
        return;
    if (err != LT_OK || lt_redis_type(r) != LT_REDIS_ARRAY || lt_redis_len(r) < 2) {
        alone(s, LT_EREDIS);
        return;
    }
    int waiting = (int)lt_redis_int(lt_redis_at(r, 1));
    switch (lt_redis_int(lt_redis_at(r, 0))) {
    case LT_MATCH_MADE:
        made(s, r);
        break;
    case LT_MATCH_TAKEN:
        s->read = true;
        again(s, LOOK_US / 4);
        break;
    case LT_MATCH_FULL:
        alone(s, LT_EFULL);
        break;
    default:
        tell_waiting(s, waiting, LT_OK);
        again(s, LOOK_US);
    }
}

static int ask(struct lt_seek *s)
{
    static const char *const rules[LT_MATCHES] = {
        [LT_MATCH_ANY] = "any", [LT_MATCH_REGION] = "region", [LT_MATCH_RATING] = "rating"};
    const struct lt_paper_rule *rule = rule_of(s);
    const struct lt_seek_who *w = &s->who;
    struct script q;
    const struct num n[] = {
        num(now_us(s->all) / 1000),
        num(w->person.person),
        num(s->since_us / 1000),
        num(rule->players),
        num(w->rating),
        num(w->region),
        num(w->parent),
        num(WAITING_MAX),
        num(rule->robot_after_s > 0 ? rule->robot_after_s * INT64_C(1000) / 3 : WIDEN_MS)};
    const char *args[] = {n[0].s,
                          "look",
                          n[1].s,
                          n[2].s,
                          n[3].s,
                          rules[rule->match],
                          n[4].s,
                          n[5].s,
                          n[6].s,
                          w->person.device[0] ? w->person.device : "-",
                          w->person.address[0] ? w->person.address : "-",
                          n[7].s,
                          robot_due(s) ? "1" : "0",
                          n[8].s};
    script_begin(&q, s->channel, w->round);
    for (size_t i = 0; i < sizeof args / sizeof *args; i++)
        script_add(&q, args[i]);
    return script_send(s->all, &q, on_looked, s);
}

/* ---- the database ---- */

static void ask_others(struct lt_seek *s)
{
    int err = ask(s);
    if (err == LT_OK)
        s->busy = true;
    else
        alone(s, err);
}

static void on_marks(void *arg, int err, const struct lt_pg_result *r)
{
    static struct lt_paper_mark marks[MARKS_MAX];
    struct lt_seek *s = arg;
    struct lt_seek_state state = {0};
    int n = 0;
    if (!back(s))
        return;
    if (err != LT_OK) { /* without the database no duel begins either */
        s->read = true;
        again(s, LOOK_US);
        return;
    }
    for (int i = 0; i < lt_pg_rows(r, 1) && n < MARKS_MAX; i++, n++) {
        bool open;
        int64_t duel;
        marks[n] = lt_paper_mark_at(r, 1, i, 0, &open, &duel);
        if (open && duel != 0 && marks[n].round == s->who.round - 1)
            state.attempt = marks[n].attempt;
    }
    if (state.attempt > 0) {
        tell_last(s, LT_SEEK_FOUND, &state);
        return;
    }
    state.err = lt_paper_may_start(&s->event->sheet, s->who.round - 1, marks, n, now_us(s->all));
    if (state.err == LT_EPHASE)
        state.err = LT_EHOURS;
    if (now_us(s->all) >= s->event->closes_us)
        state.err = LT_EPHASE;
    if (state.err != LT_OK)
        tell_last(s, LT_SEEK_OVER, &state);
    else
        ask_others(s);
}

static int read_marks(struct lt_seek *s)
{
    struct num event = num(s->event->key.event), person = num(s->who.person.person),
               season = num(s->event->season);
    struct lt_pg_req *r = lt_pg_req_new(s->all->pg, (struct lt_tenant_id){s->event->key.tenant});
    if (!r)
        return LT_ENOMEM;
    lt_pg_req_add(r, LT_SQL_PLAN, NULL);
    lt_pg_req_add(r, LT_SQL_PAPER_MARKS, (const char *[]){event.s, person.s, season.s});
    return lt_pg_submit(r, on_marks, s);
}

static void look(struct lt_seek *s)
{
    if (s->busy || s->over || s->gone || s->all->stopped)
        return;
    lt_loop_timer_cancel(s->all->loop, &s->timer);
    if (!s->read && ++s->looks % LOOKS_PER_READ != 0) {
        ask_others(s);
        return;
    }
    s->read = false;
    s->busy = read_marks(s) == LT_OK;
    if (!s->busy)
        again(s, LOOK_US);
}

/* ---- from outside ---- */

struct lt_seek *lt_seek_begin(struct lt_matching *m, struct lt_paced *e,
                              const struct lt_seek_who *who, lt_seek_fn *fn, void *arg)
{
    struct lt_seek *s = calloc(1, sizeof *s);
    assert(s);
    s->all = m;
    s->event = e;
    s->channel = lt_event_channel_take(&m->channels, e->key.tenant, e->key.event);
    s->who = *who;
    s->since_us = now_us(m);
    s->fn = fn;
    s->arg = arg;
    s->next = m->seeks;
    s->prev = &m->seeks;
    if (s->next)
        s->next->prev = &s->next;
    m->seeks = s;
    lt_paced_pin(e);
    lt_metric_set(LT_M_SEEKING, ++m->n_seeks);
    lt_timer_init(&s->timer, on_timer, s);
    lt_loop_timer(m->loop, &s->timer, 0);
    return s;
}

void lt_seek_end(struct lt_seek *s)
{
    assert(!s->gone && !s->over);
    send_stop(s);
    s->gone = true;
    lt_loop_timer_cancel(s->all->loop, &s->timer);
    if (!s->busy)
        forget(s);
}

void lt_seek_state(const struct lt_seek *s, struct lt_seek_state *ret)
{
    *ret = s->said;
    if (ret->waiting == 0)
        ret->waiting = 1;
    ret->needed = rule_of(s)->players;
    ret->robot_us = robot_us(s);
}

struct lt_matching *lt_match_new(struct lt_loop *l, struct lt_pg *pg, struct lt_redis *redis,
                                 struct lt_cluster *cluster)
{
    struct lt_matching *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->loop = l;
    m->pg = pg;
    m->redis = redis;
    m->cluster = cluster;
    m->channels =
        (struct lt_event_channels){.redis = redis, .name = "match", .fn = on_message, .owner = m};
    return m;
}

void lt_match_stop(struct lt_matching *m)
{
    m->stopped = true;
    lt_event_channels_stop(&m->channels);
}

void lt_match_free(struct lt_matching *m)
{
    if (!m)
        return;
    assert(!m->channels.list);
    free(m);
}
