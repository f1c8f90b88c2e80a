/* HTTP over real sockets: static files, the API's requests, TLS. */
#include "base/buf.h"
#include "base/err.h"
#include "certificate.h"
#include "client.h"
#include "io/net.h"

#include <fcntl.h>
#include <openssl/ssl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
// cmocka needs the standard headers before it
#include <cmocka.h>

enum { BIG = 300000 };

static struct {
    struct lt_loop *loop;
    struct lt_net *net;
    struct lt_http_req *waiting; /* to be answered later */
    int gone;
    bool done;
} t;

static char dir[64];

static void put(const char *name, const char *text, size_t n)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    fclose(f);
}

static void puts_text(const char *name, const char *text)
{
    put(name, text, strlen(text));
}

static int make_folder(void **state)
{
    char path[128];
    (void)state;
    strcpy(dir, "/tmp/leitai-test-web-XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/stage", dir);
    mkdir(path, 0755);
    puts_text("play.html", "<p>play</p>");
    puts_text("stage/index.html", "<p>stage</p>");
    puts_text("app-ABC123.js", "let plain;");
    puts_text("app-ABC123.js.br", "BROTLI");
    puts_text("app-ABC123.js.gz", "GZIP");
    puts_text("main.3fa94c01.css", "p{}");
    puts_text("style-guide.css", "p{}");
    puts_text(".secret", "no");
    char *big = malloc(BIG);
    assert_non_null(big);
    for (size_t i = 0; i < BIG; i++)
        big[i] = (char)('a' + i % 23);
    put("big.txt", big, BIG);
    free(big);
    return 0;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"play.html",
                                        "stage/index.html",
                                        "app-ABC123.js",
                                        "app-ABC123.js.br",
                                        "app-ABC123.js.gz",
                                        ".secret",
                                        "main.3fa94c01.css",
                                        "style-guide.css",
                                        "big.txt",
                                        "stage",
                                        "link",
                                        "."};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        remove(path);
    }
    rmdir(dir);
    return 0;
}

/* The API of the tests: echoes what it was asked; below /api/later only when told. */
static void reply_echo(struct lt_http_req *r)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "OTHER"};
    struct lt_buf b;
    size_t n;
    const char *body = lt_http_body(r, &n), *q = lt_http_arg(r, "q"),
               *auth = lt_http_header(r, "authorization"), *own = lt_http_header(r, "x-own");
    lt_buf_init(&b, 1 << 20);
    lt_buf_printf(&b, "%s %s q=%s auth=%s own=%s peer=%s body=%zu:%.20s",
                  methods[lt_http_method(r)], lt_http_path(r), q ? q : "-", auth ? auth : "-",
                  own ? own : "-", lt_http_peer(r), n, body);
    lt_http_reply(r, &(struct lt_http_reply){.status = 200,
                                             .content_type = "text/plain",
                                             .etag = "\"v1\"",
                                             .body = b.p,
                                             .body_len = b.len});
    lt_buf_done(&b);
}

static void on_http(void *arg, struct lt_http_req *r)
{
    (void)arg;
    if (strcmp(lt_http_path(r), "/api/later") == 0) {
        assert_null(t.waiting);
        lt_http_set_user(r, &t);
        t.waiting = r;
    } else {
        reply_echo(r);
    }
}

static void on_http_gone(void *arg, struct lt_http_req *r)
{
    (void)arg;
    assert_ptr_equal(t.waiting, r);
    assert_ptr_equal(lt_http_user(r), &t);
    t.waiting = NULL;
    t.gone++;
}

static void on_done(void *arg)
{
    (void)arg;
    t.done = true;
}

static int on_open(void *arg, struct lt_conn *c, const char *path)
{
    (void)arg, (void)c, (void)path;
    return LT_EFORBIDDEN;
}

