/* The guard: a page that faults is left at that point. */
#include "guard_faults.h"
#include "support/suite.h"

TEST(a_page_that_faults_is_left_at_that_point)
{
    guard_faults();
}

SUITE(test_windows_backend_guard, TESTS(a_page_that_faults_is_left_at_that_point));
