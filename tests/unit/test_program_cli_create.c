/* create, rm, resize, chmod. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"
#include "support/suite.h"

static struct stat stat_of(const char *name)
{
    char path[600];
    struct stat st;
    (void)snprintf(path, sizeof path, "/dev/shm%s", name);
    memset(&st, 0, sizeof st);
    if (stat(path, &st) != 0)
        st.st_nlink = 0;
    return st;
}

TEST(creates)
{
    const char *n = run_name("made");
    char line[600];
    (void)snprintf(line, sizeof line, "posix:%s\n", n);
    umask(077);
    const struct ran *r = RUN_PRINTS(0, line, "create", n, "64K");
    ck_assert_str_eq(r->err, "");
    ck_assert_int_eq(stat_of(n).st_size, 65536);
    ck_assert_int_eq(stat_of(n).st_mode & 07777, 0600);
    ck_assert_int_eq(stat_of(n).st_blocks, 0);
    RUN_FAILS("exists already (shm_open: File exists)", "create", n, "1");
    ck_assert_int_eq(stat_of(n).st_size, 65536);
    ck_assert_int_eq(RUN("create", run_name("mode"), "1", "--mode", "0666")->status, 0);
    ck_assert_int_eq(stat_of(run_name("mode")).st_mode & 07777, 0666);
    ck_assert_int_eq(RUN("create", run_name("sparse"), "64G")->status, 0);
    ck_assert_int_eq(stat_of(run_name("sparse")).st_blocks, 0);
}

TEST(forms_of_the_name)
{
    const char *n = run_name("form");
    char other[600];
    (void)snprintf(other, sizeof other, "/dev/shm%s", n);
    ck_assert_int_eq(RUN("create", other, "1")->status, 0);
    ck_assert_int_eq(stat_of(n).st_size, 1);
    (void)snprintf(other, sizeof other, "posix:%s", n);
    ck_assert_int_eq(RUN("rm", other)->status, 0);
    ck_assert_int_eq((int)stat_of(n).st_nlink, 0);
    /* what is printed can be pasted back */
    (void)snprintf(other, sizeof other, "%s a\\nb\\x1b[31m\\xff\\\\", n);
    const struct ran *r = RUN("create", other, "1");
    ck_assert_int_eq(r->status, 0);
    char printed[600];
    (void)snprintf(printed, sizeof printed, "%.*s", (int)strcspn(r->out, "\n"), r->out);
    ck_assert_ptr_nonnull(strstr(printed, "a\\\\nb\\x1b[31m\\xff\\\\"));
    ck_assert_int_eq(RUN("rm", printed)->status, 0);
}

TEST(fill_and_from)
{
    const char *n = run_name("fill");
    ck_assert_int_eq(RUN("create", n, "5", "--fill", "0x41")->status, 0);
    ck_assert_mem_eq(run_bytes(n, NULL), "AAAAA", 5);
    n = run_name("from");
    ck_assert_int_eq(RUN_INPUT("hello", "create", n, "8", "--from", "-")->status, 0);
    ck_assert_mem_eq(run_bytes(n, NULL), "hello\0\0\0", 8);
    n = run_name("large");
    ck_assert_int_eq(RUN_INPUT("hello", "create", n, "4", "--from", "-")->status, 2);
    ck_assert_int_eq((int)stat_of(n).st_nlink, 0);
    ck_assert_int_eq(RUN("create", n, "4", "--from", run_path("missing"))->status, 2);
    ck_assert_int_eq((int)stat_of(n).st_nlink, 0);
    ck_assert_int_eq(RUN("create", n, "4", "--from", "-", "--fill", "1")->status, 2);
    ck_assert_int_eq((int)stat_of(n).st_nlink, 0);
}

TEST(bad_words)
{
    const char *n = run_name("bad");
    static const char *const sizes[] = {
        "0", "-1", "12Q", "", "x", "1 2", "9223372036854775808", "99999999999999999999T"};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const struct ran *r = RUN("create", n, sizes[i]);
        ck_assert_msg(r->status == 2, "size %s: %d", sizes[i], r->status);
        ck_assert_int_eq(strncmp(r->err, "shmlens: create: posix:/", 24), 0);
        ck_assert_int_eq((int)stat_of(n).st_nlink, 0);
    }
    char long_name[300] = "/";
    memset(long_name + 1, 'x', 256);
    static const char *const names[] = {"/", "/.", "/..", "/a/b", "plain", "", "posix:", "nope:/x"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct ran *r = RUN("create", names[i], "1");
        ck_assert_msg(r->status == 2, "name %s: %d", names[i], r->status);
        ck_assert_ptr_null(strchr(r->err, '\x1b'));
    }
    ck_assert_int_eq(RUN("create", long_name, "1")->status, 2);
    ck_assert_int_eq(RUN("create", n, "1", "--mode", "9")->status, 2);
    ck_assert_int_eq(RUN("create", n, "1", "--mode", "77777")->status, 2);
    ck_assert_int_eq(RUN("create", n, "1", "--fill", "256")->status, 2);
    ck_assert_int_eq(RUN("create", n)->status, 2);
    ck_assert_int_eq((int)stat_of(n).st_nlink, 0);
}

