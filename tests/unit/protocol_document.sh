#!/usr/bin/env bash
# docs/protocol.md says what schema/protocol/protocol.json says.
cd "$(dirname "$0")/../.." || exit 1
if "$1" schema/protocol/generate.mjs md --check docs/protocol.md; then
    echo "ok the protocol's document is what is generated"
else
    echo "not ok the protocol's document is what is generated"
    exit 1
fi
