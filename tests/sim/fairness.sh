#!/usr/bin/env bash
# No lie gains more than docs/fairness.md declares, for any seed; its tables are what the simulation prints. $1: node,
# $2: the simulation. LEITAI_TEST_FAIRNESS_SEED repeats a seed.
cd "$(dirname "$0")/../.." || exit 1
seed=${LEITAI_TEST_FAIRNESS_SEED:-$RANDOM$RANDOM} fails=0
check() { # check NAME COMMAND…
    local name=$1
    shift
    if "$@"; then echo "ok $name"; else echo "not ok $name"; fails=1; fi
}
short() { "$2" --seed "$seed" --trials 400 >/dev/null || { echo "seed $seed"; return 1; }; }
again() { [ "$("$2" --seed 7 --trials 100)" = "$("$2" --seed 7 --trials 100)" ]; }
check 'no lie gains more than declared' short "$@"
check 'a seed gives the same tables again' again "$@"
check 'the tables of docs/fairness.md are what the simulation prints' \
    "$1" tests/lib/doc_tables.mjs "$2" docs/fairness.md --check
exit $fails
