# `lwe generate`, `verify` and `import` from outside: files, results, exit statuses, wrong input.
. ./lib.sh

generate() {
    folder=$scratch/$1
    shift
    run 0 lwe generate --n 12 --q 3329 --secret ternary --hamming 4 --sigma 3 --samples 60 \
        --out "$folder" --quiet "$@"
    silent out
    silent err
}
# the header of a .npy file says TYPE and SHAPE
has_shape() {
    that grep -aq "'descr': '$2', 'fortran_order': False, 'shape': ($3)" "$1"
}

# What generate writes.
generate first
for file in A.npy b.npy secret.npy instance.json result.json report.html; do
    that [ -s "$folder/$file" ]
done
that [ "$(entries "$folder")" -eq 6 ]
has_shape "$folder/A.npy" '<i8' '60, 12'
has_shape "$folder/b.npy" '<i8' '60,'
has_shape "$folder/secret.npy" '<i8' '12,'
that [ "$(value "$folder/instance.json" n)" = 12 ]
that [ "$(value "$folder/instance.json" q)" = 3329 ]
that [ "$(value "$folder/instance.json" samples)" = 60 ]
that [ "$(value "$folder/instance.json" sigma)" = 3.0 ]
that [ "$(value "$folder/instance.json" secret)" = '"ternary"' ]
that [ "$(value "$folder/instance.json" hamming)" = 4 ]
that [ "$(value "$folder/result.json" command)" = '"lwe generate"' ]
that [ "$(value "$folder/result.json" options.samples)" = 60 ]
# Four entries of 1 or −1: bytes of 8 that begin with 01 or ff.
that [ "$(od -An -v -tx1 -w8 -j128 "$folder/secret.npy" | grep -cE '^ (01( 00){7}|ff( ff){7})$')" -eq 4 ]
that [ "$(od -An -v -tx1 -w8 -j128 "$folder/secret.npy" | grep -cE '^( 00){8}$')" -eq 8 ]

# One seed, one instance.
generate second --threads 1
for file in A.npy b.npy secret.npy instance.json; do
    that cmp -s "$scratch/first/$file" "$scratch/second/$file"
done
generate third --seed 2
for file in A.npy b.npy secret.npy; do
    that test "$(cksum <"$scratch/first/$file")" != "$(cksum <"$scratch/third/$file")"
done

# verify: right, wrong, centred or in [0, q).
secret=$scratch/first/secret.npy
run 0 lwe verify --instance "$scratch/first" --secret "$secret" --json
silent err
that "$CHECK_JSON" "$scratch/out" result.accepted result.verified result.residual_std \
    result.threshold result.log2_false_acceptance result.samples result.n result.q result.sigma
that [ "$(value "$scratch/out" result.accepted)" = true ]
that [ "$(value "$scratch/out" result.verified)" = true ]
that [ "$(value "$scratch/out" command)" = '"lwe verify"' ]
is_near result.threshold 6
that awk -v x="$(value "$scratch/out" result.residual_std)" 'BEGIN { exit !(x > 1.5 && x < 4.5) }'
that awk -v x="$(value "$scratch/out" result.log2_false_acceptance)" 'BEGIN { exit !(x < -300) }'
run 1 lwe verify --instance "$scratch/first" --secret "$scratch/third/secret.npy" --json
silent err
that [ "$(value "$scratch/out" result.accepted)" = false ]
run 1 lwe verify --instance "$scratch/first" --secret "$scratch/third/secret.npy"
prints '^The secret does not fit: residuals of [0-9]+ are not below 6\.$'
run 0 lwe verify --instance "$scratch/first" --secret "$secret" --out "$scratch/check"
prints '^The secret fits: residuals of [0-9.]+ are below 6\.$'
prints 'a wrong secret passes with probability at most 2\^−'
that grep -q 'gradiometer lwe verify' "$scratch/check/report.html"
that [ "$(entries "$scratch/check")" -eq 2 ]
run 0 report "$scratch/check" --out "$scratch/again"
prints '^The secret fits'
that cmp -s "$scratch/check/report.html" "$scratch/again/report.html"
run 1 lwe verify --instance "$scratch/first" --secret "$scratch/third/secret.npy" --quiet
silent out

# A small one by hand, q = 7, s = (1, −2), no error: A = [[3, 1], [5, 6], [0, 4]], b = (1, 0, 6).
small=$scratch/small
mkdir "$small"
write_npy "$small/A.npy" '|i1' '3, 2' '\003\001\005\006\000\004'
write_npy "$small/b.npy" '<u2' '3,' '\001\000\000\000\006\000'
echo '{"n": 2, "q": 7, "sigma": 0, "samples": 3}' >"$small/instance.json"
write_npy "$scratch/s.npy" '|i1' '2,' '\001\376'
write_npy "$scratch/residues.npy" '|i1' '2,' '\001\005'
write_npy "$scratch/wrong.npy" '|i1' '2,' '\001\004'
for file in s residues; do
    run 0 lwe verify --instance "$small" --secret "$scratch/$file.npy" --json
    is_near result.residual_std 0
    is_near result.threshold 0.5
    that [ "$(value "$scratch/out" result.secret)" = null ]
    # Three samples say little, and it is said.
    that grep -q 'a wrong secret may be accepted' "$scratch/out"
