/* A frozen value against a peer that counts it up; what lets it go. What is not of one moment: the
 * selection against a peer that overwrites it, a record under its sequence counter. */
#include "scene.h"
#include "support/suite.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static struct e2e *frozen(const char *name, struct e2e_peer **peer)
{
    *peer = e2e_peer("counter", name, "4096", "16", "2000");
    struct e2e *t = scene_attach(name, E2E_ARGV("--edit", "--view", "u64"));
    e2e_wait_text(t, "EDIT", 0);
    e2e_keys(t, "g16<Enter>");
    scene_at(t, 16);
    scene_press(t, "<C-t>", "1 FROZEN");
    return t;
}

/* The number behind `put back`, 0: not there. */
static unsigned long fights(struct e2e *t)
{
    int row = 0;
    if (!e2e_find(t, "frozen, restored ", &row, NULL))
        return 0;
    return strtoul(strstr(e2e_row(t, row), "restored ") + 9, NULL, 10);
}

static bool fought(struct e2e *t, void *ctx)
{
    return fights(t) > *(unsigned long *)ctx;
}

TEST(fights_are_counted_and_shown)
{
    struct e2e_peer *peer;
    struct e2e *t = frozen(e2e_name("freeze"), &peer);
    unsigned long n = 20;
    e2e_wait(t, fought, &n, "fights", 0);
    ck_assert_ptr_nonnull(strstr(e2e_row(t, SCENE_TOP + 1), "00000010 ="));
    n = fights(t);
    e2e_wait(t, fought, &n, "more fights", 0);
    scene_press(t, ":frozen<Enter>", "a  release all");
    scene_press(t, "<Enter>", "released; it was restored");
    e2e_wait_no_text(t, "FROZEN", 0);
    scene_press(t, "<C-t>", "1 FROZEN");
    scene_press(t, "<F4>", "1 frozen value released");
    e2e_wait_no_text(t, "1 FROZEN", 0);
    scene_quit(t);
    e2e_peer_end(peer);
}

/* What the other process stores stays when the program has gone, and nothing is left behind. */
TEST(the_end_lets_go)
{
    const char *name = e2e_name("freeze");
    _Atomic unsigned char *memory = (_Atomic unsigned char *)(void *)scene_segment(name, 4096);
    struct e2e *t = scene_attach(name, E2E_ARGV("--edit"));
    e2e_wait_text(t, "EDIT", 0);
    scene_press(t, "<C-t>", "0x0 frozen at hex 00");
    atomic_store(&memory[0], 5);
    scene_memory(t, (const uint8_t *)memory, "", 1);
    e2e_wait_text(t, "frozen, restored once", 0);
    e2e_keys(t, "5a"); /* typed: kept from now on */
    scene_memory(t, (const uint8_t *)memory, "Z", 1);
    atomic_store(&memory[0], 6);
    scene_memory(t, (const uint8_t *)memory, "Z", 1);
    scene_press(t, "Q", "press it again"); /* a slip between digits does no harm */
    scene_quit(t);
    atomic_store(&memory[0], 7);
    ck_assert_int_eq(memory[0], 7);
}

TEST(a_selection_that_never_settles)
{
    const char *name = e2e_name("torn");
    struct e2e_peer *peer = e2e_peer("hammer", name, "4096");
    struct e2e *t = scene_open(name);
    e2e_keys(t, "<S-Down><S-Down>");
    e2e_wait_text(t, "changes while it is read: ", 0);
    e2e_wait_text(t, "00000010 ~", 0);
    e2e_keys(t, "<Esc>");
    e2e_wait_no_text(t, "while it is read", 0);
    e2e_wait_no_text(t, "00000010 ~", 0);
    scene_quit(t);
    e2e_peer_end(peer);
}

TEST(a_record_under_its_counter)
{
    const char *busy = e2e_name("odd"), *name = e2e_name("even");
    struct e2e_peer *odd = e2e_peer("seqlock", busy, "0");
    struct e2e_peer *even = e2e_peer("seqlock", name, "20000");
    struct e2e *t = scene_open(busy);
    scene_press(t, ":seqlock 0<Enter>", "SEQLOCK ~");
    e2e_wait_text(t, "~ seqlock 1: being written", 0);
    scene_press(t, ":seqlock off<Enter>", "seqlock off");
    e2e_wait_no_text(t, "SEQLOCK", 0);
    scene_quit(t);
    for (int i = 0; i < 20; i++) {
        struct e2e_result r = e2e_run("peek", name, "64", "512", "--as", "u64", "--seqlock", "0");
        uint64_t sum = 0, last = 0;
        const char *line = r.out;
        ck_assert_int_eq(r.status, 0);
        for (int k = 0; k < 64; k++) {
            line = strchr(line, ' ');
            ck_assert_ptr_nonnull(line);
            sum += last;
            last = strtoull(++line, NULL, 10);
        }
        ck_assert_msg(sum == last, "run %d is torn", i);
        e2e_result_free(&r);
    }
    struct e2e_result r = e2e_run("peek", busy, "64", "512", "--seqlock", "0");
    ck_assert_int_eq(r.status, 1);
    ck_assert_uint_eq(r.out_size, 0);
    e2e_result_free(&r);
    e2e_peer_end(even);
    e2e_peer_end(odd);
}

SUITE(test_e2e_freeze, .timeout = 120,
      TESTS(fights_are_counted_and_shown, the_end_lets_go, a_selection_that_never_settles,
            a_record_under_its_counter));
