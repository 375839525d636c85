/* What oserr.c needs to know of the system's error codes: once per system (oserr_posix.c,
 * oserr_windows.c). */
#ifndef SHMLENS_BACKEND_OSERR_SYSTEM_H
#define SHMLENS_BACKEND_OSERR_SYSTEM_H

#include "backend/oserr.h"

void oserr_system_text(uint32_t code, char *buf, size_t n); /* n >= 1; always terminated */
enum oserr_kind oserr_system_kind(uint32_t code);

#endif
