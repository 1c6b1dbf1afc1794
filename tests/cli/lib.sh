# The words that the scripts here are written in. GRADIOMETER and CHECK_JSON name the programs.
set -u
LC_ALL=C
export LC_ALL
unset NO_COLOR GRADIOMETER_ISA
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
failures=0
checks=0

complain() {
    failures=$((failures + 1))
    printf 'FAILED: %s\n  command: %s\n' "$1" "${command:-}"
    sed 's/^/  stdout: /' "$scratch/out" 2>/dev/null | head -n 20
    sed 's/^/  stderr: /' "$scratch/err" 2>/dev/null | head -n 20
}

# run STATUS ARGUMENT…: run gradiometer and compare its exit status.
run() {
    expected=$1
    shift
    command="gradiometer $*"
    "$GRADIOMETER" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
    status=$?
    checks=$((checks + 1))
    [ "$status" -eq "$expected" ] || complain "exit status $status, expected $expected"
}

# what the last run printed, as extended regular expressions
prints() {
    checks=$((checks + 1))
    grep -Eq -e "$1" "$scratch/out" || complain "stdout does not match: $1"
}
never_prints() {
    checks=$((checks + 1))
    ! grep -Eq -e "$1" "$scratch/out" || complain "stdout matches: $1"
}
says() {
    checks=$((checks + 1))
    grep -Eq -e "$1" "$scratch/err" || complain "stderr does not match: $1"
}
silent() {
    checks=$((checks + 1))
    [ ! -s "$scratch/$1" ] || complain "$1 is not empty"
}

# that CONDITION… holds
that() {
    checks=$((checks + 1))
    "$@" || complain "not so: $*"
}

# the last run failed with one JSON object on stderr
json_error() {
    silent out
    that "$CHECK_JSON" "$scratch/err" error.status error.exit error.message
    that [ "$("$CHECK_JSON" -v "$scratch/err" error.status)" = "\"$1\"" ]
    that [ "$("$CHECK_JSON" -v "$scratch/err" error.exit)" = "$2" ]
}

# number of entries of a folder, hidden ones included
entries() {
    find "$1" -mindepth 1 2>/dev/null | wc -l
}

# the member of a document at a path
value() {
    "$CHECK_JSON" -v "$1" "$2"
}
# the member of the last document lies within 1e-9 of a number
is_near() {
    that awk -v seen="$(value "$scratch/out" "$1")" -v expected="$2" \
        'BEGIN { d = seen - expected; exit !(d < 1e-9 && d > -1e-9) }'
}

# write_npy FILE TYPE SHAPE BYTES: a .npy file; SHAPE as "5, 2" or "5,", BYTES in printf's notation
write_npy() {
    header="{'descr': '$2', 'fortran_order': False, 'shape': ($3)}"
    printf '\223NUMPY\001\000\166\000' >"$1"
    printf '%-117s\n' "$header" >>"$1"
    printf "$4" >>"$1"
}

# write_table FILE ROWS COLUMNS: a table with a header and a target that depends on the inputs
write_table() {
    awk -v rows="$2" -v columns="$3" 'BEGIN {
        state = 12345
        for (j = 0; j < columns; j++) printf "x%d,", j
        print "y"
        for (i = 0; i < rows; i++) {
            y = 0
            for (j = 0; j < columns; j++) {
                state = (state * 16807) % 2147483647
                x = (state / 2147483647 - 0.5) * (j + 1)
                y += x / (j + 2)
                printf "%.6f,", x
            }
            printf "%.6f\n", y
        }
    }' >"$1"
}

skip() {
    echo "skipped: $1"
    exit 77
}

finish() {
    echo "$checks checks, $failures failed"
    [ "$failures" -eq 0 ]
    exit
}
