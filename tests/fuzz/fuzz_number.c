/* Every reader of numbers on any text: no crash, results within what they promise, and what is
 * printed from them reads back. */
#include <math.h>

#include "core/number.h"
#include "fuzz.h"

static void whole(const char *s)
{
    struct number n;
    uint64_t v;
    if (number_parse(s, &n) == NUM_OK) {
        HOLDS(n.magnitude > 0 || !n.negative);
        char text[32];
        HOLDS(number_u64(s, UINT64_MAX, &v) == (n.negative ? NUM_RANGE : NUM_OK));
        HOLDS(n.negative || v == n.magnitude);
        size_t length = number_format_size(n.magnitude, text);
        HOLDS(length == strlen(text) && length <= 11);
    }
}

static void offsets(const char *s)
{
    static const struct marks marks = {2, {{.name = "a"}, {"head", "", UINT64_MAX}}};
    struct offset_base base = {.size = 0x123456789, .cursor = 4096, .marks = &marks};
    uint64_t plain = 0, relative = 0;
    enum num_status first = number_offset(s, &base, &plain);
    base.relative = true;
    enum num_status second = number_offset(s, &base, &relative);
    if (first == NUM_OK && *s != '-') /* -0 alone means something else to the UI */
        HOLDS(second == NUM_OK && plain == relative);
}

static void floats(const char *s)
{
    double d, back;
    float f, fback;
    char text[NUMBER_FLOAT_MAX];
    if (number_f64(s, &d) == NUM_OK) {
        HOLDS(number_format_f64(d, text) == strlen(text));
        HOLDS(number_f64(text, &back) == NUM_OK);
        HOLDS(memcmp(&d, &back, sizeof d) == 0);
    }
    if (number_f32(s, &f) == NUM_OK) {
        HOLDS(number_format_f32(f, text) == strlen(text));
        HOLDS(number_f32(text, &fback) == NUM_OK);
        HOLDS(memcmp(&f, &fback, sizeof f) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *s = fuzz_string(data, size);
    int64_t ns;
    uint32_t mode;
    whole(s);
    offsets(s);
    floats(s);
    HOLDS(number_duration(s, &ns) != NUM_OK || ns >= 0);
    HOLDS(number_mode(s, &mode) != NUM_OK || mode <= 07777);
    free(s);
    return 0;
}
