/* `leitai migrate`: bring the database to this program's schema. What was done goes to stdout, what
 * went wrong to stderr. */
#include "app/commands.h"

#include "app/schema.h"
#include "base/err.h"
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_BYTES = 64 * 1024 };

static const char *owner_url(const struct lt_config *c)
{
    const char *url = lt_config_str(c, "migrate_url");
    return url[0] ? url : lt_config_str(c, "database_url");
}

static int migrate(const struct lt_config *c, struct lt_buf *applied, struct lt_buf *err)
{
    struct lt_db *d;
    struct lt_db_opts opts = {.url = owner_url(c), .name = "leitai migrate", .stop_fd = -1};
    if (!opts.url[0]) {
        lt_buf_str(err, "neither migrate_url nor database_url is set");
        return LT_ECONFIG;
    }
    int r = lt_db_open(&opts, &d, err);
    if (r != LT_OK)
        return r;
    r = lt_schema_migrate(d, applied, err);
    lt_db_close(d);
    return r;
}

int lt_cmd_migrate(struct lt_config *c, int argc, char **argv)
{
    if (argc != 1) {
        fprintf(stderr, "leitai migrate: unknown argument %s\n", argv[1]);
        return EXIT_FAILURE;
    }
    struct lt_buf applied, err;
    lt_buf_init(&applied, TEXT_BYTES);
    lt_buf_init(&err, TEXT_BYTES);
    int r = migrate(c, &applied, &err);
    fputs(lt_buf_cstr(&applied), stdout);
    if (r == LT_OK)
        printf("the database is at version %d\n", lt_schema_version());
    else
        fprintf(stderr, "leitai migrate: %s\n", lt_buf_cstr(&err));
    lt_buf_done(&applied);
    lt_buf_done(&err);
    return r == LT_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
