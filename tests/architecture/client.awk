# Checks one stripped file of tools/, experiments/ or examples/: `file` is its path.
function complain(text) {
    printf "%s:%d: %s\n", file, FNR, text
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, part, "\"")
    # The helper program compiles the one description of messages that the library has.
    if (file ~ /^tools\/lattice\// && part[2] == "lattice/message.h")
        next
    # What helper programs have in common.
    if (file ~ /^tools\/(client|lattice)\// && part[2] == "helper_parent.h")
        next
    other = file
    sub(/[^\/]*$/, part[2], other)
    if (part[2] ~ /\.\./ || (getline line < other) < 0)
        complain("includes \"" part[2] "\", which is not in its own folder")
    close(other)
}
/^[ \t]*#[ \t]*include[ \t]*<(cblas|lapack|lapacke|jansson|zlib|hdf5|mpi)\.h>/ {
    complain("uses an outside library instead of the public headers: " $0)
}
/^[ \t]*#[ \t]*include[ \t]*<fplll/ && file !~ /^tools\/lattice\// {
    complain("uses fplll, which is for tools/lattice alone: " $0)
}
