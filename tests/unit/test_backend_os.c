/* os.h: clock, stop signals, wake, gate, threads, files of our own. */
#include <poll.h>
#include <time.h>

#include "support/backend_peer.h"
#include "support/remover.h"
#include "support/suite.h"

static char dir[64];

static void set_up(void)
{
    snprintf(dir, sizeof dir, "/tmp/shmlens-os-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    remover_path(dir);
}

static void tear_down(void)
{
    (void)remover_tree(dir);
}

static const char *in_dir(const char *name)
{
    static char path[PATH_CAP];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static int count_entries(void)
{
    int n = 0;
    DIR *d = opendir(dir);
    ck_assert_ptr_nonnull(d);
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n - 2;
}

TEST(test_clock)
{
    char text[16];
    int64_t t = os_now();
    ck_assert(os_sleep_until(t + 2000000));
    ck_assert_int_ge(os_now() - t, 2000000);
    ck_assert(os_sleep_until(t)); /* past: at once */
    setenv("TZ", "UTC0", 1);
    tzset();
    os_clock_text(INT64_C(1700000000123) * 1000000, text);
    ck_assert_str_eq(text, "22:13:20.123");
    ck_assert_uint_eq(os_pid(), (uint32_t)getpid());
}

TEST(test_user_name)
{
    char name[33];
    ck_assert_str_eq(os_user_name(0, name), "root");
    ck_assert_str_eq(os_user_name(3999999999U, name), "3999999999");
}

static void raise_term(void *arg)
{
    (void)arg;
    kill(getpid(), SIGTERM);
}

TEST(test_stop_wakes_a_sleeper)
{
    struct os_thread *t;
    struct os_wake *w = os_wake_new();
    ck_assert_ptr_nonnull(w);
    os_catch_stop();
    ck_assert(!os_stop_asked());
    os_stop_wakes(w);
    must(os_thread_start(&t, raise_term, NULL));
    ck_assert(!os_sleep_until(os_now() + INT64_C(20000000000)));
    os_thread_join(t);
    ck_assert(os_stop_asked());
    ck_assert_int_eq(os_stop_signal(), SIGTERM);
    struct pollfd p = {.fd = os_wake_fd(w), .events = POLLIN};
    ck_assert_int_eq(poll(&p, 1, 5000), 1);
    os_stop_wakes(NULL);
    os_wake_free(w);
}

/* What a script starts with & ignores SIGINT until it says otherwise. */
TEST(test_stop_although_ignored)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGINT, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        os_catch_stop();
        raise(SIGHUP);
        bool hung_up = os_stop_asked();
        raise(SIGINT);
        _exit(hung_up ? 1 : os_stop_signal() == SIGINT ? 0 : 2);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
}

TEST(test_die_of)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        os_catch_stop();
        os_die_of(SIGTERM);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

TEST(test_wake_folds)
{
    struct os_wake *w = os_wake_new();
    struct pollfd p = {.fd = os_wake_fd(w), .events = POLLIN};
    ck_assert_int_eq(poll(&p, 1, 0), 0);
    for (int i = 0; i < 100000; i++) /* never blocks */
        os_wake_post(w);
    ck_assert_int_eq(poll(&p, 1, 0), 1);
    os_wake_clear(w);
    ck_assert_int_eq(poll(&p, 1, 0), 0);
    os_wake_free(w);
}

struct handover {
    struct os_monitor *gate;
    int value;
};

static void hand_over(void *arg)
{
    struct handover *h = arg;
    os_monitor_lock(h->gate);
    h->value = 7;
    os_monitor_broadcast(h->gate);
    os_monitor_unlock(h->gate);
}

TEST(test_gate)
{
    struct os_thread *t;
    struct handover h = {os_monitor_new(), 0};
    os_monitor_lock(h.gate);
    int64_t t0 = os_now();
    while (os_monitor_wait(h.gate, t0 + 5000000))
        continue; /* spurious */
    ck_assert_int_ge(os_now(), t0 + 5000000);
    must(os_thread_start(&t, hand_over, &h));
    while (h.value == 0)
        ck_assert(os_monitor_wait(h.gate, INT64_MAX));
    os_monitor_unlock(h.gate);
    os_thread_join(t);
    ck_assert_int_eq(h.value, 7);
    os_monitor_free(h.gate);
}

TEST(test_own_paths)
{
    char path[PATH_CAP];
    setenv("HOME", "/h", 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    ck_assert(os_config_path("config", path, sizeof path));
    ck_assert_str_eq(path, "/h/.config/shmlens/config");
    ck_assert(os_state_path("options", path, sizeof path));
    ck_assert_str_eq(path, "/h/.local/state/shmlens/options");
    setenv("XDG_CONFIG_HOME", "/c", 1);
    ck_assert(os_config_path("config", path, sizeof path));
    ck_assert_str_eq(path, "/c/shmlens/config");
    ck_assert(!os_config_path("config", path, 10));
    unsetenv("HOME");
    unsetenv("XDG_CONFIG_HOME");
    ck_assert(!os_config_path("config", path, sizeof path));
}

static bool count_names(void *ctx, const char *name)
{
    int *n = ctx;
    n[0]++;
    n[1] += strcmp(name, "a") == 0 || strcmp(name, "b") == 0;
    return n[1] < n[2];
}

TEST(test_folders)
{
    char path[PATH_CAP], folder[] = "/tmp/shmlens-test-XXXXXX", file[64];
    ck_assert(os_program_folder(path, sizeof path));
    ck_assert(path[0] == '/' && path[strlen(path) - 1] != '/');
    ck_assert(!os_program_folder(path, 3));
    ck_assert_ptr_nonnull(mkdtemp(folder));
    remover_path(folder);
    for (const char *name = "ab"; *name != '\0'; name++) {
        (void)snprintf(file, sizeof file, "%s/%c", folder, *name);
        must(os_replace_file(file, "", 0));
    }
    int n[3] = {0, 0, 3};
    must(os_folder(folder, count_names, n));
    ck_assert_int_eq(n[1], 2);
    int first[3] = {0, 0, 1};
    must(os_folder(folder, count_names, first));
    ck_assert_int_eq(first[1], 1);
    ck_assert(oserr_kind(os_folder("/nowhere/at/all", count_names, n)) == OSERR_K_MISSING);
}

TEST(test_replace_and_read)
{
    char *data;
    size_t n;
    struct stat st;
    const char *path = in_dir("a/b/options");
    must(os_replace_file(path, "one", 3));
    must(os_replace_file(path, "second", 6));
    must(os_read_file(path, 100, &data, &n));
    ck_assert_uint_eq(n, 6);
    ck_assert_str_eq(data, "second");
    free(data);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0600);
    must_fail(os_read_file(path, 5, &data, &n), EFBIG);
    ck_assert_ptr_null(data);
    must(os_read_file(path, 6, &data, &n));
    free(data);
    must_fail(os_read_file(in_dir("none"), 5, &data, &n), ENOENT);
    ck_assert_int_eq(mkdir(in_dir("full"), 0700), 0);
    must_fail(os_replace_file(in_dir("full"), "x", 1), EISDIR);
    ck_assert_int_eq(count_entries(), 2); /* a and full: no temporary file is left */
}

TEST(test_save_file)
{
    struct os_file *f;
    bool sparse;
    uint64_t size;
    size_t got;
    char buf[64] = {0};
    struct stat st;
    umask(022);
    must(os_file_create(in_dir("out"), &f, &sparse));
    ck_assert(sparse);
    must(os_file_write(f, "ab", 2));
    must(os_file_skip(f, 10 << 20));
    must(os_file_write(f, "cd", 2));
    must(os_file_skip(f, 1 << 20));
    ck_assert_int_ne(access(in_dir("out"), F_OK), 0); /* not there until it is whole */
    must(os_file_commit(f));
    ck_assert_int_eq(stat(in_dir("out"), &st), 0);
    ck_assert_int_eq(st.st_size, (11 << 20) + 4);
    ck_assert_int_lt(st.st_blocks, 200);
    ck_assert_int_eq(st.st_mode & 0777, 0644);
    must(os_file_open(in_dir("out"), false, &f, &size));
    ck_assert_uint_eq(size, (11 << 20) + 4);
    must(os_file_read(f, buf, 2, &got));
    ck_assert_str_eq(buf, "ab");
    os_file_abandon(f);
    ck_assert_int_eq(chmod(in_dir("out"), 0640), 0);
    must(os_file_create(in_dir("out"), &f, &sparse));
    must(os_file_write(f, "new", 3));
    os_file_abandon(f); /* the old one stays */
    ck_assert_int_eq(stat(in_dir("out"), &st), 0);
    ck_assert_int_eq(st.st_size, (11 << 20) + 4);
    must(os_file_create(in_dir("out"), &f, &sparse));
    must(os_file_write(f, "new", 3));
    must(os_file_commit(f));
    ck_assert_int_eq(stat(in_dir("out"), &st), 0);
    ck_assert_int_eq(st.st_size, 3);
    ck_assert_int_eq(st.st_mode & 0777, 0640);
    ck_assert_int_eq(count_entries(), 1);
}

TEST(test_save_to_others)
{
    struct os_file *f;
    bool sparse;
    uint64_t size;
    must(os_file_create("/dev/null", &f, &sparse));
    ck_assert(!sparse);
    must(os_file_write(f, "x", 1));
    must(os_file_skip(f, 100000));
    must(os_file_commit(f));
    must(os_file_create("/dev/full", &f, &sparse));
    must_fail(os_file_write(f, "x", 1), ENOSPC);
    os_file_abandon(f);
    must_fail(os_file_create(in_dir("no/such/dir"), &f, &sparse), ENOENT);
    must_fail(os_file_create(dir, &f, &sparse), EISDIR);
    must_fail(os_file_open(in_dir("none"), false, &f, &size), ENOENT);
    must_fail(os_file_open(dir, false, &f, &size), EISDIR);
    os_file_abandon(NULL);
}

/* The suite as another process says something where it should not, and waits to be told to end. */
static int wait_forever(char **words)
{
    if (words[0] != NULL) {
        (void)!write(1, "out", 3);
        (void)!write(2, "said\n", 5);
        if (strcmp(words[0], "ends") == 0)
            return 3;
    }
    while (pause() < 0)
        (void)words;
    return 0;
}

static const char *const again[] = {"test_backend_os", "--peer", NULL};

TEST(test_spawn)
{
    if (getenv("SHMLENS_MEMCHECK") != NULL)
        SKIP("under valgrind our own executable is valgrind");
    struct os_process *p;
    must(os_spawn_self(again, &p));
    ck_assert(os_process_running(p));
    ck_assert_int_eq(kill((pid_t)os_process_pid(p), 0), 0);
    pid_t pid = (pid_t)os_process_pid(p);
    os_process_stop(p);
    ck_assert_int_ne(kill(pid, 0), 0);
    os_process_stop(NULL);
}

/* The number of a program that has ended is not given to another one before we are done with it:
 * what it left is found by that number. */
TEST(test_a_program_keeps_its_number)
{
    static const char *const none[] = {NULL};
    struct os_process *p;
    siginfo_t info;
    int status = -1, number = -1;
    must(os_spawn("/bin/false", none, &p));
    pid_t pid = (pid_t)os_process_pid(p);
    ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    ck_assert(!os_process_running(p));
    os_process_end(p, &status, &number);
    ck_assert_int_eq(status, 1);
    ck_assert_int_eq(number, 0);
    ck_assert_int_eq(kill(pid, 0), 0);
    os_process_stop(p);
    ck_assert_int_ne(kill(pid, 0), 0);
}

static bool never(void *ctx)
{
    return ctx != NULL;
}

/* Runs with stdout and stderr in a pipe; returns how much came out of it. */
static ssize_t comes_out(void (*run)(void))
{
    int ends[2], kept[2];
    char text[64];
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    for (int i = 0; i < 2; i++) {
        kept[i] = dup(i + 1);
        ck_assert_int_eq(dup2(ends[1], i + 1), i + 1);
    }
    run();
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(dup2(kept[i], i + 1), i + 1);
        close(kept[i]);
    }
    close(ends[1]);
    ssize_t n = read(ends[0], text, sizeof text);
    close(ends[0]);
    return n;
}

