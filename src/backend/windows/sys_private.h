/* What the files behind sys_windows.h share. */
#ifndef SHMLENS_BACKEND_WINDOWS_SYS_PRIVATE_H
#define SHMLENS_BACKEND_WINDOWS_SYS_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

uint32_t sys_last(bool bad);  /* GetLastError() of a call that failed, never 0; 0 when it did not */
uint32_t sys_nt(long status); /* an NTSTATUS as such a code; 0: success */

#endif
