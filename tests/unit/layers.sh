#!/usr/bin/env bash
# An upward include does not compile: each layer is tried with the include path that its library has, against a header of
# each layer that it must not see; and against its own, so that the test knows that it can succeed.
cd "$(dirname "$0")/../../server" || exit 1
cc=$1 gen=$2 fails=0

# compiles LAYERS HEADER
compiles() {
    local flags=(-I"$gen") l
    for l in $1; do flags+=(-I"$l/include"); done
    echo "#include \"$2\"" | "$cc" -std=gnu17 -D_GNU_SOURCE -fsyntax-only "${flags[@]}" -x c - 2>/dev/null
}
check() { # check NAME yes|no LAYERS HEADER
    local got=no
    compiles "$3" "$4" && got=yes
    if [ "$got" = "$2" ]; then echo "ok $1"; else echo "not ok $1"; fails=1; fi
}
check 'base compiles with itself' yes 'base' base/json.h
check 'domain compiles with base' yes 'domain base' domain/engine.h
check 'io compiles with base' yes 'io base' io/pg.h
check 'service compiles with all below' yes 'service io domain base' service/hub.h
check 'base does not see io' no 'base' io/pg.h
check 'base does not see domain' no 'base' domain/engine.h
check 'domain does not see io' no 'domain base' io/loop.h
check 'io does not see domain' no 'io base' domain/engine.h
check 'service does not see app' no 'service io domain base' app/runner.h
exit $fails
