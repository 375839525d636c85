# Writes the man page shmlens-concepts(7) from docs/concepts.md: headings, paragraphs, lists, drawings (indented by 4).
function plain(s) { # what groff would take for something else
    gsub(/\\/, "\\e", s)
    gsub(/-/, "\\-", s)
    if (s ~ /^[.']/)
        s = "\\&" s
    return s
}
function fonts(s, mark, font,    n, part, i, r) {
    n = split(s, part, mark)
    for (i = 1; i <= n; i++)
        r = r (i == 1 ? "" : i % 2 ? "\\fR" : font) part[i]
    return r
}
function ends_drawing() {
    if (drawing)
        print ".EE\n.RE"
    drawing = blanks = 0
}
NR == 1 {
    print ".TH SHMLENS\\-CONCEPTS 7 \"\" \"shmlens\" \"Miscellaneous Information\""
    print ".SH NAME\nshmlens\\-concepts \\- the words of shared memory, explained\n.SH DESCRIPTION"
    next
}
/^## / { ends_drawing(); print ".SH " toupper(substr($0, 4)); begun = 1; next }
/^$/ { blanks++; next }
/^    / {
    if (!drawing)
        print ".PP\n.RS 4\n.EX"
    for (; drawing && blanks > 0; blanks--)
        print ""
    drawing = 1
    blanks = begun = 0
    print plain(substr($0, 5))
    next
}
{
    item = sub(/^- /, "")
    line = fonts(fonts(plain($0), "`", "\\fB"), "[*]", "\\fI")
    pause = blanks > 0
    ends_drawing()
    if (item)
        print ".IP \\(bu 2"
    else if (pause && !begun && NR > 3)
        print ".PP"
    blanks = begun = 0
    sub(/^ +/, "", line)
    print line
}
END { ends_drawing(); print ".SH SEE ALSO\n.BR shmlens (1),\n.BR shm_overview (7),\n.BR mmap (2),\n.BR memfd_create (2)" }
