/* file:PATH with holes. wine's file systems do not tell where they are, so this suite answers in
 * place of DeviceIoControl. */
#include <windows.h>
/* behind it: */
#include <winioctl.h>

#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "backend/segment.h"
#include "support/suite.h"
#include "windows/failing.h"

enum { BYTES = 1 << 20, FIRST = 0x10000, SECOND = 0x80000, GRAIN = 0x10000 };

static struct backend *be;
static char path[64], locator[80];
static bool tells; /* the file system of this test has holes */

/* Data in [FIRST, +GRAIN) and [SECOND, +GRAIN). */
static BOOL answer(const FILE_ALLOCATED_RANGE_BUFFER *in, FILE_ALLOCATED_RANGE_BUFFER *out,
                   DWORD *got)
{
    static const LONGLONG data[] = {FIRST, SECOND};
    LONGLONG from = in->FileOffset.QuadPart, end = from + in->Length.QuadPart;
    DWORD found = 0;
    for (size_t i = 0; i < 2; i++) {
        LONGLONG low = data[i] > from ? data[i] : from;
        LONGLONG high = data[i] + GRAIN < end ? data[i] + GRAIN : end;
        if (low < high && found++ == 0) {
            out->FileOffset.QuadPart = low;
            out->Length.QuadPart = high - low;
        }
    }
    *got = found > 0 ? sizeof *out : 0;
    SetLastError(found > 1 ? ERROR_MORE_DATA : 0);
    return found <= 1;
}

static BOOL WINAPI control(HANDLE h, DWORD code, void *in, DWORD in_n, void *out, DWORD out_n,
                           DWORD *got, OVERLAPPED *o)
{
    typedef BOOL WINAPI real(HANDLE, DWORD, void *, DWORD, void *, DWORD, DWORD *, OVERLAPPED *);
    if (code == FSCTL_QUERY_ALLOCATED_RANGES && tells)
        return answer(in, out, got);
    real *fn =
        (real *)(intptr_t)GetProcAddress(GetModuleHandleA("kernel32.dll"), "DeviceIoControl");
    return fn(h, code, in, in_n, out, out_n, got, o);
}

/* In place of the import. */
extern BOOL(WINAPI *__imp_DeviceIoControl)(HANDLE, DWORD, void *, DWORD, void *, DWORD, DWORD *,
                                           OVERLAPPED *);
BOOL(WINAPI *__imp_DeviceIoControl)
(HANDLE, DWORD, void *, DWORD, void *, DWORD, DWORD *, OVERLAPPED *) = control;

static void set_up(void)
{
    static char bytes[BYTES];
    be = backend_new();
    ck_assert_ptr_nonnull(be);
    snprintf(path, sizeof path, "holes-%u.bin", (unsigned)os_pid());
    snprintf(locator, sizeof locator, "file:%s", path);
    memset(bytes + FIRST, 'a', GRAIN);
    memset(bytes + SECOND, 'b', GRAIN);
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes, 1, BYTES, f), BYTES);
    ck_assert_int_eq(fclose(f), 0);
    tells = true;
}

static void tear_down(void)
{
    tells = false;
    backend_free(be);
    ck_assert_int_eq(remove(path), 0);
}

static void check_run(struct seg *s, uint64_t at, uint64_t end, enum seg_extent_kind kind)
{
    uint64_t from, to;
    enum seg_extent_kind is;
    ck_assert(!oserr_is(seg_extent(s, at, &from, &to, &is)));
    ck_assert_uint_eq(to, end);
    ck_assert_int_eq(is, kind);
}

