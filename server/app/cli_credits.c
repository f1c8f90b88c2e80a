/* `leitai credits check`: compare what events owe with what the study record holds. Exit status 1:
 * they differ, or could not be compared. */
#include "app/commands.h"

#include "app/relay.h"
#include "base/err.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ERR_BYTES = 4096, FAULTS_PRINTED = 100, TIMEOUT_MS = 10 * 60 * 1000 };

static const char *const fault_names[LT_CREDIT_FAULTS] = {
    [LT_CREDIT_MISSING] = "missing from the ledger",
    [LT_CREDIT_DIFFERENT] = "different in the ledger",
    [LT_CREDIT_SURPLUS] = "in the ledger only",
};

static void print_fault(void *arg, enum lt_credit_fault fault, int64_t tenant, const char *key)
{
    int *printed = arg;
    if ((*printed)++ < FAULTS_PRINTED)
        printf("tenant %" PRId64 ": %s is %s\n", tenant, key, fault_names[fault]);
}

static bool print_sum(const struct lt_credit_check *c)
{
    int64_t faults = 0;
    printf("%" PRId64 " credits agree, %" PRId64 " wait to be posted", c->agree, c->pending);
    for (int i = 0; i < LT_CREDIT_FAULTS; i++) {
        printf(", %" PRId64 " %s", c->faults[i], fault_names[i]);
        faults += c->faults[i];
    }
    printf("\n");
    return faults == 0;
}

static int check(const struct lt_config *c, struct lt_credit_check *ret, struct lt_buf *err)
{
    const char *study_url = lt_config_str(c, "study_url"),
               *relay_url = lt_config_str(c, "relay_url");
    struct lt_db *outbox = NULL, *study = NULL;
    struct lt_db_opts opts = {
        .url = relay_url, .name = "leitai credits", .timeout_ms = TIMEOUT_MS, .stop_fd = -1};
    int printed = 0;
    if (!relay_url[0]) {
        lt_buf_str(err, "option relay_url is not set");
        return LT_ECONFIG;
    }
    int r = lt_db_open(&opts, &outbox, err);
    if (r != LT_OK)
        return r;
    opts.url = study_url[0] ? study_url : relay_url;
    r = lt_db_open(&opts, &study, err);
    if (r == LT_OK) {
        r = lt_credit_reconcile(outbox, study, print_fault, &printed, ret);
        if (r != LT_OK)
            lt_buf_str(err,
                       lt_db_message(outbox)[0] ? lt_db_message(outbox) : lt_db_message(study));
    }
    lt_db_close(outbox);
    lt_db_close(study);
    return r;
}

int lt_cmd_credits(struct lt_config *c, int argc, char **argv)
{
    struct lt_credit_check result = {0};
    struct lt_buf err;
    if (argc != 2 || strcmp(argv[1], "check") != 0) {
        fprintf(stderr, "usage: leitai credits check\n");
        return EXIT_FAILURE;
    }
    lt_buf_init(&err, ERR_BYTES);
    int r = check(c, &result, &err);
    if (r != LT_OK)
        fprintf(stderr, "leitai credits: %s\n", lt_buf_cstr(&err));
    lt_buf_done(&err);
    return r == LT_OK && print_sum(&result) ? EXIT_SUCCESS : EXIT_FAILURE;
}