static char heard[64];

static void run_self(void)
{
    static const char *const ends[] = {"test_backend_os", "--peer", "ends", NULL};
    struct os_process *p;
    must(os_spawn_self(ends, &p));
    while (os_process_running(p))
        usleep(1000);
    (void)snprintf(heard, sizeof heard, "%s", os_process_said(p));
    os_process_stop(p);
}

static void run_other(void)
{
    static const char *const args[] = {"-c", "echo out; echo said >&2", NULL};
    struct os_process *p;
    must(os_spawn("/bin/sh", args, &p));
    while (os_process_running(p))
        usleep(1000);
    (void)snprintf(heard, sizeof heard, "%s", os_process_said(p));
    os_process_stop(p);
}

static void run_to_its_end(void)
{
    static const char *const argv[] = {"sh", "-c", "echo out; echo said >&2", NULL};
    int status = -1;
    must(os_run(argv, never, NULL, heard, sizeof heard, &status));
    ck_assert_int_eq(status, 0);
}

static const struct {
    void (*run)(void);
    const char *hears;
} starts[] = {{run_self, "said\n"}, {run_other, "said\n"}, {run_to_its_end, "said\n"}};

/* Whatever we start, nothing that it prints reaches our terminal; what it says is heard. */
TEST_LOOP(nothing_started_has_our_terminal, SUITE_ROWS(starts))
{
    if (getenv("SHMLENS_MEMCHECK") != NULL)
        SKIP("under valgrind our own executable is valgrind");
    ck_assert_int_eq((int)comes_out(starts[_i].run), 0);
    ck_assert_str_eq(heard, starts[_i].hears);
}

