/* Shared memory of a run. Answers lie by question, then player, so that the pages of questions that
 * are never asked are never touched: 15,000 players times 1,000 possible questions are 1.4 GB of
 * addresses and a few MB of memory. */
#include "loadtest/tally.h"

#include <sys/mman.h>

static const char *const names[LT_COUNTS] = {
    [LT_COUNT_CONNECTED] = "connected", [LT_COUNT_JOINED] = "joined",
    [LT_COUNT_FRAMES] = "frames",       [LT_COUNT_MESSAGES] = "messages",
    [LT_COUNT_ANSWERS] = "answers",     [LT_COUNT_RESENT] = "resent",
    [LT_COUNT_ACKED] = "acked",         [LT_COUNT_LATE] = "late",
    [LT_COUNT_REFUSED] = "refused",     [LT_COUNT_DROPPED] = "dropped",
    [LT_COUNT_RESUMED] = "resumed",     [LT_COUNT_SNAPSHOTS] = "snapshots",
    [LT_COUNT_CUTS] = "cuts",           [LT_COUNT_REFUSED_JOINS] = "refused_joins",
    [LT_COUNT_OWNS] = "owns_checked",   [LT_COUNT_DONE] = "saw_the_end",
};

const char *lt_count_name(enum lt_count c)
{
    return names[c];
}

static size_t aligned(size_t n)
{
    return (n + 63) / 64 * 64;
}

bool lt_run_init(struct lt_run *r, int n_players, int n_processes, int n_questions_max)
{
    size_t plays = aligned((size_t)n_players * sizeof(struct lt_play));
    size_t given = aligned((size_t)n_players * (size_t)n_questions_max * sizeof(struct lt_given));
    size_t tallies = aligned((size_t)n_processes * sizeof(struct lt_tally));
    size_t bytes = plays + given + tallies + aligned(sizeof(struct lt_signal));
    char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (p == MAP_FAILED)
        return false;
    *r = (struct lt_run){
        .n_players = n_players,
        .n_processes = n_processes,
        .n_questions_max = n_questions_max,
        .plays = (struct lt_play *)p,
        .given = (struct lt_given *)(p + plays),
        .tallies = (struct lt_tally *)(p + plays + given),
        .signal = (struct lt_signal *)(p + plays + given + tallies),
        .memory = p,
        .bytes = bytes,
    };
    return true;
}

void lt_run_done(struct lt_run *r)
{
    if (r->memory)
        munmap(r->memory, r->bytes);
    *r = (struct lt_run){0};
}

struct lt_given *lt_run_given(const struct lt_run *r, int player, int q)
{
    return &r->given[(size_t)(q - 1) * (size_t)r->n_players + (size_t)player];
}

int64_t lt_run_count(const struct lt_run *r, enum lt_count c)
{
    int64_t n = 0;
    for (int i = 0; i < r->n_processes; i++)
        n += r->tallies[i].n[c];
    return n;
}

static void note_question(struct lt_tally *t, const struct lt_seen *m, int64_t now_us)
{
    struct lt_asked *a = &t->asked[m->question.q];
    if (m->seq <= a->seq)
        return;
    a->seq = m->seq;
    a->seen = m->question;
    if (m->question.q > t->n_questions)
        t->n_questions = m->question.q;
    if (m->question.state == LT_SEEN_OPEN) {
        a->open_us = now_us;
        a->opened_wall_us = m->question.opened_ms * 1000;
    }
    if (m->question.state == LT_SEEN_REVEALED)
        a->reveal_seq = m->seq;
}

bool lt_tally_log(struct lt_tally *t, const struct lt_seen *m, int64_t now_us)
{
    size_t slot = (size_t)(m->seq % LT_TALLY_LOG);
    if (t->log[slot].seq == m->seq && t->epoch == m->epoch)
        return t->log[slot].content == m->content;
    if (m->seq < t->head && m->epoch == t->epoch && t->head - m->seq >= LT_TALLY_LOG)
        return true; /* too old to be compared */
    t->log[slot].seq = m->seq;
    t->log[slot].content = m->content;
    t->n_log++;
    if (m->kind == LT_SEEN_QUESTION)
        note_question(t, m, now_us);
    if (m->epoch == t->epoch && m->seq < t->head)
        return true; /* replayed to a late one; the picture is newer already */
    t->epoch = m->epoch;
    t->head = m->seq;
    if (m->kind == LT_SEEN_PHASE) {
        t->phase = m->phase;
        if (m->phase == LT_SEEN_FINAL)
            t->end_seq = m->seq;
        if (m->opened_ms > 0 && t->n_questions > 0)
            t->asked[t->n_questions].opened_wall_us = m->opened_ms * 1000;
    }
    return true;
}

bool lt_tally_board(struct lt_tally *t, const struct lt_seen_board *b)
{
    for (int i = t->n_boards - 1; i >= 0; i--) {
        if (lt_seen_board_equal(&t->boards[i], b))
            return true;
    }
    if (t->n_boards == LT_TALLY_BOARDS)
        return false;
    t->boards[t->n_boards++] = *b;
    return true;
}
