/* Where locks lie in a type. */
#include <string.h>

#include "core/lock/find.h"
#include "support/typed.h"

static char text[512];

static const char *places(const char *declarations, const char *type, uint64_t count)
{
    struct types *t = parsed(declarations);
    struct type_source s = source_of(t);
    struct type_node root;
    struct lock_places p = {0};
    size_t at = 0;
    type_id id = types_find(t, type);
    ck_assert_uint_ne(id, 0);
    type_root(&s, id, 0, count, &root);
    ck_assert(lock_places_add(&p, &s, &root, ""));
    ck_assert(lock_places_add(&p, &s, &root, "again.")); /* which adds nothing */
    text[0] = '\0';
    for (size_t i = 0; i < p.count; i++)
        at +=
            (size_t)snprintf(text + at, sizeof text - at, "%x %s %s %u; ", (unsigned)p.at[i].offset,
                             p.at[i].path, lock_kind_name(p.at[i].kind), (unsigned)p.at[i].size);
    lock_places_free(&p);
    types_free(t);
    return text;
}

TEST(locks_in_a_struct)
{
    ck_assert_str_eq(places("struct in { int n; sem_t sem; };\n"
                            "typedef pthread_mutex_t guard_t;\n"
                            "struct s { char name[16]; guard_t lock; struct in in[2];\n"
                            "  union { pthread_cond_t cond; long words[6]; } u;\n"
                            "  pthread_rwlock_t rw; pthread_barrier_t gate; };",
                            "struct s", 0),
                     "10 lock mutex 40; 40 in[0].sem sem 32; 68 in[1].sem sem 32; "
                     "88 u.cond cond 48; b8 rw rwlock 56; f0 gate barrier 32; ");
}

TEST(a_lock_alone)
{
    ck_assert_str_eq(places("", "pthread_mutex_t", 0), "0 pthread_mutex_t mutex 40; ");
    ck_assert_str_eq(places("", "pthread_mutex_t", 2), "0 [0] mutex 40; 28 [1] mutex 40; ");
    ck_assert_str_eq(
        places("struct glibc_sem { int value, waiters; char rest[24]; };", "glibc_sem", 0),
        "0 glibc_sem sem 32; ");
}

TEST(no_lock_at_all)
{
    ck_assert_str_eq(places("struct s { int n[100000]; char *p; };", "struct s", 0), "");
    ck_assert_str_eq(places("typedef int sem_t2; struct s { sem_t2 n; };", "struct s", 0), "");
}

SUITE(test_core_lock_find, TESTS(locks_in_a_struct, a_lock_alone, no_lock_at_all));
