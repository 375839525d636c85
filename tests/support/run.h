/* Runs the real program and keeps what it said. For suites of the command line. */
#ifndef SHMLENS_TESTS_SUPPORT_RUN_H
#define SHMLENS_TESTS_SUPPORT_RUN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What one run did. */
struct ran {
    int status; /* exit status; 128 + signal when one ended it */
    char *out;  /* all of stdout, NUL-terminated */
    size_t out_size;
    char *err; /* all of stderr, NUL-terminated */
};

/* Runs `shmlens` with these words and no input; the last one run is freed by the next and by
 * run_end. Never fails: a program that cannot be started has status 127. */
#define RUN(...) run_words((const char *const[]){__VA_ARGS__, NULL}, NULL, false)

/* The same with text for stdin, or as an unprivileged user. When none can run it here (only root
 * can become another), it says that the test is skipped and returns NULL. */
#define RUN_INPUT(text, ...) run_words((const char *const[]){__VA_ARGS__, NULL}, text, false)
#define RUN_NOBODY(...)      run_words((const char *const[]){__VA_ARGS__, NULL}, NULL, true)
const struct ran *run_words(const char *const *words, const char *input, bool nobody);

/* RUN that must end with status 2 and name this reason on stderr; or with this status and exactly
 * this on stdout. */
#define RUN_FAILS(why, ...) run_fails(why, (const char *const[]){__VA_ARGS__, NULL})
#define RUN_PRINTS(status, out, ...) \
    run_prints(status, out, (const char *const[]){__VA_ARGS__, NULL})
const struct ran *run_fails(const char *why, const char *const *words);
const struct ran *run_prints(int status, const char *out, const char *const *words);

/* A run in the background: started, fed, and waited for. */
struct job {
    pid_t pid;
    int out, err;
};
#define JOB(...) run_start((const char *const[]){__VA_ARGS__, NULL})
struct job run_start(const char *const *words);
/* One line of its stdout without the newline, within ten seconds; NULL: none came. */
const char *job_line(struct job *j);
bool job_has_line(const struct job *j, int ms); /* does one come within that time? */
/* Changes the byte of a segment until the watcher prints a line, and drops its lines. */
void job_await_change(struct job *j, unsigned char *byte);
const struct ran *job_wait(struct job *j); /* until it ends */

/* A locator of this process and test: `/shmlens-test-PID-NAME`. Made segments are removed by
 * run_end. */
const char *run_name(const char *name);
void run_end(void); /* for teardown */

/* The demo has one name only. True: it is ours for this test, and goes when the test has ended,
 * however it ends; false: another demo runs on this machine. */
bool run_demo(void);

/* The bytes of a segment as the system has them, read around the program. n: at most 64 KiB. */
const unsigned char *run_bytes(const char *name, size_t *n);
/* Makes one around the program. */
void run_make(const char *name, const void *bytes, size_t n, size_t size);
/* Makes one and maps it here, so that stores cost nothing. */
unsigned char *run_map(const char *name, size_t size);

/* stdout, parsed; the caller drops it. Fails the test when it is no JSON. */
json_t *run_json(const struct ran *r);

/* The row of `ls --json` of these kinds whose field is this text, NULL: none; the caller drops
 * *all. */
json_t *told_row(const char *kinds, const char *field, const char *text, json_t **all);
json_int_t told_number(const json_t *o, const char *name); /* of a field; 0: it has none */

/* How a process maps what `info --json` told of: "r", "rw", and its *row; "": it does not. */
const char *told_access(const json_t *info, pid_t pid, json_t **row);

/* A path in a folder of this process, removed by run_end. */
const char *run_path(const char *name);

#endif
