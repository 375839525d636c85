#include "backend/linux/proc_status.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/linux/sys_file.h"

enum { KERNEL_THREAD = 0x00200000 }; /* PF_KTHREAD in the flags of /proc/PID/stat */

/* Reads a small file of the process into buf, NUL-terminated; false: not available. */
static bool read_small(struct backend *be, uint32_t pid, const char *name, char *buf, size_t cap)
{
    char path[40];
    int fd;
    size_t got;
    buf[0] = '\0';
    snprintf(path, sizeof path, "/proc/%u/%s", pid, name);
    if (oserr_is(sys_open(be, path, O_RDONLY | O_CLOEXEC, SYS_KEY_PROC_COMM, &fd)))
        return false;
    bool ok = !oserr_is(sys_read(be, fd, buf, cap - 1, SYS_KEY_PROC_READ, &got));
    buf[got] = '\0';
    sys_close(be, fd, SYS_KEY_PROC_CLOSE);
    return ok && got > 0;
}

void process_comm(struct backend *be, uint32_t pid, char comm[SEG_COMM])
{
    char text[64];
    (void)read_small(be, pid, "comm", text, sizeof text);
    text[strcspn(text, "\n")] = '\0';
    snprintf(comm, SEG_COMM, "%.15s", text);
}

uint32_t process_user(struct backend *be, uint32_t pid)
{
    char path[40];
    struct stat st;
    snprintf(path, sizeof path, "/proc/%u", pid);
    struct oserr e = sys_stat(be, path, true, SYS_KEY_PROC_STAT, &st);
    return oserr_is(e) ? 0 : st.st_uid;
}

/* A field of /proc/PID/stat, which is `pid (comm) state ppid pgrp session tty tpgid flags ...`:
 * 1 is the state. In buf; NULL: not available. */
static const char *stat_field(struct backend *be, uint32_t pid, int field, char buf[512])
{
    if (!read_small(be, pid, "stat", buf, 512))
        return NULL;
    const char *s = strrchr(buf, ')');
    for (int i = 0; s != NULL && i < field; i++)
        s = strchr(s + 1, ' ');
    return s == NULL ? NULL : s + 1;
}

bool process_in_kernel(struct backend *be, uint32_t pid)
{
    char stat[512];
    const char *flags = stat_field(be, pid, 7, stat);
    return flags != NULL && (strtoul(flags, NULL, 10) & KERNEL_THREAD) != 0;
}

bool process_main_ended(struct backend *be, uint32_t pid)
{
    char stat[512];
    const char *state = stat_field(be, pid, 1, stat);
    return state != NULL && (*state == 'Z' || *state == 'X');
}
