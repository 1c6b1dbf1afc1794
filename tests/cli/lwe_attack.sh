# `lwe solve`, `reduce` and `attack` from outside: secrets that come back, controls, folders, wrong
# input, runs that are killed or interrupted.
. ./lib.sh
"$GRADIOMETER" info --json 2>/dev/null | grep -q '"fplll [0-9]' ||
    skip 'the helper program of lattice reduction is not built (libfplll-dev)'

instance=$scratch/instance
secret=$instance/secret.npy
generate() {
    run 0 lwe generate --n "$2" --q 3329 --secret ternary --hamming "$3" --sigma 3.2 \
        --samples "$4" --out "$scratch/$1" --quiet --seed "$5"
}
generate instance 48 10 192 1
mkdir "$scratch/closed"
cp "$instance/A.npy" "$instance/b.npy" "$instance/instance.json" "$scratch/closed"
mkfifo "$scratch/closed/secret.npy" # whoever opened it would wait

keys='result.recovered result.secret result.solver result.residual_std result.threshold
    result.log2_false_acceptance result.rows_used result.blocks_used result.guesses
    result.predicted_z result.observed_z result.discrimination result.control.recovered
    result.control.rows result.control.guesses result.informativeness.reduced.value
    result.informativeness.reduced.std_error result.informativeness.reduced.ci95
    result.informativeness.reduced.method result.informativeness.reduced.verdict
    result.informativeness.unreduced.value result.baselines.usvp.run
    result.baselines.log2_exhaustive result.baselines.log2_mitm result.seconds.reduce
    result.seconds.attack result.entropy.before result.entropy.after result.rho result.plan
    result.blocks_lost result.loss result.rounds result.guess_rank result.n result.q result.sigma
    result.samples result.secret_law result.columns.z'

# solve: the secret that generate wrote, never having opened it.
run 0 lwe solve --instance "$scratch/closed" --out "$scratch/solved" --json
silent err
# shellcheck disable=SC2086
that "$CHECK_JSON" "$scratch/out" $keys
that cmp -s "$scratch/solved/secret.npy" "$secret"
that cmp -s "$scratch/out" "$scratch/solved/result.json"
that [ "$(value "$scratch/out" result.recovered)" = true ]
that [ "$(value "$scratch/out" result.control.run)" = true ]
that [ "$(value "$scratch/out" result.control.recovered)" = false ]
that [ "$(value "$scratch/out" result.baselines.usvp.run)" = false ]
that [ "$(value "$scratch/out" result.secret_law)" = '"ternary"' ]
that [ "$(value "$scratch/out" options.time_limit)" = 120.0 ]
that awk -v r="$(value "$scratch/out" result.residual_std)" 'BEGIN { exit !(r > 2 && r < 4.5) }'
that awk -v b="$(value "$scratch/out" result.entropy.before)" \
    -v a="$(value "$scratch/out" result.entropy.after)" 'BEGIN { exit !(a > 0 && a < b) }'
that [ ! -e "$scratch/solved/.blocks" ]
that grep -q 'gradiometer lwe solve' "$scratch/solved/report.html"
run 0 lwe verify --instance "$instance" --secret "$scratch/solved/secret.npy"
run 0 report "$scratch/solved"
prints '^The secret was recovered by '
prints 'found nothing in [0-9]+ unreduced samples, with the same'
prints '10 of 48 entries are not 0: s\['
prints 'V, reduced +0\.[0-9]+ \(95 %: .* to .*\), '
prints 'V, unreduced '
prints 'z predicted .* d. = .*; unreduced '
prints 'z observed .* d. = '
prints 'Collision entropy +from [0-9.]+ to [0-9.]+ nats'
prints 'Exhaustive search +2\^'
prints 'Meet in the middle +2\^'
prints 'First two blocks +blocks of [0-9]+ samples, embedding weight [0-9]+, '
prints 'Why +least time expected'
prints 'Reduction +[0-9.]+ s; processors: LLL '
prints 'Shortest vector +not run'

# Options.
run 0 lwe solve --instance "$instance" --solver gradient --no-control --baselines --time-limit 2m \
    --workers 1 --json
