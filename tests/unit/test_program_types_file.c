/* The file of types that the tree shows for each locator. */
#include "session/types_file.h"

#include <stdlib.h>
#include <string.h>

#include "support/suite.h"

static struct kept_types kept, back;

TEST(what_is_written_is_read)
{
    size_t n = 0;
    static const char old[] = "type posix:/a b\told\nfuture posix:/ring\tx\n"
                              "file posix:/ring\t/gone.h\n";
    kept = back = (struct kept_types){.files = 0};
    ck_assert(kept_add_file(&kept, "/src/my ring.h"));
    ck_assert(kept_add_type(&kept, "struct ring_header[3]@0x40"));
    ck_assert(kept_add_type(&kept, "struct ring_header[3]@0x40"));
    char *text = kept_types_write(old, sizeof old - 1, "posix:/ring", &kept, &n);
    ck_assert_str_eq(text, "type posix:/a b\told\nfuture posix:/ring\tx\n"
                           "file posix:/ring\t/src/my ring.h\n"
                           "type posix:/ring\tstruct ring_header[3]@0x40\n");
    kept_types_read(text, n, "posix:/ring", &back);
    ck_assert_mem_eq(&kept, &back, sizeof back);
    back = (struct kept_types){.files = 0};
    kept_types_read(text, n, "posix:/a b", &back);
    ck_assert_uint_eq(back.types, 1);
    ck_assert_str_eq(back.type[0], "old");
    back = (struct kept_types){.files = 0};
    kept_types_read(text, n, "posix:/a", &back);
    ck_assert_uint_eq(back.files + back.types, 0);
    free(text);
}

TEST(what_cannot_be_kept_is_left_out)
{
    static char text[2 * KEPT_PATH];
    kept = (struct kept_types){.files = 0};
    memset(text, 'x', sizeof text - 1);
    ck_assert(!kept_add_file(&kept, text));
    ck_assert(!kept_add_file(&kept, "a\nb"));
    ck_assert(!kept_add_type(&kept, ""));
    for (int i = 0; i < KEPT_TYPES; i++) {
        text[8] = (char)('a' + i);
        text[9] = '\0';
        ck_assert(kept_add_type(&kept, text));
    }
    ck_assert(!kept_add_type(&kept, "more"));
    kept_types_read("file", 4, "", &kept);
    kept_types_read("type \tx\ntype a\t\n", 15, "a", &kept);
    ck_assert_uint_eq(kept.files, 0);
}

SUITE(test_program_types_file, TESTS(what_is_written_is_read, what_cannot_be_kept_is_left_out));
