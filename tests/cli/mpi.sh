# Several ranks under mpirun: the same bytes as one process, one that prints, and a clean end with
# the right exit status where a rank fails or is interrupted. Nothing here may hang.
. ./lib.sh
. ./lib_ranks.sh
write_table "$scratch/table.csv" 3000 37

same recover recover --data "$scratch/table.csv" --num-gradients 3000 --batch-size 129 \
    --standardize --at random:norm=2 --compare
same calibrated recover --data "$scratch/table.csv" --num-gradients 1997 --estimator calibrated
same gram measure --inputs gaussian:n=12 --targets teacher:hidden=4 --model mlp:hidden=64x64 \
    --samples 1500 --target-draws 40 --method sampled
same jacobian measure --inputs zq:n=6,q=31 --targets lwe:secret=uniform,sigma=1 \
    --model linear --loss cosine --samples 3000 --target-draws 50 --method sampled
same exact measure --inputs cube:n=8 --targets parity:k=all --model mlp:hidden=8 --method exact
same entropy entropy --inputs zq:n=8,q=31,width=5
same risk risk --data "$scratch/table.csv" --radius 0.1 --num-gradients 1000
same train train --data "$scratch/table.csv" --model linear --optimizer sgd,gradiometer --epochs 2
same generate lwe generate --n 20 --q 3329 --secret ternary --hamming 5 --sigma 3.2 \
    --samples 120
case $("$GRADIOMETER" info --json | tr -d '\n') in
*'"lattice_reduction": "none"'*) ;;
*)
    same solve lwe solve --instance "$scratch/generate-0" --time-limit 100s
    same reduce lwe reduce --instance "$scratch/generate-0" --blocks 5
    ;;
esac

# One document, of rank 0.
ranks 3 0 entropy --inputs zq:n=8,q=31,width=5 --json
that [ "$(value "$scratch/out" ranks)" = 3 ]
ranks 2 0 info
prints '^ranks +2$'
that [ "$(grep -c '^version' "$scratch/out")" = 1 ]
ranks 2 0 --version
that [ "$(wc -l <"$scratch/out")" -eq "$("$GRADIOMETER" --version | wc -l)" ]

# Bad input, of all ranks and of one.
ranks 2 2 recover --dta x
errors 1
says 'did you mean --data'
ranks 3 2 recover --data "$scratch/absent.csv"
errors 1
says '^gradiometer: error: .*absent.csv'
ranks 2 1 recover --data "$scratch/table.csv" --num-gradients 100 --require 1e-9 --quiet
errors 0
for first in absent table; do
    second=table
    [ $first = absent ] || second=absent
    command="one rank reads $first.csv, the other $second.csv"
    launch -n 1 "$GRADIOMETER" recover --data "$scratch/$first.csv" --num-gradients 1e9 \
        --threads 1 : -n 1 "$GRADIOMETER" recover --data "$scratch/$second.csv" \
        --num-gradients 1e9 --threads 1 >"$scratch/out" 2>"$scratch/err"
    that [ $? -eq 2 ]
    errors 1
    says 'absent.csv'
done
ranks 2 3 recover --data "$scratch/table.csv" --num-gradients 1000 --out /proc/gradiometer
errors 1

# Without the module, or with ranks that compute otherwise.
GRADIOMETER_MPI_MODULE=$scratch/absent.so
export GRADIOMETER_MPI_MODULE
ranks 2 2 entropy --inputs zq:n=8,q=31,width=5
errors 1
says 'libopenmpi-dev'
unset GRADIOMETER_MPI_MODULE
if GRADIOMETER_ISA=avx2 "$GRADIOMETER" info >/dev/null 2>&1; then
    command='two instruction sets'
    launch -n 1 -x GRADIOMETER_ISA=baseline "$GRADIOMETER" entropy --inputs zq:n=8,q=31 : \
        -n 1 -x GRADIOMETER_ISA=avx2 "$GRADIOMETER" entropy --inputs zq:n=8,q=31 \
        >"$scratch/out" 2>"$scratch/err"
    that [ $? -eq 2 ]
    errors 1
    says 'same bits'
fi

# Signals, to the launcher and to each rank.
started() {
    for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        pids=$(cat "$scratch"/pid-* 2>/dev/null)
        [ "$(printf '%s\n' "$pids" | wc -w)" -eq 2 ] && break
        sleep 0.25
    done
    sleep "$1"
}
cat >"$scratch/rank.sh" <<'SCRIPT'
echo $$ >"$1/pid-$OMPI_COMM_WORLD_RANK"
shift
exec "$@"
SCRIPT
for target in launcher 0 1; do
    for delay in 0 1 2; do
        rm -rf "$scratch"/pid-* "$scratch/interrupted"
        command="SIGTERM to $target after $delay s"
        timeout -k 5 120 mpirun --oversubscribe -n 2 sh "$scratch/rank.sh" "$scratch" \
            "$GRADIOMETER" recover --data "$scratch/table.csv" --num-gradients 1e9 --threads 1 \
            --out "$scratch/interrupted" >"$scratch/out" 2>"$scratch/err" </dev/null &
        launcher=$!
        started $delay
        case $target in
        launcher) kill -s TERM $launcher ;; # timeout hands it on
        *) kill -s TERM "$(cat "$scratch/pid-$target")" ;;
        esac
        wait $launcher
        status=$?
        that [ $status -ne 0 ]
        that [ $status -ne 137 ]
        [ $target = launcher ] || [ $delay = 0 ] || that [ $status -eq 143 ]
        for pid in $pids; do
            that sh -c "for i in 1 2 3 4 5 6 7 8; do kill -0 $pid 2>/dev/null || exit 0; sleep 0.5
                done; exit 1"
        done
        # A launcher that was ended gives its ranks a second, which a busy machine may not keep.
        that [ ! -e "$scratch/interrupted/result.json" ]
        [ $target = launcher ] || that [ ! -e "$scratch/interrupted" ]
    done
done
finish
