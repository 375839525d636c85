/* record and what reads recordings: what a peer logged is what the recording tells, whatever ended
 * it. */
#include <errno.h>

#include "backend/os.h"
#include "cli/command.h"
#include "cli/out.h"
#include "support/record.h"
#include "support/suite.h"

enum { STEPS = 25, STEP_MS = 20, AT = 0x100 };

static uint64_t checked(uint32_t counter)
{
    return counter | (uint64_t)(counter * 2654435761u) << 32;
}

/* A counter with its checksum in one word; every value is logged before it is stored. */
static void write_steps(unsigned char *p, uint32_t from, uint32_t steps)
{
    for (uint32_t i = from; i < from + steps; i++) {
        uint64_t v = checked(i);
        __atomic_store_n((uint64_t *)(void *)(p + AT), v, __ATOMIC_RELEASE);
        (void)poll(NULL, 0, STEP_MS);
    }
}

/* Reads the lines of `watch --as u64 --json`: values follow each other, and where some are missing
 * a gap was told. The last value. */
static uint32_t check_values(const char *lines, uint32_t first)
{
    uint32_t next = first;
    bool gap = false;
    for (const char *line = lines; *line != '\0'; line = strchr(line, '\n') + 1) {
        json_t *o = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);
        ck_assert_ptr_nonnull(o);
        const char *value = json_string_value(json_object_get(o, "new"));
        if (json_object_get(o, "gap") != NULL) {
            gap = true;
        } else {
            ck_assert_int_eq(json_integer_value(json_object_get(o, "offset")), AT);
            ck_assert_ptr_nonnull(value);
            uint64_t v = strtoull(value, NULL, 10);
            ck_assert_uint_eq(v, checked((uint32_t)v)); /* never torn */
            ck_assert(gap ? (uint32_t)v >= next : (uint32_t)v == next);
            next = (uint32_t)v + 1;
            gap = false;
        }
        json_decref(o);
    }
    return next - 1;
}

TEST(agrees_with_the_writers_log)
{
    const char *n = run_name("log");
    const char *path = run_path("log.rec");
    unsigned char *p = run_map(n, SIZE);
    struct job j = JOB("record", n, path, "--hz", "1000");
    await_start(path);
    write_steps(p, 1, STEPS);
    kill(j.pid, SIGINT);
    const struct ran *r = job_wait(&j);
    ck_assert_str_eq(r->err, "");
    ck_assert_int_eq(r->status, 0);
    r = RUN("watch", rec(path), "0x100", "8", "--as", "u64", "--json");
    ck_assert_int_eq(r->status, 0);
    ck_assert_uint_eq(check_values(r->out, 1), STEPS);
    r = RUN("diff", rec(path), n);
    ck_assert_int_eq(r->status, 0);
}

TEST(sigterm_ends_it_whole)
{
    const char *n = run_name("term");
    const char *path = run_path("term.rec");
    unsigned char *p = run_map(n, SIZE);
    struct job j = JOB("record", n, path);
    await_start(path);
    p[1] = 7;
    await_changes(path, 1);
    kill(j.pid, SIGTERM);
    ck_assert_int_eq(job_wait(&j)->status, 0);
    json_t *o = run_json(RUN("info", "--json", rec(path)));
    const json_t *about = json_object_get(o, "recording");
    char posix[200];
    (void)snprintf(posix, sizeof posix, "posix:%s", n);
    ck_assert_str_eq(json_string_value(json_object_get(about, "locator")), posix);
    ck_assert(json_is_true(json_object_get(about, "ended")));
    ck_assert(json_real_value(json_object_get(about, "duration")) > 0);
    ck_assert(json_real_value(json_object_get(about, "hz")) == 250);
    json_decref(o);
}

