/* Spectators: whoever has the share code of a board, without being an entry. They are told boards at most
 * once a second and nothing about questions; they are refused and sent away first when connections
 * run short. A code that ended, that is unknown, or of what nobody can watch: the same no.
 */
#include "base/err.h"
#include "base/log.h"
#include "base/metrics.h"
#include "session_internal.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    LOOK_US = 5 * 1000 * 1000,
    ASKED_US = 1000 * 1000, /* what was asked is in the cache by then */
    RETRY_MS = 15 * 1000,
    RETRY_SPREAD_MS = 30 * 1000,
    SHED_AT_ONCE = 2 /* for each that comes, so that room grows while it is needed */
};

static void send_away(struct session *s)
{
    struct lt_sessions *all = s->all;
    lt_metric_add(LT_M_WATCHERS_SHED, 1);
    session_bye(s, LT_EFULL, RETRY_MS + all->shed++ * 977 % RETRY_SPREAD_MS);
}

static bool room(const struct lt_sessions *all)
{
    return all->watchers < all->opts.watchers_max && all->count <= all->opts.watchers_until;
}

/* ---- coming ---- */

static void on_code(void *arg, int err);

static void find(struct session *s, bool asked)
{
    struct lt_found found;
    int err = lt_keys_get(s->all->keys, LT_LOOKUP_SHARE, s->hello->code, NULL, &found);
    if (err == LT_EBUSY && !asked) {
        session_hold(s);
        err = lt_keys_fetch(s->all->keys, LT_LOOKUP_SHARE, s->hello->code, NULL, on_code, s);
        if (err == LT_OK)
            return;
        s->pending--;
    }
    if (err == LT_ENOENT || (err == LT_OK && found.event.v == 0))
        err = LT_ENOBOARD;
    if (err != LT_OK) {
        session_refuse(s, err, NULL, 0);
        return;
    }
    s->who.tenant = found.tenant;
    s->who.event = found.event;
    session_open_event(s);
}

static void on_code(void *arg, int err)
{
    struct session *s = arg;
    if (!session_back(s))
        return;
    if (err == LT_OK)
        find(s, true);
    else
        session_refuse(s, err, NULL, 0);
}

void session_watch(struct session *s)
{
    if (room(s->all))
        find(s, false);
    else
        send_away(s);
}

void session_watch_enter(struct session *s, struct lt_contest *c)
{
    if (c->engine.phase == LT_PHASE_DRAFT) {
        session_refuse(s, LT_ENOBOARD, NULL, 0);
        return;
    }
    if (!room(s->all)) { /* it filled up meanwhile */
        send_away(s);
        return;
    }
    snprintf(s->who.name, sizeof s->who.name, "%s", s->hello->code);
    s->hello->has_epoch = false; /* never the frames that others have */
    s->watches = true;
    lt_metric_set(LT_M_WATCHERS, ++s->all->watchers);
    session_enter(s, c, NULL);
}

void session_watch_done(struct session *s)
{
    if (!s->watches)
        return;
    s->watches = false;
    lt_metric_set(LT_M_WATCHERS, --s->all->watchers);
}

/* ---- going ---- */

void session_watch_shed(struct lt_sessions *all)
{
    if (all->watchers == 0 || all->count <= all->opts.watchers_until)
        return;
    int n = SHED_AT_ONCE;
    for (struct session *s = all->list; s && n > 0; s = s->next)
        if (s->watches && s->state == SESSION_LIVE) {
            send_away(s);
            n--;
        }
}

static void on_asked(void *arg, int err)
{
    (void)arg; /* the next look finds it in the cache */
    (void)err;
}

/* Whose board is not shared any more sees it no longer. */
void session_watch_look(struct lt_timer *t, int64_t now_us)
{
    struct lt_sessions *all = t->arg;
    char code[sizeof all->list->who.name] = "";
    bool asks = false;
    int known = LT_OK;
    (void)now_us;
    for (struct session *s = all->watchers > 0 ? all->list : NULL; s; s = s->next) {
        struct lt_found found;
        if (!s->watches || s->state != SESSION_LIVE)
            continue;
        if (strcmp(code, s->who.name) != 0) { /* most have the same one */
            snprintf(code, sizeof code, "%s", s->who.name);
            known = lt_keys_get(all->keys, LT_LOOKUP_SHARE, code, NULL, &found);
            if (known == LT_EBUSY)
                asks =
                    lt_keys_fetch(all->keys, LT_LOOKUP_SHARE, code, NULL, on_asked, NULL) == LT_OK;
        }
        if (known == LT_ENOENT)
            session_refuse(s, LT_ENOBOARD, NULL, 0);
    }
    lt_loop_timer(all->loop, t, asks ? ASKED_US : LOOK_US);
}
