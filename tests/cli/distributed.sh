# A matrix that is dealt out to ranks under mpirun, because one of them may not hold it: the numbers of
# one process, the same bytes of the matrix on any number of ranks, and a refusal that says how many
# ranks would do.
. ./lib.sh
. ./lib_ranks.sh
"$GRADIOMETER" info | grep -q ScaLAPACK || skip 'the module for MPI was built without ScaLAPACK'

# near EXPECTED SEEN: two .npy files of as many numbers, equal to 1e-10 of the largest
numbers() {
    od -An -v -t f8 -j 128 "$1" | tr -s ' ' '\n' | grep .
}
near() {
    numbers "$1" >"$scratch/expected"
    numbers "$2" >"$scratch/seen"
    paste "$scratch/expected" "$scratch/seen" | awk '
        { a = $1 < 0 ? -$1 : $1; d = $1 - $2; d = d < 0 ? -d : d
          if (a > top) top = a; if (d > off) off = d; if (NF != 2) bad = 1; n++ }
        END { exit !(n > 0 && !bad && top > 0 && off <= 1e-10 * top) }'
}

# on_ranks NAME LIMIT RANKS ARGUMENT…: in one place and on so many ranks of at most LIMIT each
on_ranks() {
    name=$1
    limit=$2
    counts=$3
    shift 3
    ranks 0 0 "$@" --threads 1 --quiet --out "$scratch/$name-0"
    that [ "$(value "$scratch/$name-0/result.json" result.structure)" = '"full"' ]
    first=
    for count in $counts; do
        folder=$scratch/$name-$count
        ranks "$count" 0 "$@" --memory "$limit" --threads 1 --quiet --out "$folder"
        silent out
        errors 0
        that [ "$(value "$folder/result.json" result.structure)" = '"distributed"' ]
        that [ "$(value "$folder/result.json" ranks)" = "$count" ]
        that [ "$(cd "$folder" && ls -A)" = "$(cd "$scratch/$name-0" && ls -A)" ]
        that cmp -s "$scratch/$name-0/mean_gradient.npy" "$folder/mean_gradient.npy"
        that near "$scratch/$name-0/eigenvalues.npy" "$folder/eigenvalues.npy"
        that near "$scratch/$name-0/hessian.npy" "$folder/hessian.npy"
        first=${first:-$folder}
        that cmp -s "$first/hessian.npy" "$folder/hessian.npy"
    done
}

write_table "$scratch/table.csv" 500 60
on_ranks paired 40K '2 3 4' recover --data "$scratch/table.csv" --num-gradients 3000
on_ranks few 40K '2 4' recover --data "$scratch/table.csv" --num-gradients 50
on_ranks shrunk 40K '3' recover --data "$scratch/table.csv" --num-gradients 100 --shrink oas
on_ranks calibrated 40K '2 4' recover --data "$scratch/table.csv" --num-gradients 2000 \
    --estimator calibrated --at random:distance=2
for count in 2 4; do
    for key in result.bias.relative result.condition_number; do
        value "$scratch/calibrated-0/result.json" $key >"$scratch/expected"
        value "$scratch/calibrated-$count/result.json" $key >>"$scratch/expected"
        that awk '{ v[NR] = $1 } END { d = v[1] - v[2]; d = d < 0 ? -d : d
            exit !(NR == 2 && v[1] > 0 && d <= 1e-8 * v[1]) }' "$scratch/expected"
    done
done
# Ranks that have nothing: one tile is the whole matrix.
write_table "$scratch/narrow.csv" 100 5
on_ranks narrow 500 '2 4' recover --data "$scratch/narrow.csv" --num-gradients 600

# One document, of rank 0; and what the limit does not need to deal out.
ranks 3 0 recover --data "$scratch/table.csv" --num-gradients 200 --memory 40K --json
that [ "$(value "$scratch/out" result.structure)" = '"distributed"' ]
ranks 2 0 recover --data "$scratch/table.csv" --num-gradients 200 --memory 40K
prints 'dealt out to 2 ranks'
ranks 2 0 recover --data "$scratch/table.csv" --num-gradients 200 --memory 1M --json
that [ "$(value "$scratch/out" result.structure)" = '"full"' ]

# Too few ranks: directions and a diagonal, or a refusal.
ranks 0 0 recover --data "$scratch/table.csv" --num-gradients 200 --memory 40K --json
that [ "$(value "$scratch/out" result.structure)" = '"low-rank"' ]
ranks 0 2 recover --data "$scratch/table.csv" --num-gradients 200 --memory 40K --structure full
says 'dealt out to 2 ranks it would fit'
ranks 2 2 recover --data "$scratch/table.csv" --num-gradients 200 --memory 20K --structure full
errors 1
says 'dealt out to 4 ranks it would fit'
ranks 4 0 recover --data "$scratch/table.csv" --num-gradients 200 --memory 20K --structure full

# What needs the matrix on one rank.
ranks 2 2 recover --data "$scratch/table.csv" --num-gradients 200 --memory 40K --compare
errors 1
says 'a comparison needs the full matrix'
ranks 2 2 recover --data "$scratch/table.csv" --num-gradients 200 --memory 40K --estimator gaussian
says 'the estimator gaussian needs the full matrix'
ranks 2 3 recover --data "$scratch/table.csv" --num-gradients 200 --memory 40K --out /proc/x
errors 1
ranks 2 0 recover --data "$scratch/table.csv" --num-gradients 200 --memory 40K --leak
finish