static int serve_with(bool tls, bool trust_proxy)
{
    static const char *const prefixes[] = {"/api/", "/healthz", NULL};
    static const struct lt_net_handler handler = {
        .on_open = on_open, .on_http = on_http, .on_http_gone = on_http_gone};
    struct lt_net_opts opts = {.host = "127.0.0.1",
                               .static_dir = dir,
                               .api_prefixes = prefixes,
                               .max_connections = 100,
                               .max_message_bytes = 4096,
                               .max_queue_bytes = 65536,
                               .max_queue_age_us = 5000000,
                               .trust_proxy = trust_proxy,
                               .tls_cert = tls ? certificate_path() : NULL,
                               .tls_key = tls ? certificate_key_path() : NULL};
    memset(&t, 0, sizeof t);
    t.loop = lt_loop_new();
    return lt_net_new(t.loop, &opts, &handler, NULL, &t.net);
}

static int setup(void **state)
{
    (void)state;
    return serve_with(false, false);
}

static int setup_proxied(void **state)
{
    (void)state;
    return serve_with(false, true);
}

static int setup_tls(void **state)
{
    (void)state;
    return serve_with(true, false);
}

static int teardown(void **state)
{
    (void)state;
    lt_net_free(t.net, on_done, NULL);
    assert_true(turn_until(t.loop, &t.done, 10000));
    lt_loop_free(t.loop);
    return 0;
}

static struct client *connected(void)
{
    return client_new(t.loop, lt_net_port(t.net));
}

/* One request on a connection of its own. The head, and the body after it in `body`. */
static char *ask(const char *request, char *body, size_t size)
{
    struct client *c = connected();
    client_say(c, "%s", request);
    const char *got = client_head(c);
    assert_non_null(got);
    char *head = strdup(got);
    size_t n = (size_t)atoi(head_value(head, "content-length"));
    bool empty = strncmp(request, "HEAD", 4) == 0 || head_status(head) == 304;
    body[0] = '\0';
    if (!empty) {
        assert_true(n < size);
        memcpy(body, client_bytes(c, n), n);
        body[n] = '\0';
    }
    client_free(c);
    return head;
}

static int status(const char *request)
{
    char body[4096];
    char *head = ask(request, body, sizeof body);
    int s = head_status(head);
    free(head);
    return s;
}

#define END " HTTP/1.1\r\nHost: quiz.example:8080\r\n\r\n"
#define WITH(more) " HTTP/1.1\r\nHost: quiz.example\r\n" more "\r\n\r\n"

static void expect_body(const char *request, const char *expected)
{
    char body[4096];
    char *head = ask(request, body, sizeof body);
    assert_int_equal(head_status(head), 200);
    assert_string_equal(body, expected);
    free(head);
}

static void expect_header(const char *request, const char *name, const char *expected)
{
    char body[4096];
    char *head = ask(request, body, sizeof body);
    assert_string_equal(head_value(head, name), expected);
    free(head);
}

/* ---- */

static void an_entrance_needs_no_extension(void **state)
{
    (void)state;
    expect_body("GET /play" END, "<p>play</p>");
    expect_body("GET /play.html" END, "<p>play</p>");
    expect_body("GET /play/" END, "<p>play</p>");
    expect_body("GET /play?code=1" END, "<p>play</p>");
    expect_body("GET /" END, "<p>play</p>");
    expect_body("GET /stage" END, "<p>stage</p>");
    expect_body("GET /stage/" END, "<p>stage</p>");
    assert_int_equal(status("GET /desk" END), 404);
}

static void every_answer_carries_the_security_headers(void **state)
{
    static const char *const requests[] = {"GET /play" END, "GET /none" END, "GET /api/x" END,
                                           "POST /play" WITH("Content-Length: 0")};
    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        expect_header(requests[i], "x-content-type-options", "nosniff");
        expect_header(requests[i], "referrer-policy", "no-referrer");
        expect_header(requests[i], "x-frame-options", "DENY");
        expect_header(requests[i], "server", "");
    }
    expect_header("GET /play" END, "content-security-policy",
                  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                  "font-src 'self'; media-src 'self'; manifest-src 'self'; worker-src 'self'; "
                  "connect-src 'self' ws://quiz.example:8080 wss://quiz.example:8080; "
                  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
}

