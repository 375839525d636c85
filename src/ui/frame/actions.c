#include <string.h>

#include "ui/frame/actions.h"
#include "ui/inspect/inspect.h"

static const struct action table[] = {
#define ACTION(name, args, help) {#name, args, help, act_##name},
#include "ui/frame/actions.def"
#undef ACTION
};

enum { ACTIONS = sizeof table / sizeof table[0] };

const struct action *action_table(size_t *count)
{
    *count = ACTIONS;
    return table;
}

const struct action *action_find(const char *name)
{
    for (size_t i = 0; i < ACTIONS; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}
