/* What a command carries beside its action, on its way through the inbox: JSON in leitai.inbox.args. */
#pragma once
#include "base/buf.h"
#include "domain/engine.h"

enum { LT_COMMAND_ID_BYTES = 40, LT_COMMAND_ARGS_BYTES = 4096 };

struct lt_command_args {
    bool staff; /* the sender acts as host or judge */
    int64_t entry, value;
    int qi; /* question of a ruling, -1: none */
    char reason[LT_REASON_BYTES + 1];
    char answer[LT_FILL_BYTES + 1];
    struct lt_evidence evidence; /* of a press */
};

/* Append as JSON; members without a value are absent. */
void lt_command_write(const struct lt_command_args *a, struct lt_buf *out);
/* LT_EJSON and the like: not such a text. `ret` is undefined then. */
int lt_command_read(const char *json, size_t n, struct lt_command_args *ret);
/* The input that the driver decides. Borrows reason and answer of `a`. */
void lt_command_input(const struct lt_command_args *a, struct lt_input *ret);
