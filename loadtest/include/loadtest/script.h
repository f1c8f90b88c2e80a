/* What our host does with an event, from lobby to final. */
#pragma once
#include "loadtest/host.h"

enum lt_script_step {
    LT_STEP_HELLO,
    LT_STEP_LOBBY,
    LT_STEP_PLAYERS, /* until the caller says that everybody is there */
    LT_STEP_START,
    LT_STEP_NEXT,
    LT_STEP_OPEN,  /* and the first half of the window */
    LT_STEP_PAUSE, /* in every n-th question, in the middle of the window */
    LT_STEP_RESUME,
    LT_STEP_REST, /* the other half */
    LT_STEP_CLOSE,
    LT_STEP_CLOSED, /* until the answers are counted */
    LT_STEP_REVEAL,
    LT_STEP_FINISH,
    LT_STEP_FINALISE,
    LT_STEP_FINAL, /* until credits are written */
    LT_STEP_END,
    LT_STEPS /* count */
};

struct lt_script {
    struct lt_host *host;
    const struct lt_load_opts *opts;
    enum lt_script_step step;
    bool sent;       /* the step has begun */
    int64_t wait_us; /* nothing before this time */
    int played;
};
void lt_script_init(struct lt_script *s, struct lt_host *h, const struct lt_load_opts *o);
/* Go as far as the contest allows now. `players_ready`: everybody who should play has joined. Call
 * it often. */
void lt_script_run(struct lt_script *s, int64_t now_us, bool players_ready);
bool lt_script_ended(const struct lt_script *s);
const char *lt_script_step_name(enum lt_script_step s);
