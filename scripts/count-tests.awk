# awk -v names=FILE -f count-tests.awk CONSOLE LOG: counts the tests of a run of ctest and prints
# "passed failed skipped"; names what failed or was skipped in FILE.
#
# CONSOLE is what `ctest -O` wrote: the outcome of every test. LOG is Testing/Temporary/LastTest.log:
# what every test printed. A cmocka program counts once for each of its cases, any other test once.
# A case that began and did not end has failed; so has a test that failed without a failed case
# (a leak found at its end).

function count(outcome, what) {
    total[outcome]++
    if (outcome != "passed")
        print outcome ": " what > names
}

function end_case(outcome) {
    if (running != "") {
        cases[test]++
        if (outcome == "failed")
            failed_cases[test]++
        count(outcome, test " / " running)
    }
    running = ""
}

# Is this line the cmocka mark `kind` of the running case? Other output may stand before it.
function marks(kind) {
    return running != "" && match($0, kind) && substr($0, RSTART + RLENGTH) == running
}

FNR == NR {
    if ($1 ~ /^[0-9]+\/[0-9]+$/ && $2 == "Test" && $3 ~ /^#[0-9]+:$/) {
        order[++tests] = $4
        outcomes[$4] = /\.+ +Passed +[0-9.]+ sec/ ? "passed" : \
            /\*\*\*(Skipped|Not Run \(Disabled\))/ ? "skipped" : "failed"
    }
    next
}

/^[0-9]+\/[0-9]+ Test: / { test = $3 }
/^<end of output>$/ { end_case("failed") }
match($0, /\[ RUN      \] /) {
    next_case = substr($0, RSTART + RLENGTH)
    end_case("failed") # the one before never ended
    running = next_case
    next
}
marks("\\[       OK \\] ") { end_case("passed") }
marks("\\[  SKIPPED \\] ") { end_case("skipped") }
marks("\\[  FAILED  \\] ") || marks("\\[  ERROR   \\] ") { end_case("failed") }

END {
    for (i = 1; i <= tests; i++) {
        name = order[i]
        if (outcomes[name] == "failed" ? !failed_cases[name] : !cases[name])
            count(outcomes[name], name)
    }
    print total["passed"] + 0, total["failed"] + 0, total["skipped"] + 0
}
