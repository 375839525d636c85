/* Any text as a locator: what is understood is shown in printable form, and that is understood as
 * the same. */
#include "core/locator.h"
#include "core/text.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char shown[LOCATOR_MAX * 4];
    char raw[LOCATOR_MAX], again[LOCATOR_MAX];
    char *typed = fuzz_string(data, size);
    if (locator_typed(typed, raw) == NULL) {
        size_t n = locator_shown(raw, shown, sizeof shown);
        HOLDS(n == strlen(shown));
        for (size_t at = 0; at < n;) {
            struct text_char c = text_decode(TEXT_UTF8, (uint8_t *)shown + at, n - at);
            HOLDS(c.valid && text_printable(c.cp));
            at += c.size;
        }
        HOLDS(locator_typed(shown, again) == NULL);
        HOLDS(strcmp(raw, again) == 0);
        char cut[16];
        HOLDS(locator_shown(raw, cut, sizeof cut) == n);
        HOLDS(strncmp(cut, shown, strlen(cut)) == 0);
    }
    free(typed);
    return 0;
}
