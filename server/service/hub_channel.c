/* What nodes tell each other about an event, on the Redis channel `lt:{tenant}:{event}`. One line
 * each, the first letter says which:
 *
 *   L epoch seq at_us kind payload             a log record, committed
 *   H node seq stale                           the driver announces where its log ends (every s);
 *                                              1: boards in Redis are being written again
 *   W                                          the log or the inbox has something new
 *   O command outcome                          a command was decided: "ok" or an error code
 *   P node players stages qi answered          presence of one node (every 2 s, and on change)
 *   N node RS news RS news…                    who came to `node` and who left it, in order, said
 *                                              together some 20 times a second (RS: the byte 0x1e):
 *     R entry since_us person guest name US unit   a player is connected since then: older
 *                                              connections elsewhere end (US: the byte 0x1f; the
 *                                              player's name)
 *     X person                                 it is not any more
 *   T node entry qi done                       a member's answer was committed: others of the team
 *                                              look at the database, all learn how far it is
 *   Q                                          who just came asks everybody to say their R; a node
 *                                              does so at most every 5 s
 *
 * All of it may be lost: the log is polled on silence, presence has a TTL, outcomes are asked for.
 */
#include "base/err.h"
#include "base/metrics.h"
#include "hub_internal.h"
#include "service/view.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHANNEL_BYTES = 64,
    MESSAGE_BYTES = LT_PAYLOAD_BYTES + 1024,
    NEWS_BYTES = 32 * 1024, /* more is said at once */
    NEWS_LIMIT = 2 * NEWS_BYTES,
    PRESENCE_SAY_US = 2000 * 1000,
    PRESENCE_TTL_US = 5000 * 1000,
    PRESENCE_LOBBY_US = 2000 * 1000, /* to players, while they wait */
    SAY_ALL_US = 5000 * 1000,
};

static void channel_name(const struct lt_contest *c, char *out)
{
    snprintf(out, CHANNEL_BYTES, "lt:%" PRId64 ":%" PRId64, c->tenant.v, c->event.v);
}

void hub_publish(struct lt_contest *c, const char *text)
{
    char channel[CHANNEL_BYTES];
    channel_name(c, channel);
    if (lt_redis_up(c->hub->redis))
        lt_redis_cmdv(c->hub->redis, NULL, NULL, "PUBLISH", channel, text, (char *)NULL);
}

void hub_publish_record(struct lt_contest *c, const struct lt_record *r)
{
    struct lt_buf b;
    lt_buf_init(&b, MESSAGE_BYTES);
    lt_buf_printf(&b, "L %" PRId64 " %" PRId64 " %" PRId64 " %s ", c->epoch, r->seq, r->at_us,
                  lt_record_kind_name(r->kind));
    lt_record_write(r, &b);
    if (!b.failed)
        hub_publish(c, lt_buf_cstr(&b));
    lt_buf_done(&b);
}

void lt_hub_announce(struct lt_contest *c, bool boards_stale)
{
    char text[64];
    snprintf(text, sizeof text, "H %" PRId64 " %" PRId64 " %d", lt_cluster_node(c->hub->cluster),
             c->engine.seq, boards_stale);
    hub_publish(c, text);
}

void lt_hub_wake(struct lt_contest *c)
{
    hub_publish(c, "W");
}

bool lt_hub_fast(const struct lt_hub *h)
{
    return lt_redis_up(h->redis);
}

/* ---- hearing ---- */

static void hear_record(struct lt_contest *c, const char *p, size_t n)
{
    int64_t epoch, seq, at_us;
    char kind[32];
    int used = 0;
    if (sscanf(p, "L %" SCNd64 " %" SCNd64 " %" SCNd64 " %31s %n", &epoch, &seq, &at_us, kind,
               &used) != 4 ||
        used == 0)
        return;
    c->sync->heard_us = hub_now_us(c->hub);
    c->sync->silent_polls = 0;
    if (epoch != c->epoch || seq > c->engine.seq + 1) {
        lt_hub_poll(c);
        return;
    }
    struct lt_record r;
    if (seq == c->engine.seq + 1 &&
        lt_record_read(kind, seq, at_us, p + used, n - (size_t)used, &r) == LT_OK)
        hub_record(c, &r, false);
}

