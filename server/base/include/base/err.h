/* Errors. Functions return LT_OK (0), or a negative LT_E…. One table,
 * schema/protocol/protocol.json, gives these names, the codes on the wire, the texts for people
 * (zh-CN, en) and the label of the rejection counter. */
#pragma once

enum lt_err {
    LT_OK = 0,
#define E(id, value, wire, close_code) LT_##id = -(value),
#include "base/err_table.h"
#undef E
};

/* The code on the wire, e.g. "queue_full" for LT_EFULL; "internal" for a value that is not in the
 * table. */
const char *lt_err_wire(int err);
/* The WebSocket close code (4000–4999, or 1002/1007/1009) that ends a connection with this error; 0
 * when it need not end. */
int lt_err_close_code(int err);
/* Dense index of an error for counters, 0 … LT_ERR_COUNT-1. */
int lt_err_index(int err);
/* The code on the wire of the error with that index; "internal" outside 0 … LT_ERR_COUNT-1. */
const char *lt_err_wire_at(int index);
/* The error of a code on the wire: LT_OK for "ok", LT_EINTERNAL for an unknown one. */
int lt_err_from_wire(const char *wire);
extern const int LT_ERR_COUNT;