static void a_host_that_is_none_does_not_get_into_the_policy(void **state)
{
    char body[4096];
    (void)state;
    char *head = ask("GET /play HTTP/1.1\r\nHost: a; script-src *\r\n\r\n", body, sizeof body);
    assert_null(strstr(head, "script-src *"));
    free(head);
}

static void html_is_revalidated_and_hashed_names_are_kept(void **state)
{
    (void)state;
    expect_header("GET /play" END, "cache-control", "no-cache");
    expect_header("GET /play" END, "content-type", "text/html; charset=utf-8");
    expect_header("GET /app-ABC123.js" END, "cache-control", "public, max-age=31536000, immutable");
    expect_header("GET /app-ABC123.js" END, "content-type", "text/javascript; charset=utf-8");
    expect_header("GET /main.3fa94c01.css" END, "cache-control",
                  "public, max-age=31536000, immutable");
    expect_header("GET /style-guide.css" END, "cache-control", "no-cache");
}

static void the_best_encoding_that_the_client_takes_is_sent(void **state)
{
    (void)state;
#define JS(accept) "GET /app-ABC123.js" WITH("Accept-Encoding: " accept)
    expect_body(JS("gzip, deflate, br"), "BROTLI");
    expect_header(JS("gzip, deflate, br"), "content-encoding", "br");
    expect_header(JS("gzip, deflate, br"), "vary", "accept-encoding");
    expect_body(JS("gzip"), "GZIP");
    expect_body(JS("br;q=0.5, gzip;q=0.8"), "GZIP");
    expect_body(JS("br;q=0, gzip;q=0"), "let plain;");
    expect_body(JS("br;q=0, *"), "GZIP");
    expect_body(JS("identity"), "let plain;");
    expect_body(JS("brotli, xgzip"), "let plain;");
    expect_body(JS(";;;q=,,=br;q=x"), "let plain;");
    expect_body("GET /app-ABC123.js" END, "let plain;");
    expect_header("GET /app-ABC123.js" END, "vary", "accept-encoding");
    expect_header("GET /app-ABC123.js" END, "content-encoding", "");
}

static void a_matching_etag_is_answered_with_304_and_no_body(void **state)
{
    char body[4096], request[512], etag[64];
    (void)state;
    char *head = ask("GET /play" END, body, sizeof body);
    strcpy(etag, head_value(head, "etag"));
    free(head);
    assert_int_equal(etag[0], '"');
    static const char *const forms[] = {"%s", "W/%s", "\"x\", %s", "*"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char tags[128];
        int n = snprintf(tags, sizeof tags, forms[i], etag);
        assert_true(n > 0);
        snprintf(request, sizeof request,
                 "GET /play HTTP/1.1\r\nHost: a\r\nIf-None-Match: %s\r\n\r\n", tags);
        head = ask(request, body, sizeof body);
        assert_int_equal(head_status(head), 304);
        assert_string_equal(head_value(head, "etag"), etag);
        assert_string_equal(head_value(head, "content-length"), "");
        free(head);
    }
    assert_int_equal(status("GET /play" WITH("If-None-Match: \"other\"")), 200);
    assert_int_equal(status("GET /api/x" WITH("If-None-Match: \"v1\"")), 304);
    /* Each encoding has a tag of its own. */
    head = ask("GET /app-ABC123.js" WITH("Accept-Encoding: br"), body, sizeof body);
    strcpy(etag, head_value(head, "etag"));
    free(head);
    snprintf(request, sizeof request,
             "GET /app-ABC123.js HTTP/1.1\r\nHost: a\r\nIf-None-Match: %s\r\n\r\n", etag);
    assert_int_equal(status(request), 200);
}