static void hear_head(struct lt_contest *c, const char *p)
{
    int64_t node, seq;
    int stale = 0;
    if (sscanf(p, "H %" SCNd64 " %" SCNd64 " %d", &node, &seq, &stale) < 2)
        return;
    c->sync->boards_stale = stale != 0;
    c->sync->heard_us = hub_now_us(c->hub);
    c->sync->silent_polls = 0;
    if (seq > c->engine.seq)
        lt_hub_poll(c);
}

static void hear_presence(struct lt_contest *c, const char *p)
{
    struct heard h = {.at_us = hub_now_us(c->hub)};
    if (sscanf(p, "P %" SCNd64 " %d %d %d %d", &h.node, &h.players, &h.stages, &h.qi,
               &h.answered) != 5 ||
        h.node == lt_cluster_node(c->hub->cluster))
        return;
    struct heard *slot = &c->sync->heard[0]; /* this node's, else the one heard longest ago */
    for (int i = 0; i < LT_NODES_HEARD; i++) {
        struct heard *x = &c->sync->heard[i];
        if (x->node == h.node) {
            slot = x;
            break;
        }
        if (x->at_us < slot->at_us)
            slot = x;
    }
    *slot = h;
}

/* A name may be any text; what separates names and news is not part of one. */
static void add_name(struct lt_buf *b, const char *name)
{
    for (; *name; name++)
        lt_buf_char(b, *name == '\x1e' || *name == '\x1f' ? ' ' : *name);
}

static struct lt_buf *news_begin(struct lt_contest *c, char kind, int64_t id)
{
    struct lt_buf *b = &c->sync->news;
    if (b->len >= NEWS_BYTES)
        hub_say_news(c);
    if (b->len == 0) {
        lt_buf_init(b, NEWS_LIMIT);
        lt_buf_printf(b, "N %" PRId64, lt_cluster_node(c->hub->cluster));
    }
    lt_buf_char(b, '\x1e');
    lt_buf_char(b, kind);
    lt_buf_char(b, ' ');
    lt_buf_i64(b, id);
    return b;
}

void hub_say_here(struct lt_contest *c, const struct lt_member *m)
{
    const struct lt_player *p = m->player;
    struct lt_buf *b = news_begin(c, 'R', p->entry->id);
    lt_buf_char(b, ' ');
    lt_buf_i64(b, m->since_us);
    lt_buf_char(b, ' ');
    lt_buf_i64(b, p->person);
    lt_buf_str(b, p->entry->guest ? " 1 " : " 0 ");
    add_name(b, p->name);
    lt_buf_char(b, '\x1f');
    add_name(b, p->entry->unit);
}

void hub_say_gone(struct lt_contest *c, const struct lt_player *p)
{
    news_begin(c, 'X', p->person);
}

void hub_say_answered(struct lt_contest *c, const struct lt_entry *e)
{
    char text[96];
    snprintf(text, sizeof text, "T %" PRId64 " %" PRId64 " %d %d", lt_cluster_node(c->hub->cluster),
             e->id, c->engine.qi, lt_contest_progress(c, e));
    hub_publish(c, text);
}

/* Everybody hears all of it, so as many words as there are players cost each node their sum. A node that
 * lost Redis for lack of processor time would, by asking, take everybody's: not as often as asked. */
void hub_say_all(struct lt_contest *c)
{
    c->sync->say_all = true;
}

static void say_all(struct lt_contest *c)
{
    int64_t now_us = hub_now_us(c->hub);
    if (!c->sync->say_all ||
        (c->sync->said_all_us > 0 && now_us - c->sync->said_all_us < SAY_ALL_US))
        return;
    c->sync->say_all = false;
    c->sync->said_all_us = now_us;
    for (const struct lt_member *m = c->members[LT_MEMBER_PLAY]; m; m = m->next)
        hub_say_here(c, m);
}

void hub_say_news(struct lt_contest *c)
{
    struct lt_buf *b = &c->sync->news;
    say_all(c);
    if (b->len > 0)
        hub_publish(c, lt_buf_cstr(b));
    lt_buf_done(b);
}

static void hear_gone(struct lt_contest *c, int64_t node, const char *p)
{
    int64_t person;
    if (sscanf(p, "X %" SCNd64, &person) != 1)
        return;
    struct lt_player *player = lt_contest_player(c, person);
    if (player && player->remote_node == node) {
        player->remote_node = 0;
        lt_hub_team_changed(c, player->entry);
    }
}

