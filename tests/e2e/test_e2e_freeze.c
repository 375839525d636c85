/* A frozen value against a peer that counts it up; what lets it go. */
#include "scene.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static struct e2e *frozen(const char *name, struct e2e_peer **peer)
{
    *peer = e2e_peer("counter", name, "4096", "16", "2000");
    struct e2e *t = scene_attach(name, E2E_ARGV("--edit", "--view", "u64"));
    e2e_wait_text(t, "EDIT LIVE", 0);
    e2e_keys(t, "g16<Enter>");
    scene_at(t, 16);
    scene_press(t, "<C-t>", "1 FROZEN");
    return t;
}

/* The number behind `put back`, 0: not there. */
static unsigned long fights(struct e2e *t)
{
    int row = 0;
    if (!e2e_find(t, "frozen, put back ", &row, NULL))
        return 0;
    return strtoul(strstr(e2e_row(t, row), "put back ") + 9, NULL, 10);
}

static bool fought(struct e2e *t, void *ctx)
{
    return fights(t) > *(unsigned long *)ctx;
}

START_TEST(fights_are_counted_and_shown)
{
    struct e2e_peer *peer;
    struct e2e *t = frozen(e2e_name("freeze"), &peer);
    unsigned long n = 20;
    e2e_wait(t, fought, &n, "fights", 0);
    ck_assert_ptr_nonnull(strstr(e2e_row(t, 2), "00000010 ="));
    n = fights(t);
    e2e_wait(t, fought, &n, "more fights", 0);
    scene_press(t, ":frozen<Enter>", "a  let all go");
    scene_press(t, "<Enter>", "let go: it was put back");
    e2e_wait_no_text(t, "FROZEN", 0);
    scene_press(t, "<C-t>", "1 FROZEN");
    scene_press(t, "<F4>", "1 frozen value let go");
    e2e_wait_no_text(t, "1 FROZEN", 0);
    scene_quit(t);
    e2e_peer_end(peer);
}
END_TEST

/* What the other process stores stays when the program has gone, and nothing is left behind. */
START_TEST(the_end_lets_go)
{
    const char *name = e2e_name("freeze");
    _Atomic unsigned char *memory = (_Atomic unsigned char *)(void *)scene_segment(name, 4096);
    struct e2e *t = scene_attach(name, E2E_ARGV("--edit"));
    e2e_wait_text(t, "EDIT LIVE", 0);
    scene_press(t, "<C-t>", "0x0 is kept at hex 00");
    atomic_store(&memory[0], 5);
    scene_memory(t, (const uint8_t *)memory, "", 1);
    e2e_wait_text(t, "frozen, put back once", 0);
    e2e_keys(t, "5a"); /* typed: kept from now on */
    scene_memory(t, (const uint8_t *)memory, "Z", 1);
    atomic_store(&memory[0], 6);
    scene_memory(t, (const uint8_t *)memory, "Z", 1);
    scene_quit(t);
    atomic_store(&memory[0], 7);
    ck_assert_int_eq(memory[0], 7);
}
END_TEST

int main(void)
{
    return scene_run("e2e_freeze", (const struct scene_test[]){{fights_are_counted_and_shown, 0},
                                                               {the_end_lets_go, 0},
                                                               {NULL, 0}});
}
