# `train`: promised keys and files, every optimizer on every kind of model, goals and exit statuses, what
# is refused, runs that are killed or interrupted and go on to the same bytes.
. ./lib.sh

# table KIND ROWS FILE: 4 inputs, and a target that they tell most of
table() {
    awk -v kind="$1" -v rows="$2" 'BEGIN {
        state = 7
        print "a,b,c,d,y"
        for (i = 0; i < rows; i++) {
            y = 0
            for (j = 0; j < 4; j++) {
                state = (state * 16807) % 2147483647
                x = (state / 2147483647 - 0.5) * (j + 1)
                y += x / (j + 2)
                printf "%.6f,", x
            }
            state = (state * 16807) % 2147483647
            e = state / 2147483647 - 0.5
            if (kind == "numbers") printf "%.6f\n", y + 0.3 * e
            else if (kind == "apart") print (y > 0 ? "yes" : "no")
            else if (kind == "two") print (y + e > 0 ? "yes" : "no")
            else print (y + e > 0.3 ? "high" : y + e < -0.3 ? "low" : "mid")
        }
    }' >"$3"
}
numbers=$scratch/numbers.csv
two=$scratch/two.csv
three=$scratch/three.csv
table numbers 400 "$numbers"
table two 400 "$two"
table three 400 "$three"
all=gradiometer,sgd,momentum,adam,lbfgs

# Promised keys and files.
run 0 train --data "$numbers" --intercept --optimizer $all --batch-size 16 --epochs 20 \
    --until excess=0.1 --repeats 2 --out "$scratch/a" --json
silent err
that cmp -s "$scratch/out" "$scratch/a/result.json"
promised="schema command version commit seed threads ranks blas seconds options result warnings
    result.optimum result.optimum_error result.optimum_method result.goal.kind result.goal.value
    result.goal_loss result.initial_loss result.initial_accuracy result.dimension result.rows
    result.batch_size result.evaluations_per_epoch result.model result.at result.resumed
    result.warnings result.data.path result.files result.monitor.gradient_norm.value
    result.monitor.gradient_norm.std_error result.monitor.gradient_norm.ci95
    result.monitor.gradient_norm.method result.monitor.signal_to_noise.value result.monitor.plateau
    result.monitor.advice result.monitor.cause"
# shellcheck disable=SC2086
that "$CHECK_JSON" "$scratch/out" $promised
of() {
    value "$scratch/out" "result.$1"
}
i=0
for name in gradiometer sgd momentum adam lbfgs; do
    at=result.optimizers.$i
    for key in name reached gradient_evaluations curvature_gradients epochs seconds final_loss \
        final_accuracy learning_rate averaging tried curve horizon momentum damping preconditioner \
        condition_number interior diverged averaged seed monitor.advice runs.0.seed runs.1.seed \
        runs.1.reached runs.1.gradient_evaluations runs.1.seconds runs.1.final_loss \
        curve.gradient_evaluations.0 curve.seconds.0 curve.loss.0; do
        that "$CHECK_JSON" "$scratch/out" $at.$key
    done
    that [ "$(value "$scratch/out" $at.name)" = "\"$name\"" ]
    that [ "$(value "$scratch/out" $at.reached)" = true ]
    that [ "$(value "$scratch/out" $at.horizon)" != Infinity ]
    i=$((i + 1))
done
that [ "$(of optimizers.5)" = '' ]
that [ "$(of goal.kind)" = '"excess"' ]
that [ "$(of dimension)" = 5 ]
that [ "$(of resumed)" = false ]
that [ "$(of optimizers.0.runs.0.seed)" = 2 ]
that [ "$(of optimizers.1.final_accuracy)" = null ]
that [ "$(of optimizers.4.learning_rate)" = null ]
that [ "$(of optimizers.4.monitor.advice)" = null ]
that awk -v all="$(of optimizers.0.gradient_evaluations)" \
    -v part="$(of optimizers.0.curvature_gradients)" -v epochs="$(of optimizers.0.epochs)" \
    'BEGIN { exit !(part > 0 && part < all && epochs > all / 25 - 1e-9 && epochs < all / 25 + 1e-9) }'