static void hear_answered(struct lt_contest *c, const char *p)
{
    int64_t node, entry;
    int qi, done;
    if (sscanf(p, "T %" SCNd64 " %" SCNd64 " %d %d", &node, &entry, &qi, &done) != 4 ||
        node == lt_cluster_node(c->hub->cluster)) /* our own word: what it says is known here */
        return;
    struct lt_entry *e = lt_contest_entry(c, entry);
    if (!e)
        return;
    lt_contest_heard_progress(c, e, qi, done);
    c->sync->progress_news = true;
    hub_team_fetch(c, e);
}

/* A node that fell silent has lost its connections. */
bool lt_hub_player_online(const struct lt_contest *c, const struct lt_player *p)
{
    if (p->member || p->remote_node == 0)
        return p->member != NULL;
    for (int i = 0; i < LT_NODES_HEARD; i++) {
        const struct heard *h = &c->sync->heard[i];
        if (h->node == p->remote_node)
            return hub_now_us(c->hub) - h->at_us <= PRESENCE_TTL_US;
    }
    return false;
}

bool lt_hub_online(const struct lt_contest *c, int64_t entry)
{
    const struct lt_entry *e = lt_contest_entry(c, entry);
    for (const struct lt_player *p = e ? e->players : NULL; p; p = p->next)
        if (lt_hub_player_online(c, p))
            return true;
    return false;
}

/* The player may be news to this node: the message carries all of it, so that a desk sees who is
 * here before the next look at the database. Teams are known from the database alone. */
static struct lt_player *hear_player(struct lt_contest *c, int64_t id, int64_t person, int guest,
                                     const char *names)
{
    struct lt_player *p = lt_contest_player(c, person);
    struct lt_entry *e = lt_contest_entry(c, id);
    const char *unit = strchr(names, '\x1f');
    char name[256];
    if (p || !unit || (size_t)(unit - names) >= sizeof name)
        return p;
    memcpy(name, names, (size_t)(unit - names));
    name[unit - names] = '\0';
    if (!e && !c->sheet.teams)
        e = lt_contest_entry_add(c, id, person, name, unit + 1, guest != 0);
    return e ? lt_contest_player_add(c, e, person, name) : NULL;
}

static void hear_here(struct lt_contest *c, int64_t node, const char *p)
{
    int64_t entry, since_us, person;
    int guest, used = 0;
    if (sscanf(p, "R %" SCNd64 " %" SCNd64 " %" SCNd64 " %d %n", &entry, &since_us, &person, &guest,
               &used) != 4 ||
        used == 0)
        return;
    struct lt_player *player = hear_player(c, entry, person, guest, p + used);
    if (!player)
        return;
    const struct lt_member *here = player->member;
    if (here && (here->since_us > since_us ||
                 (here->since_us == since_us && lt_cluster_node(c->hub->cluster) > node)))
        return;
    player->remote_node = node;
    player->remote_since_us = since_us;
    if (player->member) {
        struct lt_member *old = player->member;
        player->member = NULL;
        c->hub->on_replaced(old);
    }
    lt_hub_team_changed(c, player->entry);
}

static void hear_news(struct lt_contest *c, const char *p)
{
    int64_t node;
    char one[512];
    if (sscanf(p, "N %" SCNd64, &node) != 1 || node == lt_cluster_node(c->hub->cluster))
        return;
    while ((p = strchr(p, '\x1e'))) {
        size_t n = strcspn(++p, "\x1e");
        if (n >= sizeof one)
            continue;
        memcpy(one, p, n);
        one[n] = '\0';
        if (one[0] == 'R')
            hear_here(c, node, one);
        else if (one[0] == 'X')
            hear_gone(c, node, one);
    }
}

static void hear_outcome(struct lt_contest *c, const char *p)
{
    char id[41], outcome[32];
    if (sscanf(p, "O %40s %31s", id, outcome) == 2)
        hub_command_outcome(c, id, lt_err_from_wire(outcome));
}

static void on_message(void *arg, const char *channel, const char *p, size_t n)
{
    struct lt_contest *c = arg;
    (void)channel;
    if (c->sync->state != SYNC_READY || n == 0)
        return;
    switch (p[0]) {
    case 'L':
        hear_record(c, p, n);
        break;
    case 'H':
        hear_head(c, p);
        break;
    case 'W':
        lt_hub_poll(c);
        c->hub->driver.on_inbox(c->hub->driver.arg, c);
        break;
    case 'O':
        hear_outcome(c, p);
        break;
    case 'P':
        hear_presence(c, p);
        break;
    case 'N':
        hear_news(c, p);
        break;
    case 'Q':
        hub_say_all(c);
        break;
    case 'T':
        hear_answered(c, p);
        break;
    default: /* a newer node's word; nothing of ours depends on it */
        break;
    }
}

