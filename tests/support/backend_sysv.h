/* What the suites of System V start from: a segment of this test's, told by the system and by a
 * list. Each suite includes it once. */
#ifndef SHMLENS_TESTS_SUPPORT_BACKEND_SYSV_H
#define SHMLENS_TESTS_SUPPORT_BACKEND_SYSV_H

#include "support/backend_peer.h"

#include <sys/ipc.h>
#include <sys/shm.h>

enum { PAGE = 4096, SIZE = 16 * PAGE };

static struct backend *be;
static int id; /* of this test's segment */
static char locator[64];

static int make_segment(key_t key, size_t size, int mode)
{
    int made = shmget(key, size, IPC_CREAT | IPC_EXCL | mode);
    ck_assert_msg(made >= 0, "shmget: %s", strerror(errno));
    remover_sysv(made);
    return made;
}

static void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    id = make_segment(IPC_PRIVATE, SIZE, 0600);
    snprintf(locator, sizeof locator, "sysv:%d", id);
}

static void tear_down(void)
{
    (void)shmctl(id, IPC_RMID, NULL);
    backend_free(be);
}

static struct shmid_ds raw_stat(int of)
{
    struct shmid_ds ds = {0};
    (void)shmctl(of, IPC_STAT, &ds);
    return ds;
}

/* Its row of a list; the survey is the caller's. */
static const struct seg_info *row_of(const struct seg_survey *sv, const char *wanted)
{
    for (size_t i = 0; i < sv->count; i++)
        if (strcmp(sv->segs[i].locator, wanted) == 0)
            return &sv->segs[i];
    return NULL;
}

#endif
