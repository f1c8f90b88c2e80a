#!/usr/bin/env bash
# Plays the classic contest over sockets (classic.mjs) on a server of its own, then replays and audits it. Usage: classic.sh BUILD_DIR
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/lib/server.sh
. "$here/../../lib/server.sh"
server_start "$1"
leitai() { "$BUILD/leitai" "$@"; }
BUILD=$1
{
    echo team,unit_code,ext_id,captain
    for i in 1 2 3 4; do
        unit=$(sql -c "SELECT code FROM leitai.unit WHERE tenant_id = 1 ORDER BY unit_id OFFSET $i LIMIT 1")
        [ "$i" = 4 ] && members=1 || members=3
        for k in $(seq 1 $members); do
            echo "第${i}代表队,$unit,p$(printf %06d $((i * 10 + k))),$([ "$k" = 1 ] && echo 1 || echo 0)"
        done
    done
} >"$dir/teams.csv"
leitai event save --tenant demo --code classic --title 四队经典赛 --season 2026 --sheet "$here/classic-sheet.json" --bank law \
    --teams "$dir/teams.csv" --seed 7 >"$dir/save.out" 2>&1 || cat "$dir/save.out"
event=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'classic'")
for n in 31 32 33; do
    sql -c "INSERT INTO leitai.role_grant (tenant_id, person_id, role, event_id)
            SELECT 1, person_id, 'judge', $event FROM leitai.person WHERE tenant_id = 1 AND ext_id = 'p0000$n'"
done
sql -c "SELECT json_agg(body ORDER BY qi) FROM leitai.question_instance WHERE event_id = $event" >"$dir/questions.json"
node "$here/classic.mjs" "$LEITAI_PORT" "$dir/secret" "$event" "$dir/questions.json" "$dir/totals" || fails=1
report 'credits are posted' await posted "$event"
report 'results are what was counted by hand' same "$(cat "$dir/totals")" \
    "$(sql -F ' ' -c "SELECT e.name, r.rank, r.points_c FROM leitai.result r JOIN leitai.entry e USING (tenant_id, event_id, entry_id) WHERE r.event_id = $event ORDER BY e.name")"
report 'refused presses and answers are on record' [ "$(sql -c "SELECT count(*) FROM leitai.inbox WHERE event_id = $event AND outcome IN ('not_your_turn', 'locked_out', 'not_captain')")" -ge 3 ]
report 'a replay is identical' leitai replay classic --tenant demo
report 'the chain is whole' leitai audit verify --tenant demo --event classic
leitai audit head --tenant demo --event classic >"$dir/head"
report 'the exported head is in the chain' leitai audit verify --tenant demo --event classic --head "$dir/head"
# Whoever can write everything still cannot write it unnoticed.
changed() { # changed NAME SQL COMMAND…: within the change, the command fails
    local name=$1 change=$2 undo=$3
    shift 3
    sql -c "$change"
    report "$name" bash -c '! "$@" >/dev/null' _ "$@"
    sql -c "$undo"
}
verify=("$BUILD/leitai" audit verify --tenant demo --event classic)
row="event_id = $event AND seq = $(sql -c "SELECT max(seq) FROM leitai.event_log WHERE event_id = $event AND kind = 'mark'")"
changed 'a changed byte of the log is found' \
    "UPDATE leitai.event_log SET payload = replace(payload, '\"value\":2', '\"value\":3') WHERE $row" \
    "UPDATE leitai.event_log SET payload = replace(payload, '\"value\":3', '\"value\":2') WHERE $row" "${verify[@]}"
changed 'a changed time of an answer is found' \
    "UPDATE leitai.answer SET used_us = used_us + 1 WHERE event_id = $event AND qi = 0" \
    "UPDATE leitai.answer SET used_us = used_us - 1 WHERE event_id = $event AND qi = 0" "${verify[@]}"
changed 'a changed question is found' \
    "UPDATE leitai.question_instance SET body = replace(body::text, '\"topic\"', ' \"topic\"')::json WHERE event_id = $event AND qi = 1" \
    "UPDATE leitai.question_instance SET body = replace(body::text, ' \"topic\"', '\"topic\"')::json WHERE event_id = $event AND qi = 1" "${verify[@]}"
changed 'a changed total is found by a replay' \
    "UPDATE leitai.result SET points_c = points_c + 100 WHERE event_id = $event AND rank = 1" \
    "UPDATE leitai.result SET points_c = points_c - 100 WHERE event_id = $event AND rank = 1" \
    "$BUILD/leitai" replay classic --tenant demo
report 'and undone it is whole again' "${verify[@]}"
server_stop
exit "$fails"
