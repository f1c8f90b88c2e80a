/* Values by position in lt_options, as text. Every source goes through one setter, so a value is
 * checked wherever it comes from, and the getters cannot meet one that was not.
 *
 * Mistakes stop the start: an unknown name in the file or the environment, a value out of range, an
 * option set twice in one file, a secret that everybody on the machine may read. libinih's own
 * leniencies are turned off, because each of them changes a value silently: lines cut at 200 bytes,
 * "a ; b" cut at the semicolon, an indented line taken as a continuation of the one before. */
#include "base/config.h"

#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_BYTES = 64, FILE_SECRET_BYTES = 4096, FILE_BYTES = 65536 };

struct lt_config {
    char **values; /* by option index */
};

static int count(void)
{
    int n = 0;
    while (lt_options[n].name)
        n++;
    return n;
}

static int find(const char *name)
{
    for (int i = 0; lt_options[i].name; i++) {
        if (strcmp(lt_options[i].name, name) == 0)
            return i;
    }
    return -1;
}

struct lt_config *lt_config_new(void)
{
    struct lt_config *c = calloc(1, sizeof *c);
    assert(c);
    c->values = calloc((size_t)count(), sizeof(char *));
    assert(c->values);
    for (int i = 0; lt_options[i].name; i++) {
        c->values[i] = strdup(lt_options[i].fallback);
        assert(c->values[i]);
    }
    return c;
}

void lt_config_free(struct lt_config *c)
{
    if (!c)
        return;
    for (int i = 0; lt_options[i].name; i++)
        free(c->values[i]);
    free(c->values);
    free(c);
}

static int parse_int(const char *s, int64_t *ret)
{
    char *end;
    if (*s != '-' && (*s < '0' || *s > '9')) /* strtoll also takes spaces and a plus */
        return LT_ERANGE;
    errno = 0;
    long long v = strtoll(s, &end, 10);
    if (errno || end == s || *end)
        return LT_ERANGE;
    *ret = v;
    return LT_OK;
}

static int parse_bool(const char *s)
{
    if (strcmp(s, "true") == 0 || strcmp(s, "yes") == 0 || strcmp(s, "on") == 0 ||
        strcmp(s, "1") == 0)
        return 1;
    if (strcmp(s, "false") == 0 || strcmp(s, "no") == 0 || strcmp(s, "off") == 0 ||
        strcmp(s, "0") == 0)
        return 0;
    return -1;
}

static bool among(const char *choices, const char *value)
{
    size_t n = strlen(value);
    for (const char *c = choices; *c; c += strspn(c, " ")) {
        size_t len = strcspn(c, " ");
        if (len == n && memcmp(c, value, n) == 0)
            return true;
        c += len;
    }
    return false;
}

/* The value is not quoted: it may be a secret. */
static int check_text(const struct lt_option *o, const char *value, struct lt_buf *err)
{
    size_t n = strlen(value);
    if (n > (size_t)o->max)
        lt_buf_printf(err, "option %s: longer than %lld bytes", o->name, (long long)o->max);
    else if (n > 0 && n < (size_t)o->min)
        lt_buf_printf(err, "option %s: shorter than %lld bytes", o->name, (long long)o->min);
    else if (o->choices && !among(o->choices, value))
        lt_buf_printf(err, "option %s: \"%s\" is none of: %s", o->name, value, o->choices);
    else
        return LT_OK;
    return LT_ECONFIG;
}

static int check(const struct lt_option *o, const char *value, struct lt_buf *err)
{
    int64_t v = 0;
    switch (o->type) {
    case LT_OPT_INT:
        if (parse_int(value, &v) == LT_OK && v >= o->min && v <= o->max)
            return LT_OK;
        lt_buf_printf(err, "option %s: \"%s\" is not a whole number from %lld to %lld", o->name,
                      value, (long long)o->min, (long long)o->max);
        return LT_ECONFIG;
    case LT_OPT_BOOL:
        if (parse_bool(value) >= 0)
            return LT_OK;
        lt_buf_printf(err, "option %s: \"%s\" is neither true nor false", o->name, value);
        return LT_ECONFIG;
    case LT_OPT_STR:
        return check_text(o, value, err);
    }
    return LT_ECONFIG;
}

/* Whether people who are neither the owner nor in the group may read the file. */
static bool exposed(int fd)
{
    struct stat st;
    return fstat(fd, &st) != 0 || (st.st_mode & S_IROTH) != 0;
}

