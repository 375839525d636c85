/* The rest of what the program asks of the system: clock, threads, processes, files of our own,
 * signals that request a stop. Nothing here touches a segment. Every function exists once per
 * system (linux/os*.c, windows/os*.c). */
#ifndef SHMLENS_BACKEND_OS_H
#define SHMLENS_BACKEND_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/oserr.h"

/* ---- time ---- */

int64_t os_now(void);  /* monotonic, ns; the clock of samples and deadlines */
int64_t os_wall(void); /* since the epoch, ns */

/* Sleeps until the monotonic time `deadline`; false when a stop was requested (os_stop_asked)
 * before. */
bool os_sleep_until(int64_t deadline);

/* Local wall time as `HH:MM:SS.mmm` into buf (at least 16 bytes). */
void os_clock_text(int64_t wall, char buf[16]);

/* ---- this process ---- */

uint32_t os_pid(void);
bool os_pid_exists(uint32_t pid); /* one that we can see */
/* The tables of a code page such as `CP1252`, as core/text_codepage.h wants them. False: none. */
bool os_codepage(const char *page, uint32_t *one, uint16_t *pair);

const char *os_user_name(uint32_t uid, char buf[33]); /* the name, else the number */
uint32_t os_uid(void);                                /* effective */

unsigned os_cores(void); /* processors that this process may use, at least 1 */

/* Bytes of memory that this process could allocate before the system kills it: what is free on the
 * machine, and the limit of its group. UINT64_MAX: unknown. */
uint64_t os_memory_free(void);

/* From now on SIGINT, SIGTERM and SIGHUP set a flag and wake sleepers instead of killing, SIGINT
 * and SIGTERM even if they were ignored before. SIGPIPE still kills. */
void os_catch_stop(void);
bool os_stop_asked(void);
int os_stop_signal(void);   /* which one, 0: none */
void os_die_of(int signal); /* restores the default action and raises it, so that the parent sees
                               the true cause */

bool os_is_terminal(int fd);
int os_terminal_cols(int fd); /* its width; 0: no terminal, or not known */

/* Call this before anything else. Converts the arguments of main to UTF-8, where the system
 * has them in another form; they stay valid to the end. On POSIX it also makes sure that the
 * standard descriptors 0 to 2 are in use, so that no segment gets the number of one. False: that
 * was not possible. */
MUST_USE bool os_arguments(int *argc, char ***argv);

/* Writes everything to fd (1 stdout, 2 stderr), retrying partial writes. A closed pipe raises
 * SIGPIPE, on stdout even where that is ignored. After a stop was requested, a pipe that takes
 * nothing for a second is an error. */
MUST_USE struct oserr os_write_fd(int fd, const void *buf, size_t n);

/* ---- threads ---- */

struct os_thread;
struct os_monitor; /* a mutex with a condition */

/* Starts fn(arg) with all signals blocked but those that a fault raises. *out NULL on failure. */
MUST_USE struct oserr os_thread_start(struct os_thread **out, void (*fn)(void *arg), void *arg);
void os_thread_join(struct os_thread *t); /* and frees it; NULL is fine */

MUST_USE struct os_monitor *os_monitor_new(void); /* NULL: out of memory */
void os_monitor_free(struct os_monitor *g);
void os_monitor_lock(struct os_monitor *g);
void os_monitor_unlock(struct os_monitor *g);
void os_monitor_broadcast(struct os_monitor *g); /* wakes all waiters; hold the lock or not */
bool os_monitor_wait(struct os_monitor *g,
                     int64_t deadline); /* lock held; monotonic; false: the deadline passed.
                                           INT64_MAX: no deadline. May wake spuriously */

/* A wake-up that the UI can poll() for; several posts are one. */
struct os_wake;
MUST_USE struct os_wake *os_wake_new(void);
void os_wake_free(struct os_wake *w);
void os_wake_post(struct os_wake *w); /* from any thread or a signal handler */
void os_wake_clear(struct os_wake *w);
int os_wake_fd(const struct os_wake *w);
void os_stop_wakes(struct os_wake *w); /* stop signals also post this one (NULL: none) */
void os_stop_alarm(unsigned seconds);  /* stop signals also start an alarm of so many seconds, which
                                          kills a process that still runs then; 0: none */
