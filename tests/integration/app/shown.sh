#!/usr/bin/env bash
# Boards of self-paced events on stages and for spectators, on two nodes: shown.mjs hands papers in. Usage: shown.sh BUILD_DIR. Needs
# LEITAI_TEST_PG_URL (a superuser's connection).
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/lib/server.sh
. "$here/../../lib/server.sh"
stores_start "$1"
save() { # save CODE SHEET
    "$build/leitai" event save --tenant demo --code "$1" --title "$1" --season 2026 --sheet "$2" --bank law --seed 7 --opens 2026-01-01T00:00:00Z \
        --closes 2099-01-01T00:00:00Z >>"$dir/save.out" 2>&1 && "$build/leitai" event publish --tenant demo --event "$1" >>"$dir/save.out" 2>&1
}
sed -e 's/"at_once"/"window"/' -e '/"freeze"/d' "$here/shown-sheet.json" >"$dir/window.json"
report 'an event with results at once is published' save shown "$here/shown-sheet.json" || cat "$dir/save.out"
report 'and one whose results come with its end' save later "$dir/window.json" || cat "$dir/save.out"
id() { sql -c "SELECT event_id FROM leitai.event WHERE code = '$1'"; }
share() { sql -c "INSERT INTO leitai.board_share (tenant_id, share, event_id) SELECT 1, '$2', event_id FROM leitai.event WHERE code = '$1'"; }
share shown SHWNSHWNSH22
share later AFTERAFTER22
# Somebody of each of four cities.
people=$(sql -c "SELECT string_agg(ext_id, ',') FROM (SELECT DISTINCT ON (v.city_id) p.ext_id FROM leitai.event_unit v JOIN leitai.membership m USING (tenant_id, unit_id)
    JOIN leitai.person p USING (tenant_id, person_id) WHERE v.event_id = $(id shown) AND m.valid_to IS NULL AND p.ext_id LIKE 'p%' AND v.city_id IS NOT NULL
    ORDER BY v.city_id, p.ext_id LIMIT 4) x")
report 'there are people of four cities' [ "$(tr -cd , <<<"$people")" = ,,, ]
node_start a "$build/leitai"
node_start b "$build/leitai"
export PSQL_URL="$LEITAI_TEST_PG_URL dbname=$db" LEITAI="$build/leitai"
node "$here/shown.mjs" "${node_port[a]}" "${node_port[b]}" "$dir" "$(id shown)" "$(id later)" "$people" || fails=1
nodes_stop
exit "$fails"
