/* What only processes have: memfd, objects whose names are gone, anonymous memory, files. */
#include "support/backend_suite.h"
#include "support/suite.h"

#include <linux/memfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>

enum { PAGE = 4096, SIZE = 4 * PAGE };

/* A memfd with a name of this test. */
static int make_memfd(const char *name, unsigned flags)
{
    int fd = memfd_create(name, MFD_CLOEXEC | flags);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, SIZE), 0);
    return fd;
}

static uint64_t inode_of(int fd)
{
    struct stat st;
    ck_assert_int_eq(fstat(fd, &st), 0);
    return st.st_ino;
}

static struct seg_survey survey(unsigned kinds)
{
    struct seg_survey sv;
    must(seg_survey(be, kinds, SEG_SURVEY_WHO, &sv));
    return sv;
}

enum { ALL = ((1U << SEG_KINDS) - 1) & ~(1U << SEG_FILE) };

/* The only row with this inode and kind; NULL: none. */
static const struct seg_info *find_row(const struct seg_survey *sv, enum seg_kind kind,
                                       uint64_t ino)
{
    const struct seg_info *found = NULL;
    for (size_t i = 0; i < sv->count; i++)
        if (sv->segs[i].kind == kind && sv->segs[i].stat.ino == ino) {
            ck_assert_msg(found == NULL, "%s and %s are one object", sv->segs[i].locator,
                          found == NULL ? "" : found->locator);
            found = &sv->segs[i];
        }
    return found;
}

TEST(test_memfd_row)
{
    static const char name[] = "shm\x1b[31m\nlens (deleted)";
    char locator[64];
    int fd = make_memfd(name, MFD_ALLOW_SEALING);
    int copy = dup(fd);
    struct seg_survey sv = survey(ALL);
    const struct seg_info *row = find_row(&sv, SEG_MEMFD, inode_of(fd));
    ck_assert_ptr_nonnull(row);
    snprintf(locator, sizeof locator, "fd:%d/%d", (int)getpid(), fd);
    ck_assert_str_eq(row->locator, locator);
    ck_assert_str_eq(row->name, name);
    ck_assert(row->stat.size == SIZE && row->stat.state == 0 && row->via == os_pid());
    ck_assert_uint_eq(row->stat.known & SEG_HAS_LINKS, 0);
    ck_assert_uint_eq(row->holders.count, 2);
    ck_assert_uint_eq(row->mappers.count, 0);
    ck_assert_int_ne(row->via_comm[0], '\0');
    seg_survey_free(&sv);
    sv = survey(1U << SEG_POSIX); /* not asked for, not listed */
    ck_assert_ptr_null(find_row(&sv, SEG_MEMFD, inode_of(fd)));
    seg_survey_free(&sv);
    close(fd);
    close(copy);
}

static int sent; /* the peer's end of a socket pair */

/* Takes a descriptor over the socket and maps it. */
static void take_over(void *arg, int ready)
{
    char byte, room[CMSG_SPACE(sizeof(int))];
    struct iovec v = {&byte, 1};
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    int fd;
    close(*(int *)arg); /* what fork gave us */
    if (recvmsg(sent, &m, 0) != 1)
        _exit(1);
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
    if (mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
        _exit(2);
    peer_ready(ready);
    for (;;)
        pause();
}

static void send_fd(int socket, int fd)
{
    char byte = 'x', room[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec v = {&byte, 1};
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(c), &fd, sizeof fd);
    ck_assert_int_eq((int)sendmsg(socket, &m, 0), 1);
}

TEST(test_passed_over_a_socket)
{
    int pair[2], fd = make_memfd("passed", 0);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    sent = pair[1];
    send_fd(pair[0], fd);
    struct peer p = peer_start(take_over, &fd);
    struct seg_survey sv = survey(ALL);
    const struct seg_info *row = find_row(&sv, SEG_MEMFD, inode_of(fd));
    ck_assert(row != NULL && row->mappers.count == 1 && row->holders.count == 1);
    const struct seg_mapper *m = &sv.who.mappers[row->mappers.first];
    ck_assert(m->pid == (uint32_t)p.pid && !m->write && m->read && m->length == SIZE);
    ck_assert_uint_eq(m->uid, os_uid());
    ck_assert(sv.who.holders[row->holders.first].pid == os_pid());
    ck_assert(row->via == (uint32_t)p.pid); /* rather the other's than our own */
    seg_survey_free(&sv);
    peer_stop(&p);
    close(pair[0]);
    close(pair[1]);
    close(fd);
}

TEST(test_sealed)
{
    char locator[64];
    struct seg *s;
    struct seg_stat st;
    struct poked r;
    struct poke p = {.offset = 0, .size = 1, .value = {1}};
    uint8_t byte = 9;
    size_t got;
    int fd = make_memfd("sealed", MFD_ALLOW_SEALING);
    snprintf(locator, sizeof locator, "fd:%d/%d", (int)getpid(), fd);
    must(seg_open(be, locator, SEG_WRITE, &s));
    ck_assert_int_eq(seg_kind(s), SEG_MEMFD);
    ck_assert_uint_eq(seg_last(s)->state, 0);
    must(seg_poke(s, &p, &r));
    must(seg_resize(s, 2 * SIZE));
    seg_close(s);
    ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK), 0);
    must(seg_open(be, locator, SEG_WRITE, &s));
    must(seg_refresh(s, &st));
    ck_assert_uint_eq(st.state, SEG_ST_SEALED);
    ck_assert_uint_eq(st.seals, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK);
    p.value[0] = 2;
    must_fail(seg_poke(s, &p, &r), SEG_E_SEALED);
    must_fail(seg_resize(s, SIZE), SEG_E_SEALED);
    must_fail(seg_resize(s, 3 * SIZE), SEG_E_SEALED);
    must(seg_read(s, 0, &byte, 1, &got));
    ck_assert_uint_eq(byte, 1);
    seg_close(s);
    struct seg_survey sv = survey(ALL);
    const struct seg_info *row = find_row(&sv, SEG_MEMFD, inode_of(fd));
    ck_assert(row != NULL && row->stat.state == SEG_ST_SEALED);
    seg_survey_free(&sv);
    close(fd);
}

