/* The commands on all kinds. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/remover.h"
#include "support/run.h"
#include "support/suite.h"

enum { PAGE = 4096 };

/* A segment with a key, attached once by us; a second one that is removed but attached. */
static int ids[3];
static void *attached[2];

static void make_three(void)
{
    key_t key = (key_t)(0x6c000000 + (getpid() & 0xffff));
    ids[0] = shmget(key, (size_t)5 * PAGE + 1, IPC_CREAT | IPC_EXCL | 0640);
    ids[1] = shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0604);
    ids[2] = shmget(IPC_PRIVATE, (size_t)3 * PAGE, IPC_CREAT | 0600);
    ck_assert(ids[0] >= 0 && ids[1] >= 0 && ids[2] >= 0);
    for (int i = 0; i < 3; i++)
        remover_sysv(ids[i]);
    attached[0] = shmat(ids[0], NULL, 0);
    attached[1] = shmat(ids[1], NULL, SHM_RDONLY);
    ck_assert_int_eq(shmctl(ids[1], IPC_RMID, NULL), 0);
}

static void drop_three(void)
{
    (void)shmdt(attached[0]);
    (void)shmdt(attached[1]);
    (void)shmctl(ids[0], IPC_RMID, NULL);
    (void)shmctl(ids[2], IPC_RMID, NULL);
}

TEST(memfd_is_held)
{
    struct job j = JOB("create", "memfd:held\x1b", "8K", "--fill", "0x41");
    const char *line = job_line(&j);
    char locator[64];
    ck_assert_ptr_nonnull(line);
    (void)snprintf(locator, sizeof locator, "%s", line);
    ck_assert_int_eq(strncmp(locator, "fd:", 3), 0);
    const struct ran *r = RUN("peek", locator, "0", "2", "--as", "u8");
    ck_assert_int_eq(r->status, 0);
    ck_assert_int_eq(RUN("poke", locator, "4", "7", "--as", "u32le")->status, 0);
    r = RUN("peek", locator, "4", "--as", "u32le");
    ck_assert_str_eq(r->out, "0x4 7\n");
    r = RUN("info", locator);
    ck_assert_ptr_nonnull(strstr(r->out, "kind:      memfd\n"));
    ck_assert_ptr_nonnull(strstr(r->out, "name:      held\\x1b\n"));
    json_t *all = NULL;
    json_t *row = told_row("memfd", "locator", locator, &all);
    ck_assert_ptr_nonnull(row);
    ck_assert_str_eq(json_string_value(json_object_get(row, "name")), "held\\x1b");
    json_decref(all);
    RUN_FAILS("no name", "rm", locator);
    kill(j.pid, SIGTERM);
    r = job_wait(&j);
    ck_assert_int_eq(r->status, 0);
    ck_assert_ptr_nonnull(strstr(r->err, "kept until Ctrl-C"));
    RUN_FAILS("no such process or descriptor (open: No such process)", "peek", locator);
}

TEST(system_v_from_make_to_remove)
{
    char locator[64];
    char out[128];
    const struct ran *r = RUN("create", "sysv:new", "10000", "--mode", "640", "--fill", "1");
    ck_assert_int_eq(r->status, 0);
    ck_assert_int_eq(sscanf(r->out, "%63s", locator), 1);
    ck_assert_int_eq(strncmp(locator, "sysv:", 5), 0);
    ck_assert_int_eq(RUN("poke", locator, "9996", "0xdeadbeef", "--as", "u32le")->status, 0);
    ck_assert_int_eq(RUN("poke", locator, "9997", "1", "--as", "u32le")->status, 2);
    r = RUN("find", locator, "u32:0xdeadbeef");
    ck_assert_str_eq(r->out, "0x270c\n");
    RUN_FAILS("keeps the size", "resize", locator, "1");
    ck_assert_int_eq(RUN("chmod", locator, "600")->status, 0);
    json_t *info = run_json(RUN("info", locator, "--json"));
    ck_assert_int_eq(told_number(info, "size"), 10000);
    ck_assert_str_eq(json_string_value(json_object_get(info, "mode")), "0600");
    ck_assert_int_eq(told_number(info, "attached"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(info, "name")), "0x00000000");
    json_decref(info);
    r = RUN("rm", "--dry-run", locator);
    (void)snprintf(out, sizeof out, "%s\n", locator);
    ck_assert_str_eq(r->out, out);
    ck_assert_int_eq(RUN("rm", locator)->status, 0);
    RUN_FAILS("no such segment", "peek", locator);
}

