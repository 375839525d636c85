/* Commands as the UI runs them: on the attached segment, into texts, cancelled by Esc. */
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "backend/survey.h"
#include "cli/command.h"
#include "core/kept_range.h"
#include "core/marks.h"
#include "support/suite.h"

static struct backend *be;
static struct seg *seg;
static struct command_env env;
static struct out out, err;
static char name[64];
static int breaths; /* how many more the user lets it have; -1: as many as it likes */

static bool pause_(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    (void)ctx;
    (void)done;
    (void)total;
    if (breaths == 0)
        return false;
    breaths -= breaths > 0 ? 1 : 0;
    return deadline == 0 || os_sleep_until(deadline);
}

static void start(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    (void)snprintf(name, sizeof name, "posix:/shmlens-test-%u-ui", (unsigned)os_pid());
    struct oserr e = seg_create(be, name, 8192, 0600, &seg);
    ck_assert(!oserr_is(e));
    out_text(&out, 1 << 20);
    out_text(&err, 1 << 20);
    static const struct progress progress = {pause_, NULL};
    env = (struct command_env){
        .be = be, .seg = seg, .out = &out, .err = &err, .ui = true, .progress = &progress};
    breaths = -1;
}

static void end(void)
{
    kept_range_release(env.kept);
    seg_close(seg);
    struct oserr e =
        seg_remove(be, &(struct seg_removal){.locator = name, .flags = SEG_RM_FORCE}, NULL);
    (void)e;
    out_free(&out);
    out_free(&err);
    backend_free(be);
}

static int run(const char *line)
{
    out_free(&out);
    out_free(&err);
    out_text(&out, 1 << 20);
    out_text(&err, 1 << 20);
    kept_range_release(env.kept);
    env.kept = NULL;
    return command_run_line(&env, line);
}

static const char *text(const struct out *o)
{
    return o->buf == NULL ? "" : o->buf;
}

TEST(poke_replies_and_is_remembered)
{
    uint32_t value = 0;
    size_t got = 0;
    ck_assert_int_eq(run("poke 0x10 96847 --as u32le"), EXIT_DONE);
    ck_assert_int_eq(run("poke 0x10 96848 --as u32le"), EXIT_DONE);
    ck_assert_str_eq(text(&out), "poke 0x10 u32le 96848: 96847 -> 96848 (one store)\n");
    ck_assert_uint_eq(env.pokes_count, 1);
    ck_assert_uint_eq(env.pokes[0].offset, 0x10);
    ck_assert_uint_eq(env.pokes[0].size, 4);
    ck_assert(env.pokes[0].atomic);
    memcpy(&value, env.pokes[0].old, 4);
    ck_assert_uint_eq(value, 96847);
    ck_assert_int_eq(run("poke 0x11 1 2 --as u16le"), EXIT_DONE);
    ck_assert_ptr_nonnull(strstr(text(&out), "(not atomic)"));
    ck_assert_uint_eq(env.kept->length, 4);
    struct oserr e = seg_read(seg, 0x11, &value, 4, &got);
    ck_assert(!oserr_is(e));
    ck_assert_uint_eq(value, 0x20001);
}

/* Several values, or a text, are one range that undo can put back. */
TEST(ranges_are_kept_for_undo)
{
    ck_assert_int_eq(run("poke 3 'hello, world of text' --as utf8"), EXIT_DONE);
    ck_assert_ptr_nonnull(env.kept);
    ck_assert_uint_eq(env.kept->offset, 3);
    ck_assert_uint_eq(env.kept->length, 20);
    ck_assert_mem_eq(env.kept->value, "hello, world of text", 20);
    ck_assert_mem_eq(env.kept->old, "\0\0\0", 3);
    ck_assert_uint_eq(env.pokes_count, 0);
    ck_assert_int_eq(run("fill 4 8 0x41"), EXIT_DONE);
    ck_assert_uint_eq(env.kept->length, 8);
    ck_assert_mem_eq(env.kept->old, "ello, wo", 8);
    ck_assert_mem_eq(env.kept->value, "AAAAAAAA", 8);
    ck_assert_int_eq(run("poke 8 1 --as u32le"), EXIT_DONE);
    ck_assert_ptr_null(env.kept);
}

