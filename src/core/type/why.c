#include "core/type/why.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

void type_why(char *why, size_t cap, const char *format, va_list args)
{
    char text[TYPE_WHY_MAX];
    (void)vsnprintf(text, sizeof text, format, args);
    (void)text_escape(why, cap, text, strlen(text));
}

bool type_refuse(char why[TYPE_WHY_MAX], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    type_why(why, TYPE_WHY_MAX, format, args);
    va_end(args);
    return false;
}
