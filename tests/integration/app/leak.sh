#!/usr/bin/env bash
# Does a frozen board leak? leak.mjs plays the same contest twice; only who is right in the hidden questions, and a hidden ruling, differ. All that
# anybody outside the desk can get must be the same. Usage: leak.sh BUILD_DIR [PROGRAM]. Needs LEITAI_TEST_PG_URL (a superuser's connection).
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/lib/server.sh
. "$here/../../lib/server.sh"
stores_start "$1"
program=${2:-$build/leitai}
i=0
for code in one two; do
    i=$((i + 1))
    "$build/leitai" event save --tenant demo --code "$code" --title 封榜赛 --season 2026 --sheet "$here/freeze-sheet.json" --bank law --seed 7 >>"$dir/save.out" 2>&1 ||
        cat "$dir/save.out"
    sql -c "INSERT INTO leitai.board_share (tenant_id, share, event_id) SELECT 1, 'SHARESHARE0$i', event_id FROM leitai.event WHERE code = '$code'"
done
sql -c "SELECT json_agg(q.body ORDER BY qi) FROM leitai.question_instance q JOIN leitai.event e USING (tenant_id, event_id) WHERE e.code = 'one'" >"$dir/questions.json"
sql -c "INSERT INTO leitai.role_grant (tenant_id, person_id, role) SELECT 1, person_id, 'judge' FROM leitai.person WHERE tenant_id = 1 AND ext_id = 'p000031'"
export PSQL_URL="$LEITAI_TEST_PG_URL dbname=$db"
node_start a "$program"
node_start b "$program"
event() { sql -c "SELECT event_id FROM leitai.event WHERE code = '$1'"; }
node "$here/leak.mjs" "${node_port[a]}" "${node_port[b]}" "$dir" "$(event one)" "$(event two)" || fails=1
nodes_stop
exit "$fails"