TEST(holds_until_told)
{
    const char *n = run_name("hold");
    struct job j = JOB("create", n, "4096", "--hold");
    const char *line = job_line(&j);
    ck_assert_ptr_nonnull(line);
    ck_assert_int_eq(strncmp(line, "posix:/", 7), 0);
    const struct ran *r = RUN("info", n);
    ck_assert_ptr_nonnull(strstr(r->out, "shmlens"));
    ck_assert_int_eq(kill(j.pid, SIGINT), 0);
    ck_assert_int_eq(job_wait(&j)->status, 0);
    j = JOB("create", run_name("hold2"), "4096", "--hold");
    ck_assert_ptr_nonnull(job_line(&j));
    ck_assert_int_eq(kill(j.pid, SIGTERM), 0);
    ck_assert_int_eq(job_wait(&j)->status, 0);
}

/* Maps a segment in a process of its own until told to end. */
static pid_t mapper(const char *name)
{
    int ready[2];
    char byte = 0;
    ck_assert_int_eq(pipe(ready), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        int fd = shm_open(name, O_RDWR, 0);
        void *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
        _exit(p == MAP_FAILED || write(ready[1], "x", 1) != 1 || pause() == 0 ? 1 : 0);
    }
    close(ready[1]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

TEST(removes)
{
    const char *a = run_name("a");
    const char *b = run_name("b");
    const char *c = run_name("c");
    char pid[32];
    run_make(a, "", 0, 4096);
    run_make(b, "", 0, 4096);
    run_make(c, "", 0, 4096);
    pid_t child = mapper(b);
    (void)snprintf(pid, sizeof pid, " %d ", (int)child);
    const struct ran *r = RUN("rm", a, b, "/shmlens-nope", c);
    ck_assert_int_eq(r->status, 2);
    ck_assert_ptr_nonnull(strstr(r->err, pid));
    ck_assert_ptr_nonnull(strstr(r->err, "posix:/shmlens-nope: no such segment"));
    ck_assert_int_eq((int)stat_of(a).st_nlink, 0);
    ck_assert_int_eq((int)stat_of(b).st_nlink, 1);
    ck_assert_int_eq((int)stat_of(c).st_nlink, 0);
    ck_assert_int_eq(RUN("rm", "--dry-run", "--force", b)->status, 0);
    ck_assert_int_eq((int)stat_of(b).st_nlink, 1);
    ck_assert_int_eq(RUN("rm", "--force", b)->status, 0);
    ck_assert_int_eq((int)stat_of(b).st_nlink, 0);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    ck_assert_int_eq(RUN("rm")->status, 2);
}

TEST(resizes)
{
    const char *n = run_name("size");
    run_make(n, "abc", 3, 4096);
    ck_assert_int_eq(RUN("resize", n, "10000")->status, 0);
    ck_assert_int_eq(stat_of(n).st_size, 10000);
    ck_assert_int_eq(RUN("resize", n, "2")->status, 0);
    ck_assert_int_eq(stat_of(n).st_size, 2);
    ck_assert_int_eq(RUN("resize", n, "-1")->status, 2);
    ck_assert_int_eq(RUN("resize", n, "12Q")->status, 2);
    ck_assert_int_eq(RUN("resize", "/shmlens-nope", "1")->status, 2);
    ck_assert_int_eq(stat_of(n).st_size, 2);
}

TEST(changes_the_mode)
{
    const char *n = run_name("chmod");
    run_make(n, "abc", 3, 3);
    ck_assert_int_eq(RUN("chmod", n, "640")->status, 0);
    ck_assert_int_eq(stat_of(n).st_mode & 07777, 0640);
    ck_assert_int_eq(RUN("chmod", n, "0")->status, 0);
    ck_assert_int_eq(stat_of(n).st_mode & 07777, 0);
    ck_assert_int_eq(RUN("chmod", n, "8")->status, 2);
    ck_assert_int_eq(RUN("chmod", n, "rw")->status, 2);
    const struct ran *r = RUN_NOBODY("chmod", n, "777");
    if (r != NULL) {
        ck_assert_int_eq(r->status, 2);
        ck_assert_ptr_nonnull(strstr(r->err, "no permission"));
    }
    ck_assert_int_eq(stat_of(n).st_mode & 07777, 0);
}

SUITE(test_program_cli_create, .tear_down = run_end,
      TESTS(creates, forms_of_the_name, fill_and_from, bad_words, holds_until_told, removes,
            resizes, changes_the_mode));
