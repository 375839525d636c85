# Prints C without comments and without what is in strings, keeping the lines: FILE:LINE:text.
# Strings of #include lines stay.
FNR == 1 { inside = 0 }
{
    line = $0
    out = ""
    if (!inside && line ~ /^[ \t]*#[ \t]*include/) {
        print FILENAME ":" FNR ":" line
        next
    }
    while (line != "") {
        if (inside) {
            at = index(line, "*/")
            if (at == 0) break
            line = substr(line, at + 2)
            inside = 0
            continue
        }
        if (!match(line, /\/\*|\/\/|"|'/)) {
            out = out line
            break
        }
        out = out substr(line, 1, RSTART - 1)
        token = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
        if (token == "//") break
        if (token == "/*") {
            inside = 1
            continue
        }
        while (line != "" && substr(line, 1, 1) != token)
            line = substr(line, substr(line, 1, 1) == "\\" ? 3 : 2)
        line = substr(line, 2)
        out = out token token
    }
    print FILENAME ":" FNR ":" out
}
