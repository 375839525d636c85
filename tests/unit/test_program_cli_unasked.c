/* What nobody asked for does not happen: no message in a segment, no segment replaced by a copy of
 * itself, no other program's segment removed, no fifo opened. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"
#include "support/suite.h"

/* The program by a shell, which closes descriptors. */
static int shell(const char *words, const char *name, const char *closed)
{
    char line[1024];
    (void)snprintf(line, sizeof line, "'%s' %s %s", SHMLENS_BINARY, words, closed);
    (void)setenv("N", name, 1);
    return system(line); /* NOLINT(cert-env33-c): closing is the shell's */
}

static const char *const failing[] = {
    "poke $N 99 1 --as u8",
    "poke $N 0 1 --as u8 --expect 7",
    "fill $N 0 99 1",
    "load $N /bin/sh",
    "load $N -",
    "resize $N abc",
    "peek $N 0 16 --as nothing",
    "save $N /nonexistent/x",
};

TEST_LOOP(closed_descriptors_are_no_segment, SUITE_ROWS(failing))
{
    static const char *const closed[] = {"2>&-", ">&- 2>&-", "<&- >&- 2>&-", "<&- >/dev/null 2>&1"};
    const char *n = run_name("closed");
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
        size_t size = 0;
        run_make(n, "", 0, 16);
        if (strstr(failing[_i], "load $N -") == NULL || closed[i][0] == '<')
            ck_assert_int_ne(shell(failing[_i], n, closed[i]), 0);
        const unsigned char *bytes = run_bytes(n, &size);
        ck_assert_uint_eq(size, 16);
        for (size_t k = 0; k < size; k++)
            ck_assert_uint_eq(bytes[k], 0);
        ck_assert_int_eq(RUN("rm", n)->status, 0);
    }
}

static ino_t inode(const char *path)
{
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    return st.st_ino;
}