void os_stop_enforce(unsigned seconds); /* the same for good, and also for a stop that reaches no
                                           handler because a call does not return */

/* ---- processes ---- */

struct os_process;

/* Starts our own executable again with these arguments (NULL-terminated, without argv[0]); its
 * stdin and stdout are the null device, and we read its stderr (os_process_said). It gets
 * SIGTERM when we die. */
MUST_USE struct oserr os_spawn_self(const char *const *args, struct os_process **out);

/* Another program, by its path; nothing that we start ever has our terminal. We read its stderr,
 * too. What we do not read in time is lost: it never waits for us, and writing does not
 * kill it after we have ended. It is killed 2 s after we died (on Linux since 5.3; programs that it
 * starts are not), and System V segments that it made go with it unless they are attached. */
MUST_USE struct oserr os_spawn(const char *path, const char *const *args, struct os_process **out);

/* Is this process to watch over such a program, and then: all that it does, to its end. For main(),
 * before anything else. (Where the system itself ends a program with us there is none.) */
bool os_watchdog_wanted(int argc, char **argv);
int os_watchdog_main(char **argv);

/* Can the file at this path be run? Where programs have a suffix it is added. */
bool os_is_program(char *path, size_t cap);

/* Are both files there, and was the first one changed after the other? */
bool os_is_newer(const char *path, const char *than);

bool os_process_running(struct os_process *p);

/* How a process ended that does not run any more: its exit status, or the signal that killed it
 * (else 0). */
void os_process_end(const struct os_process *p, int *status, int *signal);

/* What it has written to stderr until now, as it is: of our own executable the first of it, of
 * another program the last. Empty: nothing was read. */
const char *os_process_said(struct os_process *p);
uint32_t os_process_pid(const struct os_process *p);
void os_process_stop(struct os_process *p); /* SIGTERM, waits up to 2 s, then SIGKILL; frees */

/* The two halves of os_process_stop, so that several processes can end at the same time: it is
 * asked to end (on Windows it is ended), and is waited for until the monotonic time `deadline`. */
void os_process_ask(struct os_process *p);
void os_process_finish(struct os_process *p, int64_t deadline); /* then SIGKILL; frees */

/* Runs another program, looked for in PATH, to its end; its stdin and stdout are the null device.
 * `said` becomes what it writes to stderr, cut at cap, NUL-terminated. *status: its exit status,
 * 128 and the signal that ended it, or 127: it could not be run. `stop` is asked 20 times a second:
 * true ends it and what it has started (SEG_E_STOPPED). */
MUST_USE struct oserr os_run(const char *const *argv, bool (*stop)(void *ctx), void *ctx,
                             char *said, size_t cap, int *status);

/* A new folder that only we can enter, for files of another program; removed with all of them. */
MUST_USE struct oserr os_scratch_new(char *path, size_t cap);
void os_scratch_remove(const char *folder);

/* ---- files of our own (never segments) ---- */

/* `$XDG_CONFIG_HOME/shmlens/NAME` and `$XDG_STATE_HOME/shmlens/NAME`, or their defaults in HOME;
 * false: neither is set. The folders are not created. */
bool os_config_path(const char *name, char *buf, size_t cap);
bool os_state_path(const char *name, char *buf, size_t cap);

/* The folder of our own executable, without a slash at its end; false: not known. */
bool os_program_folder(char *buf, size_t cap);

/* The path of a file or folder that is there, from the root and without links; false: it is not. */
bool os_full_path(const char *path, char *buf, size_t cap);

/* Calls `found` with the name of each entry of a folder, in no order; false from it: enough. */
typedef bool os_found(void *ctx, const char *name);
MUST_USE struct oserr os_folder(const char *path, os_found *found, void *ctx);

