/* What shmlens_drawn reports of each call that draws: this head, then its text. */
#ifndef SHMLENS_TESTS_WINDOWS_DRAWN_CALLS_H
#define SHMLENS_TESTS_WINDOWS_DRAWN_CALLS_H

#include <stdint.h>

enum drawn_kind {
    DRAWN_TEXT,     /* WriteConsole */
    DRAWN_OTHERWISE /* a call that sets cells or the cursor */
};

struct drawn_head {
    uint32_t kind, length; /* enum drawn_kind; bytes of the text that follows */
};

#endif
