#include "core/number.h"

#include <stdio.h>
#include <string.h>

/* The value of a digit in any base up to 16; 99: not a digit. */
static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return 99;
}

/* Reads the digits at *s; false: there are none. *over: they do not fit 64 bits. */
static bool read_digits(const char **s, unsigned base, uint64_t *value, bool *over)
{
    const char *p = *s;
    uint64_t v = 0;
    for (unsigned d; (d = digit_value(*p)) < base; p++)
        if (v > (UINT64_MAX - d) / base)
            *over = true;
        else
            v = v * base + d;
    if (p == *s)
        return false;
    *s = p;
    *value = v;
    return true;
}

/* 16 for `0x`, 2 for `0b`, 8 for `0o`, else 10; skips the prefix. */
static unsigned read_base(const char **s)
{
    if ((*s)[0] != '0')
        return 10;
    unsigned base = 10;
    switch ((*s)[1]) {
    case 'x':
    case 'X':
        base = 16;
        break;
    case 'b':
    case 'B':
        base = 2;
        break;
    case 'o':
    case 'O':
        base = 8;
        break;
    default:
        return 10;
    }
    *s += 2;
    return base;
}

/* The shift that a size suffix means; -1: no such suffix. */
static int suffix_shift(const char *s)
{
    static const char letters[] = "KMGT";
    if (*s == '\0')
        return 0;
    const char *at = strchr(letters, *s);
    if (at == NULL || (s[1] != '\0' && strcmp(s + 1, "iB") != 0))
        return -1;
    return 10 * (int)(at - letters + 1);
}

enum num_status number_parse(const char *s, struct number *out)
{
    if (*s == '\0')
        return NUM_EMPTY;
    bool negative = *s == '-';
    if (negative)
        s++;
    unsigned base = read_base(&s);
    uint64_t v = 0;
    bool over = false;
    if (!read_digits(&s, base, &v, &over))
        return NUM_SYNTAX;
    int shift = suffix_shift(s);
    if (shift < 0)
        return NUM_SYNTAX;
    if (over || v > UINT64_MAX >> shift)
        return NUM_RANGE;
    out->magnitude = v << shift;
    out->negative = negative && v != 0;
    out->hex = base != 10;
    return NUM_OK;
}

enum num_status number_u64(const char *s, uint64_t max, uint64_t *out)
{
    struct number n;
    enum num_status status = number_parse(s, &n);
    if (status != NUM_OK)
        return status;
    if (n.negative || n.magnitude > max)
        return NUM_RANGE;
    *out = n.magnitude;
    return NUM_OK;
}

enum num_status number_mode(const char *s, uint32_t *out)
{
    if (*s == '\0')
        return NUM_EMPTY;
    if (s[0] == '0' && (s[1] == 'o' || s[1] == 'O'))
        s += 2;
    uint64_t v = 0;
    bool over = false;
    if (!read_digits(&s, 8, &v, &over) || *s != '\0')
        return NUM_SYNTAX;
    if (over || v > 07777)
        return NUM_RANGE;
    *out = (uint32_t)v;
    return NUM_OK;
}

/* base + n or base - n, checked. */
static enum num_status step(uint64_t base, char sign, uint64_t n, uint64_t *out)
{
    if (sign == '-' ? n > base : n > UINT64_MAX - base)
        return NUM_RANGE;
    *out = sign == '-' ? base - n : base + n;
    return NUM_OK;
}

/* The number after a sign; another sign is not part of it. */
static enum num_status unsigned_rest(const char *s, uint64_t max, uint64_t *out)
{
    if (*s == '-' || *s == '\0')
        return NUM_SYNTAX;
    return number_u64(s, max, out);
}

/* `head`, `head+8`. */
static enum num_status marked_offset(const char *s, const struct offset_base *base, uint64_t *out)
{
    char name[MARK_NAME_MAX];
    size_t length = strcspn(s, "+-");
    uint64_t n = 0;
    if (base->marks == NULL || length >= sizeof name)
        return NUM_SYNTAX;
    memcpy(name, s, length);
    name[length] = '\0';
    const struct mark *mark = marks_find(base->marks, name);
    if (mark == NULL)
        return NUM_SYNTAX;
    if (s[length] == '\0')
        return step(mark->offset, '+', 0, out);
    enum num_status status = unsigned_rest(s + length + 1, UINT64_MAX, &n);
    return status == NUM_OK ? step(mark->offset, s[length], n, out) : status;
}

/* `+16 -16 %50 'a`: only in the UI. */
static enum num_status relative_offset(const char *s, const struct offset_base *base, uint64_t *out)
{
    uint64_t n = 0;
    if (*s == '\'')
        return marked_offset(s + 1, base, out);
    enum num_status status = unsigned_rest(s + 1, *s == '%' ? 100 : UINT64_MAX, &n);
    if (status != NUM_OK)
        return status;
    if (*s != '%')
        return step(base->cursor, *s, n, out);
    *out = base->size / 100 * n + base->size % 100 * n / 100;
    return NUM_OK;
}

enum num_status number_offset(const char *s, const struct offset_base *base, uint64_t *out)
{
    if (*s == '\0')
        return NUM_EMPTY;
    if (strncmp(s, "end", 3) == 0) {
        uint64_t n = 0;
        if (s[3] != '\0') {
            if (s[3] != '-')
                return NUM_SYNTAX;
            enum num_status status = unsigned_rest(s + 4, UINT64_MAX, &n);
            if (status != NUM_OK)
                return status;
        }
        return step(base->size, '-', n, out);
    }
    if (base->relative && strchr("+-%'", *s) != NULL)
        return relative_offset(s, base, out);
    if (base->relative && strcspn(s, "+-") > 1) {
        enum num_status status = marked_offset(s, base, out);
        if (status != NUM_SYNTAX)
            return status;
    }
    return number_u64(s, UINT64_MAX, out);
}

size_t number_format_size(uint64_t bytes, char buf[NUMBER_SIZE_MAX])
{
    static const char units[] = "KMGTPE";
    int n;
    if (bytes < 1024) {
        n = snprintf(buf, NUMBER_SIZE_MAX, "%u B", (unsigned)bytes);
        return n < 0 ? 0 : (size_t)n;
    }
    double v = (double)bytes / 1024;
    uint64_t whole = 1024; /* bytes of the unit */
    size_t unit = 0;
    while (v >= 1023.5 && unit + 2 < sizeof units) {
        v /= 1024;
        whole *= 1024;
        unit++;
    }
    bool exact = bytes % whole == 0;
    n = snprintf(buf, NUMBER_SIZE_MAX, "%.*f %ciB", v < 99.95 && !exact ? 1 : 0, v, units[unit]);
    return n < 0 ? 0 : (size_t)n;
}

void number_format_mode(uint32_t mode, char buf[NUMBER_MODE_MAX])
{
    static const struct {
        uint32_t bit;
        int at;
        char letter;
    } special[] = {{04000, 2, 's'}, {02000, 5, 's'}, {01000, 8, 't'}};
    for (int i = 0; i < 9; i++)
        buf[i] = (mode >> (8 - i) & 1) != 0 ? "rwx"[i % 3] : '-';
    for (int i = 0; i < 3; i++)
        if ((mode & special[i].bit) != 0)
            buf[special[i].at] = special[i].letter;
    buf[9] = '\0';
}
