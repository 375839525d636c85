/* Code pages: encodings of one or two bytes a character whose tables the system has. Pure; the
 * tables are asked for once each, when a page is first used, by whichever thread comes first, and
 * never change afterwards. Until text_codepages was called they have ASCII only. */
#ifndef SHMLENS_CORE_TEXT_CODEPAGE_H
#define SHMLENS_CORE_TEXT_CODEPAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text.h"

/* What a byte means: a code point, or one of these. */
enum { CODEPAGE_NONE = 0x110000, CODEPAGE_LEAD = 0x110001 /* the first of two */ };

/* Fills the tables of a page such as `CP1252`: one[256]; and pair[65536] (NULL: not wanted), by
 * the two bytes as a big-endian number, 0 where there is no character. False: the system does not
 * have it. */
typedef bool text_codepage_source(const char *page, uint32_t *one, uint16_t *pair);
void text_codepages(text_codepage_source *source);

bool text_is_codepage(enum text_encoding enc);
struct text_char text_codepage_decode(enum text_encoding enc, const uint8_t *p, size_t n);
size_t text_codepage_encode(enum text_encoding enc, uint32_t cp, uint8_t out[4]);

#endif
