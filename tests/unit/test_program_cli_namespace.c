/* Programs in namespaces of their own: what they have is listed with the process it is reached
 * through, and used the same way. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"
#include "support/suite.h"

enum { PAGE = 4096, LOCATOR = 128 };

static pid_t other; /* the process apart; 0: none */

static void end_other(void)
{
    if (other > 0) {
        kill(other, SIGKILL);
        (void)waitpid(other, NULL, 0);
    }
    other = 0;
}

static void tear_down(void)
{
    end_other();
    run_end();
}

static _Noreturn void live(int ready, bool well)
{
    if (!well || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || write(ready, "r", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

/* In a mount namespace with a /dev/shm of its own, one segment in it, and one of ours mapped. */
static _Noreturn void in_own_mounts(int ready, const char *ours)
{
    int fd = shm_open(ours, O_RDWR, 0);
    bool well = fd >= 0 && unshare(CLONE_NEWNS) == 0 &&
                mount("none", "/", "none", MS_REC | MS_PRIVATE, "") == 0 &&
                mount("none", "/dev/shm", "tmpfs", 0, "") == 0 &&
                mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED;
    int inner = open("/dev/shm/inner", O_CREAT | O_RDWR | O_CLOEXEC, 0640);
    well = well && inner >= 0 && write(inner, "inside", 6) == 6;
    live(ready, well);
}

/* In an IPC namespace of its own. */
static _Noreturn void in_own_ipc(int ready, const char *ours)
{
    char *p = NULL;
    (void)ours;
    bool well = unshare(CLONE_NEWIPC) == 0;
    int id = shmget(0x5348, (size_t)2 * PAGE, IPC_CREAT | 0640);
    well = well && id >= 0 && (intptr_t)(p = shmat(id, NULL, 0)) != -1;
    if (well)
        memcpy(p + PAGE, "apart", 6);
    live(ready, well);
}

/* Starts it; false: the system does not let us. */
static bool start_apart(void (*be)(int ready, const char *ours), const char *ours)
{
    int ready[2];
    char byte;
    ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
    other = fork();
    if (other == 0)
        be(ready[1], ours);
    close(ready[1]);
    bool runs = read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    if (!runs)
        printf("skip: namespaces: they cannot be made here\n");
    return runs;
}

TEST(program_with_its_own_mounts)
{
    char of[LOCATOR];
    json_t *all = NULL;
    json_t *mapper = NULL;
    const char *ours = run_name("ours");
    run_make(ours, "abc", 3, PAGE);
    if (!start_apart(in_own_mounts, ours))
        return;
    json_t *info = run_json(RUN("info", ours, "--json")); /* matched by what it is, not by a path */
    ck_assert_str_eq(told_access(info, other, &mapper), "r");
    json_decref(info);
    ck_assert_str_eq(RUN("clean", ours, "--older-than", "0s")->out, "");
    (void)snprintf(of, sizeof of, "ns:%d/inner", (int)other);
    json_t *row = told_row("posix", "locator", of, &all);
    ck_assert_ptr_nonnull(row);
    ck_assert_int_eq(told_number(row, "size"), 6);
    ck_assert_str_eq(json_string_value(json_object_get(row, "mode")), "0640");
    json_decref(all);
    ck_assert_str_eq(RUN("peek", of, "--as", "ascii")->out, "inside\n");
    ck_assert_int_eq(RUN("poke", of, "0", "I", "--as", "ascii")->status, 0);
    ck_assert_str_eq(RUN("peek", of, "--as", "ascii")->out, "Inside\n");
    RUN_FAILS("another namespace", "rm", "--force", of);
    ck_assert_str_eq(RUN("clean", of, "--older-than", "0s", "--yes")->out, "");
    end_other();
    ck_assert_int_eq(RUN("peek", of)->status, 2);
}

TEST(program_with_its_own_ipc)
{
    char of[LOCATOR];
    char word[32];
    json_t *all = NULL;
    json_t *row = NULL;
    json_t *mapper = NULL;
    size_t i = 0;
    if (!start_apart(in_own_ipc, NULL))
        return;
    (void)snprintf(word, sizeof word, "map:%d/", (int)other);
    all = run_json(RUN("ls", "--json", "--kind", "sysv"));
    of[0] = '\0';
    json_array_foreach(json_object_get(all, "segments"), i, row)
    {
        const char *is = json_string_value(json_object_get(row, "locator"));
        if (strncmp(is, word, strlen(word)) == 0) {
            (void)snprintf(of, sizeof of, "%s", is);
            ck_assert_int_eq(told_number(row, "key"), 0x5348);
            ck_assert_int_eq(told_number(row, "size"), 2 * PAGE);
            ck_assert_int_eq(told_number(row, "attached"), 1);
        }
    }
    json_decref(all);
    ck_assert_str_ne(of, "");
    json_t *info = run_json(RUN("info", of, "--json"));
    ck_assert_str_eq(told_access(info, other, &mapper), "rw");
    ck_assert_str_eq(json_string_value(json_object_get(info, "mode")), "0640");
    ck_assert_int_eq(told_number(info, "creator_pid"), other);
    ck_assert(json_is_number(json_object_get(info, "mtime")));
    json_decref(info);
    ck_assert_str_eq(RUN("peek", of, "0x1000", "5", "--as", "ascii")->out, "apart\n");
    ck_assert_int_eq(RUN("rm", "--force", of)->status, 2);
    ck_assert_str_eq(RUN("clean", of, "--older-than", "0s", "--yes")->out, "");
    ck_assert_int_eq(RUN("peek", "sysv:key=0x5348")->status, 2); /* it is not ours */
}

SUITE(test_program_cli_namespace, .tear_down = tear_down,
      TESTS(program_with_its_own_mounts, program_with_its_own_ipc));
