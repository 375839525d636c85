#include "core/text_codepage.h"

#include <stdatomic.h>

enum { PAGES = TEXT_CP932 - TEXT_CP1252 + 1, BYTES = 256, PAIRS = 65536 };
enum codepage_state { PAGE_NONE, PAGE_LOADING, PAGE_READY };

static const char *const names[PAGES] = {"CP1252", "CP1251", "CP932"};

static struct {
    _Atomic int state; /* enum codepage_state */
    uint32_t one[BYTES];
} pages[PAGES];
static uint16_t pairs[PAIRS]; /* of the one page that has them, CP932 */
static text_codepage_source *source;

void text_codepages(text_codepage_source *from)
{
    source = from;
}

bool text_is_codepage(enum text_encoding enc)
{
    return enc >= TEXT_CP1252 && enc <= TEXT_CP932;
}

/* The table of single bytes, loaded; NULL: the system has none. */
static const uint32_t *page_of(enum text_encoding enc)
{
    int i = (int)enc - TEXT_CP1252, none = PAGE_NONE;
    if (source == NULL)
        return NULL;
    if (atomic_load(&pages[i].state) != PAGE_READY &&
        atomic_compare_exchange_strong(&pages[i].state, &none, PAGE_LOADING)) {
        if (!source(names[i], pages[i].one, enc == TEXT_CP932 ? pairs : NULL))
            for (uint32_t b = 0; b < BYTES; b++)
                pages[i].one[b] = b < 0x80 ? b : CODEPAGE_NONE;
        atomic_store(&pages[i].state, PAGE_READY);
    }
    while (atomic_load(&pages[i].state) != PAGE_READY)
        ; /* another thread is loading it: that takes milliseconds, once */
    return pages[i].one;
}

static struct text_char character(uint32_t cp, size_t size, bool valid, bool cut)
{
    return (struct text_char){.cp = cp, .size = (uint8_t)size, .valid = valid, .cut = cut};
}

struct text_char text_codepage_decode(enum text_encoding enc, const uint8_t *p, size_t n)
{
    const uint32_t *one = page_of(enc);
    if (one == NULL)
        return character(p[0], 1, p[0] < 0x80, false);
    uint32_t cp = one[p[0]];
    if (cp != CODEPAGE_LEAD || enc != TEXT_CP932)
        return character(cp, 1, cp < CODEPAGE_NONE, false);
    if (n < 2)
        return character(0, 1, false, true);
    cp = pairs[(size_t)p[0] << 8 | p[1]];
    return character(cp, cp != 0 ? 2 : 1, cp != 0, false);
}

size_t text_codepage_encode(enum text_encoding enc, uint32_t cp, uint8_t out[4])
{
    const uint32_t *one = page_of(enc);
    if (one == NULL) {
        out[0] = (uint8_t)cp;
        return cp < 0x80 ? 1 : 0;
    }
    for (size_t b = 0; b < BYTES; b++)
        if (one[b] == cp) {
            out[0] = (uint8_t)b;
            return 1;
        }
    for (size_t i = 0; enc == TEXT_CP932 && cp != 0 && i < PAIRS; i++)
        if (pairs[i] == cp) {
            out[0] = (uint8_t)(i >> 8);
            out[1] = (uint8_t)i;
            return 2;
        }
    return 0;
}
