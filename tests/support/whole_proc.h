/* A /proc that shows everybody, for tests of what a complete reading of the processes proves. On
 * some machines even root may not read every process. */
#ifndef SHMLENS_TESTS_SUPPORT_WHOLE_PROC_H
#define SHMLENS_TESTS_SUPPORT_WHOLE_PROC_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

/* Covers a process, so that /proc does not show it to us. In a mount namespace of our own. */
static inline bool proc_hide(const char *pid)
{
    char path[300];
    snprintf(path, sizeof path, "/proc/%s", pid);
    return mount("none", path, "tmpfs", 0, "size=4k") == 0 || errno == ENOENT;
}

static inline bool proc_is_denied(const char *pid, const char *what)
{
    char path[300], byte;
    snprintf(path, sizeof path, "/proc/%s/%s", pid, what);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool denied = fd < 0 ? errno == EACCES || errno == EPERM
                         : read(fd, &byte, 1) < 0 && (errno == EACCES || errno == EPERM);
    if (fd >= 0)
        close(fd);
    return denied;
}

/* Puts this process, which has no threads, into a mount namespace in which the processes are
 * covered that may not be read. False: not possible here. */
static inline bool proc_made_whole(void)
{
    DIR *dir;
    struct dirent *entry;
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, "") != 0 ||
        (dir = opendir("/proc")) == NULL)
        return false;
    bool whole = true;
    while ((entry = readdir(dir)) != NULL)
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
            (proc_is_denied(entry->d_name, "maps") || proc_is_denied(entry->d_name, "fd")))
            whole = proc_hide(entry->d_name) && whole;
    closedir(dir);
    return whole;
}

#endif
