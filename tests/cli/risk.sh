# `risk`: promised keys and files, attacks and models that are refused, plans.
. ./lib.sh
table=$scratch/table.csv
write_table "$table" 3000 6

run 0 risk --data "$table" --intercept --radius 0.1 --compare --out "$scratch/a"
silent err
prints '^An attack of radius 0\.100 raises the risk from '
prints ', inside\.$'
awk 'length > 100 { exit 1 }' "$scratch/out" || complain 'a line is longer than 100 bytes'
promised="schema command version commit seed threads ranks blas seconds options result warnings
    result.adversarial_risk.value result.adversarial_risk.std_error result.adversarial_risk.ci95
    result.adversarial_risk.method result.clean_risk result.interval result.exact result.warnings
    result.exact_clean result.dual_norm result.radius result.norm result.model result.at
    result.gradients result.batch_size result.dimension result.residual result.reason
    result.residual_power result.residual_mean result.loss_power result.curve"
that "$CHECK_JSON" "$scratch/a/result.json" $promised
of() {
    value "$scratch/a/result.json" "$1"
}
that [ "$(of command)" = '"risk"' ]
that [ "$(of result.residual)" = '"intercept"' ]
that [ "$(of result.gradients)" = 4096 ]
that [ "$(of result.dimension)" = 7 ]
that [ "$(of options.norm)" = '"l2"' ]
that [ -s "$scratch/a/report.html" ]
if command -v gnuplot >/dev/null; then
    that [ -s "$scratch/a/risk.svg" ]
    that grep -q '<svg' "$scratch/a/report.html"
fi
that [ "$(find "$scratch/a" -name '.*' | wc -l)" -eq 0 ]
run 0 report "$scratch/a"
prints '^An attack of radius 0\.100'

# What is printed is what is written; the risk is within the interval, the exact one too.
run 0 risk --data "$table" --intercept --radius 0.1 --compare --json --out "$scratch/a"
silent err
that cmp -s "$scratch/out" "$scratch/a/result.json"
inside() {
    interval=$(grep -A3 '"interval": \[' "$scratch/out" | tr -d '\n' | sed 's/.*"interval": \[\([^]]*\)\].*/\1/')
    that awk -v x="$(value "$scratch/out" "$1")" -v low="${interval%%,*}" -v high="${interval##*,}" \
        'BEGIN { exit !(low != "" && low + 0 <= x + 0 && x + 0 <= high + 0) }'
}
inside result.exact
inside result.adversarial_risk.value
run 0 risk --data "$table" --intercept --radius 0.1 --quiet
silent out
silent err

# Without a comparison nothing exact; the norms differ; radius 0 is the clean risk.
for norm in l2 linf; do
    run 0 risk --data "$table" --intercept --radius 0.1 --norm $norm --json
    that [ "$(value "$scratch/out" result.exact)" = null ]
    that [ "$(value "$scratch/out" result.norm)" = "\"$norm\"" ]
    value "$scratch/out" result.dual_norm >"$scratch/norm-$norm"
done
that awk -v a="$(cat "$scratch/norm-l2")" -v b="$(cat "$scratch/norm-linf")" 'BEGIN { exit !(b > 1.2 * a) }'
run 0 risk --data "$table" --intercept --radius 0 --json
that [ "$(value "$scratch/out" result.clean_risk)" = \
    "$(value "$scratch/out" result.adversarial_risk.value)" ]
that [ "$(value "$scratch/out" result.curve)" = null ]

# The source of the residual, and what is warned of without an intercept.
run 0 risk --data "$table" --radius 0.1
prints 'Warnings'
run 0 risk --data "$table" --radius 0.1 --residual losses --json
that [ "$(value "$scratch/out" result.residual)" = '"losses"' ]
run 2 risk --data "$table" --radius 0.1 --residual intercept
says 'needs an input column of ones'
run 2 risk --data "$table" --radius 0.1 --residual gaussian --num-gradients 19
says 'needs 20 gradients or more in 6 dimensions, 19 were given'
run 2 risk --data "$table" --radius 0.1 --residual gausian
says "give one of auto, intercept, gaussian, losses \(did you mean 'gaussian'\?\)"

# Two classes.
awk -F, 'NR == 1 { print; next } { $NF = (NR * 7 % 11 < 5 + 4 * ($1 > 0)) ? "yes" : "no"; print }' \
    OFS=, "$table" >"$scratch/classes.csv"
run 0 risk --data "$scratch/classes.csv" --model logistic --intercept --radius 0.3 --compare --json
inside result.exact
that [ "$(value "$scratch/out" result.residual)" = '"intercept"' ]
that [ "$(value "$scratch/out" result.loss_power)" = null ]
run 0 risk --data "$scratch/classes.csv" --model logistic --radius 0.3 --compare --json
inside result.exact
that [ "$(value "$scratch/out" result.residual)" = '"losses"' ]
that [ "$(value "$scratch/out" result.residual_power)" = null ]
run 0 risk --data "$scratch/classes.csv" --model logistic --radius 0.3 --norm linf

# One result for any number of threads.
for threads in 1 3; do
    run 0 risk --data "$table" --radius 0.1 --threads $threads --json
    sed '/"threads"/d; /"seconds"/d; /"gradients": 0/d' "$scratch/out" >"$scratch/threads-$threads"
done
that cmp -s "$scratch/threads-1" "$scratch/threads-3"

# Plans do nothing.
run 0 risk --data "$table" --radius 0.1 --out "$scratch/none" --dry-run
prints '^would +estimate the adversarial risk of 6 weights on 3000 rows of '
prints '^memory +[0-9.]+ [KM]iB$'
that [ ! -e "$scratch/none" ]
run 0 risk --data "$table" --radius 0.1 --dry-run --json
that "$CHECK_JSON" "$scratch/out" dry_run.action dry_run.operations dry_run.bytes dry_run.seconds
run 2 risk --data "$table" --radius 0.1 --model softmax --dry-run

# Refusals: nothing is written.
refuse() {
    message=$1
    shift
    run 2 risk "$@" --out "$scratch/none"
    silent out
    says "$message"
    that [ ! -e "$scratch/none/result.json" ]
}
refuse 'option --radius R is missing' --data "$table"
refuse 'option --data FILE\|DIR is missing' --radius 1
for radius in -1 nan inf x ''; do
    refuse 'option --radius: .* is not accepted; give a number, 0 or more' \
        --data "$table" --radius "$radius"
done
refuse 'too large for float64' --data "$table" --radius 1e300
refuse "give one of l2, linf \(did you mean 'linf'\?\)" --data "$table" --radius 1 --norm lin
refuse "'softmax' has no closed form.*use linear, or logistic" \
    --data "$scratch/classes.csv" --radius 1 --model softmax
refuse "'mlp' has no closed form" --data "$table" --radius 1 --model mlp --at init
refuse 'absent\.csv' --data "$scratch/absent.csv" --radius 1
refuse 'w\.npy' --data "$table" --radius 1 --at "file:path=$scratch/w.npy"
refuse "give an integer from 16 to 1000000000000, or 'auto'" \
    --data "$table" --radius 1 --num-gradients 15
run 2 risk --data "$table" --radius -1 --json
json_error GM_INVALID_ARGUMENT 2
run 2 risk --data "$scratch/absent.csv" --radius 1 --json
json_error GM_INVALID_INPUT 2
finish
