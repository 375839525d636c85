/* The tables of code pages, from the system. */
#include <windows.h>

#include <string.h>

#include "backend/os.h"

/* One UTF-16 unit for n bytes; false: no character. */
static bool convert(unsigned page, const uint8_t *bytes, int n, uint32_t *cp)
{
    wchar_t wide[4];
    char in[2];
    memcpy(in, bytes, (size_t)n);
    if (MultiByteToWideChar(page, MB_ERR_INVALID_CHARS, in, n, wide, 4) != 1)
        return false;
    *cp = (uint16_t)wide[0];
    return true;
}

bool os_codepage(const char *page, uint32_t *one, uint16_t *pair)
{
    unsigned number = strcmp(page, "CP1252") == 0 ? 1252 : strcmp(page, "CP1251") == 0 ? 1251 : 932;
    if (!IsValidCodePage(number))
        return false;
    for (unsigned a = 0; a < 256; a++) {
        uint8_t bytes[2] = {(uint8_t)a};
        uint32_t cp = 0;
        one[a] = 0x110000;
        if (pair == NULL || !IsDBCSLeadByteEx(number, (BYTE)a)) {
            if (convert(number, bytes, 1, &cp))
                one[a] = cp;
            continue;
        }
        one[a] = 0x110001;
        for (unsigned b = 0; b < 256; b++) {
            bytes[1] = (uint8_t)b;
            pair[a << 8 | b] = convert(number, bytes, 2, &cp) ? (uint16_t)cp : 0;
        }
    }
    return true;
}
