# Prints what people read in C: comments and strings, each on one line: FILE:LINE:text, lower case.
FNR == 1 { inside = 0 }
function put(text) {
    gsub(/[ \t]+/, " ", text)
    print FILENAME ":" start ":" tolower(text)
}
{
    line = $0
    if (!inside && line ~ /^[ \t]*#[ \t]*include/) next
    while (line != "") {
        if (inside) {
            at = index(line, "*/")
            part = at == 0 ? line : substr(line, 1, at - 1)
            sub(/^[ \t]*\*/, "", part)
            comment = comment " " part
            if (at == 0) next
            put(comment)
            line = substr(line, at + 2)
            inside = 0
            continue
        }
        if (!match(line, /\/\*|"|'/)) next
        token = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
        start = FNR
        if (token == "/*") {
            inside = 1
            comment = ""
            continue
        }
        text = ""
        while (line != "" && substr(line, 1, 1) != token) {
            n = substr(line, 1, 1) == "\\" ? 2 : 1
            text = text substr(line, 1, n)
            line = substr(line, n + 1)
        }
        line = substr(line, 2)
        if (token == "\"") put(text)
    }
}
