/* sysv:ID, sysv:key=KEY, sysv:new. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/linux/sys_sysv.h"
#include "backend/linux/sysv.h"

enum { PREFIX = sizeof SYSV_PREFIX - 1 };

static struct oserr bad(const char *call, uint32_t why)
{
    return (struct oserr){call, why};
}

/* Parses all of text as a number up to max; false: it is not one. */
static bool parse_number(const char *text, uint64_t max, uint64_t *v)
{
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    char *end;
    const char *digits = hex ? text + 2 : text;
    if (strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") != strlen(digits) ||
        digits[0] == '\0' || strlen(digits) > 20)
        return false;
    errno = 0;
    *v = strtoull(digits, &end, hex ? 16 : 10);
    return errno == 0 && *v <= max;
}

struct oserr sysv_canonical(const char *locator, char *out, size_t cap)
{
    uint64_t v;
    const char *rest = locator + PREFIX;
    int n;
    out[0] = '\0';
    if (strncmp(locator, SYSV_PREFIX, PREFIX) != 0)
        return OSERR_NONE;
    if (strcmp(rest, "new") == 0)
        n = snprintf(out, cap, "%s", locator);
    else if (strncmp(rest, "key=", 4) == 0 && parse_number(rest + 4, UINT32_MAX, &v))
        n = snprintf(out, cap, SYSV_PREFIX "key=0x%08" PRIx64, v);
    else if (strncmp(rest, "key=", 4) != 0 && parse_number(rest, INT32_MAX, &v))
        n = snprintf(out, cap, SYSV_PREFIX "%" PRIu64, v);
    else
        return bad("shmget", SEG_E_NAME);
    return (size_t)n < cap ? OSERR_NONE : bad("shmget", SEG_E_NAME);
}

int sysv_id(const char *locator)
{
    uint64_t v;
    return parse_number(locator + PREFIX, INT32_MAX, &v) ? (int)v : -1;
}

uint32_t sysv_key(const char *locator)
{
    uint64_t v = 0;
    if (strncmp(locator + PREFIX, "key=", 4) == 0)
        (void)parse_number(locator + PREFIX + 4, UINT32_MAX, &v);
    return (uint32_t)v;
}

struct oserr sysv_find(struct backend *be, const char *locator, int *id)
{
    *id = sysv_id(locator);
    if (*id >= 0)
        return OSERR_NONE;
    uint32_t key = sysv_key(locator);
    if (key == 0) /* would create one */
        return bad("shmget", SEG_E_NAME);
    return sys_shmget(be, key, 0, 0, id);
}
