/* The guard as it is for arm64, which puts a context back: this processor can do that, too. */
#include "guard_faults.h"
#include "support/suite.h"

TEST(a_page_that_faults_is_left_by_its_context)
{
    guard_faults();
}

SUITE(test_windows_context, TESTS(a_page_that_faults_is_left_by_its_context));
