/* What suites about record share: a segment mapped here, and waiting for what a recorder has done.
 */
#ifndef SHMLENS_TESTS_SUPPORT_RECORD_H
#define SHMLENS_TESTS_SUPPORT_RECORD_H

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/run.h"

enum { SIZE = 65536 };

static inline const char *rec(const char *path)
{
    static char locator[400];
    (void)snprintf(locator, sizeof locator, "rec:%s", path);
    return locator;
}

static inline off_t file_size(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_size : -1;
}

/* The recorder has written its start state. */
static inline void await_start(const char *path)
{
    for (int i = 0; i < 2000 && file_size(path) < 100; i++)
        (void)poll(NULL, 0, 5);
    ck_assert_int_ge(file_size(path), 100);
}

/* Which of the first 32 pages of a recording were no hole at that time: bits. Saves them. */
static inline uint32_t pages_at(const char *path, const char *at)
{
    uint32_t pages = 0;
    const char *saved = run_path("pages.bin");
    (void)unlink(saved);
    ck_assert_int_eq(RUN("save", rec(path), saved, "--at", at)->status, 0);
    int fd = open(saved, O_RDONLY);
    ck_assert_int_ge(fd, 0);
    for (off_t i = 0; i < 32; i++) {
        off_t data = lseek(fd, i * 4096, SEEK_DATA);
        pages |= data == i * 4096 ? UINT32_C(1) << i : 0;
    }
    close(fd);
    return pages;
}

/* The recording on disk tells of at least so many changes: watch follows it until then. */
static inline void await_changes(const char *path, int count)
{
    char number[16];
    (void)snprintf(number, sizeof number, "%d", count);
    ck_assert_int_eq(RUN("watch", rec(path), "--count", number)->status, 0);
}

#endif
