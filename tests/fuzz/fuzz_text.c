/* Any bytes through every decoder and through the escape: always forward, never past the end, valid
 * characters encode to what was read, and nothing unprintable gets out. */
#include "core/text.h"
#include "fuzz.h"

static void decode(enum text_encoding enc, const uint8_t *p, size_t n)
{
    for (size_t at = 0; at < n;) {
        struct text_char c = text_decode(enc, p + at, n - at);
        HOLDS(c.size >= 1 && c.size <= 4 && c.size <= n - at);
        HOLDS(!(c.valid && c.cut));
        if (c.valid) {
            uint8_t back[4];
            HOLDS(text_encode(enc, c.cp, back) == c.size);
            HOLDS(memcmp(back, p + at, c.size) == 0);
        } else if (c.cut) {
            HOLDS(n - at < 4);
        }
        if (c.valid && text_printable(c.cp))
            HOLDS(text_width(c.cp) >= 0 && text_width(c.cp) <= 2);
        at += c.size;
    }
}

static void printable_only(const char *s, size_t n, bool content)
{
    for (size_t at = 0; at < n;) {
        struct text_char c = text_decode(TEXT_UTF8, (const uint8_t *)s + at, n - at);
        HOLDS(c.valid);
        HOLDS(text_printable(c.cp) || (content && (c.cp == '\n' || c.cp == '\t')));
        at += c.size;
    }
}

static void escape(const uint8_t *p, size_t n)
{
    size_t cap = n * 4 + 1;
    char *out = malloc(cap);
    char *back = malloc(n + 1);
    HOLDS(out != NULL && back != NULL);
    size_t length = text_escape_content(out, cap, p, n);
    HOLDS(length < cap && length == strlen(out));
    printable_only(out, length, true);
    length = text_escape(out, cap, p, n);
    HOLDS(length < cap && length == strlen(out));
    printable_only(out, length, false);
    bool nul = n > 0 && memchr(p, 0, n) != NULL;
    HOLDS(text_unescape(back, n + 1, out) == (nul ? SIZE_MAX : n));
    HOLDS(nul || n == 0 || memcmp(back, p, n) == 0);
    for (size_t small = 0; small < 12; small++) {
        char cut[12];
        HOLDS(text_escape(cut, small, p, n) == length);
        HOLDS(small == 0 || strlen(cut) < small);
        if (small > 0)
            printable_only(cut, strlen(cut), false);
    }
    free(out);
    free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size + (size == 0)); /* so that a read behind the end is seen */
    HOLDS(exact != NULL);
    if (size > 0)
        memcpy(exact, data, size);
    for (int enc = 0; enc < TEXT_ENCODINGS; enc++)
        decode((enum text_encoding)enc, exact, size);
    escape(exact, size);
    free(exact);
    return 0;
}
