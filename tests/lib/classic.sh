# shellcheck shell=bash disable=SC2154
# The classic contest as its tests play it (classic.mjs says how): sourced after server.sh, which sets dir.
#   classic_save   on the server that is up: event `classic` with its drawn questions; four teams of three, three, three and one, the first
#                  of each leads; three judges. Sets event.
classic_here=$(dirname "${BASH_SOURCE[0]}")
: "${dir:?server.sh comes first}"

classic_teams() {
    local i k unit members
    echo team,unit_code,ext_id,captain
    for i in 1 2 3 4; do
        unit=$(sql -c "SELECT code FROM leitai.unit WHERE tenant_id = 1 ORDER BY unit_id OFFSET $i LIMIT 1") || return
        [ "$i" = 4 ] && members=1 || members=3
        for k in $(seq 1 $members); do
            echo "第${i}代表队,$unit,p$(printf %06d $((i * 10 + k))),$([ "$k" = 1 ] && echo 1 || echo 0)"
        done
    done
}

classic_save() {
    classic_teams >"$dir/teams.csv" || return
    leitai event save --tenant demo --code classic --title 四队经典赛 --season 2026 --sheet "$classic_here/classic-sheet.json" --bank law \
        --teams "$dir/teams.csv" --seed 7 >"$dir/save.out" 2>&1 || { cat "$dir/save.out"; return 1; }
    event=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'classic'") || return
    sql -c "INSERT INTO leitai.role_grant (tenant_id, person_id, role, event_id)
            SELECT 1, person_id, 'judge', $event FROM leitai.person WHERE tenant_id = 1 AND ext_id IN ('p000031', 'p000032', 'p000033')"
}