that awk -v goal="$(of goal_loss)" -v least="$(of optimum)" -v loss="$(of optimizers.3.final_loss)" \
    'BEGIN { exit !(loss <= goal && loss >= least && goal > 1.0999 * least && goal < 1.1001 * least) }'
for file in weights.npy weights-sgd.npy weights-momentum.npy weights-adam.npy weights-lbfgs.npy; do
    that grep -aq "'<f8', 'fortran_order': False, 'shape': (5,)" "$scratch/a/$file"
done
that [ -s "$scratch/a/report.html" ]
that grep -q 'gradiometer train' "$scratch/a/report.html"
if command -v gnuplot >/dev/null; then
    that [ -s "$scratch/a/loss.svg" ]
    that [ -s "$scratch/a/time.svg" ]
fi
that [ ! -e "$scratch/a/train.checkpoint" ]
that [ "$(find "$scratch/a" -name '.*' | wc -l)" -eq 0 ]
run 0 report "$scratch/a"
prints '^gradiometer reached a loss of '
prints '^✓ gradiometer '
prints '^To the goal +gradients +curvature +epochs +seconds +rate +loss$'
prints '^  Least loss +0\.'
prints '^  Monitor +'
prints '^  Batches +16 rows; an epoch is 25 gradients; the median of 2'
prints '^  Files +weights\.npy, weights-sgd\.npy'
awk 'length > 110 { exit 1 }' "$scratch/out" || complain 'a line is longer than 110 bytes'

# Models with classes and networks; without a goal nothing is reached or missed.
for model in "logistic $two" "softmax $three" "mlp:hidden=4 $three" "mlp:hidden=4 $numbers"; do
    run 0 train --model "${model% *}" --data "${model#* }" --optimizer $all --epochs 8 \
        --batch-size 32 --json
    that [ "$(of optimizers.0.reached)" = null ]
    that [ "$(of goal.kind)" = null ]
    that [ "$(of optimizers.4.name)" = '"lbfgs"' ]
    that awk -v first="$(of initial_loss)" -v last="$(of optimizers.0.final_loss)" \
        'BEGIN { exit !(last > 0 && last < first) }'
    case $model in
    *numbers*) that [ "$(of optimizers.0.final_accuracy)" = null ] ;;
    *) that awk -v a="$(of optimizers.0.final_accuracy)" 'BEGIN { exit !(a > 0.3 && a <= 1) }' ;;
    esac
    case $model in
    mlp*)
        that [ "$(of at)" = '"init"' ]
        that [ "$(of optimum)" = null ]
        ;;
    *) that awk -v o="$(of optimum)" 'BEGIN { exit !(o > 0) }' ;;
    esac
done
run 0 train --data "$two" --model logistic
prints '^gradiometer came to a loss of .* above'
prints ' accuracy$'
run 0 train --data "$two" --model logistic --quiet
silent out
silent err

# Goals: 1 where the first optimizer does not come there, whatever the others do.
run 0 train --data "$two" --model logistic --until accuracy=0.75 --json
that [ "$(of goal.value)" = 0.75 ]
that [ "$(of goal_loss)" = null ]
that awk -v a="$(of optimizers.0.final_accuracy)" 'BEGIN { exit !(a >= 0.75) }'
run 0 train --data "$numbers" --until loss=0.0625 --optimizer sgd --json
that [ "$(of goal_loss)" = 0.0625 ]
run 1 train --data "$numbers" --until loss=1e-9 --optimizer sgd --epochs 1 --out "$scratch/no"
silent err
prints '^sgd did not reach a loss of 1\.0 × 10⁻⁹, in '
that [ -s "$scratch/no/result.json" ]
that [ ! -e "$scratch/no/train.checkpoint" ]
run 1 train --data "$two" --model logistic --until accuracy=1 --optimizer adam --epochs 1
prints '^adam did not reach an accuracy of 100 %, in .*'
run 1 train --data "$numbers" --until excess=0.1 --optimizer lbfgs,adam --epochs 3 --batch-size 16
prints '^✗ lbfgs '
prints '^✓ adam '

