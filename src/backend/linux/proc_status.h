/* What /proc says of one process: its command, user and state. */
#ifndef SHMLENS_BACKEND_LINUX_PROC_STATUS_H
#define SHMLENS_BACKEND_LINUX_PROC_STATUS_H

#include "backend/sys.h"

/* Its command, raw, NUL-terminated; empty: not available. (Reading /proc/PID/cmdline could block on
 * its memory; comm cannot.) */
void process_comm(struct backend *be, uint32_t pid, char comm[SEG_COMM]);

/* Its user: the owner of its folder, which is visible to everybody; 0: not available. */
uint32_t process_user(struct backend *be, uint32_t pid);

/* A kernel thread maps nothing. */
bool process_in_kernel(struct backend *be, uint32_t pid);

/* Its main thread has ended (pthread_exit) while others go on: its files in /proc are empty. */
bool process_main_ended(struct backend *be, uint32_t pid);

#endif