TEST(a_killed_one_can_be_read)
{
    const char *n = run_name("kill");
    const char *path = run_path("kill.rec");
    unsigned char *p = run_map(n, SIZE);
    struct job j = JOB("record", n, path);
    await_start(path);
    for (int i = 1; i <= 5; i++) {
        p[0x1000 * i] = (unsigned char)i;
        await_changes(path, i);
    }
    kill(j.pid, SIGKILL);
    ck_assert_int_eq(job_wait(&j)->status, 128 + SIGKILL);
    ck_assert_int_eq(RUN("diff", rec(path), n)->status, 0);
    json_t *o = run_json(RUN("info", "--json", rec(path)));
    ck_assert(json_is_false(json_object_get(json_object_get(o, "recording"), "ended")));
    json_decref(o);
    ck_assert_int_eq(truncate(path, file_size(path) - 1), 0); /* the last block is torn */
    ck_assert_ptr_nonnull(strstr(RUN("info", rec(path))->out, "no whole block"));
    ck_assert_str_eq(RUN("peek", rec(path), "0x4000", "--as", "u8")->out, "0x4000 4\n");
}

TEST(any_time_of_it)
{
    const char *n = run_name("at");
    const char *path = run_path("at.rec");
    unsigned char *p = run_map(n, SIZE);
    struct job j = JOB("record", n, path);
    await_start(path);
    p[0x10] = 1;
    await_changes(path, 1);
    p[0x2000] = 2;
    await_changes(path, 2);
    kill(j.pid, SIGINT);
    ck_assert_int_eq(job_wait(&j)->status, 0);
    double first = 0;
    double second = 0;
    char between[40];
    ck_assert_int_eq(
        sscanf(RUN("watch", rec(path))->out, "%lf 0x10 00 01\n%lf 0x2000 00 02\n", &first, &second),
        2);
    ck_assert(first > 0 && second > first);
    (void)snprintf(between, sizeof between, "%.6fs", (first + second) / 2);
    ck_assert_str_eq(RUN("peek", rec(path), "16", "--as", "u8", "--at", "0")->out, "0x10 0\n");
    ck_assert_str_eq(RUN("peek", rec(path), "16", "--as", "u8", "--at", between)->out, "0x10 1\n");
    ck_assert_str_eq(RUN("peek", rec(path), "16", "--as", "u8", "--at", "end")->out, "0x10 1\n");
    ck_assert_str_eq(RUN("diff", rec(path), rec(path), "--at", between)->out, "0x2000 00 02\n");
    ck_assert_str_eq(RUN("diff", rec(path), rec(path), "--at", "0", "--to", between)->out,
                     "0x10 00 01\n");
    ck_assert_str_eq(RUN("find", rec(path), "x:02", "--at", between)->out, "");
    ck_assert_str_eq(RUN("find", rec(path), "x:02", "--at", "end-0s")->out, "0x2000\n");
    const char *saved = run_path("at.bin");
    ck_assert_int_eq(RUN("save", rec(path), saved, "--at", between)->status, 0);
    char file[400];
    (void)snprintf(file, sizeof file, "file:%s", saved);
    ck_assert_int_eq(RUN("diff", rec(path), file, "--at", between)->status, 0);
    ck_assert_int_eq(RUN("diff", rec(path), file)->status, 1);
    ck_assert_str_eq(RUN("watch", rec(path), "--for", between)->out + 9, "0x10 00 01\n");
    ck_assert_int_eq(RUN("watch", rec(path), "--count", "3")->status, 1);
    ck_assert_int_eq(RUN("watch", rec(path), "--count", "2")->status, 0);
}

TEST(what_is_refused)
{
    const char *n = run_name("no");
    const char *path = run_path("no.rec");
    unsigned char *p = run_map(n, SIZE);
    p[0] = 1;
    ck_assert_int_eq(RUN("record", n, path, "--for", "10ms")->status, 0);
    off_t size = file_size(path);
    RUN_FAILS("exists already", "record", n, path, "--for", "10ms");
    ck_assert_int_eq(file_size(path), size);
    RUN_FAILS("a recording is read-only", "poke", rec(path), "0", "1", "--as", "u8");
    const struct ran *r = RUN("record", rec(path), run_path("again.rec"));
    ck_assert_int_eq(r->status, 2);
    ck_assert_int_eq(file_size(run_path("again.rec")), -1);
    RUN_FAILS("is for recordings", "peek", n, "--at", "1s");
    ck_assert_int_eq(RUN("peek", rec(path), "--at", "1h")->status, 2);
    ck_assert_int_eq(RUN("peek", rec(path), "--at", "end-1h")->status, 2);
    ck_assert_int_eq(RUN("peek", rec(path), "--at", "soon")->status, 2);
    ck_assert_ptr_nonnull(strstr(RUN("peek", "rec:/nowhere")->err, "no such file"));
    ck_assert_ptr_nonnull(strstr(RUN("peek", "rec:/etc/passwd")->err, "not a recording"));
    RUN_FAILS("No space left", "record", n, "/dev/full", "--for", "10ms");
}