TEST(offsets_of_the_ui)
{
    const struct marks marks = {2,
                                {{.name = "a", .offset = 0x20}, {.name = "head", .offset = 0x40}}};
    env.cursor = 0x100;
    env.marks = &marks;
    env.view = "u8";
    ck_assert_int_eq(run("poke +0x10 7"), EXIT_DONE);
    ck_assert_uint_eq(env.pokes[0].offset, 0x110);
    ck_assert_int_eq(run("poke -16 7"), EXIT_DONE);
    ck_assert_uint_eq(env.pokes[0].offset, 0xf0);
    ck_assert_int_eq(run("poke \"'a\" 7"), EXIT_DONE);
    ck_assert_uint_eq(env.pokes[0].offset, 0x20);
    ck_assert_int_eq(run("poke head+2 7"), EXIT_DONE);
    ck_assert_uint_eq(env.pokes[0].offset, 0x42);
    ck_assert_int_eq(run("poke %50 7"), EXIT_DONE);
    ck_assert_uint_eq(env.pokes[0].offset, 0x1000);
    ck_assert_int_eq(run("poke \"'b\" 7"), EXIT_ERROR);
}

TEST(errors_are_short)
{
    ck_assert_int_eq(run("poke 0x2000 1 --as u8"), EXIT_ERROR);
    ck_assert_int_eq(strncmp(text(&err), "poke: posix:/", 13), 0);
    ck_assert_int_eq(run("frob"), EXIT_ERROR);
    ck_assert_int_eq(run("poke 'open"), EXIT_ERROR);
    ck_assert_int_eq(run("demo"), EXIT_ERROR);
    ck_assert_int_eq(run("peek --raw"), EXIT_ERROR);
    ck_assert_int_eq(run("load -"), EXIT_ERROR);
    ck_assert_int_eq(run("poke 0"), EXIT_ERROR);
    ck_assert_int_eq(run(""), EXIT_DONE);
}

TEST(read_only_stays_read_only)
{
    struct seg *look = NULL;
    struct oserr e = seg_open(be, name, SEG_READ, &look);
    ck_assert(!oserr_is(e));
    env.seg = look;
    ck_assert_int_eq(run("poke 0 1 --as u8"), EXIT_ERROR);
    ck_assert_ptr_nonnull(strstr(text(&err), "read-only"));
    ck_assert_int_eq(run("fill 0 1 1"), EXIT_ERROR);
    ck_assert_int_eq(run("peek 0 16"), EXIT_DONE);
    ck_assert_int_eq(seg_get_access(look), SEG_READ);
    seg_close(look);
}

TEST(locator_is_left_out)
{
    ck_assert_int_eq(run("fill 0 4 0x41"), EXIT_DONE);
    ck_assert_int_eq(run("find AA"), EXIT_DONE);
    ck_assert_str_eq(text(&out), "0x0\n0x1\n0x2\n");
    ck_assert_int_eq(run("peek 0 --as ascii"), EXIT_DONE);
    ck_assert_str_eq(text(&out), "AAAA\n");
    ck_assert_int_eq(run("info"), EXIT_DONE);
    ck_assert_int_eq(run("wait --exists --timeout 1s"), EXIT_DONE);
    ck_assert_int_eq(run("wait 0 --as u8 --equals 0x41"), EXIT_DONE);
    char line[128];
    (void)snprintf(line, sizeof line, "diff %s", name);
    ck_assert_int_eq(run(line), EXIT_DONE);
    ck_assert_int_eq(run("chmod 640"), EXIT_DONE);
    ck_assert_int_eq(run("resize 16384"), EXIT_DONE);
    ck_assert_int_eq(run("rm"), EXIT_DONE);
    ck_assert_ptr_nonnull(strstr(text(&out), "removed posix:/"));
    ck_assert_int_eq(run("rm"), EXIT_ERROR);
}