static void head_is_get_without_the_body(void **state)
{
    (void)state;
    struct client *c = connected();
    client_say(c, "HEAD /play" END "GET /stage" END);
    const char *head = client_head(c);
    assert_int_equal(head_status(head), 200);
    assert_string_equal(head_value(head, "content-length"), "11");
    assert_int_equal(head_status(client_head(c)), 200); /* and not the body */
    assert_memory_equal(client_bytes(c, 12), "<p>stage</p>", 12);
    client_free(c);
}

static void no_path_leaves_the_folder(void **state)
{
    static const char *const paths[] = {"/../etc/passwd",        "/%2e%2e/etc/passwd",
                                        "/..%2f..%2fetc/passwd", "/stage/../../etc/passwd",
                                        "/....//etc/passwd",     "/.secret",
                                        "//etc/passwd",          "/play%00.html",
                                        "/stage\\..\\..\\x",     "/link"};
    char path[256], request[512];
    (void)state;
    snprintf(path, sizeof path, "%s/link", dir);
    assert_int_equal(symlink("/etc/passwd", path), 0); /* made after the start, and never read */
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", paths[i]);
        struct client *c = connected();
        client_say(c, "%s", request);
        const char *head = client_head(c); /* or the connection was closed */
        assert_true(!head || head_status(head) == 404 || head_status(head) == 403 ||
                    head_status(head) == 400);
        client_free(c);
    }
}

static void other_methods_on_a_file_get_405(void **state)
{
    (void)state;
    assert_int_equal(status("POST /play" WITH("Content-Length: 0")), 405);
    assert_int_equal(status("DELETE /play" END), 405);
    assert_int_equal(status("OPTIONS /play" END), 405);
    expect_header("DELETE /play" END, "allow", "GET, HEAD");
}

static void a_big_file_arrives_whole(void **state)
{
    (void)state;
    struct client *c = connected();
    for (int k = 0; k < 2; k++) {
        client_say(c, "GET /big.txt" END);
        const char *head = client_head(c);
        assert_int_equal(head_status(head), 200);
        assert_int_equal(atoi(head_value(head, "content-length")), BIG);
        const uint8_t *body = client_bytes(c, BIG);
        for (size_t i = 0; i < BIG; i++)
            assert_int_equal(body[i], 'a' + i % 23);
    }
    client_free(c);
}

static void requests_in_one_packet_are_answered_in_order(void **state)
{
    (void)state;
    struct client *c = connected();
    client_say(c, "GET /api/1" END "GET /play" END "GET /api/2" END);
    static const char *const begins[] = {"GET /api/1 ", "<p>play</p>", "GET /api/2 "};
    for (int i = 0; i < 3; i++) {
        const char *head = client_head(c);
        assert_int_equal(head_status(head), 200);
        size_t n = (size_t)atoi(head_value(head, "content-length"));
        assert_memory_equal(client_bytes(c, n), begins[i], 11);
    }
    client_free(c);
}

static void the_api_sees_the_whole_request(void **state)
{
    (void)state;
    expect_body(
        "GET /api/x%20y?a=1&q=%E8%B5%9B%26&b=2" WITH("Authorization: Bearer t\r\nX-Own: mine"),
        "GET /api/x y q=赛& auth=Bearer t own=mine peer=127.0.0.1 body=0:");
    expect_body("POST /api/x?q" WITH("Content-Length: 5") "hello",
                "POST /api/x q= auth=- own=- peer=127.0.0.1 body=5:hello");
    expect_body("POST /api/x" WITH("Content-Length: 0"),
                "POST /api/x q=- auth=- own=- peer=127.0.0.1 body=0:");
    expect_body("DELETE /api/x" END, "OTHER /api/x q=- auth=- own=- peer=127.0.0.1 body=0:");
    expect_body("GET /healthz" END, "GET /healthz q=- auth=- own=- peer=127.0.0.1 body=0:");
    expect_header("GET /api/x" END, "cache-control", "no-store");
}

