#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "core/find_private.h"

enum {
    MATCH_LIMIT = 1000000,      /* steps per start, so that no pattern hangs the search */
    DEPTH_LIMIT = 10000,        /* nested backtracking points */
    HEAP_LIMIT = 20000,         /* KiB */
    JIT_STACK_START = 32 << 10, /* bytes */
    JIT_STACK_MAX = 1 << 20,    /* bytes */
};

struct regex {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack; /* NULL: the matcher's own small one */
    size_t before;          /* bytes it looks at in front of a match, at least 1 */
    bool gave_up;           /* a limit was reached */
};

/* The message of a PCRE2 error code, and where in the pattern. */
static void explain(int code, size_t at, char why[FIND_WHY_MAX])
{
    char text[FIND_WHY_MAX - 48];
    if (pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof text) < 0)
        snprintf(text, sizeof text, "not a regular expression");
    snprintf(why, FIND_WHY_MAX, "%s (at character %zu)", text, at + 1);
}

/* Everything that matching needs beside the code; false: out of memory. */
static bool prepare(struct regex *r)
{
    r->data = pcre2_match_data_create(1, NULL);
    r->context = pcre2_match_context_create(NULL);
    if (!r->data || !r->context)
        return false;
    pcre2_set_match_limit(r->context, MATCH_LIMIT);
    pcre2_set_depth_limit(r->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(r->context, HEAP_LIMIT);
    if (pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE) == 0) {
        r->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
        if (r->stack)
            pcre2_jit_stack_assign(r->context, NULL, r->stack);
    }
    uint32_t behind = 0;
    pcre2_pattern_info(r->code, PCRE2_INFO_MAXLOOKBEHIND, &behind);
    r->before = behind > 1 ? behind : 1;
    return true;
}

struct regex *regex_new(const char *pattern, char why[FIND_WHY_MAX])
{
    int code = 0;
    size_t at = 0;
    struct regex *r = calloc(1, sizeof *r);
    if (!r) {
        snprintf(why, FIND_WHY_MAX, "out of memory");
        return NULL;
    }
    r->code = pcre2_compile((PCRE2_SPTR)pattern, strlen(pattern), PCRE2_NEVER_UTF | PCRE2_NEVER_UCP,
                            &code, &at, NULL);
    if (!r->code) {
        explain(code, at, why);
        regex_free(r);
        return NULL;
    }
    if (!prepare(r)) {
        snprintf(why, FIND_WHY_MAX, "out of memory");
        regex_free(r);
        return NULL;
    }
    return r;
}

void regex_free(struct regex *r)
{
    if (!r)
        return;
    pcre2_jit_stack_free(r->stack);
    pcre2_match_context_free(r->context);
    pcre2_match_data_free(r->data);
    pcre2_code_free(r->code);
    free(r);
}

size_t regex_next(struct regex *r, const uint8_t *block, size_t n, size_t from, size_t end,
                  size_t *length)
{
    while (from < end) {
        int found = pcre2_match(r->code, block, n, from, PCRE2_NOTEMPTY, r->data, r->context);
        if (found < 0) {
            if (found != PCRE2_ERROR_NOMATCH)
                r->gave_up = true;
            return SIZE_MAX;
        }
        const PCRE2_SIZE *span = pcre2_get_ovector_pointer(r->data);
        if (span[0] >= end)
            return SIZE_MAX;
        if (span[0] >= from && span[1] > span[0]) {
            *length = span[1] - span[0];
            return span[0];
        }
        from++; /* \K moved the start about: no match of ours */
    }
    return SIZE_MAX;
}

size_t regex_context(const struct regex *r)
{
    return r->before;
}

bool regex_gave_up(const struct regex *r)
{
    return r->gave_up;
}

bool regex_matches_zero(struct regex *r)
{
    static const uint8_t zeros[2 * FIND_REGEX_SPAN];
    int found = pcre2_match(r->code, zeros, sizeof zeros, 0, PCRE2_NOTEMPTY, r->data, r->context);
    return found != PCRE2_ERROR_NOMATCH;
}
