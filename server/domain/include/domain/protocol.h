/* Messages on the wire. The structs and writers are generated from schema/protocol/protocol.json.
 */
#pragma once
#include "domain/protocol_gen.h"
#include <stddef.h>

enum { LT_MESSAGE_BYTES = 8192, LT_MESSAGE_DEPTH = 6 };

/* Read one message of a client. Unknown members are ignored.
 * LT_ETOOBIG, LT_EDEPTH, LT_EUTF8, LT_EJSON: not a message. LT_EUNKNOWN: no such message.
 * LT_ENOENT, LT_ETYPE, LT_ERANGE: *ret_field names the member that is missing or wrong (static
 * string). *ret is undefined on failure. */
int lt_client_msg_read(const char *p, size_t n, struct lt_client_msg *ret, const char **ret_field);