that [ "$(value "$scratch/out" options.time_limit)" = 120.0 ]
that [ "$(value "$scratch/out" options.workers)" = 1 ]
that [ "$(value "$scratch/out" result.control.run)" = false ]
that [ "$(value "$scratch/out" result.control.recovered)" = null ]
that [ "$(value "$scratch/out" result.baselines.usvp.run)" = true ]
that "$CHECK_JSON" "$scratch/out" result.baselines.usvp.seconds result.baselines.usvp.found
that grep -q '"solver": "g' "$scratch/out"
run 0 lwe solve --instance "$instance" --solver linear --block-size 10 --embedding-weight 3 \
    --rows 30 --drop-columns 8 --loops 4 --blocks 3 --baselines
prints 'blocks of 30 samples, embedding weight 3, BKZ-10 of'
prints 'Shortest vector +found the secret in [0-9.]+ s by '
prints 'faster'
run 0 lwe solve --instance "$instance" --quiet --time-limit 90
silent out
silent err

# reduce, then attack, which is handed the rows.
reduced=$scratch/reduced
run 0 lwe reduce --instance "$scratch/closed" --blocks 4 --out "$reduced" --json
silent err
that "$CHECK_JSON" "$scratch/out" result.rho result.column_std result.dropped_columns \
    result.rows result.blocks result.embedding_weight result.block_size result.precision \
    result.entropy.before result.entropy.after result.seconds result.plan.reason
that [ "$(value "$scratch/out" result.blocks)" = 4 ]
that awk -v r="$(value "$scratch/out" result.rho)" 'BEGIN { exit !(r > 0.01 && r < 0.6) }'
for file in RA.npy Rb.npy R.npy indices.npy blocks.npy reduction.json result.json report.html; do
    that [ -s "$reduced/$file" ]
done
that [ ! -e "$reduced/.blocks" ]
that grep -aq "'<i8', 'fortran_order': False, 'shape': ($(value "$scratch/out" result.rows), 48)" \
    "$reduced/RA.npy"
run 0 report "$reduced"
prints '^[0-9]+ rows of 4 blocks, with entries of [0-9.]+ % of the length of uniform ones\.$'
run 0 lwe attack --instance "$scratch/closed" --reduced "$reduced" --out "$scratch/attacked" --json
silent err
# shellcheck disable=SC2086
that "$CHECK_JSON" "$scratch/out" $keys
that cmp -s "$scratch/attacked/secret.npy" "$secret"
that [ "$(value "$scratch/out" command)" = '"lwe attack"' ]
that [ "$(value "$scratch/out" result.blocks_used)" = 4 ]
that [ "$(value "$scratch/out" result.plan)" = null ]
that [ "$(value "$scratch/out" result.seconds.reduce)" = null ]
run 0 lwe attack --instance "$instance" --reduced "$reduced"
prints '^The secret was recovered by '
never_prints '^Plan$'

# One seed, one result, for any number of workers and threads.
for workers in 1 2 3; do
    run 0 lwe reduce --instance "$instance" --blocks 4 --workers $workers --threads $((4 - workers)) \
        --out "$scratch/workers" --quiet
    for file in RA.npy Rb.npy R.npy indices.npy blocks.npy; do
        that cmp -s "$scratch/workers/$file" "$reduced/$file"
    done
done
run 0 lwe reduce --instance "$instance" --blocks 4 --seed 2 --out "$scratch/workers" --quiet
that test "$(cksum <"$scratch/workers/RA.npy")" != "$(cksum <"$reduced/RA.npy")"

# A uniform b has no secret: the answer is no, and it is an answer.
mkdir "$scratch/uniform"
cp "$instance/A.npy" "$instance/instance.json" "$scratch/uniform"
numbers=$(awk 'BEGIN { state = 7; for (i = 0; i < 192; i++) {
    state = (state * 16807) % 2147483647; v = state % 3329
    printf "\\%03o\\%03o", v % 256, int(v / 256) } }')
