/* `leitai docs`: the tables of docs/operations.md, printed from what the program itself uses. */
#include "app/commands.h"

#include "base/metrics.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_BYTES_MAX = 1 << 20 };

int lt_cmd_docs(struct lt_config *c, int argc, char **argv)
{
    (void)c;
    struct lt_buf out;
    lt_buf_init(&out, TABLE_BYTES_MAX);
    if (argc == 2 && strcmp(argv[1], "options") == 0)
        lt_config_doc(&out);
    else if (argc == 2 && strcmp(argv[1], "metrics") == 0)
        lt_metrics_doc(&out);
    else
        out.failed = true;
    int status = out.failed ? EXIT_FAILURE : EXIT_SUCCESS;
    if (out.failed)
        fprintf(stderr, "usage: leitai docs options|metrics\n");
    else
        fputs(lt_buf_cstr(&out), stdout);
    lt_buf_done(&out);
    return status;
}
