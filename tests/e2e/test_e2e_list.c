/* The list of segments: itself live, sorted, filtered, tagged; creating and removing from it. */
#include "scene.h"
#include "support/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COUNT = 3 };

static const char *names[COUNT];
static char word[64];                                     /* what the names have in common */
static const size_t sizes[COUNT] = {8192, 131072, 12288}; /* of them, by name */

static struct e2e *open_list(void)
{
    char base[80];
    snprintf(word, sizeof word, "list%d", (int)getpid());
    for (int i = 0; i < COUNT; i++) {
        snprintf(base, sizeof base, "%s-%c", word, "abc"[i]);
        names[i] = e2e_name(base);
        munmap(scene_segment(names[i], sizes[i]), sizes[i]);
    }
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens), .cols = 120});
    e2e_wait_text(t, "LOCATOR", 0);
    return t;
}

/* Only ours, the first at the cursor. */
static struct e2e *open_ours(void)
{
    struct e2e *t = open_list();
    e2e_keys(t, "/");
    scene_press(t, word, "filter:");
    for (int i = 0; i < COUNT; i++)
        e2e_wait_text(t, names[i], 0);
    e2e_keys(t, "<Enter><Home>"); /* ends the filter, does not inspect */
    e2e_wait_no_text(t, "filter:", 0);
    e2e_wait_row(t, 2, names[0], 0);
    return t;
}

/* The cursor is on this row: it is drawn on a bar. */
static bool bar_at(struct e2e *t, void *ctx)
{
    const int *row = ctx;
    return !e2e_cell(t, *row, 10).bg.standard;
}

static void wait_bar(struct e2e *t, int row)
{
    e2e_wait(t, bar_at, &row, "the cursor on that row", 0);
}

TEST(segments_come_and_go)
{
    struct e2e *t = open_ours();
    char base[80];
    snprintf(base, sizeof base, "%s-new", word);
    const char *name = e2e_name(base);
    munmap(scene_segment(name, 4096), 4096);
    e2e_wait_text(t, name, 0);
    shm_unlink(name);
    e2e_wait_no_text(t, name, 0);
    const char *other = e2e_name("other"); /* on a machine that has no segment but ours */
    munmap(scene_segment(other, 4096), 4096);
    for (int i = 0; i < COUNT; i++)
        shm_unlink(names[i]);
    e2e_wait_no_text(t, names[0], 0);
    e2e_wait_text(t, "no match among", 0);
    e2e_keys(t, "<Esc>"); /* all again; of many, this one */
    e2e_wait_no_text(t, "no match among", 0);
    e2e_keys(t, "/");
    scene_press(t, other + 1, "filter:");
    e2e_wait_row(t, 2, other, 0);
    e2e_keys(t, "<Enter>");
    scene_quit(t);
}

TEST(columns_tell_what_there_is)
{
    struct e2e *t = open_ours();
    struct e2e_peer *peer = e2e_peer("holder", "rw", names[1]);
    e2e_wait_row(t, 3, "128 KiB", 0);
    e2e_wait_row(t, 3, "peer_holder rw", 0);
    scene_press(t, "jo", "used by 1 process");
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "used by", 0);
    e2e_peer_end(peer);
    scene_quit(t);
}

TEST(sorted_and_inverted)
{
    struct e2e *t = open_ours();
    scene_press(t, "s", "sorted by SIZE, largest first");
    e2e_wait_text(t, "SIZE", 0);
    e2e_wait_row(t, 2, "128 KiB", 0); /* the largest first, as people look for it */
    e2e_wait_row(t, 3, "12 KiB", 0);
    e2e_wait_row(t, 4, "8 KiB", 0);
    e2e_keys(t, "I");
    e2e_wait_row(t, 2, "8 KiB", 0);
    e2e_wait_row(t, 4, "128 KiB", 0);
    scene_press(t, "S", "sorted by LOCATOR, z to a");
    e2e_wait_row(t, 2, names[2], 0);
    e2e_keys(t, "I");
    e2e_wait_row(t, 2, names[0], 0);
    scene_press(t, ":sort mode<Enter>", "sorted by MODE, a to z");
    scene_quit(t);
}

