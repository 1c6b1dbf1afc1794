# Data at clients: the same bytes on any number of ranks, every fault named with the right exit
# status, and nothing left behind.
. ./lib.sh
write_table "$scratch/table.csv" 3000 6
unset GRADIOMETER_CLIENT GRADIOMETER_FAULT
recover="recover --data $scratch/table.csv --batch-size 32 --num-gradients 2000 --clients 4"
train="train --data $scratch/table.csv --batch-size 50 --epochs 2 --learning-rate 1 --clients 4"

# What there is to read.
run 0 $recover --reproducible --client-sizes 1,2,3,4 --json
for key in count left_out noise_source bytes_sent bytes_received; do
    that [ -n "$(value "$scratch/out" result.clients.$key)" ]
done
that [ "$(value "$scratch/out" result.clients.list.3.rows)" = 1200 ]
that [ "$(value "$scratch/out" result.clients.list.0.gradients)" = 200 ]
that [ "$(value "$scratch/out" result.clients.list.0.fault)" = null ]
run 0 $recover
prints 'Clients +4 clients of 750 rows; .* from them'
prints 'each draws noise of its own'
run 0 $train --reproducible
prints 'noise from the seed'

# Noise of its own is not that of another run; that of the seed is.
for which in 1 2; do
    run 0 $recover --quiet --out "$scratch/own-$which"
    run 0 $recover --quiet --reproducible --out "$scratch/seed-$which"
done
that cmp -s "$scratch/seed-1/hessian.npy" "$scratch/seed-2/hessian.npy"
command="two runs with noise of their own"
if cmp -s "$scratch/own-1/hessian.npy" "$scratch/own-2/hessian.npy"; then
    complain 'the same bytes'
fi

# Wrong input.
run 2 $recover --clients 0
says '1 to 1000'
run 2 $recover --client-sizes 1,2
says '4 numbers with commas'
run 2 $recover --tolerate 4
says '0 to 3'
run 2 $recover --at optimum
says 'in one place'
run 2 $recover --estimator gaussian
says 'in one place'
run 2 recover --data "$scratch/table.csv" --tolerate 1
says 'goes with --clients only'
run 2 train --data "$scratch/table.csv" --reproducible
says 'goes with --clients only'
run 2 recover --data "$scratch/table.csv" --clients 3001
says '1 to 1000'
GRADIOMETER_CLIENT=/absent
export GRADIOMETER_CLIENT
run 2 $recover
says '/absent is no program'

# Faults that are staged: without tolerance exit status 3 and no result, with it the rest goes on.
GRADIOMETER_CLIENT=$FAULTY_CLIENT
fault() {
    GRADIOMETER_FAULT=2:$1
    export GRADIOMETER_FAULT
    $FAULTY 3 $recover --client-timeout 2s --out "$scratch/failed"
    says "1 of 4 clients failed, 0 tolerated: client 2 \($2\)"
    that [ ! -e "$scratch/failed/result.json" ]
    $FAULTY 3 $train --client-timeout 2s
    says "client 2 \($2\)"
    $FAULTY 0 $recover --client-timeout 2s --tolerate 1 --json
    that [ "$(value "$scratch/out" result.clients.left_out)" = 1 ]
    that [ "$(value "$scratch/out" result.clients.list.1.fault)" = "\"$2\"" ]
    that [ "$(value "$scratch/out" result.clients.list.2.fault)" = null ]
}
on_one() {
    run "$@"
}
FAULTY=on_one
fault killed died
fault stopped timeout
fault nan 'not finite'
fault dimension size
fault flipped message
fault clipped calibration
run 0 $recover --client-timeout 2s --tolerate 1
prints 'Left out +client 2: '
unset GRADIOMETER_FAULT GRADIOMETER_CLIENT

# A client that is killed, or stopped, from outside in the midst of its work.
children() {
    for folder in /proc/[0-9]*; do
        grep -q "^PPid:[[:space:]]*$2\$" "$folder/status" 2>/dev/null || continue
        tr '\0' ' ' 2>/dev/null <"$folder/cmdline" | grep -q "gradiometer-client .*--client $1 " &&
            echo "${folder#/proc/}"
    done
}
disturb() {
    command="gradiometer recover, of which a client gets SIG$1"
    "$GRADIOMETER" recover --data "$scratch/table.csv" --num-gradients 1e9 --clients 2 \
        --client-timeout 3s --threads 1 --quiet --out "$scratch/disturbed" \
        >"$scratch/out" 2>"$scratch/err" &
    parent=$!
    child=
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        child=$(children 1 $parent)
        [ -z "$child" ] || break
        sleep 0.1
    done
    that [ -n "$child" ]
    kill -"$1" $child
    wait $parent
    that [ $? -eq 3 ]
    says "client 1 \($2\): $3"
    that [ ! -e "$scratch/disturbed/result.json" ]
    that [ -z "$(children 1 $parent)" ]
    that [ -z "$(children 2 $parent)" ]
}
disturb KILL died 'ended by signal 9'
disturb STOP timeout 'no answer in 3 s'

# Several ranks.
. ./lib_ranks.sh
same recover $recover --reproducible --client-sizes 1,2,3,4 --compare
same fanout $recover --reproducible --estimator fanout:m=4
same sums $recover --reproducible --client-sums --estimator loud
same train $train --reproducible --optimizer gradiometer,adam
# The experiment too, but for its last column, which is time.
for count in 0 3; do
    ranks $count 0 reproduce federated --scale 0.05 --out "$scratch/federated-$count"
    sed 's/,[^,]*$//' "$scratch/federated-$count/table.csv" >"$scratch/table-$count"
done
that cmp -s "$scratch/table-0" "$scratch/table-3"

GRADIOMETER_CLIENT=$FAULTY_CLIENT
export GRADIOMETER_CLIENT
on_ranks() {
    expected=$1
    shift
    ranks $count "$expected" "$@"
}
FAULTY=on_ranks
count=2
fault stopped timeout
fault nan 'not finite'
fault dimension size
fault flipped message
fault clipped calibration
count=3
fault killed died
finish
