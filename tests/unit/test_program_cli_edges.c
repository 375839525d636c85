/* Answers that were once wrong at the edges: texts compared whole, what is in memory and by whom it
 * is used, full file systems, set-id bits, odd signals, calls that find no descriptor left. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/os.h"
#include "support/record.h"
#include "support/remover.h"
#include "support/suite.h"

enum { PAGE = 4096, NOBODY = 65534 };

/* ---- texts ---- */

static const struct {
    const char *text;
    int status; /* of waiting for RUNNING */
} texts[] = {{"RUNNING", 0}, {"RUN", 1}, {"RUNNING1", 1}, {"", 1}, {"running", 1}};

TEST_LOOP(wait_compares_the_whole_text, SUITE_ROWS(texts))
{
    const char *n = run_name("text");
    run_make(n, "RUNNING", 8, PAGE);
    const char *patience = texts[_i].status == 0 ? "20s" : "20ms";
    ck_assert_int_eq(
        RUN("wait", n, "0", "--as", "utf8", "--equals", texts[_i].text, "--timeout", patience)
            ->status,
        texts[_i].status);
}

TEST(a_backslash_reads_back)
{
    const char *n = run_name("slash");
    unsigned char *p = run_map(n, PAGE);
    struct job w = JOB("watch", n, "0", "3", "--as", "ascii", "--count", "1");
    for (int i = 0; i < 500 && !job_has_line(&w, 20); i++)
        memcpy(p, i % 2 == 0 ? "a\\b" : "cxd", 3); /* it changes itself */
    const struct ran *r = job_wait(&w);
    ck_assert_ptr_nonnull(strstr(r->out, "\\\\")); /* it starts escapes, so it is one */
}

/* ---- sizes without bounds ---- */

static const char *const looking[] = {"watch", "record"};

/* One call makes it two PiB of holes: looking goes on, and ends when it is asked to. */
TEST_LOOP(a_growth_without_bounds_stops_nobody, SUITE_ROWS(looking))
{
    const char *n = run_name("grown");
    const char *path = run_path("grown.rec");
    unsigned char *p = run_map(n, 16 * PAGE);
    bool watch = _i == 0;
    struct job j = watch ? JOB(looking[_i], n) : JOB(looking[_i], n, path);
    if (watch)
        job_await_change(&j, p);
    else
        await_start(path);
    int fd = shm_open(n, O_RDWR, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, (off_t)1 << 51), 0);
    (void)close(fd);
    if (watch)
        job_await_change(&j, p + PAGE);
    int64_t asked = os_now();
    (void)kill(j.pid, SIGINT);
    int status = job_wait(&j)->status;
    ck_assert_int_eq(status, 0);
    ck_assert_int_lt((os_now() - asked) / 1000000, 3000);
}

/* ---- what is in memory, and who uses it ---- */

/* Of a file on a disk: what of it is cached, not the blocks it has there. */
TEST(a_file_is_resident_as_far_as_it_is_cached)
{
    static unsigned char block[64 * PAGE];
    char locator[600];
    struct statfs fs;
    const char *path = run_path("cold");
    int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    memset(block, 7, sizeof block);
    ck_assert_int_eq((int)write(fd, block, sizeof block), (int)sizeof block);
    ck_assert_int_eq(fsync(fd), 0);
    ck_assert_int_eq(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
    ck_assert_int_eq(fstatfs(fd, &fs), 0);
    (void)close(fd);
    if (fs.f_type == 0x01021994) /* TMPFS_MAGIC */
        SKIP("the folder for tests is not on a disk");
    (void)snprintf(locator, sizeof locator, "file:%s", path);
    json_t *info = run_json(RUN("info", locator, "--json"));
    ck_assert_int_lt(told_number(info, "resident"), (json_int_t)sizeof block / 2);
    json_decref(info);
}

/* One process that attached three times is one process. */
TEST(attaches_are_no_processes)
{
    char of[40];
    json_t *all = NULL;
    int id = shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0600);
    ck_assert_int_ge(id, 0);
    remover_sysv(id);
    void *at[3];
    for (int i = 0; i < 3; i++)
        ck_assert_ptr_ne(at[i] = shmat(id, NULL, i == 2 ? SHM_RDONLY : 0), (void *)-1);
    ck_assert_int_eq(shmctl(id, IPC_RMID, NULL), 0);
    (void)snprintf(of, sizeof of, "sysv:%d", id);
    const struct ran *r = RUN("ls", "--kind", "sysv", "--columns", "locator,procs", "--no-header");
    (void)snprintf(of, sizeof of, "sysv:%d 1\n", id);
    ck_assert_ptr_nonnull(strstr(r->out, of));
    (void)snprintf(of, sizeof of, "sysv:%d", id);
    json_t *row = told_row("sysv", "locator", of, &all);
    ck_assert_int_eq(told_number(row, "attached"), 3);
    json_decref(all);
    for (int i = 0; i < 3; i++)
        (void)shmdt(at[i]);
}

/* ---- what cannot be had ---- */

