/* A contest's network from a seed: what a press meets on its way. Integers only, so that every machine
 * makes the same table. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

uint64_t random_next(uint64_t *x);
int64_t random_below(uint64_t *x, int64_t n);
int64_t random_between(uint64_t *x, int64_t lo, int64_t hi); /* both included */

enum profile {
    PROFILE_HALL,      /* Wi-Fi of a hall */
    PROFILE_4G,        /* mobile, good reception */
    PROFILE_MOUNTAIN,  /* mobile, weak: jitter, loss */
    PROFILE_SATELLITE, /* or an overloaded cell */
    PROFILES           /* count */
};
const char *profile_name(enum profile p);

/* One player's line and phone. Ways differ by direction and stay so for the whole contest. */
struct line {
    int64_t down_us, up_us; /* the way itself */
    int64_t jitter_us;      /* mean of what comes on top, each way */
    int loss_e3;            /* of a thousand packets; a lost one comes after a retransmission */
    int64_t step_us;        /* resolution of the page's clock */
    int64_t offset_us;      /* of its node's clock to the cluster's */
};
struct line line_of(uint64_t *x, enum profile p);
int64_t line_down_us(uint64_t *x, const struct line *l);
int64_t line_up_us(uint64_t *x, const struct line *l);
/* What the server measures: a probe is answered by the page's script, a pong by the browser. */
int64_t line_probe_us(uint64_t *x, const struct line *l);
int64_t line_pong_us(uint64_t *x, const struct line *l);
int64_t loop_lag_us(uint64_t *x); /* a server reads what has arrived */
int64_t paint_us(uint64_t *x);    /* from a frame's arrival to its being seen */
