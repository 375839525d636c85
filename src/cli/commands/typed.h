/* `--type T` and `--types FILE` of the commands: the types that the files declare, where T lies in
 * the run's segment, and what is read there.
 *
 * The types come from header and layout files, all parsed into one set as a compiler of this
 * machine lays them out (unless a file has an `abi` line). Values are read through one page that is
 * kept until typed_refresh(): within a refresh a command sees few moments, not one for each leaf.
 */
#ifndef SHMLENS_CLI_COMMANDS_TYPED_H
#define SHMLENS_CLI_COMMANDS_TYPED_H

#include "backend/survey.h"
#include "cli/run.h"
#include "core/type/path.h"
#include "core/type/tree.h"

enum { TYPED_PAGE = 4096 };

struct typed {
    struct command_run *r;
    struct types *t;
    struct type_source source;
    struct type_node root;
    char name[256];     /* of the type, as C writes it */
    const char *file;   /* the one of --types that declares it */
    char *file_shown;   /* escaped */
    struct seg_who who; /* for pointers; empty until typed_map */
    struct type_window *windows;
    uint8_t page[TYPED_PAGE];
    uint8_t state[TYPED_PAGE]; /* of its bytes: enum seg_byte */
    uint64_t page_at;          /* UINT64_MAX: none */
    size_t page_n;
    struct oserr error; /* the first reading that failed, not for being past the end */
};

/* Was a type asked for? */
bool typed_wanted(const struct command_run *r);

/* Parses the files of --types as an ABI lays them out (NULL: this machine's) into a new set, which
 * the caller frees. NULL: an error was reported. `file`: one that is read too, or NULL. ends (or
 * NULL): how many types there are after each file. */
struct types *typed_files(struct command_run *r, const struct type_abi *abi, const char *file,
                          uint32_t ends[ARGS_OPTIONS]);
const struct type_abi *typed_machine(void);

/* Reports that there is no such type, with names that are near. */
void typed_unknown(struct command_run *r, const struct types *t, const char *name);

/* The types, and T placed in r->seg. False: an error was reported; typed_close all the same. */
bool typed_open(struct typed *y, struct command_run *r);
void typed_close(struct typed *y);

/* Finds out where others map the segment, so that pointers can be followed. */
void typed_map(struct typed *y);

/* Forgets what was read, and sees how large the segment is now. */
void typed_refresh(struct typed *y);

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
