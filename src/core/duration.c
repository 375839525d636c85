/* Durations as they are typed, and dates. */
#include "core/number.h"

#include <string.h>

static const struct {
    const char *name;
    uint64_t ns;
} units[] = {
    {"us", UINT64_C(1000)},       {"ms", UINT64_C(1000000)},      {"s", UINT64_C(1000000000)},
    {"m", UINT64_C(60000000000)}, {"h", UINT64_C(3600000000000)}, {"d", UINT64_C(86400000000000)},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* whole * unit; false if that exceeds INT64_MAX. */
static bool whole_part(const char *from, const char *to, uint64_t unit, uint64_t *out)
{
    uint64_t v = 0;
    for (; from < to; from++) {
        uint64_t d = (uint64_t)(*from - '0');
        if (v > (INT64_MAX - d) / 10)
            return false;
        v = v * 10 + d;
    }
    if (v > INT64_MAX / unit)
        return false;
    *out = v * unit;
    return true;
}

/* 0.DIGITS * unit, cut to whole nanoseconds; computed from the last digit to the first, so that it
 * is exact for any number of digits. */
static uint64_t fraction_part(const char *from, const char *to, uint64_t unit)
{
    uint64_t v = 0;
    while (to > from) {
        to--;
        v = (v + (uint64_t)(*to - '0') * unit) / 10;
    }
    return v;
}

enum num_status number_duration(const char *s, int64_t *ns)
{
    if (*s == '\0')
        return NUM_EMPTY;
    const char *point = s;
    while (is_digit(*point))
        point++;
    const char *end = point;
    if (*point == '.') {
        end++;
        while (is_digit(*end))
            end++;
    }
    /* Digits after a point; before it they may be left out. */
    if (end == s || (end > point && end == point + 1))
        return NUM_SYNTAX;
    if (*end == '\0' && strspn(s, "0") == (size_t)(end - s)) {
        *ns = 0;
        return NUM_OK;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].name) != 0)
            continue;
        uint64_t whole = 0;
        if (!whole_part(s, point, units[i].ns, &whole))
            return NUM_RANGE;
        uint64_t part = end > point ? fraction_part(point + 1, end, units[i].ns) : 0;
        if (part > INT64_MAX - whole)
            return NUM_RANGE;
        *ns = (int64_t)(whole + part);
        return NUM_OK;
    }
    return NUM_SYNTAX;
}

struct utc number_utc(int64_t seconds)
{
    int64_t days = seconds / 86400 - (seconds % 86400 < 0 ? 1 : 0);
    int rest = (int)(seconds - days * 86400);
    /* in eras of 400 years that begin on the first of March */
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct utc){.year = yoe + era * 400 + (month <= 2),
                        .month = month,
                        .day = (int)(doy - (153 * mp + 2) / 5 + 1),
                        .hour = rest / 3600,
                        .minute = rest / 60 % 60,
                        .second = rest % 60};
}
