# Help, version, manual page, completion: what they offer, and that they offer nothing else.
. ./lib.sh

run 0 --version
prints '^gradiometer [0-9]+\.[0-9]+\.[0-9]+ \([0-9a-f]+\)$|^gradiometer [0-9.]+ \(unknown\)$'
silent err

for arguments in --help -h help; do
    run 0 $arguments
    silent err
    prints '^Usage: gradiometer <command> \[options\]$'
    for command_name in measure recover train risk entropy lwe reproduce report info help; do
        prints "^  $command_name  "
    done
    never_prints "^  generate"
done
run 2
silent out
says '^Usage: gradiometer'

for name in measure recover train risk entropy lwe 'lwe generate' 'lwe solve' 'lwe reduce' 'lwe attack' \
    'lwe verify' 'lwe import' reproduce report info help; do
    # shellcheck disable=SC2086 # a sub-command is two words
    run 0 help $name
    cp "$scratch/out" "$scratch/help"
    silent err
    prints "^Usage: gradiometer $name"
    awk 'length > 80 { exit 1 }' "$scratch/out" || complain 'a line is longer than 80'
    run 0 $name --help
    that cmp -s "$scratch/out" "$scratch/help"
    run 0 $name --no-such-option --help
    run 0 $name -h
done

run 0 help recover
for option in data target columns drop missing standardize intercept model batch-size num-gradients \
    estimator noise-variance label-noise at shrink compare require \
    gradients-file paired dimension trace structure memory noise leak reproducible \
    seed threads out json quiet no-progress dry-run; do
    prints "^  --$option( |$)"
done
never_prints 'h5|hvp'
prints '^Exit status:$'
prints '^Examples:$'

run 0 help risk
for option in data target columns drop missing standardize intercept model batch-size num-gradients \
    at radius norm residual compare seed threads out json quiet no-progress dry-run; do
    prints "^  --$option( |$)"
done
prints '^Usage: gradiometer risk --radius R \[options\]$'

run 0 help train
for option in data target columns drop missing standardize intercept model optimizer batch-size epochs \
    l2 learning-rate at until repeats seed threads out json quiet no-progress dry-run; do
    prints "^  --$option( |$)"
done
prints "--clients C"

run 0 help entropy
for option in inputs inputs-file modulus seed threads out json; do
    prints "^  --$option( |$)"
done

run 0 help measure
for option in inputs inputs-file modulus targets model loss weights init-draws method samples \
    target-draws budget seed threads out json quiet no-progress dry-run; do
    prints "^  --$option( |$)"
done
prints '^  --along STEPS'
prints '^  --along-rate RATE'

run 0 help lwe
for name in generate verify import; do
    prints "^  $name  "
done
never_prints '^Common options:$'
run 0 help lwe generate
for option in n q secret hamming secret-sigma sigma samples seed out json dry-run; do
    prints "^  --$option( |$)"
done

run 0 help specs
prints '^  paired'
prints '^    :norm=R'
prints '^    :path=W.npy'
for name in linear logistic softmax mlp cnn zero init optimum; do
    prints "^  $name"
done
prints '^    :hidden=WxW'
prints '^    :channels=CxC'
prints '^    :input=HxWxC'
for name in sgd momentum adam lbfgs gradiometer fanout loud gaussian oas ledoit-wolf low-rank sampled zq dgauss cube box lwe wave \
    parity modsum teacher random; do
    prints "^  $name"
done
for key in secret hamming secret_sigma sigma read psi k; do
    prints "^    :$key="
done
prints '^Classes of targets \(--targets\):$'
prints 'relu or sin'

run 2 help recove
says "did you mean 'recover'\?"
run 2 help spec
says "did you mean 'specs'\?"
run 2 help lwe generat
says "no help on 'lwe generat'; did you mean 'generate'\?"
run 2 help recover data
says "unexpected argument 'data' after 'recover'"
run 2 help lwe generate n
says "unexpected argument 'n' after SUBCOMMAND"

run 0 help --man
prints '^\.TH GRADIOMETER 1'
prints '^\.B \\-\\-batch\\-size N$'
prints '^\.SH "COMMAND lwe generate"$'
if command -v groff >/dev/null; then
    groff -man -Tascii -ww -z "$scratch/out" 2>"$scratch/err"
    silent err
fi

run 0 help --completion
if command -v bash >/dev/null; then
    cp "$scratch/out" "$scratch/completion"
    cat >"$scratch/try" <<'SCRIPT'
. "$1"
try() {
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    _gradiometer
    echo "${COMPREPLY[*]}"
}
try gradiometer rec
try gradiometer recover --noise-v
try gradiometer recover --estimator pa
try gradiometer recover --missing = m
try gradiometer recover --leak=
try gradiometer entropy --inputs dg
try gradiometer entropy --m
try gradiometer measure --targets te
try gradiometer measure --loss c
try gradiometer lw
try gradiometer lwe ver
try gradiometer lwe --he
try gradiometer lwe generate --sam
try gradiometer lwe generate --secret t
try gradiometer lwe generate --secret = b
try gradiometer lwe verify --th
try gradiometer help lwe imp
try gradiometer help ent
try gradiometer risk --norm = li
try gradiometer risk --rad
try gradiometer train --optimizer mo
try gradiometer train --un
try gradiometer tr
SCRIPT
    bash "$scratch/try" "$scratch/completion" >"$scratch/out" 2>"$scratch/err"
    silent err
    printf 'recover\n--noise-variance\npaired\nmean\n\ndgauss\n--modulus\nteacher\ncosine\nlwe\nverify\n--help\n--samples\nternary\nbinary\n--threads\nimport\nentropy\nlinf\n--radius\nmomentum\n--until\ntrain\n' >"$scratch/expected"
    that cmp -s "$scratch/out" "$scratch/expected"
fi
finish
