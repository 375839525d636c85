/* Small promises of the commands that belong to no other suite. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"
#include "support/suite.h"

static bool there(const char *name)
{
    struct stat st;
    char path[600];
    (void)snprintf(path, sizeof path, "/dev/shm%s", name);
    return lstat(path, &st) == 0;
}

/* The exit status of the program in a process that `prepare` has made ready. */
static int status_of(const char *const *words, bool (*prepare)(void))
{
    int status = 0;
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        if (null < 0 || dup2(null, 2) < 0 || !prepare())
            _exit(99);
        execv(SHMLENS_BINARY, (char *const *)(void *)words);
        _exit(98);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool on_full_disk(void)
{
    int full = open("/dev/full", O_WRONLY);
    return full >= 0 && dup2(full, 1) >= 0;
}

static bool with_file_limit(void)
{
    const struct rlimit small = {.rlim_cur = 1024, .rlim_max = 1024};
    return setrlimit(RLIMIT_FSIZE, &small) == 0 && dup2(2, 1) >= 0;
}

TEST(a_full_disk_is_an_error)
{
    const char *n = run_name("full");
    const char *m = run_name("unmade");
    run_make(n, "abc", 3, 100);
    const char *const lines[][5] = {{"shmlens", "peek", n},        {"shmlens", "peek", n, "--raw"},
                                    {"shmlens", "find", n, "abc"}, {"shmlens", "ls", "--json"},
                                    {"shmlens", "info", n},        {"shmlens", "help"},
                                    {"shmlens", "--version"},      {"shmlens", "create", m, "64"}};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        ck_assert_msg(status_of(lines[i], on_full_disk) == 2, "%s", lines[i][1]);
    ck_assert(!there(m)); /* its name could not be told */
}

/* A limit on the size of files is met as an error, with nothing left behind. */
TEST(a_file_limit_is_an_error)
{
    const char *n = run_name("limited");
    const char *m = run_name("unmade");
    const char *file = run_path("limited");
    run_make(n, "abc", 3, 65536);
    ck_assert_int_eq(RUN("fill", n, "0", "64K", "7")->status, 0);
    const char *const lines[][5] = {{"shmlens", "save", n, file},
                                    {"shmlens", "resize", n, "128K"},
                                    {"shmlens", "create", m, "64K"}};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        ck_assert_msg(status_of(lines[i], with_file_limit) == 2, "%s", lines[i][1]);
    ck_assert(!there(m));
    ck_assert_int_ne(access(file, F_OK), 0);
    char folder[600];
    (void)snprintf(folder, sizeof folder, "%s", file);
    *strrchr(folder, '/') = '\0';
    ck_assert_int_eq(rmdir(folder), 0); /* no temporary file either */
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    ck_assert_int_eq(RUN("watch", n, "--hz", "1K", "--for", "1ms")->status, 0);
}

TEST(calls_before_the_command)
{
    const char *n = run_name("calls");
    run_make(n, "abc", 3, 16);
    const struct ran *r = RUN_PRINTS(0, "0x0 97\n", "--calls", "peek", n, "0", "1", "--as", "u8");
    ck_assert_ptr_nonnull(strstr(r->err, "shm_open(\""));
    r = RUN("ls", "--calls"); /* reads /proc, one equal call after the other */
    ck_assert_int_eq(r->status, 0);
    ck_assert_ptr_nonnull(strstr(r->err, " = an entry   ... "));
    ck_assert_ptr_nonnull(strstr(r->err, " more times\n"));
    ck_assert_int_eq(RUN("--calls")->status, 2);
    ck_assert_int_eq(RUN("--calls", n)->status, 2);
}

TEST(a_link_is_no_segment)
{
    const char *n = run_name("link");
    char path[600];
    (void)snprintf(path, sizeof path, "/dev/shm%s", n);
    ck_assert_int_eq(symlink("/dev/null", path), 0);
    static const char *const commands[] = {"peek", "info", "rm"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        RUN_FAILS("not a segment: ", commands[i], n);
    ck_assert(there(n));
    ck_assert_int_eq(unlink(path), 0);
}

/* As many words as the system passes: `shmlens ls | xargs shmlens rm`. */
TEST(rm_takes_any_number_of_words)
{
    const char *n = run_name("many");
    const char *words[1000 + 3] = {"rm", "--dry-run"};
    run_make(n, "x", 1, 4096);
    for (size_t i = 0; i < 1000; i++)
        words[2 + i] = n;
    const struct ran *r = run_words(words, NULL, false);
    ck_assert_msg(r->status == 0, "%s", r->err);
    size_t lines = 0;
    for (const char *p = r->out; (p = strchr(p, '\n')) != NULL; p++)
        lines++;
    ck_assert_uint_eq(lines, 1000);
}

/* The tool, not the command, is what removes a file. */
TEST(rm_of_a_file_says_how)
{
    static const char *const prefix[] = {"file:", "rec:"};
    char word[600];
    const char *path = run_path("kept");
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(close(fd), 0);
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(word, sizeof word, "%s%s", prefix[i], path);
        const struct ran *r = RUN("rm", word);
        ck_assert_int_eq(r->status, 2);
        ck_assert_ptr_nonnull(strstr(r->err, "not a segment: delete it as any file"));
        ck_assert_int_eq(access(path, F_OK), 0);
    }
    ck_assert_int_eq(unlink(path), 0);
}

/* A regular expression sees what lies in front of the piece that it is searched in. */
TEST(regexes_look_back_across_pieces)
{
    const char *n = run_name("back");
    static const size_t at[] = {4096, 65536, 262144, 1048576, 1048576 - 4096, 2097152};
    size_t size = 3 << 20;
    char *bytes = malloc(size);
    char expected[200] = "";
    ck_assert_ptr_nonnull(bytes);
    memset(bytes, 'a', size);
    bytes[size - 5] = '\n';
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
        memcpy(bytes + at[i] - 1, "xfoo", 4);
    run_make(n, bytes, size, size);
    free(bytes);
    ck_assert_int_eq(RUN("find", n, "r:^foo")->status, 1);
    ck_assert_int_eq(RUN("find", n, "r:\\bfoo")->status, 1);
    ck_assert_int_eq(RUN("find", n, "r:(?<!x)foo")->status, 1);
    ck_assert_str_eq(RUN("find", n, "r:^a")->out, "0x0\n");
    (void)snprintf(expected, sizeof expected, "0x0\n0x%zx\n", size - 4);
    ck_assert_str_eq(RUN("find", n, "r:(?m)^a")->out, expected);
    ck_assert_str_eq(RUN("find", n, "r:(?<=x)foo")->out,
                     "0x1000\n0x10000\n0x40000\n0xff000\n0x100000\n0x200000\n");
}

TEST(a_regex_that_gives_up_says_so)
{
    const char *n = run_name("steps");
    char bytes[4000];
    memset(bytes, 'a', sizeof bytes);
    run_make(n, bytes, sizeof bytes, sizeof bytes);
    const struct ran *r = RUN_PRINTS(2, "", "find", n, "r:^(a|aa)+[bc]");
    ck_assert_ptr_nonnull(strstr(r->err, "takes too many steps"));
    r = RUN("find", n, "r:^ab");
    ck_assert_int_eq(r->status, 1);
    ck_assert_str_eq(r->err, "");
}

TEST(waits_for_nan)
{
    const char *n = run_name("nan");
    run_make(n, "\0\0\xc0\x7f\0\0\0\0", 8, 8);
    static const struct {
        const char *offset, *condition, *value;
        int status;
    } rows[] = {
        {"0", "--equals", "nan", 0}, {"0", "--not", "nan", 1},    {"4", "--equals", "nan", 1},
        {"4", "--not", "nan", 0},    {"0", "--equals", "0", 1},   {"0", "--not", "0", 0},
        {"4", "--above", "nan", 1},  {"4", "--above", "-inf", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct ran *r = RUN("wait", n, rows[i].offset, "--as", "f32le", rows[i].condition,
                                  rows[i].value, "--timeout", "10ms");
        ck_assert_msg(r->status == rows[i].status, "row %zu: %s", i, r->err);
    }
}

/* A pipe that says nothing keeps nobody from stopping. */
TEST(a_signal_ends_waiting_for_input)
{
    const char *n = run_name("stopped");
    static const int signals[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < 2; i++) {
        int silent[2];
        char state[200] = "";
        char path[64];
        sigset_t one;
        sigset_t before;
        ck_assert_int_eq(pipe(silent), 0);
        sigemptyset(&one);
        sigaddset(&one, signals[i]);
        sigprocmask(SIG_BLOCK, &one, &before); /* no handler of the test's in the child */
        pid_t pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
            (void)signal(signals[i], SIG_DFL);
            sigprocmask(SIG_SETMASK, &before, NULL);
            if (dup2(silent[0], 0) < 0)
                _exit(99);
            execl(SHMLENS_BINARY, "shmlens", "create", n, "64", "--from", "-", (char *)NULL);
            _exit(98);
        }
        sigprocmask(SIG_SETMASK, &before, NULL);
        (void)snprintf(path, sizeof path, "/proc/%d/wchan", (int)pid);
        /* until it waits in poll, where a signal finds it; not all systems tell */
        for (int k = 0; k < 2000 && strstr(state, "poll") == NULL; k++) {
            int fd = open(path, O_RDONLY);
            ssize_t got = fd < 0 ? 0 : read(fd, state, sizeof state - 1);
            state[got > 0 ? got : 0] = '\0';
            close(fd);
            (void)poll(NULL, 0, 1);
        }
        int status = 0;
        ck_assert_int_eq(kill(pid, signals[i]), 0);
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFSIGNALED(status));
        ck_assert_int_eq(WTERMSIG(status), signals[i]);
        ck_assert(!there(n));
        close(silent[0]);
        close(silent[1]);
    }
}

