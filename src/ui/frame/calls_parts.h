/* A call as the log of OS calls has it, taken apart. */
#ifndef SHMLENS_UI_FRAME_CALLS_PARTS_H
#define SHMLENS_UI_FRAME_CALLS_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CALL_ARGUMENTS = 8 };

/* In pieces of its text. */
struct call_parts {
    const char *text;
    size_t name;
    size_t from[CALL_ARGUMENTS], length[CALL_ARGUMENTS];
    int count;
    const char *result; /* after `) = ` */
};

/* Headers that calls need: bits, in the order of the alphabet. */
enum { FCNTL = 1, STDINT = 2, MMAN = 4, SHM = 8, STAT = 16, UNISTD = 32, WINDOWS = 64 };

/* What an argument or a result is. Handles of Windows are multiples of 4; by a quarter of that they
 * are counted like descriptors. */
enum call_value { PLAIN, DESCRIPTOR, ID, ADDRESS, HANDLE };
enum { HANDLE_STEP = 4 };

/* A call that a program makes again. */
struct call_row {
    const char *name, *part; /* the row for calls with this in their arguments */
    int count;               /* arguments in the log */
    enum call_value takes;   /* its argument number `at` */
    int at;
    enum call_value returns;
    const char *more; /* arguments that the log leaves out */
    unsigned headers; /* that it needs besides stdio.h */
};
extern const struct call_row call_rows[];

/* Splits `name(a, b) = result`; what is in quotes does not count. False: it is something else. */
bool call_split(const char *text, struct call_parts *c);

bool call_is(const struct call_parts *c, const char *name);

/* An argument that is a number; false: it is something else. */
bool call_number(const struct call_parts *c, int i, int base, uint64_t *n);

/* Copies an argument as C. False: it is neither a whole string nor words and numbers. */
bool call_copy_argument(char *to, const char *s, size_t n);

/* Its row; -1: none. */
int call_row(const struct call_parts *c);
bool call_of_windows(int row);

/* Its result, and an argument, as their kind is counted; false: it is no number. */
uint64_t call_result(const struct call_parts *c, enum call_value kind);
bool call_value_at(const struct call_parts *c, int i, enum call_value kind, uint64_t *n);

/* The bytes that it maps; false: it does not say. */
bool call_mapped(const struct call_parts *c, uint64_t *length);

/* `open("/proc/self/fd/7", ...)`: the descriptor that it opens again. */
bool call_is_link(const struct call_parts *c, uint64_t *of);

/* `DuplicateHandle(FFFFFFFFFFFFFFFF, 0x60, 0x7) = 68`: the handle of ours that it opens again. */
bool call_is_duplicate(const struct call_parts *c, uint64_t *of);

/* What is before the address of a store of ours. */
extern const char call_stored[];

#endif
