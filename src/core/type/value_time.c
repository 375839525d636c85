/* Times as UTC. */
#include <stdio.h>
#include <string.h>

#include "core/type/value_private.h"

/* Units of a second, and how many digits they have. */
static int64_t units(int form, int *digits)
{
    *digits = form == FORM_TIME_NS ? 9 : form == FORM_TIME_MS ? 3 : 0;
    return form == FORM_TIME_NS ? 1000000000 : form == FORM_TIME_MS ? 1000 : 1;
}

/* Days since 1970 of a date of the Gregorian calendar, and back (Howard Hinnant's algorithms: years
 * begin in March, so that the leap day is the last one). */
static int64_t days_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = y + era * 400 + (*month <= 2);
}

size_t value_time(int form, int64_t v, struct value_text *o)
{
    const int64_t first = -62167219200, last = 253402300799;
    char text[64];
    int digits, month, day;
    int64_t unit = units(form, &digits), year;
    int64_t seconds = v / unit - (v % unit < 0), part = v % unit + (v % unit < 0 ? unit : 0);
    if (seconds < first || seconds > last)
        return 0;
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    int second = (int)(seconds - days * 86400);
    date_of(days, &year, &month, &day);
    (void)snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d", (int)year, month, day,
                   second / 3600, second / 60 % 60, second % 60);
    value_put(o, text, strlen(text));
    (void)snprintf(text, sizeof text, digits == 9 ? ".%09u" : ".%03u", (unsigned)part);
    if (digits > 0)
        value_put(o, text, strlen(text));
    value_put(o, "Z", 1);
    return o->length;
}

/* `n` digits as a number; -1: there are not so many. */
static int number(const char **s, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++, (*s)++) {
        if (**s < '0' || **s > '9')
            return -1;
        v = v * 10 + (**s - '0');
    }
    return v;
}

bool value_parse_time(int form, const char *s, int64_t *v)
{
    static const struct {
        int digits, low, high;
        char after;
    } parts[6] = {{4, 0, 9999, '-'}, {2, 1, 12, '-'}, {2, 1, 31, ' '},
                  {2, 0, 23, ':'},   {2, 0, 59, ':'}, {2, 0, 60, '\0'}};
    int field[6], digits;
    int64_t unit = units(form, &digits), part = 0, year;
    int month, day;
    for (int i = 0; i < 6; i++) {
        field[i] = number(&s, parts[i].digits);
        if (field[i] < parts[i].low || field[i] > parts[i].high)
            return false;
        if (parts[i].after != '\0' && *s != parts[i].after && !(i == 2 && *s == 'T'))
            return false;
        s += parts[i].after != '\0';
    }
    if (*s == '.' && digits > 0) {
        s++;
        for (int i = 0; i < digits; i++)
            part = part * 10 + (*s >= '0' && *s <= '9' ? *s++ - '0' : 0);
    }
    if (*s == 'Z')
        s++;
    int64_t days = days_of(field[0], field[1], field[2]);
    date_of(days, &year, &month, &day);
    int64_t seconds = days * 86400 + field[3] * 3600 + field[4] * 60 + field[5];
    if (*s != '\0' || day != field[2] ||
        (unit > 1000 && (seconds > INT64_MAX / unit - 1 || seconds < INT64_MIN / unit + 1)))
        return false;
    *v = seconds * unit + part;
    return true;
}
