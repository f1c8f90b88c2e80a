#!/usr/bin/env bash
# Is a leak found? Each patch in leaks/ plants one; leak.sh must find it out in the build that has it. Usage: leaks.sh BUILD_DIR WORK [NAME…].
# Needs LEITAI_TEST_PG_URL (a superuser's connection). The builds are kept in WORK.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
build=$1 work=$2 fails=0
shift 2
[ $# -gt 0 ] || set -- $(cd "$here/leaks" && printf '%s\n' *.patch | sed 's/\.patch$//')
launcher=()
command -v ccache >/dev/null && launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache)
for name; do
    tree=$work/tree
    # What the last patch changed has to look new, as it was and as it will be; all else keeps its time.
    mkdir -p "$tree"
    for part in CMakeLists.txt server schema loadtest tests; do
        rm -rf "${tree:?}/$part"
        cp -a "$root/$part" "$tree"
    done
    for file in $(cat "$work/changed" 2>/dev/null); do touch "$tree/$file"; done
    sed -n 's|^+++ b/||p' "$here/leaks/$name.patch" >"$work/changed"
    patch -s -p1 --fuzz=0 -d "$tree" -i "$here/leaks/$name.patch"
    cmake -S "$tree" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE=-O1 "${launcher[@]}" >/dev/null
    cmake --build "$work/build" --target leitai -- --quiet >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
    "$here/leak.sh" "$build" "$work/build/leitai" >"$work/$name.out" 2>&1 || true
    if found=$(grep -m 1 '^not ok a leak by' "$work/$name.out"); then
        echo "ok $name is found out: ${found:0:120}"
    else
        echo "not ok $name was not found out"
        tail -n 5 "$work/$name.out"
        fails=1
    fi
done
exit $fails
