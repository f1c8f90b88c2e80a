#!/usr/bin/env bash
# docs/operations.md lists the options and metrics that the program has. $1: node, $2: the program.
cd "$(dirname "$0")/../.." || exit 1
if "$1" tests/lib/doc_tables.mjs "$2" docs/operations.md --check; then
    echo "ok the tables of options and metrics are what the program says"
else
    echo "not ok the tables of options and metrics are what the program says"
    exit 1
fi
