# `entropy`: of laws and of rows, files, plans, and every wrong way to ask.
. ./lib.sh

# Laws, exactly.
run 0 entropy --inputs zq:n=3,q=7 --json
silent err
that "$CHECK_JSON" "$scratch/out" result.collision_entropy.nats result.collision_entropy.bits \
    result.collision_entropy.method result.collision_entropy.lower_bound \
    result.collision_entropy.ci95 result.per_coordinate result.product_proxy result.uniform \
    result.columns result.rows result.collisions
is_near result.collision_entropy.nats 5.837730447165939
is_near result.collision_entropy.bits 8.422064766172812
is_near result.uniform 5.837730447165939
prints '"per_coordinate": \[1\.94591014905531[0-9]*, 1\.94591[0-9]*, 1\.94591[0-9]*\]'
that [ "$(value "$scratch/out" result.collision_entropy.method)" = '"exact"' ]
that [ "$(value "$scratch/out" result.rows)" = null ]
run 0 entropy --inputs cube:n=65536 --json
is_near result.product_proxy_bits 65536
run 0 entropy --inputs zq:n=64,q=3329,width=5 --json
is_near result.collision_entropy.nats 103.00402639578242
run 0 entropy --inputs dgauss:n=2,q=257,sigma=3
prints '^The inputs have a collision entropy of 4\.73 nats \(6\.82 bits\)'
prints 'the same, since the coordinates are'
never_prints 'nan|inf'

run 0 entropy --inputs gaussian:n=5
prints 'The inputs are continuous'
prints 'two draws of a continuous law are never equal'
run 0 entropy --inputs box:n=5 --json
silent err
that [ "$(value "$scratch/out" result.collision_entropy.nats)" = null ]
that [ "$(value "$scratch/out" result.collision_entropy.bits)" = null ]
that [ "$(value "$scratch/out" result.collision_entropy.lower_bound)" = null ]
that [ "$(value "$scratch/out" result.product_proxy)" = null ]
that [ "$(value "$scratch/out" result.collision_entropy.method)" = '"continuous"' ]

# Rows: (1,2) (1,2) (−1,2) (3,4) (1,2): 3 of 10 pairs are equal; modulo 2 all odd first entries are.
write_npy "$scratch/rows.npy" '|i1' '5, 2' '\001\002\001\002\377\002\003\004\001\002'
run 0 entropy --inputs-file "$scratch/rows.npy" --json
silent err
is_near result.collision_entropy.nats 1.2039728043259361
prints '"per_coordinate": \[1\.2039728043259[0-9]*, 0\.51082562376599[0-9]*\]'
is_near result.product_proxy 1.7147984280919268
that [ "$(value "$scratch/out" result.uniform)" = null ]
that [ "$(value "$scratch/out" result.rows)" = 5 ]
that [ "$(value "$scratch/out" result.distinct_rows)" = 3 ]
that [ "$(value "$scratch/out" result.collisions)" = 3 ]
that [ "$(value "$scratch/out" result.collision_entropy.method)" = '"rows"' ]
run 0 entropy --inputs-file "$scratch/rows.npy" --modulus 2 --json
is_near result.collision_entropy.nats 0
is_near result.uniform 1.3862943611198906
run 0 entropy --inputs-file "$scratch/rows.npy" --modulus none
prints 'a proxy: right if the'

# No two rows are equal: a bound, no estimate.
write_npy "$scratch/distinct.npy" '|u1' '9, 1' '\001\002\003\004\005\006\007\010\011'
run 0 entropy --inputs-file "$scratch/distinct.npy" --json
that [ "$(value "$scratch/out" result.collision_entropy.nats)" = null ]
that [ "$(value "$scratch/out" result.collision_entropy.bits)" = null ]
prints '"per_coordinate": \[null\]'
that [ "$(value "$scratch/out" result.collision_entropy.method)" = '"lower-bound"' ]
is_near result.collision_entropy.lower_bound 1.2807449491332075
that grep -q 'no two of 9 entries are equal' "$scratch/out"
run 0 entropy --inputs-file "$scratch/distinct.npy"
prints '^No two of 9 rows are equal: their collision entropy is at least 1\.28 nats'

