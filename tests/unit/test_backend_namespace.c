/* Containers, processes that may not be read, and those that end while they are read. */
#include <sched.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/shm.h>

#include "support/backend_suite.h"
#include "support/suite.h"

enum { PAGE = 4096 };

static struct seg_survey survey(unsigned kinds)
{
    struct seg_survey sv;
    must(seg_survey(be, kinds, SEG_SURVEY_WHO, &sv));
    return sv;
}

enum { ALL = ((1U << SEG_KINDS) - 1) & ~(1U << SEG_FILE) };

static const struct seg_info *row_of(const struct seg_survey *sv, const char *locator)
{
    for (size_t i = 0; i < sv->count; i++)
        if (strcmp(sv->segs[i].locator, locator) == 0)
            return &sv->segs[i];
    return NULL;
}

/* What a process in namespaces of its own has made, told over a pipe. */
struct inside {
    bool apart; /* it could get them */
    int shmid;
    uint64_t address;
};

static int told[2];

/* Everything that a container may hold against us: links that lead out, fifos, devices. */
static bool furnish(void)
{
    if (unshare(CLONE_NEWNS | CLONE_NEWIPC) != 0 ||
        mount("none", "/", "none", MS_REC | MS_PRIVATE, "") != 0 ||
        mount("none", "/dev/shm", "tmpfs", 0, "") != 0)
        return false;
    int fd = open("/dev/shm/inner", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    return fd >= 0 && write(fd, "inside", 6) == 6 && mkfifo("/dev/shm/fifo", 0666) == 0 &&
           symlink("/etc/passwd", "/dev/shm/link") == 0 && mkdir("/dev/shm/dir", 0700) == 0 &&
           mknod("/dev/shm/null", S_IFCHR | 0666, 0x103) == 0 && close(fd) == 0;
}

static void live_apart(void *arg, int ready)
{
    static struct inside in; /* zeros, also between its fields */
    (void)arg;
    if ((in.apart = furnish()) != false) {
        in.shmid = shmget(0x5348, PAGE, IPC_CREAT | 0600);
        char *p = shmat(in.shmid, NULL, 0);
        in.address = (uint64_t)(uintptr_t)p;
        p[9] = 99;
    }
    if (write(told[1], &in, sizeof in) != (ssize_t)sizeof in)
        _exit(1);
    peer_ready(ready);
    for (;;)
        pause();
}

static struct peer start_apart(struct inside *in)
{
    ck_assert_int_eq(pipe(told), 0);
    struct peer p = peer_start(live_apart, NULL);
    ck_assert_int_eq((int)read(told[0], in, sizeof *in), (int)sizeof *in);
    close(told[0]);
    close(told[1]);
    if (!in->apart)
        printf("skip: namespaces: no namespaces here\n");
    return p;
}

TEST(test_other_shm)
{
    struct inside in;
    struct seg *s;
    struct seg_stat st;
    char text[64], buf[8] = "";
    size_t got;
    struct peer p = start_apart(&in);
    if (in.apart) {
        struct seg_survey sv = survey(ALL);
        snprintf(text, sizeof text, "ns:%d/inner", (int)p.pid);
        const struct seg_info *row = row_of(&sv, text);
        ck_assert(row != NULL && row->kind == SEG_POSIX && strcmp(row->name, "inner") == 0);
        ck_assert(row->via == (uint32_t)p.pid && row->stat.size == 6);
        seg_survey_free(&sv);
        must(seg_open(be, text, SEG_READ, &s));
        must(seg_read(s, 0, buf, 6, &got));
        ck_assert_str_eq(buf, "inside");
        must(seg_refresh(s, &st));
        ck_assert(!st.name_gone && !st.replaced);
        must_fail(
            seg_remove(be, &(struct seg_removal){.locator = text, .flags = SEG_RM_FORCE}, NULL),
            SEG_E_UNSUPPORTED);
        static const char *const none[] = {"fifo", "link", "dir", "null"};
        for (size_t i = 0; i < 4; i++) {
            struct seg *no;
            snprintf(text, sizeof text, "ns:%d/%s", (int)p.pid, none[i]);
            must_fail(seg_open(be, text, SEG_READ, &no), SEG_E_NOT_SEGMENT);
        }
        peer_stop(&p);
        must(seg_refresh(s, &st));
        ck_assert(st.name_gone && st.size == 6);
        seg_close(s);
        return;
    }
    peer_stop(&p);
}

TEST(test_other_system_v)
{
    struct inside in;
    struct seg *s;
    char text[64];
    unsigned char byte = 0;
    size_t got;
    struct peer p = start_apart(&in);
    if (in.apart) {
        struct seg_survey sv = survey(ALL);
        snprintf(text, sizeof text, "map:%d/0x%llx", (int)p.pid, (unsigned long long)in.address);
        const struct seg_info *row = row_of(&sv, text);
        ck_assert(row != NULL && row->kind == SEG_SYSV);
        ck_assert_str_eq(row->name, "0x00005348");
        ck_assert(row->stat.key == 0x5348 && row->stat.ino == (uint64_t)in.shmid);
        ck_assert_uint_eq(row->mappers.count, 1);
        snprintf(text, sizeof text, "sysv:%d", in.shmid); /* the same number here is another */
        const struct seg_info *ours = row_of(&sv, text);
        for (size_t i = 0; ours != NULL && i < ours->mappers.count; i++)
            ck_assert_uint_ne(sv.who.mappers[ours->mappers.first + i].pid, (uint32_t)p.pid);
        snprintf(text, sizeof text, "%s", row->locator);
        seg_survey_free(&sv);
        must(seg_open(be, text, SEG_WRITE, &s));
        must(seg_read(s, 9, &byte, 1, &got));
        ck_assert_uint_eq(byte, 99);
        ck_assert_int_eq(seg_kind(s), SEG_SYSV);
        ck_assert_uint_eq(seg_caps(s) & (SEG_CAP_RESIZE | SEG_CAP_CHMOD), 0);
        must_fail(seg_resize(s, 100), SEG_E_UNSUPPORTED);
        must_fail(seg_chmod(s, 0600), SEG_E_UNSUPPORTED);
        seg_close(s);
    }
    peer_stop(&p);
}

/* ---- rights ---- */

static int look_as_nobody(void *arg)
{
    char text[64];
    struct seg *s;
    int fd = memfd_create("of-nobody", MFD_CLOEXEC);
    ck_assert(fd >= 0 && ftruncate(fd, PAGE) == 0);
    struct seg_survey sv = survey(ALL);
    snprintf(text, sizeof text, "fd:%d/%d", (int)getpid(), fd);
    ck_assert_ptr_nonnull(row_of(&sv, text));
    ck_assert_uint_gt(sv.who.unreadable, 0); /* root's */
    for (size_t i = 0; i < sv.who.mappers_count; i++)
        ck_assert_uint_ne(sv.who.mappers[i].pid, (uint32_t) * (pid_t *)arg);
    seg_survey_free(&sv);
    snprintf(text, sizeof text, "fd:%d/0", (int)*(pid_t *)arg);
    must_fail(seg_open(be, text, SEG_READ, &s), EACCES);
    return 0;
}

TEST(test_of_another_user)
{
    pid_t root = getpid();
    if (getuid() != 0)
        SKIP("only root can become another user");
    as_nobody(look_as_nobody, &root);
}

/* /proc shows a user its own processes only. */
static int look_hidden(void)
{
    char text[64];
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, "") != 0 ||
        mount("none", "/proc", "proc", 0, "hidepid=2") != 0 || setgid(65534) != 0 ||
        setuid(65534) != 0 || access("/proc/1", F_OK) == 0) {
        printf("skip: namespaces: processes cannot be hidden here\n");
        return 0;
    }
    int fd = memfd_create("of-nobody", MFD_CLOEXEC);
    ck_assert(fd >= 0 && ftruncate(fd, PAGE) == 0);
    struct seg_survey sv = survey(ALL);
    snprintf(text, sizeof text, "fd:%d/%d", (int)getpid(), fd);
    ck_assert_ptr_nonnull(row_of(&sv, text));
    ck_assert_uint_gt(sv.who.unreadable, 0);
    seg_survey_free(&sv);
    return 0;
}

