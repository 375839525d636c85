/* What other processes do to the segment, as the inspect screen shows it: stores, sizes, the name,
 * permissions; and who they are. */
#include "scene.h"
#include "support/suite.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE = 4096, NOBODY = 65534 };

static const char *name;
static uint8_t *memory;

static struct e2e *open_new(void)
{
    name = e2e_name("live");
    memory = scene_segment(name, SIZE);
    memcpy(memory, "segment", 7);
    return scene_open(name);
}

/* Resizes the segment as its owner may at any time. */
static void resize(off_t size)
{
    int fd = shm_open(name, O_RDWR, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, size), 0);
    close(fd);
}

/* The classic sample: the UI follows the writer, removes the segment, and the reader fails. */
TEST(the_classic_sample)
{
    static const char *const strings[] = {"one string", "another 123", "\xe6\x97\xa5\xe6\x9c\xac"};
    static const char *const shown[] = {"one string", "another 123", "日·本·"};
    char path[1024];
    name = e2e_name("classic");
    struct e2e_peer *writer = e2e_peer("hello_writer", name);
    struct e2e *t = scene_open(name);
    e2e_wait_text(t, "Hello from proce", 0);
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        e2e_peer_send(writer, strings[i]);
        ck_assert_str_eq(e2e_peer_line(writer, 0), "stored");
        e2e_wait_text(t, shown[i], 0);
    }
    scene_press(t, ":rm<Enter>", "Type its name, or yes:");
    e2e_wait_text(t, "in use by 1 process: ", 0); /* who still maps it */
    scene_press(t, "yes<Enter>", "unlinked");
    snprintf(path, sizeof path, "%s/peer_hello_reader", e2e_peers);
    struct e2e_result r = e2e_command(&(struct e2e_command){.argv = E2E_ARGV(path, name)});
    ck_assert_int_eq(r.status, 1);
    ck_assert_ptr_nonnull(strstr(r.err, "ENOENT"));
    e2e_result_free(&r);
    e2e_peer_send(writer, "still here"); /* the memory lives on for those who have it */
    e2e_wait_text(t, "still here", 0);
    scene_quit(t);
    e2e_peer_end(writer);
}

/* The cell of offset 0x20 + i. */
static bool marked(struct e2e *t, void *ctx)
{
    const int *i = ctx;
    return !e2e_cell(t, SCENE_TOP + 2, 10 + 3 * *i).bg.standard;
}

static bool unmarked(struct e2e *t, void *ctx)
{
    return !marked(t, ctx);
}

TEST(a_change_is_highlighted_and_fades)
{
    struct e2e *t = open_new();
    scene_press(t, ":set fresh 0.2<Enter>", "fresh is 0.2");
    ck_assert(!marked(t, &(int){1}));
    memory[0x21] = 0xab;
    e2e_wait(t, marked, &(int){1}, "highlighted", 0);
    ck_assert(strstr(e2e_row(t, SCENE_TOP + 2), "00 ab 00") != NULL);
    ck_assert(!marked(t, &(int){3}));
    e2e_wait(t, unmarked, &(int){1}, "faded", 0);
    scene_quit(t);
}

TEST(paused_the_picture_stands)
{
    struct e2e *t = open_new();
    scene_press(t, "<Space>", "PAUSED");
    memcpy(memory, "writing", 7);
    scene_press(t, ":peek 0 7 --as ascii<Enter>", "writing"); /* the program sees it; */
    e2e_wait_row(t, SCENE_TOP, "73 65 67 6d 65 6e 74", 0);    /* the picture does not */
    scene_press(t, "<Space>", "LIVE");
    e2e_wait_row(t, SCENE_TOP, "writing", 0);
    scene_quit(t);
}

