/* What cannot be undone: it is asked about before it is done, and said when undo meets it. Real
 * segments, with everything behind them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/live_ui.h"

static void set_up(void)
{
    live_set_up("limits");
}

static bool asked(void)
{
    return ui.prompt.kind == PROMPT_CONFIRM && strstr(ui.prompt.label, wanted) != NULL;
}

static void await_asked(const char *text)
{
    wanted = text;
    await(asked);
}

/* Attached, in edit mode, with 5 at 0x10. */
static void open_and_poke(void)
{
    run_named("create", " 40M");
    await_said("created posix:");
    run_named("open", "");
    press("F4");
    await(editing);
    ui_run(&ui, "poke 0x10 5 --as u8");
    await_said("poke 0x10 u8 5: 0 -> 5");
    ck_assert_uint_eq(ui.s.undo_count, 1);
}

static uint8_t byte_at(uint64_t offset)
{
    struct seg *other = NULL;
    uint8_t byte = 0;
    size_t got = 0;
    struct oserr e = seg_open(be, locator, SEG_READ, &other);
    ck_assert(!oserr_is(e));
    e = seg_read(other, offset, &byte, 1, &got);
    ck_assert(!oserr_is(e));
    ck_assert_uint_eq(got, 1);
    seg_close(other);
    return byte;
}

TEST(a_fill_that_cannot_be_undone_asks_first)
{
    open_and_poke();
    ui_run(&ui, "fill 0 33M 0x42");
    await_asked("fill 33 MiB? It cannot be undone (more than 32 MiB) [y/N]");
    ck_assert_uint_eq(byte_at(0), 0);
    press("n");
    ck_assert_str_eq(ui.status, "nothing written");
    ck_assert_uint_eq(byte_at(0), 0);
    ui_run(&ui, "fill 0 33M 0x42");
    await_asked("fill 33 MiB? It cannot be undone");
    press("y");
    await_said("filled 34603008 bytes at 0x0 with 42; cannot be undone: more than 32 MiB");
    ck_assert_uint_eq(byte_at(0), 0x42);
    press("u"); /* the older poke is not taken back without a word */
    await_said("the fill of 33 MiB at 0x0 cannot be undone; u again takes back the poke at 0x10 "
               "before it");
    ck_assert_uint_eq(byte_at(0x10), 0x42);
    press("u");
    await_asked("0x10 is now 66, not 5: undo anyway? s: skip [y/N]");
    press("y");
    await_said("undo 0x10 u8 0: 66 -> 0");
}

TEST(the_question_of_read_only_says_it_too)
{
    run_named("create", " 40M");
    await_said("created posix:");
    run_named("open", "");
    ui_run(&ui, "fill 0 33M 1");
    ck_assert_str_eq(ui.prompt.note,
                     "fill writes 34603008 bytes at 0x0; it cannot be undone (more than 32 MiB)");
    press("n");
    ck_assert_str_eq(ui.agreed, "");
    ui_run(&ui, "fill 0 33M 1");
    press("y"); /* to both */
    await_said("cannot be undone: more than 32 MiB");
    ui_run(&ui, "fill 0 33M 1"); /* the next one asks again */
    await_asked("fill 33 MiB? It cannot be undone");
    press("n");
}

TEST(a_load_that_cannot_be_undone_asks_first)
{
    char path[64], line[96];
    (void)snprintf(path, sizeof path, "/tmp/shmlens-test-%u-load", (unsigned)os_pid());
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fseek(f, 33 * 1024 * 1024 - 1, SEEK_SET), 0);
    ck_assert_int_eq(fputc('x', f), 'x');
    ck_assert_int_eq(fclose(f), 0);
    open_and_poke();
    (void)snprintf(line, sizeof line, "load %s", path);
    ui_run(&ui, line);
    await_asked("load 33 MiB? It cannot be undone (more than 32 MiB)");
    ck_assert_uint_eq(byte_at(0x10), 5);
    press("y");
    await_said("loaded 34603008 bytes at 0x0; cannot be undone: more than 32 MiB");
    ck_assert_uint_eq(byte_at(0x10), 0);
    ck_assert_int_eq(remove(path), 0);
}

