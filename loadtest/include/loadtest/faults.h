/* What a contest must never do to those who play it, counted by kind, with the first few of each
 * told in words. */
#pragma once
#include <stdint.h>

enum lt_fault_kind {
    LT_FAULT_LOST,      /* log frames that never came */
    LT_FAULT_DUPLICATE, /* log frames that came twice */
    LT_FAULT_ORDER,     /* log frames that came after a later one, or of another epoch */
    LT_FAULT_FOREIGN,   /* something of another event or person; a frame that says something else to
                           somebody else */
    LT_FAULT_EARLY,     /* content before its time: a key before the reveal, points before theirs */
    LT_FAULT_ACK_LOST,  /* answers neither acknowledged nor refused */
    LT_FAULT_ACK_TWICE, /* acknowledged more often than sent, or both acknowledged and refused */
    LT_FAULT_REFUSED,   /* answers refused, or too late, without a reason */
    LT_FAULT_OWN,       /* own points, verdict, number correct or stored answer differ */
    LT_FAULT_BOARD,     /* a board or a rank differs */
    LT_FAULT_PROTOCOL,  /* WebSocket or message rules broken */
    LT_FAULT_NOT_JOINED, /* players who never got in, or not in again */
    LT_FAULT_CUT,        /* connections that the server ended without being asked */
    LT_FAULT_UNFINISHED, /* the contest did not come to its end in time */
    LT_FAULTS            /* count */
};
enum { LT_FAULT_SAMPLES = 3, LT_FAULT_TEXT = 160 };

/* Plain memory: lies in shared memory, one per process. */
struct lt_faults {
    int64_t n[LT_FAULTS];
    char samples[LT_FAULTS][LT_FAULT_SAMPLES][LT_FAULT_TEXT];
};
const char *lt_fault_name(enum lt_fault_kind k); /* "lost", "duplicates", … as in the JSON report */
const char *lt_fault_text(enum lt_fault_kind k); /* for the text report */
/* Count `times` and keep the sentence if there is room. */
void lt_fault(struct lt_faults *f, enum lt_fault_kind k, int64_t times, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void lt_faults_merge(struct lt_faults *into, const struct lt_faults *from);
int64_t lt_faults_total(const struct lt_faults *f);