TEST(holes_are_told_from_data)
{
    static unsigned char all[BYTES];
    unsigned char buf[2 * 4096];
    uint8_t state[sizeof buf];
    struct seg *s;
    struct seg_stat st;
    size_t got;
    ck_assert(!oserr_is(seg_open(be, locator, SEG_READ, &s)));
    ck_assert_uint_ne(seg_caps(s) & SEG_CAP_EXTENTS, 0);
    check_run(s, 0, FIRST, SEG_EXT_HOLE);
    check_run(s, FIRST + 5, FIRST + GRAIN, SEG_EXT_DATA);
    check_run(s, FIRST + GRAIN, SECOND, SEG_EXT_HOLE);
    check_run(s, SECOND, SECOND + GRAIN, SEG_EXT_DATA);
    check_run(s, SECOND + GRAIN, BYTES, SEG_EXT_HOLE);
    ck_assert(!oserr_is(seg_sample(s, FIRST - 4096, buf, state, sizeof buf, &st)));
    ck_assert_uint_eq(state[0], SEG_BYTE_HOLE);
    ck_assert_uint_eq(state[4096], SEG_BYTE_DATA);
    ck_assert_uint_eq(buf[4096], 'a');
    ck_assert(!oserr_is(seg_read(s, 0, all, sizeof all, &got)));
    ck_assert_uint_eq(got, BYTES);
    ck_assert_uint_eq(all[FIRST - 1], 0);
    ck_assert_uint_eq(all[FIRST], 'a');
    ck_assert_uint_eq(all[SECOND + GRAIN - 1], 'b');
    seg_close(s);
}

TEST(what_was_stored_where_the_disk_has_no_room_is_read)
{
    static unsigned char all[BYTES];
    enum { AT = 0x40010 };
    unsigned char buf[4096];
    uint8_t state[sizeof buf];
    struct seg *s, *writer;
    struct seg_stat st;
    struct poke p = {.offset = AT, .size = 1, .value = {'z'}};
    struct poked done;
    size_t got;
    ck_assert(!oserr_is(seg_open(be, locator, SEG_READ, &s)));
    ck_assert(!oserr_is(seg_open(be, locator, SEG_WRITE, &writer)));
    ck_assert(!oserr_is(seg_poke(writer, &p, &done)));
    check_run(s, FIRST + GRAIN, 0x40000, SEG_EXT_HOLE);
    check_run(s, 0x40000, 0x41000, SEG_EXT_DATA);
    check_run(s, 0x41000, SECOND, SEG_EXT_HOLE);
    ck_assert(!oserr_is(seg_read(s, 0, all, sizeof all, &got)));
    ck_assert_uint_eq(got, BYTES);
    ck_assert_uint_eq(all[AT], 'z');
    ck_assert(!oserr_is(seg_sample(s, 0x40000, buf, state, sizeof buf, &st)));
    ck_assert_uint_eq(state[0], SEG_BYTE_DATA);
    ck_assert_uint_eq(buf[AT - 0x40000], 'z');
    seg_close(writer);
    seg_close(s);
}

TEST(where_the_file_system_does_not_tell_all_is_data)
{
    struct seg *s;
    tells = false;
    ck_assert(!oserr_is(seg_open(be, locator, SEG_READ, &s)));
    check_run(s, 0, BYTES, SEG_EXT_DATA);
    seg_close(s);
}

static void use(void)
{
    static unsigned char all[BYTES];
    struct seg *s;
    struct seg_stat st;
    uint64_t from, to;
    enum seg_extent_kind kind;
    uint8_t state[256];
    size_t got;
    if (oserr_is(seg_open(be, locator, SEG_READ, &s)))
        return;
    struct oserr e = seg_extent(s, 0, &from, &to, &kind);
    e = seg_sample(s, 0, all, state, sizeof state, &st);
    e = seg_read(s, 0, all, sizeof all, &got);
    (void)e;
    seg_close(s);
}

TEST(every_call_on_a_file_fails_once)
{
    failing_each(be, use);
}

SUITE(test_windows_backend_file, .set_up = set_up, .tear_down = tear_down,
      TESTS(holes_are_told_from_data, what_was_stored_where_the_disk_has_no_room_is_read,
            where_the_file_system_does_not_tell_all_is_data, every_call_on_a_file_fails_once));
