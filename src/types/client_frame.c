/* Question (5): a frame of a thread that was caught at a store. */
#include <stdlib.h>
#include <string.h>

#include "types/client.h"

enum { SP = 7, IP = 16 };

static void put_question(struct message *m, unsigned slot, const struct types_frame *f,
                         uint64_t bias)
{
    uint64_t pc = f->reg[IP] - bias;
    client_question(m, BOX_FRAME, slot);
    message_number(m, f->inner ? pc : pc - 1, 8);
    message_number(m, pc - 1, 8);
    message_number(m, f->known, 4);
    for (int i = 0; i < TYPES_REGISTERS; i++)
        message_number(m, f->reg[i], 8);
    message_number(m, f->windows, 4);
    for (size_t i = 0; i < 2 * f->windows; i++)
        message_number(m, f->window[i], 8);
    message_number(m, f->stack_at, 8);
    message_bytes(m, f->stack, f->stack_n);
}

static void take_answer(struct client_run *run, const struct client_file *file,
                        struct message_in *in, struct types_frame *f)
{
    f->known = (uint32_t)message_take(in, 4);
    for (int i = 0; i < TYPES_REGISTERS; i++)
        f->reg[i] = message_take(in, 8);
    message_take_into(in, f->function, sizeof f->function);
    f->symbol = message_take(in, 1) != 0;
    message_take_into(in, f->file, sizeof f->file);
    f->line = (uint32_t)message_take(in, 4);
    f->inner = false;
    if (client_variables(run, file, in, TYPES_FRAME_MAX, 0))
        run->a->status = run->a->variables_count > 0 ? TYPES_FOUND : TYPES_NOT;
    else
        f->known = 0;
}

/* The frame as the slot knows it. False: run->error. */
static bool ask_frame(struct client_run *run, const struct module *m, unsigned slot,
                      struct types_frame *f)
{
    const struct client_file *file = &run->c->slot[slot];
    struct message question = {0};
    uint8_t *answer = NULL;
    size_t n = 0;
    put_question(&question, slot, f, m->first - m->first_offset - file->base);
    f->known = 0;
    if (client_ask(run, &question, -1, &answer, &n)) {
        struct message_in in = {.at = answer, .n = n};
        take_answer(run, file, &in, f);
    }
    free(question.at);
    free(answer);
    return !oserr_is(run->error);
}

/* Where its split files are too many for the memory, the function may be in the next ones. */
static void ask_rest(struct client_run *run, const struct modules *m, size_t i, unsigned slot,
                     const struct types_frame *asked, struct types_frame *f)
{
    while ((f->symbol || f->function[0] == '\0') && client_split_rest(run, m, i, slot)) {
        types_free(run->a->t);
        free(run->a->variables);
        run->a->t = NULL;
        run->a->variables = NULL;
        run->a->variables_count = 0;
        *f = *asked;
        if (!ask_frame(run, &m->module[i], slot, f))
            break;
    }
}

static bool visit_frame(struct client_run *run, const struct modules *m, size_t i, void *ctx)
{
    struct types_frame *f = ctx;
    const struct module *module = &m->module[i];
    unsigned slot = 0;
    uint64_t pc = f->reg[IP];
    if (pc < module->start || pc > module->end)
        return true;
    (void)client_open(run, m, i, &slot); /* without types it still says where the caller is */
    const struct client_file *file = &run->c->slot[slot];
    f->known = (f->known & UINT32_C(1) << IP) != 0 && file->state != BOX_REFUSED ? f->known : 0;
    if (!oserr_is(run->error) && f->known != 0 && file->split)
        client_split(run, m, i, slot);
    if (oserr_is(run->error) || f->known == 0)
        return false;
    const struct types_frame asked = *f;
    if (ask_frame(run, module, slot, f) && file->split)
        ask_rest(run, m, i, slot, &asked, f);
    return false;
}

enum types_status types_frame(struct types_client *c, const struct types_ask *ask,
                              struct types_frame *f, struct types_answer *a)
{
    struct client_run run;
    struct types_ask first = *ask;
    first.pids = ask->pids > 0 ? 1 : 0;
    f->function[0] = f->file[0] = '\0';
    f->symbol = false;
    f->line = 0;
    uint64_t pc = f->reg[IP], sp = f->reg[SP];
    client_begin(&run, c, &first, a);
    client_visit_all(&run, true, visit_frame, f);
    enum types_status status = client_end(&run);
    /* In no module: the last frame. A function that calls itself has another place in the stack. */
    if (f->reg[IP] == pc && f->reg[SP] == sp)
        f->known = 0;
    return status;
}
