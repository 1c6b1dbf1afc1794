# `recover --gradients-file`: recorded gradients from outside, right and wrong.
. "$(dirname "$0")/lib.sh"

# Bytes of float64 numbers: 1, 2, -1, .5 and NaN are enough here.
one='\000\000\000\000\000\000\360\077' two='\000\000\000\000\000\000\000\100'
minus='\000\000\000\000\000\000\360\277' half='\000\000\000\000\000\000\340\077'
nan='\000\000\000\000\000\000\370\177'

# Six gradients of two numbers; as pairs, three.
six="$one$two$minus$half$two$one$half$minus$minus$minus$one$half"
broken="$one$two$minus$half$two$nan$half$minus$minus$minus$one$half"
write_npy "$scratch/single.npy" '<f8' '6, 2' "$six"
write_npy "$scratch/pairs.npy" '<f8' '3, 2, 2' "$six"
write_npy "$scratch/wide.npy" '<f8' '2, 6' "$six"
write_npy "$scratch/first.npy" '<f8' '2, 6, 1' "$six"
write_npy "$scratch/last.npy" '<f8' '3, 1, 2, 2' "$six"
write_npy "$scratch/turned.npy" '<f8' '2, 3, 2' "$six"
write_npy "$scratch/nan.npy" '<f8' '6, 2' "$broken"
same="$one$two$one$two$one$two$one$two$one$two$one$two"
write_npy "$scratch/same.npy" '<f8' '6, 2' "$same"
write_npy "$scratch/flat.npy" '<f8' '12,' "$six"
head -c 150 "$scratch/single.npy" >"$scratch/short.npy"
printf 'not an array' >"$scratch/text.npy"
known='--batch-size 4 --noise-variance 4'

run 0 recover --gradients-file "$scratch/single.npy" $known --json
that [ "$("$CHECK_JSON" -v "$scratch/out" result.source)" = '"file"' ]
that [ "$("$CHECK_JSON" -v "$scratch/out" result.estimator)" = '"calibrated"' ]
that [ "$("$CHECK_JSON" -v "$scratch/out" result.gradients)" = 6 ]
that "$CHECK_JSON" "$scratch/out" result.scale result.reason result.shrinkage.method result.rank
run 0 recover --gradients-file "$scratch/pairs.npy" --paired $known --json
that [ "$("$CHECK_JSON" -v "$scratch/out" result.estimator)" = '"paired"' ]
that [ "$("$CHECK_JSON" -v "$scratch/out" result.noise_vectors)" = 3 ]
run 0 recover --gradients-file "$scratch/single.npy" $known --out "$scratch/result"
prints 'unverified'
for file in result.json hessian.npy eigenvalues.npy mean_gradient.npy report.html; do
    that [ -s "$scratch/result/$file" ]
done
run 0 report "$scratch/result"
run 0 recover --gradients-file "$scratch/same.npy" $known
prints 'the gradients do not differ'
run 0 recover --gradients-file "$scratch/single.npy" $known --dry-run
prints '6 recorded gradients'
run 1 recover --gradients-file "$scratch/single.npy" $known --require 0.01

run 2 recover --gradients-file "$scratch/absent.npy" $known
says 'absent.npy'
run 2 recover --gradients-file "$scratch/text.npy" $known
says 'text.npy'
run 2 recover --gradients-file "$scratch/short.npy" $known
says 'short.npy'
run 2 recover --gradients-file "$scratch/nan.npy" $known
says 'row 2, column 1 is nan'
run 2 recover --gradients-file "$scratch/flat.npy" $known
says 'an array of 1 dimension; gradients are \[k, d\]'
run 2 recover --gradients-file "$scratch/pairs.npy" $known
says 'pairs .* need --paired'
run 2 recover --gradients-file "$scratch/single.npy" --paired $known
says 'pairs of gradients are \[k/2, 2, d\]'
run 2 recover --gradients-file "$scratch/turned.npy" --paired $known
says 'the 2 in the middle: here it comes first, the array is transposed'
run 2 recover --gradients-file "$scratch/single.npy" $known --dimension 6
says 'gradients of 2 numbers, 6 were expected: the array is transposed'
run 2 recover --gradients-file "$scratch/wide.npy" $known
says '2 rows of 6 numbers.* may be a transposed array.* say so by --dimension 6'
run 0 recover --gradients-file "$scratch/wide.npy" $known --dimension 6
run 2 recover --gradients-file "$scratch/single.npy" $known --estimator fanout:m=2
says 'takes 3 gradients of each batch, 1 is recorded'
run 2 recover --gradients-file "$scratch/single.npy" $known --noise link
says 'goes with --data only'
finish