TEST(test_hidden)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(look_hidden());
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
}

/* ---- time ---- */

/* Processes come and go as fast as they can. */
static void storm(void *arg, int ready)
{
    (void)arg;
    peer_ready(ready);
    for (;;) {
        pid_t pid = fork();
        if (pid == 0) {
            int fd = memfd_create("storm", MFD_CLOEXEC);
            if (fd >= 0 && ftruncate(fd, PAGE) == 0)
                (void)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
            _exit(0);
        }
        if (pid > 0)
            waitpid(pid, NULL, 0);
    }
}

TEST(test_processes_end)
{
    struct peer p = peer_start(storm, NULL), q = peer_start(storm, NULL);
    int fd = memfd_create("still", MFD_CLOEXEC);
    struct stat st;
    ck_assert(fd >= 0 && ftruncate(fd, PAGE) == 0 && fstat(fd, &st) == 0);
    for (int i = 0; i < 30; i++) {
        struct seg_survey sv = survey(ALL);
        bool listed = false; /* by whichever process has it: one that looks at it, perhaps */
        for (size_t k = 0; k < sv.count; k++)
            listed = listed || (sv.segs[k].kind == SEG_MEMFD && sv.segs[k].stat.ino == st.st_ino);
        ck_assert(listed);
        for (int k = 0; k < SEG_KINDS; k++)
            ck_assert(!oserr_is(sv.error[k]));
        seg_survey_free(&sv);
    }
    peer_stop(&p);
    peer_stop(&q);
    close(fd);
}