static void size_is(const char *path, off_t size, mode_t mode)
{
    struct stat st;
    ck_assert_int_eq(lstat(path, &st), 0);
    ck_assert(S_ISREG(st.st_mode));
    ck_assert_int_eq(st.st_size, size);
    ck_assert_int_eq(st.st_mode & 07777, mode);
}

TEST(saves_over_what_is_there)
{
    const char *n = run_name("over");
    char file[600];
    char link[600];
    struct stat st;
    run_make(n, "abc", 3, 100);
    (void)snprintf(file, sizeof file, "%s", run_path("target"));
    (void)snprintf(link, sizeof link, "%s", run_path("link"));
    (void)umask(022);
    ck_assert_int_eq(symlink("target", link), 0);
    ck_assert_int_eq(RUN("save", n, link)->status, 0); /* the link led nowhere yet */
    size_is(file, 100, 0644);
    ck_assert_int_eq(chmod(file, 0640), 0);
    bool root = geteuid() == 0;
    ck_assert(!root || chown(file, 65534, 65534) == 0);
    ck_assert_int_eq(RUN("save", n, link, "0", "7")->status, 0);
    size_is(file, 7, 0640);
    ck_assert_int_eq(lstat(file, &st), 0);
    ck_assert(!root || (st.st_uid == 65534 && st.st_gid == 65534));
    ck_assert_int_eq(lstat(link, &st), 0);
    ck_assert(S_ISLNK(st.st_mode));
}

