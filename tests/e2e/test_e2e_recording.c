/* A recording on the screen: its end, its past, and that it cannot be changed; and one that happens
 * again. */
#include "scene.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/remover.h"
#include "support/suite.h"

enum { SIZE = 8192 }; /* the first page comes with the first text */

#define HOLE "·· ·· ·· ·· ·· ·· ·· ··"

static char path[300], locator[310];

/* Waits until the file tells of so many changes. */
static void await_changes(int count)
{
    char number[16];
    snprintf(number, sizeof number, "%d", count);
    struct e2e_result r = e2e_run("watch", locator, "--count", number);
    ck_assert_int_eq(r.status, 0);
    e2e_result_free(&r);
}

static uint8_t *memory;
static struct e2e_peer *recorder;

/* Begins to record a segment; the first change is in the file. */
static void begin(void)
{
    const char *name = e2e_name("recorded");
    memory = scene_segment(name, SIZE);
    snprintf(path, sizeof path, "/tmp/shmlens-e2e-%d.rec", (int)getpid());
    snprintf(locator, sizeof locator, "rec:%s", path);
    (void)unlink(path);
    remover_path(path);
    recorder = e2e_background(E2E_ARGV(e2e_shmlens, "record", name, path));
    struct e2e_result r = e2e_run("wait", locator, "--exists", "--timeout", "10s");
    ck_assert_int_eq(r.status, 0);
    e2e_result_free(&r);
    memory[SIZE - 1]++;
    await_changes(1);
}

/* Stores one text after the other, each when the one before is in the file. */
static void record(const char *const *texts, int count)
{
    begin();
    for (int i = 0; i < count; i++) {
        memcpy(memory + 16, texts[i], strlen(texts[i]));
        await_changes(i + 2);
    }
    kill(e2e_peer_pid(recorder), SIGINT);
    ck_assert_int_eq(e2e_peer_end(recorder), 0);
}

static struct e2e *open_recording(void)
{
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, locator)});
    e2e_wait_text(t, "F10Quit", 0);
    return t;
}

TEST(a_recording_is_rewound)
{
    static const char *const texts[] = {"first", "other", "third"};
    record(texts, 3);
    struct e2e *t = open_recording();
    e2e_wait_text(t, "RECORDED", 0);
    e2e_wait_text(t, "third", 0);
    scene_press(t, "c", "── 0x10 "); /* what changed while it was made */
    scene_press(t, "C", "── 0x1fff ");
    scene_press(t, "g0<Enter>", "── 0x0 ");
    scene_press(t, "[", "other");
    e2e_wait_text(t, "AT ", 0);
    e2e_wait_text(t, ". End [", 0); /* there is no "live" in a recording */
    scene_press(t, "[", "first");
    scene_press(t, "[", "00000010  " HOLE);
    scene_press(t, "]", "first");
    e2e_wait_row(t, SCENE_TOP + 2, "00000020  00 00 00 00", 0);
    scene_press(t, "]", "other");
    scene_press(t, ".", "third");
    e2e_wait_text(t, "RECORDED", 0);
    scene_press(t, "i", "a recording is read-only");
    scene_press(t, "p", "a recording is read-only"); /* it never asks to turn editing on */
    scene_press(t, ":fill 0 4 1<Enter>", "a recording is read-only");
    scene_press(t, ".", "this is the end of the recording");
    scene_quit(t);
    unlink(path);
}

/* Space plays from the start, stops where it is, and plays on. */
TEST(a_recording_is_played)
{
    static const char *const texts[] = {"first", "other", "third"};
    record(texts, 3);
    struct e2e *t = open_recording();
    scene_press(t, "<Space>", "PLAY "); /* also while it is still being read */
    e2e_wait_text(t, "the end of the recording; Space plays it again", 0);
    e2e_wait_text(t, "RECORDED", 0);
    e2e_wait_text(t, "third", 0);
    scene_press(t, "[[", "first");
    scene_press(t, "<Space>", "third");
    e2e_wait_text(t, "RECORDED", 0);
    scene_quit(t);
    unlink(path);
}

TEST(a_recording_happens_again)
{
    static const char *const texts[] = {"again"};
    record(texts, 1);
    struct e2e_result gone = e2e_run("wait", "/shmlens-demo", "--gone", "--timeout", "5s");
    bool ours = gone.status == 0;
    e2e_result_free(&gone);
    if (!ours) {
        unlink(path);
        SKIP("another demo runs on this machine");
    }
    remover_segment("/shmlens-demo");
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

/* The screen follows a recording that is being made, can be rewound meanwhile, and says when it is
 * over, also when its maker is killed. */
TEST_LOOP(a_running_one_is_followed, 2)
{
    static const int ends[] = {SIGINT, SIGKILL};
    begin();
    struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, locator)});
    e2e_wait_row(t, 0, "RECORDING", 0);
    memcpy(memory + 16, "first", 5);
    e2e_wait_text(t, "first", 0);
    memcpy(memory + 16, "other", 5);
    e2e_wait_text(t, "other", 0);
    scene_press(t, "[", "first");
    e2e_wait_row(t, 0, "AT ", 0);
    memcpy(memory + 16, "third", 5);
    await_changes(4);
    e2e_wait_text(t, "first", 0);
    scene_press(t, ":peek 16 5 --as utf8<Enter>", "first as of -");
    scene_press(t, ".", "third");
    e2e_wait_row(t, 0, "RECORDING", 0);
    kill(e2e_peer_pid(recorder), ends[_i]);
    ck_assert_int_eq(e2e_peer_end(recorder), _i == 0 ? 0 : -SIGKILL);
    e2e_wait_row(t, 0, "RECORDED", 0);
    scene_press(t, "[", "other");
    scene_press(t, "[", "first");
    e2e_wait_row(t, SCENE_TOP + 2, "00000020  00 00 00 00", 0); /* its page is data since then */
    scene_press(t, "[", "00000010  " HOLE);
    scene_quit(t);
    unlink(path);
}

SUITE(test_e2e_recording, .timeout = 120,
      TESTS(a_recording_is_rewound, a_recording_is_played, a_recording_happens_again,
            a_running_one_is_followed));
