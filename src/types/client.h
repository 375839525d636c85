/* The asking side, shared by client*.c. */
#ifndef SHMLENS_TYPES_CLIENT_H
#define SHMLENS_TYPES_CLIENT_H

#include "backend/boxed.h"
#include "backend/modules.h"
#include "types/message.h"
#include "types/types.h"

/* What the box said of a file. */
struct client_file {
    uint64_t dev, ino; /* of the module */
    bool used;
    enum box_state state;
    char why[256];
    char build_id[TYPES_BUILD_ID];
    uint64_t base;
    char link[256];
    char alt[4096], alt_build_id[TYPES_BUILD_ID];
    bool split, narrow;
    char refused[512]; /* a file that was where its debug file should be, printable; or empty */
    /* Of its split files: were all given, or up to which; would more take too much memory, were
     * some dropped to make room; how many are missing, and what is wrong with the first of these.
     */
    bool split_given, split_full, split_dropped, split_more;
    uint64_t split_next;
    uint32_t split_missing;
    char *split_name; /* raw */
    char split_why[256];
};

struct types_client {
    struct backend *be;
    struct boxed *box; /* NULL: none now */
    struct client_file slot[BOX_SLOTS];
    unsigned next; /* the slot that is taken when none is free; the last one is spare */
};

/* One question on its way through the modules of its processes. */
struct client_run {
    struct types_client *c;
    const struct types_ask *ask;
    int64_t deadline;
    struct types_answer *a;
    size_t reason_n;
    struct oserr error; /* the run is over */
    /* Modules of a recording that are gone through in place of processes; NULL: none. */
    const struct types_module *recorded;
    size_t recorded_n;
};

/* A run from its start to its end. */
void client_begin(struct client_run *run, struct types_client *c, const struct types_ask *ask,
                  struct types_answer *a);
enum types_status client_end(struct client_run *run);

/* What is done with a module. False: the run is over. */
typedef bool client_visit(struct client_run *run, const struct modules *m, size_t i, void *ctx);

/* Visits the executables and their own libraries of all processes first, then the system's, or what
 * was recorded. */
void client_visit_all(struct client_run *run, bool system, client_visit *visit, void *ctx);
bool client_visit_one(struct client_run *run, client_visit *visit, const struct modules *m,
                      size_t i, void *ctx);

/* client_recorded.c */
void client_visit_recorded(struct client_run *run, client_visit *visit, void *ctx);

/* Looks for a type in what the run goes through. */
void client_find(struct client_run *run, const char *name);

/* Asks the box, starting it when there is none. False: run->error. The caller frees *answer. */
MUST_USE bool client_ask(struct client_run *run, const struct message *question, int fd,
                         uint8_t **answer, size_t *n);

/* A question of this word about a slot, to which the caller may add. */
void client_question(struct message *m, enum box_word word, unsigned slot);

/* Adds a sentence about a file to the reason, as long as there is room. `path` is raw; NULL: none.
 */
void client_reason(struct client_run *run, const char *path, const char *text);

/* An answer that cannot be: the box is ended. Always false. */
bool client_damaged(struct client_run *run);

/* Takes over variables, `most` of them at most, their addresses `bias` away, and the pack of their
 * types. False: run->error. */
MUST_USE bool client_variables(struct client_run *run, const struct client_file *f,
                               struct message_in *in, uint64_t most, uint64_t bias);

/* Why a file was not opened (SEG_E_STRAY) that was looked for in the root folder of this process;
 * 0: in ours. */
const char *client_stray(uint32_t pid);

/* client_files.c: the slot of a module, opened with what belongs to it. NULL: it has nothing to
 * read (a reason was added when it is one of the program's own), or run->error. */
struct client_file *client_open(struct client_run *run, const struct modules *m, size_t i,
                                unsigned *slot);

/* The build-id of a file, which is closed. False: run->error. */
MUST_USE bool client_build_id(struct client_run *run, int fd, char id[TYPES_BUILD_ID]);

/* Gives a file to the spare slot. */
MUST_USE bool client_file(struct client_run *run, int fd, struct client_file *f);

/* Makes what the box says printable: it is not believed. */
void client_printable(char *s);

/* client_split.c: gives the split files of a module to its slot, once; after an interruption it
 * continues where it was. What cannot be read is added to the reason, each time. */
void client_split(struct client_run *run, const struct modules *m, size_t i, unsigned slot);

/* Where they were too many for the memory: gives the next ones in place of those before. False:
 * there are no more, or run->error. */
MUST_USE bool client_split_rest(struct client_run *run, const struct modules *m, size_t i,
                                unsigned slot);

enum { CLIENT_SPARE_SLOT = BOX_SLOTS - 1 };

#endif
