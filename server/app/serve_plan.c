/* How many workers: what the configuration says, else one per core. A worker cannot hold more
 * connections than the descriptor limit allows; when that is less than max_connections, each takes
 * less and (unless their number was set) there are more of them, so that the machine holds what its
 * cores would. */
#include "app/commands.h"

#include "base/err.h"
#include "base/log.h"
#include <stdio.h>

enum {
    RESERVED_DESCRIPTORS = 256, /* of each worker: stores, listener, files under way */
    CONNECTIONS_MIN = 10,       /* the option's own least value */
};

int lt_serve_plan(struct lt_config *c, int n_cores, int64_t descriptors)
{
    int64_t workers = lt_config_int(c, "workers");
    int64_t wanted = lt_config_int(c, "max_connections");
    int64_t room = descriptors - RESERVED_DESCRIPTORS;
    int64_t each = room < wanted ? room : wanted;
    if (each < CONNECTIONS_MIN)
        each = CONNECTIONS_MIN;
    if (workers == 0)
        workers = (n_cores * wanted + each - 1) / each;
    if (workers > LT_WORKERS_MAX)
        workers = LT_WORKERS_MAX;
    if (each < wanted) {
        char text[24];
        struct lt_buf err;
        lt_buf_init(&err, 256);
        snprintf(text, sizeof text, "%lld", (long long)each);
        if (lt_config_set(c, "max_connections", text, &err) == LT_OK)
            lt_log(LT_LOG_WARN,
                   "the descriptor limit allows fewer connections per worker than max_connections",
                   LT_I("max_connections", each), LT_I("wanted", wanted),
                   LT_I("descriptors", descriptors), LT_I("workers", workers));
        lt_buf_done(&err);
    }
    return (int)workers;
}
