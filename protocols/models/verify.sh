#!/bin/bash
# verify.sh MODEL.pml TAG [-DFLAG…]: builds and runs one model in a scratch folder of its own; prints one line.
# Needs spin and gcc. Environment: T (seconds, 500), MEM (MB, 9000), CF (gcc flags), PF (pan flags), DEPTH.
here=$(cd "$(dirname "$0")" && pwd); m=$here/$1; tag=$2; shift 2
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT; cd "$d" || exit 1
spin -a "$@" "$m" > spin.out 2>&1 || { cat spin.out; exit 1; }
gcc -O2 -DSAFETY ${COMP--DCOLLAPSE} -DVECTORSZ=2048 -DMEMLIM=${MEM:-9000} ${CF:-} -o pan pan.c 2>gcc.out || { cat gcc.out; exit 1; }
timeout ${T:-500} ./pan -m${DEPTH:-2000000} ${PF:-} > pan.out 2>&1
echo "$tag [$*]: rc=$? $(grep -E 'errors:|assertion|invalid|max search|out of memory|timed' pan.out | tr '\n' ' ') $(grep -E 'states, stored|elapsed' pan.out | tr -s ' ' | tr '\n' ';')"
