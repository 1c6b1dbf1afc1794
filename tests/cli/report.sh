# `report DIR`: the table again, plots and page anew, result.json untouched.
. ./lib.sh
fixtures=../fixtures/report
mkdir "$scratch/result"
cp $fixtures/compared.json "$scratch/result/result.json"
echo old >"$scratch/result/report.html"

run 0 report "$scratch/result"
silent err
prints 'recover'
that cmp -s $fixtures/compared.json "$scratch/result/result.json"
that grep -q '</html>' "$scratch/result/report.html"
that [ "$(find "$scratch/result" -name '.*' | wc -l)" -eq 0 ]
if command -v gnuplot >/dev/null; then
    that [ "$(find "$scratch/result" -name '*.svg' | wc -l)" -ge 1 ]
    that grep -q '<svg' "$scratch/result/report.html"
fi

run 0 report "$scratch/result/" --out "$scratch/public/pages" --quiet
silent out
that [ -e "$scratch/public/pages/report.html" ]
that [ ! -e "$scratch/public/pages/result.json" ]
run 0 report "$scratch/result" --json --dry-run
that "$CHECK_JSON" "$scratch/out" dry_run.action dry_run.files dry_run.operations
run 0 report "$scratch/result" --json
that "$CHECK_JSON" "$scratch/out" result.dimension
that [ "$("$CHECK_JSON" -v "$scratch/out" result)" = \
    "$("$CHECK_JSON" -v $fixtures/compared.json result)" ]

# Without gnuplot: a warning, a page without pictures, and success.
mkdir "$scratch/empty"
command='PATH= gradiometer report'
PATH=$scratch/empty "$GRADIOMETER" report "$scratch/result" --out "$scratch/plain" \
    >"$scratch/out" 2>"$scratch/err"
that [ $? -eq 0 ]
says '^gradiometer: warning: plots were not drawn: .*gnuplot'
that [ -e "$scratch/plain/report.html" ]
that [ "$(find "$scratch/plain" -name '*.svg' | wc -l)" -eq 0 ]

# A page that cannot be written: status 3, and the old one stays.
mkdir "$scratch/blocked"
cp $fixtures/compared.json "$scratch/blocked/result.json"
mkdir "$scratch/blocked/report.html"
run 3 report "$scratch/blocked"
says 'cannot publish .*report.html: Is a directory'
that [ "$(find "$scratch/blocked" -name '*.svg' | wc -l)" -eq 0 ]
that [ -e "$scratch/blocked/result.json" ]

run 2 report "$scratch/absent"
says 'absent/result.json: .*No such file'
run 2 report "$scratch/absent" --json
json_error GM_INVALID_INPUT 2
echo '{"schema": 99}' >"$scratch/plain/result.json"
run 2 report "$scratch/plain"
says 'schema'
echo '{' >"$scratch/plain/result.json"
run 2 report "$scratch/plain"
says 'result.json'
finish