void hub_subscribe(struct lt_contest *c)
{
    char channel[CHANNEL_BYTES];
    channel_name(c, channel);
    c->sync->subscribed = lt_redis_subscribe(c->hub->redis, channel, on_message, c) == LT_OK;
}

void hub_unsubscribe(struct lt_contest *c)
{
    char channel[CHANNEL_BYTES];
    channel_name(c, channel);
    if (c->sync->subscribed)
        lt_redis_unsubscribe(c->hub->redis, channel);
    c->sync->subscribed = false;
}

/* ---- presence ---- */

static void say_presence(struct lt_contest *c)
{
    char text[128];
    snprintf(text, sizeof text, "P %" PRId64 " %d %d %d %d", lt_cluster_node(c->hub->cluster),
             c->n_members[LT_MEMBER_PLAY], c->n_members[LT_MEMBER_STAGE], c->engine.qi,
             c->answered_here);
    hub_publish(c, text);
}

void lt_hub_presence(const struct lt_contest *c, struct lt_presence_out *ret)
{
    int64_t now_us = hub_now_us(c->hub);
    *ret = (struct lt_presence_out){
        .players = c->n_members[LT_MEMBER_PLAY],
        .stages = c->n_members[LT_MEMBER_STAGE],
        .entries = lt_contest_entries(c),
        .answered = c->answered_here,
        .partial = !lt_redis_up(c->hub->redis),
    };
    /* Of a driver that fell silent nothing is known; the next one writes the board anyway. */
    ret->has_stale = ret->stale =
        ret->partial || (c->sync->boards_stale && c->sync->silent_polls == 0);
    ret->has_waiting = ret->waiting = !lt_cluster_alive(c->hub->cluster);
    for (int i = 0; i < LT_NODES_HEARD; i++) {
        const struct heard *h = &c->sync->heard[i];
        if (h->node == 0 || now_us - h->at_us > PRESENCE_TTL_US)
            continue;
        ret->players += h->players;
        ret->stages += h->stages;
        if (h->qi == c->engine.qi)
            ret->answered += h->answered;
    }
}

static bool same(const struct lt_presence_out *a, const struct lt_presence_out *b)
{
    return a->players == b->players && a->stages == b->stages && a->entries == b->entries &&
           a->answered == b->answered && a->partial == b->partial && a->stale == b->stale &&
           a->waiting == b->waiting;
}

void hub_presence_tick(struct lt_contest *c)
{
    struct lt_sync *s = c->sync;
    struct lt_presence_out now;
    int64_t now_us = hub_now_us(c->hub);
    if (now_us - s->presence_sent_us < c->hub->opts.presence_us)
        return;
    lt_hub_presence(c, &now);
    bool changed = !same(&now, &s->presence_last);
    if (changed || now_us - s->presence_said_us >= PRESENCE_SAY_US) {
        say_presence(c);
        s->presence_said_us = now_us;
    }
    if (!changed)
        return;
    bool players =
        now.stale != s->presence_stale || now.waiting != s->presence_waiting ||
        (c->engine.phase == LT_PHASE_LOBBY && now_us - s->presence_players_us >= PRESENCE_LOBBY_US);
    s->presence_stale = now.stale;
    s->presence_waiting = now.waiting;
    struct lt_frame *f = lt_view_presence_frame(&now);
    assert(f);
    lt_fanout_frame(c->hub->fanout, c, f, 0,
                    LT_TO_STAGES | LT_TO_DESKS | (players ? LT_TO_PLAYERS : 0));
    lt_frame_unref(f);
    if (c->engine.phase == LT_PHASE_LOBBY)
        hub_charts_moved(c); /* who arrives is shown by name */
    s->presence_sent_us = now_us;
    if (players || c->engine.phase != LT_PHASE_LOBBY) {
        s->presence_players_us = now_us;
        s->presence_last = now;
    } else {
        s->presence_last =
            (struct lt_presence_out){.players = -1}; /* players are still owed this one */
    }
}
