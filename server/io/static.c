/* The built web files, read into memory at start: they are few and small, and a contest shall not
 * wait for a disk. Nothing is looked up in the file system per request, so no path can leave the
 * folder: a request either names a key of the table or it is 404.
 *
 * "x.html" and "x/index.html" also answer to "/x", which is how people write it; "/" is index.html
 * or else play. Beside a file, x.br and x.gz are its compressed forms. The ETag is a hash of the
 * bytes sent, so it is a strong one and the same on every node.
 */
#include "base/log.h"
#include "net_internal.h"
#include <ctype.h>
#include <dirent.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILES_MAX = 2000, DEPTH_MAX = 8, ETAG_BYTES = 40, HASHED_BYTES = 12 };
static const size_t BYTES_MAX = (size_t)64 << 20, MEDIA_BYTES_MAX = (size_t)256 << 20;

enum encoding { AS_IS, GZIP, BROTLI, ENCODINGS };
static const struct {
    const char *name, *suffix;
} encodings[ENCODINGS] = {[AS_IS] = {NULL, ""}, [GZIP] = {"gzip", ".gz"}, [BROTLI] = {"br", ".br"}};

struct form {
    unsigned char *room; /* LWS_PRE bytes, then the contents; NULL: not there */
    size_t n;
    char etag[ETAG_BYTES];
};

struct file {
    char *path; /* "/play.html" */
    struct form forms[ENCODINGS];
};

struct static_files {
    struct file *files;  /* sorted by path */
    size_t n, cap, room; /* room: bytes that may still be read */
};

static void hash(struct form *f)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_Digest(f->room + LWS_PRE, f->n, digest, NULL, EVP_sha256(), NULL);
    f->etag[0] = '"';
    for (int i = 0; i < HASHED_BYTES; i++)
        snprintf(f->etag + 1 + 2 * i, 3, "%02x", digest[i]);
    strcat(f->etag, "\"");
}

static int read_form(struct static_files *s, const char *path, struct form *ret)
{
    FILE *in = fopen(path, "rbe");
    struct stat st;
    int err = LT_ECONFIG;
    if (!in)
        return err;
    if (fstat(fileno(in), &st) == 0 && S_ISREG(st.st_mode) && (size_t)st.st_size <= s->room) {
        size_t n = (size_t)st.st_size;
        struct form f = {.room = malloc(LWS_PRE + n + 1), .n = n};
        if (f.room && fread(f.room + LWS_PRE, 1, n, in) == n) {
            hash(&f);
            *ret = f;
            s->room -= n;
            err = LT_OK;
        } else {
            free(f.room);
        }
    }
    fclose(in);
    return err;
}

static struct file *file_of(struct static_files *s, const char *path)
{
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->files[i].path, path) == 0)
            return &s->files[i];
    }
    if (s->n == FILES_MAX)
        return NULL;
    if (s->n == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 64;
        struct file *more = realloc(s->files, cap * sizeof *more);
        if (!more)
            return NULL;
        s->files = more;
        s->cap = cap;
    }
    struct file *f = &s->files[s->n];
    *f = (struct file){.path = strdup(path)};
    if (!f->path)
        return NULL;
    s->n++;
    return f;
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), k = strlen(end);
    return n > k && strcmp(s + n - k, end) == 0;
}

/* `path` is below the folder and begins with '/'. */
static int load_file(struct static_files *s, const char *full, char *path)
{
    enum encoding e = ends_with(path, ".br") ? BROTLI : ends_with(path, ".gz") ? GZIP : AS_IS;
    path[strlen(path) - strlen(encodings[e].suffix)] = '\0';
    struct file *f = file_of(s, path);
    return f ? read_form(s, full, &f->forms[e]) : LT_ECONFIG;
}

