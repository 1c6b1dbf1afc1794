# `reproduce`: every experiment at small scale, its claims, its files, and wrong names.
. ./lib.sh

run 0 reproduce --list
prints '^noise-sweep +How much'
names=$(awk '{ print $1 }' "$scratch/out")
that [ "$(printf '%s\n' $names | wc -l)" -ge 16 ]
run 0 reproduce --list --json
that "$CHECK_JSON" "$scratch/out" result.experiments

# Without the helper program for lattices the experiments on LWE say so, and leave nothing behind.
GRADIOMETER_LATTICE_HELPER=$scratch/absent
export GRADIOMETER_LATTICE_HELPER
run 2 reproduce lwe-reduction --scale 0.05 --out "$scratch/none"
says 'lattice reduction: .*absent'
that [ ! -e "$scratch/none" ]
unset GRADIOMETER_LATTICE_HELPER
run 0 info --json
lattices=$("$CHECK_JSON" -v "$scratch/out" result.lattice_reduction)

# Without images the experiments on them say so.
GRADIOMETER_DATA=$scratch/absent
export GRADIOMETER_DATA
run 2 reproduce convergence-network --scale 0.05 --out "$scratch/none"
says 'absent: cannot be opened'
that [ ! -e "$scratch/none" ]
unset GRADIOMETER_DATA
images=/usr/share/datasets/fashion-mnist

for name in $names; do
    case $name/$lattices in lwe-*/'"none"') continue ;; esac
    case $name in convergence-logistic | convergence-network) [ -d $images ] || continue ;; esac
    folder=$scratch/$name
    run 0 reproduce "$name" --scale 0.05 --out "$folder"
    prints 'all [0-9]+ claims hold'
    never_prints '✗'
    prints '^Conclusion'
    that "$CHECK_JSON" "$folder/result.json" result.experiment result.title result.question \
        result.method result.runs result.table.columns result.table.rows result.plots \
        result.claims result.conclusion
    that [ "$("$CHECK_JSON" -v "$folder/result.json" result.holds)" = true ]
    that grep -q '"scale": 0.05' "$folder/result.json"
    # One line for the names of the columns and one for each row, all of equally many fields.
    that [ "$(wc -l <"$folder/table.csv")" -ge 3 ]
    that [ "$(sed 's/"[^"]*"/x/g' "$folder/table.csv" | awk -F, '{ print NF }' | sort -u | wc -l)" = 1 ]
    that grep -q '</html>' "$folder/report.html"
    that grep -q "reproduce $name" "$folder/report.html"
    if command -v gnuplot >/dev/null; then
        that grep -q '<svg' "$folder/report.html"
        that [ -s "$folder/plot-1.svg" ]
    fi
    run 0 report "$folder"
    prints 'all [0-9]+ claims hold'
done

# The same bits for any number of threads; another seed, other numbers.
run 0 reproduce noise-sweep --scale 0.05 --threads 1 --out "$scratch/one"
that cmp -s "$scratch/one/table.csv" "$scratch/noise-sweep/table.csv"
run 0 reproduce noise-sweep --scale 0.05 --seed 2 --out "$scratch/two"
that [ "$(cmp "$scratch/two/table.csv" "$scratch/one/table.csv" | wc -l)" = 1 ]

# A claim that does not hold is told again by `report`.
sed 's/"holds": true/"holds": false/' "$scratch/one/result.json" >"$scratch/two/result.json"
run 0 report "$scratch/two"
prints '[0-9]+ of [0-9]+ claims do not hold'
prints '✗'

run 0 reproduce noise-sweep --dry-run
prints 'run the experiment noise-sweep'
run 2 reproduce
says 'NAME is missing'
run 2 reproduce noise-swep
says "unknown experiment 'noise-swep'; did you mean 'noise-sweep'"
run 2 reproduce xyzzy
says 'reproduce --list'
run 2 reproduce --list noise-sweep
says 'takes no NAME'
run 2 reproduce noise-sweep --scale 0
says 'scale'
run 2 reproduce noise-sweep --scale x
says 'scale'
run 2 reproduce noise-swep --json
json_error GM_INVALID_ARGUMENT 2
finish
