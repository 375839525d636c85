/* Finding, the baseline, the next change, selecting and copying. */
#include "scene.h"
#include "support/suite.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { SIZE = 65536 };

static const char *name;
static uint8_t *memory;

static struct e2e *open_on(uint64_t offset, const void *bytes, size_t n)
{
    name = e2e_name("find");
    memory = scene_segment(name, SIZE);
    memcpy(memory + offset, bytes, n);
    return scene_open(name);
}

static const struct {
    const char *pattern;
    const char *bytes;
    size_t n;
} patterns[] = {
    {"needle", "needle", 6},
    {"n e", "n e", 3},
    {"\xe6\x97\xa5", "\xe6\x97\xa5", 3},
    {"x:de ad ?? ef", "\xde\xad\x33\xef", 4},
    {"x:deadbeef", "\xde\xad\xbe\xef", 4},
    {"u32:100", "d\0\0\0", 4},
    {"u32be:100", "\0\0\0d", 4},
    {"i16:-2", "\xfe\xff", 2},
    {"f64:1.5", "\0\0\0\0\0\0\xf8\x3f", 8},
    {"u16:text", "t\0e\0x\0t\0", 8},
    {"r:ne+dle[0-9]", "neeedle7", 8},
    {"i:nEEDLE", "NeedlE", 6},
};

TEST_LOOP(every_kind_of_pattern, SUITE_ROWS(patterns))
{
    struct e2e *t = open_on(0x9000, patterns[_i].bytes, patterns[_i].n);
    scene_press(t, _i % 2 == 0 ? "/" : "<F7>", "find (");
    e2e_keys(t, patterns[_i].pattern);
    e2e_keys(t, "<Enter>");
    scene_at(t, 0x9000);
    scene_quit(t);
}

/* The byte at 0x32 is drawn as a match that the cursor is not at. */
static bool lit(struct e2e *t, void *ctx)
{
    struct e2e_cell cell = e2e_cell(t, SCENE_TOP + 3, 10 + 3 * 2);
    (void)ctx;
    return !cell.bg.standard && cell.underline;
}

static bool unlit(struct e2e *t, void *ctx)
{
    return !lit(t, ctx);
}

TEST(next_previous_and_round)
{
    struct e2e *t = open_on(0x100, "aXa", 3);
    memcpy(memory + 0x8000, "aXaXa", 5); /* overlapping: 0x8000, 0x8002 */
    scene_press(t, "/aXa<Enter>", "── 0x100 ");
    scene_press(t, "n", "── 0x8000 ");
    scene_press(t, "n", "── 0x8002 ");
    scene_press(t, "n", "(wrapped to the start)");
    scene_at(t, 0x100);
    scene_press(t, "N", "(wrapped to the end)");
    scene_at(t, 0x8002);
    scene_press(t, "N", "── 0x8000 ");
    memcpy(memory + 0x9000, "aXa", 3); /* what came meanwhile is found too */
    scene_press(t, "nn", "── 0x9000 ");
    scene_press(t, "/<Enter>", "── 0x100 "); /* nothing typed: the last one again */
    scene_quit(t);
}

/* Counted beside, and said; the others on the screen are lit too, until Esc. */
TEST(matches_are_counted_and_lit)
{
    struct e2e *t = open_on(0x20, "abc", 3);
    memcpy(memory + 0x31, "ABC", 3);
    memcpy(memory + 0x8000, "abc", 3);
    scene_press(t, "/i:abc<Enter>", "match 1 of 3 at 0x20");
    e2e_wait(t, lit, NULL, "the second match lit", 0);
    scene_press(t, "nn", "match 3 of 3 at 0x8000");
    scene_press(t, "n", "match 1 of 3 at 0x20 (wrapped to the start)");
    scene_press(t, "/abc<Enter>", "match 1 of 2 at 0x20");
    scene_press(t, "/abc<Enter>", "match 2 of 2 at 0x8000"); /* on, as n does */
    scene_press(t, "N", "match 1 of 2 at 0x20");
    e2e_wait(t, unlit, NULL, "ABC unlit", 0);
    scene_press(t, "/x:00<Enter>", "match 33 of 1000+ at 0x23");
    scene_press(t, "/i:u32:1<Enter>", "find: i: is for text");
    scene_press(t, "<Esc>/abc<Enter>", "match 2 of 2 at 0x8000"); /* that was still the prompt */
    scene_quit(t);
}

