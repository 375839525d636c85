/* clean: what it lists, what it removes, what saves a segment from it. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/remover.h"
#include "support/run.h"
#include "support/suite.h"

static bool exists(const char *name)
{
    char path[800];
    struct stat st;
    (void)snprintf(path, sizeof path, "/dev/shm%s", name);
    return lstat(path, &st) == 0;
}

/* All segments of this test. */
static const char *pattern(void)
{
    static char text[800];
    (void)snprintf(text, sizeof text, "%s*", run_name(""));
    return text;
}

static const char *line(const char *name)
{
    static char text[800];
    (void)snprintf(text, sizeof text, "posix:%s\n", name);
    return text;
}

TEST(only_lists_without_yes)
{
    const char *n = run_name("left");
    run_make(n, "abc", 3, 8192);
    const struct ran *r = RUN("clean", pattern(), "--older-than", "0s");
    ck_assert_str_eq(r->out, line(n));
    ck_assert_ptr_nonnull(
        strstr(r->err, "1 orphan (4 KiB) can be removed; run with --yes to remove it"));
    ck_assert_int_eq(r->status, 1); /* what was listed remains */
    ck_assert(exists(n));
    r = RUN("clean", pattern(), "--older-than", "0s", "--yes", "--dry-run");
    ck_assert_str_eq(r->out, line(n));
    ck_assert(exists(n));
    r = RUN("clean", pattern(), "--older-than", "0s", "--yes");
    ck_assert_str_eq(r->out, line(n));
    ck_assert_ptr_nonnull(strstr(r->err, "1 orphan removed, 4 KiB freed"));
    ck_assert_int_eq(r->status, 0);
    ck_assert(!exists(n));
    r = RUN("clean", pattern(), "--older-than", "0s", "--yes");
    ck_assert_str_eq(r->out, "");
    ck_assert_ptr_nonnull(strstr(r->err, "nothing removed"));
    ck_assert_int_eq(r->status, 0);
}

TEST(patterns_name_what_is_meant)
{
    char folder[700];
    char locator[700];
    const char *odd = run_name("odd\nname");
    run_make(run_name("one"), "", 0, 1);
    run_make(run_name("two"), "", 0, 1);
    run_make(odd, "", 0, 1);
    (void)snprintf(folder, sizeof folder, "/dev/shm%s", run_name("one"));
    (void)snprintf(locator, sizeof locator, "posix:%s", run_name("t?o"));
    ck_assert_str_eq(RUN("clean", folder, "--older-than", "0s")->out, line(run_name("one")));
    ck_assert_str_eq(RUN("clean", locator, "--older-than", "0s")->out, line(run_name("two")));
    ck_assert_str_eq(RUN("clean", run_name("one") + 1, "--older-than", "0s")->out,
                     line(run_name("one")));
    char shown[700];
    (void)snprintf(shown, sizeof shown, "%s", run_name("odd\\x0aname"));
    ck_assert_str_eq(RUN("clean", shown, "--older-than", "0s")->out, line(shown));
    const struct ran *r = RUN("clean", run_name("none"), "--older-than", "0s");
    ck_assert_str_eq(r->out, "");
    ck_assert_int_eq(r->status, 0);
    char path[600];
    (void)snprintf(path, sizeof path, "/dev/shm%s", odd);
    (void)unlink(path);
}

TEST(what_changed_lately_is_left_alone)
{
    const char *n = run_name("young");
    run_make(n, "abc", 3, 4096);
    const struct ran *r = RUN("clean", pattern(), "--yes");
    ck_assert_str_eq(r->out, "");
    ck_assert_ptr_nonnull(strstr(r->err, "written or mapped in the last 1m (--older-than TIME)"));
    ck_assert_int_eq(r->status, 0);
    ck_assert(exists(n));
    ck_assert_int_eq(RUN("clean", pattern(), "--older-than", "1h")->status, 0);
    ck_assert_int_eq(RUN("clean", pattern(), "--older-than", "soon")->status, 2);
    ck_assert_int_eq(RUN("clean", "--nope")->status, 2);
}

TEST(a_user_saves_its_segment)
{
    const char *mapped = run_name("mapped");
    const char *held = run_name("held");
    run_make(mapped, "abc", 3, 4096);
    run_make(held, "abc", 3, 4096);
    run_make(run_name("dead"), "abc", 3, 4096);
    int fd = shm_open(mapped, O_RDWR, 0);
    ck_assert_int_ge(fd, 0);
    void *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    (void)close(fd);
    fd = shm_open(held, O_RDONLY, 0);
    ck_assert_int_ge(fd, 0);
    const struct ran *r = RUN("clean", pattern(), "--older-than", "0s", "--yes");
    ck_assert_str_eq(r->out, line(run_name("dead")));
    ck_assert_int_eq(r->status, 0);
    ck_assert(exists(mapped) && exists(held) && !exists(run_name("dead")));
    (void)munmap(p, 4096);
    (void)close(fd);
}

/* Links, folders and fifos are no segments: never touched. */
TEST(what_is_no_segment_stays)
{
    char path[600];
    const char *link = run_name("link");
    run_make(run_name("real"), "abc", 3, 4096);
    (void)snprintf(path, sizeof path, "/dev/shm%s", link);
    ck_assert_int_eq(symlink("/etc/passwd", path), 0);
    char fifo[600];
    (void)snprintf(fifo, sizeof fifo, "/dev/shm%s", run_name("fifo"));
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    const struct ran *r = RUN("clean", pattern(), "--older-than", "0s", "--yes");
    ck_assert_str_eq(r->out, line(run_name("real")));
    ck_assert(exists(link) && exists(run_name("fifo")));
    (void)unlink(path);
    (void)unlink(fifo);
}

