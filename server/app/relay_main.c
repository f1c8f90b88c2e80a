/* The relay process. It is apart from the one that finalises, so that a study record that is slow,
 * far away or down delays no event. It retries for ever: a credit that is owed stays in the outbox
 * until the ledger has it. */
#include "app/commands.h"
#include "app/relay.h"
#include "app/supervisor.h"
#include "background.h"
#include "base/err.h"
#include "base/log.h"
#include <unistd.h>

enum { POLL_MS = 1000, TIMEOUT_MS = 30 * 1000 };

struct relay {
    int stop_fd;
    struct link outbox, study;
};

/* One pass over the outbox. Not LT_OK: something waits that could not be posted. */
static int run_pass(struct relay *r)
{
    struct lt_relay_count n = {0};
    int err = link_open(&r->outbox);
    if (err == LT_OK)
        err = link_open(&r->study);
    if (err != LT_OK)
        return err;
    err = lt_relay_pass(r->outbox.db, r->study.db, &n);
    if (n.granted || n.known || n.refused)
        lt_log(LT_LOG_INFO, "credits posted", LT_I("granted", n.granted), LT_I("known", n.known),
               LT_I("refused", n.refused));
    if (err != LT_OK && err != LT_EBUSY && err != LT_EDRAIN)
        lt_log(LT_LOG_ERROR, "posting credits failed", LT_S("error", lt_err_wire(err)),
               LT_S("outbox", lt_db_message(r->outbox.db)),
               LT_S("study", lt_db_message(r->study.db)));
    return err == LT_OK && n.refused > 0 ? LT_EDBDATA : err;
}

int lt_relay_main(const struct lt_config *c)
{
    const char *relay_url = lt_config_str(c, "relay_url"),
               *study_url = lt_config_str(c, "study_url");
    struct relay r = {.stop_fd = stop_fd_open()};
    struct backoff backoff = {0};
    if (!relay_url[0]) {
        lt_log(LT_LOG_ERROR, "option relay_url is not set");
        return -1;
    }
    if (r.stop_fd < 0)
        return -1;
    r.outbox = (struct link){
        .opts = {.url = relay_url,
                 .name = "leitai relay",
                 .timeout_ms = TIMEOUT_MS,
                 .stop_fd = r.stop_fd},
        .listen = "leitai_credits",
    };
    r.study = r.outbox;
    r.study.listen = NULL;
    if (study_url[0])
        r.study.opts.url = study_url;
    lt_supervised_ready();
    for (bool stop = false; !stop;) {
        link_notified(&r.outbox);
        int err = run_pass(&r), wait_ms = POLL_MS;
        if (err != LT_OK && err != LT_EBUSY)
            wait_ms = backoff_next(&backoff);
        else
            backoff.ms = 0;
        if (err == LT_OK && link_notified(&r.outbox))
            wait_ms = 0; /* credits came after the pass had looked */
        /* After a failure new credits wait as well: the study record is to be left in peace. */
        stop = stop_wait(r.stop_fd, err == LT_OK ? r.outbox.db : NULL, wait_ms);
    }
    link_close(&r.outbox);
    link_close(&r.study);
    close(r.stop_fd);
    return 0;
}