TEST(save_does_not_replace_what_is_in_use)
{
    const char *n = run_name("self");
    const char *other = run_name("other");
    char path[300], another[300], link[600], file[600], fd[64];
    run_make(n, "ring", 4, 4096);
    run_make(other, "live", 4, 4096);
    (void)snprintf(path, sizeof path, "/dev/shm%s", n);
    (void)snprintf(another, sizeof another, "/dev/shm%s", other);
    (void)snprintf(link, sizeof link, "%s", run_path("link"));
    (void)snprintf(file, sizeof file, "file:%s", path);
    ck_assert_int_eq(symlink(path, link), 0);
    int held = open(path, O_RDWR | O_CLOEXEC);
    int used = open(another, O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(held, 0);
    (void)snprintf(fd, sizeof fd, "fd:%d/%d", (int)getpid(), held);
    ino_t before = inode(path), before_other = inode(another);
    const char *const from[] = {n, n, file, fd, n};
    const char *const to[] = {path, link, path, path, another};
    for (size_t i = 0; i < 5; i++) {
        const struct ran *r = RUN("save", from[i], to[i]);
        ck_assert_int_eq(r->status, 2);
        ck_assert_ptr_nonnull(strstr(r->err, i < 4 ? "the segment itself" : "others use"));
        ck_assert_uint_eq(inode(path), before);
        ck_assert_uint_eq(inode(another), before_other);
    }
    close(held);
    close(used);
    unlink(link);
    ck_assert_int_eq(RUN("save", n, another)->status, 0); /* nobody has it any more */
}

TEST(save_writes_files_only)
{
    const char *n = run_name("tofifo");
    const char *fifo = run_path("fifo");
    run_make(n, "x", 1, 4096);
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    const struct ran *r = RUN("save", n, fifo);
    ck_assert_int_eq(r->status, 2);
    ck_assert_ptr_nonnull(strstr(r->err, "not a regular file"));
    ck_assert_int_eq(RUN("save", n, "/dev/null")->status, 2);
    unlink(fifo);
}

/* A writer that waits at a fifo must go on waiting: opening it would end it by SIGPIPE. */
TEST(fifos_are_not_opened)
{
    static const char *const words[][4] = {
        {"peek", "file:%s"},
        {"info", "file:%s"},
        {"peek", "rec:%s"},
        {"watch", "rec:%s"},
        {"demo", "--writer-only", "--replay", "%s"},
    };
    char path[300];
    (void)snprintf(path, sizeof path, "%s", run_path("fifo"));
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    pid_t writer = fork();
    if (writer == 0) {
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        _exit(fd >= 0 ? 0 : 1);
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char word[4][320];
        const char *w[5] = {NULL};
        for (size_t k = 0; k < 4 && words[i][k] != NULL; k++) {
            const char *f = words[i][k], *at = strstr(f, "%s");
            (void)snprintf(word[k], sizeof word[k], "%.*s%s", at ? (int)(at - f) : (int)strlen(f),
                           f, at ? path : "");
            w[k] = word[k];
        }
        ck_assert_int_eq(run_words(w, NULL, false)->status, 2);
        ck_assert_int_eq(kill(writer, 0), 0);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(writer, &status, WNOHANG), 0); /* it still waits */
    kill(writer, SIGKILL);
    ck_assert_int_eq(waitpid(writer, &status, 0), writer);
    unlink(path);
}

/* More than is kept in memory of a pipe is stored as it comes; what does not fit is said. */
TEST(an_input_without_end_fills_the_segment_and_no_more)
{
    enum { ROOM = 80 * 1024 * 1024 };
    const char *n = run_name("endless");
    struct stat st;
    char path[300];
    run_make(n, "", 0, ROOM);
    char line[1024];
    (void)snprintf(line, sizeof line, "yes | '%s' load %s - 2>'%s'", SHMLENS_BINARY, n,
                   run_path("said"));
    int status = system(line); /* NOLINT(cert-env33-c): a pipe is the shell's */
    ck_assert_int_eq(WEXITSTATUS(status), 2);
    (void)snprintf(path, sizeof path, "/dev/shm%s", n);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(st.st_size, ROOM);
    char said[512] = "";
    FILE *f = fopen(run_path("said"), "re");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_gt(fread(said, 1, sizeof said - 1, f), 0);
    fclose(f);
    ck_assert_ptr_nonnull(strstr(said, "83886080 bytes"));
    const struct ran *r = RUN("peek", n, "end-2", "2", "--as", "hex");
    ck_assert_ptr_nonnull(strstr(r->out, "79 0a"));
}

/* Feeds it more than fits, and puts another segment in its place once it is made. */
static void feed_and_replace(const char *made, const char *other, const char *fifo)
{
    static char bytes[64 * 1024];
    bool replaced = false;
    (void)signal(SIGPIPE, SIG_IGN);
    int fd = open(fifo, O_WRONLY | O_CLOEXEC);
    while (fd >= 0 && write(fd, bytes, sizeof bytes) > 0)
        if (!replaced && access(made, F_OK) == 0)
            replaced = rename(other, made) == 0;
    _exit(replaced ? 0 : 1);
}

TEST(a_failed_create_takes_back_its_own_only)
{
    int status = 1;
    char made[300], instead[300], input[300];
    const char *n = run_name("unmade"), *other = run_name("instead");
    (void)snprintf(made, sizeof made, "/dev/shm%s", n);
    (void)snprintf(instead, sizeof instead, "/dev/shm%s", other);
    (void)snprintf(input, sizeof input, "%s", run_path("input"));
    run_make(other, "theirs", 6, 4096);
    ck_assert_int_eq(mkfifo(input, 0600), 0);
    ino_t theirs = inode(instead);
    pid_t pid = fork();
    if (pid == 0)
        feed_and_replace(made, instead, input);
    const struct ran *r = RUN("create", n, "80M", "--from", input);
    ck_assert_int_eq(r->status, 2);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(inode(made), theirs);
}

SUITE(test_program_cli_unasked, .tear_down = run_end,
      TESTS(closed_descriptors_are_no_segment, save_does_not_replace_what_is_in_use,
            save_writes_files_only, fifos_are_not_opened,
            an_input_without_end_fills_the_segment_and_no_more,
            a_failed_create_takes_back_its_own_only));