/* Reads a whole file of up to `limit` bytes into a malloc'd, NUL-terminated buffer. Larger: an
 * error. */
MUST_USE struct oserr os_read_file(const char *path, size_t limit, char **data, size_t *n);

/* Writes a temporary file beside it and renames that: the file has the old or the new contents,
 * never half. Creates missing folders (mode 0700). File mode 0600. On POSIX only where nobody else
 * could have chosen the place: every folder on the way, and every link among them, belongs to root
 * or to the effective user, and the last folder is the effective user's own and no link; otherwise
 * SEG_E_NOT_OURS. */
MUST_USE struct oserr os_replace_file(const char *path, const void *data, size_t n);

/* Returns the new contents (malloc'd, *new_n bytes) for the old ones (old NULL: no file); NULL:
 * leave the file unchanged. */
typedef char *os_change(void *ctx, const char *old, size_t old_n, size_t *new_n);

/* Changes a file of state that several processes write: reads it, up to `limit` bytes, and replaces
 * it as os_replace_file does. Meanwhile a lock keeps the others out (it is waited for half a
 * second). A file that cannot be read is left alone with `must_read`; otherwise it counts as none.
 */
MUST_USE struct oserr os_update_file(const char *path, size_t limit, bool must_read,
                                     os_change *change, void *ctx);

struct os_file;

/* A file for reading (load, create --from). *size: of a regular file, unless that is 0 (files in
 * /proc claim so); else UINT64_MAX. `-` is stdin. A stop that is requested while a pipe has nothing
 * to read is an error. `regular`: anything but a regular file is refused (SEG_E_NOT_SEGMENT) before
 * it is opened, because opening a fifo may block, or kill the process at its other end. */
MUST_USE struct oserr os_file_open(const char *path, bool regular, struct os_file **out,
                                   uint64_t *size);
MUST_USE struct oserr os_file_read(struct os_file *f, void *buf, size_t n,
                                   size_t *got); /* 0: the end */

/* A file for writing (save, copies). A regular or new file is written under a temporary name and
 * appears under `path` when os_file_commit succeeds, with mode and owner of the one it replaces,
 * else 0666 less the umask. Pipes and devices are written directly, and so is a file in a folder
 * that takes no temporary one, or at the target of a dangling link; `-` is stdout. *sparse:
 * os_file_skip leaves holes. */
MUST_USE struct oserr os_file_create(const char *path, struct os_file **out, bool *sparse);

/* A file that must be new, with mode 0666 less the umask: whatever has that name, a link too, is
 * refused. It appears under `path` at once; os_file_abandon and os_file_commit only close it. */
MUST_USE struct oserr os_file_new(const char *path, struct os_file **out);

/* Makes a folder, mode 0777 less the umask, in one that is there. *made false: it was there. */
MUST_USE struct oserr os_folder_new(const char *path, bool *made);

/* Removes a file, or a folder that is empty, that we made; as well as that can be done. */
void os_remove(const char *path);

/* A file that grows while it is written (a recording): it appears under `path` at once and keeps
 * what was written, whatever happens. An existing file that is not empty is refused (EEXIST); a
 * pipe or device is written to; `-` is stdout. While it is open, others can see that it is being
 * written. os_file_abandon and os_file_commit only close it. */
MUST_USE struct oserr os_file_grow(const char *path, struct os_file **out);
/* Truncates a file of os_file_grow at `size`, where that is possible. */
void os_file_cut(struct os_file *f, uint64_t size);

MUST_USE struct oserr os_file_write(struct os_file *f, const void *buf, size_t n);
MUST_USE struct oserr os_file_skip(struct os_file *f,
                                   uint64_t n);          /* n zero bytes, a hole where possible */
MUST_USE struct oserr os_file_commit(struct os_file *f); /* and frees it, also when it fails */
void os_file_abandon(struct os_file *f);                 /* nothing appears; frees; NULL is fine */

#endif
