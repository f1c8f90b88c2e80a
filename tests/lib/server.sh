# shellcheck shell=bash
# A server of a test's own, for bash tests: sourced. Needs LEITAI_TEST_PG_URL (a superuser's connection).
#   server_start BUILD_DIR   database, Redis, demo, `leitai serve` with two workers; sets LEITAI_PORT, dir, fails=0
#   leitai COMMAND…          the program, on that server's database
#   server_stop              SIGTERM; reports how it ended and what a sanitizer said
#   report NAME CONDITION…   prints "ok" or "not ok", counts in `fails`
dir=$(mktemp -d /tmp/leitai-live.XXXXXX)
db="live_$$"
serve_pid='' redis_pid='' fails=0

leitai() { "$BUILD/leitai" "$@"; }
admin() { psql "$LEITAI_TEST_PG_URL dbname=postgres" -qAtX -v ON_ERROR_STOP=1 "$@"; }
sql() { psql "$LEITAI_TEST_PG_URL dbname=$db" -qAtX -v ON_ERROR_STOP=1 "$@"; }
finish() {
    [ -z "$serve_pid" ] || kill -9 "$serve_pid" 2>/dev/null || true
    [ -z "$redis_pid" ] || kill "$redis_pid" 2>/dev/null || true
    admin -c "DROP DATABASE IF EXISTS $db WITH (FORCE)" 2>/dev/null || true
    rm -rf "$dir"
}
trap finish EXIT
report() { # report NAME CONDITION…
    local name=$1
    shift
    if "$@"; then
        echo "ok $name"
    else
        echo "not ok $name"
        fails=1
    fi
}
# Until the command succeeds, at most 20 s.
await() {
    local until=$((SECONDS + 20))
    while ! "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $until ] || return 1
        read -rt 0.05 <> <(:) || true
    done
}
same() { [ -n "$1" ] && [ "$1" = "$2" ]; }
posted() { [ "$(sql -c "SELECT count(*) FROM leitai.credit_outbox WHERE event_id = $1 AND posted_at IS NULL")" = 0 ]; }
ready() { node -e 'fetch(process.argv[1]).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))' "http://127.0.0.1:$LEITAI_PORT/readyz"; }

server_start() {
    local server=${LEITAI_TEST_PG_URL//user=postgres/}
    BUILD=$1
    redis-server --port 0 --unixsocket "$dir/redis.sock" --save '' --dir "$dir" >/dev/null &
    redis_pid=$!
    admin -c "CREATE DATABASE $db TEMPLATE template0"
    export LEITAI_DATABASE_URL="$server user=leitai_app dbname=$db" LEITAI_RELAY_URL="$server user=leitai_relay dbname=$db"
    export LEITAI_MIGRATE_URL="$LEITAI_TEST_PG_URL dbname=$db" LEITAI_REDIS_URL="unix://$dir/redis.sock"
    export LEITAI_SESSION_SECRET=a-secret-of-a-test-that-is-long-enough LEITAI_STATIC_DIR=${WEB_DIST:-} LEITAI_WORKERS=2 LEITAI_DRAIN_S=1
    LEITAI_PORT=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
    export LEITAI_PORT
    leitai migrate >/dev/null
    leitai demo --people "$dir/people.csv" --ticket-secret "$dir/secret" >/dev/null
    await test -S "$dir/redis.sock"
    "$BUILD/leitai" serve 2>"$dir/log" &
    serve_pid=$!
    report 'two workers become ready' await ready
}

server_stop() {
    ended() { kill "$serve_pid" && wait "$serve_pid"; }
    report 'SIGTERM ends it cleanly' ended
    serve_pid=''
    # A sanitizer's report is no JSON line.
    report 'no sanitizer complained' bash -c "! grep -qv '^{' '$dir/log'"
    [ "$fails" = 0 ] || grep -vE '"level":"info"' "$dir/log" | head -40
}
