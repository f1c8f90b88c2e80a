#!/usr/bin/env bash
# Runs resume.mjs against two nodes and a Redis that it may stop. Usage: resume.sh BUILD_DIR. Needs LEITAI_TEST_PG_URL (a superuser's connection).
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/lib/server.sh
. "$here/../../lib/server.sh"
stores_start "$1"
{
    echo team,unit_code,ext_id,captain
    for i in 1 2; do
        unit=$(sql -c "SELECT code FROM leitai.unit WHERE tenant_id = 1 ORDER BY unit_id OFFSET $i LIMIT 1")
        for k in 1 2; do echo "第${i}代表队,$unit,p$(printf %06d $((i * 10 + k))),$((2 - k))"; done
    done
} >"$dir/teams.csv"
"$build/leitai" event save --tenant demo --code burst --title 速答 --season 2026 --sheet "$here/resume-sheet.json" --bank law --teams "$dir/teams.csv" \
    --seed 7 >"$dir/save.out" 2>&1 || cat "$dir/save.out"
node_start a "$build/leitai"
node_start b "$build/leitai"
live=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'live-demo'")
burst=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'burst'")
# The test stops Redis and node a by itself.
node "$here/resume.mjs" "${node_port[a]}" "${node_port[b]}" "${node_pid[a]}" "$dir" "$live" "$burst" || fails=1
ended() { wait "${node_pid[a]}"; }
report 'node a ended cleanly' ended
unset 'node_pid[a]'
report 'no answer is there twice' same 0 "$(sql -c "SELECT count(*) - count(DISTINCT (event_id, qi, person_id)) FROM leitai.answer")"
report 'the log has no gap' same "$(sql -c "SELECT count(*) FROM leitai.event_log WHERE event_id = $live")" \
    "$(sql -c "SELECT max(seq) FROM leitai.event_log WHERE event_id = $live")"
nodes_stop
exit "$fails"