TEST(the_filter)
{
    char head[96];
    struct e2e *t = open_ours();
    snprintf(head, sizeof head, "filter \"%s", word);
    scene_press(t, "/", "filter:");
    e2e_keys(t, "-b");
    e2e_wait_no_text(t, names[0], 0);
    e2e_wait_text(t, names[1], 0);
    e2e_keys(t, "<BS><BS>");
    e2e_wait_text(t, names[0], 0);
    e2e_keys(t, "-c<Enter>");
    e2e_wait_no_text(t, "filter:", 0);
    scene_press(t, "<Enter>", "── 0x0 "); /* Enter again inspects */
    e2e_wait_row(t, 0, names[2], 0);
    scene_press(t, "q", "LOCATOR");
    e2e_keys(t, "<Esc>"); /* all again */
    e2e_wait_no_text(t, head, 0);
    scene_press(t, "/zzzzzz", "no match among");
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "no match among", 0);
    scene_quit(t);
}

TEST(enter_inspects_and_back)
{
    struct e2e *t = open_ours();
    e2e_keys(t, "j");
    wait_bar(t, 3);
    scene_press(t, "<Enter>", "── 0x0 ");
    e2e_wait_row(t, 0, names[1], 0);
    scene_press(t, "s", "LOCATOR");
    wait_bar(t, 3); /* where one was */
    scene_press(t, "<Enter>", "── 0x0 ");
    scene_press(t, "q", "LOCATOR");
    e2e_keys(t, "q"); /* the first screen */
    ck_assert_int_eq(e2e_exit(t, 0), 0);
    e2e_end(t);
}

static bool exists(const char *name)
{
    int fd = shm_open(name, O_RDONLY, 0);
    close(fd);
    return fd >= 0;
}

TEST(removing_one)
{
    struct e2e *t = open_ours();
    struct e2e_peer *peer = e2e_peer("holder", "rw", names[1]);
    e2e_wait_row(t, 3, "peer_holder", 0);
    e2e_keys(t, "d");
    scene_press(t, "no<Enter>", "nothing removed");
    ck_assert(exists(names[0]));
    e2e_keys(t, "d");
    e2e_keys(t, names[0]); /* its name */
    e2e_keys(t, "<Enter>");
    e2e_wait_no_text(t, names[0], 0);
    ck_assert(!exists(names[0]));
    e2e_wait_row(t, 2, names[1], 0);
    scene_press(t, "<Home><Del>", "in use by 1 process:");
    e2e_wait_text(t, "peer_holder", 0);
    e2e_keys(t, "yes<Enter>");
    e2e_wait_no_text(t, names[1], 0);
    ck_assert(!exists(names[1]));
    ck_assert(exists(names[2]));
    scene_quit(t);
    e2e_peer_end(peer);
}

/* Until the program maps such an object, or no longer does. */
static void wait_mapped(struct e2e *t, const char *what, bool wanted)
{
    char line[256];
    bool has = !wanted;
    for (int64_t end = e2e_now() + 10000000000; has != wanted && e2e_now() < end;) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/maps", (int)e2e_pid(t));
        FILE *f = fopen(path, "r");
        ck_assert_ptr_nonnull(f);
        for (has = false; !has && fgets(line, sizeof line, f) != NULL;)
            has = strstr(line, what) != NULL;
        fclose(f);
        e2e_pump(t, 10);
    }
    ck_assert_int_eq(has, wanted);
}

/* Of what was looked at before nothing is kept alive by us. */
TEST(removing_what_was_inspected)
{
    struct e2e *t = open_ours();
    scene_press(t, "<Enter>", "── 0x0 ");
    wait_mapped(t, "/dev/shm/", true);
    scene_press(t, "q", "LOCATOR");
    wait_mapped(t, "/dev/shm/", false); /* we are no user of what we do not show */
    scene_press(t, "dyes<Enter>", "removed posix:");
    e2e_wait_no_text(t, ".shmlens", 0);
    e2e_wait_no_text(t, names[0], 0);
    scene_press(t, "<Home><Enter>", "── 0x0 ");
    e2e_wait_row(t, 0, names[1], 0);
    scene_quit(t);
}

