#include <string.h>

#include "ui/frame/screens.h"

int list_move(const char *how, int at, int count, int rows)
{
    int page = rows > 1 ? rows - 1 : 1;
    if (strcmp(how, "up") == 0)
        at--;
    else if (strcmp(how, "down") == 0)
        at++;
    else if (strcmp(how, "page-up") == 0)
        at -= page;
    else if (strcmp(how, "page-down") == 0)
        at += page;
    else if (strcmp(how, "half-up") == 0)
        at -= page / 2;
    else if (strcmp(how, "half-down") == 0)
        at += page / 2;
    else if (strcmp(how, "start") == 0)
        at = 0;
    else if (strcmp(how, "end") == 0)
        at = count - 1;
    if (at >= count)
        at = count - 1;
    return at < 0 ? 0 : at;
}
