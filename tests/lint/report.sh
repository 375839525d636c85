# tests/lint/report.sh, read by tools/test: runs a check, keeps its log in $logs, prints one line a result and counts
# the results.
# shellcheck shell=bash

passed=0 failed=0 skipped=0
log= # of what ran last

say() { printf '%s\n' "$*"; }

# said COMMAND...: the start of a command that is run.
said() {
    local all="$*"
    [ "${#all}" -le 160 ] || all="${all:0:157}..."
    say "+ $all"
}

pass() {
    passed=$((passed + 1))
    say "ok      $*"
}
fail() {
    failed=$((failed + 1))
    say "FAILED  $*"
}
skip() {
    skipped=$((skipped + 1))
    say "skipped $1: $2"
}

# The log of what failed: all of it when it is short, else its interesting lines and its end.
show_log() {
    if [ "$(wc -l <"$log")" -gt 120 ]; then
        grep -nE 'error:|warning:|[0-9]+:[FE]:|ERROR:|SUMMARY:|runtime error|\*\*\*(Failed|Exception|Timeout)' "$log" | head -40 | cut -c1-300
        say "    ... the end of $log:"
    fi
    tail -80 "$log" | cut -c1-400 | sed 's/^/    /'
}

# log_of NAME: the file that what this check prints is kept in.
log_of() {
    echo "$logs/$(echo "$1" | tr -c 'A-Za-z0-9\n' _).log"
}

# result NAME STATUS SECONDS: counts a check that ran, and shows its log when it failed.
result() {
    if [ "$2" -eq 0 ]; then
        pass "$1 ($3 s)"
        return 0
    fi
    fail "$1 ($3 s)"
    show_log
    return 1
}

# check NAME COMMAND...: one result. What the worker has begun is waited for, and its result taken.
check() {
    local name=$1 start=$SECONDS status=0 took
    shift
    log=$(log_of "$name")
    if [ -n "$is_worker" ]; then
        claim "$log" worker || return 1
        "$@" >"$log" 2>&1 </dev/null || status=$?
        echo "$status $((SECONDS - start))" >"$log.part" && mv "$log.part" "$log.ahead"
        return $status
    fi
    said "$@"
    if [ -n "$worker" ] && ! claim "$log" main && worker_result "$log"; then
        result "$name" "$status" "$took s ahead, waited for $((SECONDS - start))"
    else
        "$@" >"$log" 2>&1 </dev/null || status=$?
        result "$name" $status $((SECONDS - start))
    fi
}

# The worker runs checks of later stages while the tests of earlier ones wait, at the lowest priority. Whoever claims a
# check first runs it.
worker='' is_worker=''

# claim LOG WHO
claim() { ln -sT "$2" "$1.claim" 2>/dev/null; }

# worker_result LOG: waits for the worker and sets status and took. False: the check is not the worker's.
worker_result() {
    [ "$(readlink "$1.claim")" = worker ] || return 1
    while [ ! -e "$1.ahead" ]; do
        kill -0 "$worker" 2>/dev/null || [ -e "$1.ahead" ] || return 1
        sleep 0.2
    done
    read -r status took <"$1.ahead"
    ln -sfT main "$1.claim" # next time it is ours
}

# start_worker COMMAND...: the checks of this command are the worker's; they print nothing. It ends with us.
start_worker() {
    [ -z "$worker" ] || return 0
    rm -f "$logs"/*.claim "$logs"/*.ahead
    set -m # a process group of its own
    (
        is_worker=yes
        renice -n 19 -p $BASHPID
        "$@"
    ) >/dev/null 2>&1 </dev/null &
    worker=$!
    disown
    set +m
    trap 'kill -- -$worker 2>/dev/null' EXIT
}

# start NAME COMMAND...: as check, but beside others, $jobs at a time. `finish` waits and prints the results in order.
begun=()
start() {
    local name=$1 own
    shift
    own=$(log_of "$name")
    begun+=("$name")
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
        wait -n
    done
    said "$@"
    (
        since=$SECONDS status=0
        "$@" >"$own" 2>&1 </dev/null || status=$?
        echo "$status $((SECONDS - since))" >"$own.result"
    ) &
}
finish() {
    local name status took
    wait
    for name in "${begun[@]}"; do
        log=$(log_of "$name")
        status=1 took=0
        read -r status took <"$log.result"
        result "$name" "$status" "$took"
    done
    begun=()
}

# rules NAME COMMAND...: a lint script that prints `ok RULE`, `FAILED RULE`, `skip RULE: WHY`; a result for each.
rules() {
    local name=$1
    shift
    log=$(log_of "$name")
    said "$@"
    "$@" >"$log" 2>&1 </dev/null
    local status=$? ok bad skips
    ok=$(grep -c '^ok ' "$log")
    bad=$(grep -c '^FAILED ' "$log")
    skips=$(grep -c '^skip ' "$log")
    cut -c1-300 "$log"
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
        bad=1
    fi
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skips))
}

# add_counts NAME "PASSED FAILED SKIPPED" SECONDS: the results of suites, whose log is $log.
add_counts() {
    local p f s
    read -r p f s <<<"$2"
    grep -oE 'skip: .*' "$log" | sort -u | sed 's/^skip: /skipped /'
    if [ "$((p + f + s))" -eq 0 ]; then
        fail "$1: no test ran"
        show_log
        return 1
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    if [ "$f" -gt 0 ]; then
        say "FAILED  $1: $f of $((p + f)) tests ($3 s)"
        show_log
        return 1
    fi
    say "ok      $1: $p tests, $s skipped ($3 s)"
}