/* A file that may be written in a folder that may not. */
TEST(saves_where_no_file_can_be_made)
{
    const char *n = run_name("place");
    char folder[600];
    char file[700];
    run_make(n, "abc", 3, 100);
    (void)snprintf(folder, sizeof folder, "%s", run_path("folder"));
    (void)snprintf(file, sizeof file, "%s/..", folder);
    ck_assert_int_eq(mkdir(folder, 0755), 0);
    ck_assert_int_eq(chmod(file, 0755), 0); /* so that others come that far */
    (void)snprintf(file, sizeof file, "%s/file", folder);
    int fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
    ck_assert_int_eq(fchmod(fd, 0666), 0);
    close(fd);
    ck_assert_int_eq(RUN("chmod", n, "644")->status, 0);
    const struct ran *r = RUN_NOBODY("save", n, file);
    if (r != NULL) {
        ck_assert_msg(r->status == 0, "%s", r->err);
        size_is(file, 100, 0666);
        (void)snprintf(file, sizeof file, "%s/new", folder);
        r = RUN_NOBODY("save", n, file);
        ck_assert_int_eq(r->status, 2);
        ck_assert_ptr_nonnull(strstr(r->err, "(open: Permission denied)"));
    }
    (void)snprintf(file, sizeof file, "%s/file", folder);
    ck_assert_int_eq(unlink(file), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}

SUITE(test_program_cli_contract, .tear_down = run_end,
      TESTS(a_full_disk_is_an_error, a_file_limit_is_an_error, calls_before_the_command,
            a_link_is_no_segment, rm_takes_any_number_of_words, rm_of_a_file_says_how,
            regexes_look_back_across_pieces, a_regex_that_gives_up_says_so, waits_for_nan,
            a_signal_ends_waiting_for_input, saves_over_what_is_there,
            saves_where_no_file_can_be_made));
