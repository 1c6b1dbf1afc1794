# `recover`: promised keys and files, verdict and exit status, where nothing may be written.
. ./lib.sh
table=$scratch/table.csv
write_table "$table" 3000 6

run 0 recover --data "$table" --num-gradients 512 --compare --out "$scratch/a"
silent err
prints '.'
awk 'length > 100 { exit 1 }' "$scratch/out" || complain 'a line is longer than 100 bytes'
promised="schema command version commit seed threads ranks blas seconds options result warnings
    result.dimension result.batch_size result.gradients result.noise_vectors result.estimator
    result.reason result.noise_variance result.shrinkage.method result.shrinkage.intensity
    result.predicted_error.operator.value result.predicted_error.operator.std_error
    result.predicted_error.operator.ci95 result.predicted_error.operator.method
    result.predicted_error.frobenius result.enough result.gradients_needed
    result.condition_number result.eigenvalues result.effective_rank"
compared="error.operator_relative error.frobenius_relative error.condition_after
    controls.none.operator_relative controls.none.frobenius_relative controls.none.condition_after
    controls.oracle.operator_relative controls.oracle.frobenius_relative
    controls.oracle.condition_after controls.hvp"
that "$CHECK_JSON" "$scratch/a/result.json" $promised
for key in $compared; do
    that "$CHECK_JSON" "$scratch/a/result.json" "result.$key"
done
value() {
    "$CHECK_JSON" -v "$scratch/a/result.json" "$1"
}
that [ "$(value command)" = '"recover"' ]
that [ "$(value result.dimension)" = 6 ]
that [ "$(value result.gradients)" = 512 ]
that [ "$(value options.num_gradients)" = 512 ]
that [ "$(value options.data)" = "\"$table\"" ]
for file in hessian.npy eigenvalues.npy mean_gradient.npy report.html; do
    that [ -s "$scratch/a/$file" ]
done
that [ "$(head -c 6 "$scratch/a/hessian.npy" | od -An -c | tr -d ' ')" = '223NUMPY' ]
that [ "$(wc -c <"$scratch/a/hessian.npy")" -eq $((128 + 8 * 6 * 6)) ]
that [ "$(wc -c <"$scratch/a/eigenvalues.npy")" -eq $((128 + 8 * 6)) ]
that [ "$(find "$scratch/a" -name '.*' | wc -l)" -eq 0 ]

# What is printed is what is written.
run 0 recover --data "$table" --num-gradients 512 --json --out "$scratch/a"
silent err
that "$CHECK_JSON" "$scratch/out" $promised
that cmp -s "$scratch/out" "$scratch/a/result.json"
run 0 recover --data "$table" --num-gradients 512 --quiet
silent out
silent err

# The verdict ends the run with 1 only where it was asked for.
run 0 recover --data "$table" --num-gradients 16
run 0 recover --data "$table" --num-gradients 16 --json
that [ "$("$CHECK_JSON" -v "$scratch/out" result.enough)" = false ]
run 1 recover --data "$table" --num-gradients 16 --require 0.1 --out "$scratch/no"
that [ -s "$scratch/no/result.json" ]
run 1 recover --data "$table" --num-gradients 16 --require 0.1 --json
that [ "$("$CHECK_JSON" -v "$scratch/out" result.enough)" = false ]
run 0 recover --data "$table" --num-gradients 16 --require 1e6

# Every option, and the data options.
for estimator in auto paired calibrated none; do
    run 0 recover --data "$table" --num-gradients 64 --estimator $estimator
done
for point in zero optimum random random:norm=2 random:distance=3; do
    run 0 recover --data "$table" --num-gradients 64 --at $point
done
run 0 recover --data "$table" --num-gradients 64 --shrink none --noise-variance 100 \
    --label-noise 0.5 --batch-size 100 --target x0 --columns x1,x2,y --standardize --intercept