TEST(bad_locators_are_told_apart)
{
    static const struct {
        const char *locator, *says;
    } bad[] = {
        {"sysv:abc", "sysv:ID, sysv:key=KEY"},
        {"sysv:key=0", "sysv:ID, sysv:key=KEY"},
        {"sysv:2147483647", "no such segment"},
        {"sysv:key=0x7ffffffe", "no such segment"},
        {"fd:1/x", "fd:PID/FD"},
        {"fd:2147483647/1", "No such process"},
        {"map:1/zz", "map:PID/ADDRESS"},
        {"map:2147483647/10", "No such process"},
        {"ns:2147483647/x", "No such process"},
        {"ns:1/a/b", "ns:PID/NAME"},
        {"memfd:x", "only to create one"},
        {"what:x", "not a segment name"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct ran *r = RUN("peek", bad[i].locator);
        ck_assert_int_eq(r->status, 2);
        ck_assert_msg(strstr(r->err, bad[i].says) != NULL, "%s: %s", bad[i].locator, r->err);
        ck_assert_str_eq(r->out, "");
    }
}

/* In /dev/shm stands what is no segment: it is not listed, not followed, and nothing waits. */
TEST(planted)
{
    char path[3][600];
    const char *name[3] = {run_name("fifo"), run_name("link"), run_name("dir")};
    for (int i = 0; i < 3; i++)
        (void)snprintf(path[i], sizeof path[i], "/dev/shm%s", name[i]);
    ck_assert_int_eq(mkfifo(path[0], 0666), 0);
    ck_assert_int_eq(symlink("/etc/passwd", path[1]), 0);
    ck_assert_int_eq(mkdir(path[2], 0700), 0);
    int writer = open(path[0], O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    ck_assert_int_lt(writer, 0); /* nobody reads */
    const struct ran *r = RUN("ls", "--kind", "posix,sem,file,fd");
    for (int i = 0; i < 3; i++)
        ck_assert_ptr_null(strstr(r->out, name[i]));
    for (int i = 0; i < 3; i++) {
        static const char *const commands[] = {"peek", "info", "rm"};
        for (int k = 0; k < 3; k++) {
            r = RUN(commands[k], name[i]);
            ck_assert_int_eq(r->status, 2);
            ck_assert_msg(strstr(r->err, "not a segment") != NULL, "%s", r->err);
        }
    }
    (void)unlink(path[0]);
    (void)unlink(path[1]);
    (void)rmdir(path[2]);
}

/* An ordinary user sees its own, and how many it cannot see. */
TEST(as_nobody)
{
    const struct ran *r = RUN_NOBODY("ls", "--json");
    if (r == NULL)
        return;
    make_three();
    r = RUN_NOBODY("ls", "--json", "--kind", "sysv");
    json_t *all = run_json(r);
    char locator[32];
    (void)snprintf(locator, sizeof locator, "sysv:%d", ids[2]);
    bool there = strstr(r->out, locator) != NULL;
    ck_assert(there);
    ck_assert_int_gt(told_number(all, "unreadable"), 0);
    json_decref(all);
    r = RUN_NOBODY("peek", locator);
    ck_assert_int_eq(r->status, 2);
    ck_assert_ptr_nonnull(strstr(r->err, "no permission to read it (shmat: Permission denied)"));
    r = RUN_NOBODY("rm", locator);
    ck_assert_int_eq(r->status, 2);
    ck_assert_ptr_nonnull(strstr(r->err, "no permission"));
    drop_three();
}

SUITE(test_program_cli_kinds, .tear_down = run_end,
      TESTS(memfd_is_held, system_v_from_make_to_remove, bad_locators_are_told_apart, planted,
            as_nobody));