/* An empty file (of mktemp) has nothing to lose; a pipe takes a recording, too. */
TEST(where_it_goes)
{
    const char *n = run_name("goes");
    char path[300];
    (void)snprintf(path, sizeof path, "%s", run_path("goes.rec"));
    unsigned char *p = run_map(n, SIZE);
    p[5] = 5;
    close(open(path, O_CREAT | O_WRONLY, 0600));
    ck_assert_int_eq(RUN("record", n, path, "--for", "10ms")->status, 0);
    ck_assert_int_eq(RUN("diff", rec(path), n)->status, 0);
    const struct ran *r = RUN("record", n, "-", "--for", "10ms");
    ck_assert_int_eq(r->status, 0);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(r->out, 1, r->out_size, f), r->out_size);
    fclose(f);
    ck_assert_int_eq(RUN("diff", rec(path), n)->status, 0);
}

/* Sizes, holes and the name are recorded; holes are not stored. */
TEST(what_happens_to_the_segment)
{
    const char *n = run_name("fate");
    const char *path = run_path("fate.rec");
    size_t size = (size_t)64 << 20;
    unsigned char *p = run_map(n, size);
    p[size - 1] = 9;
    struct job j = JOB("record", n, path, "--hz", "500");
    await_start(path);
    int fd = shm_open(n, O_RDWR, 0);
    ck_assert_int_eq(ftruncate(fd, 8192), 0);
    p[1] = 1;
    await_changes(path, 1);
    ck_assert_int_eq(ftruncate(fd, (off_t)size), 0);
    p[size - 1] = 9; /* as before, but a new byte */
    await_changes(path, 2);
    ck_assert_int_eq(shm_unlink(n), 0);
    p[2] = 2;
    await_changes(path, 3);
    kill(j.pid, SIGINT);
    ck_assert_int_eq(job_wait(&j)->status, 0);
    close(fd);
    ck_assert_int_lt(file_size(path), 8192);
    const struct ran *r = RUN("watch", rec(path));
    ck_assert_ptr_nonnull(strstr(r->err, "shrunk to 8192 bytes"));
    ck_assert_ptr_nonnull(strstr(r->err, "grown to 67108864 bytes"));
    ck_assert_ptr_nonnull(strstr(r->err, "unlinked"));
    ck_assert_ptr_nonnull(strstr(r->out, " 0x1 00 01\n"));
    const char *again = strstr(r->out, " 0x3ffffff "); /* it is known again when it was looked at */
    ck_assert_ptr_nonnull(again);
    ck_assert(strncmp(again + 11, "- 09\n", 5) == 0 || strncmp(again + 11, "00 09\n", 6) == 0);
    json_t *o = run_json(RUN("info", "--json", rec(path)));
    ck_assert_int_eq(json_integer_value(json_object_get(o, "size")), (json_int_t)size);
    ck_assert_int_le(json_integer_value(json_object_get(o, "resident")), 4 * 4096);
    json_decref(o);
    ck_assert_str_eq(RUN("peek", rec(path), "end-1", "--as", "u8", "--at", "0")->out,
                     "0x3ffffff 9\n");
}

