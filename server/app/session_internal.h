/* Private to session*.c. */
#pragma once
#include "app/probing.h"
#include "app/session.h"
#include "domain/protocol.h"
#include "service/commit.h"
#include "service/duels.h"
#include "service/join.h"
#include "service/match.h"
#include "service/papers.h"
#include "service/screens.h"
#include "service/sql.h"
#include "service/view.h"
#include "service/view_paper.h"
#include <stddef.h>

enum session_state {
    SESSION_NEW,     /* connected, hello is awaited */
    SESSION_JOINING, /* hello is being worked on */
    SESSION_LISTED,  /* a desk that has its list of events */
    SESSION_LIVE,    /* member of an event */
    SESSION_HOME,    /* a person's own pages: self-paced events, history */
    SESSION_PAIRING, /* a stage that shows a code */
    SESSION_ENDING,  /* told goodbye; nothing more is read */
    SESSION_STATES   /* count */
};

enum { LIMIT_SLOTS = 1024, PAPERS_WATCHED = 4 };
/* What is limited per address and minute. */
enum limit { LIMIT_GUESTS, LIMIT_PAIRING, LIMIT_CODES };

/* What of a hello is needed until the welcome: the message itself has room for the longest ticket. */
struct hello {
    enum lt_role_id role;
    bool has_event, has_epoch, has_seq;
    int64_t event, epoch, seq;
    char code[sizeof((struct lt_hello_in *)0)->code], name[sizeof((struct lt_hello_in *)0)->name];
    char token[]; /* ticket or session token, "": neither */
};

struct session {
    struct lt_sessions *all;
    struct lt_conn *conn; /* NULL: gone; freed when nothing is pending */
    enum session_state state;
    int pending; /* callbacks under way that hold this */
    int asked;   /* commands among them */
    struct lt_timer hello_timer;
    int64_t tokens_e6, tokens_at_us; /* message rate: millionths of a message */
    struct hello *hello;             /* while JOINING */
    struct lt_ticket *ticket;        /* verified, while JOINING by ticket */
    struct lt_session who;           /* who this is; signed into the token of each welcome */
    int saved_qi;                    /* question whose stored answer is being read */
    struct lt_member member;
    struct probing probing; /* players */
    struct lt_timer probe_timer;
    struct home *home;       /* NULL: another role */
    struct pairing *pairing; /* while PAIRING, and before that */
    struct watch *watch;     /* of a desk that asked for its screens */
    bool watches;            /* counted among the spectators */
    struct session *next, **prev;
};

/* What only a home session has. */
struct home {
    struct session *session;
    char tenant_name[301];
    struct home_watch {
        struct lt_watch watch;
        struct lt_race_watch race; /* of a side of a duel */
        struct session *session;
        int64_t since_us; /* the oldest makes room */
        bool told;        /* that it was handed in */
    } watches[PAPERS_WATCHED];
    bool listing; /* a list is being put together */
    struct {
        struct lt_seek *seek; /* NULL: looks for nobody */
        char id[41];          /* of the request */
        int64_t event;
        int round;
    } match;
};

struct lt_sessions {
    struct lt_loop *loop;
    struct lt_hub *hub;
    struct lt_keys *keys;
    struct lt_batcher *answers, *joins;
    struct lt_home_parts parts;
    unsigned char mark_key[LT_KEY_BYTES]; /* of browsers and addresses */
    struct lt_sessions_opts opts;
    struct lt_session_key key;
    struct session *list;
    int count;
    struct lt_buf welcome; /* being written; kept, because thousands join at once */
    bool draining;
    struct lt_timer drain;
    int64_t drain_until_us, drained_us;
    int moved;    /* told to go elsewhere */
    int previews; /* of rulings, under way */
    struct {
        uint64_t hash;
        int64_t since_us;
        int n;
    } limits[LIMIT_SLOTS];
    struct lt_screens *screens;
    int pairings; /* sessions that have `pairing` */
    int watchers; /* spectators that are members */
    int shed;
    struct lt_timer watch; /* are their boards still shared? */
};

/* A stage that is a member: what it shows. */
struct stage {
    struct lt_stage stage; /* the first: a pointer to it is one to this */
    struct session *session;
};
struct watch {
    struct lt_screen_watch watch; /* likewise */
    struct session *session;
};

static inline struct session *session_of(struct lt_member *m)
{
    return (struct session *)((char *)m - offsetof(struct session, member));
}

/* session.c */
/* The one setter of `state`. */
void session_state(struct session *s, enum session_state to);
void session_send(struct session *s, const struct lt_buf *b);
/* Tell what was refused; ends the connection when the error has a close code. re may be NULL, q 0.
 */
void session_refuse(struct session *s, int err, const char *re, int q);
/* Callbacks hold the session: session_hold before, session_back at their begin (false: it is gone).
 */
