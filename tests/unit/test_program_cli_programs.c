/* What other programs do with shared memory: Python's blocks, one of them leaked; a memfd that one
 * process gives to another. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/remover.h"
#include "support/run.h"
#include "support/suite.h"

enum { PAGE = 4096, NAME = 64, LOCATOR = 128 };

static pid_t others[2]; /* processes of a test; 0: none */

static void end_others(void)
{
    for (int i = 0; i < 2; i++) {
        if (others[i] > 0) {
            kill(others[i], SIGKILL);
            (void)waitpid(others[i], NULL, 0);
        }
        others[i] = 0;
    }
}

static void tear_down(void)
{
    end_others();
    run_end();
}

static bool has_state(const json_t *row, const char *state)
{
    size_t i = 0;
    json_t *one = NULL;
    bool has = false;
    json_array_foreach(json_object_get(row, "state"), i, one)
    {
        has = has || strcmp(json_string_value(one), state) == 0;
    }
    return has;
}

/* ---- Python ---- */

/* Starts it with a block of 100,000 bytes; its name, as Python says it. False: it cannot. */
static bool start_python(char name[NAME])
{
    static const char script[] = "import sys\n"
                                 "from multiprocessing import shared_memory as m\n"
                                 "s = m.SharedMemory(create=True, size=100000)\n"
                                 "s.buf[0:5] = b'hello'\n"
                                 "print(s.name, flush=True)\n"
                                 "sys.stdin.read()\n";
    int out[2];
    int in[2];
    ck_assert_int_eq(pipe2(out, O_CLOEXEC) | pipe2(in, O_CLOEXEC), 0);
    others[0] = fork();
    if (others[0] == 0) {
        int null = open("/dev/null", O_WRONLY);
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && dup2(in[0], 0) == 0 && dup2(out[1], 1) == 1 &&
            dup2(null, 2) == 2)
            execlp("python3", "python3", "-c", script, (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    close(in[0]);
    FILE *f = fdopen(out[0], "r");
    bool said = f != NULL && fgets(name, NAME, f) != NULL;
    name[strcspn(name, "\n")] = '\0';
    if (said)
        remover_segment(name);
    return said; /* in[1] stays open: it reads until we end */
}

/* Its resource tracker, which would remove what it leaks; then itself. */
static void kill_python(void)
{
    char path[64];
    pid_t tracker = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)others[0], (int)others[0]);
    FILE *f = fopen(path, "r");
    if (f != NULL && fscanf(f, "%d", &tracker) == 1) { /* NOLINT(cert-err34-c): of the system */
        ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
        kill(tracker, SIGKILL);
    }
    if (f != NULL)
        (void)fclose(f);
    kill(others[0], SIGKILL);
    (void)waitpid(others[0], NULL, 0);
    if (tracker > 0)
        (void)waitpid(tracker, NULL, 0);
    others[0] = 0;
}

TEST(python_leaks_a_block)
{
    char name[NAME] = "";
    char of[LOCATOR];
    char line[LOCATOR + 2];
    json_t *all = NULL;
    json_t *mapper = NULL;
    if (!start_python(name))
        SKIP("no python3 with multiprocessing.shared_memory here");
    (void)snprintf(of, sizeof of, "posix:/%s", name);
    (void)snprintf(line, sizeof line, "%s\n", of);
    json_t *row = told_row("posix", "locator", of, &all);
    ck_assert_ptr_nonnull(row);
    ck_assert_int_eq(told_number(row, "size"), 100000);
    ck_assert_int_eq(told_number(row, "attached"), 1);
    json_decref(all);
    json_t *info = run_json(RUN("info", of, "--json"));
    ck_assert_str_eq(told_access(info, others[0], &mapper), "rw");
    ck_assert_int_eq(told_number(mapper, "offset"), 0);
    json_decref(info);
    ck_assert_str_eq(RUN("peek", of, "0", "5", "--as", "ascii")->out, "hello\n");
    ck_assert_str_eq(RUN("clean", of, "--older-than", "0s", "--yes")->out, ""); /* it is used */
    kill_python();
    row = told_row("posix", "locator", of, &all);
    ck_assert_ptr_nonnull(row); /* leaked */
    ck_assert(has_state(row, told_number(all, "unreadable") == 0 ? "orphan" : "idle"));
    json_decref(all);
    const struct ran *r = RUN("clean", of, "--yes"); /* younger than a minute */
    ck_assert_str_eq(r->out, "");
    ck_assert_ptr_nonnull(strstr(r->err, "written or mapped in the last "));
    r = RUN("clean", of, "--older-than", "0s");
    ck_assert_str_eq(r->out, line);
    ck_assert_int_eq(r->status, 1);
    r = RUN("clean", of, "--older-than", "0s", "--yes");
    ck_assert_str_eq(r->out, line);
    ck_assert_int_eq(r->status, 0);
    ck_assert_int_eq(RUN("peek", of)->status, 2);
}

