/* Questions to the box and its answers as bytes. */
#ifndef SHMLENS_TYPES_MESSAGE_H
#define SHMLENS_TYPES_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

/* The first byte of a question; the second is the slot. Slots are numbered by the client. */
enum box_word {
    BOX_OPEN,  /* + descriptor: an ELF file. Answer: a description */
    BOX_DEBUG, /* + descriptor: perhaps the debug file of the slot. Answer: a description */
    BOX_ALT,   /* + descriptor: perhaps the file that several debug files share. The same */
    BOX_ID,    /* + descriptor: an ELF file. Its build-id; the slot stays as it is */
    BOX_CLOSE,
    BOX_PARTS,   /* its split files: count, u8 more; then folder, name, u64 id of the unit, u64
                    addresses */
    BOX_PART,    /* + descriptor; u64 id, u64 addresses: perhaps the split file of that unit, which
                    then belongs to the slot. u8 full; what is wrong with it, or an empty text */
    BOX_DROP,    /* the split files of the slot are closed */
    BOX_FIND,    /* name: found (0 no, 1 yes, 2 several); 1: id, pack; 2: names */
    BOX_NEAR,    /* name: names */
    BOX_NAMES,   /* most, prefix: names */
    BOX_VARS,    /* count; name, address, type each; pack */
    BOX_RECORDS, /* least, most: count; ids; pack */
    BOX_FRAME,   /* pc for the rules, pc of the place, known, 17 registers; count, windows; address
                    of the stack, its bytes: known, 17 registers of the caller; function, u8 known
                    by its symbol alone, file, u32 line; count; name, value, type each; pack */
};

enum { BOX_SLOTS = 128, BOX_NAMES_MAX = 1000, BOX_PARTS_MAX = 4096, BOX_VARS_MAX = 1 << 16 };

/* A description of a file:
 *   u8 state   enum box_state
 *   str why    BOX_REFUSED: a sentence
 *   str build  hexadecimal
 *   u64 base   the address of file offset 0 as linked
 *   str link, u32 crc   .gnu_debuglink
 *   str alt, str alt_build   what it shares with others, not given yet
 *   u8 split   types are in other files
 *   u8 narrow  a program of 32 bits
 */
enum box_state { BOX_READY, BOX_NO_DEBUG, BOX_REFUSED };

/* Being written; `failed`: out of memory, and the rest is not added. */
struct message {
    uint8_t *at;
    size_t n, room;
    bool failed;
};
void message_number(struct message *m, uint64_t v, size_t size);
void message_bytes(struct message *m, const void *p, size_t n); /* with its length before it */
void message_text(struct message *m, const char *s);
void message_set(struct message *m, size_t at, uint64_t v, size_t size); /* written earlier */

/* Being read; `failed`: it ends too early, and everything read is 0 or empty. */
struct message_in {
    const uint8_t *at;
    size_t n;
    bool failed;
};
uint64_t message_take(struct message_in *m, size_t size);
const uint8_t *message_take_bytes(struct message_in *m, size_t *n);
/* A copy with a NUL, which the caller frees. NULL: it failed. */
MUST_USE char *message_take_text(struct message_in *m);
void message_take_into(struct message_in *m, char *out, size_t cap); /* cut at cap */

#endif
