#!/usr/bin/env bash
# A whole contest through the real path: migrate, demo, serve with two workers, a host and 40 players over WebSockets, a fifth of whom lose
# their line during each question; then the credits, then a clean end. The players check every frame, acknowledgement, standing and board.
# Usage: live.sh BUILD_DIR. Needs LEITAI_TEST_PG_URL (a superuser's connection).
set -euo pipefail
build=$1
demo=$(cd "$(dirname "$0")/../../../schema/demo" && pwd)
dir=$(mktemp -d /tmp/leitai-live.XXXXXX)
db="live_$$"
serve_pid='' redis_pid='' fails=0

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

redis-server --port 0 --unixsocket "$dir/redis.sock" --save '' --dir "$dir" >/dev/null &
redis_pid=$!
admin -c "CREATE DATABASE $db TEMPLATE template0"
server=${LEITAI_TEST_PG_URL//user=postgres/}
export LEITAI_DATABASE_URL="$server user=leitai_app dbname=$db" LEITAI_RELAY_URL="$server user=leitai_relay dbname=$db"
export LEITAI_MIGRATE_URL="$LEITAI_TEST_PG_URL dbname=$db" LEITAI_REDIS_URL="unix://$dir/redis.sock"
export LEITAI_SESSION_SECRET=a-secret-of-a-test-that-is-long-enough LEITAI_STATIC_DIR='' LEITAI_WORKERS=2 LEITAI_DRAIN_S=1
LEITAI_PORT=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
export LEITAI_PORT
"$build/leitai" migrate >/dev/null
"$build/leitai" demo --people "$dir/people.csv" --ticket-secret "$dir/secret" >/dev/null
await test -S "$dir/redis.sock"
"$build/leitai" serve 2>"$dir/log" &
serve_pid=$!
ready() { node -e 'fetch(process.argv[1]).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))' "http://127.0.0.1:$LEITAI_PORT/readyz"; }
report 'two workers become ready' await ready

event=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'live-demo'")
played() {
    "$build/loadtest/leitai-load" live --url "ws://127.0.0.1:$LEITAI_PORT/ws" --tenant demo --kid main --secret-file "$dir/secret" \
        --event "$event" --people "$dir/people.csv" --players 40 --host --host-sub host --window 1 --gap 0.1 --drop-share 0.2 \
        --clock-slack-ms 100 --seconds 120 --sheet "$demo/live-demo.json" --quiet >"$dir/report" 2>&1 && grep -q '^No violations' "$dir/report"
}
report 'a contest is played without a violation' played
[ "$fails" = 0 ] || cat "$dir/report"

posted() { [ "$(sql -c "SELECT count(*) FROM leitai.credit_outbox WHERE event_id = $event AND posted_at IS NULL")" = 0 ]; }
report 'its credits are posted' await posted
same() { [ -n "$1" ] && [ "$1" = "$2" ]; }
report 'what was posted is what was awarded' same \
    "$(sql -c "SELECT count(*), sum(amount_c) FROM leitai.credit_outbox WHERE event_id = $event")" \
    "$(sql -c "SELECT count(*), sum(l.requested_c) FROM study.ledger l JOIN leitai.credit_outbox o ON o.key = l.key AND o.event_id = $event")"
report 'the log has no gap' same "$(sql -c "SELECT count(*) FROM leitai.event_log WHERE event_id = $event")" \
    "$(sql -c "SELECT max(seq) FROM leitai.event_log WHERE event_id = $event")"
report 'every stored answer has its entry, and no key has two' same 0 \
    "$(sql -c "SELECT count(*) FROM leitai.answer a LEFT JOIN leitai.entry e ON e.entry_id = a.entry_id AND e.person_id = a.person_id
               WHERE a.event_id = $event AND e.entry_id IS NULL")"
report 'the board in Redis has everybody' same 40 "$(redis-cli -s "$dir/redis.sock" zcard "lt:{1:$event}:board")"

ended() { kill "$serve_pid" && wait "$serve_pid"; }
report 'SIGTERM ends it cleanly' ended
serve_pid=''
# A sanitizer's report is no JSON line.
report 'no sanitizer complained' bash -c "! grep -qv '^{' '$dir/log'"
[ "$fails" = 0 ] || grep -vE '"level":"info"' "$dir/log" | head -40
exit "$fails"