TEST(removing_the_tagged)
{
    struct e2e *t = open_ours();
    e2e_keys(t, "<Space>");
    e2e_wait_row(t, 2, "* posix:", 0);
    e2e_keys(t, "j<Space>");
    e2e_wait_row(t, 4, "* posix:", 0);
    scene_press(t, "d", "Remove 2 tagged segments? Type yes:");
    scene_press(t, "<Enter>", "nothing removed");
    ck_assert(exists(names[0]));
    scene_press(t, "dyes<Enter>", names[1]);
    e2e_wait_no_text(t, names[0], 0);
    e2e_wait_no_text(t, names[2], 0);
    ck_assert(!exists(names[0]) && exists(names[1]) && !exists(names[2]));
    scene_quit(t);
}

TEST(creating)
{
    char base[80], line[256];
    struct stat st;
    struct e2e *t = open_ours();
    snprintf(base, sizeof base, "%s-made", word);
    const char *name = e2e_name(base);
    scene_press(t, "n", "create NAME SIZE");
    snprintf(line, sizeof line, "%s 5000 --mode 640 --fill 0x41<Enter>", name + 1);
    scene_press(t, line, "created posix:");
    e2e_wait_text(t, "4.9 KiB", 0);
    int fd = shm_open(name, O_RDONLY, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(fd, &st), 0);
    ck_assert_int_eq(st.st_size, 5000);
    ck_assert_int_eq(st.st_mode & 0777, 0640);
    close(fd);
    scene_press(t, "<Enter>", "AAAAAAAAAAAAAAAA"); /* the cursor went to it */
    e2e_wait_row(t, 0, name, 0);
    scene_press(t, "s", "LOCATOR");
    scene_press(t, "n", "create NAME SIZE");
    scene_press(t, line, "exists"); /* never touches one that exists */
    scene_press(t, "n/bad/name 1<Enter>", "/bad/name");
    e2e_keys(t, "<Esc>"); /* it is still asked for */
    scene_quit(t);
}

/* Who can be seen decides what an orphan is: here only that the filter works as its word says. */
TEST(orphans_only)
{
    struct e2e *t = open_ours();
    struct e2e_peer *peer = e2e_peer("holder", "rw", names[1]);
    e2e_wait_row(t, 3, "peer_holder", 0);
    scene_press(t, "a", "orphans only");
    e2e_wait_no_text(t, names[1], 0);
    if (e2e_find(t, "idle hidden", NULL, NULL)) { /* some process here cannot be read */
        scene_press(t, "a", "orphans, and idle");
        e2e_wait_text(t, names[0], 0);
    }
    scene_press(t, "a", "all segments");
    e2e_wait_text(t, names[1], 0);
    scene_press(t, "A", "all kinds");
    scene_press(t, "A", "all kinds except mapped files");
    scene_quit(t);
    e2e_peer_end(peer);
}

/* Would `rm` in another shell take it? */
static bool is_unused(struct e2e *t, void *ctx)
{
    (void)t;
    struct e2e_result r = e2e_run("rm", "--dry-run", ctx);
    bool unused = r.status == 0;
    e2e_result_free(&r);
    return unused;
}

TEST(back_at_the_list_it_is_closed)
{
    struct e2e *t = open_ours();
    void *of = (void *)(uintptr_t)names[0];
    scene_press(t, "<Enter>", "00000000");
    scene_press(t, "<Down><Down>ma", "0x20");
    ck_assert(!is_unused(t, of)); /* we have it */
    scene_press(t, "q", "LOCATOR");
    e2e_wait(t, is_unused, of, "that it is closed", 0);
    scene_press(t, "<Enter>", "00000000");
    e2e_wait_text(t, "── 0x20 ", 0); /* where the cursor was */
    scene_press(t, "<Up>", "── 0x10 ");
    scene_press(t, "'a", "── 0x20 ");
    scene_quit(t);
}

