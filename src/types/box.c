/* What runs in the box: slots with open files, and a question at a time. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/boxed.h"
#include "types/dwarf.h"
#include "types/types.h"

static struct dw_file *slots[BOX_SLOTS];

static struct dw_file *take_file(unsigned slot, int fd)
{
    struct dw_file *f = calloc(1, sizeof *f);
    if (f == NULL)
        return NULL;
    if (slots[slot] != NULL)
        dw_file_close(slots[slot]);
    free(slots[slot]);
    dw_file_open(f, fd);
    slots[slot] = f;
    return f;
}

static void answer_about(struct dw_file *f, unsigned word, struct message_in *in, struct message *m)
{
    char text[TYPE_NAME_MAX];
    uint64_t least, most;
    switch (word) {
    case BOX_PARTS:
        dw_split_list(f, m);
        break;
    case BOX_DROP:
        dw_split_close(f);
        message_number(m, 0, 1);
        break;
    case BOX_FIND:
    case BOX_NEAR:
        message_take_into(in, text, sizeof text);
        (word == BOX_FIND ? dw_find : dw_near)(f, text, m);
        break;
    case BOX_NAMES:
        most = message_take(in, 4);
        message_take_into(in, text, sizeof text);
        dw_names(f, text, (size_t)most, m);
        break;
    case BOX_VARS:
        dw_variables(f, m);
        break;
    case BOX_FRAME:
        dw_frame(f, in, m);
        break;
    case BOX_RECORDS:
        least = message_take(in, 8);
        most = message_take(in, 8);
        dw_records(f, least, most, m);
        break;
    default:
        m->failed = true;
    }
}

/* Words that come with a file. */
static bool answer_file(unsigned word, unsigned slot, int fd, struct message_in *in,
                        struct message *m)
{
    struct dw_file *f = slots[slot];
    if (word == BOX_ID) {
        dw_file_id(fd, m);
        return !m->failed;
    }
    if (word == BOX_PART && f != NULL) {
        uint64_t id = message_take(in, 8), addresses = message_take(in, 8);
        bool full;
        const char *wrong = dw_split_add(f, fd, id, addresses, &full);
        message_number(m, full, 1);
        message_text(m, wrong != NULL ? wrong : "");
        return !in->failed && !m->failed;
    }
    if (word == BOX_OPEN)
        f = take_file(slot, fd);
    else if (f != NULL && word == BOX_DEBUG)
        dw_file_add_debug(f, fd);
    else if (f != NULL && word == BOX_ALT)
        dw_file_add_alt(f, fd);
    if (f != NULL)
        dw_file_describe(f, m);
    return f != NULL && !in->failed && !m->failed;
}

static bool serve(const uint8_t *question, size_t size, int fd, uint8_t **answer, size_t *n)
{
    struct message_in in = {.at = question, .n = size};
    struct message m = {0};
    unsigned word = (unsigned)message_take(&in, 1), slot = (unsigned)message_take(&in, 1);
    bool good = !in.failed && slot < BOX_SLOTS;
    if (good && fd >= 0) {
        good = answer_file(word, slot, fd, &in, &m);
    } else if (good && word == BOX_CLOSE) {
        if (slots[slot] != NULL)
            dw_file_close(slots[slot]);
        free(slots[slot]);
        slots[slot] = NULL;
    } else if (good) {
        good = slots[slot] != NULL && slots[slot]->refused == NULL &&
               (word == BOX_FRAME || dw_file_dwarf(slots[slot]) != NULL);
        if (good)
            answer_about(slots[slot], word, &in, &m);
    }
    *answer = m.at;
    *n = m.n;
    return good && !m.failed;
}

bool types_box_wanted(int argc, char **argv)
{
    return boxed_wanted(argc, argv);
}

int types_box_main(void)
{
    dw_library_load(); /* in the box nothing can be opened */
    return boxed_main(serve);
}

bool types_can(void)
{
    return true;
}