TEST(test_make_memfd)
{
    struct seg *s;
    char locator[64];
    uint8_t byte = 5;
    size_t got;
    must(seg_create(be, "memfd:made", SIZE, 0600, &s));
    ck_assert_uint_ne(seg_caps(s) & SEG_CAP_FLEETING, 0);
    ck_assert_int_eq(seg_kind(s), SEG_MEMFD);
    snprintf(locator, sizeof locator, "%s", seg_locator(s));
    ck_assert_int_eq(strncmp(locator, "fd:", 3), 0);
    struct seg *again;
    must(seg_open(be, locator, SEG_READ, &again));
    must(seg_read(again, 0, &byte, 1, &got));
    ck_assert(byte == 0 && seg_last(again)->mode == 0600 && seg_last(again)->size == SIZE);
    seg_close(again);
    must_fail(seg_open(be, "memfd:made", SEG_READ, &again), SEG_E_TO_CREATE);
    must_fail(
        seg_remove(be, &(struct seg_removal){.locator = locator, .flags = SEG_RM_FORCE}, NULL),
        SEG_E_UNSUPPORTED);
    seg_close(s);
    must_fail(seg_open(be, locator, SEG_READ, &again), EBADF);
}

/* A name that is gone: held, and mapped only. */
TEST(test_unlinked)
{
    char locator[64];
    const char *name = own_name("unlinked");
    struct seg *s;
    uint32_t seen = 0;
    size_t got;
    int fd = raw_create(name, SIZE);
    uint32_t *p = mmap(NULL, SIZE - PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE);
    uint64_t ino = inode_of(fd);
    p[1] = 4711;
    shm_unlink(name);
    struct seg_survey sv = survey(ALL);
    const struct seg_info *row = find_row(&sv, SEG_FD, ino);
    ck_assert(row != NULL && row->stat.state == SEG_ST_UNLINKED);
    ck_assert_str_eq(row->name, name + 1);
    ck_assert(row->mappers.count == 1 && row->holders.count == 0);
    seg_survey_free(&sv);
    close(fd);
    sv = survey(ALL);
    row = find_row(&sv, SEG_FD, ino);
    ck_assert_ptr_nonnull(row);
    snprintf(locator, sizeof locator, "map:%d/0x%llx", (int)getpid(),
             (unsigned long long)(uintptr_t)p);
    ck_assert_str_eq(row->locator, locator);
    ck_assert_str_eq(row->name, name + 1);
    struct oserr e = seg_open(be, locator, SEG_READ, &s);
    if (oserr_kind(e) == OSERR_K_DENIED) { /* listed, but only root may reach it */
        ck_assert_uint_ne(getuid(), 0);
    } else {
        must(e);
        must(seg_read(s, PAGE + 4, &seen, sizeof seen, &got));
        ck_assert(seen == 4711 && seg_kind(s) == SEG_FD && seg_last(s)->size == SIZE);
        seg_close(s);
    }
    seg_survey_free(&sv);
    munmap(p, SIZE - PAGE);
}

TEST(test_anonymous)
{
    unsigned char *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char locator[64];
    snprintf(locator, sizeof locator, "map:%d/0x%llx", (int)getpid(),
             (unsigned long long)(uintptr_t)p);
    struct seg_survey sv = survey(ALL);
    const struct seg_info *row = NULL;
    for (size_t i = 0; i < sv.count; i++)
        if (strcmp(sv.segs[i].locator, locator) == 0)
            row = &sv.segs[i];
    ck_assert(row != NULL && row->kind == SEG_FD && row->name[0] == '\0');
    ck_assert(row->mappers.count == 1 && row->stat.state == 0);
    seg_survey_free(&sv);
    munmap(p, SIZE);
}

