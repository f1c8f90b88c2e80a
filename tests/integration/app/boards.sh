#!/usr/bin/env bash
# Redis is emptied and replaced while a contest runs on two nodes, and after it; then boards are written without any node. The board comes back
# whole each time, its version never goes backward, pages are told meanwhile, and the contest goes on as if nothing had happened.
# Usage: boards.sh BUILD_DIR. Needs LEITAI_TEST_PG_URL (a superuser's connection).
set -euo pipefail
# shellcheck source=tests/lib/server.sh
. "$(dirname "$0")/../../lib/server.sh"
demo=$(cd "$(dirname "$0")/../../../schema/demo" && pwd)
stores_start "$1"
node_start a "$build/leitai"
node_start b "$build/leitai"
proxy_start "${node_port[@]}"
event=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'live-demo'")
board="lt:{1:$event}:board"

# The jobs of the nodes stand still. Another process does them, and has no Redis: nobody hears from it that the event is final.
mapfile -t jobs < <(pgrep -x jobs -P "${node_pid[a]},${node_pid[b]}")
report 'each node has a process for jobs' test ${#jobs[@]} = 2
kill -STOP "${jobs[@]}"
LEITAI_REDIS_URL='' "$build/leitai" jobs 2>"$dir/jobs.log" &
node_pid[jobs]=$!

redis() { redis-cli -s "$dir/redis.sock" "$@" 2>/dev/null; }
version() { [ "$(redis get "$board:v")" -ge "$1" ] 2>/dev/null; }
whole() { [ "$(redis zcard "$board")" = 40 ]; }
empty_redis() { [ "$(redis flushall)" = OK ]; }
noticed() { [ $(($(metric "${node_port[a]}" leitai_boards_lost_total) + $(metric "${node_port[b]}" leitai_boards_lost_total))) -ge "$1" ]; }
told() { grep -q "boards are behind: $1" "$dir/stale"; }
redis_stop() {
    kill "$redis_pid"
    wait "$redis_pid" || true
    rm -f "$dir/redis.sock"
}
# Every version that ever stands, in order.
watch_versions() {
    while [ ! -e "$dir/watched" ]; do
        redis get "$board:v" || true
        read -rt 0.02 <> <(:) || true
    done >"$dir/versions"
}
forward() { grep -v '^$' "$dir/versions" | sort -nc && [ "$(grep -v '^$' "$dir/versions" | sort -nu | wc -l)" -gt 2 ]; }

watch_versions &
watcher=$!
"$build/loadtest/leitai-load" live --url "ws://127.0.0.1:$proxy_port/ws" --tenant demo --kid main --secret-file "$dir/secret" --event "$event" \
    --people "$dir/people.csv" --players 40 --host --host-sub host --window 1.5 --gap 0.3 --clock-slack-ms 100 --seconds 150 \
    --sheet "$demo/live-demo.json" --quiet >"$dir/report" 2>&1 &
load=$!
node "$(dirname "$0")/stale.mjs" "$proxy_port" "$("$build/leitai" link stage --tenant demo --event live-demo)" >"$dir/stale" 2>&1 &
stale=$!

report 'a board stands after the first reveal' await version 1
report 'with everybody' await whole
v=$(redis get "$board:v")
report 'Redis is emptied' empty_redis
report 'the nodes notice' await noticed 2
report 'the board is whole again' await whole
report 'and not older' version "$v"
v=$(redis get "$board:v")
report 'Redis is stopped' redis_stop
report 'a stage is told that boards are behind' await told true
report 'another Redis takes its place' redis_run
report 'the board is whole there' await whole
report 'and not older' version "$v"
played() { wait "$load" && grep -q '^No violations' "$dir/report"; }
report 'the contest is played to its end without a violation' played
[ "$fails" = 0 ] || cat "$dir/report"
report 'the stage was told when they were not any more' wait "$stale"

final=$(sql -c "SELECT seq FROM leitai.event_head WHERE event_id = $event")
report 'the event is over' test -n "$final"
await whole
before=$(redis zrange "$board" 0 -1 withscores) v=$(redis get "$board:v")
report 'Redis is emptied after the end' empty_redis
report 'who still holds the event writes its board again' await whole
report 'as it was' same "$before $v" "$(redis zrange "$board" 0 -1 withscores) $(redis get "$board:v")"
touch "$dir/watched"
wait "$watcher"
report 'no version ever went backward' forward
kill -CONT "${jobs[@]}"
nodes_stop

rebuild() { "$build/leitai" boards rebuild "$@" >"$dir/rebuilt" 2>&1; }
report 'Redis is emptied without any node' empty_redis
report 'the boards of a tenant are written from the log' rebuild --tenant demo
report 'which says what it wrote' grep -q "^event live-demo: version $v, entries 40\$" "$dir/rebuilt"
report 'as they were' same "$before $v" "$(redis zrange "$board" 0 -1 withscores) $(redis get "$board:v")"
redis set "$board:v" 1000000 >/dev/null
redis zadd "$board" 5 999999 >/dev/null
report 'a newer board is left alone' rebuild --tenant demo --event live-demo
report 'and it says so' grep -q 'a newer board stands' "$dir/rebuilt"
report 'as it stands' same 41 "$(redis zcard "$board")"
not() { ! "$@"; }
report 'an event that does not exist is named' not rebuild --tenant demo --event nothing
report 'by its code' grep -q 'there is no event nothing' "$dir/rebuilt"
exit "$fails"
