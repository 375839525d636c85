/* Users that stand in no process's table: descriptors in flight over a socket or in an io_uring,
 * loop devices. Nothing is called unused because of what such a user does not show. Runs alone: a
 * descriptor in flight makes the lists of all others less sure. */
#include <linux/io_uring.h>
#include <linux/loop.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "support/backend_peer.h"
#include "support/suite.h"
#include "support/whole_proc.h"

static struct backend *be;
static char name[NAME_CAP];

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    snprintf(name, sizeof name, "%s", own_name("hidden"));
    close(raw_create(name, 8192));
}

static void tear_down(void)
{
    (void)shm_unlink(name);
    backend_free(be);
}

static struct oserr removed(unsigned flags, struct seg_who *who)
{
    return seg_remove(be, &(struct seg_removal){.locator = name, .flags = flags}, who);
}

/* What is in the way of a proof by a scan; the lease would prove nothing, for we have it too. */
static size_t unproved_by_a_scan(void)
{
    struct seg *ours;
    struct seg_who who;
    must(seg_open(be, name, SEG_READ, &ours));
    struct oserr e = removed(SEG_RM_DRY, &who);
    size_t unowned = who.unowned;
    ck_assert(who.unreadable > 0 || oserr_is(e) == (unowned > 0));
    ck_assert(!oserr_is(e) || e.code == SEG_E_UNPROVED);
    ck_assert(who.proof == (oserr_is(e) ? SEG_PROOF_NONE : SEG_PROOF_SCAN));
    bool sure = who.unreadable == 0;
    seg_who_free(&who);
    seg_close(ours);
    return sure ? unowned : SIZE_MAX;
}

/* Skips where a scan proves nothing. */
#define NEEDS_PROOF()                                                      \
    do {                                                                   \
        if (!proc_made_whole() || unproved_by_a_scan() != 0)               \
            SKIP("here are processes or open files that may not be read"); \
    } while (0)

/* Sends the segment over a socket, and has it no more. */
static void send_it(int socket)
{
    char byte = 'x', control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec part = {&byte, 1};
    struct msghdr m = {.msg_iov = &part,
                       .msg_iovlen = 1,
                       .msg_control = control,
                       .msg_controllen = sizeof control};
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    int fd = shm_open(name, O_RDONLY, 0);
    ck_assert_int_ge(fd, 0);
    *h = (struct cmsghdr){
        .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fd)};
    memcpy(CMSG_DATA(h), &fd, sizeof fd);
    ck_assert_int_eq((int)sendmsg(socket, &m, 0), 1);
    close(fd);
}

/* Nothing removes it, and nothing says that it is unused. */
static void is_kept(void)
{
    struct seg_who who;
    struct seg_survey s;
    must_fail(removed(0, &who), SEG_E_IN_USE); /* the lease knows */
    ck_assert_uint_gt(who.unowned, 0);
    ck_assert_uint_eq(who.holders_count + who.mappers_count, 0);
    seg_who_free(&who);
    ck_assert_uint_gt(unproved_by_a_scan(), 0);
    must(seg_survey(be, 1U << SEG_POSIX, SEG_SURVEY_WHO | SEG_SURVEY_COUNTS, &s));
    ck_assert_uint_gt(s.who.unowned, 0);
    seg_survey_free(&s);
}

TEST(test_in_flight)
{
    int pair[2];
    NEEDS_PROOF();
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    send_it(pair[0]);
    is_kept();
    close(pair[0]);
    close(pair[1]);
    must(removed(0, NULL));
}

/* It waits at a socket that listens, before anybody has accepted. */
TEST(test_in_flight_to_a_listener)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    NEEDS_PROOF();
    int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);
    int n = snprintf(at.sun_path + 1, sizeof at.sun_path - 1, "%s", name); /* abstract */
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1) + (socklen_t)n;
    ck_assert_int_eq(bind(server, (struct sockaddr *)&at, size), 0);
    ck_assert_int_eq(listen(server, 1), 0);
    ck_assert_int_eq(connect(client, (struct sockaddr *)&at, size), 0);
    send_it(client);
    is_kept();
    close(client);
    close(server);
    must(removed(0, NULL));
}

TEST(test_in_an_io_uring)
{
    struct io_uring_params p = {0};
    NEEDS_PROOF();
    int ring = (int)syscall(SYS_io_uring_setup, 4, &p);
    if (ring < 0)
        SKIP("no io_uring: %s", strerror(errno));
    int fd = shm_open(name, O_RDONLY, 0);
    ck_assert_int_eq((int)syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, &fd, 1), 0);
    close(fd);
    is_kept();
    close(ring);
    for (int i = 0; i < 500 && unproved_by_a_scan() != 0; i++)
        usleep(10000); /* it is taken down later */
    for (int i = 0; i < 500 && removed(SEG_RM_DRY, NULL).code == SEG_E_IN_USE; i++)
        usleep(10000);
    must(removed(0, NULL));
}

/* Before Linux 5.6 nothing tells of descriptors in flight: then they may be there. */
static void fail_socket(void *ctx, const char *call)
{
    (void)ctx;
    if (strcmp(call, "socket") == 0)
        backend_fail_at(be, 1, EAFNOSUPPORT);
}

TEST(test_a_kernel_that_does_not_tell)
{
    int pair[2];
    NEEDS_PROOF();
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    backend_before_call(be, fail_socket, NULL);
    ck_assert_uint_gt(unproved_by_a_scan(), 0);
    backend_before_call(be, NULL, NULL);
    ck_assert_uint_eq(unproved_by_a_scan(), 0);
    close(pair[0]);
    close(pair[1]);
}

