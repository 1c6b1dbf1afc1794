# `measure`: known answers, verdicts, files, plans, and every wrong way to ask.
. ./lib.sh

# the verdict of the last document is one of these
verdict_is() {
    seen=$(value "$scratch/out" result.verdict)
    checks=$((checks + 1))
    case " $* " in
    *" $(echo "$seen" | tr -d '"') "*) ;;
    *) complain "the verdict is $seen, expected one of: $*" ;;
    esac
}
# a condition in awk's words on members of the last document: holds 'CONDITION' NAME=PATH…
holds() {
    condition=$1
    shift
    assignments=
    for pair in "$@"; do
        assignments="$assignments -v ${pair%%=*}=$(value "$scratch/out" "${pair#*=}")"
    done
    # shellcheck disable=SC2086
    that awk $assignments "BEGIN { exit !($condition) }"
}

# --- known answers ---

# All parities of 6 bits under a linear model: n 2^-n - n 4^-n.
run 0 measure --inputs cube:n=6 --targets parity --json
silent err
cp "$scratch/out" "$scratch/parity"
that "$CHECK_JSON" "$scratch/out" result.variance.value result.variance.std_error \
    result.variance.ci95 result.variance.method result.naive_variance result.collision_term \
    result.dependence_term result.effective_targets result.collision_entropy.nats \
    result.collision_entropy.bits result.collision_entropy.method \
    result.collision_entropy.lower_bound result.collision_entropy.ci95 \
    result.independence.epsilon_squared.value result.independence.epsilon_squared.ci95 \
    result.independence.epsilon result.independence.total_variation result.bound.value \
    result.bound.collision result.bound.dependence result.signal_to_noise \
    result.samples_to_see_target result.noise_trace result.verdict result.reason \
    result.method result.form result.columns result.parameters result.samples result.targets \
    result.enumerated result.init_draws result.smallest_visible result.samples_lower_bound \
    result.label_noise_trace result.mean_gradient result.budget result.collision_probability \
    result.data options.targets options.model options.loss
is_near result.variance.value .09228515625
is_near result.collision_term .09228515625
is_near result.dependence_term 0
is_near result.collision_entropy.bits 6
is_near result.collision_probability .015625
is_near result.noise_trace 5.90625
is_near result.independence.total_variation 0
that [ "$(value "$scratch/out" result.method)" = '"exact"' ]
that [ "$(value "$scratch/out" result.form)" = '"walsh-hadamard"' ]
that [ "$(value "$scratch/out" result.enumerated)" = true ]
that [ "$(value "$scratch/out" options.model)" = '"linear"' ]
that [ "$(value "$scratch/out" result.data)" = null ]
run 0 measure --inputs cube:n=6 --targets parity:k=1 --json
is_near result.variance.value .8333333333333333
run 0 measure --inputs cube:n=6 --targets parity:k=2 --json
is_near result.variance.value 0

# What is 0 is not a rounding error.
run 0 measure --inputs zq:n=4,q=5 --targets modsum:k=2 --loss cosine --json
that [ "$(value "$scratch/out" result.variance.value)" = 0.0 ]
that [ "$(value "$scratch/out" result.samples_lower_bound)" = null ]
verdict_is uninformative
prints 'no number of samples shows the target'

# Uniform secrets, any weights: pi^2 n (q^2 - 1) / (3 q^2) q^-n.
run 0 measure --inputs zq:n=3,q=7 --targets lwe:read=phase --loss cosine --json
is_near result.variance.value .028187125081947
that [ "$(value "$scratch/out" result.form)" = '"fourier"' ]
write_npy "$scratch/ones.npy" '|i1' '3,' '\001\001\001'
run 0 measure --inputs zq:n=3,q=7 --targets lwe:read=phase --loss cosine \
    --weights "$scratch/ones.npy" --json
is_near result.variance.value .028187125081947

# Linear targets on Gaussian inputs: V = n and T = n (n + 1), within five standard errors.
run 0 measure --inputs gaussian:n=5 --targets linear --json
holds '(v - 5) ^ 2 < (5 * s) ^ 2 && s > 0 && s < .5 && t > 27 && t < 33' v=result.variance.value \
    s=result.variance.std_error t=result.noise_trace
verdict_is informative
that [ "$(value "$scratch/out" result.method)" = '"sampled"' ]
that [ "$(value "$scratch/out" result.collision_entropy.nats)" = null ]
that [ "$(value "$scratch/out" result.collision_entropy.method)" = '"continuous"' ]
that [ "$(value "$scratch/out" result.independence.total_variation)" = null ]

# --- verdicts: what is not there is not found, though the naive estimate sees something ---
run 0 measure --inputs zq:n=8,q=31 --targets lwe:secret=ternary,hamming=3,read=phase \
    --loss cosine --method sampled --json
verdict_is uninformative undecided
holds 'v < 5 * s && v > -5 * s && n > 0 && n > 5 * s' v=result.variance.value \
    s=result.variance.std_error n=result.naive_variance
that [ "$(value "$scratch/out" result.samples_to_see_target)" = null ]
run 0 measure --inputs gaussian:n=5 --targets random --json
verdict_is uninformative undecided
holds 'v < 5 * s && n > 5 * s' v=result.variance.value s=result.variance.std_error \
    n=result.naive_variance
run 0 measure --inputs gaussian:n=5 --targets linear --budget 2 --json
verdict_is uninformative
is_near result.budget 2
run 0 measure --inputs gaussian:n=5 --targets linear --budget 2
prints '^The gradient does not tell the targets apart: at least [0-9.]+ samples'
run 0 measure --inputs gaussian:n=3 --targets teacher:hidden=4 --model mlp:hidden=8,act=sin \
    --samples 512 --init-draws 3 --json
verdict_is informative
that [ "$(value "$scratch/out" result.init_draws)" = 3 ]
that [ "$(value "$scratch/out" result.parameters)" = 41 ]

run 0 measure --inputs cube:n=6 --targets parity
silent err
prints '^The gradient tells the targets apart: a batch of 64 samples'
prints '^  Variance V +0\.0923, exact$'
prints '^  V = D \+ O +D = 0\.0923'
prints '^  Collision entropy +4\.16 nats \(6 bits\)$'
never_prints 'nan|inf[^o]'

# --- rows of a file ---
write_npy "$scratch/rows.npy" '|i1' '6, 2' '\001\002\001\002\377\002\003\004\000\002\002\000'
run 0 measure --inputs-file "$scratch/rows.npy" --modulus 5 --targets lwe --json
that [ "$(value "$scratch/out" result.data.rows)" = 6 ]
that [ "$(value "$scratch/out" result.data.path)" = "\"$scratch/rows.npy\"" ]
that [ "$(value "$scratch/out" result.columns)" = 2 ]
holds 'v > 0' v=result.variance.value
run 0 measure --inputs-file "$scratch/rows.npy" --targets linear
prints 'rows\.npy, 6 rows, 2 columns'

# --- the same bytes for any number of threads ---
for threads in 1 2 4; do
    for law in gaussian:n=6 cube:n=8; do
        run 0 measure --inputs $law --targets linear --model mlp:hidden=16 --samples 700 \
            --threads $threads --json
        sed '/"seconds"/d; /"threads"/d' "$scratch/out" >"$scratch/threads-$threads-$law"
        that cmp -s "$scratch/threads-1-$law" "$scratch/threads-$threads-$law"
    done
done
run 0 measure --inputs gaussian:n=6 --targets linear --model mlp:hidden=16 --samples 700 \
    --seed 2 --json
sed '/"seconds"/d; /"threads"/d' "$scratch/out" >"$scratch/seed"
that [ "$(value "$scratch/seed" result.variance.value)" != \
    "$(value "$scratch/threads-1-gaussian:n=6" result.variance.value)" ]

# --- files, and the page again ---
folder=$scratch/folder
run 0 measure --inputs zq:n=2,q=5 --targets lwe:read=sin --out "$folder" --quiet
silent out
that [ -s "$folder/result.json" ]
that grep -q '</html>' "$folder/report.html"
run 0 measure --inputs zq:n=2,q=5 --targets lwe:read=sin --json
that [ "$(value "$scratch/out" result)" = "$(value "$folder/result.json" result)" ]
rm "$folder/report.html"
run 0 report "$folder"
prints '^The gradient tells the targets apart'
that grep -q 'Noise and signal' "$folder/report.html"
if command -v gnuplot >/dev/null; then
    that [ -s "$folder/ladder.svg" ]
    that [ -s "$folder/batch.svg" ]
    that [ "$(grep -c '<svg' "$folder/report.html")" -ge 2 ]
fi

# --- along training ---
folder=$scratch/along
run 0 measure --inputs gaussian:n=4 --targets linear --samples 256 --along 100 --out "$folder" \
    --json
that "$CHECK_JSON" "$scratch/out" result.along.0.step result.along.0.loss \
    result.along.0.variance.value result.along.0.variance.ci95 \
    result.along.0.signal_to_noise result.along.0.samples_to_see_target \
    result.along.0.verdict result.along.0.monitor.cause result.along.8.monitor.advice \
    result.along.8.monitor.gradient_norm.value result.along.8.monitor.signal_to_noise.value \
    result.along.8.monitor.plateau result.training.rate result.training.batch_size \
    result.training.baseline result.training.diverged result.training.monitor.cause \
    result.training.monitor.advice result.training.monitor.samples_to_see options.along
that [ "$(value "$scratch/out" result.along.7.step)" = 64 ]
that [ "$(value "$scratch/out" result.along.8.step)" = 100 ]
that [ "$(value "$scratch/out" result.along.0.variance.value)" = \
    "$(value "$scratch/out" result.variance.value)" ]
that [ "$(value "$scratch/out" result.training.diverged)" = false ]
holds 'first > 100 * last && first < 1.2 * base && base < 1.2 * first' \
    first=result.along.0.loss last=result.along.8.loss base=result.training.baseline
that grep -q 'Along training' "$folder/report.html"
if command -v gnuplot >/dev/null; then
    that [ -s "$folder/along.svg" ]
fi
run 0 measure --inputs gaussian:n=4 --targets linear --samples 256 --along 300 --along-rate 3
prints '^Along training$'
prints '^  Monitor +step too large: '
run 0 measure --inputs cube:n=16 --targets parity:k=8 --samples 256 --along 400 \
    --model mlp:hidden=8
prints '^  Monitor +gradient indistinguishable from noise'
run 0 measure --inputs zq:n=3,q=5 --targets lwe:read=phase,sigma=.5 --loss cosine --method exact \
    --along 16 --json
that [ "$(value "$scratch/out" result.method)" = '"exact"' ]
that [ "$(value "$scratch/out" result.along.5.step)" = 16 ]
run 0 measure --inputs cube:n=4 --targets parity:k=1 --loss logistic --along 3 --json
that [ "$(value "$scratch/out" result.along.3.step)" = 3 ]
run 0 measure --inputs cube:n=4 --targets parity --json
that [ "$(value "$scratch/out" result.along)" = null ]
that [ "$(value "$scratch/out" result.training)" = null ]

# --- plans do nothing ---
run 0 measure --inputs gaussian:n=6 --targets linear --along 50 --out "$scratch/none" --dry-run
prints '^would +measure the gradients of linear on gaussian:n=6 for targets linear along 50 steps'
prints '^would write +along.svg, ladder.svg'
that [ ! -e "$scratch/none" ]
run 0 measure --inputs gaussian:n=6 --targets linear --out "$scratch/none" --dry-run
prints '^would +measure the gradients of linear on gaussian:n=6 for targets linear$'
prints '^method +sampled, jacobian$'
prints '^would write +ladder.svg'
prints '^operations +[0-9]'
that [ ! -e "$scratch/none" ]
run 0 measure --inputs cube:n=6 --targets parity --dry-run --json
that "$CHECK_JSON" "$scratch/out" dry_run.operations dry_run.bytes dry_run.seconds
that [ "$(value "$scratch/out" dry_run.method)" = '"exact"' ]
that [ "$(value "$scratch/out" dry_run.form)" = '"walsh-hadamard"' ]
run 2 measure --inputs cube:n=0 --targets parity --dry-run

# --- refusals, each with what is allowed; nothing is left under a final name ---
refuse() {
    message=$1
    shift
    run 2 measure --out "$scratch/none" "$@"
    silent out
    says "$message"
    that [ ! -e "$scratch/none/result.json" ]
}
refuse 'n=0; accepted: a whole number from 1' --inputs zq:n=0,q=7 --targets linear
refuse 'q=1; accepted: a whole number from 2' --inputs zq:n=3,q=1 --targets linear
refuse 'width is 4; it must be odd' --inputs zq:n=3,q=7,width=4 --targets linear
refuse 'hamming=4; accepted: a whole number from 0 to 3' --inputs zq:n=3,q=7 \
    --targets lwe:hamming=4
refuse 'hamming=-1; accepted: a whole number from 0 to 3' --inputs zq:n=3,q=7 \
    --targets lwe:hamming=-1
refuse "unknown key 'haming'; did you mean 'hamming'\?" --inputs zq:n=3,q=7 --targets lwe:haming=2
refuse "unknown key 'width'; accepted: hidden, act" --inputs box:n=3 --targets linear \
    --model mlp:width=3
refuse "unknown key 'k'" --inputs box:n=3 --targets linear:k=3
refuse 'read=phases; accepted: centered, cos, phase, sin' --inputs zq:n=3,q=7 \
    --targets lwe:read=phases
refuse 'R is missing' --inputs box:n=3 --targets wave
refuse 'R=0; accepted: a number from 1e-06 to 1000000' --inputs box:n=3 --targets wave:R=0
refuse 'the inputs are not residues; use zq or dgauss' --inputs box:n=3 --targets lwe
refuse 'use cube' --inputs box:n=3 --targets parity
refuse "did you mean 'linear'\?" --inputs box:n=3 --targets linea
refuse 'give one of linear, mlp' --inputs box:n=3 --targets linear --model logistic
refuse 'the loss comes from --loss' --inputs box:n=3 --targets linear \
    --model mlp:loss=logistic
refuse "'hinge' is not accepted; give one of squared, logistic, cosine" --inputs box:n=3 \
    --targets linear --loss hinge
refuse 'not two values; use it with parity' --inputs box:n=3 --targets linear --loss logistic
refuse "give one of auto, exact, sampled \(did you mean 'exact'\?\)" --inputs box:n=3 \
    --targets linear --method exakt
refuse 'give an integer from 32 to' --inputs box:n=3 --targets linear --samples 31
refuse "give an integer from 4 to [0-9]+, or 'auto'" --inputs box:n=3 --targets linear \
    --target-draws 3
refuse "give a number above 0, or 'auto'" --inputs box:n=3 --targets linear --budget 0
refuse 'Z_2\^40 has 1\.1e\+12 points; at most 2\^26 .* operations and .* GB' --inputs cube:n=40 \
    --targets parity --method exact
refuse 'the law box is continuous; exact sums need zq' --inputs box:n=3 --targets linear \
    --method exact
refuse 'no closed sum; it can be had for lwe' --inputs cube:n=3 --targets teacher --method exact
refuse 'option --inputs LAW is missing, or --inputs-file ROWS\.npy' --targets linear
refuse 'give --inputs or --inputs-file, not both' --inputs box:n=3 \
    --inputs-file "$scratch/rows.npy" --targets linear
refuse 'option --modulus goes with --inputs-file only' --inputs box:n=3 --modulus 5 --targets linear
refuse 'option --targets CLASS is missing' --inputs box:n=3
refuse "'--along' takes|give an integer from 1 to 10000000" --inputs box:n=3 --targets linear --along 0
refuse 'go with --along STEPS only' --inputs box:n=3 --targets linear --along-rate 1
refuse 'go with --along STEPS only' --inputs box:n=3 --targets linear --along-batch 64
refuse 'give an even number' --inputs box:n=3 --targets linear --along 4 --along-batch 3
refuse "give a number above 0, or 'auto'" --inputs box:n=3 --targets linear --along 4 --along-rate 0
refuse '2 draws of initial weights; a run starts from one' --inputs box:n=3 --targets linear \
    --along 4 --init-draws 2
refuse 'the law box is continuous' --inputs box:n=3 --targets linear --along 4 --method exact
refuse '3 numbers; model linear on 4 columns has 4 parameters' --inputs box:n=4 --targets linear \
    --weights "$scratch/ones.npy"
refuse 'rows\.npy: the array has 2 dimensions; --weights takes one' --inputs box:n=4 \
    --targets linear --weights "$scratch/rows.npy"
refuse 'give weights or draws of initial weights, not both' --inputs box:n=3 --targets linear \
    --weights "$scratch/ones.npy" --init-draws 2
refuse 'the array has 1 dimensions; it must have 2' --inputs-file "$scratch/ones.npy" \
    --targets linear
refuse 'absent\.npy' --inputs-file "$scratch/absent.npy" --targets linear
refuse 'absent\.npy' --inputs box:n=3 --targets linear --weights "$scratch/absent.npy"
run 2 measure --inputs cube:n=40 --targets parity --method exact --json
json_error GM_UNABLE 2
finish
