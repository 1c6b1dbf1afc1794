# Replaces comments by nothing and the contents of strings and characters by nothing, keeping every
# line; an #include keeps its name.
/^[ \t]*#[ \t]*include/ && !inside { print; next }
{
    out = ""
    line = $0
    n = length(line)
    for (i = 1; i <= n; i++) {
        two = substr(line, i, 2)
        c = substr(line, i, 1)
        if (inside) {
            if (two == "*/") {
                inside = 0
                i++
                out = out " "
            }
        } else if (quote != "") {
            if (c == "\\")
                i++
            else if (c == quote) {
                out = out c
                quote = ""
            }
        } else if (two == "/*") {
            inside = 1
            i++
        } else if (two == "//")
            break
        else {
            out = out c
            if (c == "\"" || c == "'")
                quote = c
        }
    }
    if (substr(line, n, 1) != "\\")
        quote = ""
    print out
}