static void map_file(void *arg, int ready)
{
    int fd = open(arg, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
        _exit(1);
    close(fd);
    peer_ready(ready);
    for (;;)
        pause();
}

/* Files are listed when asked for, and only those that are shared. */
TEST(test_files)
{
    char path[] = "/tmp/shmlens-test-XXXXXX", locator[64];
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    remover_path(path);
    ck_assert_int_eq(ftruncate(fd, PAGE), 0);
    uint64_t ino = inode_of(fd);
    struct peer first = peer_start(map_file, path);
    struct seg_survey sv = survey(1U << SEG_FILE);
    ck_assert_ptr_null(find_row(&sv, SEG_FILE, ino)); /* one reads it: not shared */
    seg_survey_free(&sv);
    struct peer second = peer_start(map_file, path);
    sv = survey(1U << SEG_FILE);
    const struct seg_info *row = find_row(&sv, SEG_FILE, ino);
    snprintf(locator, sizeof locator, "file:%s", path);
    ck_assert(row != NULL && strcmp(row->locator, locator) == 0);
    ck_assert_uint_eq(row->mappers.count, 2);
    ck_assert_uint_eq(row->holders.count, 1); /* we: seen before the file was known to be shared */
    seg_survey_free(&sv);
    sv = survey(ALL);
    ck_assert_ptr_null(find_row(&sv, SEG_FILE, ino));
    seg_survey_free(&sv);
    unlink(path);
    sv = survey(ALL);
    row = find_row(&sv, SEG_FD, ino);
    ck_assert(row != NULL && (row->stat.state & SEG_ST_UNLINKED) != 0);
    seg_survey_free(&sv);
    peer_stop(&first);
    peer_stop(&second);
    close(fd);
}

TEST(test_what_is_no_segment)
{
    int pipes[2], null = open("/dev/null", O_RDWR | O_CLOEXEC), dir = open("/", O_RDONLY);
    char locator[64];
    struct seg *s;
    ck_assert_int_eq(pipe(pipes), 0);
    const int none[] = {pipes[0], pipes[1], null, dir};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        snprintf(locator, sizeof locator, "fd:%d/%d", (int)getpid(), none[i]);
        must_fail(seg_open(be, locator, SEG_READ, &s), SEG_E_NOT_SEGMENT);
        must_fail(seg_open(be, locator, SEG_WRITE, &s), SEG_E_NOT_SEGMENT);
        close(none[i]);
        must_fail(seg_open(be, locator, SEG_READ, &s), EBADF);
    }
    pid_t gone = fork();
    if (gone == 0)
        _exit(0);
    ck_assert_int_eq(waitpid(gone, NULL, 0), gone);
    snprintf(locator, sizeof locator, "fd:%d/0", (int)gone);
    must_fail(seg_open(be, locator, SEG_READ, &s), ESRCH);
    snprintf(locator, sizeof locator, "map:%d/1000", (int)gone);
    must_fail(seg_open(be, locator, SEG_READ, &s), ESRCH);
    snprintf(locator, sizeof locator, "map:%d/10", (int)getpid());
    must_fail(seg_open(be, locator, SEG_READ, &s), EBADF);
}

/* Closed in the process: what was opened stays, its name is gone. */
TEST(test_closed_meanwhile)
{
    char locator[64];
    struct seg *s;
    struct seg_stat st;
    int fd = make_memfd("closed", 0);
    snprintf(locator, sizeof locator, "fd:%d/%d", (int)getpid(), fd);
    must(seg_open(be, locator, SEG_READ, &s));
    must(seg_refresh(s, &st));
    ck_assert(!st.name_gone && !st.replaced);
    int other = make_memfd("other", 0);
    ck_assert_int_eq(dup2(other, fd), fd);
    must(seg_refresh(s, &st));
    ck_assert(st.replaced && !st.name_gone);
    close(other);
    close(fd);
    must(seg_refresh(s, &st));
    ck_assert(st.name_gone && st.size == SIZE);
    seg_close(s);
}

/* Without the right to look at it, nobody knows whose it is: not root's, for want of better. */
static int owner_of_anonymous(void *arg)
{
    (void)arg;
    int found = 0;
    char start[32];
    void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(p, MAP_FAILED);
    snprintf(start, sizeof start, "map:%d/", (int)getpid());
    struct seg_survey sv = survey(ALL);
    for (size_t i = 0; i < sv.count; i++)
        if (strncmp(sv.segs[i].locator, start, strlen(start)) == 0) {
            bool known = (sv.segs[i].stat.known & SEG_HAS_OWNER) != 0;
            ck_assert_int_eq(sv.segs[i].owner[0] != '\0', known);
            ck_assert(!known || sv.segs[i].stat.uid == getuid());
            found++;
        }
    seg_survey_free(&sv);
    munmap(p, PAGE);
    ck_assert_int_ge(found, 1);
    return 0;
}

TEST(test_owner_of_anonymous)
{
    as_nobody(owner_of_anonymous, NULL);
}

SUITE(test_backend_process, .set_up = set_up, .tear_down = tear_down,
      TESTS(test_memfd_row, test_passed_over_a_socket, test_sealed, test_make_memfd, test_unlinked,
            test_anonymous, test_files, test_what_is_no_segment, test_closed_meanwhile,
            test_owner_of_anonymous));
