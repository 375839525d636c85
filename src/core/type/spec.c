#include "core/type/spec.h"

#include <stdio.h>
#include <string.h>

#include "core/number.h"

static bool wrong(char why[TYPE_WHY_MAX], const char *text, const char *what)
{
    char shown[160];
    (void)text_escape(shown, sizeof shown, text, strlen(text));
    (void)snprintf(why, TYPE_WHY_MAX, "%s: %s", shown, what);
    return false;
}

bool type_spec_parse(const char *text, struct type_spec *out, char why[TYPE_WHY_MAX])
{
    const char *at = strrchr(text, '@');
    size_t n = at != NULL ? (size_t)(at - text) : strlen(text);
    *out = (struct type_spec){.located = at != NULL};
    if (at != NULL) {
        if (at[1] == '\0' || strlen(at + 1) >= sizeof out->offset)
            return wrong(why, text, "an offset is expected after @");
        memcpy(out->offset, at + 1, strlen(at + 1) + 1);
    }
    const char *open = n > 0 && text[n - 1] == ']' ? memchr(text, '[', n) : NULL;
    if (open != NULL) {
        char number[64];
        size_t k = n - 2 - (size_t)(open - text);
        if (k >= sizeof number)
            return wrong(why, text, "not a number of elements");
        memcpy(number, open + 1, k);
        number[k] = '\0';
        out->many = true;
        if (k > 0 && (number_u64(number, UINT64_MAX, &out->count) != NUM_OK || out->count == 0))
            return wrong(why, text, "not a number of elements");
        n = (size_t)(open - text);
    }
    if (n == 0 || n >= sizeof out->name)
        return wrong(why, text, "the name of a type is missing");
    memcpy(out->name, text, n);
    return true;
}
