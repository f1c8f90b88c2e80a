#!/usr/bin/env bash
# The builds that are broken on purpose (./dev faults --broken, ./dev leaks --planted) are patches: each must still belong exactly where it was written for.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
fails=0
for file in tests/fault/broken/*.patch tests/leak/planted/*.patch; do
    name=$(basename "$file" .patch)
    if said=$(patch --dry-run -s -p1 --fuzz=0 -i "$file" 2>&1); then
        echo "ok $name applies"
    else
        echo "not ok $name applies: $said"
        fails=1
    fi
done
exit $fails
