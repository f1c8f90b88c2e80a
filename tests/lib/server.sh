# shellcheck shell=bash
# A server of a test's own, for bash tests: sourced. Needs LEITAI_TEST_PG_URL (a superuser's connection).
#   server_start BUILD_DIR   database, Redis, demo, `leitai serve` with two workers; sets LEITAI_PORT, dir, fails=0
#   server_stop              SIGTERM; reports how it ended and what a sanitizer said
# or, for several nodes of one worker:
#   stores_start BUILD_DIR   database, Redis, demo; sets build, dir, fails=0
#   node_start NAME PROGRAM [VARIABLE=VALUE…]   serve on ${node_port[NAME]}, or a free port; sets ${node_pid[NAME]}; log in $dir/NAME.log
#   node_stop NAME           SIGTERM, and wait for its end; its exit status
#   nodes_stop               all that still run; reports as server_stop does
#   proxy_start PORT…        HAProxy in front of these, with docs/haproxy.cfg; sets proxy_port
#   report NAME CONDITION…   prints "ok" or "not ok", counts in `fails`
dir=$(mktemp -d /tmp/leitai-live.XXXXXX)
db="live_$$"
serve_pid='' redis_pid='' proxy_pid='' fails=0
declare -A node_pid=() node_port=()

admin() { psql "$LEITAI_TEST_PG_URL dbname=postgres" -qAtX -v ON_ERROR_STOP=1 "$@"; }
sql() { psql "$LEITAI_TEST_PG_URL dbname=$db" -qAtX -v ON_ERROR_STOP=1 "$@"; }
finish() {
    local pid
    for pid in $serve_pid "${node_pid[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
    for pid in $redis_pid $proxy_pid; do kill "$pid" 2>/dev/null || true; done
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
ready() { node -e 'fetch(process.argv[1]).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))' "http://127.0.0.1:${1:-$LEITAI_PORT}/readyz"; }
metric() { # metric PORT NAME
    node -e 'fetch(process.argv[1]).then((r) => r.text()).then((t) => console.log(t.match(new RegExp(`^${process.argv[2]} (\\d+)`, "m"))[1]), () => {})' \
        "http://127.0.0.1:$1/metrics" "$2"
}
free_port() { node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }
redis_run() { # Redis without TCP, on $dir/redis.sock
    redis-server --port 0 --unixsocket "$dir/redis.sock" --save '' --dir "$dir" >/dev/null &
    redis_pid=$!
    await redis-cli -s "$dir/redis.sock" ping
}

stores_start() {
    build=$1
    local server=${LEITAI_TEST_PG_URL//user=postgres/}
    redis_run
    admin -c "CREATE DATABASE $db TEMPLATE template0"
    export LEITAI_DATABASE_URL="$server user=leitai_app dbname=$db" LEITAI_RELAY_URL="$server user=leitai_relay dbname=$db"
    export LEITAI_MIGRATE_URL="$LEITAI_TEST_PG_URL dbname=$db" LEITAI_REDIS_URL="unix://$dir/redis.sock"
    export LEITAI_SESSION_SECRET=a-secret-of-a-test-that-is-long-enough LEITAI_STATIC_DIR=${WEB_DIST:-} LEITAI_DRAIN_S=1
    "$build/leitai" migrate >/dev/null
    "$build/leitai" demo --people "$dir/people.csv" --ticket-secret "$dir/secret" >/dev/null
}

server_start() {
    stores_start "$1"
    LEITAI_PORT=$(free_port)
    export LEITAI_PORT
    LEITAI_WORKERS=2 "$build/leitai" serve 2>"$dir/log" &
    serve_pid=$!
    report 'two workers become ready' await ready
}

node_start() {
    local name=$1 program=$2
    shift 2
    [ -n "${node_port[$name]:-}" ] || node_port[$name]=$(free_port)
    env LEITAI_WORKERS=1 LEITAI_TRUST_PROXY=true LEITAI_PORT="${node_port[$name]}" "$@" "$program" serve 2>>"$dir/$name.log" &
    node_pid[$name]=$!
    report "node $name becomes ready" await ready "${node_port[$name]}"
}

node_stop() {
    local pid=${node_pid[$1]}
    kill "$pid" && wait "$pid"
    local status=$?
    unset "node_pid[$1]"
    return "$status"
}

nodes_stop() {
    local name
    for name in "${!node_pid[@]}"; do report "SIGTERM ends node $name cleanly" node_stop "$name"; done
    report 'no sanitizer complained' bash -c "! grep -hqv '^{' '$dir'/*.log"
    [ "$fails" = 0 ] || grep -hvE '"level":"info"' "$dir"/*.log | head -40
}

proxy_start() {
    proxy_port=$(free_port)
    awk -v bind="127.0.0.1:$proxy_port" -v ports="$*" -f "$(dirname "${BASH_SOURCE[0]}")/haproxy.awk" \
        "$(dirname "${BASH_SOURCE[0]}")/../../docs/haproxy.cfg" >"$dir/haproxy.cfg"
    haproxy -db -f "$dir/haproxy.cfg" >"$dir/haproxy.out" 2>&1 &
    proxy_pid=$!
    report 'HAProxy serves' await ready "$proxy_port"
}

server_stop() {
    ended() { kill "$serve_pid" && wait "$serve_pid"; }
    report 'SIGTERM ends it cleanly' ended
    serve_pid=''
    # A sanitizer's report is no JSON line.
    report 'no sanitizer complained' bash -c "! grep -qv '^{' '$dir/log'"
    [ "$fails" = 0 ] || grep -vE '"level":"info"' "$dir/log" | head -40
}
