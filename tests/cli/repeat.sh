# One seed, one result: the same bytes in every array for any number of threads, and for AVX2 and
# AVX-512; another seed, another result.
. ./lib.sh
write_table "$scratch/table.csv" 3000 37
arrays='hessian.npy eigenvalues.npy mean_gradient.npy'

recover() {
    folder=$scratch/$1
    shift
    run 0 recover --data "$scratch/table.csv" --num-gradients 3000 --batch-size 129 --standardize \
        --at random:norm=2 --quiet --out "$folder" "$@"
}
same() {
    for array in $arrays; do
        that cmp -s "$scratch/$1/$array" "$scratch/$2/$array"
    done
}

for estimator in paired calibrated none; do
    recover $estimator-1 --estimator $estimator --threads 1
    for threads in 2 3 4; do
        recover $estimator-$threads --estimator $estimator --threads $threads
        same $estimator-1 $estimator-$threads
    done
    recover $estimator-all --estimator $estimator --compare
    same $estimator-1 $estimator-all
    recover $estimator-other --estimator $estimator --seed 2
    for array in $arrays; do
        that test "$(cksum <"$scratch/$estimator-1/$array")" != \
            "$(cksum <"$scratch/$estimator-other/$array")"
    done
    for isa in avx2 avx512; do
        GRADIOMETER_ISA=$isa "$GRADIOMETER" info >/dev/null 2>&1 || continue
        GRADIOMETER_ISA=$isa
        export GRADIOMETER_ISA
        recover $estimator-$isa --estimator $estimator --threads 2
        unset GRADIOMETER_ISA
        same $estimator-1 $estimator-$isa
    done
done
finish
