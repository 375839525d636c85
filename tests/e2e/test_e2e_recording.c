/* A recording on the screen: its end, its past, and that it cannot be changed; and one that happens
 * again. */
#include "scene.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/remover.h"

enum { SIZE = 8192 }; /* the first page comes with the first text */

#define HOLE "·· ·· ·· ·· ·· ·· ·· ··"

static char path[300], locator[310];

/* How many changes the file tells of by now. */
static int changes(void)
{
    struct e2e_result r = e2e_run("watch", locator);
    int lines = 0;
    for (const char *p = r.out; (p = strchr(p, '\n')) != NULL; p++)
        lines++;
    e2e_result_free(&r);
    return lines;
}

/* Stores one text after the other, each when the one before is in the file. */
static void record(const char *const *texts, int count)
{
    const char *name = e2e_name("recorded");
    uint8_t *memory = scene_segment(name, SIZE);
    snprintf(path, sizeof path, "/tmp/shmlens-e2e-%d.rec", (int)getpid());
    snprintf(locator, sizeof locator, "rec:%s", path);
    (void)unlink(path);
    remover_path(path);
    struct e2e_peer *p = e2e_background(E2E_ARGV(e2e_shmlens, "record", name, path));
    for (int i = 0; i < 2000 && access(path, R_OK) != 0; i++)
        (void)poll(NULL, 0, 5);
    memory[SIZE - 1] = 1; /* until this is seen it has not begun */
    for (int i = 0; i < 200 && changes() == 0; i++)
        memory[SIZE - 1]++;
    int before = changes();
    for (int i = 0; i < count; i++) {
        memcpy(memory + 16, texts[i], strlen(texts[i]));
        for (int k = 0; k < 500 && changes() <= before; k++)
            (void)poll(NULL, 0, 10);
        before = changes();
    }
    kill(e2e_peer_pid(p), SIGINT);
    ck_assert_int_eq(e2e_peer_end(p), 0);
}

static struct e2e *open_recording(void)
{
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, locator)});
    e2e_wait_text(t, "RECORDED", 0);
    e2e_wait_text(t, "F10Quit", 0);
    return t;
}

START_TEST(a_recording_is_rewound)
{
    static const char *const texts[] = {"first", "other", "third"};
    record(texts, 3);
    struct e2e *t = open_recording();
    e2e_wait_text(t, "third", 0);
    scene_press(t, "[", "other");
    e2e_wait_text(t, "T-", 0);
    scene_press(t, "[", "first");
    scene_press(t, "[", "00000010  " HOLE);
    scene_press(t, "]", "first");
    e2e_wait_row(t, 3, "00000020  00 00 00 00", 0);
    scene_press(t, "]", "other");
    scene_press(t, ".", "third");
    e2e_wait_text(t, "RECORDED", 0);
    scene_press(t, "i", "a recording is read-only");
    scene_quit(t);
    unlink(path);
}
END_TEST

START_TEST(a_recording_happens_again)
{
    static const char *const texts[] = {"again"};
    record(texts, 1);
    struct e2e *t =
        e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, "demo", "--replay", path)});
    e2e_wait_text(t, "/shmlens-demo", 0);
    e2e_wait_text(t, "again", 0);
    scene_quit(t);
    struct e2e_result r = e2e_run("wait", "/shmlens-demo", "--gone", "--timeout", "10s");
    ck_assert_int_eq(r.status, 0);
    e2e_result_free(&r);
    unlink(path);
}
END_TEST

int main(void)
{
    const struct scene_test tests[] = {
        {a_recording_is_rewound, 0}, {a_recording_happens_again, 0}, {NULL, 0}};
    return scene_run("recordings on the screen", tests);
}
