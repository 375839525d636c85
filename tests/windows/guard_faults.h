/* What a guard has to do, whichever way it leaves a fault. */
#ifndef SHMLENS_TESTS_WINDOWS_GUARD_FAULTS_H
#define SHMLENS_TESTS_WINDOWS_GUARD_FAULTS_H

#include <check.h>
#include <windows.h>

#include "backend/guard.h"

static void guard_touch(void *at)
{
    (void)*(volatile unsigned char *)at;
}

/* wine lets a reserved page of a section be read, so this one is made to fault. */
static void guard_faults(void)
{
    enum { FAULT_BYTES = 65536, TIMES = 1000 };
    DWORD was;
    HANDLE h = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, FAULT_BYTES, NULL);
    unsigned char *view = MapViewOfFile(h, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    ck_assert_ptr_nonnull(view);
    ck_assert(VirtualProtect(view + 4096, 4096, PAGE_NOACCESS, &was));
    unsigned char *reserved = VirtualAlloc(NULL, FAULT_BYTES, MEM_RESERVE, PAGE_READWRITE);
    ck_assert_ptr_nonnull(reserved);
    guard_install();
    for (int i = 0; i < TIMES; i++) {
        ck_assert(guard_run(guard_touch, view, view, FAULT_BYTES));
        ck_assert(!guard_run(guard_touch, view + 4096, view, FAULT_BYTES));
        ck_assert(!guard_run(guard_touch, reserved, reserved, FAULT_BYTES));
    }
    ck_assert(VirtualFree(reserved, 0, MEM_RELEASE));
    UnmapViewOfFile(view);
    CloseHandle(h);
}

#endif
