/* `--type T` and `--types FILE` of the commands: which types there are, where T lies in the run's
 * segment, and what is read there.
 *
 * The types come from the header and layout files of --types, all parsed into one set as a compiler
 * of this machine lays them out (unless a file has an `abi` line); where these do not know T, from
 * the debug information of the processes that map the segment (types/types.h), then from the
 * layouts that the user has and those that are shipped (layouts/layouts.h). Values are read
 * through one page that is kept until typed_refresh(): within a refresh a command sees few moments,
 * not one for each leaf.
 */
#ifndef SHMLENS_CLI_COMMANDS_TYPED_H
#define SHMLENS_CLI_COMMANDS_TYPED_H

#include "backend/survey.h"
#include "cli/run.h"
#include "core/type/path.h"
#include "core/type/tree.h"
#include "layouts/layouts.h"
#include "types/types.h"

enum { TYPED_PAGE = 4096 };

struct typed {
    struct command_run *r;
    struct types *own;                /* the types of --types, and those that every program has */
    struct layouts *layouts;          /* NULL: not needed */
    struct types_answer debug;        /* types of debug information */
    const struct types *t;            /* where T is: own, debug.t, or those of */
    const struct layout_file *layout; /* or NULL */
    struct type_source source;
    struct type_node root;
    char name[256];     /* of the type, as C writes it */
    const char *file;   /* that declares it; NULL: every program has it */
    char *file_shown;   /* escaped */
    struct seg_who who; /* empty until typed_users */
    bool who_known;
    struct type_window *windows;
    uint8_t page[TYPED_PAGE];
    uint8_t state[TYPED_PAGE]; /* of its bytes: enum seg_byte */
    uint64_t page_at;          /* UINT64_MAX: none */
    size_t page_n;
    struct typed_held { /* a range that was read under its sequence counter */
        uint32_t hint;  /* the one that names it; 0: nothing is held */
        uint64_t offset, size;
        uint8_t *bytes;
        size_t n;     /* bytes there are */
        bool settled; /* false: they are of several moments, and count as not known */
    } held;
    struct oserr error; /* the first reading that failed, not for being past the end */
};

/* Was a type asked for? */
bool typed_wanted(const struct command_run *r);

/* Parses the files of --types as an ABI lays them out (NULL: this machine's) into a new set, which
 * the caller frees. NULL: an error was reported. `file`: one that is read too, or NULL. ends (or
 * NULL): how many types there are after each file. */
struct types *typed_files(struct command_run *r, const struct type_abi *abi, const char *file,
                          uint32_t ends[ARGS_OPTIONS]);

/* Reports that there is no such type, with names that are near. */
void typed_unknown(struct command_run *r, const struct types *t, const char *name);

/* Finds T, as written after --type, and its place: y->t, y->root. False: an error was reported. */
bool typed_place(struct typed *y, const char *type);

/* The types of --types, and how r->seg is read. ends: as of typed_files. False: an error was
 * reported; typed_close all the same. */
bool typed_begin(struct typed *y, struct command_run *r, uint32_t ends[ARGS_OPTIONS]);

/* The types, and T placed in r->seg. False: an error was reported; typed_close all the same. */
bool typed_open(struct typed *y, struct command_run *r);
void typed_close(struct typed *y);

/* Parts of the source: what is held of a range, and the names of processes. */
bool typed_is_held(const struct typed *y, uint64_t offset, size_t n);
bool typed_take_held(const struct typed *y, uint64_t offset, void *p, size_t n);
size_t typed_process(void *ctx, uint64_t pid, char *out, size_t cap);

/* `--pid`; 0: not given. False: an error was reported. */
bool typed_pid(struct command_run *r, uint32_t *pid);

/* Looks the type up in the debug information of process `pid`, 0: of all that map the segment.
 * *id, y->t, y->debug; 0: y->debug says why not. */
enum types_status typed_debug(struct typed *y, const char *name, uint32_t pid, type_id *id);

enum types_status typed_take(struct typed *y, enum types_status status, uint32_t pid, type_id *id);

/* `stop` of questions that take long; ctx: the run. */
bool typed_stop(void *run);

/* --cc: looks T up in what a compiler makes of the first file of --types. False: an error was
 * reported; else *id, or y->debug says why not. */
bool typed_compiled(struct typed *y, const char *name, type_id *id);

/* Are the types those of debug information, and --types only adds hints to them? */
bool typed_hinted(const struct command_run *r);

/* Parses the files of --types into the set of y->debug: `for` lines, enums. With --cc the first one
 * is the header. False: an error was reported. */
bool typed_hints(struct typed *y);

/* `{"pid":812,"file":...}`: where the type is from. */
void typed_json_source(struct typed *y, struct out *o);

/* Finds out who has the segment, once. */
void typed_users(struct typed *y);

/* Finds out where others map the segment, so that pointers can be followed. */
void typed_map(struct typed *y);

/* Forgets what was read, and sees how large the segment is now. */
void typed_refresh(struct typed *y);

/* Reads the part of [from, to) that the sequence counter of a leaf guards, at one moment; its
 * values come from there until a different one is read. An exit status; EXIT_NO: it never settled,
 * which was reported. Nothing is done for a leaf without one, or in the past. */
int typed_hold(struct typed *y, const struct type_node *leaf, uint64_t from, uint64_t to);

/* Reads the bytes of a leaf into p (leaf->size of them); false: not known or not there. */
bool typed_read(struct typed *y, const struct type_node *leaf, uint8_t *p);

/* What words of the command line select: a path; or, where a number is an offset, all leaves in
 * [offset, offset + length). */
struct typed_choice {
    struct type_path path;
    struct type_select select;
    bool by_offset, taken;
    uint64_t from, to;
};
bool typed_choose(struct typed *y, const char *word, const char *length, struct typed_choice *c);

/* The next node of the choice with the path to it; false: no more, or (*failed) it was reported. */
bool typed_next(struct typed *y, struct typed_choice *c, struct type_node *n,
                char path[PATH_TEXT_MAX], bool *failed);

/* Starts the walk over a node of the choice. */
void typed_walk(const struct typed *y, const struct typed_choice *c, const struct type_node *n,
                bool padding, struct type_walk *w);

/* The one leaf that a word names: a path without ranges, or an offset where a leaf starts. */
bool typed_leaf(struct typed *y, const char *word, struct type_node *leaf,
                char path[PATH_TEXT_MAX]);

/* A leaf's value as JSON; and with `names` what belongs to it: `,"name":...`, `,"to":...`. */
void typed_json_value(struct typed *y, const struct type_node *leaf, const uint8_t *p, bool names);

/* A leaf's value as text. */
void typed_text_value(struct typed *y, const struct type_node *leaf, const uint8_t *p,
                      struct out *o);

/* ---- commands with --type ---- */

int peek_typed(struct command_run *r);
int poke_typed(struct command_run *r);
int watch_typed(struct command_run *r);
int find_typed(struct command_run *r);

#endif