/* A program that says more than we hear does not wait for us; the last of what we heard is kept. */
TEST(what_a_program_says_is_bounded)
{
    static const char *const flood[] = {
        "-c", "head -c 300000 /dev/zero | tr '\\0' x >&2; kill -STOP $$; echo the end >&2", NULL};
    struct os_process *p;
    siginfo_t info;
    must(os_spawn("/bin/sh", flood, &p));
    pid_t pid = (pid_t)os_process_pid(p);
    ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT), 0); /* nobody has read */
    (void)os_process_said(p);
    ck_assert_int_eq(kill(pid, SIGCONT), 0);
    ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    ck_assert_ptr_nonnull(strstr(os_process_said(p), "the end\n"));
    os_process_stop(p);
}

TEST(what_was_changed_later_is_newer)
{
    char old[512], new[512];
    (void)snprintf(old, sizeof old, "%s", in_dir("old"));
    (void)snprintf(new, sizeof new, "%s", in_dir("new"));
    ck_assert(!os_is_newer(old, new));
    const char *const path[] = {old, new};
    for (int i = 0; i < 2; i++) {
        int fd = open(path[i], O_WRONLY | O_CREAT, 0600);
        const struct timespec when[2] = {{.tv_sec = 1000, .tv_nsec = i},
                                         {.tv_sec = 1000, .tv_nsec = i}};
        ck_assert_int_eq(futimens(fd, when), 0);
        close(fd);
    }
    ck_assert(os_is_newer(new, old));
    ck_assert(!os_is_newer(old, new) && !os_is_newer(old, old));
}

