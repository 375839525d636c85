/* PostgreSQL as it is installed here, on a cluster of its own in a temporary folder. No server that
 * runs here is touched: ours listens on a socket in its folder only. It refuses to run as root:
 * then it runs as nobody. */
#ifndef SHMLENS_TESTS_SUPPORT_POSTGRES_H
#define SHMLENS_TESTS_SUPPORT_POSTGRES_H

#include <stdbool.h>
#include <sys/types.h>

enum { POSTGRES_SEGMENTS = 16, POSTGRES_HELPERS = 64 };

/* The server that runs, and its segments. */
struct postgres {
    pid_t pid;                           /* of the postmaster; 0: none runs */
    int shmid;                           /* of its System V segment */
    unsigned key;                        /* of it */
    char segment[POSTGRES_SEGMENTS][32]; /* `/PostgreSQL.N`, its POSIX segments, sorted */
    int segments;
};

/* Makes the cluster, which goes when this process has ended; the reason why there can be none, or
 * NULL. Once for all tests of a suite: in an unchecked fixture. */
void postgres_cluster(void);
const char *postgres_why_not(void);

/* Starts a server with shared_memory_type `memory` and waits until it takes connections; false: it
 * does not run here, see postgres_last_words. */
bool postgres_serve(struct postgres *p, const char *memory);

/* Learns which POSIX segments it has now. They go when this process has ended. */
void postgres_look(struct postgres *p);

/* The last line that it wrote, empty: none; static. */
const char *postgres_last_words(void);

/* Stops it and all that it started, looks once more, kills them with -9 and waits until they are
 * gone. */
void postgres_kill(struct postgres *p);

/* Does a process map something whose name begins so? */
bool postgres_maps(pid_t pid, const char *text);

#endif