write_npy "$scratch/uniform/b.npy" '<u2' '192,' "$numbers"
run 1 lwe solve --instance "$scratch/uniform" --time-limit 2s --out "$scratch/no" --json
silent err
that [ "$(value "$scratch/out" result.recovered)" = false ]
that [ "$(value "$scratch/out" result.secret)" = null ]
that [ "$(value "$scratch/out" result.observed_z)" = null ]
that [ "$(value "$scratch/out" result.residual_std)" = null ]
# shellcheck disable=SC2086
that "$CHECK_JSON" "$scratch/out" $keys
that [ ! -e "$scratch/no/secret.npy" ]
run 0 report "$scratch/no"
prints '^The secret was not recovered: [0-9,]+ rows of [0-9]+ blocks? and [0-9,.× ⁰¹²³⁴⁵⁶⁷⁸⁹]+ guesses'
run 1 lwe solve --instance "$scratch/uniform" --time-limit 1 --quiet
silent out

# What is refused, with nothing left behind.
refuse() {
    text=$1
    shift
    run 2 lwe "$@" --out "$scratch/none"
    silent out
    says "$text"
    that [ ! -e "$scratch/none" ]
}
refuse 'absent/instance\.json: cannot open' solve --instance "$scratch/absent"
refuse 'option --instance DIR is missing' solve
refuse "option --time-limit: '2x' is not accepted; give seconds, as 90, 90s or 1\.5m" \
    solve --instance "$instance" --time-limit 2x
refuse "option --time-limit: '0s' is not accepted" solve --instance "$instance" --time-limit 0s
refuse "option --time-limit: 's' is not accepted" solve --instance "$instance" --time-limit s
refuse "did you mean 'gradient'" solve --instance "$instance" --solver gradent
refuse 'option --block-size: .1. is not accepted' solve --instance "$instance" --block-size 1
refuse 'there are 192 samples' reduce --instance "$instance" --rows 193
refuse 'below n = 48' reduce --instance "$instance" --drop-columns 48
refuse 'option --reduced DIR is missing' attack --instance "$instance"
run 2 lwe reduce --instance "$instance"
says 'option --out DIR is missing'
refuse 'no block was reduced: the time limit was too short' \
    reduce --instance "$instance" --rows 48 --drop-columns 0 --block-size 30 --time-limit 0.001s
for name in solve reduce; do
    rm -rf "$scratch/broken"
    cp -r "$scratch/uniform" "$scratch/broken"
    write_npy "$scratch/broken/b.npy" '<u2' '2,' '\001\000\002\000'
    refuse 'A\.npy has 192 rows and .*b\.npy 2 entries' $name --instance "$scratch/broken"
    cp -r "$scratch/uniform/b.npy" "$scratch/broken"
    echo '{"q": 3301, "sigma": 3}' >"$scratch/broken/instance.json"
    refuse 'accepted: 0 to 3300' $name --instance "$scratch/broken"
    echo '{"q": 3329}' >"$scratch/broken/instance.json"
    refuse 'instance\.json: has no "sigma"' $name --instance "$scratch/broken"
    echo '{"q": 3329, "sigma": 3, "secret": "uniform"}' >"$scratch/broken/instance.json"
    refuse 'the secret is uniform' $name --instance "$scratch/broken"
done
mkdir "$scratch/empty"
refuse 'empty/reduction\.json: cannot open' attack --instance "$instance" --reduced "$scratch/empty"
refuse 'absent/reduction\.json: cannot open' attack --instance "$instance" --reduced "$scratch/absent"
generate other 48 10 192 2
refuse 'reduced/reduction\.json: reduced from another instance' \
    attack --instance "$scratch/other" --reduced "$reduced"
cp -r "$reduced" "$scratch/mixed"
cp "$scratch/workers/Rb.npy" "$scratch/mixed"
refuse 'Rb\.npy' attack --instance "$instance" --reduced "$scratch/mixed"
run 2 lwe attack --instance "$scratch/other" --reduced "$reduced" --json
json_error GM_INVALID_INPUT 2

# Plans read, and do nothing.
for time in 1.5m 90 90s 0.025h; do
    run 0 lwe solve --instance "$instance" --time-limit $time --dry-run --json
    that [ "$(value "$scratch/out" options.time_limit)" = 90.0 ]
    that [ "$(value "$scratch/out" dry_run.seconds)" = 90.0 ]
