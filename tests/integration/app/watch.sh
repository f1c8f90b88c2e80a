#!/usr/bin/env bash
# Spectators: who has a board's share code watches, is told seldom, and makes room first. Usage: watch.sh BUILD_DIR. Needs LEITAI_TEST_PG_URL
# (a superuser's connection).
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/lib/server.sh
. "$here/../../lib/server.sh"
stores_start "$1"
save() {
    "$build/leitai" event save --tenant demo --code "$1" --title 观战赛 --season 2026 --sheet "$here/freeze-sheet.json" --bank law --seed 7 >>"$dir/save.out" 2>&1
}
report 'an event is saved' save freeze || cat "$dir/save.out"
report 'and a draft' save draft || cat "$dir/save.out"
sql -c "SELECT json_agg(q.body ORDER BY qi) FROM leitai.question_instance q JOIN leitai.event e USING (tenant_id, event_id) WHERE e.code = 'freeze'" >"$dir/freeze.json"
id() { sql -c "SELECT event_id FROM leitai.event WHERE code = '$1'"; }
share() { sql -c "INSERT INTO leitai.board_share (tenant_id, share, event_id) SELECT 1, '$2', event_id FROM leitai.event WHERE code = '$1'"; }
share freeze WATCHWATCH22
share draft DRAFTDRAFT22
node_start a "$build/leitai"
node_start b "$build/leitai" LEITAI_MAX_CONNECTIONS=40 LEITAI_WATCHERS_RESERVE_PERCENT=50
export PSQL_URL="$LEITAI_TEST_PG_URL dbname=$db"
node "$here/watch.mjs" "${node_port[a]}" "${node_port[b]}" "$dir" "$(id freeze)" || fails=1
report 'spectators who had to go are counted' [ "$(metric "${node_port[b]}" leitai_watchers_shed_total)" -ge 12 ]
nodes_stop
exit "$fails"
