# What scripts of several ranks share: mpirun, and the same result on 1 to 4 ranks as from one process.
# Skips where there is no mpirun. Nothing may hang.
command -v mpirun >/dev/null 2>&1 || skip 'there is no mpirun'
command -v timeout >/dev/null 2>&1 || skip 'there is no timeout'
"$GRADIOMETER" info --json | grep -q '"mpi": true' || skip 'the module for MPI was not built'
# What Open MPI asks of root. Its plugins leave memory behind when they are unloaded, so that a leak
# of theirs has no name to suppress it by: leaks of ours are the unit tests' affair.
OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 LSAN_OPTIONS=detect_leaks=0
export OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM LSAN_OPTIONS
unset GRADIOMETER_MPI GRADIOMETER_MPI_MODULE
launch() {
    timeout -k 5 120 mpirun --oversubscribe "$@" </dev/null
}
launch -n 2 true >"$scratch/out" 2>"$scratch/err" || skip 'mpirun can not start processes here'

# ranks R STATUS ARGUMENT…: run on R ranks; R = 0: without mpirun
ranks() {
    count=$1
    expected=$2
    shift 2
    command="mpirun -n $count gradiometer $*"
    if [ "$count" -eq 0 ]; then
        "$GRADIOMETER" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
    else
        launch -n "$count" "$GRADIOMETER" "$@" >"$scratch/out" 2>"$scratch/err"
    fi
    status=$?
    checks=$((checks + 1))
    [ "$status" -eq "$expected" ] || complain "exit status $status, expected $expected"
}

# errors COUNT: so many lines of the last run are messages of ours
errors() {
    checks=$((checks + 1))
    [ "$(grep -c '^gradiometer: ' "$scratch/err")" -eq "$1" ] || complain "not $1 messages"
}

# stable FILE: a result document without what times and ranks tell
stable() {
    "$CHECK_JSON" -v "$1" result | tr '\n' ' ' |
        sed 's/"[a-z_]*seconds": *{[^}]*}//g; s/"[a-z_]*seconds": *\[[^]]*\]//g
            s/"[a-z_]*seconds": *[^,} ]*//g'
}

# same NAME COMMAND…: on 1 to 4 ranks, all that is written but times is as from one process
same() {
    name=$1
    shift
    ranks 0 0 "$@" --threads 1 --quiet --out "$scratch/$name-0"
    for count in 1 2 3 4; do
        folder=$scratch/$name-$count
        ranks $count 0 "$@" --threads 1 --quiet --out "$folder"
        silent out
        errors 0
        that [ "$(value "$folder/result.json" ranks)" = $count ]
        stable "$scratch/$name-0/result.json" >"$scratch/expected"
        stable "$folder/result.json" >"$scratch/seen"
        that cmp -s "$scratch/expected" "$scratch/seen"
        that [ "$(cd "$folder" && ls -A)" = "$(cd "$scratch/$name-0" && ls -A)" ]
        for array in "$folder"/*.npy; do
            [ -e "$array" ] || continue
            that cmp -s "$scratch/$name-0/${array##*/}" "$array"
        done
    done
}
