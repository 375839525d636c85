# Lengths of functions in code laid out by clang-format: LINES FILE:LINE NAME. A function's body starts with a
# brace alone in the first column and ends with one; the signature's lines count.
FNR == 1 { start = 0; head = 0 }
/^[A-Za-z_]/ && !start && !/;[ \t]*$/ && !/^(struct|enum|union|typedef)[^(]*\{/ {
    if (!head) {
        head = FNR
        name = $0
        sub(/\(.*/, "", name)
        sub(/^.*[ *]/, "", name)
    }
}
/;[ \t]*$/ && !start { head = 0 }
/^$/ && !start { head = 0 }
/^\{$/ { start = head ? head : FNR }
/^\}/ {
    if (start) print FNR - start + 1, FILENAME ":" start, name
    start = 0
    head = 0
}