/* ---- kernels that cannot be asked for mappings ---- */

/* The first question about mappings is not understood. */
static void refuse_first(void *ctx, const char *call)
{
    bool *refused = ctx;
    if (!*refused && strcmp(call, "ioctl") == 0) {
        *refused = true;
        backend_fail_at(be, 1, ENOTTY);
    }
}

TEST(test_text_instead)
{
    const char *name = own_name("text\nline");
    int fd = raw_create(name, 2 * PAGE);
    void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE);
    void *q = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    int memfd = memfd_create("with\nline", MFD_CLOEXEC);
    ck_assert(memfd >= 0 && ftruncate(memfd, PAGE) == 0);
    void *r = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, memfd, 0);
    char text[2][PATH_CAP];
    snprintf(text[0], sizeof text[0], "posix:%s", name);
    snprintf(text[1], sizeof text[1], "fd:%d/%d", (int)getpid(), memfd);
    bool refused = false;
    struct seg_survey asked = survey(ALL);
    backend_before_call(be, refuse_first, &refused);
    struct seg_survey read = survey(ALL);
    backend_before_call(be, NULL, NULL);
    ck_assert(refused);
    for (int i = 0; i < 2; i++) {
        const struct seg_info *a = row_of(&asked, text[i]), *b = row_of(&read, text[i]);
        ck_assert(a != NULL && b != NULL && a->kind == b->kind && strcmp(a->name, b->name) == 0);
        ck_assert_uint_eq(a->mappers.count, i == 0 ? 2 : 1);
        ck_assert_uint_eq(a->mappers.count, b->mappers.count);
        for (size_t k = 0; k < a->mappers.count; k++) {
            const struct seg_mapper *m = &asked.who.mappers[a->mappers.first + k];
            const struct seg_mapper *n = &read.who.mappers[b->mappers.first + k];
            ck_assert(m->pid == n->pid && m->address == n->address && m->offset == n->offset &&
                      m->length == n->length && m->write == n->write && m->read == n->read);
        }
    }
    seg_survey_free(&asked);
    seg_survey_free(&read);
    munmap(p, PAGE);
    munmap(q, PAGE);
    munmap(r, PAGE);
    close(fd);
    close(memfd);
    shm_unlink(name);
}

TEST(test_locators)
{
    static const char *const bad[] = {
        "fd:1",
        "fd:/1",
        "fd:x/1",
        "fd:1/",
        "fd:1/x",
        "fd:1/99999999999",
        "fd:0/1",
        "map:1/",
        "map:1",
        "map:1/xyz",
        "map:x/10",
        "ns:1/",
        "ns:1/a/b",
        "ns:1/..",
        "ns:/a",
        "fd:1/1x",
        "map:1/11111111111111111",
    };
    char out[64];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        must_fail(seg_canonical(bad[i], out, sizeof out), SEG_E_NAME);
    must(seg_canonical("fd:0012/003", out, sizeof out));
    ck_assert_str_eq(out, "fd:12/3");
    must(seg_canonical("map:12/7F00", out, sizeof out));
    ck_assert_str_eq(out, "map:12/0x7f00");
    must(seg_canonical("ns:12//name", out, sizeof out));
    ck_assert_str_eq(out, "ns:12/name");
}

/* As many as the system allows, in a namespace of our own. */
static int list_many(void *arg)
{
    enum { MANY = 4096 };
    struct seg_survey sv;
    int made = 0;
    (void)arg;
    if (unshare(CLONE_NEWIPC) != 0) {
        printf("skip: namespaces: no IPC namespace (%s)\n", strerror(errno));
        return 0;
    }
    while (made < MANY && shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0600) >= 0)
        made++;
    must(seg_survey(be, 1U << SEG_SYSV, 0, &sv));
    ck_assert_uint_eq(sv.count, (size_t)made);
    ck_assert_int_gt(made, 1000);
    seg_survey_free(&sv);
    return 0;
}

TEST(test_many)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(list_many(NULL));
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
}

SUITE(test_backend_namespace, .set_up = set_up, .tear_down = tear_down,
      TESTS(test_other_shm, test_other_system_v, test_of_another_user, test_hidden,
            test_processes_end, test_text_instead, test_locators, test_many));