static int load_folder(struct static_files *s, const char *dir, const char *below, int depth)
{
    char full[1024], path[512];
    DIR *d = depth < DEPTH_MAX ? opendir(dir) : NULL;
    int err = d ? LT_OK : LT_ECONFIG;
    struct dirent *e;
    while (err == LT_OK && (e = readdir(d))) {
        struct stat st;
        if (e->d_name[0] == '.')
            continue;
        if (snprintf(full, sizeof full, "%s/%s", dir, e->d_name) >= (int)sizeof full ||
            snprintf(path, sizeof path, "%s/%s", below, e->d_name) >= (int)sizeof path ||
            lstat(full, &st) != 0)
            err = LT_ECONFIG;
        else if (S_ISDIR(st.st_mode))
            err = load_folder(s, full, path, depth + 1);
        else if (S_ISREG(st.st_mode))
            err = load_file(s, full, path);
    }
    if (d)
        closedir(d);
    return err;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

int static_load(const char *dir, struct static_files **ret)
{
    struct static_files *s = calloc(1, sizeof *s);
    if (!s)
        return LT_ENOMEM;
    s->room = BYTES_MAX;
    int err = load_folder(s, dir, "", 0);
    if (err != LT_OK) {
        lt_log(LT_LOG_ERROR, "web files cannot be read, or are more than allowed",
               LT_S("folder", dir));
        static_free(s);
        return err;
    }
    if (s->n > 0)
        qsort(s->files, s->n, sizeof *s->files, by_path);
    *ret = s;
    return LT_OK;
}

/* What a stage may show or play. No SVG: it can hold scripts. */
static bool is_media(const char *name)
{
    static const char *const endings[] = {".png", ".jpg",  ".jpeg", ".webp", ".gif", ".avif",
                                          ".mp4", ".webm", ".mp3",  ".ogg",  ".m4a", ".wav"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends_with(name, endings[i]))
            return name[0] != '.';
    return false;
}

static int load_medium(struct static_files *s, const char *dir, const char *name)
{
    char full[1024], path[512];
    struct stat st;
    if (snprintf(full, sizeof full, "%s/%s", dir, name) >= (int)sizeof full ||
        snprintf(path, sizeof path, "/media/%s", name) >= (int)sizeof path ||
        lstat(full, &st) != 0 || !S_ISREG(st.st_mode) || (size_t)st.st_size > s->room)
        return LT_ECONFIG;
    struct file *f = file_of(s, path);
    return f ? read_form(s, full, &f->forms[AS_IS]) : LT_ECONFIG;
}

int static_media(const char *dir, struct static_files **files)
{
    if (!*files)
        *files = calloc(1, sizeof **files);
    struct static_files *s = *files;
    DIR *d = s ? opendir(dir) : NULL;
    if (!d) {
        lt_log(LT_LOG_ERROR, "the folder of media cannot be read", LT_S("folder", dir));
        return s ? LT_ECONFIG : LT_ENOMEM;
    }
    s->room = MEDIA_BYTES_MAX;
    for (struct dirent *e; (e = readdir(d));)
        if (is_media(e->d_name) && load_medium(s, dir, e->d_name) != LT_OK)
            lt_log(LT_LOG_ERROR, "a file of media cannot be read, or all are larger than allowed",
                   LT_S("file", e->d_name));
    closedir(d);
    if (s->n > 0)
        qsort(s->files, s->n, sizeof *s->files, by_path);
    return LT_OK;
}

void static_free(struct static_files *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++) {
        for (int e = 0; e < ENCODINGS; e++)
            free(s->files[i].forms[e].room);
        free(s->files[i].path);
    }
    free(s->files);
    free(s);
}

/* ---- answering ---- */

static const struct file *exact(const struct static_files *s, const char *path)
{
    struct file key = {.path = (char *)path};
    const struct file *f = s->n > 0 ? bsearch(&key, s->files, s->n, sizeof key, by_path) : NULL;
    return f && f->forms[AS_IS].room ? f : NULL;
}

