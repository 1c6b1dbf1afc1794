# Checks one stripped file of src/: `file` is its path, `tables` the folder of the tables.
BEGIN {
    while ((getline line < (tables "/order.txt")) > 0)
        if (line !~ /^#/)
            rank[line] = ++ranks
    while ((getline line < (tables "/outside.txt")) > 0)
        if (line !~ /^#/) {
            split(line, pair, " ")
            owner[pair[1]] = owner[pair[1]] " " pair[2] " "
        }
    while ((getline line < (tables "/excepted.txt")) > 0)
        excepted[line] = 1
    while ((getline line < (tables "/forbidden.txt")) > 0)
        if (line !~ /^#/ && !((line " " file) in excepted))
            calls = calls (calls == "" ? "" : "|") line
    called = "(^|[^A-Za-z0-9_])(" calls ")[ \t]*\\("
    streams = "(^|[^A-Za-z0-9_])(stdout|stderr)([^A-Za-z0-9_]|$)"
    split(file, part, "/")
    folder = part[2]
}

function complain(text) {
    printf "%s:%d: %s\n", file, FNR, text
}

function check_own(name,    other, slash) {
    slash = index(name, "/")
    if (slash == 0) {
        # Of this folder, or made by the build.
        other = file
        sub(/[^\/]*$/, name, other)
        if ((getline line < other) < 0 && name != "build_info.h")
            complain("includes \"" name "\", which is not in src/" folder)
        close(other)
        return
    }
    other = substr(name, 1, slash - 1)
    if (!(other in rank))
        complain("includes \"" name "\", which is no folder of src/")
    else if (rank[other] > rank[folder])
        complain("src/" folder " includes \"" name "\", but " other " comes after " folder)
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, part, "\"")
    check_own(part[2])
    next
}
/^[ \t]*#[ \t]*include[ \t]*</ {
    name = $0
    sub(/^[^<]*</, "", name)
    sub(/>.*/, "", name)
    if (name in owner && index(owner[name], " " folder " ") == 0)
        complain("includes <" name ">, which is for" owner[name] "alone")
    next
}
$0 ~ called { complain("the library must not call this: " $0) }
$0 ~ streams { complain("the library must not print: " $0) }