void session_hold(struct session *s);
bool session_back(struct session *s);
/* End it in a way that the page comes back by itself. */
void session_bye(struct session *s, int err, int retry_ms);
/* session_hello.c */
void session_hello(struct session *s, const struct lt_hello_in *m);
void session_hello_done(struct session *s); /* forget what only joining needs */
/* Who it is and of which event is known: on with that. */
void session_open_event(struct session *s);
/* Whether the address may do that once more in this minute; counts. */
bool session_limit(struct session *s, enum limit what, int per_minute);
bool session_name_ok(const char *name);
/* session_play.c */
void session_answer(struct session *s, const struct lt_answer_in *m);
/* session_command.c */
void session_done(struct session *s, const char *id);
void session_command(struct session *s, const struct lt_command_in *m);
/* The canonical JSON of a response to question qi, checked; `ret` has LT_FILL_BYTES + 1 bytes.
 * LT_ENOQUESTION, LT_EANSWER. */
int session_response(const struct lt_contest *c, int qi, const int *choice, int n_choice,
                     const char *text, char *ret);
/* Keep what this node refused by itself, beside the commands that the driver refused. */
void session_record_refusal(struct session *s, const char *action, const char *id,
                            const struct lt_command_args *args, int err);
void session_rules(struct session *s);
/* session_rtt.c: round trips of players, from entering to closing. */
void session_rtt_init(struct session *s);
void session_rtt_start(struct session *s);
void session_rtt_stop(struct session *s); /* fine when not started */
void session_rtt_echo(struct session *s, const struct lt_echo_in *m);
/* What is taken off an answer's time. */
int64_t session_rtt_credit_us(const struct session *s);
/* Evidence of a press whose message was read at `at`; claim_us -1: none. */
void session_rtt_evidence(const struct session *s, struct lt_clock at, int64_t claim_us,
                          struct lt_evidence *ret);
/* session_desk.c */
void session_list_events(struct session *s);
void session_roster(struct session *s, const struct lt_roster_in *m);
void session_preview(struct session *s, const struct lt_preview_in *m);
void session_chart(struct session *s, const struct lt_chart_in *m);
void session_evidence(struct session *s, const struct lt_evidence_in *m);
/* session_pairing.c: stages. */
void session_pairing(struct session *s); /* hello without a credential */
void session_pairing_done(struct session *s);
void session_pairing_taken(void *all, const char *code);
void session_screen(struct session *s); /* hello of a screen that is known: which event? */
void session_stage_enter(struct session *s);
void session_stage_done(struct session *s);
/* session_watch.c: spectators. */
void session_watch(struct session *s); /* hello with a share code */
void session_watch_enter(struct session *s, struct lt_contest *c);
void session_watch_done(struct session *s); /* it left */
/* Somebody else comes: some of them make room when little is left. */
void session_watch_shed(struct lt_sessions *all);
void session_watch_look(struct lt_timer *t, int64_t now_us);
/* session_screens.c: desks. */
void session_screens(struct session *s);
void session_screens_done(struct session *s);
void session_pair(struct session *s, const struct lt_pair_in *m);
void session_unpair(struct session *s, const struct lt_unpair_in *m);
void session_assign(struct session *s, const struct lt_show_in *m);
/* session_findings.c */
void session_findings(struct session *s);
/* session_home.c */
void session_home(struct session *s); /* hello of role home: who it is is known */
void session_home_done(struct session *s);
void session_list(struct session *s);
void session_history(struct session *s, const struct lt_history_in *m);
/* Refuse in a way that fits a home page: no error about an event ends its connection. */
void session_home_refuse(struct session *s, int err, const char *re);
/* session_results.c */
void session_ranks(struct session *s, const struct lt_ranks_in *m);
void session_certificate(struct session *s, const struct lt_certificate_in *m);
/* session_paper.c */
void session_start(struct session *s, const struct lt_start_in *m);
void session_open(struct session *s, const struct lt_open_in *m);
void session_save(struct session *s, const struct lt_save_in *m);
void session_submit(struct session *s, const struct lt_submit_in *m);
/* A row of LT_SQL_PAPER_MARKS from column `col` on. */
struct lt_paper_mark session_mark(const struct lt_pg_result *r, int stmt, int i, int col,
                                  bool *ret_open);
/* As if the page had asked for it; id: of the request that this answers, NULL: none. */
void session_show(struct session *s, const char *id, int64_t event, int round, int attempt);
void session_leave(struct session *s, const struct lt_leave_in *m);
/* Eight bytes that name a browser or an address, in hex; "" for an empty text. */
void session_paper_mark(const struct session *s, const char *text, char ret[LT_PAPER_MARK_HEX + 1]);
/* session_duel.c */
void session_match(struct session *s, const struct lt_match_in *m);
void session_duel_done(struct session *s);
/* The watched duel moved. */
void session_duel_news(struct lt_race_watch *w);
/* session_welcome.c: the last step of joining, for every role. */
void session_enter(struct session *s, struct lt_contest *c, struct lt_player *p);
/* A token for this session, or for a stage of its event. */
void session_token(const struct session *s, enum lt_session_role role, char *out, size_t cap);