/* At most cap-1 bytes of a file, with a NUL. LT_ECONFIG: `err` says why. */
static int read_file(const char *path, char *out, size_t cap, bool *ret_exposed, struct lt_buf *err)
{
    size_t n = 0;
    ssize_t got = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && n < cap && (got = read(fd, out + n, cap - n)) > 0)
        n += (size_t)got;
    if (fd < 0 || got < 0) {
        lt_buf_printf(err, "%s: %s", path, strerror(errno));
    } else if (n == cap || memchr(out, '\0', n)) {
        lt_buf_printf(err, "%s is %s", path, n == cap ? "too large" : "not a text");
        got = -1;
    } else {
        out[n] = '\0';
        *ret_exposed = exposed(fd);
    }
    if (fd >= 0)
        close(fd);
    return fd < 0 || got < 0 ? LT_ECONFIG : LT_OK;
}

static int refuse_exposed(const char *path, struct lt_buf *err)
{
    lt_buf_printf(err, "%s holds a secret and can be read by everybody", path);
    return LT_ECONFIG;
}

/* A secret from a file: its first line. */
static int set_from_file(struct lt_config *c, const char *option, const char *path,
                         struct lt_buf *err)
{
    char text[FILE_SECRET_BYTES];
    bool everybody;
    int r = read_file(path, text, sizeof text, &everybody, err);
    if (r == LT_OK && everybody)
        r = refuse_exposed(path, err);
    if (r != LT_OK) {
        lt_buf_printf(err, " (option %s_file)", option);
        return r;
    }
    text[strcspn(text, "\r\n")] = '\0';
    return lt_config_set(c, option, text, err);
}

int lt_config_set(struct lt_config *c, const char *name, const char *value, struct lt_buf *err)
{
    char base[NAME_BYTES];
    size_t n = strlen(name);
    int i = find(name);
    if (i < 0 && n > 5 && n < sizeof base && strcmp(name + n - 5, "_file") == 0) {
        memcpy(base, name, n - 5);
        base[n - 5] = '\0';
        int s = find(base);
        if (s >= 0 && lt_options[s].secret)
            return set_from_file(c, base, value, err);
    }
    if (i < 0) {
        lt_buf_printf(err, "there is no option %s", name);
        return LT_ECONFIG;
    }
    int r = check(&lt_options[i], value, err);
    if (r != LT_OK)
        return r;
    char *copy = strdup(value);
    assert(copy);
    free(c->values[i]);
    c->values[i] = copy;
    return LT_OK;
}

struct ini {
    struct lt_config *c;
    struct lt_buf *err;
    bool *seen; /* by option index */
    bool secret;
};

static int on_pair(void *user, const char *section, const char *name, const char *value)
{
    struct ini *f = user;
    int i = find(name);
    if (section[0]) {
        lt_buf_printf(f->err, "sections are not used: [%s]", section);
        return 0;
    }
    if (i >= 0 && f->seen[i]) {
        lt_buf_printf(f->err, "option %s is set twice", name);
        return 0;
    }
    if (i >= 0)
        f->seen[i] = true;
    f->secret = f->secret || (i >= 0 && lt_options[i].secret && value[0]);
    return lt_config_set(f->c, name, value, f->err) == LT_OK;
}

/* The values of `text`; LT_ECONFIG with a line in `err`. */
static int set_from_ini(struct ini *f, const char *path, const char *text)
{
    ini_use_stack = false;
    ini_allow_realloc = true;
    ini_max_line = FILE_BYTES;
    ini_allow_multiline = false;
    ini_allow_inline_comments = false;
    ini_stop_on_first_error = true;
    int line = ini_parse_string(text, on_pair, f);
    if (line == 0)
        return LT_OK;
    if (f->err->len == 0)
        lt_buf_str(f->err, "expected option = value");
    lt_buf_printf(f->err, " (%s, line %d)", path, line);
    return LT_ECONFIG;
}

int lt_config_file(struct lt_config *c, const char *path, struct lt_buf *err)
{
    char *text = malloc(FILE_BYTES);
    bool *seen = calloc((size_t)count(), sizeof *seen);
    assert(text && seen);
    struct ini f = {.c = c, .err = err, .seen = seen};
    bool everybody;
    int r = read_file(path, text, FILE_BYTES, &everybody, err);
    if (r == LT_OK)
        r = set_from_ini(&f, path, text);
    if (r == LT_OK && f.secret && everybody)
        r = refuse_exposed(path, err);
    free(text);
    free(seen);
    return r;
}

