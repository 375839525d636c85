/* Who has an object is what lsof tells, for every kind and every way to have one. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

enum { PAGE = 4096, SIZE = 3 * PAGE, PEERS = 4, LOCATOR = 600 };

/* How a process has an object. */
enum how {
    NOT = 0,
    WHOLE = 1,   /* mapped shared, readable and writable */
    PART = 2,    /* its second page, only readable */
    PRIVATE = 4, /* a private mapping */
    HOLDS = 8,   /* a descriptor */
};

enum object { POSIX, SYSV, MEMFD, UNLINKED, FILE_, KINDS };

/* The last process is we ourselves. */
static const unsigned ways[KINDS][PEERS] = {
    [POSIX] = {WHOLE, PART, PRIVATE | PART, HOLDS},
    [SYSV] = {WHOLE, PART, NOT, NOT},
    [MEMFD] = {WHOLE | HOLDS, NOT, PART, HOLDS},
    [UNLINKED] = {PART | PRIVATE, HOLDS, NOT, HOLDS},
    [FILE_] = {WHOLE, WHOLE | HOLDS, PART, NOT},
};

static int fd[KINDS]; /* of each; -1 */
static int shmid;
static ino_t inode[KINDS];
static const char *begins[KINDS]; /* what lsof calls them */
static char locator[KINDS][LOCATOR];
static pid_t pid[PEERS];

static void take(enum object o, unsigned how)
{
    size_t n = (how & PART) != 0 ? PAGE : SIZE;
    off_t from = (how & PART) != 0 ? PAGE : 0;
    int flags = (how & PRIVATE) != 0 ? MAP_PRIVATE : MAP_SHARED;
    void *p = NULL;
    if (o == SYSV && how != NOT) {
        p = shmat(shmid, NULL, (how & PART) != 0 ? SHM_RDONLY : 0);
    } else if ((how & (WHOLE | PART)) != 0) {
        p = mmap(NULL, n, (how & WHOLE) != 0 ? PROT_READ | PROT_WRITE : PROT_READ, flags, fd[o],
                 from);
    }
    if ((intptr_t)p == -1)
        _exit(1);
    if ((how & HOLDS) == 0 && fd[o] >= 0)
        close(fd[o]);
}

static void start_peers(void)
{
    int ready[2];
    char byte;
    ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
    for (int i = 0; i + 1 < PEERS; i++) {
        pid[i] = fork();
        if (pid[i] == 0) {
            for (int o = 0; o < KINDS; o++)
                take((enum object)o, ways[o][i]);
            if (write(ready[1], "r", 1) != 1)
                _exit(1);
            for (;;)
                pause();
        }
    }
    close(ready[1]);
    for (int i = 0; i + 1 < PEERS; i++)
        ck_assert_int_eq((int)read(ready[0], &byte, 1), 1);
    close(ready[0]);
    for (int o = 0; o < KINDS; o++)
        take((enum object)o, ways[o][PEERS - 1]);
    pid[PEERS - 1] = getpid();
}

static void know(enum object o, int of, const char *name)
{
    struct stat st;
    ck_assert_int_ge(of, 0);
    ck_assert(fcntl(of, F_SETFD, FD_CLOEXEC) == 0 && ftruncate(of, SIZE) == 0);
    ck_assert_int_eq(fstat(of, &st), 0);
    fd[o] = of;
    inode[o] = st.st_ino;
    begins[o] = name;
}

static void make_objects(void)
{
    const char *gone = run_name("unlinked");
    const char *name = run_name("lsof");
    const char *path = run_path("file");
    know(POSIX, shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600), "/dev/shm/shmlens-test-");
    know(UNLINKED, shm_open(gone, O_CREAT | O_EXCL | O_RDWR, 0600), "/dev/shm/shmlens-test-");
    know(MEMFD, memfd_create("lsof", MFD_CLOEXEC), "/memfd:lsof");
    know(FILE_, open(path, O_CREAT | O_EXCL | O_RDWR, 0600), "/tmp/shmlens-test-");
    shm_unlink(gone);
    shmid = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
    ck_assert_int_ge(shmid, 0);
    remover_sysv(shmid);
    fd[SYSV] = -1;
    inode[SYSV] = (ino_t)shmid;
    begins[SYSV] = "/SYSV";
    (void)snprintf(locator[POSIX], LOCATOR, "posix:%s", name);
    (void)snprintf(locator[SYSV], LOCATOR, "sysv:%d", shmid);
    (void)snprintf(locator[MEMFD], LOCATOR, "fd:%d/%d", (int)getpid(), fd[MEMFD]);
    (void)snprintf(locator[UNLINKED], LOCATOR, "fd:%d/%d", (int)getpid(), fd[UNLINKED]);
    (void)snprintf(locator[FILE_], LOCATOR, "file:%s", path);
}