/* A child of ours dies with us. */
TEST(test_spawned_ends_with_us)
{
    int ends[2];
    char byte;
    ck_assert_int_eq(pipe(ends), 0); /* its read end sees the end when all writers are gone */
    pid_t pid = fork();
    if (pid == 0) {
        struct os_process *p;
        close(ends[0]);
        if (oserr_is(os_spawn_self(again, &p)))
            _exit(1);
        for (;;)
            pause();
    }
    close(ends[1]);
    struct pollfd p = {.fd = ends[0], .events = POLLIN};
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    ck_assert_int_eq(poll(&p, 1, 10000), 1);
    ck_assert_int_eq((int)read(ends[0], &byte, 1), 0);
    close(ends[0]);
}

SUITE(test_backend_os, .set_up = set_up, .tear_down = tear_down, .peer = wait_forever,
      TESTS(test_clock, test_user_name, test_stop_wakes_a_sleeper, test_stop_although_ignored,
            test_die_of, test_wake_folds, test_gate, test_own_paths, test_folders,
            test_replace_and_read, test_save_file, test_save_to_others, test_spawn,
            test_a_program_keeps_its_number, what_a_program_says_is_bounded,
            what_was_changed_later_is_newer, nothing_started_has_our_terminal,
            test_spawned_ends_with_us));