/* On a full file system it is said how far it got. */
TEST(a_full_memory_says_how_far)
{
    const char *n = run_name("full");
    const char *file = run_path("large");
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, "") != 0 ||
        mount("none", "/dev/shm", "tmpfs", 0, "size=64k") != 0)
        SKIP("no file system may be mounted here");
    run_make(n, "", 0, 64 * PAGE);
    int fd = open(file, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    ck_assert_int_eq(ftruncate(fd, 64 * PAGE), 0);
    ck_assert_int_eq((int)pwrite(fd, "x", 1, 40 * PAGE), 1);
    (void)close(fd);
    const struct ran *r = RUN("fill", n, "0", "256K", "0x41");
    ck_assert_int_eq(r->status, 2);
    ck_assert_ptr_nonnull(strstr(r->err, "no memory left"));
    ck_assert_ptr_nonnull(strstr(r->err, "65536 bytes were stored before that"));
    ck_assert_int_eq(RUN("create", run_name("more"), "64K", "--fill", "1")->status, 2);
    fd = shm_open(run_name("more"), O_RDONLY, 0);
    ck_assert_int_lt(fd, 0); /* nothing of it stays */
}

static int run_limited(const char *const *argv, const char *err)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        const struct rlimit few = {.rlim_cur = 4, .rlim_max = 4};
        int fd = open(err, O_CREAT | O_WRONLY | O_TRUNC, 0600);
        if (fd < 0 || dup2(fd, 2) < 0)
            _exit(126);
        for (int i = 3; i < 1024; i++)
            (void)close(i);
        if (setrlimit(RLIMIT_NOFILE, &few) == 0)
            (void)execv(SHMLENS_BINARY, (char **)(uintptr_t)argv);
        _exit(127);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(too_many_open_files_are_called_so)
{
    char text[512] = "";
    const char *n = run_name("few");
    run_make(n, "abc", 3, PAGE);
    const char *const argv[] = {"shmlens", "info", n, NULL};
    char err[600];
    (void)snprintf(err, sizeof err, "%s", run_path("err"));
    ck_assert_int_eq(run_limited(argv, err), 2);
    int fd = open(err, O_RDONLY | O_CLOEXEC);
    ck_assert_int_gt((int)read(fd, text, sizeof text - 1), 0);
    (void)close(fd);
    ck_assert_msg(strstr(text, "Too many open files") != NULL, "%s", text);
}

TEST(without_proc_it_is_said)
{
    if (getenv("ASAN_OPTIONS") != NULL)
        SKIP("AddressSanitizer reads its options and looks for leaks in /proc");
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, "") != 0 ||
        umount2("/proc", MNT_DETACH) != 0)
        SKIP("/proc cannot be taken away here");
    RUN_FAILS("needs /proc, which is not mounted here", "create", "memfd:edges", "4K");
}

/* ---- files that are written ---- */

/* Who gets the file does not get a program that runs as its owner with it. */
TEST(set_id_bits_and_owner_are_kept_together)
{
    struct stat st;
    const char *n = run_name("owned");
    const char *file = run_path("program");
    if (geteuid() != 0)
        SKIP("only root can give a file away");
    run_make(n, "abc", 3, 100);
    int fd = open(file, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    ck_assert_int_eq(fchown(fd, NOBODY, NOBODY), 0);
    ck_assert_int_eq(fchmod(fd, 06755), 0);
    (void)close(fd);
    ck_assert_int_eq(RUN("save", n, file)->status, 0);
    ck_assert_int_eq(stat(file, &st), 0);
    ck_assert_int_eq((int)st.st_size, 100);
    bool away = st.st_uid == NOBODY && st.st_gid == NOBODY;
    ck_assert(away || (st.st_mode & 06000) == 0);
    ck_assert_int_eq(st.st_mode & 0777, 0755);
}

static const int odd[] = {SIGUSR1, SIGXCPU, SIGVTALRM, SIGPWR, 40};

/* A save that is killed leaves no part of a file under another name. */
TEST_LOOP(a_save_that_is_killed_leaves_nothing, SUITE_ROWS(odd))
{
    char file[600], folder[600];
    const char *n = run_name("large");
    unsigned char *p = run_map(n, 64 << 20);
    memset(p, 1, 64 << 20);
    (void)snprintf(file, sizeof file, "%s", run_path("target"));
    (void)snprintf(folder, sizeof folder, "%s", file);
    *strrchr(folder, '/') = '\0';
    struct job j = JOB("save", n, file);
    (void)job_has_line(&j, 5);
    (void)kill(j.pid, odd[_i]);
    int status = job_wait(&j)->status;
    ck_assert(status == 0 || status == 128 + odd[_i]);
    ck_assert_int_eq(unlink(file), status == 0 ? 0 : -1);
    ck_assert_int_eq(rmdir(folder), 0); /* it is empty */
    ck_assert_int_eq(mkdir(folder, 0700), 0);
}

SUITE(test_program_cli_edges, .tear_down = run_end,
      TESTS(wait_compares_the_whole_text, a_backslash_reads_back,
            a_growth_without_bounds_stops_nobody, a_file_is_resident_as_far_as_it_is_cached,
            attaches_are_no_processes, a_full_memory_says_how_far,
            too_many_open_files_are_called_so, without_proc_it_is_said,
            set_id_bits_and_owner_are_kept_together, a_save_that_is_killed_leaves_nothing));