/* ---- a memfd that is given ---- */

union passed {
    struct cmsghdr align;
    char room[CMSG_SPACE(sizeof(int))];
};

static bool give(int socket, int fd)
{
    union passed p = {.room = ""};
    struct iovec v = {.iov_base = "g", .iov_len = 1};
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_control = p.room, .msg_controllen = sizeof p.room};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(c), &fd, sizeof fd);
    return sendmsg(socket, &m, 0) == 1;
}

static int given(int socket)
{
    union passed p;
    char byte;
    int fd = -1;
    struct iovec v = {.iov_base = &byte, .iov_len = 1};
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_control = p.room, .msg_controllen = sizeof p.room};
    if (recvmsg(socket, &m, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&m) != NULL)
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
    return fd;
}

static _Noreturn void live(int ready, bool well)
{
    if (!well || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || write(ready, "r", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

/* Makes one, maps all of it and gives it away. */
static _Noreturn void giver(int socket, int ready, const char *name)
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    bool well = fd >= 0 && ftruncate(fd, (off_t)4 * PAGE) == 0;
    char *p = mmap(NULL, (size_t)4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    well = well && p != MAP_FAILED && give(socket, fd);
    if (well) {
        memcpy(p + (size_t)2 * PAGE, "given", 6);
        close(fd);
    }
    live(ready, well);
}

/* Maps one page of what it is given, and keeps the descriptor. */
static _Noreturn void owner(int socket, int ready)
{
    int fd = given(socket);
    bool well =
        fd >= 0 && mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, (off_t)2 * PAGE) != MAP_FAILED;
    live(ready, well);
}

TEST(memfd_given_to_another_process)
{
    char name[NAME];
    char of[LOCATOR];
    char byte;
    int between[2];
    int ready[2];
    json_t *all = NULL;
    json_t *mapper = NULL;
    (void)snprintf(name, sizeof name, "given-%d", (int)getpid());
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, between), 0);
    ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
    for (int i = 0; i < 2; i++) {
        others[i] = fork();
        if (others[i] == 0) {
            if (i == 0)
                giver(between[0], ready[1], name);
            owner(between[1], ready[1]);
        }
    }
    close(ready[1]);
    ck_assert(read(ready[0], &byte, 1) == 1 && read(ready[0], &byte, 1) == 1);
    json_t *row = told_row("memfd", "name", name, &all); /* one row, through who has a descriptor */
    ck_assert_ptr_nonnull(row);
    (void)snprintf(of, sizeof of, "%s", json_string_value(json_object_get(row, "locator")));
    char prefix[32];
    (void)snprintf(prefix, sizeof prefix, "fd:%d/", (int)others[1]);
    ck_assert_int_eq(strncmp(of, prefix, strlen(prefix)), 0);
    ck_assert_int_eq(told_number(row, "attached"), 2);
    ck_assert_int_eq(told_number(row, "size"), 4 * PAGE);
    json_decref(all);
    json_t *info = run_json(RUN("info", of, "--json"));
    ck_assert_uint_eq(json_array_size(json_object_get(info, "mappers")), 2);
    ck_assert_str_eq(told_access(info, others[0], &mapper), "rw");
    ck_assert(told_number(mapper, "offset") == 0 && told_number(mapper, "length") == 4 * PAGE);
    ck_assert_str_eq(told_access(info, others[1], &mapper), "r");
    ck_assert(told_number(mapper, "offset") == 2 * PAGE && told_number(mapper, "length") == PAGE);
    json_decref(info);
    ck_assert_str_eq(RUN("peek", of, "0x2000", "5", "--as", "ascii")->out, "given\n");
    kill(others[0], SIGKILL);
    (void)waitpid(others[0], NULL, 0);
    others[0] = 0;
    row = told_row("memfd", "name", name, &all); /* who was given it keeps it alive */
    ck_assert_ptr_nonnull(row);
    ck_assert_int_eq(told_number(row, "attached"), 1);
    json_decref(all);
    end_others();
    ck_assert_ptr_null(told_row("memfd", "name", name, &all));
    json_decref(all);
}

SUITE(test_program_cli_programs, .tear_down = tear_down,
      TESTS(python_leaks_a_block, memfd_given_to_another_process));