done
run 1 lwe verify --instance "$small" --secret "$scratch/wrong.npy"

# Nothing but the file named as the secret is opened as one.
mkdir "$scratch/closed"
cp "$scratch/first/A.npy" "$scratch/first/b.npy" "$scratch/first/instance.json" "$scratch/closed"
mkfifo "$scratch/closed/secret.npy" # whoever opened it would wait
run 0 lwe verify --instance "$scratch/closed" --secret "$secret"

# What verify refuses.
refuse() {
    text=$1
    shift
    run 2 lwe verify "$@" --out "$scratch/none"
    silent out
    says "$text"
    that [ ! -e "$scratch/none" ]
}
refuse 'absent/instance\.json: cannot open' --instance "$scratch/absent" --secret "$secret"
refuse 'absent\.npy' --instance "$small" --secret "$scratch/absent.npy"
refuse 'secret\.npy: 12 entries; a secret of n = 2' --instance "$small" --secret "$secret"
write_npy "$scratch/half.npy" '<f2' '2,' '\000\074\000\070'
refuse 'half\.npy: entry 1 \(from 0\) is not a whole number' --instance "$small" --secret "$scratch/half.npy"
refuse 'option --instance DIR is missing' --secret "$secret"
refuse 'did you mean --instance' --instanc "$small" --secret "$secret"
broken() {
    rm -rf "$scratch/broken"
    cp -r "$small" "$scratch/broken"
}
broken_says() {
    refuse "$1" --instance "$scratch/broken" --secret "$scratch/s.npy"
}
broken
write_npy "$scratch/broken/b.npy" '|i1' '4,' '\001\000\006\001'
broken_says 'A\.npy has 3 rows and .*b\.npy 4 entries'
broken
write_npy "$scratch/broken/A.npy" '|i1' '3, 2' '\003\001\005\007\000\004'
broken_says 'A\.npy: row 1, column 1 \(both from 0\) is 7; accepted: 0 to 6'
broken
write_npy "$scratch/broken/b.npy" '|i1' '3,' '\001\377\006'
broken_says 'b\.npy: entry 1 \(from 0\) is -1; accepted: 0 to 6'
broken
echo '{"n": 2, "q": 7, "samples": 3}' >"$scratch/broken/instance.json"
broken_says 'instance\.json: has no "sigma"'
echo '{"n": 3, "q": 7, "sigma": 0}' >"$scratch/broken/instance.json"
broken_says 'instance\.json: n is 3, but .*A\.npy has 2 columns'
echo '{"n": 2, "q": 7, "sigma": 0, "samples": 4}' >"$scratch/broken/instance.json"
broken_says 'instance\.json: samples is 4, but .*A\.npy has 3 rows'
echo '{"q": 7, "sigma": 0, "secret": "binery"}' >"$scratch/broken/instance.json"
broken_says "secret is 'binery'; accepted: binary, ternary, gaussian, uniform \(did you mean 'binary'\?\)"
echo '{"q": 7, "sigma" 0}' >"$scratch/broken/instance.json"
broken_says "instance\.json:1:18: ':' is expected"
run 2 lwe verify --instance "$scratch/broken" --secret "$scratch/s.npy" --json
json_error GM_INVALID_INPUT 2

# import: a challenge and arrays.
printf '2\n3\n7\n0.0\n[1 0 6]\n[[3 1]\n[5 6]\n[0 4]]\n' >"$scratch/challenge.txt"
run 0 lwe import --challenge "$scratch/challenge.txt" --out "$scratch/imported" --json
silent err
that [ "$(value "$scratch/out" command)" = '"lwe import"' ]
that [ "$(value "$scratch/out" result.samples)" = 3 ]
that [ "$(value "$scratch/out" result.secret)" = null ]
that [ ! -e "$scratch/imported/secret.npy" ]
run 0 lwe verify --instance "$scratch/imported" --secret "$scratch/s.npy"
write_npy "$scratch/centred.npy" '|i1' '3, 2' '\003\001\376\377\000\375'
write_npy "$scratch/vector.npy" '|i1' '3,' '\001\000\377'
run 0 lwe import --a "$scratch/centred.npy" --b "$scratch/vector.npy" --q 7 --sigma 0 \
    --secret ternary --hamming 2 --out "$scratch/arrays" --json
that [ "$(value "$scratch/out" result.centred_entries)" = 4 ]
that [ "$(value "$scratch/arrays/instance.json" secret)" = '"ternary"' ]
that [ "$(value "$scratch/arrays/instance.json" hamming)" = 2 ]
that cmp -s "$scratch/arrays/A.npy" "$scratch/imported/A.npy"
that cmp -s "$scratch/arrays/b.npy" "$scratch/imported/b.npy"
run 0 lwe import --a "$scratch/centred.npy" --b "$scratch/vector.npy" --q 7 --sigma 0 \
    --out "$scratch/arrays"