TEST(faster_and_slower)
{
    struct e2e *t = open_new();
    scene_press(t, "+", "hz is 500 (samples a second)");
    scene_press(t, "-", "hz is 250 (samples a second)");
    scene_press(t, "-", "hz is 100 (samples a second)");
    e2e_wait_text(t, "LIVE 100 Hz", 0);
    scene_press(t, ":hz 1<Enter>", "hz is 1 (samples a second)");
    scene_press(t, "-", "hz is 1 (samples a second)");
    scene_press(t, ":rate 0<Enter>", "hz is 1 to 1000");
    scene_quit(t);
}

TEST(shrunk_and_grown)
{
    struct e2e *t = open_new();
    resize(100);
    e2e_wait_text(t, "shrunk to 100 bytes", 0);
    e2e_wait_text(t, "00000060", 0);
    e2e_wait_no_text(t, "00000070", 0);
    resize(8192);
    e2e_wait_text(t, "grown to 8192 bytes", 0);
    e2e_wait_text(t, "00000070", 0);
    resize(0);
    e2e_wait_text(t, "shrunk to 0 bytes", 0);
    resize(SIZE);
    e2e_wait_text(t, "grown to 4096 bytes", 0);
    e2e_wait_text(t, "00000060", 0);
    e2e_keys(t, "<Esc>"); /* read */
    e2e_wait_no_text(t, "grown to", 0);
    scene_quit(t);
}

TEST(unlinked_and_kept_alive)
{
    struct e2e *t = open_new();
    shm_unlink(name);
    e2e_wait_text(t, "unlinked", 0);
    memcpy(memory, "SEGMENT", 7);
    e2e_wait_text(t, "SEGMENT", 0);
    munmap(memory, SIZE); /* now only the program has it */
    e2e_wait_text(t, "KEEPING ALIVE", 0);
    e2e_wait_text(t, "SEGMENT", 0);
    scene_press(t, "R", "no new segment of this name");
    scene_quit(t);
}

TEST(replaced_and_reattached)
{
    struct e2e *t = open_new();
    scene_press(t, "g0x40<Enter>", "── 0x40 ");
    shm_unlink(name);
    uint8_t *other = scene_segment(name, SIZE);
    memcpy(other, "successor", 9);
    e2e_wait_text(t, "replaced by a new segment of this name (R reattaches)", 0);
    e2e_wait_row(t, SCENE_TOP + 1, "segment", 0);
    scene_press(t, "R", "successor");
    e2e_wait_no_text(t, "replaced", 0);
    scene_at(t, 0x40);
    other[9] = '!';
    e2e_wait_text(t, "successor!", 0);
    scene_quit(t);
}