/* Pages that come, of zeros too, and go: what is saved of each time has its holes. */
TEST_LOOP(holes_are_part_of_it, 2)
{
    size_t size = _i == 0 ? SIZE : 40 * (size_t)SIZE; /* one is read as a whole, one by pages */
    const char *n = run_name("holes");
    const char *path = run_path("holes.rec");
    unsigned char *p = run_map(n, size);
    double t[3] = {0};
    char at[40];
    p[0] = 0; /* memory, but zeros */
    p[0x2000] = 2;
    struct job j = JOB("record", n, path, "--hz", "500");
    await_start(path);
    p[0x4000] = 0; /* of that nothing is told but with the next look */
    (void)poll(NULL, 0, 20);
    p[0x6000] = 6;
    await_changes(path, 1);
    int fd = shm_open(n, O_RDWR, 0);
    ck_assert_int_eq(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0x2000, 0x1000), 0);
    close(fd);
    await_changes(path, 2);
    p[0x6001] = 6;
    await_changes(path, 3);
    kill(j.pid, SIGINT);
    ck_assert_int_eq(job_wait(&j)->status, 0);
    ck_assert_int_eq(sscanf(RUN("watch", rec(path))->out,
                            "%lf 0x6000 00 06\n%lf 0x2000 02 00\n%lf 0x6001 00 06", &t[0], &t[1],
                            &t[2]),
                     3);
    ck_assert_uint_eq(pages_at(path, "0"), 1 << 0 | 1 << 2);
    (void)snprintf(at, sizeof at, "%.6fs", (t[0] + t[1]) / 2);
    ck_assert_uint_eq(pages_at(path, at), 1 << 0 | 1 << 2 | 1 << 4 | 1 << 6);
    ck_assert_uint_eq(pages_at(path, "end"), 1 << 0 | 1 << 4 | 1 << 6);
    ck_assert_uint_eq(pages_at(path, "0"), 1 << 0 | 1 << 2);
}

/* ---- in this process, so that looking can be made to fail ---- */

struct failing {
    struct backend *be;
    unsigned char *p;
    int ticks;
};

/* The segment changes, and two looks later it cannot be read any more. */
static bool tick(void *ctx, int64_t until, uint64_t done, uint64_t total)
{
    struct failing *f = ctx;
    (void)done;
    (void)total;
    if (until == 0)
        return true;
    f->ticks++;
    f->p[0x123] = 9;
    return os_sleep_until(os_now() + 1000000) && f->ticks < 1000;
}

static void fail_reading(void *ctx, const char *call)
{
    struct failing *f = ctx;
    (void)call;
    if (f->ticks >= 3)
        backend_fail_at(f->be, 1, EIO); /* the next one, and so all */
}

TEST(what_was_seen_before_a_failure_is_kept)
{
    const char *n = run_name("fail");
    const char *path = run_path("fail.rec");
    struct failing f = {.be = backend_new(), .p = run_map(n, SIZE)};
    struct seg *seg = NULL;
    struct out out;
    struct out err;
    char line[400];
    struct oserr e = seg_open(f.be, n, SEG_READ, &seg);
    ck_assert(!oserr_is(e));
    out_text(&out, 4096);
    out_text(&err, 4096);
    const struct progress progress = {tick, &f};
    struct command_env env = {
        .be = f.be, .seg = seg, .out = &out, .err = &err, .ui = true, .progress = &progress};
    (void)snprintf(line, sizeof line, "record '%s'", path);
    backend_before_call(f.be, fail_reading, &f);
    ck_assert_int_eq(command_run_line(&env, line), EXIT_ERROR);
    ck_assert_ptr_nonnull(strstr(err.buf, "Input/output error"));
    ck_assert_ptr_nonnull(strstr(RUN("watch", rec(path))->out, " 0x123 00 09\n"));
    json_t *o = run_json(RUN("info", "--json", rec(path)));
    ck_assert(json_is_true(json_object_get(json_object_get(o, "recording"), "ended")));
    json_decref(o);
    out_free(&out);
    out_free(&err);
    seg_close(seg);
    backend_free(f.be);
}

SUITE(test_program_cli_record, .tear_down = run_end,
      TESTS(agrees_with_the_writers_log, sigterm_ends_it_whole, a_killed_one_can_be_read,
            any_time_of_it, what_is_refused, where_it_goes, what_happens_to_the_segment,
            holes_are_part_of_it, what_was_seen_before_a_failure_is_kept));
