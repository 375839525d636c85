/* A process that hangs whoever asks about it: the list goes around it and says so, and quitting
 * does not wait; a command that a file system hangs is interrupted. Nothing else should read /proc
 * meanwhile. */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "scene.h"
#include "support.h"
#include "support/remover.h"
#include "support/suite.h"

static struct e2e_peer *hanging, *mapper;
static const char *name;

/* The list, with a process that hangs; NULL: there can be none here. */
static struct e2e *open_list(void)
{
    char peer[1024];
    (void)snprintf(peer, sizeof peer, "%s/peer_stuck", e2e_peers);
    name = e2e_name("hang");
    support_make(name, "ring", 4, 4096);
    mapper = e2e_peer("holder", "rw", name);
    hanging = e2e_background(E2E_ARGV(peer, "/dev"));
    const char *line = e2e_peer_line(hanging, 0);
    if (line == NULL || strcmp(line, "ready") != 0) {
        printf("%s\n", line != NULL ? line : "skip: the peer that hangs ended");
        e2e_peer_end(hanging);
        e2e_peer_end(mapper);
        return NULL;
    }
    return e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens), .cols = 120});
}

static void wait_hanging(struct e2e *t)
{
    char text[64];
    (void)snprintf(text, sizeof text, "(%d hangs)", (int)e2e_peer_pid(hanging));
    e2e_wait_text(t, text, 0);
}

TEST(the_list_goes_around_it)
{
    struct e2e *t = open_list();
    if (t == NULL)
        return;
    e2e_wait_text(t, name, 0); /* by its name, at once */
    e2e_keys(t, "/");
    e2e_wait_text(t, "filter:", 0);
    e2e_keys(t, name + 1); /* keys are answered */
    e2e_keys(t, "<Enter>");
    e2e_wait_no_text(t, "filter:", 0);
    e2e_wait_row(t, 2, "?", 0);    /* who uses it could not be determined yet */
    e2e_wait_text(t, "/proc ", 0); /* how far it is */
    wait_hanging(t);               /* gone around */
    e2e_wait_row(t, 2, " rw", 0);  /* the others were read */
    e2e_peer_end(hanging);
    e2e_wait_no_text(t, "hangs", 0); /* the thread came back */
    e2e_wait_row(t, 2, " rw", 0);
    support_quit(t);
    e2e_peer_end(mapper);
    shm_unlink(name);
}

static bool is_restored(struct e2e *t, void *ctx)
{
    (void)ctx;
    return !support_mode(t, "1049");
}

/* The user is let go. (The thread itself ends when the kernel lets it: where several look up the
 * same name, that is not before the peer's end.) */
TEST(quitting_does_not_wait)
{
    struct e2e *t = open_list();
    if (t == NULL)
        return;
    wait_hanging(t);
    e2e_keys(t, "Q");
    e2e_wait(t, is_restored, NULL, "the terminal as it was", 0);
    e2e_peer_end(hanging);
    ck_assert_int_eq(e2e_exit(t, 0), 0);
    ck_assert_ptr_null(support_not_restored(t));
    e2e_end(t);
    e2e_peer_end(mapper);
    shm_unlink(name);
}

/* ---- commands at a file that hangs ---- */

static const struct {
    const char *words[5];
} at_the_file[] = {
    {{"ls", "--kind", "file"}}, {{"diff", "FILE", "file:/etc/passwd"}},
    {{"info", "FILE"}},         {{"save", "FILE", "OUT"}},
    {{"watch", "FILE"}},
};

/* In a mount namespace of this test. */
static struct e2e_peer *hang_at(const char *where)
{
    char peer[1024];
    (void)snprintf(peer, sizeof peer, "%s/peer_stuck", e2e_peers);
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return NULL;
    struct e2e_peer *p = e2e_background(E2E_ARGV(peer, where, "file"));
    const char *line = e2e_peer_line(p, 0);
    if (line != NULL && strcmp(line, "ready") == 0)
        return p;
    e2e_peer_end(p);
    return NULL;
}

/* Starts the command and interrupts it while it waits for the file. */
static void interrupt(struct e2e_peer *file, const char *const *words, const char *folder)
{
    const char *argv[8] = {e2e_shmlens};
    char locator[64], out[64];
    int status = 0;
    (void)snprintf(locator, sizeof locator, "file:%s/m/f", folder);
    (void)snprintf(out, sizeof out, "%s/out", folder);
    for (size_t i = 0; words[i] != NULL; i++)
        argv[i + 1] = strcmp(words[i], "FILE") == 0  ? locator
                      : strcmp(words[i], "OUT") == 0 ? out
                                                     : words[i];
    pid_t pid = fork();
    if (pid == 0) {
        (void)signal(SIGINT, SIG_DFL);
        (void)execv(argv[0], (char **)(uintptr_t)argv);
        _exit(127);
    }
    const char *line = e2e_peer_line(file, 0);
    ck_assert_msg(line != NULL && strcmp(line, "asked") == 0, "%s", words[0]);
    ck_assert_int_eq(kill(pid, SIGINT), 0);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid); /* or the test is out of time */
    ck_assert_msg(WIFSIGNALED(status), "%s: %#x", words[0], (unsigned)status);
}

TEST_LOOP(commands_are_interrupted, SUITE_ROWS(at_the_file))
{
    char folder[] = "/tmp/shmlens-hang-XXXXXX", where[64];
    if (mkdtemp(folder) == NULL)
        SKIP("no folder in /tmp");
    remover_path(folder);
    (void)snprintf(where, sizeof where, "%s/m", folder);
    ck_assert_int_eq(mkdir(where, 0700), 0);
    struct e2e_peer *file = hang_at(where);
    if (file == NULL)
        SKIP("no FUSE file system can be made here");
    interrupt(file, at_the_file[_i].words, folder);
    e2e_peer_end(file);
}

/* What is on the screen is not live then, and says so; keys are answered, and it goes on after. */
TEST(a_save_that_hangs_is_seen)
{
    char folder[] = "/tmp/shmlens-hang-XXXXXX", where[64], line[128];
    if (mkdtemp(folder) == NULL)
        SKIP("no folder in /tmp");
    remover_path(folder);
    (void)snprintf(where, sizeof where, "%s/m", folder);
    ck_assert_int_eq(mkdir(where, 0700), 0);
    const char *segment = e2e_name("saved");
    uint8_t *bytes = scene_segment(segment, 4096);
    struct e2e_peer *file = hang_at(where);
    if (file == NULL)
        SKIP("no FUSE file system can be made here");
    struct e2e *t = scene_open(segment);
    e2e_wait_text(t, "LIVE", 0);
    (void)snprintf(line, sizeof line, ":save %s/x<Enter>", where);
    e2e_keys(t, line);
    e2e_wait_text(t, "WAITING 2 s", 0);
    e2e_wait_no_text(t, "LIVE", 0);
    scene_press(t, "<Right>", "\u2500 0x1 ");
    e2e_peer_end(file);
    bytes[0] = 0x5e;
    e2e_wait_text(t, "00000000  5e", 0);
    e2e_wait_text(t, "LIVE", 0);
    scene_quit(t);
}

SUITE(test_e2e_hang, TESTS(the_list_goes_around_it, quitting_does_not_wait,
                           commands_are_interrupted, a_save_that_hangs_is_seen));
