/* The words of a credit. */
#include "service/credits.h"

#include <string.h>

void lt_credit_reason(struct lt_buf *out, const char *title, const char *rule, int rank)
{
    if (strcmp(rule, "placement") == 0)
        lt_buf_printf(out, "《%s》第%d名", title, rank);
    else
        lt_buf_printf(out, "《%s》参赛", title);
}