TEST(what_is_not_there)
{
    struct e2e *t = open_on(0x100, "abc", 3);
    scene_press(t, "n", "nothing to find yet");
    scene_press(t, ":find bc<Enter>", "0x101"); /* prints the offsets; n goes on from there */
    scene_press(t, "n", "match 1 of 1 at 0x101");
    scene_press(t, "<Esc>g0<Enter>", "\u2500 0x0 (0)");
    scene_press(t, "/zebra<Enter>", "not found: zebra");
    scene_press(t, "/x:de a<Enter>", "find: odd number");
    e2e_wait_text(t, "r:regex): x:de a", 0); /* it is still asked for */
    scene_press(t, "<Esc>/r:a(<Enter>", "find: ");
    e2e_wait_text(t, "r:regex): r:a(", 0);
    scene_press(t, "<Esc>/u8:300<Enter>", "find: ");
    e2e_wait_text(t, "r:regex): u8:300", 0);
    e2e_keys(t, "<Esc>");
    scene_at(t, 0);
    scene_press(t, "/", "find (");
    e2e_keys(t, "<Up>"); /* the history */
    e2e_wait_text(t, "zebra", 0);
    e2e_keys(t, "<Up><Up><Up>");
    e2e_wait_text(t, "zebra", 0);
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "find (", 0);
    scene_quit(t);
}

/* The second byte of the match is drawn as any other. */
static bool plain(struct e2e *t, void *ctx)
{
    (void)ctx;
    return e2e_cell(t, SCENE_TOP + 2, 10 + 3 * 2).bg.standard;
}

TEST(a_match_is_highlighted_until_esc)
{
    struct e2e *t = open_on(0x21, "abc", 3);
    scene_press(t, "/abc<Enter>", "── 0x21 ");
    ck_assert(!plain(t, NULL));
    ck_assert(e2e_cell(t, SCENE_TOP + 2, 10 + 3 * 4).bg.standard);
    e2e_keys(t, "<Esc>");
    e2e_wait(t, plain, NULL, "no highlight any more", 0);
    scene_quit(t);
}

TEST(baseline)
{
    struct e2e *t = open_on(0, "abc", 3);
    scene_press(t, "b", "baseline: all 64 KiB");
    scene_press(t, "c", "nothing differs from the baseline");
    memory[0x20] = 1;
    memory[0x9000] = 2; /* outside of what is on the screen */
    e2e_wait_row(t, SCENE_TOP + 2, "00000020  01 ", 0);
    scene_press(t, "c", "── 0x20 ");
    scene_press(t, "c", "── 0x9000 ");
    scene_press(t, "c", "── 0x20 ");
    scene_press(t, "C", "── 0x9000 ");
    scene_press(t, "b", "baseline cleared");
    scene_press(t, "<F8>", "baseline: all 64 KiB");
    scene_press(t, "c", "nothing differs from the baseline");
    memory[0x9000] = 3;
    memory[0x9000] = 2; /* as it was: it does not differ */
    scene_press(t, "c", "nothing differs from the baseline");
    scene_quit(t);
}

TEST(the_next_change_without_a_baseline)
{
    struct e2e *t = open_on(0, "abc", 3);
    scene_press(t, "c", "no changed bytes");
    memory[0x35] = 1;
    memory[0x52] = 1;
    e2e_wait_row(t, SCENE_TOP + 5, "00000050  00 00 01 ", 0);
    scene_press(t, "c", "── 0x35 ");
    scene_press(t, "c", "── 0x52 ");
    scene_press(t, "C", "── 0x35 ");
    scene_quit(t);
}

/* ---- copying ---- */