# Files; the same result from its folder; --quiet prints nothing.
folder=$scratch/out-folder
run 0 entropy --inputs-file "$scratch/rows.npy" --modulus 11 --out "$folder" --quiet
silent out
that [ -s "$folder/result.json" ]
that grep -q '</html>' "$folder/report.html"
that grep -q 'proxy' "$folder/report.html"
if command -v gnuplot >/dev/null; then
    that [ -s "$folder/coordinates.svg" ]
    that grep -q '<svg' "$folder/report.html"
fi
run 0 report "$folder"
prints 'The inputs have a collision entropy of 1\.20 nats'
# What the page says repeats it.
run 0 entropy --inputs zq:n=2,q=5 --modulus none --quiet

# One result for any number of threads.
for threads in 1 3; do
    run 0 entropy --inputs-file "$scratch/rows.npy" --threads $threads --json
    sed '/"seconds"/d; /"threads"/d' "$scratch/out" >"$scratch/threads-$threads"
done
that cmp -s "$scratch/threads-1" "$scratch/threads-3"

# Plans do nothing.
run 0 entropy --inputs-file "$scratch/rows.npy" --out "$scratch/none" --dry-run
prints '^would +count equal rows of .*rows\.npy$'
prints '^memory +[0-9.]+ MiB$'
that [ ! -e "$scratch/none" ]
run 0 entropy --inputs cube:n=3 --dry-run
prints '^would +compute the collision entropy of cube:n=3$'
run 2 entropy --inputs cube:n=0 --dry-run
run 2 entropy --inputs-file "$scratch/absent.npy" --dry-run

# Sources and options.
run 2 entropy
says 'option --inputs LAW is missing, or --inputs-file ROWS\.npy'
run 2 entropy --inputs cube:n=3 --inputs-file "$scratch/rows.npy"
says 'give --inputs or --inputs-file, not both'
run 2 entropy --inputs zq:n=2,q=5 --modulus 5
says 'option --modulus goes with --inputs-file only'
run 2 entropy --inputs-file "$scratch/rows.npy" --modulus 1
says 'option --modulus.*2'
run 2 entropy --input cube:n=3
says 'did you mean --inputs'

# Specifications.
refuse() {
    run 2 entropy --inputs "$1" --out "$scratch/none"
    silent out
    says "$2"
    that [ ! -e "$scratch/none/result.json" ]
}
refuse zp:n=3,q=7 "did you mean 'zq'"
refuse zq:n=0,q=7 'n=0; accepted: a whole number from 1 to 65536'
refuse zq:n=3,q=1 'q=1; accepted: a whole number from 2'
refuse zq:n=3 'q is missing'
refuse zq:q=3 'n is missing'
refuse zq:n=3,q=7,width=4 'width is 4; it must be odd'
refuse zq:n=3,q=7,width=9 'width=9'
refuse zq:n=3,q=7,wdth=3 "did you mean 'width'"
refuse zq:n=3.5,q=7 'whole number'
refuse dgauss:n=3,q=7 'sigma is missing'
refuse dgauss:n=3,q=7,sigma=0 'sigma=0'
refuse cube:n=3,p=1.5 'p=1.5'
refuse gaussian:n=3,q=7 "q"
refuse cube 'n is missing'

# Files.
run 2 entropy --inputs-file "$scratch/absent.npy"
says 'absent\.npy'
echo 'a,b,c' >"$scratch/table.csv"
echo '1,2,3' >>"$scratch/table.csv"
run 2 entropy --inputs-file "$scratch/table.csv"
says 'not a \.npy file'
run 2 entropy --inputs-file "$scratch"
silent out
write_npy "$scratch/short.npy" '|i1' '9, 2' '\001'
run 2 entropy --inputs-file "$scratch/short.npy"
says 'short\.npy'
write_npy "$scratch/single.npy" '|i1' '1, 2' '\001\002'
run 2 entropy --inputs-file "$scratch/single.npy"
says '2 rows or more'
write_npy "$scratch/broken.npy" '<f2' '2, 2' '\000\074\000\170\001\074\000\174'
run 2 entropy --inputs-file "$scratch/broken.npy"
says 'row 1, column 1 is inf; every entry must be finite'
run 2 entropy --inputs-file "$scratch/broken.npy" --modulus 3 --json
json_error GM_INVALID_INPUT 2
that grep -q 'row 1, column 0 is 1.0009765625; with a modulus' "$scratch/err"
finish