# A given rate is taken as it is; what diverges says so.
run 0 train --data "$numbers" --optimizer sgd --learning-rate 0.125 --json
that [ "$(of optimizers.0.learning_rate)" = 0.125 ]
that [ "$(of optimizers.0.tried)" = 1 ]
that [ "$(of optimizers.0.interior)" = null ]
run 0 train --data "$numbers" --optimizer sgd --learning-rate 1e6 --batch-size 16 --json
that [ "$(of optimizers.0.diverged)" = true ]
run 0 train --data "$numbers" --batch-size 1 --optimizer sgd --epochs 0.5 --json
that [ "$(of monitor.advice)" = null ]
that [ "$(of monitor.plateau)" = null ]
that "$CHECK_JSON" "$scratch/out" result.monitor.gradient_norm result.monitor.signal_to_noise
run 0 train --data "$numbers" --at random:norm=2 --l2 0.5 --optimizer sgd --json
that [ "$(of at)" = '"random"' ]
run 0 train --data "$numbers" --json
that [ "$(of batch_size)" = 256 ]
that [ "$(value "$scratch/out" options.batch_size)" = '"auto"' ]

# Plans do nothing.
run 0 train --data "$numbers" --optimizer $all --out "$scratch/none" --dry-run
prints '^would +train linear on 400 rows of 4 columns of '
prints '^time +about '
run 0 train --data "$numbers" --dry-run --json
that "$CHECK_JSON" "$scratch/out" dry_run.action dry_run.operations dry_run.bytes dry_run.seconds
run 2 train --data "$numbers" --dry-run --until accuracy=0.9
that [ ! -e "$scratch/none" ]

# Refusals: nothing is written.
refuse() {
    message=$1
    shift
    run 2 train "$@" --out "$scratch/none"
    silent out
    says "$message"
    that [ ! -e "$scratch/none" ]
}
refuse 'option --data FILE\|DIR is missing' --model linear
refuse 'absent\.csv' --data "$scratch/absent.csv"
refuse "option --optimizer: 'adm' is not accepted; give some of sgd, .* \(did you mean 'adam'\?\)" \
    --data "$numbers" --optimizer sgd,adm
for names in '' sgd, ,sgd sgd:adam; do
    refuse 'option --optimizer: .* is not accepted; give some of sgd, ' \
        --data "$numbers" --optimizer "$names"
done
refuse 'optimizer sgd is named twice' --data "$numbers" --optimizer sgd,adam,sgd
refuse 'batch size 401; it must be 1 to 400, the rows of the data' \
    --data "$numbers" --batch-size 401
refuse "option --batch-size: '0' is not accepted" --data "$numbers" --batch-size 0
refuse "option --l2: '-1' is not accepted; give a number, 0 or more" --data "$numbers" --l2 -1
refuse "option --epochs: '0' is not accepted; give a number above 0" --data "$numbers" --epochs 0
refuse "option --learning-rate: '0' is not accepted; give .* or 'auto'" \
    --data "$numbers" --learning-rate 0
refuse "option --repeats: '0' is not accepted" --data "$numbers" --repeats 0
refuse "option --until: 'acuracy=1' is not accepted; give .* \(did you mean 'accuracy'\?\)" \
    --data "$two" --model logistic --until acuracy=1
for goal in loss loss= loss=x loss=0 loss=-1 loss=inf loss=1x; do
    refuse "option --until: '$goal' is not accepted; give loss=" --data "$numbers" --until $goal
done
refuse "'accuracy=90' is not accepted; give accuracy= and a number above 0 to 1, a share" \
    --data "$two" --model logistic --until accuracy=90
refuse 'until accuracy: .*targets are not classes' --data "$numbers" --until accuracy=0.9
refuse 'until excess: model mlp has no known optimum' --data "$numbers" --model mlp \
    --until excess=0.1
refuse 'logistic' --data "$three" --model logistic
refuse "1 to 1000" --data "$numbers" --clients 0
table apart 100 "$scratch/apart.csv"
refuse 'until excess: no optimum .* use --l2' --data "$scratch/apart.csv" --model logistic \
    --until excess=0.1
run 2 train --data "$scratch/apart.csv" --model logistic --until excess=0.1 --json
json_error GM_UNABLE 2
run 0 train --data "$scratch/apart.csv" --model logistic --until excess=0.1 --l2 0.01 --epochs 50
run 2 train --data "$scratch/absent.csv" --json
json_error GM_INVALID_INPUT 2

