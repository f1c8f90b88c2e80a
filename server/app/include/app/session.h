/* One client's life: hello → member of an event → answers, commands → gone. */
#pragma once
#include "app/keys.h"
#include "base/config.h"
#include "service/auth.h"
#include "service/batch.h"
#include "service/duels.h"
#include "service/hub.h"
#include "service/match.h"
#include "service/papers.h"
#include "service/ranks.h"
#include "service/screens.h"

struct lt_sessions;
struct lt_sessions_opts {
    int64_t hello_timeout_us;
    int64_t session_ttl_s;
    int messages_per_second; /* per connection; twice as many in a burst */
    int guests_per_minute;   /* new guests per address */
    int pairings_per_minute; /* codes given to screens, and wrong ones taken, per address */
    int pairings_max;        /* screens that show a code */
    int screens_max;         /* of a tenant */
    int watchers_max;        /* spectators */
    int watchers_until;      /* connections in all from which on spectators are sent away */
    int roster_page;
    bool tcp_witness;            /* TCP's round trip bounds the measured one */
    const char *secret;          /* of session tokens */
    const char *previous_secret; /* before a rotation, "": none */
};
/* Self-paced play. */
struct lt_home_parts {
    struct lt_paced_cache *paced;
    struct lt_papers *papers;
    struct lt_batcher *starts;
    struct lt_duels *duels;
    struct lt_matching *matching;
    struct lt_ranks *ranks;
};
struct lt_sessions *lt_sessions_new(struct lt_loop *l, struct lt_hub *hub, struct lt_keys *keys,
                                    struct lt_screens *screens, struct lt_batcher *answers,
                                    struct lt_batcher *joins, const struct lt_home_parts *parts,
                                    const struct lt_sessions_opts *opts);
/* What the net calls. */
extern const struct lt_net_handler lt_session_handler;
/* Send everybody to another node, evenly over `spread_us`; until its turn comes each is served. Whose
 * answer or command is under way hears of it first. Who connects from now on is sent away. */
void lt_sessions_drain(struct lt_sessions *s, int64_t spread_us);
int lt_sessions_count(const struct lt_sessions *s);
/* After the net, the batchers and the pools are gone. */
void lt_sessions_free(struct lt_sessions *s);