TEST(escape_gives_up)
{
    ck_assert_int_eq(run("fill 0 16 1"), EXIT_DONE); /* a hole alone is skipped without a breath */
    breaths = 100;                                   /* more than it needs */
    ck_assert_int_eq(run("find nowhere"), EXIT_NO);
    breaths = 0;
    ck_assert_int_eq(run("find nowhere"), EXIT_ERROR);
    ck_assert_ptr_nonnull(strstr(text(&err), "stopped"));
    breaths = 3;
    ck_assert_int_eq(run("wait 0 --as u8 --equals 99"), EXIT_ERROR);
    breaths = 3;
    ck_assert_int_eq(run("watch --hz 1000"), EXIT_DONE);
}

/* What is longer than the UI keeps is cut, and the work ends there. */
TEST(long_output_is_cut)
{
    out_free(&out);
    out_text(&out, 1000);
    ck_assert_int_eq(command_run_line(&env, "peek --no-fold"), EXIT_DONE);
    ck_assert(out.cut);
    ck_assert_uint_gt(out.length, 900);
    ck_assert_int_eq(out.buf[out.length - 1], '\n');
}

/* `rm` of the attached segment does not take another that has its name by now. */
TEST(rm_takes_no_other)
{
    struct seg *other = NULL;
    struct oserr e =
        seg_remove(be, &(struct seg_removal){.locator = name, .flags = SEG_RM_FORCE}, NULL);
    ck_assert(!oserr_is(e));
    e = seg_create(be, name, 4096, 0600, &other);
    ck_assert(!oserr_is(e));
    seg_close(other);
    ck_assert_int_eq(run("rm --force"), EXIT_ERROR);
    ck_assert_ptr_nonnull(strstr(text(&err), "another segment"));
    e = seg_open(be, name, SEG_READ, &other);
    ck_assert(!oserr_is(e));
    seg_close(other);
}

static bool shrinking_pause(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    if (done > 0) {
        struct oserr e = seg_resize(seg, 4096);
        ck_assert(!oserr_is(e));
    }
    return pause_(ctx, deadline, done, total);
}

/* Cut short behind its first piece it does not say that nothing was stored. */
TEST(fill_says_what_a_shrinking_segment_got)
{
    struct oserr e = seg_resize(seg, 8 << 20);
    ck_assert(!oserr_is(e));
    env.progress = &(struct progress){shrinking_pause, NULL};
    ck_assert_int_eq(run("fill 0 8M 1"), EXIT_ERROR);
    ck_assert_ptr_null(strstr(text(&err), "nothing was stored"));
    ck_assert_ptr_nonnull(strstr(text(&err), "only a part"));
}

static void open_elsewhere(void *arg)
{
    struct seg *other = NULL;
    (void)arg;
    struct oserr e = seg_open(be, "posix:/shmlens-elsewhere", SEG_READ, &other);
    ck_assert(oserr_is(e));
}

static bool threaded_pause(void *ctx, int64_t deadline, uint64_t done, uint64_t total)
{
    struct os_thread *t = NULL;
    struct oserr e = os_thread_start(&t, open_elsewhere, NULL);
    ck_assert(!oserr_is(e));
    os_thread_join(t);
    return pause_(ctx, deadline, done, total);
}

/* --calls tells of the command's calls; another thread's do not get into its output. */
TEST(calls_of_other_threads_are_not_the_commands)
{
    env.progress = &(struct progress){threaded_pause, NULL};
    ck_assert_int_eq(run("poke 0 7 --as u8"), EXIT_DONE);
    ck_assert_int_eq(run("peek 0 16 --calls"), EXIT_DONE);
    ck_assert_ptr_nonnull(strstr(text(&err), "fstat("));
    ck_assert_ptr_null(strstr(text(&err), "elsewhere"));
}

SUITE(test_program_command, .set_up = start, .tear_down = end,
      TESTS(poke_replies_and_is_remembered, ranges_are_kept_for_undo, offsets_of_the_ui,
            errors_are_short, read_only_stays_read_only, locator_is_left_out, escape_gives_up,
            long_output_is_cut, rm_takes_no_other, fill_says_what_a_shrinking_segment_got,
            calls_of_other_threads_are_not_the_commands));