# all of a result but times and what depends on how it came about
results() {
    awk '/"(seconds|resumed|threads)":/ { within = /\[/ && !/\]/; next }
        within { within = !/\]/; next }
        { print }' "$1/result.json"
}
same_result() {
    for file in weights.npy weights-adam.npy weights-lbfgs.npy; do
        [ ! -e "$2/$file" ] || that cmp -s "$1/$file" "$2/$file"
    done
    results "$1" >"$scratch/one"
    results "$2" >"$scratch/other"
    that cmp -s "$scratch/one" "$scratch/other"
}

# One result for any number of threads.
for threads in 1 2; do
    run 0 train --data "$three" --model softmax --epochs 2 --batch-size 16 \
        --optimizer gradiometer,adam,lbfgs --threads $threads --out "$scratch/threads-$threads" --quiet
done
same_result "$scratch/threads-1" "$scratch/threads-2"
run 0 train --data "$three" --model softmax --epochs 2 --batch-size 16 \
    --optimizer gradiometer,adam,lbfgs --seed 2 --out "$scratch/threads-2" --quiet
that test "$(cksum <"$scratch/threads-1/weights.npy")" != "$(cksum <"$scratch/threads-2/weights.npy")"

# Killed whenever more was kept than before, a training goes on from there, to the same bytes.
table two 10000 "$scratch/large.csv"
# long FOLDER OPTION…: train in this process
long() {
    folder=$1
    shift
    exec "$GRADIOMETER" train --data "$scratch/large.csv" --model logistic --batch-size 32 \
        --threads 1 --out "$folder" --quiet "$@" </dev/null >"$scratch/out" 2>"$scratch/err"
}
size() {
    if [ -e "$1/train.checkpoint" ]; then
        wc -c <"$1/train.checkpoint"
    else
        echo 0
    fi
}
# end_when_more SIGNAL FOLDER OPTION…: start it, send the signal once more is kept; sets status
end_when_more() {
    signal=$1
    folder=$2
    shift 2
    before=$(size "$folder")
    long "$folder" "$@" &
    process=$!
    for i in $(seq 3000); do
        [ "$(size "$folder")" -le "$before" ] && kill -0 $process 2>/dev/null || break
        sleep 0.01
    done
    kill -s "$signal" $process
    wait $process 2>/dev/null
    status=$?
    that [ -s "$folder/train.checkpoint" ]
    that [ ! -e "$folder/result.json" ]
}
# goes_on NAME SIGNALS OPTION…: the result of a training that signals end on the way is that of one
# which they do not
goes_on() {
    name=$1
    signals=$2
    shift 2
    command="train $*, whole"
    (long "$scratch/$name-whole" "$@")
    that [ $? -eq 0 ]
    for ends in $signals; do
        command="train $*, SIG$ends"
        end_when_more "$ends" "$scratch/$name" "$@"
        if [ "$ends" = INT ]; then
            that [ $status -eq 130 ]
            says '^gradiometer: interrupted by signal 2$'
            that [ "$(find "$scratch/$name" -name '.*' | wc -l)" -eq 0 ]
        fi
    done
    command="train $*, another seed"
    (long "$scratch/$name" "$@" --seed 7)
    that [ $? -eq 2 ]
    says 'train\.checkpoint: the checkpoint of another training .*remove it to begin anew'
    command="train $*, to the end"
    (long "$scratch/$name" "$@")
    that [ $? -eq 0 ]
    that [ "$(value "$scratch/$name/result.json" result.resumed)" = true ]
    that [ "$(find "$scratch/$name" -name 'train.checkpoint*' | wc -l)" -eq 0 ]
    same_result "$scratch/$name" "$scratch/$name-whole"
}
goes_on search 'KILL KILL INT KILL' --optimizer gradiometer,adam --epochs 2
goes_on final 'KILL INT KILL KILL' --optimizer gradiometer,lbfgs --epochs 6 --learning-rate 0.5 \
    --repeats 8
goes_on run 'KILL' --optimizer gradiometer --epochs 150 --learning-rate 0.5

# Interrupted before anything was kept, nothing stays.
command='train, SIGINT at once'
long "$scratch/early" --optimizer sgd --epochs 1000 --learning-rate 0.01 &
process=$!
sleep 0.3
kill -s INT $process
wait $process
that [ $? -eq 130 ]
that [ ! -e "$scratch/early" ]
finish
