#!/usr/bin/env bash
# Runs session.mjs against a server of its own. Usage: session.sh BUILD_DIR
set -euo pipefail
# shellcheck source=tests/lib/server.sh
. "$(dirname "$0")/../../lib/server.sh"
server_start "$1"
event=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'live-demo'")
other=$(sql -c "SELECT event_id FROM leitai.event WHERE code = 'city-quiz'")
node "$(dirname "$0")/session.mjs" "$LEITAI_PORT" "$dir/secret" "$event" "$other" 202611 || fails=1
report 'credits are posted' await posted "$event"
report 'a person is paid once for each rule' same "$(sql -c "SELECT count(*) FROM leitai.credit_outbox WHERE event_id = $event")" \
    "$(sql -c "SELECT count(*) FROM study.ledger l JOIN leitai.credit_outbox o USING (key) WHERE o.event_id = $event")"
report 'a guest is paid nothing' same 0 "$(sql -c "SELECT count(*) FROM leitai.credit_outbox WHERE event_id = $event AND ext_id LIKE 'guest:%'")"
server_stop
exit "$fails"