int lt_config_env(struct lt_config *c, char *const *environ, struct lt_buf *err)
{
    static const char prefix[] = "LEITAI_";
    for (; *environ; environ++) {
        const char *eq = strchr(*environ, '=');
        if (!eq || strncmp(*environ, prefix, sizeof prefix - 1) != 0)
            continue;
        char name[NAME_BYTES];
        const char *from = *environ + sizeof prefix - 1;
        size_t n = (size_t)(eq - from);
        if (strncmp(from, "TEST_", 5) == 0) /* the tests' own */
            continue;
        if (n >= sizeof name) {
            lt_buf_printf(err, "there is no option %.*s", (int)n, from);
            return LT_ECONFIG;
        }
        for (size_t k = 0; k < n; k++)
            name[k] = (char)(from[k] >= 'A' && from[k] <= 'Z' ? from[k] + 32 : from[k]);
        name[n] = '\0';
        int r = lt_config_set(c, name, eq + 1, err);
        if (r != LT_OK)
            return r;
    }
    return LT_OK;
}

int lt_config_args(struct lt_config *c, int *argc, char **argv, struct lt_buf *err)
{
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        char name[NAME_BYTES];
        const char *a = argv[i];
        size_t n = strcspn(a, "=");
        if (strncmp(a, "--", 2) != 0 || n <= 2 || n - 2 >= sizeof name) {
            argv[kept++] = argv[i];
            continue;
        }
        memcpy(name, a + 2, n - 2);
        name[n - 2] = '\0';
        for (char *p = name; *p; p++)
            *p = *p == '-' ? '_' : *p;
        int o = find(name);
        bool file = o < 0 && strlen(name) > 5 && strcmp(name + strlen(name) - 5, "_file") == 0;
        if (o < 0 && !file) { /* a command's own flag, or a mistake: the command says */
            argv[kept++] = argv[i];
            continue;
        }
        const char *value = a[n] == '=' ? a + n + 1 : NULL;
        if (!value && o >= 0 && lt_options[o].type == LT_OPT_BOOL)
            value = "true";
        if (!value && i + 1 < *argc)
            value = argv[++i];
        if (!value) {
            lt_buf_printf(err, "option %s needs a value", name);
            return LT_ECONFIG;
        }
        int r = lt_config_set(c, name, value, err);
        if (r != LT_OK)
            return r;
    }
    *argc = kept;
    argv[kept] = NULL;
    return LT_OK;
}

static const char *get(const struct lt_config *c, const char *name, enum lt_option_type type)
{
    int i = find(name);
    assert(i >= 0 && lt_options[i].type == type);
    return c->values[i];
}

const char *lt_config_str(const struct lt_config *c, const char *name)
{
    return get(c, name, LT_OPT_STR);
}

int64_t lt_config_int(const struct lt_config *c, const char *name)
{
    int64_t v = 0;
    int err = parse_int(get(c, name, LT_OPT_INT), &v);
    assert(err == LT_OK);
    return v;
}

bool lt_config_bool(const struct lt_config *c, const char *name)
{
    return parse_bool(get(c, name, LT_OPT_BOOL)) == 1;
}

void lt_config_doc(struct lt_buf *out)
{
    lt_buf_str(out, "| option | default | allowed | meaning |\n| --- | --- | --- | --- |\n");
    for (const struct lt_option *o = lt_options; o->name; o++) {
        lt_buf_printf(out, "| `%s` | %s%s%s | ", o->name, o->fallback[0] ? "`" : "", o->fallback,
                      o->fallback[0] ? "`" : "");
        switch (o->type) {
        case LT_OPT_INT:
            lt_buf_printf(out, "%lld–%lld", (long long)o->min, (long long)o->max);
            break;
        case LT_OPT_BOOL:
            lt_buf_str(out, "true, false");
            break;
        case LT_OPT_STR:
            lt_buf_str(out, o->choices ? o->choices : "text");
            if (o->min > 0)
                lt_buf_printf(out, " of at least %lld bytes", (long long)o->min);
            if (o->secret)
                lt_buf_printf(out, ", secret; also `%s_file`", o->name);
            break;
        }
        lt_buf_printf(out, " | %s |\n", o->doc);
    }
}
