/* Who maps or holds objects: one pass over the processes for any number of them, which also meets
 * those that only processes have. Per system. */
#ifndef SHMLENS_BACKEND_MAPPERS_H
#define SHMLENS_BACKEND_MAPPERS_H

#include "backend/provider.h"
#include "backend/users.h"

/* A process with rows. */
struct found_process {
    uint32_t pid, uid; /* uid 0 and comm empty when they are of no interest */
    char comm[16];
};

/* Found rows: there can be many, so what is the same for all of a process is kept once. */
struct found_mapper {
    uint32_t tag;     /* the number of the object it is about */
    uint32_t process; /* index */
    uint64_t address, offset, length;
    bool read, write;
};

struct found_holder {
    uint32_t tag, process;
    int32_t fd;
    uint32_t access; /* Windows: of the handle; else 0 */
};

struct found {
    struct found_process *processes; /* in the order in which they were read */
    size_t processes_count, processes_cap;
    struct found_mapper *mappers; /* in the order of processes, then of addresses */
    size_t mappers_count, mappers_cap;
    struct found_holder *holders; /* in the order of processes */
    size_t holders_count, holders_cap;
    size_t unreadable; /* processes that could not be read (not: that ended, nor threads of the
                          kernel) */
};

/* What is asked of a pass. */
struct search {
    struct objects *objects; /* who has the wanted ones is asked */
    struct listing *list;    /* NULL: nothing is to be met; else objects of the wanted kinds that
                                only processes have are, and what is in the other /dev/shm of a
                                process is added to the list at once */
    unsigned kinds;          /* that are to be met, bits */
    bool counts;             /* of the wanted ones only the users are counted, and nobody asks what
                                processes are called */
    const struct seg_throttle *pace; /* NULL: in one go */
};

/* What the pace says to the process that comes next, or goes on. */
enum seg_pace_answer search_pace(const struct search *s, const struct seg_at *at);

/* Reads all processes. The caller frees with found_free, also after an error. */
MUST_USE struct oserr scan_processes(struct backend *be, const struct search *search,
                                     struct found *out);
void found_free(struct found *f);

/* Adds a row for each object that was met and is a segment of the wanted kinds; it is wanted then.
 */
MUST_USE struct oserr discover_rows(struct backend *be, const struct search *search);

#endif