/* Attaches a free loop device to the segment, which is open as fd; -1: there is none. */
static int attach_loop(int fd, char device[32])
{
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), loop = -1;
    for (int tries = 0; control >= 0 && loop < 0 && tries < 20; tries++) {
        int number = ioctl(control, LOOP_CTL_GET_FREE);
        if (number < 0)
            break;
        snprintf(device, 32, "/dev/loop%d", number);
        loop = open(device, O_RDWR | O_CLOEXEC);
        if (loop >= 0 && ioctl(loop, LOOP_SET_FD, fd) != 0) { /* another one took it */
            close(loop);
            loop = -1;
        }
    }
    close(fd);
    if (control >= 0)
        close(control);
    return loop;
}

TEST(test_a_loop_device)
{
    char device[32];
    struct seg_who who;
    struct seg_survey s;
    int loop = attach_loop(shm_open(name, O_RDWR, 0), device);
    if (loop < 0)
        SKIP("no loop device can be set up here");
    struct oserr e = removed(0, &who);
    struct seg_holder row = who.holders_count > 0 ? who.holders[0] : (struct seg_holder){.pid = 1};
    seg_who_free(&who);
    struct oserr listed = seg_survey(be, 1U << SEG_POSIX, SEG_SURVEY_WHO | SEG_SURVEY_COUNTS, &s);
    char locator[NAME_CAP + 8];
    snprintf(locator, sizeof locator, "posix:%s", name);
    const struct seg_info *info = seg_survey_find(&s, locator);
    size_t held = info == NULL ? 0 : info->users.held;
    seg_survey_free(&s);
    ioctl(loop, LOOP_CLR_FD, 0); /* before a check may end the test */
    close(loop);
    must_fail(e, SEG_E_IN_USE);
    ck_assert_uint_eq(row.pid, 0);
    ck_assert_int_eq(row.fd, -1);
    ck_assert_str_eq(row.comm, device + strlen("/dev/"));
    must(listed);
    ck_assert_uint_eq(held, 1);
    for (int i = 0; i < 500 && removed(SEG_RM_DRY, NULL).code == SEG_E_IN_USE; i++)
        usleep(10000); /* it lets go a little later */
    must(removed(0, NULL));
}

/* In a mount namespace of its own: attaches the segment by a path that leads to it only there, says
 * to which device, and waits to be killed. */
static void attach_elsewhere(const char *folder, int say)
{
    char path[NAME_CAP + 64], device[32] = "";
    snprintf(path, sizeof path, "%s%s", folder, name);
    bool good = unshare(CLONE_NEWNS) == 0 &&
                mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
                mount("/dev/shm", folder, NULL, MS_BIND, NULL) == 0;
    int loop = good ? attach_loop(open(path, O_RDWR | O_CLOEXEC), device) : -1;
    if (loop < 0)
        device[0] = '\0';
    (void)!write(say, device, sizeof device);
    close(loop);
    close(say);
    pause();
}

static void fail_ioctl(void *ctx, const char *call)
{
    (void)ctx;
    if (strcmp(call, "ioctl") == 0)
        backend_fail_at(be, 1, ENOTTY);
}

/* Its path leads to another file here, and to ours there. */
TEST(test_a_loop_device_from_elsewhere)
{
    char folder[] = "/tmp/shmlens-test-XXXXXX", decoy[NAME_CAP + 64], device[32] = "";
    struct seg_who who;
    int ends[2];
    ck_assert(mkdtemp(folder) != NULL && pipe(ends) == 0);
    snprintf(decoy, sizeof decoy, "%s%s", folder, name);
    close(open(decoy, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    pid_t child = fork();
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        attach_elsewhere(folder, ends[1]);
        _exit(1);
    }
    close(ends[1]);
    bool attached = read(ends[0], device, sizeof device) == sizeof device && device[0] != '\0';
    close(ends[0]);
    struct oserr e = removed(SEG_RM_DRY, &who);
    struct seg_holder row = who.holders_count > 0 ? who.holders[0] : (struct seg_holder){.pid = 1};
    seg_who_free(&who);
    backend_before_call(be, fail_ioctl, NULL); /* as for who may not open the device */
    size_t unowned = unproved_by_a_scan();
    backend_before_call(be, NULL, NULL);
    int loop = attached ? open(device, O_RDWR | O_CLOEXEC) : -1;
    if (loop >= 0)
        ioctl(loop, LOOP_CLR_FD, 0); /* before a check may end the test */
    close(loop);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    unlink(decoy);
    rmdir(folder);
    if (!attached)
        SKIP("no loop device can be set up in a mount namespace here");
    must_fail(e, SEG_E_IN_USE);
    ck_assert_str_eq(row.comm, device + strlen("/dev/"));
    ck_assert_uint_gt(unowned, 0);
    for (int i = 0; i < 500 && removed(SEG_RM_DRY, NULL).code == SEG_E_IN_USE; i++)
        usleep(10000); /* it lets go a little later */
}

SUITE(test_backend_hidden, .set_up = set_up, .tear_down = tear_down,
      TESTS(test_in_flight, test_in_flight_to_a_listener, test_in_an_io_uring,
            test_a_kernel_that_does_not_tell, test_a_loop_device,
            test_a_loop_device_from_elsewhere));