/* An ordinary user cleans its own, by the lease, though /proc hides others; not those of root. */
TEST(an_ordinary_user)
{
    const char *mine = run_name("nobodys");
    run_make(run_name("roots"), "abc", 3, 4096);
    if (RUN_NOBODY("create", mine, "64K") == NULL)
        return;
    const struct ran *r = RUN_NOBODY("clean", pattern(), "--older-than", "0s");
    ck_assert_str_eq(r->out, line(mine));
    ck_assert_ptr_nonnull(strstr(r->err, "skipped: 1 of other users (--all-users)"));
    r = RUN_NOBODY("clean", pattern(), "--older-than", "0s", "--yes", "--all-users");
    ck_assert_str_eq(r->out, line(mine));
    ck_assert(!exists(mine) && exists(run_name("roots")));
}

/* System V: the kind's own count is the proof, and an attach saves it. */
TEST(system_v)
{
    char of[40];
    char text[48];
    struct shmid_ds ds;
    int id = shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600);
    if (id < 0)
        SKIP("no System V segment can be made here");
    remover_sysv(id);
    (void)snprintf(of, sizeof of, "sysv:%d", id);
    (void)snprintf(text, sizeof text, "%s\n", of);
    const struct ran *r = RUN("clean", of);
    ck_assert_str_eq(r->out, ""); /* made just now */
    ck_assert_str_eq(RUN("clean", of, "--older-than", "0s")->out, text);
    void *p = shmat(id, NULL, 0);
    ck_assert_str_eq(RUN("clean", of, "--older-than", "0s", "--yes")->out, "");
    ck_assert_int_eq(shmctl(id, IPC_STAT, &ds), 0);
    (void)shmdt(p);
    r = RUN("info", of);
    ck_assert_ptr_nonnull(strstr(r->out, "creator:   "));
    ck_assert_ptr_null(strstr(r->out, "(gone)")); /* it is us */
    r = RUN("clean", of, "--older-than", "0s", "--yes");
    ck_assert_str_eq(r->out, text);
    ck_assert_int_eq(r->status, 0);
    ck_assert_int_ne(shmctl(id, IPC_STAT, &ds), 0);
}

/* What an interrupted removal left under another name. */
TEST(what_was_left_aside_gets_its_name_back)
{
    char left[700], taken[700], lines[1500];
    const char *n = run_name("aside");
    (void)snprintf(left, sizeof left, "/.shmlens-4000001-77-%s", n + 1);
    (void)snprintf(taken, sizeof taken, "/.shmlens-4000001-78-%s", n + 1);
    run_make(left, "abc", 3, 4096);
    (void)snprintf(lines, sizeof lines, "posix:%s ", left);
    const struct ran *r = RUN("ls");
    const char *row = strstr(r->out, lines);
    ck_assert_ptr_nonnull(row);
    r = RUN("clean", pattern(), "--older-than", "0s"); /* only lists: nothing is renamed */
    ck_assert_str_eq(r->out, line(left));
    ck_assert(exists(left) && !exists(n));
    r = RUN("clean", pattern(), "--yes");
    ck_assert_str_eq(r->out, ""); /* it is young: the usual rules apply to it */
    ck_assert_ptr_nonnull(strstr(r->err, "its removal was interrupted: it is /"));
    ck_assert(!exists(left) && exists(n));
    run_make(taken, "abc", 3, 4096); /* its name is not free any more */
    r = RUN("clean", pattern(), "--older-than", "0s", "--yes");
    (void)snprintf(lines, sizeof lines, "posix:%s\nposix:%s\n", taken, n);
    ck_assert_str_eq(r->out, lines);
    ck_assert(!exists(taken) && !exists(n));
}

TEST(rm_by_force_says_what_it_leaves)
{
    const char *n = run_name("used");
    run_make(n, "abc", 3, 4096);
    int fd = shm_open(n, O_RDWR, 0);
    RUN_FAILS("still held open by", "rm", n);
    const struct ran *r = RUN_PRINTS(0, "", "rm", "--force", n);
    ck_assert_ptr_nonnull(strstr(r->err, "the memory is freed when they release it"));
    ck_assert(!exists(n));
    char locator[40];
    char name[300];
    (void)snprintf(locator, sizeof locator, "fd:%d/%d", (int)getpid(), fd);
    (void)snprintf(name, sizeof name, "name:      %s\n", n + 1);
    r = RUN("info", locator); /* it keeps the name it had */
    ck_assert_ptr_nonnull(strstr(r->out, name));
    (void)close(fd);
    RUN_FAILS("it is a file, not a segment", "rm", "file:/etc/passwd");
    ck_assert_int_eq(RUN("rm", "--force", "file:/etc/passwd")->status, 2);
    ck_assert_int_eq(access("/etc/passwd", F_OK), 0);
}

SUITE(test_program_cli_clean, .tear_down = run_end,
      TESTS(only_lists_without_yes, patterns_name_what_is_meant, what_changed_lately_is_left_alone,
            a_user_saves_its_segment, what_is_no_segment_stays, an_ordinary_user, system_v,
            what_was_left_aside_gets_its_name_back, rm_by_force_says_what_it_leaves));