static const struct file *lookup(const struct static_files *s, const char *path)
{
    static const char *const patterns[] = {"%.*s", "%.*s.html", "%.*s/index.html"};
    char name[512];
    int n = (int)strlen(path);
    if (n > 1 && path[n - 1] == '/')
        n--;
    else if (n == 1 && exact(s, "/index.html"))
        return exact(s, "/index.html");
    if (n == 1) {
        path = "/play";
        n = (int)strlen(path);
    }
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        const struct file *f;
        snprintf(name, sizeof name, patterns[i], n, path);
        if ((f = exact(s, name)))
            return f;
    }
    return NULL;
}

static int thousandths(const char *number)
{
    double v = strtod(number, NULL);
    return v > 0 ? (int)((v < 1 ? v : 1) * 1000) : 0;
}

/* The weight a client gives to a content coding, in thousandths; RFC 9110, 12.5.3. */
static int weight_of(const char *accept, const char *coding)
{
    int any = 0;
    for (const char *p = accept; *p;) {
        p += strspn(p, " \t,");
        size_t item = strcspn(p, ","), name = strcspn(p, " \t;,");
        int q = 1000;
        const char *semi = memchr(p, ';', item);
        if (semi) {
            semi += 1 + strspn(semi + 1, " \t");
            if (strncasecmp(semi, "q=", 2) == 0)
                q = thousandths(semi + 2);
        }
        if (name == strlen(coding) && strncasecmp(p, coding, name) == 0)
            return q;
        if (name == 1 && *p == '*')
            any = q;
        p += item;
    }
    return any;
}

static enum encoding choose(const struct file *f, const char *accept)
{
    enum encoding best = AS_IS;
    int most = 0;
    for (int e = GZIP; e < ENCODINGS; e++) {
        int q = f->forms[e].room ? weight_of(accept, encodings[e].name) : 0;
        if (q > 0 && q >= most) {
            best = (enum encoding)e;
            most = q;
        }
    }
    return best;
}

static const char *type_of(const char *path)
{
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json; charset=utf-8"},
        {".webmanifest", "application/manifest+json"},
        {".map", "application/json; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".jpeg", "image/jpeg"},
        {".webp", "image/webp"},
        {".gif", "image/gif"},
        {".avif", "image/avif"},
        {".mp4", "video/mp4"},
        {".webm", "video/webm"},
        {".m4a", "audio/mp4"},
        {".wav", "audio/wav"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".mp3", "audio/mpeg"},
        {".ogg", "audio/ogg"},
        {".txt", "text/plain; charset=utf-8"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (ends_with(path, types[i][0]))
            return types[i][1];
    }
    return "application/octet-stream";
}

/* "app-ABC123.js", "app.3fa94c01.css": the name changes with the contents. Bundlers write capitals
 * and digits, or hex. */
static bool name_is_hashed(const char *path)
{
    const char *name = strrchr(path, '/') + 1, *dot = strrchr(name, '.');
    if (!dot)
        return false;
    const char *p = dot;
    while (p > name && isalnum((unsigned char)p[-1]))
        p--;
    size_t n = (size_t)(dot - p);
    if (p == name || (p[-1] != '-' && p[-1] != '.'))
        return false;
    if (n >= 6 && strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == n)
        return true;
    return n >= 8 && strspn(p, "0123456789abcdef") == n && strcspn(p, "0123456789") < n;
}

bool static_find(const struct static_files *s, const char *path, const char *accept_encoding,
                 struct static_file *ret)
{
    const struct file *f = s ? lookup(s, path) : NULL;
    if (!f)
        return false;
    enum encoding e = choose(f, accept_encoding);
    const struct form *form = &f->forms[e];
    *ret = (struct static_file){
        .content_type = type_of(f->path),
        .cache_control =
            name_is_hashed(f->path) ? "public, max-age=31536000, immutable" : "no-cache",
        .framed =
            strcmp(f->path, "/board.html") == 0, /* whose boards are public; it takes no input */
        .varies = f->forms[GZIP].room || f->forms[BROTLI].room,
        .body = {.p = form->room + LWS_PRE,
                 .n = form->n,
                 .encoding = encodings[e].name,
                 .etag = form->etag},
    };
    return true;
}