/* As a user who may be refused: root reads everything. */
TEST(permission_lost)
{
    name = e2e_name("denied");
    memory = scene_segment(name, SIZE);
    char path[512];
    snprintf(path, sizeof path, "/dev/shm%s", name);
    if (geteuid() != 0 || access("/usr/bin/setpriv", X_OK) != 0)
        SKIP("needs root and setpriv");
    ck_assert_int_eq(chown(path, NOBODY, NOBODY), 0);
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV("/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                         e2e_shmlens, "--no-config", name)});
    e2e_wait_text(t, "00000000  ··", 0);
    ck_assert_int_eq(chmod(path, 0), 0);
    e2e_wait_text(t, "permission lost: mode is now ---------", 0);
    memory[0] = 0xaa; /* what is mapped can still be read */
    e2e_wait_text(t, "00000000  aa", 0);
    ck_assert_int_eq(chmod(path, 0600), 0);
    e2e_wait_no_text(t, "permission lost", 0);
    scene_quit(t);
}

TEST(who_has_it)
{
    char rw[64], ro[64], fd[64];
    struct e2e *t = open_new();
    struct e2e_peer *peers[3] = {e2e_peer("holder", "map", name), e2e_peer("holder", "r", name),
                                 e2e_peer("holder", "fd", name)};
    const struct passwd *me = getpwuid(getuid());
    const char *user = me != NULL ? me->pw_name : "";
    snprintf(rw, sizeof rw, "%d peer_holder      %-9s rw", (int)e2e_peer_pid(peers[0]), user);
    snprintf(ro, sizeof ro, "%d peer_holder      %-9s r ", (int)e2e_peer_pid(peers[1]), user);
    snprintf(fd, sizeof fd, "%d peer_holder      %-9s fd                           fd ",
             (int)e2e_peer_pid(peers[2]), user);
    scene_press(t, "o", "used by");
    e2e_wait_text(t, rw, 0);
    e2e_wait_text(t, ro, 0);
    e2e_wait_text(t, fd, 0);
    e2e_wait_text(t, "(this one)", 0);
    e2e_wait_row(t, 0, "2 rw 1 r 1 fd", 0); /* the test maps it too */
    for (int i = 0; i < 3; i++)
        e2e_peer_end(peers[i]);
    e2e_wait_no_text(t, "peer_holder", 0);
    e2e_wait_row(t, 0, "1 rw", 0);
    scene_press(t, "<Esc>", "── 0x0 ");
    e2e_wait_no_text(t, "used by", 0);
    scene_quit(t);
}

/* What was copied compiles. */
static void check_program(struct e2e *t, const char *has)
{
    char path[512];
    snprintf(path, sizeof path, "%s/state/shmlens/copy", e2e_home(t));
    struct e2e_result r = e2e_command(&(struct e2e_command){
        .argv = E2E_ARGV("/bin/sh", "-c",
                         "grep -n \"$1\" \"$0\" || exit 1; command -v cc >/dev/null || exit 77; "
                         "exec cc -std=c11 -Wall -Wextra -Werror -fsyntax-only -x c \"$0\"",
                         path, has)});
    if (r.status == 77)
        printf("skip: no compiler for the calls as a C program\n");
    else
        ck_assert_msg(r.status == 0, "%s", r.err);
    e2e_result_free(&r);
}

TEST(the_calls_are_shown)
{
    char call[512];
    struct e2e *t = open_new();
    snprintf(call, sizeof call, "shm_open(\"%s\", O_RDONLY", name);
    scene_press(t, "@", call);
    e2e_wait_text(t, "\u2026) = ", 0); /* arguments are cut, not the result */
    scene_press(t, "y", "as a C program");
    check_program(t, "int fd[0-9]* = shm_open");
    scene_press(t, "/mmap<Enter>", "mmap");
    e2e_wait_no_text(t, call, 0);
    scene_press(t, "y", "needed, as a C program"); /* what opens it, though that is not shown */
    check_program(t, "char \\*p1 = mmap(.*, fd[0-9]*, 0);");
    scene_press(t, "/zzz<Enter>", "no call that shares memory has");
    scene_press(t, "y", "no call is shown: there is nothing to copy");
    scene_press(t, "<Esc>", call);
    scene_press(t, "<Home>", "OS calls");
    scene_press(t, "@", "segment");
    scene_press(t, "@", "OS calls");
    scene_press(t, "q", "segment");
    scene_quit(t);
}

TEST_LOOP(help_and_unknown_keys, 3)
{
    static const char *const screens[][2] = {
        {"", "help: bytes"},
        {"s", "help: list"},
        {"@", "help: calls"},
    };
    struct e2e *t = open_new();
    e2e_keys(t, screens[_i][0]);
    scene_press(t, "?", screens[_i][1]);
    scene_press(t, "<F1>", name);
    scene_press(t, "<F1>", screens[_i][1]);
    scene_press(t, "q", name);
    scene_press(t, "X", "X is not used on this screen");
    scene_press(t, "<F12>", "F12 is not used on this screen");
    scene_quit(t);
}

SUITE(test_e2e_live, .timeout = 120,
      TESTS(the_classic_sample, a_change_is_highlighted_and_fades, paused_the_picture_stands,
            faster_and_slower, shrunk_and_grown, unlinked_and_kept_alive, replaced_and_reattached,
            permission_lost, who_has_it, the_calls_are_shown, help_and_unknown_keys));
