#!/usr/bin/env bash
# docs/architecture.md names functions, statements and files: each must exist. Usage: architecture_document.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
missing=0
while read -r name; do
    if ! grep -rqw -- "$name" server loadtest schema/sql; then
        echo "docs/architecture.md names $name, which does not exist"
        missing=1
    fi
done < <(grep -oE '`[^`]+`' docs/architecture.md | tr -d '`' | grep -oE '\b(lt|LT|hub|session|drive|engine|leitai)[._][A-Za-z_]+[a-z]\b' | sed 's/^leitai\.//' | sort -u)
while read -r file; do
    if [ ! -e "$file" ] && [ ! -e "server/$file" ]; then
        echo "docs/architecture.md names $file, which does not exist"
        missing=1
    fi
done < <(grep -oE '`[a-z]+/[a-z_/]+\.(c|h|sh|mjs)`' docs/architecture.md | tr -d '`' | sort -u)
exit "$missing"