static void tear_down(void)
{
    for (int i = 0; i + 1 < PEERS; i++) {
        if (pid[i] > 0) {
            kill(pid[i], SIGKILL);
            (void)waitpid(pid[i], NULL, 0);
        }
    }
    (void)shmctl(shmid, IPC_RMID, NULL);
    run_end();
}

/* ---- what they say ---- */

/* Who maps and who holds each object: by number of the process. */
struct said {
    bool maps[KINDS][PEERS], holds[KINDS][PEERS];
};

static int number_of(pid_t of)
{
    for (int i = 0; i < PEERS; i++)
        if (pid[i] == of)
            return i;
    return -1;
}

/* One file of a process, as lsof tells it. */
static void take_file(struct said *s, int process, const char *how, ino_t ino, const char *name)
{
    for (int o = 0; o < KINDS && process >= 0; o++) {
        if (ino == inode[o] && strncmp(name, begins[o], strlen(begins[o])) == 0) {
            bool held = how[0] >= '0' && how[0] <= '9';
            s->holds[o][process] = s->holds[o][process] || held;
            s->maps[o][process] = s->maps[o][process] || !held;
        }
    }
}

/* `-F pfin`: a line a field, the name of a file last. */
static struct said by_lsof(void)
{
    struct said s = {0};
    char line[1024];
    char how[32] = "";
    ino_t ino = 0;
    int process = -1;
    (void)snprintf(line, sizeof line, "lsof -w -n -P -F pfin -p %d,%d,%d,%d", (int)pid[0],
                   (int)pid[1], (int)pid[2], (int)pid[3]);
    FILE *f = popen(line, "r");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == 'p') {
            process = number_of((pid_t)strtol(line + 1, NULL, 10));
        } else if (line[0] == 'f') {
            (void)snprintf(how, sizeof how, "%.30s", line + 1);
            ino = 0;
        } else if (line[0] == 'i') {
            ino = (ino_t)strtoull(line + 1, NULL, 10);
        } else if (line[0] == 'n') {
            take_file(&s, process, how, ino, line + 1);
        }
    }
    (void)pclose(f);
    return s;
}

static void take_list(const json_t *info, const char *list, bool who[PEERS])
{
    size_t i = 0;
    json_t *row = NULL;
    json_array_foreach(json_object_get(info, list), i, row)
    {
        int n = number_of((pid_t)json_integer_value(json_object_get(row, "pid")));
        ck_assert_int_ge(n, 0); /* nobody else has it */
        who[n] = true;
    }
}

static struct said by_info(void)
{
    struct said s = {0};
    for (int o = 0; o < KINDS; o++) {
        json_t *info = run_json(RUN("info", locator[o], "--json"));
        take_list(info, "mappers", s.maps[o]);
        take_list(info, "holders", s.holds[o]);
        json_decref(info);
    }
    return s;
}

TEST(who_has_it)
{
    if (system("command -v lsof >/dev/null") != 0) /* NOLINT(cert-env33-c): a fixed line */
        SKIP("no lsof here");
    make_objects();
    start_peers();
    struct said it = by_lsof();
    struct said we = by_info();
    for (int o = 0; o < KINDS; o++) {
        for (int i = 0; i < PEERS; i++) {
            bool maps = (ways[o][i] & (WHOLE | PART)) != 0;
            bool holds = (ways[o][i] & HOLDS) != 0;
            const char *of = locator[o];
            ck_assert_msg(it.maps[o][i] == maps && it.holds[o][i] == holds,
                          "lsof does not see how process %d has %s", i, of);
            ck_assert_msg(we.maps[o][i] == it.maps[o][i], "who maps %s: process %d", of, i);
            /* who maps it is not named once more as a holder */
            ck_assert_msg(we.holds[o][i] == (it.holds[o][i] && !it.maps[o][i]),
                          "who holds %s: process %d", of, i);
        }
    }
}

/* The list counts the same processes as the one object's answer names. */
TEST(the_list_counts_them)
{
    size_t i = 0;
    int found = 0;
    json_t *row = NULL;
    make_objects();
    start_peers();
    json_t *all = run_json(RUN("ls", "--json", "--kind", "posix,sysv,memfd,fd,file"));
    json_array_foreach(json_object_get(all, "segments"), i, row)
    {
        const char *of = json_string_value(json_object_get(row, "locator"));
        for (int o = 0; o < KINDS; o++) {
            bool it = strcmp(of, locator[o]) == 0;
            json_t *info = it ? run_json(RUN("info", of, "--json")) : NULL;
            if (info != NULL) {
                ck_assert_int_eq(json_integer_value(json_object_get(row, "attached")),
                                 json_integer_value(json_object_get(info, "attached")));
                json_decref(info);
                found++;
            }
        }
    }
    json_decref(all);
    ck_assert_int_ge(found, 3); /* posix, sysv, file: the others may be reached through a peer */
}

SUITE(test_program_cli_lsof, .tear_down = tear_down, TESTS(who_has_it, the_list_counts_them));