TEST(the_question_names_the_proof)
{
    struct e2e *t = open_ours();
    scene_press(t, "d", "orphan: no process uses it (asked just now)");
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "Type its name", 0);
    struct e2e_peer *peer = e2e_peer("holder", "rw", names[0]);
    scene_press(t, "d", "in use by 1 process: peer_holder (");
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "in use by 1 process: peer", 0);
    scene_press(t, "<Enter>", "00000000");
    scene_press(t, ":rm<Enter>", "in use by 1 process: peer_holder (");
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "in use by 1 process: peer", 0);
    e2e_peer_end(peer);
    scene_press(t, ":rm<Enter>",
                "orphan: no process uses it (asked just now)"); /* we ourselves do not count */
    scene_press(t, "no<Enter>", "nothing removed");
    ck_assert(exists(names[0]));
    ck_assert(!is_unused(t, (void *)(uintptr_t)names[0])); /* it is open again */
    scene_press(t, ":rm<Enter>", "orphan: no process uses it (asked just now)");
    scene_press(t, "yes<Enter>", "removed");
    ck_assert(!exists(names[0]));
    scene_press(t, "<Down>", "00000000"); /* what was removed is still shown */
    scene_quit(t);
}

/* ls on a terminal: a long name does not wrap, unless --wide says so. */
TEST_LOOP(ls_fits_the_terminal, 2)
{
    char base[160];
    snprintf(base, sizeof base, "wide%d-%0120d", (int)getpid(), 7);
    const char *name = e2e_name(base);
    munmap(scene_segment(name, 4096), 4096);
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, "ls", "--kind", "posix", _i == 1 ? "--wide" : NULL),
        .rows = 200,
        .cols = 80});
    ck_assert_int_eq(e2e_exit(t, 0), 0);
    char start[64];
    int row = 0, col = 0;
    snprintf(start, sizeof start, "posix:/wide%d-", (int)getpid());
    ck_assert(e2e_find(t, start, &row, &col));
    ck_assert_int_eq(col, 0);
    ck_assert(e2e_find(t, "\u2026", NULL, NULL) == (_i == 0));
    snprintf(start, sizeof start, "%s ", name + strlen(name) - 5); /* the end of the name */
    ck_assert(_i == 1 || strstr(e2e_row(t, row), start) != NULL);
    ck_assert((strstr(e2e_row(t, row), "4096") != NULL) == (_i == 0));
    e2e_end(t);
    shm_unlink(name);
}

/* Other texts are cut before the locators, which one needs to act on a segment. */
TEST(ls_cuts_locators_last)
{
    char base[160], whole[200];
    snprintf(base, sizeof base, "last%d-%0100d", (int)getpid(), 7);
    const char *name = e2e_name(base);
    snprintf(whole, sizeof whole, "posix:/%.*s ", (int)strlen(name + 1), name + 1);
    munmap(scene_segment(name, 4096), 4096);
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, "ls", "--kind", "posix", "--columns", "LOCATOR,NAME"),
        .rows = 200,
        .cols = 200});
    ck_assert_int_eq(e2e_exit(t, 0), 0);
    ck_assert(e2e_find(t, whole, NULL, NULL));
    ck_assert(e2e_find(t, "\u2026", NULL, NULL));
    e2e_end(t);
    shm_unlink(name);
}

TEST(the_menu_of_the_list)
{
    struct e2e *t = open_ours();
    scene_press(t, "M", "n  create a segment...");
    scene_press(t, "d", "Type its name, or yes:");
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "Type its name, or yes:", 0);
    scene_press(t, "<F9>", "O  options...");
    scene_press(t, "<Down><Down><Down><Enter>", "samples a second");
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "samples a second", 0);
    scene_press(t, ":rm", ":rm");
    e2e_keys(t, " ");
    e2e_keys(t, names[0]);
    scene_press(t, " /nope<Enter>", "Type yes:");
    scene_press(t, "yes<Enter>", "/nope: no such segment");
    ck_assert(!exists(names[0]));
    e2e_end(t);
}

SUITE(test_e2e_list, .timeout = 120,
      TESTS(segments_come_and_go, columns_tell_what_there_is, sorted_and_inverted, the_filter,
            enter_inspects_and_back, removing_one, removing_what_was_inspected, removing_the_tagged,
            creating, orphans_only, back_at_the_list_it_is_closed, the_question_names_the_proof,
            the_menu_of_the_list, ls_fits_the_terminal, ls_cuts_locators_last));