prints '4 below 0 were brought to \[0, q\)'

refuse_import() {
    text=$1
    shift
    run 2 lwe import "$@" --out "$scratch/none"
    silent out
    says "$text"
    that [ ! -e "$scratch/none" ]
}
refuse_import 'option --challenge FILE\.txt is missing, or --a A\.npy and --b B\.npy'
refuse_import 'option --b B\.npy is missing' --a "$scratch/centred.npy" --q 7 --sigma 0
refuse_import 'option --q Q is missing' --a x --b y --sigma 0
refuse_import 'option --sigma S is missing' --a x --b y --q 7
refuse_import 'option --q goes with --a and --b' --challenge "$scratch/challenge.txt" --q 7
refuse_import "did you mean 'ternary'" --a x --b y --q 7 --sigma 0 --secret ternery
write_npy "$scratch/rows.npy" "|i1" "3, 2" "\\001\\001\\376\\001\\000\\001"
refuse_import 'row 1, column 0 \(both from 0\) is -2; accepted: -1 to 2' \
    --a "$scratch/rows.npy" --b "$scratch/vector.npy" --q 3 --sigma 0
refuse_import 'absent\.txt: cannot open' --challenge "$scratch/absent.txt"
printf '2\n3\n7\n0.1\n[1 0 6]\n[[3 1]\n[5 9]\n[0 4]]\n' >"$scratch/broken.txt"
refuse_import 'broken\.txt:7:4: an entry of a row of A, of 2 from 0 to 6, is expected, not .9.' \
    --challenge "$scratch/broken.txt"
run 2 lwe import --challenge "$scratch/challenge.txt"
says 'option --out DIR is missing'

# What generate refuses, and what it warns of.
refuse_generate() {
    text=$1
    shift
    run 2 lwe generate --n 8 --q 97 --samples 20 "$@" --out "$scratch/none"
    silent out
    says "$text"
    that [ ! -e "$scratch/none" ]
}
refuse_generate 'option --secret LAW is missing' --sigma 1
refuse_generate 'option --sigma S is missing' --secret binary
refuse_generate "did you mean 'gaussian'" --sigma 1 --secret gausian
refuse_generate 'option --hamming: 9 is more than --n 8; give 1 to 8' --sigma 1 --secret binary --hamming 9
refuse_generate 'option --hamming: .0. is not accepted' --sigma 1 --secret binary --hamming 0
refuse_generate 'option --sigma: 98 is more than --q 97' --sigma 98 --secret binary
refuse_generate 'option --sigma: .-1. is not accepted' --sigma=-1 --secret binary
refuse_generate 'option --secret-sigma goes with --secret gaussian only' --sigma 1 --secret binary --secret-sigma 2
refuse_generate 'needs --secret-sigma' --sigma 0 --secret gaussian
refuse_generate 'option --q: .* is not accepted; give an integer from 2 to 2147483648' --q 1 --sigma 1 --secret binary
refuse_generate 'option --n: .* is not accepted; give an integer from 1 to 4096' --n 4097 --sigma 1 --secret binary
run 2 lwe generate --n 8 --q 97 --samples 20 --sigma 1 --secret binary
says 'option --out DIR is missing'
run 0 lwe generate --n 8 --q 97 --samples 20 --sigma 14.1 --secret uniform --out "$scratch/wide"
prints '! a wrong secret may be accepted: the bound of its probability is only 2\^'
run 0 lwe generate --n 8 --q 97 --samples 20 --sigma 0 --secret gaussian --secret-sigma 1.5 \
    --out "$scratch/gauss" --json
is_near result.secret_sigma 1.5
is_near result.sigma 0
run 0 lwe verify --instance "$scratch/gauss" --secret "$scratch/gauss/secret.npy"

# Plans do nothing, but read.
run 0 lwe generate --n 8 --q 97 --samples 20 --sigma 1 --secret binary --out "$scratch/none" --dry-run
prints '^would +draw 20 samples with n = 8, q = 97, secret binary$'
prints '^would write  A\.npy, b\.npy, instance\.json, secret\.npy, report\.html, result\.json$'
run 0 lwe verify --instance "$small" --secret "$scratch/wrong.npy" --dry-run
prints '^would +check '
run 0 lwe import --challenge "$scratch/challenge.txt" --out "$scratch/none" --dry-run --json
that "$CHECK_JSON" "$scratch/out" dry_run.action dry_run.bytes dry_run.files
that [ ! -e "$scratch/none" ]
run 2 lwe import --challenge "$scratch/broken.txt" --out "$scratch/none" --dry-run
run 2 lwe verify --instance "$scratch/absent" --secret "$secret" --dry-run
finish
