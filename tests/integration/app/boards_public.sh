#!/usr/bin/env bash
# Public boards: shared by a code, read as JSON and CSV, frozen, revealed, final, lost by Redis; a series over events. Usage: boards_public.sh
# BUILD_DIR. Needs LEITAI_TEST_PG_URL (a superuser's connection).
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/lib/server.sh
. "$here/../../lib/server.sh"
mkdir -p "$dir/web"
echo '<!doctype html>' | tee "$dir/web/board.html" >"$dir/web/play.html"
export WEB_DIST=$dir/web
stores_start "$1"
save() { "$build/leitai" event save --tenant demo --code "$1" --title 公开赛 --season 2026 --sheet "$here/freeze-sheet.json" --bank law --seed 7 >>"$dir/save.out" 2>&1; }
report 'an event with a freeze is saved' save freeze || cat "$dir/save.out"
report 'and a draft' save draft || cat "$dir/save.out"
sql -c "SELECT json_agg(q.body ORDER BY qi) FROM leitai.question_instance q JOIN leitai.event e USING (tenant_id, event_id) WHERE e.code = 'freeze'" >"$dir/freeze.json"
share() { "$build/leitai" board share --tenant demo "$@" | head -n 1; }
no() { ! "$@" 2>/dev/null; }
code=$(share --event freeze)
report 'a share code has twelve characters' [ ${#code} = 12 ]
report 'shared again it stays' same "$code" "$(share --event freeze)"
report 'an event that is none cannot be shared' no "$build/leitai" board share --tenant demo --event nothing
node_start a "$build/leitai" LEITAI_BOARD_REQUESTS_PER_MINUTE=600
event=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'freeze'")
node "$here/boards_public.mjs" "${node_port[a]}" "$dir" "$event" "$code" "$(share --event draft)" || fails=1

# ---- a series ----
series() { "$build/leitai" series "$@" --tenant demo >>"$dir/series.out" 2>&1; }
echo '[{"of": "city", "by": "weighted", "floor": 0.5}, {"of": "unit", "by": "best", "best": 2}]' >"$dir/boards.json"
echo '[{"of": "village"}]' >"$dir/wrong.json"
report 'a series is made' series create --code year --title 年度总榜 --kind person --best 3 --boards "$dir/boards.json" || cat "$dir/series.out"
report 'boards that cannot be are said by path' no series create --code year --title x --kind person --boards "$dir/wrong.json"
report 'in both languages' grep -q 'boards\[0\].of: .*取值.*; ' "$dir/series.out"
report 'events are added' series add --code year --event freeze
report 'also one that is not over' series add --code year --event draft
report 'an event of teams does not fit' no series add --code year --event classic-demo
shown() { "$build/leitai" series show --tenant demo --code year; }
report 'it is shown' [ "$(shown)" = 'year: 年度总榜; person, best 3; boards [{"of": "city", "by": "weighted", "floor": 0.5}, {"of": "unit", "by": "best", "best": 2}]; events draft (draft), freeze' ] || shown
year=$(share --series year)
ask() { node -e 'fetch(process.argv[1]).then(async (r) => console.log(r.status, await r.text()))' "http://127.0.0.1:${node_port[b]}/api/board/$1"; }
node_start b "$build/leitai"
page_of() { ask "$1" | grep -q "$2"; }
page() { page_of "$year/$1" "$2"; }
report 'its board has everybody of its final events' await page entry '^200 .*"kind":"series".*"n":6,'
report 'with the points of the results' await page entry '"rows":\[{"rank":1,[^}]*"points":6000,'
report 'and its roll-ups' await page city '^200 .*"took":'
report 'without rounds' page entry/1 '^404'
redis-cli -s "$dir/redis.sock" flushall >/dev/null
rebuild() { "$build/leitai" boards rebuild --tenant demo >"$dir/rebuilt" 2>&1 && grep -q '^series year: version [0-9]*, members 6$' "$dir/rebuilt"; }
report 'it is rebuilt with the others' rebuild || cat "$dir/rebuilt"
report 'and read again' await page entry '^200 .*"stale":false.*"n":6,'
report 'what is not shared any more' "$build/leitai" board unshare --tenant demo --series year >/dev/null
gone() { page "${1:-entry}" '^404 {"error":"not_found"}'; }
report 'is not there' await gone
report 'a new code is another one' [ "$(share --series year)" != "$year" ]

# ---- a self-paced event in the last minutes of its window: the public board stands, the truth moves beside it ----
cat >"$dir/last.json" <<'JSON'
{"version": 1, "results": "at_once", "freeze": {"last_minutes": 600}, "boards": [{"of": "unit", "by": "sum"}], "rounds": [{"title": "个人", "mode": "timed",
 "questions": 3, "minutes": 10, "disjoint": true, "points": {"right": 1}, "draw": {"types": ["single"]}}], "credits": {}}
JSON
last() { "$build/leitai" event save --tenant demo --code last --title 收官赛 --season 2026 --sheet "$dir/last.json" --bank law --seed 7 --opens 2026-01-01T00:00:00Z \
    --closes "$(date -u -d '+2 hours' +%FT%TZ)" >>"$dir/save.out" 2>&1 && "$build/leitai" event publish --tenant demo --event last >>"$dir/save.out"; }
report 'a self-paced event is frozen from its beginning' last || cat "$dir/save.out"
event=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'last'")
last_code=$(share --event last)
# Nobody writes it whole meanwhile.
mapfile -t jobs < <(pgrep -x jobs -P "${node_pid[a]},${node_pid[b]}")
kill -STOP "${jobs[@]}"
report 'somebody hands in a paper' node "$here/boards_paced.mjs" "${node_port[a]}" "$dir" "$event" p000020
entry=$(sql -c "SELECT entry_id FROM leitai.entry WHERE event_id = $event LIMIT 1")
redis() { redis-cli -s "$dir/redis.sock" "$@"; }
true_score() { [ -n "$(redis zscore "lt:{1:$event}:full" "$entry")" ]; }
report 'the restricted board has it' await true_score
report 'the public one has not' same x "x$(redis zscore "lt:{1:$event}:board" "$entry")"
kill -CONT "${jobs[@]}"
whole() { "$build/leitai" boards rebuild --tenant demo --event last >>"$dir/rebuilt" 2>&1; }
report 'written whole it is the same' whole
report 'frozen, without who came since' page_of "$last_code/entry" '"frozen":true,.*"rows":\[\]'
nodes_stop
exit "$fails"
