#!/usr/bin/env bash
# The installed wheel in an empty folder: the same ids as the checkout, and pytest's own options at work.
# Usage: from_the_wheel.sh WHEEL_BIN CHECKOUT_BIN SCRATCH; run from the checkout.
set -euo pipefail
wheel=$1 checkout=$2 scratch=$3
ids() { grep '::' | LC_ALL=C sort; }
"$checkout/pytest" --adapter=numpy --collect-only -q | ids >"$scratch/ids_checkout"
mkdir "$scratch/empty"
cd "$scratch/empty"
"$wheel/pytest" --adapter=numpy --collect-only -q | ids >"$scratch/ids_wheel"
cmp "$scratch/ids_checkout" "$scratch/ids_wheel"
echo "$(wc -l <"$scratch/ids_wheel") ids, the same in the checkout and from the wheel"
"$wheel/pytest" --adapter=numpy -q
"$wheel/pytest" --adapter=numpy -q -n 2 --junitxml=junit.xml
"$wheel/pytest" --adapter=numpy -q -m S14 -k two_layers
one=$(head -n 1 "$scratch/ids_wheel")
"$wheel/pytest" "$one" --adapter=numpy -q | tee one.txt
grep -q '^1 passed' one.txt
"$wheel/pytest" --adapter=numpy -q --deselect "$one" | tee deselected.txt
grep -q '1 deselected' deselected.txt
"$wheel/pytest" --adapter=numpy -q --lf >/dev/null
"$wheel/nnconform" list --systems >/dev/null
