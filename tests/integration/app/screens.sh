#!/usr/bin/env bash
# Screens on two nodes: screens.mjs pairs them, moves them, gives them up, on a Redis that it stops. Usage: screens.sh BUILD_DIR. Needs
# LEITAI_TEST_PG_URL (a superuser's connection).
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/lib/server.sh
. "$here/../../lib/server.sh"
# shellcheck source=tests/lib/classic.sh
. "$here/../../lib/classic.sh"
stores_start "$1"
report 'a second contest is saved' classic_save
sql -c "SELECT convert_from(key, 'UTF8') FROM leitai.ticket_key k JOIN leitai.tenant t USING (tenant_id) WHERE t.code = 'other'" >"$dir/secret.other"
mkdir "$dir/media"
printf 'RIFF' >"$dir/media/开幕.png"
printf 'mp4' >"$dir/media/law.mp4"
printf 'key' >"$dir/media/.hidden.png"
printf 'no' >"$dir/media/notes.html"
live=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'live-demo'")
node_start a "$build/leitai" LEITAI_MEDIA_DIR="$dir/media"
node_start b "$build/leitai" LEITAI_MEDIA_DIR="$dir/media" LEITAI_PAIRINGS_PER_MINUTE=8
export PSQL_URL="$LEITAI_TEST_PG_URL dbname=$db"
node "$here/screens.mjs" "${node_port[a]}" "${node_port[b]}" "$dir" "$live" "$event" || fails=1
# The test left a Redis of its own behind.
redis_pid=$(redis-cli -s "$dir/redis.sock" info server | sed -n 's/^process_id:\([0-9]*\).*/\1/p')
report 'codes of lines that are gone are gone' same 0 "$(sql -c "SELECT count(*) FROM leitai.screen_pairing WHERE tenant_id IS NULL")"
nodes_stop
exit "$fails"
