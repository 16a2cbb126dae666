#!/bin/sh
# Every value of float32 through function after function, each a run of its own below FOLDER.  Run it again after it was
# ended, by Ctrl-C for instance: finished functions are left alone, and the one in flight goes on where it was.
#
#   docs/results/every-float32.sh FOLDER [ADAPTERS [MODES [FUNCTION...]]]
#   docs/results/every-float32.sh atlas all eager gelu gelu_by_tanh selu
#   cat atlas/*/*.jsonl >> docs/results/atlas-cpu.jsonl
set -eu
folder=$1 adapters=${2:-all} modes=${3:-eager}
[ $# -gt 3 ] && shift 3 || set -- linear leaky_relu hard_sigmoid hard_swish log_sigmoid rsqrt mish selu gelu gelu_by_tanh \
    relu sigmoid tanh exp expm1 log log1p erf sqrt softplus silu elu softsign
for function in "$@"; do
    results=$folder/$function-$(echo "$modes" | tr , -)
    [ -e "$results/whole" ] && continue
    if ls "$results"/*.jsonl >/dev/null 2>&1; then resume=--resume; else resume=; fi
    status=0
    pytest -q "spec/sweeps/functions.toml::${function}_every_value" --adapter="$adapters" --mode="$modes" \
        --dtype=float32 --sweep=exhaustive --nnconform-results="$results" $resume || status=$?
    [ "$status" -le 1 ] || exit "$status" # a failing sweep is a result, too
    touch "$results/whole"
done
