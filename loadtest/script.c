/* The host's script as a table: the command of a step, and what the log must show before the next.
 * Both `done` and the frame are waited for; a server that says one without the other is stuck here
 * until the hard end, and that is reported. */
#include "loadtest/script.h"

#include <stddef.h>

enum { PAUSE_US = 400000, CLOSE_AFTER_US = 500000 };
enum { ANY = -1 };

static const struct {
    const char *name, *command; /* NULL: wait only */
    int phase, state;           /* what must hold afterwards */
} steps[LT_STEPS] = {
    [LT_STEP_HELLO] = {"hello", NULL, ANY, ANY},
    [LT_STEP_LOBBY] = {"lobby", "lobby", LT_SEEN_LOBBY, ANY},
    [LT_STEP_PLAYERS] = {"waiting for players", NULL, ANY, ANY},
    [LT_STEP_START] = {"start", "start", LT_SEEN_RUNNING, ANY},
    [LT_STEP_NEXT] = {"next", "next", ANY, LT_SEEN_ARMED},
    [LT_STEP_OPEN] = {"open", "open", ANY, LT_SEEN_OPEN},
    [LT_STEP_PAUSE] = {"answers", "pause", LT_SEEN_PAUSED, ANY},
    [LT_STEP_RESUME] = {"paused", "resume", LT_SEEN_RUNNING, ANY},
    [LT_STEP_REST] = {"answers", NULL, ANY, ANY},
    [LT_STEP_CLOSE] = {"answers", "close", ANY, ANY},
    [LT_STEP_CLOSED] = {"counting", NULL, ANY, LT_SEEN_CLOSED},
    [LT_STEP_REVEAL] = {"reveal", "reveal", ANY, LT_SEEN_REVEALED},
    [LT_STEP_FINISH] = {"finish", "finish", LT_SEEN_FINISHED, ANY},
    [LT_STEP_FINALISE] = {"finalise", "finalise", ANY, ANY},
    [LT_STEP_FINAL] = {"writing results", NULL, LT_SEEN_FINAL, ANY},
    [LT_STEP_END] = {"end", NULL, ANY, ANY},
};

void lt_script_init(struct lt_script *s, struct lt_host *h, const struct lt_load_opts *o)
{
    *s = (struct lt_script){.host = h, .opts = o};
}

bool lt_script_ended(const struct lt_script *s)
{
    return s->step == LT_STEP_END;
}

const char *lt_script_step_name(enum lt_script_step s)
{
    return steps[s].name;
}

static bool pauses(const struct lt_script *s)
{
    return s->opts->pause_every > 0 && (s->played + 1) % s->opts->pause_every == 0;
}

/* Is the step needless, in the contest's present state? */
static bool needless(const struct lt_script *s)
{
    enum lt_seen_phase phase = lt_host_phase(s->host);
    bool open = lt_host_state(s->host) == LT_SEEN_OPEN;
    switch (s->step) {
    case LT_STEP_LOBBY:
        return phase != LT_SEEN_DRAFT;
    case LT_STEP_START:
        return phase != LT_SEEN_LOBBY;
    case LT_STEP_PAUSE:
        return !pauses(s) || !open;
    case LT_STEP_RESUME:
        return phase != LT_SEEN_PAUSED;
    case LT_STEP_CLOSE: /* the deadline may have been first */
        return !open;
    case LT_STEP_HELLO:
    case LT_STEP_PLAYERS:
    case LT_STEP_NEXT:
    case LT_STEP_OPEN:
    case LT_STEP_REST:
    case LT_STEP_CLOSED:
    case LT_STEP_REVEAL:
    case LT_STEP_FINISH:
    case LT_STEP_FINALISE:
    case LT_STEP_FINAL:
    case LT_STEP_END:
    case LT_STEPS:
        break;
    }
    return false;
}

static bool holds(const struct lt_script *s, bool players_ready)
{
    if (s->step == LT_STEP_HELLO)
        return lt_host_ready(s->host);
    if (s->step == LT_STEP_PLAYERS)
        return players_ready;
    return !lt_host_busy(s->host) &&
           (steps[s->step].phase == ANY || (int)lt_host_phase(s->host) == steps[s->step].phase) &&
           (steps[s->step].state == ANY || (int)lt_host_state(s->host) == steps[s->step].state);
}

/* How long to stay after the step took effect. */
static int64_t stay_us(const struct lt_script *s)
{
    int64_t half_us = (s->opts->window_ms * 1000 + CLOSE_AFTER_US) / 2;
    switch (s->step) {
    case LT_STEP_OPEN: /* first half of the window */
        return half_us;
    case LT_STEP_PAUSE:
        return PAUSE_US;
    case LT_STEP_REST:
        return half_us;
    case LT_STEP_START:
    case LT_STEP_NEXT:
    case LT_STEP_CLOSED:
    case LT_STEP_REVEAL:
        return s->opts->gap_ms * 1000;
    case LT_STEP_HELLO:
    case LT_STEP_LOBBY:
    case LT_STEP_PLAYERS:
    case LT_STEP_RESUME:
    case LT_STEP_CLOSE:
    case LT_STEP_FINISH:
    case LT_STEP_FINALISE:
    case LT_STEP_FINAL:
    case LT_STEP_END:
    case LT_STEPS:
        break;
    }
    return 0;
}

static enum lt_script_step next_step(struct lt_script *s)
{
    if (s->step != LT_STEP_REVEAL)
        return s->step + 1;
    s->played++;
    bool more = lt_host_question(s->host) < lt_host_questions(s->host) &&
                (s->opts->questions == 0 || s->played < s->opts->questions);
    return more ? LT_STEP_NEXT : LT_STEP_FINISH;
}

static void go_on(struct lt_script *s, int64_t wait_until_us)
{
    s->wait_us = wait_until_us;
    s->step = next_step(s);
    s->sent = false;
}

void lt_script_run(struct lt_script *s, int64_t now_us, bool players_ready)
{
    while (s->step != LT_STEP_END && now_us >= s->wait_us) {
        if (!s->sent && needless(s)) {
            go_on(s, now_us);
            continue;
        }
        if (!s->sent && steps[s->step].command)
            lt_host_command(s->host, steps[s->step].command);
        s->sent = true;
        if (!holds(s, players_ready))
            return;
        go_on(s, now_us + stay_us(s));
    }
}
