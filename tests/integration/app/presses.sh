#!/usr/bin/env bash
# Presses that wait in the inbox when their window ends (presses.mjs), on a server of its own. Usage: presses.sh BUILD_DIR
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/lib/server.sh
. "$here/../../lib/server.sh"
server_start "$1"
printf '%s\n' team,unit_code,ext_id,captain 甲队,,p000011,1 乙队,,p000021,1 >"$dir/teams.csv"
cat >"$dir/sheet.json" <<'SHEET'
{"version": 1, "entries": "team", "buzzer": {"timing": "arrival", "window_ms": 300, "doubt": "draw"},
 "rounds": [{"title": "抢答", "mode": "buzzer", "questions": 2, "seconds": 20, "answer_seconds": 10, "points": {"right": 10}, "draw": {"types": ["single"]}}]}
SHEET
"$1/leitai" event save --tenant demo --code presses --title 抢答 --season 2026 --sheet "$dir/sheet.json" --bank law \
    --teams "$dir/teams.csv" --seed 7 >"$dir/save.out" 2>&1 || cat "$dir/save.out"
event=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'presses'")
node "$here/presses.mjs" "$LEITAI_PORT" "$dir/secret" "$event" || fails=1
server_stop
exit "$fails"
