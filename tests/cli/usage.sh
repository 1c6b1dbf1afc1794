# Wrong command lines: status 2, and a message with option, value and what is accepted.
. ./lib.sh

run 2 recovr
says "unknown command 'recovr'; did you mean 'recover'\?"
says "^see 'gradiometer help'$"
run 2 xyzzy
says "unknown command 'xyzzy'$"
run 2 --verbose
says "unknown option '--verbose'"

# Sub-commands.
run 2 lwe
silent out
says '^Usage: gradiometer lwe <command> \[options\]$'
run 2 lwe genrate
says "unknown command 'lwe genrate'; did you mean 'generate'\?"
says "^see 'gradiometer help lwe'$"
run 2 lwe xyzzy
says "unknown command 'lwe xyzzy'$"
run 2 lwe --json
that grep -q "a command of 'lwe' is missing before --json" "$scratch/err"
run 2 generate
says "unknown command 'generate'$"
run 2 'lwe generate'
says "unknown command 'lwe generate'$"
run 2 lwe generate
says 'option --n N is missing'
says "^see 'gradiometer help lwe generate'$"
run 2 lwe verify more
says "unexpected argument 'more'"

run 2 recover
says 'option --data FILE\|DIR is missing'
says "^see 'gradiometer help recover'$"
run 2 recover --data x --batch-sise 3
says 'unknown option --batch-sise; did you mean --batch-size\?'
run 2 recover --data x -b 3
says 'unknown option -b; options begin with two dashes'
run 2 recover --data x more
says "unexpected argument 'more'"
run 2 report a b
says "unexpected argument 'b' after DIR"
run 2 report
says 'DIR is missing'
run 2 recover --data
says 'option --data needs a value'
run 2 recover --data --compare
says 'option --data needs a value'
run 2 recover --data ''
says 'option --data: the value is empty'
run 2 recover --data x --compare=yes
says "option --compare takes no value, 'yes' was given"

for value in 0 -1 1.5 1e10 nan inf 0x10 ' 5' 5x '' 99999999999999999999; do
    run 2 recover --data x --batch-size="$value"
    says 'option --batch-size: .* is not accepted; give an integer from 1 to 1000000000'
done
run 2 recover --data x --num-gradients 1
says "give an integer from 2 to 1000000000000, or 'auto'"
run 2 recover --data x --threads 0
says "give an integer from 1 to 1024, or 'all'"
run 2 recover --data x --seed -1
says 'give an integer, 0 or more'
run 2 recover --data x --seed 9223372036854775808
says 'give an integer, 0 or more'
for value in 0 -0.1 1,5 inf nan; do
    run 2 recover --data x --require "$value"
    says 'option --require: .* is not accepted; give a number above 0'
done
run 2 recover --data x --label-noise -1
says 'give a number, 0 or more'
run 2 recover --data x --noise-variance all
says "give a number above 0, or 'auto'"
for value in 0 -1K 3Q K inf 1e20 ''; do
    run 2 recover --data x --memory "$value"
    says "option --memory: .* is not accepted; give bytes, as 4096, 64K or 1.5G, from 1 .*'auto'"
done
run 2 recover --data x --missing meen
says "give one of error, drop, mean \(did you mean 'mean'\?\)"
run 2 recover --data x --at optimun
says "give one of zero, init, optimum, random, file \(did you mean 'optimum'\?\)"

run 2 recover --data x --model logistics
says "did you mean 'logistic'\?"
run 2 recover --data x --estimator fanuot
says "did you mean 'fanout'\?"
run 2 recover --data x --paired
says 'option --paired goes with --gradients-file only'
run 2 recover --data x --gradients-file G.npy
says 'give --data or --gradients-file, not both'
run 2 recover --gradients-file G.npy --model linear --batch-size 8 --noise-variance 8
says 'option --model goes with --data only'
run 2 recover --gradients-file G.npy --noise-variance 8
says 'needs --batch-size'
run 2 recover --gradients-file G.npy --batch-size 8
says 'needs --noise-variance'
run 2 recover --data x --shrink oaz
says "did you mean 'oas'\?"

# Errors as JSON: escaped, valid UTF-8, nothing on stdout.
run 2 recover --json
json_error GM_INVALID_ARGUMENT 2
run 2 recover --json --leak
json_error GM_INVALID_ARGUMENT 2
run 2 recover --json --estimator "$(printf 'a"\\\t\001\377\342\202\254')"
json_error GM_INVALID_ARGUMENT 2
run 2 --json train
says unknown
run 2 train --json
json_error GM_INVALID_ARGUMENT 2

# What a message repeats cannot steer the terminal, nor make a second line.
run 2 recover --estimator "$(printf 'a\033[31m\nb')"
that [ "$(wc -l <"$scratch/err")" -eq 2 ]
that [ "$(tr -d -c '\033' <"$scratch/err" | wc -c)" -eq 0 ]

GRADIOMETER_ISA=mmx
export GRADIOMETER_ISA
run 2 info
says "GRADIOMETER_ISA: 'mmx' is not accepted; give baseline, avx2 or avx512"
finish
