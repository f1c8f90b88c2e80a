/* A question as the engine knows it, and a player's response to it. Pure values, no I/O. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LT_OPTIONS_MAX = 8,
    LT_ACCEPTED_MAX = 12,
    LT_FILL_BYTES = 400,
    LT_QUESTION_JSON_BYTES = 32768
};

enum lt_qtype {
    LT_QT_SINGLE,    /* one option */
    LT_QT_MULTIPLE,  /* a set of options */
    LT_QT_TRUEFALSE, /* options 0 正确, 1 错误 */
    LT_QT_FILL,      /* text, compared after normalisation with each accepted text */
    LT_QT_ORDER,     /* all options in an order */
    LT_QT_TASK, /* a spoken or performed part: stem only, no key, no response; judges mark it */
    LT_QTYPES   /* count */
};

/* Content and key. Built from the frozen JSON of a question instance; strings are owned. */
struct lt_question {
    enum lt_qtype type;
    char *stem, *topic, *explanation, *source;
    int n_options;
    char *options[LT_OPTIONS_MAX];
    int n_key;                       /* options in the key; for FILL the number of accepted texts */
    int key[LT_OPTIONS_MAX];         /* option indexes, ascending; for ORDER in the right order */
    char *accepted[LT_ACCEPTED_MAX]; /* FILL: accepted texts, first is the display form */
};

/* JSON {"type","topic","stem","options":[…],"key":[0,2]|,"accepted":[…],"explanation","source"} (content and key together: never leaves the server).
 * Members that are not named here are ignored. topic, explanation and source may be absent (""); options may be absent for truefalse (正确, 错误).
 * LT_EQUESTION: *ret_path (static string) says which member is wrong, "" the text as a whole. LT_ENOMEM. */
int lt_question_parse(const char *json, size_t n, struct lt_question **ret, const char **ret_path);
void lt_question_free(struct lt_question *q);
const char *lt_qtype_name(enum lt_qtype t); /* "single", … */
bool lt_qtype_parse(const char *s, enum lt_qtype *ret);

struct lt_response {
    int n_choice;
    int choice[LT_OPTIONS_MAX];
    char text[LT_FILL_BYTES + 1]; /* FILL */
};
/* Canonical JSON of a response as it is stored: {"c":[0,2]} (ascending, or as given for ORDER) or {"t":"…"}. Both directions. Returns bytes written (a NUL follows them and must fit too), or LT_ETOOBIG. */
int lt_response_write(const struct lt_response *r, enum lt_qtype type, char *out, size_t cap);
/* LT_EANSWER: not such a JSON. */
int lt_response_read(const char *json, size_t n, struct lt_response *ret);
/* Whether the response fits the question: right kind, indexes in range, no repeats, ORDER complete, FILL not empty (once normalised). LT_EANSWER otherwise. */
int lt_response_check(const struct lt_question *q, const struct lt_response *r);