done
run 0 lwe solve --instance "$instance" --out "$scratch/none" --dry-run
prints '^would +attack .* for 120 s at most; blocks of [0-9]+ samples'
prints '^method +reduction, least time expected'
run 0 lwe reduce --instance "$instance" --blocks 3 --out "$scratch/none" --dry-run --json
that "$CHECK_JSON" "$scratch/out" dry_run.action dry_run.seconds dry_run.bytes dry_run.files
run 0 lwe attack --instance "$instance" --reduced "$reduced" --dry-run
prints '^would +attack .* by [0-9]+ rows'
run 2 lwe attack --instance "$scratch/other" --reduced "$reduced" --dry-run
that [ ! -e "$scratch/none" ]

# Killed at any time, a reduction goes on from the blocks that it had, to the same bytes.
generate large 64 16 256 3
reduce_large() {
    exec "$GRADIOMETER" lwe reduce --instance "$scratch/large" --blocks 8 --block-size 20 \
        --loops 4 --rows 60 --drop-columns 0 --embedding-weight 3 --out "$1" --quiet </dev/null \
        >"$scratch/out" 2>"$scratch/err"
}
helpers() {
    cat /proc/[0-9]*/stat 2>/dev/null |
        awk -v of="$1" '$4 == of && $2 ~ /^\(gradiometer-lat/ { print $1 }'
}
# gone PROCESS: it has ended, whether or not its parent has asked
gone() {
    [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null || [ ! -e "/proc/$1" ]
}
(reduce_large "$scratch/whole")
that [ $? -eq 0 ]
for block in 0 2 5; do
    command="lwe reduce, SIGKILL when block $block is done"
    reduce_large "$scratch/killed" &
    process=$!
    for i in $(seq 600); do
        [ ! -e "$scratch/killed/.blocks/block-0-$block" ] || break
        sleep 0.05
    done
    workers=$(helpers $process)
    that [ -n "$workers" ]
    kill -9 $process
    wait $process 2>/dev/null
    sleep 0.3
    for worker in $workers; do
        that gone "$worker"
    done
    that [ -e "$scratch/killed/.blocks/block-0-$block" ]
    that [ ! -e "$scratch/killed/result.json" ]
done
(reduce_large "$scratch/killed")
that [ $? -eq 0 ]
that [ ! -e "$scratch/killed/.blocks" ]
for file in RA.npy Rb.npy R.npy indices.npy blocks.npy; do
    that cmp -s "$scratch/killed/$file" "$scratch/whole/$file"
done

# solve keeps its blocks, too, and clears them away when it ends by itself, whatever the answer.
"$GRADIOMETER" lwe solve --instance "$scratch/uniform" --out "$scratch/again" --quiet \
    >"$scratch/out" 2>"$scratch/err" </dev/null &
process=$!
for i in $(seq 600); do
    [ ! -e "$scratch/again/.blocks/block-0-0" ] || break
    sleep 0.05
done
kill -9 $process
wait $process 2>/dev/null
that [ -e "$scratch/again/.blocks/block-0-0" ]
run 1 lwe solve --instance "$scratch/uniform" --out "$scratch/again" --quiet --time-limit 1
that [ ! -e "$scratch/again/.blocks" ]
that [ -s "$scratch/again/result.json" ]

# Interrupted, nothing stays.
for signal in INT TERM; do
    for delay in 0.1 0.4 0.9; do
        command="lwe solve, SIG$signal after $delay s"
        "$GRADIOMETER" lwe solve --instance "$scratch/uniform" --out "$scratch/interrupted" \
            >"$scratch/out" 2>"$scratch/err" </dev/null &
        process=$!
        sleep $delay
        workers=$(helpers $process)
        kill -s $signal $process
        wait $process
        that [ $? -eq $([ $signal = INT ] && echo 130 || echo 143) ]
        says '^gradiometer: interrupted by signal '
        that [ ! -e "$scratch/interrupted" ]
        for worker in $workers; do
            that gone "$worker"
        done
    done
done
finish
