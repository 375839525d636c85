/* Types from the debug information (DWARF) of running programs.
 *
 * Somebody asks about processes, mostly those that map a segment. The client lists the modules of
 * each (backend/modules.h), executable first and the system's libraries last, and hands them one by
 * one, as open descriptors, to a boxed process (backend/boxed.h): reading debug information that
 * others wrote is done there and nowhere else, by libdw. Where a module has none itself, the client
 * opens the files that may have it (by build-id, by debuglink, beside it, in the process's own root
 * folder first) and the box says which of them fits. Answers come back as packs of types
 * (core/type/pack.h), of which nothing is believed either.
 *
 * A client is one such process, started at the first question and kept, with the modules that it
 * has opened: a second question costs little. It is used by one thread at a time. When the box
 * dies or is late, the question fails in words, and the next one starts a new box.
 *
 * Split files (.dwo) are opened with their program, where it does not answer alone; each must have
 * the unit that the program names by its id. Places in the code of such a unit are found in both
 * together (dwarf_join.c).
 *
 * The modules of a recording (core/history/recording.h) are no process's any more: they are opened
 * by their paths, and must have the build-ids that were recorded. Where one has not, the debug file
 * of the recorded build-id will do.
 *
 * Without libdw, and on systems without boxes, there are the same functions: they find nothing and
 * say how to get it (none.c). */
#ifndef SHMLENS_TYPES_TYPES_H
#define SHMLENS_TYPES_TYPES_H

#include "backend/oserr.h"
#include "core/type/type.h"

struct backend;
struct types_client;

/* NULL: out of memory. Starts nothing yet. The back end must live as long. */
MUST_USE struct types_client *types_client_new(struct backend *be);
void types_client_free(struct types_client *c); /* NULL is fine */

/* Starts the process that reads, for who has something else to do before the first question. When
 * it cannot be started, that question says so. NULL is fine. */
void types_client_start(struct types_client *c);

/* Is this process to be a box, and then: all that it does, to its end. For main(), before anything
 * else. */
bool types_box_wanted(int argc, char **argv);
int types_box_main(void);

/* Can types be read from debug information here at all? */
bool types_can(void);

/* ---- questions ---- */

enum {
    TYPES_DEADLINE_S = 10,
    TYPES_BUILD_ID = 2 * 64 + 1, /* hexadecimal digits, with the NUL */
    TYPES_REASON = 1024,
};

/* Whose debug information, and for how long. */
struct types_ask {
    const uint32_t *pid; /* in this order */
    size_t pids;
    int64_t deadline;        /* of os_now; 0: TYPES_DEADLINE_S from now on */
    bool (*stop)(void *ctx); /* asked 20 times a second: true gives up. NULL: never */
    void *ctx;
};

/* Where something was found. */
struct types_origin {
    uint32_t pid;
    char *file;                    /* the module as its process calls it, raw */
    char build_id[TYPES_BUILD_ID]; /* empty: it has none */
    bool program;                  /* the executable of the process */
};

/* A variable with a fixed address: global, or static anywhere. */
struct types_variable {
    char *name;       /* `acme::queue` */
    uint64_t address; /* in the process */
    type_id type;
};

enum types_status {
    TYPES_FOUND,
    TYPES_NOT,     /* `reason` says why: no such type, and what was missing to look further */
    TYPES_SEVERAL, /* a part of a name fits several: `names` */
    TYPES_FAILED,  /* `reason`; also when it was stopped */
};

/* A program or library of a process, as a recording remembers it. */
struct types_module {
    char *path;                    /* as the process calls it, raw */
    char build_id[TYPES_BUILD_ID]; /* empty: it has none */
    bool program;
};

/* Freed by types_answer_free, whatever the status. Texts of programs are raw in it: escape them. */
struct types_answer {
    enum types_status status;
    char reason[TYPES_REASON]; /* printable; TYPES_FOUND: what else is not known, or empty */
    struct types *t;           /* owned; NULL: none */
    struct types_origin from;
    type_id id; /* types_by_name: the type */
    char **names;
    size_t names_count;
    struct types_variable *variables;
    size_t variables_count;
    type_id *ids; /* types_records: the structs */
    size_t ids_count;
    struct types_module *modules; /* types_modules */
    size_t modules_count;
    bool cut; /* there were more than an answer holds */
};
void types_answer_free(struct types_answer *a);

/* (1) The type of this name: `ring_header`, `struct ring_header`, `acme::Queue<Sample, 64>`; or the
 * end of such a name (`Header`, `Queue`) where only one type fits. The first module that has it
 * counts. Not found: `names` are up to TYPE_NEAR that are near. What its pointers lead to is in the
 * set as well, as far as its size allows. */
enum types_status types_by_name(struct types_client *c, const struct types_ask *ask,
                                const char *name, struct types_answer *a);

/* The same in an ELF file that we know by this absolute path; `ask` has no processes. */
enum types_status types_by_file(struct types_client *c, const char *path,
                                const struct types_ask *ask, const char *name,
                                struct types_answer *a);

/* The same in modules that were recorded. Not found: the reason also says which are gone or are of
 * another build. `ask` has no processes. */
enum types_status types_by_modules(struct types_client *c, const struct types_ask *ask,
                                   const struct types_module *module, size_t n, const char *name,
                                   struct types_answer *a);

/* The programs of the processes and their own libraries, programs first, each once; without those
 * of the system, and without what cannot be read. */
enum types_status types_modules(struct types_client *c, const struct types_ask *ask,
                                struct types_answer *a);

/* (2) Names of types that begin with `prefix`, or of which the last part does, sorted, at most
 * `most` of them (TYPES_NAMES_MAX), of the first module of each process that has any. */
enum { TYPES_NAMES_MAX = 1000 };
enum types_status types_names(struct types_client *c, const struct types_ask *ask,
                              const char *prefix, size_t most, struct types_answer *a);

/* (3) All variables of the module that has `address` among its mappings, or of the executable when
 * that is 0; of the first process of `ask` only. With their types and what those point to. */
enum types_status types_variables(struct types_client *c, const struct types_ask *ask,
                                  uint64_t address, struct types_answer *a);

/* (4) All structs and classes of `least` to `most` bytes of the executable of the first process,
 * each layout of a name once. */
enum types_status types_records(struct types_client *c, const struct types_ask *ask, uint64_t least,
                                uint64_t most, struct types_answer *a);

/* A frame of a thread that was caught at a store (backend/trap.h): its registers, by the numbers of
 * DWARF for x86-64, and the top of its stack. */
enum { TYPES_REGISTERS = 17, TYPES_FRAME_MAX = 64 };
struct types_frame {
    uint64_t reg[TYPES_REGISTERS];
    uint32_t known;       /* bits: registers whose values are known */
    bool inner;           /* the one that stored: its place is exact, not where a call returns to */
    const uint8_t *stack; /* at most 16 KiB from stack_at on, an address of the process */
    uint64_t stack_at;
    size_t stack_n;
    const uint64_t *window; /* [start, end) of each range that pointers may lead into, */
    size_t windows;         /* at most 16 */
    /* out */
    char function[256], file[512]; /* raw; empty: not known */
    uint32_t line;                 /* 0: not known */
    bool symbol; /* the function is known by its symbol alone: nothing more is known of it */
};

/* (5) The variables in scope there, of the first process of `ask`, that are pointers into the
 * windows: `variables` have the address that each leads to and the type of what is there.
 * TYPES_NOT: there are none. *f becomes the frame of the caller; known 0: it is not known. */
enum types_status types_frame(struct types_client *c, const struct types_ask *ask,
                              struct types_frame *f, struct types_answer *a);

#endif
