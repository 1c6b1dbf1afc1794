# Ctrl-C and SIGTERM at many moments of a long run: over within a second, the status says so, and
# no file is under a final name.
. ./lib.sh
write_table "$scratch/table.csv" 4000 20
milliseconds() {
    echo $(($(date +%s%N) / 1000000))
}

# interrupt SIGNAL STATUS DELAY: the run would take hours.
interrupt() {
    command="gradiometer recover, SIG$1 after $3 s"
    "$GRADIOMETER" recover --data "$scratch/table.csv" --num-gradients 1e9 --out "$scratch/out-dir" \
        >"$scratch/out" 2>"$scratch/err" </dev/null &
    process=$!
    sleep "$3"
    start=$(milliseconds)
    kill -s "$1" $process
    wait $process
    status=$?
    elapsed=$(($(milliseconds) - start))
    checks=$((checks + 1))
    [ $status -eq "$2" ] || complain "exit status $status, expected $2"
    that [ $elapsed -le 1000 ]
    that [ ! -e "$scratch/out-dir" ]
}

case $(date +%N) in *N*) skip 'date has no nanoseconds' ;; esac
interrupt TERM 143 0
for delay in 0.15 0.2 0.25 0.3 0.4 0.5 0.7 1.1; do
    interrupt INT 130 $delay
    says '^gradiometer: interrupted by signal 2$'
done
interrupt TERM 143 0.3
interrupt HUP 129 0.3

# A folder that was there stays, without the old mark and with everything else.
mkdir -p "$scratch/out-dir"
echo old >"$scratch/out-dir/result.json"
echo mine >"$scratch/out-dir/notes"
"$GRADIOMETER" recover --data "$scratch/table.csv" --num-gradients 1e9 --json \
    --out "$scratch/out-dir" >"$scratch/out" 2>"$scratch/err" </dev/null &
process=$!
sleep 0.5
kill -s INT $process
wait $process
that [ $? -eq 130 ]
json_error GM_CANCELLED 130
that [ "$(ls -A "$scratch/out-dir")" = notes ]

# A short run, many times: whenever the signal comes, there is all of a result or nothing.
rm -rf "$scratch/out-dir"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    "$GRADIOMETER" recover --data "$scratch/table.csv" --num-gradients 2048 \
        --out "$scratch/out-dir" --quiet >"$scratch/out" 2>"$scratch/err" </dev/null &
    process=$!
    sleep "$(awk "BEGIN { printf \"%.3f\", 0.02 * $i }")"
    kill -s TERM $process 2>/dev/null
    wait $process
    status=$?
    command="short run, SIGTERM after $i times 20 ms"
    if [ $status -eq 0 ]; then
        that "$CHECK_JSON" "$scratch/out-dir/result.json" result.eigenvalues
        that [ -s "$scratch/out-dir/hessian.npy" ]
    else
        that [ $status -eq 143 ]
        that [ ! -e "$scratch/out-dir" ]
    fi
    rm -rf "$scratch/out-dir"
done
finish
