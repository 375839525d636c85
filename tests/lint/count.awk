# Counts what `ctest -V` printed: PASSED FAILED SKIPPED. A suite made with Check counts by its cases, anything else
# as one. A line `skip: NAME: WHY` that a case printed makes it a skipped one. With -v plain=1 the input is what
# suites printed themselves, each between `test: Command: NAME` and `test: Exit: CODE NAME`.
function finish(ok) {
    if (cases + bad == 0) {
        if (ok) passed++
        else failed++
    } else {
        if (!ok && bad == 0) bad = 1
        passed += cases - skips
        failed += bad
        skipped += skips
    }
    cases = 0; bad = 0; skips = 0
}
function look(line,   n, word) {
    if (line ~ /Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+/) {
        sub(/^.*Checks: /, "", line)
        n = split(line, word, /[^0-9]+/)
        cases += word[1] - word[2] - word[3]
        bad += word[2] + word[3]
    } else if (line ~ /(^|: )skip: /) skips++
}
plain && /^test: Command: / { next }
plain && /^test: Exit: / { finish($3 == 0); next }
plain { look($0); next }
/^[ 0-9]+: / { n = $0; sub(/^ */, "", n); sub(/:.*/, "", n); text[n] = text[n] "\n" $0; next }
/^ *[0-9]+\/[0-9]+ Test +#[0-9]+:/ {
    n = $0
    sub(/^[^#]*#/, "", n)
    sub(/:.*/, "", n)
    m = split(text[n], lines, "\n")
    for (i = 1; i <= m; i++) look(lines[i])
    finish($0 ~ / Passed +[0-9.]+ sec/)
    next
}
END { print passed + 0, failed + 0, skipped + 0 }
