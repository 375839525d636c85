/* What a crash leaves of the terminal is seen end to end; here: a fault that belongs to the guard
 * is no crash, also when it comes in the very moment in which crashes begin to be watched for. */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>

#include "backend/os.h"
#include "backend/survey.h"
#include "support/suite.h"
#include "ui/term/tty.h"

enum { SIZE = 64 * 1024 };

static struct seg *seg; /* all of it a hole: reading it faults where holes are guarded */
static int readings;

static void read_holes(void)
{
    static unsigned char bytes[SIZE];
    size_t got = 0;
    struct oserr e = seg_read(seg, 0, bytes, SIZE, &got);
    if (!oserr_is(e) && got == SIZE)
        readings++;
}

/* In place of the library's: what another thread may do between the system's change of the action
 * and the library's return happens there, every time. */
int sigaction(int sig, const struct sigaction *restrict act, struct sigaction *restrict old)
{
    static int (*real)(int, const struct sigaction *, struct sigaction *);
    struct sigaction was;
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "sigaction");
    int result = real(sig, act, &was);
    if (act != NULL && seg != NULL)
        read_holes();
    if (old != NULL)
        *old = was;
    return result;
}

TEST(faults_of_the_guard_are_no_crash)
{
    char locator[64];
    struct backend *be = backend_new();
    ck_assert_ptr_nonnull(be);
    (void)snprintf(locator, sizeof locator, "posix:/shmlens-test-%u-crash", (unsigned)os_pid());
    struct oserr e = seg_create(be, locator, SIZE, 0600, &seg);
    ck_assert(!oserr_is(e));
    crash_guard("", 0);
    int guarded = readings;
    ck_assert_int_gt(guarded, 0);
    crash_unguard();
    ck_assert_int_gt(readings, guarded);
    crash_guard("", 0);
    crash_unguard();
    seg_close(seg);
    seg = NULL;
    e = seg_remove(be, &(struct seg_removal){.locator = locator, .flags = SEG_RM_FORCE}, NULL);
    ck_assert(!oserr_is(e));
    backend_free(be);
}

SUITE(test_ui_crash, TESTS(faults_of_the_guard_are_no_crash));