static void a_body_up_to_the_bound_is_taken_and_one_over_it_is_413(void **state)
{
    (void)state;
    struct client *c = connected();
    char *body = malloc(65536);
    memset(body, 'x', 65536);
    client_say(c, "POST /api/x HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n");
    client_send(c, body, 65536);
    const char *head = client_head(c);
    assert_int_equal(head_status(head), 200);
    size_t n = (size_t)atoi(head_value(head, "content-length"));
    assert_non_null(strstr((const char *)client_bytes(c, n), "body=65536:xxx"));
    client_free(c);
    free(body);
    assert_int_equal(status("POST /api/x" WITH("Content-Length: 65537")), 413);
    assert_int_equal(status("POST /api/x" WITH("Content-Length: 99999999999999999999")), 413);
}

static void a_body_of_unclear_length_is_refused_and_the_connection_closed(void **state)
{
    static const struct {
        const char *request;
        int status;
    } cases[] = {
        {"POST /api/x" END, 411},
        {"POST /api/x" WITH("Transfer-Encoding: chunked"), 501},
        {"POST /api/x" WITH("Content-Length: 5\r\nTransfer-Encoding: chunked"), 501},
        {"POST /api/x" WITH("Content-Length: -1"), 400},
        {"POST /api/x" WITH("Content-Length: 5x"), 400},
        {"GET /api/x" WITH("Content-Length: 5") "hello", 400},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct client *c = connected();
        client_say(c, "%s", cases[i].request);
        assert_int_equal(head_status(client_head(c)), cases[i].status);
        assert_true(client_sees_end(c));
        client_free(c);
    }
}

static void an_answer_may_come_later(void **state)
{
    (void)state;
    struct client *c = connected();
    client_say(c, "GET /api/later?q=1" END);
    for (int i = 0; i < 5000 && !t.waiting; i++)
        turn_for(t.loop, 1);
    assert_non_null(t.waiting);
    turn_for(t.loop, 5);
    reply_echo(t.waiting);
    t.waiting = NULL;
    const char *head = client_head(c);
    assert_int_equal(head_status(head), 200);
    client_bytes(c, (size_t)atoi(head_value(head, "content-length")));
    client_say(c, "GET /play" END); /* the connection goes on */
    assert_int_equal(head_status(client_head(c)), 200);
    client_free(c);
    assert_int_equal(t.gone, 0);
}

static void a_client_that_leaves_first_is_reported_once(void **state)
{
    (void)state;
    struct client *c = connected();
    client_say(c, "GET /api/later" END);
    for (int i = 0; i < 5000 && !t.waiting; i++)
        turn_for(t.loop, 1);
    client_free(c);
    for (int i = 0; i < 5000 && t.gone == 0; i++)
        turn_for(t.loop, 1);
    assert_int_equal(t.gone, 1);
    c = connected(); /* and one that is there when the server ends */
    client_say(c, "GET /api/later" END);
    for (int i = 0; i < 5000 && !t.waiting; i++)
        turn_for(t.loop, 1);
    assert_non_null(t.waiting);
    client_free(c);
}

static void a_long_path_is_414_and_rubbish_is_closed(void **state)
{
    char path[400], request[512];
    (void)state;
    memset(path, 'a', sizeof path);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);
    assert_int_equal(status(request), 414);
    static const char *const rubbish[] = {"\r\n\r\n\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\x02\x01",
                                          "BREW / HTTP/1.1\r\n\r\n"};
    for (size_t i = 0; i < sizeof rubbish / sizeof *rubbish; i++) {
        struct client *c = connected();
        client_say(c, "%s", rubbish[i]);
        turn_for(t.loop, 5);
        client_free(c);
    }
    expect_body("GET /play" END, "<p>play</p>");
}