TEST(a_step_that_others_overtook_can_be_skipped)
{
    open_and_poke();
    ui_run(&ui, "poke 0x20 7 --as u8");
    await_said("poke 0x20 u8 7: 0 -> 7");
    struct seg *other = NULL;
    size_t done = 0;
    struct oserr e = seg_open(be, locator, SEG_WRITE, &other);
    ck_assert(!oserr_is(e));
    e = seg_store(other, 0x20, "x", 1, &done);
    ck_assert(!oserr_is(e));
    seg_close(other);
    press("u");
    await_asked("0x20 is now 120, not 7: undo anyway? s: skip [y/N]");
    press("n"); /* it stays the next one */
    ck_assert_uint_eq(ui.s.undo_count, 2);
    press("u");
    await_asked("0x20 is now 120, not 7");
    press("s");
    await_said("undo 0x10 u8 0: 5 -> 0");
    ck_assert_uint_eq(byte_at(0x20), 'x');
    ck_assert_uint_eq(byte_at(0x10), 0);
    ck_assert_uint_eq(ui.s.undo_count, 0);
}

TEST(steps_that_are_given_up_are_said)
{
    open_and_poke();
    ui_run(&ui, "fill 0 20M 1");
    await_said("filled 20971520 bytes");
    ck_assert_ptr_null(strstr(ui.status, "no longer"));
    ui_run(&ui, "fill 0 20M 2");
    await_said("2 older steps can no longer be undone (64 MiB are kept)");
    press("u");
    await_said("20971520 bytes put back");
    press("u");
    await_said("nothing more to undo: 2 older steps were given up (64 MiB and 256 steps are kept)");
}

/* 335544 matches of 100 bytes: more than is kept. */
TEST(a_replacement_that_cannot_be_undone_whole_says_so)
{
    char line[256], old[101] = "", new[101] = "";
    if (getenv("SHMLENS_MEMCHECK") != NULL)
        SKIP("a search of 32 MiB takes long under valgrind");
    memset(old, 'a', 100);
    memset(new, 'b', 100);
    open_and_poke();
    ui_run(&ui, "fill 0 32M 0x61");
    await_said("filled 33554432 bytes");
    (void)snprintf(line, sizeof line, "replace %s %s", old, new);
    ui_run(&ui, line);
    await_asked("replace 335544");
    ck_assert_str_eq(ui.prompt.note,
                     "not all of them can be undone: more than 64 MiB would be kept");
    press("n");
    ck_assert_uint_eq(byte_at(0), 'a');
}

static bool attached(void)
{
    return strstr(ui.status, "attached again") != NULL && ui.s.sample.seq > 0;
}

TEST(attaching_again_keeps_the_steps)
{
    open_and_poke();
    ui_run(&ui, "fill 0 1K 0x33");
    await_said("filled 1024 bytes at 0x0 with 33; u takes it back");
    ui_run(&ui, "fill 0 1K 0x33");
    await_said("that was there already: there is nothing to undo");
    press("Esc");
    ui_run(&ui, "reattach");
    await(attached);
    press("u");
    ck_assert_int_eq(ui.prompt.kind, PROMPT_CONFIRM); /* it is read-only again */
    press("y");
    await_said("undo 0x0: 1024 bytes put back");
    ck_assert_uint_eq(byte_at(0x10), 5);
}

SUITE(test_ui_undo_limits, .set_up = set_up, .tear_down = tear_down,
      TESTS(a_fill_that_cannot_be_undone_asks_first, the_question_of_read_only_says_it_too,
            a_load_that_cannot_be_undone_asks_first, a_step_that_others_overtook_can_be_skipped,
            steps_that_are_given_up_are_said, a_replacement_that_cannot_be_undone_whole_says_so,
            attaching_again_keeps_the_steps));
