/* The program's other door to the system: clock, threads, processes, files of our own, signals that
 * ask us to stop. Nothing here touches a segment. Each function exists once per system (os_posix.c,
 * os_windows.c). */
#ifndef SHMLENS_BACKEND_OS_H
#define SHMLENS_BACKEND_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/oserr.h"

/* ---- time ---- */

int64_t os_now(void);  /* monotonic, ns; the clock of samples and deadlines */
int64_t os_wall(void); /* since the epoch, ns */

/* Sleeps until the monotonic time `deadline`; false when a stop was asked for (os_stop_asked)
 * before. */
bool os_sleep_until(int64_t deadline);

/* Local wall time as `HH:MM:SS.mmm` into buf (at least 16 bytes). */
void os_clock_text(int64_t wall, char buf[16]);

/* ---- this process ---- */

uint32_t os_pid(void);
bool os_pid_exists(uint32_t pid);                     /* a process of this number, as we see them */
const char *os_user_name(uint32_t uid, char buf[33]); /* the name, else the number */
uint32_t os_uid(void);                                /* effective */

/* Bytes of memory that this process could take before it is killed for it: what the machine has
 * left, and the limit of its group. UINT64_MAX: not known. */
uint64_t os_memory_free(void);

/* From now on SIGINT, SIGTERM, SIGHUP set a flag and wake sleepers instead of killing, SIGINT and
 * SIGTERM also where they were ignored before. SIGPIPE stays deadly. */
void os_catch_stop(void);
bool os_stop_asked(void);
int os_stop_signal(void); /* which one, 0: none */
void os_stop_clear(void);
void os_die_of(
    int signal); /* restore the default action and raise it: the parent sees the true cause */

bool os_is_terminal(int fd);

/* The arguments of main as UTF-8, where the system has them otherwise; they live to the end. */
void os_arguments(int *argc, char ***argv);

/* Writes all of it to fd (1 stdout, 2 stderr), retrying partial writes. A closed pipe dies of
 * SIGPIPE, on stdout also where that is ignored; after a stop was asked for, one that takes nothing
 * for a second is an error. */
MUST_USE struct oserr os_write_fd(int fd, const void *buf, size_t n);

/* ---- threads ---- */

struct os_thread;
struct os_monitor; /* a mutex with a condition */

/* Starts fn(arg) with all signals blocked but those a fault raises. NULL in *out on failure. */
MUST_USE struct oserr os_thread_start(struct os_thread **out, void (*fn)(void *arg), void *arg);
void os_thread_join(struct os_thread *t); /* and frees it; NULL is fine */

MUST_USE struct os_monitor *os_monitor_new(void); /* NULL: out of memory */
void os_monitor_free(struct os_monitor *g);
void os_monitor_lock(struct os_monitor *g);
void os_monitor_unlock(struct os_monitor *g);
void os_monitor_broadcast(struct os_monitor *g); /* wakes all waiters; hold the lock or not */
bool os_monitor_wait(struct os_monitor *g,
                     int64_t deadline); /* lock held; monotonic; false: the deadline passed.
                                           INT64_MAX: no deadline. Spurious wake-ups happen */

/* Something a poll() of the UI can wait on: posts are folded. */
struct os_wake;
MUST_USE struct os_wake *os_wake_new(void);
void os_wake_free(struct os_wake *w);
void os_wake_post(struct os_wake *w); /* from any thread or a signal handler */
void os_wake_clear(struct os_wake *w);
int os_wake_fd(const struct os_wake *w);
void os_stop_wakes(struct os_wake *w); /* stop signals post this one too (NULL: none) */
void os_stop_alarm(unsigned seconds);  /* stop signals also set the alarm clock, for whoever has not
                                          heard of them by then; 0: no more */

/* ---- processes ---- */

struct os_process;

/* Starts our own executable again with these arguments (NULL-terminated, without argv[0]); its
 * stdin and stdout are the null device. It is told to end (SIGTERM) when we die. */
MUST_USE struct oserr os_spawn_self(const char *const *args, struct os_process **out);
bool os_process_running(struct os_process *p);
uint32_t os_process_pid(const struct os_process *p);
void os_process_stop(struct os_process *p); /* SIGTERM, waits up to 2 s, then SIGKILL; frees */

/* ---- files of our own (never segments) ---- */

/* `$XDG_CONFIG_HOME/shmlens/config` and `$XDG_STATE_HOME/shmlens/NAME` with their fall-backs below
 * HOME; false: neither is set. The folders are not made. */
bool os_config_path(char *buf, size_t cap);
bool os_state_path(const char *name, char *buf, size_t cap);

/* Whole file up to `limit` bytes into a malloc'd, NUL-terminated buffer. Larger: error. */
MUST_USE struct oserr os_read_file(const char *path, size_t limit, char **data, size_t *n);

/* Writes a temporary file beside it and renames: the old or the new contents, never half. Makes
 * missing folders (mode 0700). File mode 0600. */
MUST_USE struct oserr os_replace_file(const char *path, const void *data, size_t n);

struct os_file;

/* A file for reading (load, create --from). Regular files know their size, but for those of 0 bytes
 * (files of /proc say so and are not), others: UINT64_MAX. `-` is stdin. A stop that is asked for
 * while a pipe has nothing to read is an error. */
MUST_USE struct oserr os_file_open(const char *path, struct os_file **out, uint64_t *size);
MUST_USE struct oserr os_file_read(struct os_file *f, void *buf, size_t n,
                                   size_t *got); /* 0: the end */

/* A file for writing (save, copies): regular or new ones are written under a temporary name and
 * appear under `path` when os_file_commit succeeds (mode and owner of the one replaced, else 0666
 * less the umask); pipes and devices are written directly, and so is a file in a folder that takes
 * no temporary one, or behind a link that leads nowhere yet; `-` is stdout. `*sparse`: os_file_skip
 * leaves holes. */
MUST_USE struct oserr os_file_create(const char *path, struct os_file **out, bool *sparse);

/* A file that grows while it is written (a recording): it appears under `path` at once and keeps
 * what was written, whatever happens. A file that exists and is not empty is refused (EEXIST); a
 * pipe or a device is written to; `-` is stdout. While it is open others can tell that it is
 * written. os_file_abandon and os_file_commit only close. */
MUST_USE struct oserr os_file_grow(const char *path, struct os_file **out);
/* Takes away what was written behind `size` (of a file of os_file_grow, where that is possible). */
void os_file_cut(struct os_file *f, uint64_t size);

MUST_USE struct oserr os_file_write(struct os_file *f, const void *buf, size_t n);
MUST_USE struct oserr os_file_skip(struct os_file *f,
                                   uint64_t n);          /* n zero bytes, a hole where possible */
MUST_USE struct oserr os_file_commit(struct os_file *f); /* and frees it, also when it fails */
void os_file_abandon(struct os_file *f);                 /* nothing appears; frees; NULL is fine */

#endif
