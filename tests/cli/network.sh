# Two ranks that talk over TCP: between two network namespaces, which stand for two machines, where
# they can be made, otherwise over loopback. The same bytes as one process, and a fault of a client.
. ./lib.sh

# The namespaces belong to processes and have no names: whatever ends these, nothing is left. This
# script goes on in the first; a shell that ends with it holds the second.
if [ -z "${NETWORK_TEST_INSIDE-}" ]; then
    user=-r
    [ "$(id -u)" -ne 0 ] || user=
    if command -v ip >/dev/null && command -v nsenter >/dev/null && command -v hostname >/dev/null &&
        unshare $user -n -u sh -c 'hostname gradiometer-a && ip link add gm0 type veth peer name gm1' \
            2>/dev/null; then
        NETWORK_TEST_INSIDE=namespaces
        export NETWORK_TEST_INSIDE
        rm -rf "$scratch"
        exec unshare $user -n -u sh -c 'ip link set lo up; exec sh "$0"' "$0"
    fi
    NETWORK_TEST_INSIDE=loopback
fi
# Root of a namespace is not the one whose files lie where Open MPI has its own.
OMPI_MCA_orte_tmpdir_base=$scratch
export OMPI_MCA_orte_tmpdir_base
. ./lib_ranks.sh

case $NETWORK_TEST_INSIDE in
namespaces)
    echo 'two ranks in two network namespaces'
    interface=gm0
    hostname gradiometer-a
    unshare -n -u sh -c "hostname gradiometer-b; touch '$scratch/there'
        while kill -0 $$; do sleep 1; done" >"$scratch/holder" 2>&1 &
    holder=$!
    trap 'kill $holder 2>/dev/null; rm -rf "$scratch"' EXIT
    trap 'exit 143' HUP INT TERM
    for try in 1 2 3 4 5 6 7 8 9 10; do
        [ ! -e "$scratch/there" ] || break
        sleep 0.2
    done
    cat >"$scratch/agent" <<SCRIPT
#!/bin/sh
shift # the host
exec nsenter -t $holder -n -u sh -c "\$*"
SCRIPT
    chmod +x "$scratch/agent"
    ip link add gm0 type veth peer name gm1 &&
        ip link set gm1 netns $holder name gm0 && ip address add 10.213.7.1/30 dev gm0 &&
        ip link set gm0 up &&
        "$scratch/agent" b ip link set lo up '&&' ip address add 10.213.7.2/30 dev gm0 '&&' \
            ip link set gm0 up || skip 'the namespaces can not be joined'
    network="--host 10.213.7.1,10.213.7.2 --mca plm_rsh_agent $scratch/agent
        --mca oob_tcp_if_include gm0"
    ;;
*)
    echo 'two ranks on loopback: network namespaces can not be made here'
    interface=lo
    network=
    ;;
esac

# on_network STATUS ARGUMENT…: two ranks, one at each end
on_network() {
    expected=$1
    shift
    command="mpirun -n 2 over $interface: gradiometer $*"
    launch -n 2 $network --mca btl tcp,self --mca btl_tcp_if_include $interface \
        -x GRADIOMETER_CLIENT -x GRADIOMETER_FAULT "$GRADIOMETER" "$@" \
        >"$scratch/out" 2>"$scratch/err"
    status=$?
    checks=$((checks + 1))
    [ "$status" -eq "$expected" ] || complain "exit status $status, expected $expected"
}

# Bytes that have left the interface.
sent() {
    sed -n "s/^ *$interface: *//p" /proc/net/dev | awk '{ print $9 }'
}

# crosses NAME BYTES COMMAND…: the files of one process, and at least so many bytes on the way
crosses() {
    name=$1
    least=$2
    shift 2
    ranks 0 0 "$@" --threads 1 --quiet --out "$scratch/$name-0"
    before=$(sent)
    on_network 0 "$@" --threads 1 --quiet --out "$scratch/$name-2"
    that [ $(($(sent) - before)) -ge "$least" ]
    silent out
    errors 0
    that [ "$(value "$scratch/$name-2/result.json" ranks)" = 2 ]
    stable "$scratch/$name-0/result.json" >"$scratch/expected"
    stable "$scratch/$name-2/result.json" >"$scratch/seen"
    that cmp -s "$scratch/expected" "$scratch/seen"
    for array in "$scratch/$name-0"/*.npy; do
        [ ! -e "$array" ] || that cmp -s "$array" "$scratch/$name-2/${array##*/}"
    done
}

write_table "$scratch/table.csv" 3000 37
unset GRADIOMETER_CLIENT GRADIOMETER_FAULT
recover="recover --data $scratch/table.csv --num-gradients 3000 --batch-size 129"
train="train --data $scratch/table.csv --batch-size 50 --epochs 2 --learning-rate 1"
on_network 0 info
prints '^ranks +2$'

# A rank sends the other its half: pairs of 16 d bytes, and losses; the moments of two clients.
crosses recover 400000 $recover --compare
crosses clients 10000 $recover --clients 4 --reproducible
crosses train 1000 $train --optimizer gradiometer,adam
crosses train-clients 100000 $train --clients 4 --reproducible --optimizer gradiometer,adam
crosses measure 8000 measure --inputs gaussian:n=12 --targets teacher:hidden=4 \
    --model mlp:hidden=64x64 --samples 1500 --target-draws 40 --method sampled

# A client that is killed at the other end, or at this one.
GRADIOMETER_CLIENT=$FAULTY_CLIENT
export GRADIOMETER_CLIENT GRADIOMETER_FAULT
for client in 2 4; do
    GRADIOMETER_FAULT=$client:killed
    on_network 3 $recover --clients 4 --client-timeout 10s --out "$scratch/failed"
    errors 1
    says "1 of 4 clients failed, 0 tolerated: client $client \(died\)"
    that [ ! -e "$scratch/failed" ]
    on_network 3 $train --clients 4 --client-timeout 10s
    says "client $client \(died\)"
    on_network 0 $recover --clients 4 --client-timeout 10s --tolerate 1 --json
    that [ "$(value "$scratch/out" result.clients.left_out)" = 1 ]
    that [ "$(value "$scratch/out" result.clients.list.$((client - 1)).fault)" = '"died"' ]
done
finish
