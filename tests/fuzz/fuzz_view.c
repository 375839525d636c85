/* The first byte chooses the view. The rest as bytes: formatted, they parse to themselves. The rest
 * as text: what parses, formats and parses to the same; a refusal is printable and changes nothing.
 */
#include "core/view.h"
#include "fuzz.h"

static void bytes(const struct view *v, const uint8_t *p)
{
    char text[VIEW_UNIT_MAX], again[VIEW_UNIT_MAX], why[VIEW_WHY_MAX];
    uint8_t back[8];
    size_t size = 0;
    size_t n = view_format(v, p, text);
    HOLDS(n == strlen(text) && n <= v->columns);
    HOLDS(view_parse(v, text, back, sizeof back, &size, why) == NULL && size == v->unit);
    view_format(v, back, again);
    HOLDS(strcmp(text, again) == 0);
    HOLDS(strstr(text, "nan") != NULL || memcmp(p, back, size) == 0);
    HOLDS(view_compare(v, p, back) == (strstr(text, "nan") != NULL ? 2 : 0));
}

static void text(const struct view *v, const char *s, size_t length)
{
    char why[VIEW_WHY_MAX];
    size_t size = 0, cap = length * 4 + 8;
    uint8_t *out = malloc(cap);
    HOLDS(out != NULL);
    memset(out, 0xee, cap);
    const char *bad = view_parse(v, s, out, cap, &size, why);
    if (bad != NULL) {
        HOLDS(bad == why && strlen(why) > 0 && strlen(why) < VIEW_WHY_MAX);
        for (const uint8_t *p = (const uint8_t *)why; *p != '\0';) {
            struct text_char c = text_decode(TEXT_UTF8, p, strlen((const char *)p));
            HOLDS(c.valid && text_printable(c.cp));
            p += c.size;
        }
        for (size_t i = 0; i < cap; i++)
            HOLDS(out[i] == 0xee);
    } else if (v->kind == VIEW_TEXT) {
        for (size_t at = 0; at < size;) {
            struct text_char c = text_decode(v->enc, out + at, size - at);
            HOLDS(c.valid);
            at += c.size;
        }
    } else {
        HOLDS(size % v->unit == 0);
        for (size_t at = 0; at < size; at += v->unit)
            bytes(v, out + at);
    }
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t count;
    const struct view *table = view_table(&count);
    if (size == 0)
        return 0;
    const struct view *v = &table[data[0] % count];
    data++;
    size--;
    for (size_t at = 0; v->kind != VIEW_TEXT && at + v->unit <= size; at += v->unit)
        bytes(v, data + at);
    char *s = fuzz_string(data, size);
    text(v, s, strlen(s));
    free(s);
    return 0;
}