static void the_proxy_names_the_client_only_when_trusted(void **state)
{
    (void)state;
    expect_body("GET /api/x" WITH("X-Forwarded-For: 6.6.6.6, 203.0.113.7"),
                "GET /api/x q=- auth=- own=- peer=203.0.113.7 body=0:");
    expect_body("GET /api/x" WITH("X-Forwarded-For: <script>"),
                "GET /api/x q=- auth=- own=- peer=127.0.0.1 body=0:");
}

static void an_untrusted_proxy_names_nobody(void **state)
{
    (void)state;
    expect_body("GET /api/x" WITH("X-Forwarded-For: 203.0.113.7"),
                "GET /api/x q=- auth=- own=- peer=127.0.0.1 body=0:");
}

static void tls_1_2_and_1_3_are_spoken_and_older_refused(void **state)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct client *c = client_new_tls(t.loop, lt_net_port(t.net), versions[i]);
        assert_non_null(c);
        client_say(c, "GET /big.txt" END);
        assert_int_equal(head_status(client_head(c)), 200);
        client_bytes(c, BIG);
        client_say(c, "GET /play" END);
        assert_int_equal(head_status(client_head(c)), 200);
        assert_memory_equal(client_bytes(c, 11), "<p>play</p>", 11);
        client_free(c);
    }
    assert_null(client_new_tls(t.loop, lt_net_port(t.net), TLS1_1_VERSION));
    struct client *plain = connected();
    client_say(plain, "GET /play" END);
    assert_true(client_sees_end(plain));
    client_free(plain);
}

static void a_certificate_that_does_not_fit_is_an_error(void **state)
{
    struct lt_net_opts opts = {.host = "127.0.0.1",
                               .max_connections = 1,
                               .max_message_bytes = 1,
                               .max_queue_bytes = 1,
                               .tls_cert = "/nonexistent",
                               .tls_key = certificate_key_path()};
    static const struct lt_net_handler handler = {.on_open = on_open};
    struct lt_net *n = NULL;
    (void)state;
    assert_int_equal(lt_net_new(t.loop, &opts, &handler, NULL, &n), LT_ETLS);
    opts.tls_cert = certificate_path();
    opts.tls_key = certificate_path();
    assert_int_equal(lt_net_new(t.loop, &opts, &handler, NULL, &n), LT_ETLS);
    opts.tls_cert = opts.tls_key = NULL;
    opts.static_dir = "/nonexistent";
    assert_int_equal(lt_net_new(t.loop, &opts, &handler, NULL, &n), LT_ECONFIG);
    assert_null(n);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_entrance_needs_no_extension),
        TEST(every_answer_carries_the_security_headers),
        TEST(a_host_that_is_none_does_not_get_into_the_policy),
        TEST(html_is_revalidated_and_hashed_names_are_kept),
        TEST(the_best_encoding_that_the_client_takes_is_sent),
        TEST(a_matching_etag_is_answered_with_304_and_no_body),
        TEST(head_is_get_without_the_body),
        TEST(no_path_leaves_the_folder),
        TEST(other_methods_on_a_file_get_405),
        TEST(a_big_file_arrives_whole),
        TEST(requests_in_one_packet_are_answered_in_order),
        TEST(the_api_sees_the_whole_request),
        TEST(a_body_up_to_the_bound_is_taken_and_one_over_it_is_413),
        TEST(a_body_of_unclear_length_is_refused_and_the_connection_closed),
        TEST(an_answer_may_come_later),
        TEST(a_client_that_leaves_first_is_reported_once),
        TEST(a_long_path_is_414_and_rubbish_is_closed),
        TEST(an_untrusted_proxy_names_nobody),
        TEST(a_certificate_that_does_not_fit_is_an_error),
        cmocka_unit_test_setup_teardown(the_proxy_names_the_client_only_when_trusted, setup_proxied,
                                        teardown),
        cmocka_unit_test_setup_teardown(tls_1_2_and_1_3_are_spoken_and_older_refused, setup_tls,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
