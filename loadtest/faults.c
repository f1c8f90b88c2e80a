/* Counting faults. Samples are bounded per kind: one flood must not hide the single fault of
 * another kind. */
#include "loadtest/faults.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *text;
} kinds[LT_FAULTS] = {
    [LT_FAULT_LOST] = {"lost", "log frames lost"},
    [LT_FAULT_DUPLICATE] = {"duplicates", "log frames received twice"},
    [LT_FAULT_ORDER] = {"order_violations", "log frames out of order"},
    [LT_FAULT_FOREIGN] = {"foreign", "frames of another event or person"},
    [LT_FAULT_EARLY] = {"early", "content before its time"},
    [LT_FAULT_ACK_LOST] = {"acks_lost", "answers without acknowledgement"},
    [LT_FAULT_ACK_TWICE] = {"acks_twice", "answers acknowledged twice"},
    [LT_FAULT_REFUSED] = {"refused_wrongly", "answers refused without a reason"},
    [LT_FAULT_OWN] = {"own_differences", "own standings that differ"},
    [LT_FAULT_BOARD] = {"board_differences", "boards and ranks that differ"},
    [LT_FAULT_PROTOCOL] = {"protocol_violations", "protocol violations"},
    [LT_FAULT_NOT_JOINED] = {"not_joined", "players who did not get in"},
    [LT_FAULT_CUT] = {"cut", "connections cut by the server"},
    [LT_FAULT_UNFINISHED] = {"unfinished", "contests that did not end"},
};

const char *lt_fault_name(enum lt_fault_kind k)
{
    return kinds[k].name;
}

const char *lt_fault_text(enum lt_fault_kind k)
{
    return kinds[k].text;
}

static void keep(struct lt_faults *f, enum lt_fault_kind k, const char *text)
{
    for (int i = 0; i < LT_FAULT_SAMPLES; i++) {
        if (!f->samples[k][i][0]) {
            snprintf(f->samples[k][i], LT_FAULT_TEXT, "%s", text);
            return;
        }
    }
}

void lt_fault(struct lt_faults *f, enum lt_fault_kind k, int64_t times, const char *fmt, ...)
{
    char text[LT_FAULT_TEXT];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    f->n[k] += times;
    keep(f, k, text);
}

void lt_faults_merge(struct lt_faults *into, const struct lt_faults *from)
{
    for (int k = 0; k < LT_FAULTS; k++) {
        into->n[k] += from->n[k];
        for (int i = 0; i < LT_FAULT_SAMPLES; i++) {
            if (from->samples[k][i][0])
                keep(into, (enum lt_fault_kind)k, from->samples[k][i]);
        }
    }
}

int64_t lt_faults_total(const struct lt_faults *f)
{
    int64_t total = 0;
    for (int k = 0; k < LT_FAULTS; k++)
        total += f->n[k];
    return total;
}