run 0 recover --data "$table" --num-gradients 64 --drop x5 --target y --missing mean --json
that [ "$("$CHECK_JSON" -v "$scratch/out" result.dimension)" = 5 ]
run 0 recover --data "$table" --num-gradients 64 --at "file:path=$scratch/a/eigenvalues.npy"
run 2 recover --data "$table" --at file
says 'path'
run 2 recover --data "$table" --at random:norm=1,distance=1
says 'norm'
run 2 recover --data "$table" --at random:size=1
says 'size'
run 2 recover --data "$table" --at "file:path=$scratch/a/hessian.npy"
run 2 recover --data "$table" --model linear:width=2
says 'width'

# A network on images: the same bytes on one thread and two; what cannot be an image is refused.
write_table "$scratch/images.csv" 300 16
for threads in 1 2; do
    run 0 recover --data "$scratch/images.csv" --model cnn:channels=2x3 --num-gradients 64 \
        --threads $threads --out "$scratch/cnn$threads"
done
that cmp -s "$scratch/cnn1/hessian.npy" "$scratch/cnn2/hessian.npy"
that [ "$("$CHECK_JSON" -v "$scratch/cnn1/result.json" result.dimension)" = 81 ]
run 0 recover --data "$scratch/images.csv" --model cnn:channels=3,input=4x2x2,act=tanh \
    --num-gradients 64 --structure low-rank
run 2 recover --data "$scratch/images.csv" --model cnn:channels=2x3 --intercept
says '17 columns, which are no square of pixels; is one an intercept'
run 2 recover --data "$scratch/images.csv" --model cnn:channels=2,input=4x3
says 'input=4x3 makes 12 columns; the inputs have 16'

# Inputs: absent, invalid, not available.
run 2 recover --data "$scratch/absent.csv"
says 'absent.csv'
run 2 recover --data "$scratch/absent.csv" --json
json_error GM_INVALID_INPUT 2
printf 'a,b\n1,2\n3,x\n5,6\n7,8\n' >"$scratch/bad.csv"
run 2 recover --data "$scratch/bad.csv" --target a
says 'bad.csv'
run 2 recover --data "$table" --target nobody
says 'nobody'
run 2 recover --data "$scratch/x.h5::/group"
says 'not available'

# A dry run writes nothing.
run 0 recover --data "$table" --dry-run --out "$scratch/dry"
prints 'operations'
that [ ! -e "$scratch/dry" ]
run 0 recover --data "$table" --dry-run --json
that "$CHECK_JSON" "$scratch/out" dry_run.operations dry_run.bytes dry_run.seconds

# No space: status 3, and nothing under a final name, the old result.json gone.
cp -r "$scratch/a" "$scratch/b"
rm "$scratch/b"/*.npy "$scratch/b"/*.svg "$scratch/b/report.html"
command='ulimit -f 1; gradiometer recover'
(
    ulimit -f 1
    exec "$GRADIOMETER" recover --data "$table" --num-gradients 512 --quiet --out "$scratch/b"
) 2>/dev/null >/dev/null
that [ $? -eq 3 ]
that [ "$(entries "$scratch/b")" -eq 0 ]
if [ -w /dev/full ]; then
    command='gradiometer recover > /dev/full'
    "$GRADIOMETER" recover --data "$table" --num-gradients 512 --out "$scratch/c" \
        >/dev/full 2>"$scratch/err"
    that [ $? -eq 3 ]
    says 'cannot write to standard output'
    that [ ! -e "$scratch/c" ]
fi
run 2 recover --data "$table" --out "$table"
says 'not a folder'

# Progress is for terminals.
run 0 recover --data "$table" --num-gradients 100000
silent err
if script --version >/dev/null 2>&1; then
    slow="$GRADIOMETER recover --data $table --num-gradients 1e7"
    for options in '' '--no-progress' '--quiet'; do
        command="script: recover $options"
        TERM=xterm timeout 1 script -qec "$slow $options >/dev/null" /dev/null \
            >"$scratch/out" 2>/dev/null </dev/null
        if [ -n "$options" ]; then never_prints '%'; else prints '[0-9]+ %'; fi
    done
fi
finish
