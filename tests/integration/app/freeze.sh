#!/usr/bin/env bash
# A board that is frozen and revealed, on two nodes: freeze.mjs plays it and looks at everything that is public; node b is started again during
# the freeze and during the reveal. Usage: freeze.sh BUILD_DIR. Needs LEITAI_TEST_PG_URL (a superuser's connection).
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/lib/server.sh
. "$here/../../lib/server.sh"
stores_start "$1"
save() {
    "$build/leitai" event save --tenant demo --code "$1" --title 封榜赛 --season 2026 --sheet "$here/freeze-sheet.json" --bank law --seed 7 >>"$dir/save.out" 2>&1
}
report 'an event with a freeze is saved' save freeze || cat "$dir/save.out"
report 'and another' save thaw || cat "$dir/save.out"
{
    echo team,unit_code,ext_id,captain
    for i in 1 2 3; do
        unit=$(sql -c "SELECT code FROM leitai.unit WHERE tenant_id = 1 ORDER BY unit_id OFFSET $i LIMIT 1")
        echo "第${i}代表队,$unit,p$(printf %06d $((i * 10))),1"
    done
} >"$dir/teams.csv"
save_teams() {
    "$build/leitai" event save --tenant demo --code teams --title 封榜队赛 --season 2026 --sheet "$here/freeze-teams-sheet.json" --bank law --teams "$dir/teams.csv" \
        --seed 7 >>"$dir/save.out" 2>&1
}
report 'and one of teams' save_teams || cat "$dir/save.out"
for code in freeze thaw teams; do
    sql -c "SELECT json_agg(q.body ORDER BY qi) FROM leitai.question_instance q JOIN leitai.event e USING (tenant_id, event_id) WHERE e.code = '$code'" >"$dir/$code.json"
done
node_start a "$build/leitai"
node_start b "$build/leitai"
teams=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'teams'")
freeze=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'freeze'") thaw=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'thaw'")
export LEITAI="$build/leitai"
mkfifo "$dir/ask" "$dir/answer"
node "$here/freeze.mjs" "${node_port[a]}" "${node_port[b]}" "$dir" "$freeze" "$thaw" "$teams" &
player=$!
exec 8<>"$dir/ask" 9<>"$dir/answer"
# The test says when node b is to end and to come back.
while kill -0 "$player" 2>/dev/null; do
    read -rt 1 -u 8 word || continue
    [ "$word" != over ] || break
    kill -9 "${node_pid[b]}"
    wait "${node_pid[b]}" 2>/dev/null || true
    node_start b "$build/leitai"
    echo back >&9
done
wait "$player" || fails=1
replay() { "$build/leitai" replay freeze --tenant demo >"$dir/replay.out" 2>&1; }
report 'a replay comes to the same' replay || cat "$dir/replay.out"
nodes_stop
exit "$fails"
