/* The action that sets the sequence counter under which the window is read. */
#include <inttypes.h>
#include <string.h>

#include "core/number.h"
#include "ui/inspect/inspect.h"

void act_seqlock(struct ui *ui, int argc, char **argv)
{
    struct session *s = &ui->s;
    struct seg_seqlock lock = {.width = 4};
    uint64_t width = 4, end = session_end(s);
    struct offset_base base = {.size = end,
                               .cursor = s->cursor,
                               .marks = s->marks,
                               .marks_set = s->marks_set,
                               .relative = true};
    if (!act_attached(ui))
        return;
    if (argc == 2 && strcmp(argv[1], "off") == 0) {
        s->locked = false;
        ui_say(ui, STYLE_TEXT, "no sequence counter: the window is read as it is");
        return;
    }
    if (argc < 2 || argc > 3 || number_offset(argv[1], &base, &lock.offset) != NUM_OK ||
        (argc == 3 && number_u64(argv[2], 8, &width) != NUM_OK)) {
        ui_say(ui, STYLE_ERROR,
               "seqlock takes the OFFSET of a counter and its BYTES (4), or `off`");
        return;
    }
    lock.width = (uint32_t)width;
    bool word = width == 1 || width == 2 || width == 4 || width == 8;
    if (!word || lock.offset % width != 0 || lock.offset > end || end - lock.offset < width) {
        ui_say(ui, STYLE_ERROR,
               "no counter at 0x%" PRIx64 ": 1, 2, 4 or 8 bytes, at a multiple of that, inside",
               lock.offset);
        return;
    }
    s->lock = lock;
    s->locked = true;
    session_settle(s);
    ui_say(ui, STYLE_TEXT, "read under the counter at 0x%" PRIx64 "; `seqlock off` ends it",
           lock.offset);
}