static const struct {
    const char *key, *text, *osc;
} copies[] = {
    {"h", "48 69 0a 21", "\033]52;c;NDggNjkgMGEgMjE="},
    {"t", "Hi\n!", "\033]52;c;SGkKIQ=="},
    {"c",
     "/* offset 0x10 */\nstatic const unsigned char bytes[4] = {\n"
     "    0x48, 0x69, 0x0a, 0x21,\n};\n",
     "\033]52;c;"},
};

static void check_file(struct e2e *t, const char *text)
{
    char path[512], got[512];
    snprintf(path, sizeof path, "%s/state/shmlens/copy", e2e_home(t));
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(got, 1, sizeof got - 1, f);
    got[n] = '\0';
    fclose(f);
    ck_assert_str_eq(got, text);
}

TEST_LOOP(copy_reaches_the_terminal_and_the_file, SUITE_ROWS(copies))
{
    struct e2e *t = open_on(0x10, "Hi\n!", 4);
    scene_press(t, "j", "── 0x10 ");
    e2e_keys(t, "<S-Right><S-Right><S-Right>");
    scene_at(t, 0x13);
    scene_press(t, "y", "copy the selection as");
    scene_press(t, copies[_i].key, "4 bytes as ");
    ck_assert(e2e_sent(t, copies[_i].osc, strlen(copies[_i].osc)));
    check_file(t, copies[_i].text);
    scene_quit(t);
}

TEST(one_byte_where_nothing_is_selected)
{
    struct e2e *t = open_on(0, "A", 1);
    scene_press(t, ":copy hex<Enter>", "1 byte as hex");
    check_file(t, "41");
    scene_press(t, "<S-Down>", "── 0x10 ");
    scene_press(t, ":copy hex<Enter>", "17 bytes as hex");
    e2e_keys(t, "<Esc>"); /* drops the selection */
    e2e_wait_no_text(t, "17 bytes", 0);
    scene_press(t, ":copy hex<Enter>", "1 byte as hex");
    check_file(t, "00");
    scene_quit(t);
}

/* Waits until a process has used some of the processor. */
static void wait_busy(pid_t pid)
{
    char path[40];
    unsigned long ticks = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    for (int i = 0; i < 2000 && ticks < 5; i++) {
        FILE *f = fopen(path, "r");
        ck_assert_ptr_nonnull(f);
        if (fscanf(f, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu", &ticks) != 1)
            ticks = 0;
        fclose(f);
        (void)poll(NULL, 0, 5);
    }
    ck_assert_uint_ge(ticks, 5);
}

/* Esc stops a search that would take hours, SIGINT the command; too many steps are an error. */
TEST(endless_expressions_are_stopped)
{
    uint8_t bytes[32768];
    memset(bytes, 'a', sizeof bytes);
    struct e2e *t = open_on(0, bytes, sizeof bytes);
    scene_press(t, "/r:[^b]*?[^c]*+[cd][ef]<Enter>", "Esc");
    scene_press(t, "<Esc>", "cancelled");
    scene_at(t, 0);
    scene_press(t, "/r:(a|aa)+[bc]<Enter>", "takes too many steps");
    scene_quit(t);
    struct e2e_peer *p =
        e2e_background(E2E_ARGV(e2e_shmlens, "find", name, "[^b]*?[^c]*+[cd][ef]", "--regex"));
    wait_busy(e2e_peer_pid(p));
    kill(e2e_peer_pid(p), SIGINT);
    ck_assert_int_eq(e2e_peer_end(p), -SIGINT);
    struct e2e_result r = e2e_run("find", name, "(a|aa)+[bc]", "--regex");
    ck_assert_int_eq(r.status, 2);
    ck_assert_ptr_nonnull(strstr(r.err, "takes too many steps"));
    e2e_result_free(&r);
}

SUITE(test_e2e_find, .timeout = 120,
      TESTS(every_kind_of_pattern, next_previous_and_round, matches_are_counted_and_lit,
            what_is_not_there, a_match_is_highlighted_until_esc, baseline,
            the_next_change_without_a_baseline, copy_reaches_the_terminal_and_the_file,
            one_byte_where_nothing_is_selected, endless_expressions_are_stopped));
