/* What `leitai serve` demands of PostgreSQL before anything starts. */
#pragma once
#include "base/buf.h"

/* Connect to `url`, waiting up to `patience_s` seconds for a server that is still starting, and
 * check that an acknowledged answer is a durable one and that the schema is the one this program
 * was built for. 0, or -1 with a line for people in `err`. */
int lt_preflight(const char *url, int patience_s, struct lt_buf *err);
